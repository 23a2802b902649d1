use std::borrow::Cow;

use inbank_domain::{FreeForm, JsonNumber};
use serde::de::Error as _;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::number::serialize_json_number;
use crate::dialect::Entries;

/// A merchant's own container. Its objects are maps to serde, never structs, so no codec renames
/// its keys.
#[derive(Clone)]
pub(crate) struct Free<'a>(pub(crate) Cow<'a, FreeForm>);

impl<'a> From<&'a FreeForm> for Free<'a> {
    fn from(value: &'a FreeForm) -> Self {
        Self(Cow::Borrowed(value))
    }
}

struct Borrowed<'a>(&'a FreeForm);

impl Serialize for Free<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Borrowed(&self.0).serialize(serializer)
    }
}

impl Serialize for Borrowed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            FreeForm::Null => serializer.serialize_unit(),
            FreeForm::Bool(value) => serializer.serialize_bool(*value),
            FreeForm::Number(number) => serialize_json_number(number, serializer),
            FreeForm::Text(text) => serializer.serialize_str(text),
            FreeForm::List(values) => {
                let mut seq = serializer.serialize_seq(Some(values.len()))?;
                for value in values {
                    seq.serialize_element(&Borrowed(value))?;
                }
                seq.end()
            }
            FreeForm::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, &Borrowed(value))?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Free<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let value = parse(raw, DEPTH).map_err(D::Error::custom)?;
        Ok(Self(Cow::Owned(value)))
    }
}

/// Deeper containers are refused: they would be walked on the stack.
const DEPTH: usize = 64;

/// Value by value from the raw text: a number must not become a float on its way.
fn parse(raw: &RawValue, depth: usize) -> Result<FreeForm, String> {
    let text = raw.get();
    let depth = depth
        .checked_sub(1)
        .ok_or_else(|| format!("must not be nested deeper than {DEPTH}"))?;
    let broken = |_| "must be JSON".to_owned();
    match text.as_bytes().first() {
        Some(b'{') => {
            let entries: Entries<'_> = serde_json::from_str(text).map_err(broken)?;
            let entries = entries.0.into_iter();
            let entries = entries.map(|(key, raw)| Ok((key, parse(raw, depth)?)));
            entries.collect::<Result<_, String>>().map(FreeForm::Map)
        }
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(text).map_err(broken)?;
            let values = values.into_iter().map(|raw| parse(raw, depth));
            values.collect::<Result<_, _>>().map(FreeForm::List)
        }
        Some(b'"') => serde_json::from_str(text)
            .map(FreeForm::Text)
            .map_err(broken),
        Some(b't') => Ok(FreeForm::Bool(true)),
        Some(b'f') => Ok(FreeForm::Bool(false)),
        Some(b'n') => Ok(FreeForm::Null),
        _ => {
            let number = JsonNumber::parse(text).map_err(|error| error.problem().to_owned())?;
            Ok(FreeForm::Number(number))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApiVersion;
    use crate::dialect::decode;

    #[test]
    fn a_container_comes_out_as_it_went_in_in_both_versions() {
        let json = r##"{"extra_key_3":"#3","someKey":1.10,"z":[1e5,null,true,{"a_b":-0}],"a":{}}"##;
        let free: Free<'_> = decode(json.as_bytes()).unwrap();
        for version in ApiVersion::ALL {
            let written = version.encode(&free).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), json);
        }
    }

    #[test]
    fn a_container_that_is_too_deep_is_refused_and_not_walked() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(decode::<Free<'_>>(deep(DEPTH).as_bytes()).is_ok());
        assert!(decode::<Free<'_>>(deep(DEPTH + 1).as_bytes()).is_err());
        assert!(decode::<Free<'_>>(deep(100_000).as_bytes()).is_err());
    }
}
