//! Posts one webhook, and reads what comes back.

use std::time::Duration;

use inbank::Invalid;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, header};
use time::OffsetDateTime;

use super::WebhookSecret;
use super::schedule::retry_after;
use super::secret::signatures;
use super::target::WebhookTargets;

/// So long everything may take, from connecting to the answer.
const TIME_LIMIT: Duration = Duration::from_secs(15);
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// So much of an answer is read. It is kept nowhere, since it may be personal, and told to whoever asks for a test alone.
const ANSWER_LIMIT: usize = 4096;

/// What came of a try.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Tried {
    /// The answer's status, where there was one.
    pub(super) status: Option<u16>,
    /// What was wrong; none where it was taken.
    pub(super) problem: Option<String>,
    /// How the answer began.
    pub(super) answer: Option<String>,
    /// The pause that the server asks for.
    pub(super) retry_after: Option<Duration>,
}

impl Tried {
    fn failed(problem: impl Into<String>) -> Self {
        Self {
            problem: Some(problem.into()),
            ..Self::default()
        }
    }

    pub(super) const fn is_taken(&self) -> bool {
        self.problem.is_none()
    }

    /// The server wants no more of these.
    pub(super) fn is_gone(&self) -> bool {
        self.status == Some(StatusCode::GONE.as_u16())
    }

    /// It is the server that has a problem, or too much to do, and not this message.
    pub(super) fn is_down(&self) -> bool {
        matches!(self.status, None | Some(410 | 429 | 502..=504)) && !self.is_taken()
    }

    /// How long the server asks for rest, where it does.
    pub(super) fn rest(&self) -> Option<Duration> {
        self.retry_after
            .filter(|_| matches!(self.status, Some(429 | 503)))
    }
}

/// What is posted.
pub(super) struct Parcel<'a> {
    pub(super) url: &'a str,
    pub(super) secrets: &'a [WebhookSecret],
    /// The same each time that it is tried.
    pub(super) id: &'a str,
    pub(super) body: Vec<u8>,
}

/// Has a client for each of the two ways: over TLS to the internet, and without to what the operator allows.
#[derive(Clone, Debug)]
pub(super) struct Courier {
    targets: WebhookTargets,
    over_tls: Client,
    without_tls: Client,
    time_limit: Duration,
}

impl Courier {
    pub(super) fn new(
        targets: WebhookTargets,
        time_limit: Option<Duration>,
    ) -> Result<Self, reqwest::Error> {
        let client = |tls: bool| {
            Client::builder()
                .redirect(Policy::none())
                // A proxy would look names up by itself.
                .no_proxy()
                .https_only(tls)
                .dns_resolver(targets.resolver(tls))
                .connect_timeout(CONNECT_LIMIT)
                .user_agent(concat!("inbank-rust/", env!("CARGO_PKG_VERSION")))
                .build()
        };
        Ok(Self {
            over_tls: client(true)?,
            without_tls: client(false)?,
            time_limit: time_limit.unwrap_or(TIME_LIMIT),
            targets,
        })
    }

    pub(super) const fn targets(&self) -> &WebhookTargets {
        &self.targets
    }

    pub(super) async fn post(&self, parcel: Parcel<'_>, now: OffsetDateTime) -> Tried {
        // The rules may have become stricter since it was set.
        let url = match self.targets.check(parcel.url) {
            Ok(url) => url,
            Err(error) => return Tried::failed(refused(&error)),
        };
        let tls = url.scheme() == "https";
        let client = if tls {
            &self.over_tls
        } else {
            &self.without_tls
        };
        let timestamp = now.unix_timestamp();
        let signature = signatures(parcel.secrets, parcel.id, timestamp, &parcel.body);
        let request = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", parcel.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(parcel.body);
        let trying = async {
            match request.send().await {
                Ok(response) => read(response, now).await,
                Err(error) => Tried::failed(why(&error)),
            }
        };
        let tried = tokio::time::timeout(self.time_limit, trying).await;
        tried.unwrap_or_else(|_| Tried::failed(format!("no answer within {:?}", self.time_limit)))
    }
}

fn refused(error: &Invalid) -> String {
    format!("the address {}", error.problem())
}

/// In words of our own: the client's have the address, in which there may be a token.
fn why(error: &reqwest::Error) -> &'static str {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let io = cause.downcast_ref::<std::io::Error>();
        if io.is_some_and(|io| io.kind() == std::io::ErrorKind::PermissionDenied) {
            return "the name leads to no address that webhooks may go to";
        }
        source = cause.source();
    }
    if error.is_timeout() {
        "no connection in time"
    } else if error.is_connect() {
        "no connection: the name isn't known, nobody listens, or TLS fails"
    } else {
        "the connection broke off before an answer"
    }
}

async fn read(mut response: Response, now: OffsetDateTime) -> Tried {
    let status = response.status();
    let asked = response.headers().get(header::RETRY_AFTER);
    let asked = asked.and_then(|value| retry_after(value.to_str().ok()?, now));
    // Read even where nobody looks at it, so that the connection can be used again.
    let answer = start(&mut response).await;
    if status.is_success() {
        return Tried {
            status: Some(status.as_u16()),
            ..Tried::default()
        };
    }
    let problem = if status.is_redirection() {
        format!("answered {}: redirects are not followed", status.as_u16())
    } else {
        format!("answered {}", status.as_u16())
    };
    Tried {
        status: Some(status.as_u16()),
        problem: Some(problem),
        answer: Some(answer).filter(|answer| !answer.is_empty()),
        retry_after: asked,
    }
}

/// How the answer begins, as text.
async fn start(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < ANSWER_LIMIT {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            // What broke off is no less an answer.
            Ok(None) | Err(_) => break,
        }
    }
    bytes.truncate(ANSWER_LIMIT);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    text.retain(|sign| sign != '\0');
    text
}
