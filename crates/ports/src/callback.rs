use inbank_domain::Callback;

/// Tells callbacks of the bank from anybody else's (*Callback Authenticity Validation*).
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait CallbackAuthenticator: Send + Sync {
    /// Reads a callback from the raw bytes of the request's body, as they came over the wire.
    ///
    /// # Contract
    /// - Pure: no I/O, safe to repeat, and the same bytes give the same answer while the keys and,
    ///   where a freshness window is set, the clock allow it.
    /// - MUST accept what the bank signs with a current key. (`callback_is_authentic`)
    /// - MUST refuse a changed byte, another key, a doubled or missing field.
    ///   (`altered_callback_is_refused`, `doubled_field_is_refused`)
    /// - MUST NOT read the message before the signature is found right.
    ///
    /// # Errors
    /// [`CallbackError`], which says what is wrong without repeating any of it.
    fn authenticate(&self, body: &[u8]) -> Result<Callback, CallbackError>;
}

/// Why a callback is not taken.
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
    /// Authentic, but the message isn't one that this version understands.
    #[error("authentic, but the message is not understood: {0}")]
    Message(String),
}

impl CallbackError {
    /// Whether the bank signed it: true only for [`Message`](Self::Message).
    pub const fn is_authentic(&self) -> bool {
        matches!(self, Self::Message(_))
    }
}
