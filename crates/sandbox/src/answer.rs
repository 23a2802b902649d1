//! What the bank answers: a document in the bank's vocabulary, spelled by the version that was asked.

use rust_decimal::Decimal;
use serde_json::{Value, value::RawValue};

use crate::dialect::Dialect;

/// A value in an answer.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Null,
    Bool(bool),
    Whole(u32),
    /// A JSON number of any size.
    Number(Decimal),
    Text(String),
    /// Exactly the bytes that were submitted: free-form containers are never renamed.
    Raw(Box<RawValue>),
    List(Vec<Node>),
    Object(Vec<(Name, Node)>),
}

/// The name of a field.
#[derive(Clone, Debug)]
pub(crate) enum Name {
    /// A name of the bank's vocabulary, in `snake_case`; each version spells it its own way.
    Known(&'static str),
    /// A name the guide does not list, echoed as it was submitted.
    Verbatim(String),
}

impl Node {
    /// An object of known names, in the order given.
    pub(crate) fn object<const N: usize>(fields: [(&'static str, Node); N]) -> Self {
        Self::Object(known(fields).collect())
    }

    /// Digits as a JSON number.
    pub(crate) fn digits(text: &str) -> Self {
        text.parse().map_or_else(|_| text.into(), Self::Number)
    }

    pub(crate) fn write(&self, dialect: Dialect) -> String {
        let mut out = String::new();
        self.write_to(dialect, &mut out);
        out
    }

    fn write_to(&self, dialect: Dialect, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Whole(value) => out.push_str(&value.to_string()),
            Self::Number(value) => out.push_str(&value.normalize().to_string()),
            Self::Text(text) => out.push_str(&quoted(text)),
            Self::Raw(raw) => out.push_str(raw.get()),
            Self::List(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    item.write_to(dialect, out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                out.push('{');
                for (position, (name, node)) in fields.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    match name {
                        Name::Known(name) => out.push_str(&quoted(&dialect.spell(name))),
                        Name::Verbatim(name) => out.push_str(&quoted(name)),
                    }
                    out.push(':');
                    node.write_to(dialect, out);
                }
                out.push('}');
            }
        }
    }
}

/// Fields of the bank's vocabulary, in the order given.
pub(crate) fn known<const N: usize>(
    fields: [(&'static str, Node); N],
) -> impl Iterator<Item = (Name, Node)> {
    fields
        .into_iter()
        .map(|(name, node)| (Name::Known(name), node))
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Money and rates are decimal strings, as every sample of the guide prints them.
///
/// The later field lists type some of them as numbers; guides contradictory; chosen: strings in both versions.
impl From<Decimal> for Node {
    fn from(value: Decimal) -> Self {
        Self::Text(decimal(value))
    }
}

impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A decimal as the bank prints it: no trailing zeros, but always one digit after the point (`2000.0`, `177.86`, `0.0`).
pub(crate) fn decimal(value: Decimal) -> String {
    let value = value.normalize();
    if value.scale() == 0 {
        format!("{value}.0")
    } else {
        value.to_string()
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// A status and a JSON body; no body with 204.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<String>,
}

impl Answer {
    pub(crate) fn ok(node: &Node, dialect: Dialect) -> Self {
        Self {
            status: 200,
            body: Some(node.write(dialect)),
        }
    }

    pub(crate) fn created(node: &Node, dialect: Dialect) -> Self {
        Self {
            status: 201,
            body: Some(node.write(dialect)),
        }
    }

    pub(crate) const fn no_content() -> Self {
        Self {
            status: 204,
            body: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_printed_as_in_the_guide() {
        for (value, printed) in [
            ("2000", "2000.0"),
            ("177.860", "177.86"),
            ("0.00", "0.0"),
            ("31.3167", "31.3167"),
        ] {
            assert_eq!(decimal(value.parse().unwrap()), printed);
        }
    }

    #[test]
    fn known_names_follow_the_version_and_submitted_ones_stay() {
        let container = RawValue::from_string(r#"{"key_1": 1.50}"#.to_owned()).unwrap();
        let node = Node::Object(vec![
            (Name::Known("additional_data"), Node::Raw(container)),
            (Name::Verbatim("extra_key".to_owned()), Node::Null),
        ]);
        assert_eq!(
            node.write(Dialect::V2),
            r#"{"additional_data":{"key_1": 1.50},"extra_key":null}"#
        );
        assert_eq!(
            node.write(Dialect::V3),
            r#"{"additionalData":{"key_1": 1.50},"extra_key":null}"#
        );
    }
}
