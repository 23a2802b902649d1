use std::borrow::Cow;

use inbank_domain::{
    Currency, Invalid, JsonNumber, Money, PaymentDay, Personal, Rate, excerpt, parse_amount,
};
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::lenient::LONGEST_TEXT;

/// An exact number: read from a JSON number or a numeric string, written as a JSON number with the
/// digits given. It never passes through a float.
///
/// On the wire an amount has no currency of its own: it is in its document's. So the only way from
/// money to a number is [`of`](Self::of), which wants to know that currency.
#[derive(Clone, Copy)]
pub(crate) struct Number(Decimal);

impl Number {
    /// An amount for a document whose amounts are all in `currency`.
    ///
    /// # Errors
    /// [`Invalid`] (`field`) when it is in another: its digits would be taken for as much of that.
    pub(crate) fn of(field: &str, money: Money, currency: Currency) -> Result<Self, Invalid> {
        if money.currency() == currency {
            Ok(Self(money.amount()))
        } else {
            let problem = format!("must be in {currency}, as all amounts of the request");
            Err(Invalid::new(field.to_owned(), problem))
        }
    }

    /// The same for an amount that may be left out.
    pub(crate) fn maybe(
        field: &str,
        money: Option<Money>,
        currency: Currency,
    ) -> Result<Option<Self>, Invalid> {
        money
            .map(|money| Self::of(field, money, currency))
            .transpose()
    }

    /// The same for an amount that is personal.
    pub(crate) fn personal(
        field: &str,
        money: Option<&Personal<Money>>,
        currency: Currency,
    ) -> Result<Option<Self>, Invalid> {
        Self::maybe(field, money.map(|money| *money.expose()), currency)
    }

    pub(crate) const fn money(self, currency: Currency) -> Money {
        Money::new(self.0, currency)
    }

    pub(crate) const fn rate(self) -> Rate {
        Rate::from_fraction(self.0)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.to_string()).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = number_text(deserializer)?;
        let number = parse_amount(&text).map_err(|error| D::Error::custom(error.problem()))?;
        Ok(Self(number))
    }
}

/// An amount of a rental calculation. The guide's sample prints some of them as text with a comma at
/// the end (`"3.45,"`), and no other answer's; one such comma is passed over here, and here alone.
#[derive(Clone, Copy)]
pub(crate) struct CalculatedNumber(pub(crate) Number);

impl<'de> Deserialize<'de> for CalculatedNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = number_text(deserializer)?;
        let text = text.strip_suffix(',').unwrap_or(&text);
        let number = parse_amount(text).map_err(|error| D::Error::custom(error.problem()))?;
        Ok(Self(Number(number)))
    }
}

/// A whole number that may come as text: `12`, `"12"`.
#[derive(Clone, Copy)]
pub(crate) struct Whole(pub(crate) u32);

impl Whole {
    /// As a day of the month.
    pub(crate) fn payment_day(self) -> Result<PaymentDay, Invalid> {
        PaymentDay::new(u8::try_from(self.0).unwrap_or_default())
    }
}

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = number_text(deserializer)?;
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let whole = digits.then(|| text.parse().ok()).flatten();
        whole
            .map(Self)
            .ok_or_else(|| D::Error::custom("must be a whole number"))
    }
}

/// An amount that the bank may spell as the text `"null"`, or leave empty.
#[derive(Clone, Copy, Default)]
pub(crate) struct MaybeNumber(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for MaybeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = number_text(deserializer)?;
        if matches!(&*text, "" | "null") {
            return Ok(Self(None));
        }
        let number = parse_amount(&text).map_err(|error| D::Error::custom(error.problem()))?;
        Ok(Self(Some(number)))
    }
}

/// A truth that may come as text: `true`, `"true"`, `"null"`.
#[derive(Clone, Copy, Default)]
pub(crate) struct MaybeFlag(pub(crate) Option<bool>);

impl<'de> Deserialize<'de> for MaybeFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        Ok(Self(match text_of(raw).as_deref() {
            Ok("true") => Some(true),
            Ok("false") => Some(false),
            _ => None,
        }))
    }
}

/// Whether anything stands in a place: a time, a flag, a name; not `null`, `false`, zero or nothing, and
/// no list or object, which no guide has there.
#[derive(Clone, Copy, Default)]
pub(crate) struct Present(pub(crate) bool);

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        Ok(Self(text_of(raw).is_ok_and(|text| {
            let nothing = matches!(&*text, "" | "null" | "false" | "0");
            !nothing && !text.starts_with(['[', '{'])
        })))
    }
}

/// Text that may come as a number: a contract's `number` does.
pub(crate) struct TextOrNumber(pub(crate) String);

impl TextOrNumber {
    /// For people, of whom nobody reads more than the start.
    pub(crate) fn into_text(self) -> String {
        excerpt(&self.0, LONGEST_TEXT).to_owned()
    }
}

impl<'de> Deserialize<'de> for TextOrNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = number_text(deserializer)?;
        // A word, a list or an object would otherwise be taken for text by its JSON.
        if text.starts_with(['[', '{']) || matches!(&*text, "null" | "true" | "false") {
            return Err(D::Error::custom("must be a text or a number"));
        }
        Ok(Self(text.into_owned()))
    }
}

/// The characters of a JSON number, text or word, as they came.
fn number_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    let raw = <&'de RawValue>::deserialize(deserializer)?;
    text_of(raw.get()).map_err(D::Error::custom)
}

/// The characters of a JSON text, or of whatever else it is. An escape may stand for no character.
fn text_of(raw: &str) -> serde_json::Result<Cow<'_, str>> {
    let inside = raw
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match inside {
        None => Ok(raw.into()),
        Some(inside) if inside.contains('\\') => serde_json::from_str(raw).map(Cow::Owned),
        Some(inside) => Ok(inside.into()),
    }
}

/// A merchant's number, digit by digit.
pub(crate) fn serialize_json_number<S: Serializer>(
    number: &JsonNumber,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let raw = RawValue::from_string(number.as_str().to_owned()).map_err(S::Error::custom)?;
    raw.serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<String> {
        let number = serde_json::from_str::<Number>(json).ok()?;
        Some(number.0.to_string())
    }

    #[test]
    fn numbers_and_numeric_text_read_alike() {
        for (json, digits) in [
            ("31.3167", "31.3167"),
            ("\"31.3167\"", "31.3167"),
            ("0.1", "0.1"),
            ("12345678901234.123456789", "12345678901234.123456789"),
            ("\"\\u0031.50\"", "1.50"),
        ] {
            assert_eq!(read(json).as_deref(), Some(digits), "{json}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for json in [
            "\"3.45,\"",
            "\"\"",
            "null",
            "true",
            "[1]",
            "{}",
            "\"1 000\"",
            "\"1,5\"",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn one_comma_at_the_end_is_passed_over_in_a_rental_calculation_alone() {
        let read = |json| {
            let number = serde_json::from_str::<CalculatedNumber>(json).ok()?;
            Some(number.0.0.to_string())
        };
        for (json, digits) in [
            ("\"3.45,\"", "3.45"),
            ("\"1227.60,\"", "1227.60"),
            ("48.01", "48.01"),
            ("\"31.3167\"", "31.3167"),
        ] {
            assert_eq!(read(json).as_deref(), Some(digits), "{json}");
        }
        for json in [
            "\"1,5\"",
            "\"3.45,,\"",
            "\",3\"",
            "\",\"",
            "\"\"",
            "\"1,5,\"",
            "\"3.45, \"",
            "null",
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn digits_are_written_as_they_were_given() {
        let number = serde_json::from_str::<Number>("\"2000.0\"").ok().unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), "2000.0");
    }

    #[test]
    fn a_limit_may_be_the_word_null() {
        let read = |json| serde_json::from_str::<MaybeNumber>(json).ok().unwrap().0;
        assert_eq!(read("\"null\""), None);
        assert_eq!(read("\"\""), None);
        assert_eq!(read("\"10.50\""), Some(Decimal::new(1050, 2)));
    }

    #[test]
    fn whole_numbers_come_as_text_too() {
        let read = |json| {
            serde_json::from_str::<Whole>(json)
                .ok()
                .map(|whole| whole.0)
        };
        assert_eq!(read("\"12\""), Some(12));
        assert_eq!(read("8"), Some(8));
        for bad in ["-1", "1.5", "\"\"", "\"+1\"", "99999999999"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
