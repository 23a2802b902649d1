//! From `paymentAmountMonthly` to `payment_amount_monthly` and back.

use std::sync::{LazyLock, OnceLock};

/// The `snake_case` of a payload's field.
///
/// Fields are literals of this crate, some hundred, so each is converted once per process and found
/// again by its address: converting at every call was a third of the encoding.
///
/// Names that start with `$` are private signals between serde and a format; they stay.
#[inline]
pub(crate) fn snake_case(name: &'static str) -> &'static str {
    const SLOTS: usize = 1024;
    // Made when it is first used: an array would be 40 kB of every program's file.
    static KNOWN: LazyLock<Vec<OnceLock<(&'static str, &'static str)>>> =
        LazyLock::new(|| (0..SLOTS).map(|_| OnceLock::new()).collect());
    // Literals lie one after the other, so their addresses spread by themselves.
    let (known, start) = (&*KNOWN, name.as_ptr().addr());
    for slot in (0..SLOTS).map(|step| &known[(start + step) % SLOTS]) {
        let (camel, snake) = slot.get_or_init(|| (name, to_snake_case(name).leak()));
        if std::ptr::eq(*camel, name) {
            return snake;
        }
    }
    // More fields than slots: never so far, and only slower and larger if it happens.
    to_snake_case(name).leak()
}

/// Fields that v2 spells in `camelCase` too: so the sample prints them inside `rental_application_data`
/// (*Smart Rent 3.04*, Session Initiation), against its table.
const CAMEL_IN_V2: &[&str] = &["grossTradeInAmount", "grossCampaignDiscount"];

/// Fields whose underscore stands before a digit, where no capital marks it.
const BEFORE_A_DIGIT: &[(&str, &str)] = &[("dependantsOver18", "dependants_over_18")];

/// Every capital as an underscore and its small letter.
pub(crate) fn to_snake_case(name: &str) -> String {
    if name.starts_with('$') || CAMEL_IN_V2.contains(&name) {
        return name.to_owned();
    }
    if let Some((_, snake)) = BEFORE_A_DIGIT.iter().find(|(camel, _)| *camel == name) {
        return (*snake).to_owned();
    }
    let mut snake = String::with_capacity(name.len() + 8);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Every underscore and its small letter as a capital; any other underscore is part of the name.
pub(crate) fn to_camel_case(name: &str) -> String {
    with_camel_case(name.as_bytes(), |camel| {
        String::from_utf8_lossy(camel).into_owned()
    })
}

/// Room for a name. The bank's longest has 45 letters; one that does not fit is none of ours and
/// stays as it is.
const ROOM: usize = 64;

/// Hands `use_name` the `camelCase` of a name that came in. An underscore that parts no words stays, or
/// `status_` would be taken for `status`, and `_message` for `Message`.
#[inline]
pub(crate) fn with_camel_case<R>(name: &[u8], use_name: impl FnOnce(&[u8]) -> R) -> R {
    if name.len() > ROOM || memchr::memchr(b'_', name).is_none() {
        return use_name(name);
    }
    let mut room = [0; ROOM];
    let mut length = 0;
    let mut capital = false;
    for (at, &byte) in name.iter().enumerate() {
        let next = name.get(at + 1).copied().unwrap_or_default();
        let parts_words = at > 0 && (next.is_ascii_lowercase() || next.is_ascii_digit());
        if byte == b'_' && parts_words {
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
    use_name(&room[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for (snake, camel) in [
            ("uuid", "uuid"),
            ("payment_amount_monthly", "paymentAmountMonthly"),
            ("merchant_mcc_code", "merchantMccCode"),
        ] {
            for _ in 0..2 {
                assert_eq!(snake_case(camel), snake);
            }
            assert_eq!(to_camel_case(snake), camel);
            assert_eq!(to_camel_case(camel), camel);
        }
        assert_eq!(to_camel_case("dependants_over_18"), "dependantsOver18");
        assert_eq!(snake_case("dependantsOver18"), "dependants_over_18");
    }

    #[test]
    fn a_name_that_fills_the_room_is_converted_and_a_longer_one_stays() {
        let full = format!("aa{}", "_a".repeat(ROOM / 2 - 1));
        let capitals = "A".repeat(ROOM / 2 - 1);
        assert_eq!(to_camel_case(&full), format!("aa{capitals}"));
        let longer = format!("{full}_");
        assert_eq!(to_camel_case(&longer), longer);
    }

    #[test]
    fn an_underscore_that_parts_no_words_makes_no_other_name() {
        for name in ["status_", "_", "_message", "a__", "a_B", "õ_õ"] {
            assert_eq!(to_camel_case(name), name);
        }
    }

    #[test]
    fn private_signals_stay() {
        let signal = "$serde_json::private::RawValue";
        assert_eq!(snake_case(signal), signal);
    }

    #[test]
    fn what_v2_itself_spells_in_camel_case_stays_and_is_read_in_either_case() {
        let name = "grossTradeInAmount";
        assert_eq!(snake_case(name), name);
        assert_eq!(to_camel_case("gross_trade_in_amount"), name);
    }

    #[test]
    fn names_of_one_address_and_two_lengths_are_told_apart() {
        let name = "purchaseReference";
        assert_eq!(snake_case(&name[..8]), "purchase");
        assert_eq!(snake_case(name), "purchase_reference");
    }
}
