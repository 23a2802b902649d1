use std::fmt;

use crate::Invalid;

/// The language of the customer's dialog: `et-ET` (*Session Initiation*), or a bare language.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Locale(String);

impl Locale {
    /// Reads `ll-CC` or `ll`.
    ///
    /// # Errors
    /// [`Invalid`] (`locale`) for another form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let lower = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_lowercase());
        let upper = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase());
        let valid = match text.split_once('-') {
            Some((language, country)) => lower(language) && upper(country),
            None => lower(text),
        };
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "locale",
                "must be a language and country code, such as et-ET",
            ))
        }
    }

    /// As sent to the bank.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_language_and_maybe_a_country() {
        for good in ["et-ET", "cs-CS", "en"] {
            assert_eq!(Locale::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "et_ET", "ET-et", "et-", "estonian", "et-ET\n"] {
            assert_eq!(Locale::parse(bad).unwrap_err().field(), "locale");
        }
    }
}
