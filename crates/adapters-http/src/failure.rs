//! What can go wrong with one attempt, and what that means: the one table of it.

use std::time::Duration;

use inbank_ports::{GatewayError, GatewayErrorKind};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::TransportError;
use crate::dialect::{Entries, NOBODY_KNOWS};
use crate::operation::{Effect, Operation};

/// Why one attempt gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the answer is larger than {limit} bytes")]
    TooLarge { status: u16, limit: usize },
    #[error("the answer could not be read")]
    Undecodable {
        status: u16,
        codes: Vec<String>,
        #[source]
        error: DecodeError,
    },
    #[error("HTTP {status}")]
    Status {
        status: u16,
        codes: Vec<String>,
        retry_after: Option<Duration>,
    },
}

/// Why an answer could not be read. Says where, never what: an answer holds personal data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecodeError {
    #[error("not the JSON expected, at line {line}, column {column}")]
    Json { line: usize, column: usize },
    #[error("the field {0} is not what the guides say")]
    Field(String),
    #[error("the answer is about another {0} than asked for")]
    Another(&'static str),
}

impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json {
            line: error.line(),
            column: error.column(),
        }
    }
}

impl From<inbank_domain::Invalid> for DecodeError {
    fn from(error: inbank_domain::Invalid) -> Self {
        Self::Field(error.field().to_owned())
    }
}

impl Failure {
    /// An error in talking to the bank.
    pub(crate) fn of_transport(error: reqwest::Error) -> Self {
        Self::Transport(error.into())
    }

    /// An error while the answer came in.
    pub(crate) fn of_answer_transport(error: reqwest::Error) -> Self {
        Self::Transport(TransportError::NoAnswer(error.without_url().into()))
    }

    /// An answer that is not a success.
    pub(crate) fn of_status(status: u16, body: &[u8], retry_after: Option<Duration>) -> Self {
        Self::Status {
            status,
            codes: codes(body),
            retry_after,
        }
    }

    /// A success that can't be read.
    pub(crate) fn of_answer(status: u16, body: &[u8], error: DecodeError) -> Self {
        Self::Undecodable {
            status,
            codes: codes(body),
            error,
        }
    }

    /// What it means for a call.
    pub(crate) fn kind(&self, effect: Effect) -> GatewayErrorKind {
        use GatewayErrorKind as Kind;
        match (self, effect) {
            (Self::Transport(TransportError::NotSent(_)), _) => Kind::Unreachable,
            (Self::Status { status, codes, .. }, effect) => of_status(*status, codes, effect),
            (
                Self::Transport(TransportError::NoAnswer(_))
                | Self::TooLarge { .. }
                | Self::Undecodable { .. },
                Effect::Write,
            ) => Kind::OutcomeUnknown,
            (Self::Transport(TransportError::NoAnswer(_)), Effect::Read) => Kind::Unavailable,
            (Self::TooLarge { .. } | Self::Undecodable { .. }, Effect::Read) => Kind::Undecodable,
        }
    }

    /// Whether the same call may leave again by itself.
    pub(crate) fn may_repeat(&self, effect: Effect) -> bool {
        use GatewayErrorKind as Kind;
        match self.kind(effect) {
            Kind::Unreachable | Kind::Unavailable | Kind::Undecodable => true,
            Kind::RateLimited => effect == Effect::Read,
            Kind::Invalid
            | Kind::NotAuthorised
            | Kind::NotFound
            | Kind::OutcomeUnknown
            | Kind::Refused
            | Kind::Unsupported => false,
        }
    }

    /// How long the bank asked to wait.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Transport(_) | Self::TooLarge { .. } | Self::Undecodable { .. } => None,
        }
    }

    pub(crate) const fn status(&self) -> Option<u16> {
        match self {
            Self::Transport(_) => None,
            Self::TooLarge { status, .. }
            | Self::Undecodable { status, .. }
            | Self::Status { status, .. } => Some(*status),
        }
    }

    /// The port's error.
    pub(crate) fn into_error(self, operation: &Operation) -> GatewayError {
        let mut error = GatewayError::new(self.kind(operation.effect), operation.name)
            .with_retry_after(self.retry_after());
        if let Some(status) = self.status() {
            let codes = match &self {
                Self::Undecodable { codes, .. } | Self::Status { codes, .. } => codes.as_slice(),
                Self::Transport(_) | Self::TooLarge { .. } => &[],
            };
            error = error.with_answer(status, codes);
        }
        if let Self::Undecodable { error: why, .. } = &self {
            error = match why {
                DecodeError::Another(what) => error.about_another(what),
                DecodeError::Json { .. } | DecodeError::Field(_) => {
                    error.unreadable(why.to_string())
                }
            };
        }
        error.with_source(self)
    }
}

fn of_status(status: u16, codes: &[String], effect: Effect) -> GatewayErrorKind {
    use GatewayErrorKind as Kind;
    match status {
        429 => Kind::RateLimited,
        401 | 403 => Kind::NotAuthorised,
        404 => Kind::NotFound,
        // A proxy's word that it waited in vain says nothing about the bank behind it.
        408 => unanswered(effect),
        400..500 if codes.iter().any(|code| is_not_found(code)) => Kind::NotFound,
        400..500 => Kind::Refused,
        // Redirects are not followed, and no guide has one: nothing is known, as with a 5xx.
        _ => unanswered(effect),
    }
}

const fn unanswered(effect: Effect) -> GatewayErrorKind {
    match effect {
        Effect::Read => GatewayErrorKind::Unavailable,
        Effect::Write => GatewayErrorKind::OutcomeUnknown,
    }
}

/// `product_not_found`, `ASSET_MODEL_NOT_FOUND`: also seen with 422.
fn is_not_found(code: &str) -> bool {
    let tail = code.len().checked_sub("not_found".len());
    tail.and_then(|at| code.get(at..))
        .is_some_and(|tail| tail.eq_ignore_ascii_case("not_found"))
}

/// The codes in an error body, in any of the six shapes that the bank has been seen to use:
/// `error` or `message` or `Message`, a text or a list; `errorCode` beside prose; `error_code` with
/// `errors`. Anything else (HTML, nothing, prose) has none: prose may repeat what was sent, but for the
/// one [sentence](GatewayError::known_sentence) that the guides print. The first
/// [`GatewayError::MOST_CODES`] are found, each once. A name that stands twice is looked at twice: a success that
/// also says that it is none is not one.
pub(crate) fn codes(body: &[u8]) -> Vec<String> {
    let Ok(Entries(fields)) = serde_json::from_slice(body) else {
        return Vec::new();
    };
    let under = |name| fields.iter().filter(move |(other, _)| other == name);
    let values = NAMES.iter().flat_map(|name| under(*name));
    let mut found: Vec<String> = Vec::new();
    for (_, value) in values {
        let value = serde_json::from_str(value.get()).unwrap_or_default();
        let texts = match &value {
            Value::Array(list) => list.as_slice(),
            text => std::slice::from_ref(text),
        };
        for text in texts.iter().filter_map(Value::as_str) {
            // Looking each one up among the few that are kept takes linear time.
            if found.len() == GatewayError::MOST_CODES {
                return found;
            }
            let sentence = GatewayError::known_sentence(text);
            let text = sentence.unwrap_or(text);
            let kept = sentence.is_some() || GatewayError::is_code(text);
            if kept && !found.iter().any(|known| known == text) {
                found.push(text.to_owned());
            }
        }
    }
    found
}

const NAMES: [&str; 6] = [
    "errorCode",
    "error_code",
    "error",
    "message",
    "Message",
    "errors",
];

/// Whether a success says that it is none: by a code, or by two that contradict each other, of which
/// [`settled`](crate::dialect::settled) leaves that nobody knows.
pub(crate) fn reports_an_error(body: &[u8]) -> bool {
    let contradiction = |(name, value): &(String, &RawValue)| {
        NAMES.contains(&name.as_str()) && value.get() == NOBODY_KNOWS
    };
    let entries = serde_json::from_slice::<Entries<'_>>(body);
    !codes(body).is_empty() || entries.is_ok_and(|entries| entries.0.iter().any(contradiction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use GatewayErrorKind as Kind;

    #[test]
    fn codes_are_found_in_all_six_shapes() {
        for (body, expected) in [
            (r#"{"error":["unauthorized"]}"#, vec!["unauthorized"]),
            (r#"{"message":"not_found"}"#, vec!["not_found"]),
            (
                r#"{"message":["a_is_missing","b_is_empty"]}"#,
                vec!["a_is_missing", "b_is_empty"],
            ),
            (r#"{"Message":"explicit_deny"}"#, vec!["explicit_deny"]),
            (
                r#"{"message":"Human text.","errorCode":"ASSET_MODEL_NOT_FOUND"}"#,
                vec!["ASSET_MODEL_NOT_FOUND"],
            ),
            (
                r#"{"error_code":"WRONG_ORDER_ID","error_message":"x","errors":["y"]}"#,
                vec!["WRONG_ORDER_ID", "y"],
            ),
            (
                r#"{"error":"unauthorized","error":null}"#,
                vec!["unauthorized"],
            ),
            ("<html>Bad gateway</html>", vec![]),
            ("", vec![]),
            ("[]", vec![]),
            (r#"{"error":{"nested":1},"message":null}"#, vec![]),
        ] {
            assert_eq!(codes(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn of_80_000_codes_the_first_are_kept_in_linear_time() {
        let codes_of = |n: usize| {
            let list: Vec<_> = (0..n).map(|n| format!("code_{n}_is_missing")).collect();
            serde_json::json!({ "message": list, "errors": list }).to_string()
        };
        let body = codes_of(80_000);
        let found = codes(body.as_bytes());
        assert_eq!(found.len(), GatewayError::MOST_CODES);
        assert_eq!(found[0], "code_0_is_missing");
        let failure = Failure::of_status(422, body.as_bytes(), None);
        let error = failure.into_error(&crate::operation::SESSION_OPEN);
        assert!(error.to_string().len() < 3_000 && format!("{error:?}").len() < 10_000);
    }

    #[test]
    fn prose_does_not_reach_the_error() {
        let body = br#"{"message":"Customer 38808050001 exists","errorCode":"CONFLICT"}"#;
        let failure = Failure::of_status(422, body, None);
        let error = failure.into_error(&crate::operation::SESSION_OPEN);
        assert_eq!(error.bank_codes(), ["CONFLICT"]);
        assert!(!error.to_string().contains("3880"));
    }

    #[test]
    fn a_status_means_what_the_table_says() {
        for (status, code, read, write) in [
            (400, "x", Kind::Refused, Kind::Refused),
            (
                401,
                "unauthorized",
                Kind::NotAuthorised,
                Kind::NotAuthorised,
            ),
            (403, "x", Kind::NotAuthorised, Kind::NotAuthorised),
            (404, "not_found", Kind::NotFound, Kind::NotFound),
            (408, "x", Kind::Unavailable, Kind::OutcomeUnknown),
            (409, "x", Kind::Refused, Kind::Refused),
            (422, "can_not_approve", Kind::Refused, Kind::Refused),
            (422, "ASSET_MODEL_NOT_FOUND", Kind::NotFound, Kind::NotFound),
            (429, "x", Kind::RateLimited, Kind::RateLimited),
            (500, "x", Kind::Unavailable, Kind::OutcomeUnknown),
            (503, "x", Kind::Unavailable, Kind::OutcomeUnknown),
            (302, "x", Kind::Unavailable, Kind::OutcomeUnknown),
        ] {
            let body = format!(r#"{{"message":["{code}"]}}"#);
            let failure = Failure::of_status(status, body.as_bytes(), None);
            assert_eq!(failure.kind(Effect::Read), read, "{status}");
            assert_eq!(failure.kind(Effect::Write), write, "{status}");
        }
    }

    #[test]
    fn only_a_read_leaves_again_after_it_was_sent() {
        for (status, read) in [(422, false), (404, false), (429, true), (500, true)] {
            let failure = Failure::of_status(status, b"", None);
            assert_eq!(failure.may_repeat(Effect::Read), read, "{status}");
            assert!(!failure.may_repeat(Effect::Write), "{status}");
        }
        let undecodable = Failure::of_answer(200, b"<html>", DecodeError::Another("session"));
        assert_eq!(undecodable.kind(Effect::Read), Kind::Undecodable);
        assert_eq!(undecodable.kind(Effect::Write), Kind::OutcomeUnknown);
        assert!(undecodable.may_repeat(Effect::Read));
        assert!(!undecodable.may_repeat(Effect::Write));
    }

    #[test]
    fn only_connections_time_limits_and_5xx_count_against_the_host() {
        let counts = |failure: Failure, operation| failure.into_error(operation).is_host_failure();
        for (status, expected) in [
            (302, false),
            (401, false),
            (404, false),
            (408, false),
            (422, false),
            (429, false),
            (500, true),
            (503, true),
            (504, true),
        ] {
            for operation in [
                &crate::operation::SESSION_OPEN,
                &crate::operation::SESSION_SHOW,
            ] {
                let failure = Failure::of_status(status, b"", None);
                assert_eq!(counts(failure, operation), expected, "{status}");
                let undecodable = Failure::of_answer(200, b"", DecodeError::Another("session"));
                assert!(!counts(undecodable, operation));
            }
        }
    }
}
