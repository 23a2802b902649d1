use std::fmt;

use crate::{Invalid, Region};

/// The language of the customer's dialog: `et-ET` (*Session Initiation*), or a bare language.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Locale(String);

impl Locale {
    /// Reads a language, with or without a country, however people write them: `et-EE`, `et_EE`, `ET`. It is kept as
    /// the guides print it: `ll-CC` or `ll`.
    ///
    /// # Errors
    /// [`Invalid`] (`locale`) for another form.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is_code = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
        let read = match text.split_once(['-', '_']) {
            Some((language, country)) if is_code(language) && is_code(country) => Some(format!(
                "{}-{}",
                language.to_ascii_lowercase(),
                country.to_ascii_uppercase()
            )),
            None if is_code(text) => Some(text.to_ascii_lowercase()),
            Some(_) | None => None,
        };
        read.map(Self).ok_or_else(|| {
            Invalid::new(
                "locale",
                "must be a language and country code, such as et-EE, or a language, such as et",
            )
        })
    }

    /// With a country, as a session has it in every sample: a bare language is the one that the guides print for the
    /// region. Another language stays as it is, and is the bank's to refuse.
    pub(crate) fn in_region(self, region: &Region) -> Self {
        let of_region = |locale: &&&str| {
            let country = locale.strip_prefix(&*self.0);
            country.is_some_and(|country| country.starts_with('-'))
        };
        match region.locales.iter().find(of_region) {
            Some(printed) => Self((*printed).to_owned()),
            None => self,
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
    fn a_locale_is_a_language_and_maybe_a_country_however_it_is_written() {
        for (written, read) in [
            ("et-ET", "et-ET"),
            ("cs-CS", "cs-CS"),
            ("en", "en"),
            ("et_EE", "et-EE"),
            ("ET-ee", "et-EE"),
            ("Lv", "lv"),
        ] {
            assert_eq!(Locale::parse(written).unwrap().as_str(), read);
        }
        for bad in [
            "", "et-", "-EE", "e", "estonian", "et-EE\n", "et-EE-x", "ét", "12-34",
        ] {
            assert_eq!(Locale::parse(bad).unwrap_err().field(), "locale");
        }
    }

    #[test]
    fn a_bare_language_gets_the_country_that_the_guides_print_with_it() {
        let sent = |text, region| Locale::parse(text).unwrap().in_region(region);
        assert_eq!(sent("et", &Region::ESTONIA).as_str(), "et-ET");
        assert_eq!(sent("cs", &Region::CZECHIA).as_str(), "cs-CS");
        assert_eq!(sent("et-EE", &Region::ESTONIA).as_str(), "et-EE");
        assert_eq!(sent("et-XX", &Region::ESTONIA).as_str(), "et-XX");
        assert_eq!(sent("ru", &Region::ESTONIA).as_str(), "ru");
    }
}
