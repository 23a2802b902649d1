//! What an answer has beyond the identifier and the status that it was read for.

use inbank_domain::{Currency, Money, excerpt};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::number::{Number, TextOrNumber};
use crate::dialect::{decode, settled};

/// A field of an answer that must not cost us the rest: one of the wrong type, out of range or otherwise
/// not what the guides say counts as missing. Whoever takes it names it, so that the log says what was
/// passed over; never its value, which may be personal.
///
/// For everything but identifiers, statuses and decisions of what was asked about. Needs
/// `#[serde(default)]` beside it.
#[derive(Default)]
pub(crate) enum Lenient<T> {
    #[default]
    Missing,
    Read(T),
    Unreadable,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        Ok(Self::of(raw))
    }
}

/// A value by itself, whose names may stand in both spellings.
fn read<T: DeserializeOwned>(raw: &str) -> Option<T> {
    let read = decode(raw.as_bytes()).ok();
    read.or_else(|| decode(&settled(raw.as_bytes())?).ok())
}

impl<T: DeserializeOwned> Lenient<T> {
    /// What stands in a place, by itself.
    pub(crate) fn of(raw: &str) -> Self {
        if raw == "null" {
            return Self::Missing;
        }
        read(raw).map_or(Self::Unreadable, Self::Read)
    }
}

impl<T> Lenient<T> {
    /// What was read, under the name of its field.
    pub(crate) fn take(self, field: &'static str) -> Option<T> {
        match self {
            Self::Missing => None,
            Self::Read(value) => Some(value),
            Self::Unreadable => {
                pass_over(field);
                None
            }
        }
    }

    /// What was read, made into what it stands for.
    pub(crate) fn parse<U, E>(
        self,
        field: &'static str,
        parse: impl FnOnce(T) -> Result<U, E>,
    ) -> Option<U> {
        let parsed = parse(self.take(field)?);
        parsed.map_err(|_| pass_over(field)).ok()
    }

    pub(crate) const fn is_unreadable(&self) -> bool {
        matches!(self, Self::Unreadable)
    }
}

/// Whether a text says anything: not where it is blank, nor `null` spelled out, which public samples have
/// where there is nothing.
pub(crate) fn says_something(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && !text.eq_ignore_ascii_case("null")
}

impl Lenient<String> {
    /// A word, such as a status; one that says nothing is none.
    pub(crate) fn word(self, field: &'static str) -> Option<String> {
        self.take(field).filter(|text| says_something(text))
    }

    /// An identifier of something else than was asked about; an empty one is none.
    pub(crate) fn id<U, E>(
        self,
        field: &'static str,
        parse: impl FnOnce(String) -> Result<U, E>,
    ) -> Option<U> {
        let text = self.word(field)?.trim().to_owned();
        Self::Read(text).parse(field, parse)
    }

    /// A text for people, of which the start will do.
    pub(crate) fn text(self, field: &'static str) -> Option<String> {
        self.word(field)
            .map(|text| excerpt(&text, LONGEST_TEXT).to_owned())
    }
}

impl Lenient<TextOrNumber> {
    /// A text for people that may be written as a number, of which the start will do.
    pub(crate) fn text(self, field: &'static str) -> Option<String> {
        let text = self.take(field)?.into_text();
        Some(text).filter(|text| says_something(text))
    }
}

/// A list in which each entry stands for itself: one that can't be read costs no other. The guides'
/// tables have lists of lists where their samples have lists, and answers have been seen that write one
/// as a text with commas; all of these are one list here. What is none of them is an empty one.
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        let mut list = Vec::new();
        collect(raw, LISTS_IN_LISTS, &mut list);
        Ok(Self(list))
    }
}

const LISTS_IN_LISTS: usize = 3;
/// No list of the bank's is longer, but for payment schedules, which are read whole or not at all.
const MOST_ENTRIES: usize = 1_000;

fn collect<T: DeserializeOwned>(raw: &str, depth: usize, into: &mut Vec<T>) {
    if raw.starts_with('[') {
        let entries = depth.checked_sub(1).zip(serde_json::from_str(raw).ok());
        let Some((depth, entries)): Option<(usize, Vec<&RawValue>)> = entries else {
            return;
        };
        for entry in entries.into_iter().take(MOST_ENTRIES) {
            collect(entry.get(), depth, into);
        }
    } else if raw.starts_with('"') && raw.contains(',') {
        let text = serde_json::from_str::<String>(raw).unwrap_or_default();
        for entry in text.split(',').take(MOST_ENTRIES) {
            let quoted = serde_json::Value::from(entry.trim()).to_string();
            into.extend(read(&quoted));
        }
    } else if raw != "null" && into.len() < MOST_ENTRIES {
        into.extend(read(raw));
    }
}

/// The amount that an answer is about, in the currency that it names. Where it names none, as the
/// printed answers about applications, it is the region's; where it names something that is no currency,
/// nobody knows how much it is.
pub(crate) fn amount(
    field: &'static str,
    amount: Lenient<Number>,
    currency: Lenient<String>,
    regions: Currency,
) -> Option<Money> {
    let currency = match currency {
        Lenient::Missing => Some(regions),
        Lenient::Read(name) if !says_something(&name) => Some(regions),
        named => named.parse("currency", |name| {
            name.trim().to_ascii_uppercase().parse::<Currency>()
        }),
    };
    let amount = amount.take(field)?;
    Some(amount.money(currency?))
}

fn pass_over(field: &'static str) {
    tracing::debug!(
        field,
        "a field of the answer is not what the guides say: taken as missing"
    );
}

/// The most bytes of a text for people.
pub(crate) const LONGEST_TEXT: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        #[serde(default)]
        total_amount: Lenient<Number>,
        #[serde(default)]
        currency: Lenient<String>,
        #[serde(default)]
        inner_part: Lenient<Inner>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Inner {
        some_number: Number,
    }

    fn read(json: &str) -> Answer {
        decode(json.as_bytes()).unwrap()
    }

    fn total(json: &str) -> Option<String> {
        let answer = read(json);
        let total = amount(
            "total_amount",
            answer.total_amount,
            answer.currency,
            Currency::PLN,
        );
        total.map(|total| total.to_string())
    }

    #[test]
    fn an_amount_is_in_the_currency_that_the_answer_names() {
        for (json, expected) in [
            (
                r#"{"total_amount":"20.10","currency":"EUR"}"#,
                Some("20.10 EUR"),
            ),
            (r#"{"totalAmount":20,"currency":"eur "}"#, Some("20 EUR")),
            (r#"{"total_amount":20}"#, Some("20 PLN")),
            (r#"{"total_amount":20,"currency":null}"#, Some("20 PLN")),
            (r#"{"total_amount":20,"currency":"null"}"#, Some("20 PLN")),
            (r#"{"total_amount":20,"currency":""}"#, Some("20 PLN")),
            (r#"{"total_amount":20,"currency":"euro"}"#, None),
            (r#"{"total_amount":20,"currency":978}"#, None),
            (r#"{"total_amount":"20,10","currency":"EUR"}"#, None),
            (r#"{"total_amount":null,"currency":"EUR"}"#, None),
            (r#"{"currency":"EUR"}"#, None),
        ] {
            assert_eq!(total(json).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn an_entry_that_can_not_be_read_costs_no_other() {
        use super::super::number::Whole;

        let list = |json: &str| -> Vec<u32> {
            let list: List<Whole> = decode(json.as_bytes()).unwrap();
            list.0.into_iter().map(|whole| whole.0).collect()
        };
        for (json, expected) in [
            ("[12,24]", &[12, 24][..]),
            ("[[12],[\"24\",36]]", &[12, 24, 36]),
            ("\"12, 24\"", &[12, 24]),
            ("12", &[12]),
            ("[12,null,{},\"x\",[[]],24]", &[12, 24]),
            ("{\"0\":12}", &[]),
            ("null", &[]),
            ("\"null\"", &[]),
            ("\"\"", &[]),
        ] {
            assert_eq!(list(json), expected, "{json}");
        }
        let deep = "[".repeat(1_000) + "12" + &"]".repeat(1_000);
        assert!(list(&deep).is_empty());
        let long = format!("[{}]", vec!["1"; 5_000].join(","));
        assert_eq!(list(&long).len(), MOST_ENTRIES);
    }

    #[test]
    fn what_is_inside_is_read_in_either_spelling_and_is_missing_as_a_whole() {
        let number = |json: &str| {
            let inner = read(json).inner_part.take("inner_part");
            inner.map(|inner| inner.some_number.money(Currency::EUR).to_string())
        };
        for spelling in [
            r#"{"inner_part":{"some_number":1}}"#,
            r#"{"innerPart":{"someNumber":1}}"#,
            r#"{"innerPart":{"some_number":"1"}}"#,
        ] {
            assert_eq!(number(spelling).as_deref(), Some("1 EUR"), "{spelling}");
        }
        for junk in ["{}", "[]", "7", "\"x\"", "true", r#"{"some_number":{}}"#] {
            let json = format!(r#"{{"inner_part":{junk},"total_amount":2}}"#);
            assert_eq!(number(&json), None, "{junk}");
            assert_eq!(total(&json).as_deref(), Some("2 PLN"), "{junk}");
        }
    }
}
