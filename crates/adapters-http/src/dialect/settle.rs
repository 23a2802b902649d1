//! Objects in which one name stands twice, mostly in both spellings.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use inbank_domain::parse_amount;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::name::to_camel_case;

/// A body with each name once in each object, or none where it is so already. Values that agree are one, be
/// they texts or numbers; nothing and a value are the value; what contradicts itself becomes [something that nothing
/// reads](NOBODY_KNOWS), so that it counts as unreadable and is not guessed.
///
/// Reading a body as it came is the rule, and this for those that could not be read.
pub(crate) fn settled(body: &[u8]) -> Option<Vec<u8>> {
    let body = serde_json::from_slice::<&RawValue>(body).ok()?.get();
    let mut settled = String::with_capacity(body.len());
    write(body, DEPTH, &mut settled).then(|| settled.into_bytes())
}

/// No text, number, flag or object, and no list with anything in it.
pub(crate) const NOBODY_KNOWS: &str = "[[]]";

/// What lies deeper is left as it is: it would be walked on the stack, and no answer is so deep.
const DEPTH: usize = 16;

/// Writes a value, and says whether it changed.
fn write(raw: &str, depth: usize, into: &mut String) -> bool {
    let inside = depth.checked_sub(1);
    match (raw.as_bytes().first(), inside) {
        (Some(b'{'), Some(depth)) => {
            if let Ok(entries) = serde_json::from_str::<Entries<'_>>(raw) {
                return write_object(&entries.0, depth, into);
            }
        }
        (Some(b'['), Some(depth)) => {
            if let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(raw) {
                into.push('[');
                let mut changed = false;
                for (n, value) in values.into_iter().enumerate() {
                    into.push_str(if n == 0 { "" } else { "," });
                    changed |= write(value.get(), depth, into);
                }
                into.push(']');
                return changed;
            }
        }
        _ => {}
    }
    into.push_str(raw);
    false
}

fn write_object(entries: &[(String, &RawValue)], depth: usize, into: &mut String) -> bool {
    // By the name that both spellings have in common, in the order of the first of them.
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut values: Vec<(&str, String)> = Vec::new();
    let mut changed = false;
    for (name, raw) in entries {
        let mut value = String::new();
        changed |= write(raw.get(), depth, &mut value);
        match places.entry(to_camel_case(name)) {
            Entry::Vacant(place) => {
                place.insert(values.len());
                values.push((name, value));
            }
            Entry::Occupied(place) => {
                changed = true;
                let known = &mut values[*place.get()].1;
                if is_nothing(known) {
                    *known = value;
                } else if !is_nothing(&value) && !agree(known, &value) {
                    NOBODY_KNOWS.clone_into(known);
                }
            }
        }
    }
    into.push('{');
    for (n, (name, value)) in values.into_iter().enumerate() {
        into.push_str(if n == 0 { "" } else { "," });
        into.push_str(&Value::from(name).to_string());
        into.push(':');
        into.push_str(&value);
    }
    into.push('}');
    changed
}

fn is_nothing(raw: &str) -> bool {
    matches!(plain(raw).as_deref(), Some("" | "null"))
}

/// Whether two values are one: equal, or plain ones that say the same, as a text or as a number, in
/// whichever letter case.
fn agree(one: &str, other: &str) -> bool {
    if let (Some(one), Some(other)) = (plain(one), plain(other)) {
        let number = |text: &str| parse_amount(text).ok();
        return one == other || number(&one).is_some_and(|one| Some(one) == number(&other));
    }
    let value = |text: &str| serde_json::from_str::<Value>(text).ok();
    one == other || value(one).is_some_and(|one| Some(one) == value(other))
}

/// What a text, a number or a word says, in small letters; none for a list or an object.
fn plain(raw: &str) -> Option<String> {
    let text = match raw.as_bytes().first()? {
        b'{' | b'[' => return None,
        b'"' => serde_json::from_str::<String>(raw).ok()?,
        _ => raw.to_owned(),
    };
    Some(text.trim().to_ascii_lowercase())
}

/// An object's entries in the order given.
pub(crate) struct Entries<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> Option<String> {
        settled(body.as_bytes()).map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn what_agrees_is_one_and_what_does_not_is_nothing_that_can_be_read() {
        for (body, expected) in [
            (r#"{"a_b":1,"aB":1}"#, r#"{"a_b":1}"#),
            (r#"{"a_b":null,"aB":"x"}"#, r#"{"a_b":"x"}"#),
            (r#"{"aB":"x","a_b":null}"#, r#"{"aB":"x"}"#),
            (r#"{"a":1,"b":2,"a":1}"#, r#"{"a":1,"b":2}"#),
            (r#"{"a_b":"1.50","aB":1.5}"#, r#"{"a_b":"1.50"}"#),
            (r#"{"a_b":"","aB":"Yes"}"#, r#"{"a_b":"Yes"}"#),
            (r#"{"a_b":"YES","aB":"yes "}"#, r#"{"a_b":"YES"}"#),
            (r#"{"a_b":{},"aB":""}"#, r#"{"a_b":{}}"#),
            (r#"{"a_b":1,"aB":2,"c":3}"#, r#"{"a_b":[[]],"c":3}"#),
            (r#"{"a_b":{"x":1},"aB":{ "x": 1 }}"#, r#"{"a_b":{"x":1}}"#),
            (r#"[{"a":{"b_c":1,"bC":1}}]"#, r#"[{"a":{"b_c":1}}]"#),
        ] {
            assert_eq!(of(body).as_deref(), Some(expected), "{body}");
        }
    }

    #[test]
    fn a_body_without_doubled_names_is_left_alone() {
        for body in [
            "",
            "<html>",
            "7",
            "{}",
            r#"{"a_b":1,"a_c":[{"x":1},{"x":2}]}"#,
            "{\"a\":",
        ] {
            assert_eq!(of(body), None, "{body}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(of(&deep), None);
        let many: Vec<_> = (0..50_000).map(|n| format!("\"k_{n}\":{n}")).collect();
        assert_eq!(of(&format!("{{{}}}", many.join(","))), None);
    }
}
