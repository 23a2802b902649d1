use std::fmt;

use crate::Invalid;

/// What a merchant puts into the containers that are theirs: `additional_data`, `integration_info`,
/// `additional_details`.
///
/// Keys and values go to the bank untouched, in whichever dialect: order, spelling and the digits of
/// numbers are kept. `Debug` shows nothing: merchants pre-fill forms with it.
#[derive(Clone, Eq, PartialEq)]
pub enum FreeForm {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, by its digits.
    Number(JsonNumber),
    /// Text.
    Text(String),
    /// Values in a row.
    List(Vec<FreeForm>),
    /// Values by name, in the order given.
    Map(Vec<(String, FreeForm)>),
}

impl FreeForm {
    /// A map of texts, which is what these containers mostly are.
    pub fn texts<K: Into<String>, V: Into<String>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let entries = entries.into_iter();
        Self::Map(
            entries
                .map(|(key, value)| (key.into(), Self::Text(value.into())))
                .collect(),
        )
    }
}

impl fmt::Debug for FreeForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(free form)")
    }
}

impl From<&str> for FreeForm {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A number as JSON writes it, kept to the digit.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct JsonNumber(String);

impl JsonNumber {
    /// Takes a number by JSON's grammar.
    ///
    /// # Errors
    /// [`Invalid`] (`number`) for anything that JSON would not call a number.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if is_json_number(text.as_bytes()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new("number", "must be a number as JSON writes it"))
        }
    }

    /// The digits as given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_json_number(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    let mut rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let ([b'+' | b'-', exponent @ ..] | exponent) = exponent;
        let count = digits(exponent);
        if count == 0 {
            return false;
        }
        rest = &exponent[count..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_its_digits() {
        for text in [
            "0",
            "-0.10",
            "12.3400",
            "1e5",
            "1E-07",
            "123456789012345678901234567890",
        ] {
            assert_eq!(JsonNumber::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_json_would_not_call_a_number_is_refused() {
        for bad in ["", "-", "01", "1.", ".5", "+1", "1e", "NaN", "1 ", "0x1"] {
            assert!(JsonNumber::parse(bad).is_err(), "{bad}");
        }
    }
}
