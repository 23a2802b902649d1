//! Answers that are altered on order: other amounts and statuses than the bank's, fields that cannot be read, headers of one's own.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{answer::Answer, dialect::Dialect, operation::Operation};

/// What is altered in an answer. Each is ordered for an operation and a number of calls.
///
/// A field is named as version 2 spells it, after the names of the objects that it is in, as far as they matter: `status`,
/// `total_amount`, `contract.process_status`, `payment_schedule.interest_rate_annual`. It is found in either spelling, everywhere in the
/// document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alteration", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alteration {
    /// Gives a field this value. One that is nowhere is added to the object that the names before it lead to.
    Set {
        /// The field.
        field: String,
        /// Its value.
        value: Value,
    },
    /// Leaves a field out.
    Remove {
        /// The field.
        field: String,
    },
    /// Adds a header, in place of one of the same name.
    Header {
        /// Its name, e.g. `Retry-After`.
        name: String,
        /// Its value.
        value: String,
    },
}

impl Alteration {
    /// Gives a field this value.
    pub fn set(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Set {
            field: field.into(),
            value: value.into(),
        }
    }

    /// Leaves a field out.
    pub fn remove(field: impl Into<String>) -> Self {
        Self::Remove {
            field: field.into(),
        }
    }

    /// Adds a header.
    pub fn header(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::Header {
            name: name.into(),
            value: value.into(),
        }
    }
}

/// What is on order.
#[derive(Debug, Default)]
pub(crate) struct Alterations(Vec<(Operation, Alteration, u32)>);

impl Alterations {
    pub(crate) fn order(&mut self, operation: Operation, alteration: Alteration, times: u32) {
        if times > 0 {
            self.0.push((operation, alteration, times));
        }
    }

    /// All that are on order for a call of this operation: they strike together.
    pub(crate) fn take(&mut self, operation: Operation) -> Vec<Alteration> {
        let mut taken = Vec::new();
        self.0.retain_mut(|(ordered, alteration, times)| {
            if *ordered != operation {
                return true;
            }
            taken.push(alteration.clone());
            *times -= 1;
            *times > 0
        });
        taken
    }
}

/// Alters a document. Headers are the server's to add.
pub(crate) fn alter(answer: &mut Answer, alterations: &[Alteration], dialect: Dialect) {
    if alterations.is_empty() {
        return;
    }
    let body = answer.body.as_deref();
    let Some(mut document) = body.and_then(|body| serde_json::from_str(body).ok()) else {
        return;
    };
    for alteration in alterations {
        let (field, value) = match alteration {
            Alteration::Set { field, value } => (field, Some(value)),
            Alteration::Remove { field } => (field, None),
            Alteration::Header { .. } => continue,
        };
        let path: Vec<&str> = field.split('.').collect();
        if !change(&mut document, &path, value)
            && let (Some(value), Some((name, before))) = (value, path.split_last())
            && let Some(object) = object_at(&mut document, before)
        {
            object.insert(dialect.spell(name).into_owned(), value.clone());
        }
    }
    answer.body = Some(document.to_string());
}

/// Changes a field wherever the path leads to one; whether it led to any.
fn change(document: &mut Value, path: &[&str], value: Option<&Value>) -> bool {
    let mut found = false;
    match document {
        Value::Object(fields) => {
            found |= change_here(fields, path, value);
            for inside in fields.values_mut() {
                found |= change(inside, path, value);
            }
        }
        Value::Array(items) => {
            for item in items {
                found |= change(item, path, value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    found
}

fn change_here(fields: &mut Map<String, Value>, path: &[&str], value: Option<&Value>) -> bool {
    let Some((name, rest)) = path.split_first() else {
        return false;
    };
    let Some(key) = spelled_in(fields, name) else {
        return false;
    };
    if !rest.is_empty() {
        let inside = fields.get_mut(&key).and_then(Value::as_object_mut);
        return inside.is_some_and(|inside| change_here(inside, rest, value));
    }
    match value {
        Some(value) => fields.insert(key, value.clone()),
        None => fields.remove(&key),
    };
    true
}

fn object_at<'a>(document: &'a mut Value, path: &[&str]) -> Option<&'a mut Map<String, Value>> {
    let mut fields = document.as_object_mut()?;
    for name in path {
        let key = spelled_in(fields, name)?;
        fields = fields.get_mut(&key)?.as_object_mut()?;
    }
    Some(fields)
}

/// A name as an object spells it.
fn spelled_in(fields: &Map<String, Value>, name: &str) -> Option<String> {
    [Dialect::V2, Dialect::V3]
        .map(|dialect| dialect.spell(name).into_owned())
        .into_iter()
        .find(|spelled| fields.contains_key(spelled))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn altered(document: &Value, alteration: Alteration) -> Value {
        let mut answer = Answer {
            status: 200,
            body: Some(document.to_string()),
        };
        alter(&mut answer, &[alteration], Dialect::V3);
        serde_json::from_str(&answer.body.unwrap()).unwrap()
    }

    #[test]
    fn a_field_is_found_in_either_spelling_and_at_any_depth() {
        let document = json!({"a": [{"total_amount": "1.0"}], "totalAmount": "1.0"});
        let other = altered(&document, Alteration::set("total_amount", "2.0"));
        assert_eq!(
            other,
            json!({"a": [{"total_amount": "2.0"}], "totalAmount": "2.0"})
        );
    }

    #[test]
    fn names_before_a_field_tell_it_from_others() {
        let document = json!({"status": "a", "contract": {"status": "a"}});
        let other = altered(&document, Alteration::set("contract.status", "b"));
        assert_eq!(other, json!({"status": "a", "contract": {"status": "b"}}));
        let other = altered(&document, Alteration::remove("contract.status"));
        assert_eq!(other, json!({"status": "a", "contract": {}}));
    }

    #[test]
    fn a_field_that_is_not_there_is_added_and_never_removed() {
        let document = json!({"contract": {}});
        let other = altered(&document, Alteration::set("contract.process_status", "new"));
        assert_eq!(other, json!({"contract": {"processStatus": "new"}}));
        let same = altered(&document, Alteration::remove("contract.process_status"));
        assert_eq!(same, document);
    }
}
