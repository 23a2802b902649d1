use inbank_domain::FurtherField;
use serde_json::Value;

use crate::ApiVersion;
use crate::dialect::Entries;
use crate::wire::free_form::Free;

/// A body with keys that it has no field for, each at the end of its object. The name is the bank's and
/// spelled as the version has it; what is under it stays.
pub(crate) fn with(
    body: Vec<u8>,
    further: &[FurtherField],
    version: ApiVersion,
) -> serde_json::Result<Vec<u8>> {
    if further.is_empty() {
        return Ok(body);
    }
    let entries: Entries<'_> = serde_json::from_slice(&body)?;
    let entries = entries.0.into_iter();
    let mut entries: Vec<(String, String)> = entries
        .map(|(name, raw)| (name, raw.get().to_owned()))
        .collect();
    for field in further {
        let (name, value) = (version.name(field.name()), Free::from(field.value()));
        let value = serde_json::to_string(&value)?;
        let Some(object) = field.place().object() else {
            entries.push((name.into_owned(), value));
            continue;
        };
        let object = version.name(object);
        let mut known = entries.iter_mut();
        if let Some((_, inside)) = known.find(|(name, _)| *name == *object) {
            add(inside, &name, &value);
        } else {
            let mut inside = "{}".to_owned();
            add(&mut inside, &name, &value);
            entries.push((object.into_owned(), inside));
        }
    }
    let mut body = "{}".to_owned();
    for (name, value) in entries {
        add(&mut body, &name, &value);
    }
    Ok(body.into_bytes())
}

/// Adds an entry to an object as it was written.
fn add(object: &mut String, name: &str, value: &str) {
    object.pop();
    if !object.ends_with('{') {
        object.push(',');
    }
    object.push_str(&Value::from(name).to_string());
    object.push(':');
    object.push_str(value);
    object.push('}');
}

#[cfg(test)]
mod tests {
    use inbank_domain::{FreeForm, Place};

    use super::*;

    #[test]
    fn a_further_key_stands_in_its_object_in_the_versions_spelling() {
        let body = br#"{"amount":31.3167,"customer":{"a":1},"list":[]}"#;
        let field = |place, name: &str, value| FurtherField::new(place, name, value).unwrap();
        let own = FreeForm::texts([("some_key", "x")]);
        let further = [
            field(Place::Customer, "education_level", "higher".into()),
            field(Place::CreditApplication, "new_key", own),
            field(Place::Body, "top_key", FreeForm::Bool(true)),
        ];
        for (version, expected) in [
            (
                ApiVersion::V2,
                r#"{"amount":31.3167,"customer":{"a":1,"education_level":"higher"},"list":[],"credit_application":{"new_key":{"some_key":"x"}},"top_key":true}"#,
            ),
            (
                ApiVersion::V3,
                r#"{"amount":31.3167,"customer":{"a":1,"educationLevel":"higher"},"list":[],"creditApplication":{"newKey":{"some_key":"x"}},"topKey":true}"#,
            ),
        ] {
            let sent = with(body.to_vec(), &further, version).unwrap();
            assert_eq!(String::from_utf8(sent).unwrap(), expected);
            let same = with(body.to_vec(), &[], version).unwrap();
            assert_eq!(same, body);
        }
    }
}
