use std::fmt;

use inbank_domain::{Callback, Invalid, excerpt};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// Tells callbacks of the bank from anybody else's (*Callback Authenticity Validation*).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait CallbackAuthenticator: Send + Sync {
    /// Reads a callback from a request's headers and the raw bytes of its body, as they came over the
    /// wire. Inbank signs in the body and needs no header; most lenders sign in one.
    ///
    /// # Contract
    /// - Pure: no I/O, safe to repeat, and the same request gives the same answer while the keys and,
    ///   where a freshness window is set, the clock allow it.
    /// - MUST accept what the bank signs with a current key. (`callback_is_authentic`)
    /// - MUST give the order's reference to the character where the message names it, and none where it
    ///   doesn't. (`callback_is_authentic`)
    /// - MUST refuse a changed byte, another key, a doubled or missing field.
    ///   (`altered_callback_is_refused`, `doubled_field_is_refused`)
    /// - MUST give every copy of a callback the same key and the same content to keep, whatever was
    ///   added to it that isn't signed, and callbacks that differ in what is signed different keys.
    ///   (`padded_callback_is_the_same_callback`, `each_callback_has_a_key_of_its_own`)
    /// - MUST take the content to keep, alone and without headers, for the same callback again.
    ///   (`kept_content_is_authentic`)
    /// - MUST NOT read the message before the signature is found right.
    ///
    /// # Errors
    /// [`CallbackError`], which says what is wrong without repeating any of it.
    fn authenticate(&self, headers: &Headers, body: &[u8])
    -> Result<SignedCallback, CallbackError>;
}

/// The headers of a request, as far as a lender's signature may stand in one.
///
/// Names are compared without regard to letter case. `Debug` shows names only.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// No header at all.
    pub const NONE: Self = Self(Vec::new());

    /// The one value under a name; none where there are several, of which it can't be known which was
    /// meant.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self.all(name);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// Every value under a name, in their order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let headers = self.0.iter();
        let named = headers.filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        let headers = headers.into_iter();
        Self(
            headers
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// A callback that the bank has signed, whatever it says.
#[derive(Clone)]
pub struct SignedCallback {
    /// When the bank signed it, by the bank's clock.
    pub issued_at: OffsetDateTime,
    /// What it says, where that is understood.
    pub callback: Result<Callback, NotUnderstood>,
    signed: Vec<u8>,
    signature: Vec<u8>,
    content: fn(signed: &[u8], signature: &[u8]) -> Vec<u8>,
}

impl SignedCallback {
    /// For authenticators: what was signed, to the byte; the signature in one spelling; and how the two
    /// are written as a body that is authentic again.
    pub const fn new(
        issued_at: OffsetDateTime,
        callback: Result<Callback, NotUnderstood>,
        signed: Vec<u8>,
        signature: Vec<u8>,
        content: fn(signed: &[u8], signature: &[u8]) -> Vec<u8>,
    ) -> Self {
        Self {
            issued_at,
            callback,
            signed,
            signature,
            content,
        }
    }

    /// By what copies of it are known: the same for every copy.
    pub fn key(&self) -> CallbackKey {
        CallbackKey::of(&self.signed)
    }

    /// What of the request to keep: all that is signed and the signature, in one form for all copies,
    /// and nothing else of what came. [`CallbackAuthenticator::authenticate`] takes it again, without
    /// headers.
    pub fn content(&self) -> Vec<u8> {
        (self.content)(&self.signed, &self.signature)
    }
}

/// Copies are equal, however they came.
impl PartialEq for SignedCallback {
    fn eq(&self, other: &Self) -> bool {
        self.issued_at == other.issued_at
            && self.callback == other.callback
            && self.signed == other.signed
            && self.content() == other.content()
    }
}

/// Without the contents, which have the merchant's order in them.
impl fmt::Debug for SignedCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedCallback")
            .field("key", &self.key())
            .field("issued_at", &self.issued_at)
            .field("callback", &self.callback)
            .finish_non_exhaustive()
    }
}

/// By what copies of a callback are known: a digest of what the bank signed, and of nothing else.
///
/// It is stored, so it must never come out otherwise for the same bytes: a test pins it. It is no
/// function of what this version makes of a message, so that a message that isn't understood has
/// one too.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct CallbackKey(String);

impl CallbackKey {
    /// The key of what was signed: for Inbank `timestamp.message`, the text under the HMAC. It is the
    /// first half of its SHA-256, as 32 lower-case hexadecimal digits.
    pub fn of(signed: &[u8]) -> Self {
        let digits = Sha256::digest(signed).into_iter().take(16);
        let digits = digits.flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
        Self(digits.collect())
    }

    /// Reads a key from a store.
    ///
    /// # Errors
    /// [`Invalid`] (`callback_key`) unless it is 32 lower-case hexadecimal digits.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        let digits = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        if text.len() == 32 && digits {
            Ok(Self(text))
        } else {
            let problem = "must be 32 lower-case hexadecimal digits";
            Err(Invalid::new("callback_key", problem))
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The message of an authentic callback isn't one that this version understands: time to read the
/// bank.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("authentic, but the message is not understood: {0}")]
pub struct NotUnderstood(String);

impl NotUnderstood {
    /// Says where it stops being understood, and repeats nothing of the message.
    pub fn new(why: &str) -> Self {
        Self(excerpt(why, 255).to_owned())
    }
}

/// Why a request is not the bank's callback.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CallbackError {
    /// A field stands twice: which of the two was signed can't be known.
    #[error("the field {0} stands more than once")]
    FieldDoubled(&'static str),
    /// A field isn't there.
    #[error("the field {0} is missing; pass the request's body as it came, before any form parser")]
    FieldMissing(&'static str),
    /// A field can't be what the bank sends.
    #[error("the field {field} is not {expected}")]
    FieldUnreadable {
        /// Which.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The signature fits none of the keys.
    #[error(
        "the signature fits none of the shop's keys: another key, or the body was changed on its way"
    )]
    Signature,
    /// Signed longer ago than the freshness window allows.
    #[error("signed longer ago than the freshness window allows")]
    TooOld,
    /// Signed further in the future than the freshness window allows.
    #[error("signed in the future, further than the freshness window allows; check both clocks")]
    TooNew,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_callback_is_pinned() {
        // By `printf %s '1549411200.{"uuid":"e4b5b81a-6d99","status":"pending"}' | sha256sum`.
        let signed = br#"1549411200.{"uuid":"e4b5b81a-6d99","status":"pending"}"#;
        let key = CallbackKey::of(signed);
        assert_eq!(key.as_str(), "2ad491c47e5f2363780aa23f94da1f18");
        assert_eq!(CallbackKey::parse(key.as_str()), Ok(key));
        let nothing = CallbackKey::of(b"");
        assert_eq!(nothing.as_str(), "e3b0c44298fc1c149afbf4c8996fb924");
    }

    #[test]
    fn a_stored_key_is_read_to_the_letter() {
        for bad in [
            "",
            "e3b0c44298fc1c149afbf4c8996fb92",
            "E3B0C44298FC1C149AFBF4C8996FB924",
            "e3b0c44298fc1c149afbf4c8996fb92g",
        ] {
            assert_eq!(CallbackKey::parse(bad).unwrap_err().field(), "callback_key");
        }
    }

    #[test]
    fn a_header_is_found_in_any_letter_case_and_only_where_it_stands_once() {
        let headers: Headers = [("X-Signature", "a"), ("x-twice", "b"), ("X-Twice", "c")]
            .into_iter()
            .collect();
        assert_eq!(headers.get("x-signature"), Some("a"));
        assert_eq!(headers.get("x-twice"), None);
        assert_eq!(headers.all("X-TWICE").collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(Headers::NONE.get("x-signature"), None);
        assert!(!format!("{headers:?}").contains("\"a\""));
    }
}
