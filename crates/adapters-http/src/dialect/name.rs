//! From `payment_amount_monthly` to `paymentAmountMonthly` and back, without allocating: names are
//! short, and there are many.

/// The longest name that is converted in place. The bank's longest has 41 letters.
const ROOM: usize = 64;

/// Hands `use_name` the `camelCase` of a `snake_case` name.
///
/// Names that start with `$` are private signals between serde and a format; they stay.
pub(crate) fn with_camel_case<R>(name: &str, use_name: impl FnOnce(&str) -> R) -> R {
    if name.len() > ROOM || name.starts_with('$') || !name.as_bytes().contains(&b'_') {
        return use_name(name);
    }
    let mut room = [0; ROOM];
    let mut length = 0;
    let mut capital = false;
    for &byte in name.as_bytes() {
        if byte == b'_' {
            capital = true;
            continue;
        }
        room[length] = if capital {
            byte.to_ascii_uppercase()
        } else {
            byte
        };
        capital = false;
        length += 1;
    }
    // Only ASCII was changed or left out, so it is still text.
    use_name(std::str::from_utf8(&room[..length]).unwrap_or(name))
}

/// Hands `use_name` the `snake_case` of a name, or says that the name already is in it.
pub(crate) fn with_snake_case<R>(name: &str, use_name: impl FnOnce(&str) -> R) -> Option<R> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut room = [0; ROOM];
    let mut length = 0;
    for &byte in name.as_bytes() {
        let capital = byte.is_ascii_uppercase();
        if length + usize::from(capital) >= ROOM {
            return None;
        }
        if capital {
            room[length] = b'_';
            length += 1;
        }
        room[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    std::str::from_utf8(&room[..length]).ok().map(use_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camel(name: &str) -> String {
        with_camel_case(name, str::to_owned)
    }

    fn snake(name: &str) -> Option<String> {
        with_snake_case(name, str::to_owned)
    }

    #[test]
    fn names_go_there_and_back() {
        for (snake_case, camel_case) in [
            ("uuid", "uuid"),
            ("payment_amount_monthly", "paymentAmountMonthly"),
            ("merchant_mcc_code", "merchantMccCode"),
            ("dependants_over_18", "dependantsOver18"),
        ] {
            assert_eq!(camel(snake_case), camel_case);
        }
        assert_eq!(
            snake("paymentAmountMonthly").unwrap(),
            "payment_amount_monthly"
        );
        assert_eq!(snake("payment_amount_monthly"), None);
    }

    #[test]
    fn a_name_that_is_too_long_stays() {
        let long = "a_".repeat(ROOM);
        assert_eq!(camel(&long), long);
        assert_eq!(snake(&"aB".repeat(ROOM)), None);
    }

    #[test]
    fn private_signals_stay() {
        let signal = "$serde_json::private::RawValue";
        assert_eq!(camel(signal), signal);
    }
}
