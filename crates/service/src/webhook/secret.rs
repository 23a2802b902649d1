//! By which webhooks are signed, after the Standard Webhooks specification 1.0.0.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use inbank::Invalid;
use inbank::ports::Random;
use sha2::Sha256;

/// A secret that one shop's server has too. Shows itself nowhere.
#[derive(Clone, Eq, PartialEq)]
pub struct WebhookSecret(Vec<u8>);

const PREFIX: &str = "whsec_";

impl WebhookSecret {
    /// Reads `whsec_` with 24 to 64 bytes in base 64.
    ///
    /// # Errors
    /// [`Invalid`], without what was given.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let bytes = text.strip_prefix(PREFIX);
        let bytes = bytes.and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
        let rule = "must be whsec_ and 24 to 64 random bytes in base 64";
        bytes.map(Self).ok_or_else(|| Invalid::new("secret", rule))
    }

    /// A new one.
    pub(crate) fn generate(random: &dyn Random) -> Self {
        Self([random.bytes(), random.bytes()].concat())
    }

    /// As it is given to the shop's server.
    pub(crate) fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of a message.
    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!(
            "v1,{}",
            STANDARD.encode(mac.finalize().into_bytes())
        ))
    }
}

/// The header `webhook-signature`: one signature for each secret, so that they can be changed.
pub(super) fn signatures(
    secrets: &[WebhookSecret],
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> String {
    let signatures = secrets
        .iter()
        .filter_map(|secret| secret.sign(id, timestamp, body));
    signatures.collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret")
    }
}

#[cfg(test)]
mod tests {
    use inbank::OsRandom;

    use super::*;

    const KNOWN: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// What the project's own libraries test with.
    #[test]
    fn a_message_is_signed_as_the_specification_has_it() {
        let secret = WebhookSecret::parse(KNOWN).unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let other = WebhookSecret::generate(&OsRandom);
        let signed = signatures(&[secret, other], id, 1_614_265_330, body);
        let (first, second) = signed.split_once(' ').unwrap();
        assert_eq!(first, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(second.starts_with("v1,") && second != first);
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown_and_no_other_text_is_one() {
        let secret = WebhookSecret::generate(&OsRandom);
        assert_eq!(WebhookSecret::parse(&secret.expose()).unwrap(), secret);
        assert_eq!(WebhookSecret::parse(KNOWN).unwrap().expose(), KNOWN);
        assert!(!format!("{secret:?}").contains(&secret.expose()[6..]));
        let long = format!("{PREFIX}{}", STANDARD.encode([7; 65]));
        for text in [
            "",
            PREFIX,
            "whsec_c2hvcnQ=",
            &KNOWN[6..],
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaL*Sw",
            &long,
        ] {
            let error = WebhookSecret::parse(text).unwrap_err();
            assert!(text.len() < 7 || !error.to_string().contains(text));
        }
    }
}
