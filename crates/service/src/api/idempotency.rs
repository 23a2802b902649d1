//! `Idempotency-Key`: the same request again finds what became of it, and is not done twice.
//!
//! The order is what makes a request safe to repeat: the same cart finds the same attempt, and a command that was
//! taken is never sent again. The key adds three things: another request under the same key is refused, the same
//! one under way is waited for, and what the bank would do twice (a message to the customer, a file) is not done
//! again, also where it is not known whether it was done. The answer is how things stand now, and not a copy of the
//! first one, which may have been overtaken.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use inbank_adapters_sql::{Begun, IdempotencyName};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tokio::time::Instant;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::Shared;
use super::body::collected;
use super::problem::Problem;

/// The header's name.
pub(super) const HEADER: &str = "idempotency-key";
const LONGEST_KEY: usize = 255;
/// The same request under way is waited for so long.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
const LOOKED_EVERY: Duration = Duration::from_millis(100);
/// After that the process that began it is taken for dead: it says more often that it isn't.
const HELD_FOR: Duration = Duration::from_secs(20);
const RENEWED_EVERY: Duration = Duration::from_secs(5);

/// The request was answered with success.
const DONE: &str = "done";
/// It may have been done: what it became is found out when it comes again.
const UNCLEAR: &str = "unclear";

/// How the header is described.
pub(super) fn parameter() -> Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Names this request, so that it can be sent again: the same one is answered as things stand by then, another one with 422, one that is under way with 409. 1 to 255 visible characters, in quotes or without; kept for 7 days.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .pattern(Some(r#"^("[!#-~]{1,255}"|[!#-~]{1,255})$"#)),
        ))
        .build()
}

/// What is known of the same request from before.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Before {
    /// It was not asked, or did nothing, or came without a key.
    #[default]
    Nothing,
    /// It was answered with success.
    Done,
    /// It may have been done.
    Unclear,
}

impl<S: Send + Sync> FromRequestParts<S> for Before {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

impl Before {
    /// Whether to do what would be done again each time that it is asked for.
    pub(super) fn once(self) -> Result<bool, Problem> {
        match self {
            Self::Nothing => Ok(true),
            Self::Done => Ok(false),
            Self::Unclear => Err(Problem::maybe_done()),
        }
    }

    /// The same for what is answered with an address that is kept nowhere.
    pub(super) fn once_for_an_address(self) -> Result<(), Problem> {
        match self {
            Self::Nothing => Ok(()),
            Self::Done => Err(Problem::answer_not_kept()),
            Self::Unclear => Err(Problem::maybe_done()),
        }
    }
}

/// A request that was named.
struct NamedRequest {
    api: Shared,
    name: IdempotencyName,
    fingerprint: [u8; 32],
}

/// Lets a request with a key in once, and each later one as what comes again.
pub(super) async fn once(State(api): State<Shared>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    // Who may not come at all is told so, and leaves nothing behind.
    let Ok(token) = api.token(request.headers()) else {
        return next.run(request).await;
    };
    let key = match key(request.headers()) {
        Ok(key) => key,
        Err(problem) => return problem.into_response(),
    };
    let name = digest([token.principal(), &key].map(str::as_bytes));
    let (parts, body) = request.into_parts();
    let address = parts.uri.clone();
    let content = match collected(Request::from_parts(parts.clone(), body)).await {
        Ok(content) => content,
        Err(problem) => return problem.into_response(),
    };
    let address = address
        .path_and_query()
        .map_or("", |address| address.as_str());
    let named = NamedRequest {
        api,
        name: IdempotencyName(name),
        fingerprint: digest([address.as_bytes(), &content]),
    };
    let before = match named.begin().await {
        Ok(before) => before,
        Err(problem) => return problem.into_response(),
    };
    let mut request = Request::from_parts(parts, Body::from(content));
    request.extensions_mut().insert(before);
    // In a task of its own: whoever hangs up would leave it under way for others.
    let done = tokio::spawn(async move {
        let response = named.holding(next.run(request)).await;
        named.end(before, response.status()).await;
        response
    });
    done.await
        .unwrap_or_else(|_| Problem::failed().into_response())
}

/// The key, quoted as the draft has it, or bare.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut values = headers.get_all(HEADER).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    let value = value.map(str::trim).filter(|_| values.next().is_none());
    let key = value.and_then(|value| match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"'),
        None => Some(value),
    });
    let is_key = |key: &&str| {
        let visible = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(visible)
    };
    key.filter(is_key).map(str::to_owned).ok_or_else(|| {
        Problem::malformed(
            "Idempotency-Key must be given once, with 1 to 255 visible characters, in quotes or without",
        )
    })
}

/// A digest of several texts, none of which can be taken for a part of another.
fn digest<const N: usize>(parts: [&[u8]; N]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

impl NamedRequest {
    /// Waits for one that is under way, for a while.
    async fn begin(&self) -> Result<Before, Problem> {
        let until = Instant::now() + LONGEST_WAIT;
        loop {
            let now = OffsetDateTime::now_utc();
            let store = &self.api.store;
            let begun = store.begin_request(self.name, &self.fingerprint, HELD_FOR, now);
            match begun.await? {
                Begun::First => return Ok(Before::Nothing),
                Begun::Again(became) if became == DONE => return Ok(Before::Done),
                Begun::Again(_) | Begun::TakenOver => return Ok(Before::Unclear),
                Begun::Other => return Err(Problem::key_reused()),
                Begun::UnderWay if Instant::now() >= until => {
                    return Err(Problem::under_way(RENEWED_EVERY));
                }
                Begun::UnderWay => tokio::time::sleep(LOOKED_EVERY).await,
            }
        }
    }

    /// Says that it is under way for as long as it is.
    async fn holding<T>(&self, doing: impl Future<Output = T>) -> T {
        tokio::pin!(doing);
        loop {
            let renewing = async {
                tokio::time::sleep(RENEWED_EVERY).await;
                self.renew().await;
            };
            tokio::select! {
                done = &mut doing => return done,
                () = renewing => {}
            }
        }
    }

    async fn renew(&self) {
        let now = OffsetDateTime::now_utc();
        let store = &self.api.store;
        let renewed = store.renew_request(self.name, &self.fingerprint, HELD_FOR, now);
        if let Err(error) = renewed.await {
            tracing::warn!(%error, "it is not written down that a request is under way");
        }
    }

    /// Writes down what became of it. Where that can't be, it is under way until its time is over.
    async fn end(&self, before: Before, status: StatusCode) {
        let now = OffsetDateTime::now_utc();
        let (store, name) = (&self.api.store, self.name);
        let became = match (before, became(status)) {
            // It stays so, whatever was answered this time.
            (Before::Done, _) => return,
            (Before::Unclear, None) => Some(UNCLEAR),
            (Before::Nothing | Before::Unclear, became) => became,
        };
        let ended = match became {
            Some(became) => {
                let finished = store.finish_request(name, &self.fingerprint, became, now);
                finished.await
            }
            None => store.abandon_request(name, &self.fingerprint, now).await,
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "what became of a request is not written down");
        }
    }
}

/// What to remember of an answer; nothing where nothing was done, so that the key may be used for a request that
/// is put right.
fn became(status: StatusCode) -> Option<&'static str> {
    match status {
        // What is accepted may still end in any way, and the order says how.
        StatusCode::ACCEPTED => Some(UNCLEAR),
        status if status.is_success() => Some(DONE),
        // The ledger is away, or there is no room: nothing was done.
        StatusCode::SERVICE_UNAVAILABLE => None,
        status if status.is_server_error() => Some(UNCLEAR),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_is_quoted_or_bare_and_visible() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HEADER, HeaderValue::from_str(value).unwrap());
            }
            key(&headers).ok()
        };
        for value in ["8e03978e", "\"8e03978e\"", "  8e03978e "] {
            assert_eq!(read(&[value]).as_deref(), Some("8e03978e"), "{value}");
        }
        assert_eq!(read(&[&"x".repeat(255)]).unwrap().len(), 255);
        let long = "x".repeat(256);
        for bad in [
            &["a", "a"][..],
            &[""],
            &["\""],
            &["\"\""],
            &["\"a"],
            &["a\""],
            &["a b"],
            &["\"a\"b\""],
            &["õ"],
            &[&long],
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn no_two_requests_have_one_name() {
        let names = [
            digest([&b"a"[..], b"bc"]),
            digest([&b"ab"[..], b"c"]),
            digest([&b"abc"[..], b""]),
        ];
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
    }
}
