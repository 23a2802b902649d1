use std::fmt;

use crate::Invalid;

/// A shop's API key: sent as the bearer token, and the secret of the callbacks' HMAC
/// (*Authentication*, *Callback Authenticity Validation*).
///
/// `Debug` shows nothing; there is no `Display`.
#[derive(Clone, Eq, PartialEq)]
pub struct ApiKey(String);

impl ApiKey {
    /// Takes a key as Inbank gave it.
    ///
    /// # Errors
    /// [`Invalid`] (`api_key`) when it is empty or has a character that cannot stand in an HTTP
    /// header, such as the line break at the end of a key file.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("api_key", "is empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Invalid::new(
                "api_key",
                "must be printable ASCII without spaces or line breaks",
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The key itself. Its only ways are the `Authorization` header and the HMAC.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_printable_word() {
        assert!(ApiKey::parse("e93174d3b9158a01c861c65fab0e7f96").is_ok());
        for bad in ["", "a b", "key\n", "võti"] {
            assert_eq!(ApiKey::parse(bad).unwrap_err().field(), "api_key");
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_key() {
        let key = ApiKey::parse("canary").unwrap();
        assert!(!format!("{key:?}").contains("canary"));
    }
}
