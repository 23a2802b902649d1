//! JSON by its text, so that nothing of it is lost on the way: no digit, no order, no name that stands twice.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Whether a text is JSON, however deep.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// An object's entries in the order given, or none where it is no object.
pub(super) fn entries(object: &str) -> Option<Vec<(String, String)>> {
    struct Entries(Vec<(String, String)>);

    impl<'de> Deserialize<'de> for Entries {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct InOrder;

            impl<'de> Visitor<'de> for InOrder {
                type Value = Entries;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                    let mut entries = Vec::new();
                    while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                        entries.push((name, value.get().to_owned()));
                    }
                    Ok(Entries(entries))
                }
            }

            deserializer.deserialize_map(InOrder)
        }
    }

    Some(serde_json::from_str::<Entries>(object).ok()?.0)
}

/// The one value under any of some names; none where there are more.
pub(super) fn only<'a>(entries: &'a [(String, String)], names: &[&str]) -> Option<&'a str> {
    let mut found = entries
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()));
    let value = found.next()?;
    found.next().is_none().then_some(value.1.as_str())
}

/// The text that a value is, if it is one.
pub(super) fn text(value: &str) -> Option<String> {
    serde_json::from_str(value).ok()
}

/// Which containers are the merchant's own: whatever is inside of them stays.
const OWN: [&str; 5] = [
    "additional_data",
    "additional_details",
    "customer_pep",
    "customer_ubos",
    "integration_info",
];

/// A text of JSON in v3's spelling, by the announced rule and not by our codec.
pub(super) fn camel(json: &str) -> String {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len());
    // Of each container that is open: whether it is the merchant's.
    let mut open = vec![false];
    let mut own = false;
    let mut at = 0;
    while at < bytes.len() {
        let inside_own = open.last().copied().unwrap_or_default();
        match bytes[at] {
            b'"' => {
                let end = end_of_text(bytes, at);
                let token = &json[at..end];
                let name = json[end..].trim_start().starts_with(':');
                if name && !inside_own {
                    own = OWN.iter().any(|own| token[1..token.len() - 1] == **own);
                    out.push_str(&camel_name(token));
                } else {
                    out.push_str(token);
                }
                at = end;
                continue;
            }
            b'{' | b'[' => open.push(inside_own || own),
            b'}' | b']' => {
                open.pop();
                own = false;
            }
            // In a list that is the merchant's, everything is.
            b',' => own = false,
            _ => {}
        }
        out.push(char::from(bytes[at]));
        at += 1;
    }
    out
}

/// A name, with its quotes, in `camelCase`. One that is written with escapes stays, and so does an underscore that
/// a name begins with, since it parts no words: `_message` would else be `Message`, which the bank has as well.
fn camel_name(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or_default();
        let parts_words = camel.len() > 1 && (next.is_ascii_lowercase() || next.is_ascii_digit());
        if letter == '_' && parts_words {
            letters.next();
            camel.push(next.to_ascii_uppercase());
        } else {
            camel.push(letter);
        }
    }
    if name.contains('\\') {
        name.to_owned()
    } else {
        camel
    }
}

/// A text of JSON in one way of writing it: without space, its texts escaped alike, its numbers to the digit.
/// None where a text is none.
pub(super) fn compact(json: &str) -> Option<String> {
    let bytes = json.as_bytes();
    let mut out = String::with_capacity(json.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'"' {
            let end = end_of_text(bytes, at);
            out.push_str(&serde_json::to_string(&text(&json[at..end])?).ok()?);
            at = end;
        } else {
            if !bytes[at].is_ascii_whitespace() {
                out.push(char::from(bytes[at]));
            }
            at += 1;
        }
    }
    Some(out)
}

/// Behind the quote that ends a text.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spelled_by_the_rule_and_what_is_the_merchants_stays() {
        for (v2, v3) in [
            (
                r#"{"a_b":{"c_d":[{"e_f":"g_h"}]}}"#,
                r#"{"aB":{"cD":[{"eF":"g_h"}]}}"#,
            ),
            (
                r#"{"additional_data":{"x_y":[{"z_z":1}]},"a_b":1}"#,
                r#"{"additionalData":{"x_y":[{"z_z":1}]},"aB":1}"#,
            ),
            (
                r#"[{"additional_details":null,"a_b":{"c_d":1}}]"#,
                r#"[{"additionalDetails":null,"aB":{"cD":1}}]"#,
            ),
            (
                r#"{"over_18" : 1, "_": 2, "a_": 3}"#,
                r#"{"over18" : 1, "_": 2, "a_": 3}"#,
            ),
        ] {
            assert_eq!(camel(v2), v3);
        }
    }

    #[test]
    fn one_way_of_writing_keeps_digits_and_drops_space() {
        let json = "{ \"\\u0061\" : [ 1.10 , \"õ\\n\" ] }";
        assert_eq!(compact(json).unwrap(), r#"{"a":[1.10,"õ\n"]}"#);
    }
}
