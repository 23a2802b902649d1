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

    /// A rate as the fraction that it is on the wire.
    pub(crate) const fn of_rate(rate: Rate) -> Self {
        Self(rate.fraction())
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

/// The same number, written as a JSON text: where the guides' samples write it so.
#[derive(Clone, Copy)]
pub(crate) struct Quoted<T>(pub(crate) T);

impl Serialize for Quoted<Number> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.0)
    }
}

impl Serialize for Quoted<Whole> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.0)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Quoted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

/// An amount that the bank may leave out in any way: as the text `"null"`, empty, or as something that
/// is no amount. Never what an answer is read for.
#[derive(Clone, Copy, Default)]
pub(crate) struct MaybeNumber(pub(crate) Option<Decimal>);

impl<'de> Deserialize<'de> for MaybeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        let text = text_of(raw).unwrap_or_default();
        Ok(Self(parse_amount(&text).ok()))
    }
}

/// A truth of a partner's own document, which may be written as text.
#[derive(Clone, Copy)]
pub(crate) struct Flag(pub(crate) bool);

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(self.0)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let flag = MaybeFlag::deserialize(deserializer)?.0.map(Self);
        flag.ok_or_else(|| D::Error::custom("must be true or false"))
    }
}

/// A truth that may come as text: `true`, `"true"`, `"null"`.
#[derive(Clone, Copy, Default)]
pub(crate) struct MaybeFlag(pub(crate) Option<bool>);

impl<'de> Deserialize<'de> for MaybeFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        let text = text_of(raw).unwrap_or_default();
        let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
        Ok(Self(match (is("true"), is("false")) {
            (true, _) => Some(true),
            (_, true) => Some(false),
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
            let text = text.trim().to_ascii_lowercase();
            let nothing = matches!(text.as_str(), "" | "null" | "false" | "0");
            !nothing && !raw.starts_with(['[', '{'])
        })))
    }
}

/// A number in the sample that other documents write as text: digits go out as the sample's number, but
/// for those that would not come back from it (`007`).
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum NumberOrText<'a> {
    Number(u32),
    Text(&'a str),
}

impl<'a> NumberOrText<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let number = text.parse::<u32>().ok();
        let number = number.filter(|number| number.to_string() == text);
        number.map_or(Self::Text(text), Self::Number)
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
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        // By how it is written: a text may start like a list, and a list is no text. The text `null` is the
        // bank's other word for nothing.
        let text_or_number =
            raw.starts_with(|c: char| matches!(c, '"' | '-') || c.is_ascii_digit());
        if !text_or_number || raw == "\"null\"" {
            return Err(D::Error::custom("must be a text or a number"));
        }
        let text = text_of(raw).map_err(D::Error::custom)?;
        Ok(Self(text.into_owned()))
    }
}

/// The same in a partner's own document: `1001` for `"1001"`. Written as a text.
pub(crate) struct Label<'a>(pub(crate) Cow<'a, str>);

impl<'a> From<&'a str> for Label<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.into())
    }
}

impl Serialize for Label<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Label<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = TextOrNumber::deserialize(deserializer)?;
        Ok(Self(Cow::Owned(text.0)))
    }
}

/// A text of a partner's own document that is mostly digits, and may be written as a number: a house's, a
/// code's. Needs `#[serde(default)]` beside it.
pub(crate) fn text_or_digits<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Cow<'static, str>>, D::Error> {
    let label = Option::<TextOrNumber>::deserialize(deserializer)?;
    Ok(label.map(|label| label.0.into()))
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
        for nothing in [
            "\"null\"",
            "\"\"",
            "null",
            "{}",
            "[]",
            "true",
            "\"1 000,50\"",
        ] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
        assert_eq!(read("\"10.50\""), Some(Decimal::new(1050, 2)));
    }

    #[test]
    fn what_samples_write_as_text_is_written_so_and_read_either_way() {
        for json in ["2000.0", "\"2000.0\""] {
            let number = serde_json::from_str::<Quoted<Number>>(json).ok().unwrap();
            assert_eq!(serde_json::to_string(&number).unwrap(), "\"2000.0\"");
        }
        let whole = serde_json::from_str::<Quoted<Whole>>("12").ok().unwrap();
        assert_eq!(serde_json::to_string(&whole).unwrap(), "\"12\"");
    }

    #[test]
    fn a_text_is_one_whatever_it_starts_with() {
        let read = |json| {
            let text = serde_json::from_str::<TextOrNumber>(json).ok();
            text.map(|text| text.0)
        };
        for (json, expected) in [
            ("\"[A] 17\"", Some("[A] 17")),
            ("\"{x}\"", Some("{x}")),
            ("\"true\"", Some("true")),
            ("\"\\u0031\"", Some("1")),
            ("1001", Some("1001")),
            ("-1.50", Some("-1.50")),
            ("\"null\"", None),
            ("null", None),
            ("true", None),
            ("[\"x\"]", None),
            ("{}", None),
        ] {
            assert_eq!(read(json).as_deref(), expected, "{json}");
        }
        let present = |json| serde_json::from_str::<Present>(json).ok().unwrap().0;
        assert!(present("\"[soon]\"") && present("true"));
        assert!(!present("[true]") && !present("{}") && !present("\"null\""));
    }

    #[test]
    fn a_truth_may_be_written_as_text() {
        let read = |json| serde_json::from_str::<MaybeFlag>(json).ok().unwrap().0;
        for (json, expected) in [
            ("true", Some(true)),
            ("\"TRUE\"", Some(true)),
            ("\"false \"", Some(false)),
            ("null", None),
            ("\"null\"", None),
            ("7", None),
            ("[true]", None),
        ] {
            assert_eq!(read(json), expected, "{json}");
            let flag = serde_json::from_str::<Flag>(json).ok();
            assert_eq!(flag.map(|flag| flag.0), expected, "{json}");
        }
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
