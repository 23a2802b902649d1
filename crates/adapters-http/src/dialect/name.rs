//! From `payment_amount_monthly` to `paymentAmountMonthly` and back.

use std::sync::OnceLock;

/// The `camelCase` of a payload's field.
///
/// Fields are literals of this crate, some hundred, so each is converted once per process and found
/// again by its address: converting at every call was a third of the encoding.
///
/// Names that start with `$` are private signals between serde and a format; they stay.
#[inline]
pub(crate) fn camel_case(name: &'static str) -> &'static str {
    const SLOTS: usize = 1024;
    static KNOWN: [OnceLock<(&'static str, &'static str)>; SLOTS] =
        [const { OnceLock::new() }; SLOTS];
    // Literals lie one after the other, so their addresses spread by themselves.
    let start = name.as_ptr().addr();
    for slot in (0..SLOTS).map(|step| &KNOWN[(start + step) % SLOTS]) {
        let (snake, camel) = slot.get_or_init(|| (name, converted(name).leak()));
        if std::ptr::eq(*snake, name) {
            return camel;
        }
    }
    // More fields than slots: never so far, and only slower and larger if it happens.
    converted(name).leak()
}

/// The `camelCase` of any name.
pub(crate) fn converted(name: &str) -> String {
    if name.starts_with('$') {
        return name.to_owned();
    }
    let mut camel = String::with_capacity(name.len());
    let mut capital = false;
    for letter in name.chars() {
        match letter {
            '_' => capital = true,
            letter if capital => {
                camel.push(letter.to_ascii_uppercase());
                capital = false;
            }
            letter => camel.push(letter),
        }
    }
    camel
}

/// Room for a name in `snake_case`. The bank's longest has 45 letters; one that does not fit is none
/// of ours and stays as it is.
const ROOM: usize = 128;

/// Hands `use_name` the `snake_case` of a name that came in.
#[inline]
pub(crate) fn with_snake_case<R>(name: &[u8], use_name: impl FnOnce(&[u8]) -> R) -> R {
    if name.len() > ROOM / 2 {
        return use_name(name);
    }
    let mut room = [0; ROOM];
    let mut length = 0;
    for &byte in name {
        // Without branches: a capital takes two places, an underscore before its small letter. The
        // masks tell the compiler what the check above says: that there is room.
        let capital = byte.is_ascii_uppercase();
        room[length % ROOM] = b'_';
        length += usize::from(capital);
        room[length % ROOM] = byte | (u8::from(capital) << 5);
        length += 1;
    }
    use_name(&room[..length.min(ROOM)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snake(name: &str) -> String {
        with_snake_case(name.as_bytes(), |name| {
            String::from_utf8(name.to_vec()).unwrap()
        })
    }

    #[test]
    fn names_go_there_and_back() {
        for (snake_case, expected) in [
            ("uuid", "uuid"),
            ("payment_amount_monthly", "paymentAmountMonthly"),
            ("merchant_mcc_code", "merchantMccCode"),
        ] {
            for _ in 0..2 {
                assert_eq!(camel_case(snake_case), expected);
            }
            assert_eq!(snake(expected), snake_case);
            assert_eq!(snake(snake_case), snake_case);
        }
        assert_eq!(camel_case("dependants_over_18"), "dependantsOver18");
    }

    #[test]
    fn a_name_that_fills_the_room_is_converted_and_a_longer_one_stays() {
        let full = "A".repeat(ROOM / 2);
        assert_eq!(snake(&full), "_a".repeat(ROOM / 2));
        let longer = "A".repeat(ROOM / 2 + 1);
        assert_eq!(snake(&longer), longer);
        assert_eq!(snake("õÕ"), "õÕ");
    }

    #[test]
    fn private_signals_stay() {
        let signal = "$serde_json::private::RawValue";
        assert_eq!(camel_case(signal), signal);
    }

    #[test]
    fn names_of_one_address_and_two_lengths_are_told_apart() {
        let name = "purchase_reference";
        assert_eq!(camel_case(&name[..8]), "purchase");
        assert_eq!(camel_case(name), "purchaseReference");
    }
}
