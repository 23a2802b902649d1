//! What callbacks say, and how they are signed.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use time::OffsetDateTime;
use url::form_urlencoded;
use uuid::Uuid;

use super::ApplicationEvent;
use crate::{answer::Node, dialect::Dialect, session::Session};

/// The three fields of a callback and of the browser's return (e-POS 2.10, Request Structure).
#[derive(Clone, Debug)]
pub(crate) struct SignedMessage {
    pub(crate) message: String,
    pub(crate) hmac: String,
    pub(crate) timestamp: String,
}

impl SignedMessage {
    /// Tells the session's status as it is now (e-POS 2.10, Callback Message Content).
    ///
    /// Version 3 spells `purchaseReference` by its general rule; no public document settles the casing of the message there.
    /// The version is the one in which the session was opened: guides silent.
    pub(crate) fn about(session: &Session, key: &str, now: OffsetDateTime) -> Self {
        let message = Node::object([
            ("uuid", session.id.to_string().into()),
            ("status", session.status.name().into()),
            (
                "purchase_reference",
                Some(session.purchase_reference.as_str())
                    .filter(|reference| !reference.is_empty())
                    .into(),
            ),
        ])
        .write(session.dialect);
        let timestamp = now.unix_timestamp().to_string();
        Self {
            hmac: signature(key, &timestamp, &message),
            message,
            timestamp,
        }
    }

    /// Tells what has happened to an application (direct guide 2.05, Callbacks).
    ///
    /// `creditApplicationUuid` is spelled so in version 2 as well. The guide's table has a timestamp in seconds, its sample one in
    /// milliseconds; chosen: milliseconds, which tell the direct API's callbacks from those of e-POS.
    pub(super) fn about_application(
        application: Uuid,
        event: ApplicationEvent,
        key: &str,
        now: OffsetDateTime,
    ) -> Self {
        let message = Node::object([
            ("type", event.kind().into()),
            ("status", event.name().into()),
            ("credit_application_uuid", application.to_string().into()),
        ])
        .write(Dialect::V3);
        let timestamp = (now.unix_timestamp_nanos() / 1_000_000).to_string();
        Self {
            hmac: signature(key, &timestamp, &message),
            message,
            timestamp,
        }
    }

    pub(super) fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("message", &self.message)
            .append_pair("hmac", &self.hmac)
            .append_pair("timestamp", &self.timestamp)
            .finish()
    }
}

/// HMAC-SHA512 over `timestamp.message` with the shop's API key, in lower-case hexadecimal (e-POS 2.10, Callback Authenticity Validation).
fn signature(key: &str, timestamp: &str, message: &str) -> String {
    // A key of any length is taken, so the error cannot happen; an empty signature verifies nowhere.
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(message.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a `String` does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_an_independent_tool() {
        // printf '1549411200.{"uuid":"u"}' | openssl dgst -sha512 -hmac key
        assert_eq!(
            signature("key", "1549411200", r#"{"uuid":"u"}"#),
            "f34c2cb2869a148a61b0c638f9523c76a6cce20e0304d978ae9d0512ac7944bcb9b952ee3814c2510812665b9ff474efc8c460c5c54436afbdc740503f545349"
        );
    }

    #[test]
    fn the_form_is_encoded_as_the_guide_prints_it() {
        let signed = SignedMessage {
            message: r#"{"purchase_reference":"Id #1"}"#.to_owned(),
            hmac: "00".to_owned(),
            timestamp: "1549411200".to_owned(),
        };
        assert_eq!(
            signed.form(),
            "message=%7B%22purchase_reference%22%3A%22Id+%231%22%7D&hmac=00&timestamp=1549411200"
        );
    }
}
