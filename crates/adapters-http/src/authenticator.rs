//! Callback authenticity (*Callback Authenticity Validation*): HMAC-SHA512 over `timestamp.message`
//! with the shop's key, before anything of the message is read.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use inbank_domain::{
    ApiKey, ApplicationCallback, ApplicationId, Callback, CallbackSubject, Invalid, OrderReference,
    SessionCallback, SessionId, SessionStatus, Unrecognised, excerpt, issued_at,
};
use inbank_ports::{
    CallbackAuthenticator, CallbackError, Clock, Headers, NotUnderstood, SignedCallback,
};
use sha2::Sha512;
use time::OffsetDateTime;

use crate::form::{Form, canonical, hexadecimal_digits};
use crate::wire::callback::Message;
use crate::wire::lenient::says_something;

type HmacSha512 = Hmac<Sha512>;

/// Tells the bank's callbacks from anybody else's by the shop's keys.
///
/// Several keys may be valid at once, for rotation. Each key's schedule is prepared when it is made.
/// Comparison is in constant time.
#[derive(Clone)]
pub struct HmacAuthenticator {
    keys: Vec<HmacSha512>,
    freshness: Option<Freshness>,
}

#[derive(Clone)]
struct Freshness {
    window: Duration,
    clock: Arc<dyn Clock>,
}

impl HmacAuthenticator {
    /// An authenticator for a shop's keys, all of them valid.
    ///
    /// Without [`fresh_within`](Self::fresh_within) a callback of any age is taken: it only triggers
    /// a reading of the bank, so an old one does no harm, while a lost one would.
    ///
    /// # Errors
    /// [`NoKey`] without a key: then nothing could be told apart.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a ApiKey>) -> Result<Self, NoKey> {
        let keys = keys.into_iter();
        let keys = keys.map(prepare).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(NoKey);
        }
        Ok(Self {
            keys,
            freshness: None,
        })
    }

    /// Takes only callbacks signed within `window` of the clock's now, on either side.
    #[must_use]
    pub fn fresh_within(mut self, window: Duration, clock: Arc<dyn Clock>) -> Self {
        self.freshness = Some(Freshness { window, clock });
        self
    }
}

impl CallbackAuthenticator for HmacAuthenticator {
    /// Inbank signs in the body: no header is looked at.
    fn authenticate(
        &self,
        _headers: &Headers,
        body: &[u8],
    ) -> Result<SignedCallback, CallbackError> {
        let form = Form::parse(body)?;
        let signed = self.keys.iter().any(|key| {
            let mut mac = key.clone();
            mac.update(form.signed());
            mac.verify_slice(form.hmac()).is_ok()
        });
        if !signed {
            return Err(CallbackError::Signature);
        }
        let issued_at = issued_at(form.timestamp()).ok_or(CallbackError::FieldUnreadable {
            field: "timestamp",
            expected: "a Unix time in seconds or milliseconds",
        })?;
        if let Some(freshness) = &self.freshness {
            freshness.check(issued_at)?;
        }
        let callback = read(form.message(), issued_at);
        let (signed, signature) = form.into_parts();
        Ok(SignedCallback::new(
            issued_at, callback, signed, signature, canonical,
        ))
    }
}

impl Freshness {
    /// Too old and too new are told apart: the one is a replay or a late delivery, the other a clock.
    fn check(&self, issued_at: OffsetDateTime) -> Result<(), CallbackError> {
        let now = self.clock.now();
        if now - issued_at > self.window {
            Err(CallbackError::TooOld)
        } else if issued_at - now > self.window {
            Err(CallbackError::TooNew)
        } else {
            Ok(())
        }
    }
}

/// Reads the message of an authentic callback.
fn read(message: &str, issued_at: OffsetDateTime) -> Result<Callback, NotUnderstood> {
    let message = Message::read(message).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        NotUnderstood::new(&format!(
            "not the JSON that the guides describe, at {place}"
        ))
    })?;
    let unreadable = |error: Invalid| NotUnderstood::new(&error.to_string());
    // What the bank is read for is the name; a status that can't be read is one that nobody knows.
    let status = message.status.unwrap_or_default();
    let named = |id: &Cow<'_, str>| says_something(id);
    let application = message.application.filter(named);
    if let (Some(subject), Some(application)) = (message.subject, application) {
        return Ok(Callback::Application(ApplicationCallback {
            application: ApplicationId::parse(application.trim()).map_err(unreadable)?,
            subject: CallbackSubject::from(&*subject),
            // One printed sample has a space behind it.
            status: excerpt(status.trim(), Unrecognised::LONGEST).to_owned(),
            issued_at,
        }));
    }
    let Some(id) = message.uuid.filter(named) else {
        return Err(NotUnderstood::new(
            "about neither a session nor an application",
        ));
    };
    let reference = message.purchase_reference;
    Ok(Callback::Session(SessionCallback {
        id: SessionId::parse(id.trim()).map_err(unreadable)?,
        status: SessionStatus::from(&*status),
        order_reference: reference.and_then(|text| OrderReference::parse(text).ok()),
        issued_at,
    }))
}

fn prepare(key: &ApiKey) -> Result<HmacSha512, NoKey> {
    HmacSha512::new_from_slice(key.expose().as_bytes()).map_err(|_| NoKey)
}

impl fmt::Debug for HmacAuthenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacAuthenticator")
            .field("keys", &self.keys.len())
            .field("freshness", &self.freshness.as_ref().map(|f| f.window))
            .finish()
    }
}

/// No key to tell callbacks by.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no API key: without one, callbacks can't be told from forgeries")]
pub struct NoKey;

/// The signature of a callback, as the bank makes it: 128 lower-case hexadecimal digits.
///
/// # Errors
/// [`NoKey`] when the key can't be one.
pub fn sign_callback(key: &ApiKey, timestamp: u64, message: &str) -> Result<String, NoKey> {
    let mut mac = prepare(key)?;
    mac.update(format!("{timestamp}.{message}").as_bytes());
    let bytes = mac.finalize().into_bytes();
    let digits = bytes.iter().flat_map(|byte| hexadecimal_digits(*byte));
    Ok(digits.map(char::from).collect())
}

/// The body of a signed callback, as the bank sends it.
///
/// # Errors
/// [`NoKey`] when the key can't be one.
pub fn callback_form(key: &ApiKey, timestamp: u64, message: &str) -> Result<String, NoKey> {
    let hmac = sign_callback(key, timestamp, message)?;
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("message", message);
    form.append_pair("hmac", &hmac);
    form.append_pair("timestamp", &timestamp.to_string());
    Ok(form.finish())
}

#[cfg(test)]
mod tests;
