//! The one door out. Every call to the bank passes here and nowhere else: address, key, time limit,
//! size limit, retries, span, and what an answer means.

use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder;
use inbank_domain::{Attachment, ShopId};
use inbank_ports::{Clock, GatewayError};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use tracing::{Instrument, field};
use url::Url;

use crate::failure::{DecodeError, Failure};
use crate::operation::Operation;
use crate::{ApiVersion, RetryPolicy, Site};

/// What the door needs to let calls out for one shop.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) client: Client,
    pub(crate) site: Site,
    pub(crate) version: ApiVersion,
    pub(crate) shop: ShopId,
    /// `Bearer …`, marked sensitive.
    pub(crate) authorization: HeaderValue,
    pub(crate) retry: RetryPolicy,
    pub(crate) clock: Arc<dyn Clock>,
    /// The largest answer that is read.
    pub(crate) answer_limit: usize,
}

/// What a call adds to its operation's row.
#[derive(Default)]
pub(crate) struct Call<'a> {
    /// Values for the path's places after `{shop}`.
    pub(crate) arguments: &'a [&'a str],
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) body: Body<'a>,
}

/// What a call carries.
#[derive(Clone, Default)]
pub(crate) enum Body<'a> {
    #[default]
    None,
    /// Already in the version's spelling.
    Json(Vec<u8>),
    /// Proof of income, as a form (*Direct API*, attachments).
    Files {
        files: &'a [Attachment],
        description: &'a str,
    },
}

impl<'a> Call<'a> {
    /// A call about one thing, with nothing else to say.
    pub(crate) fn about(id: &'a &'a str) -> Self {
        Self {
            arguments: std::slice::from_ref(id),
            ..Self::default()
        }
    }
}

impl Door {
    /// The version in which an operation is called.
    pub(crate) fn version_of(&self, operation: &Operation) -> ApiVersion {
        operation.version.unwrap_or(self.version)
    }

    /// Makes a call and reads its answer with `decode`, again and again where that does no harm.
    pub(crate) async fn call<T>(
        &self,
        operation: &'static Operation,
        call: Call<'_>,
        decode: impl Fn(&[u8]) -> Result<T, DecodeError>,
    ) -> Result<T, GatewayError> {
        let mut arguments = vec![self.shop.as_str()];
        arguments.extend(call.arguments);
        let places = operation.path.matches('{').count();
        let arguments = &arguments[..places];
        let version = self.version_of(operation);
        let url = self
            .site
            .address(version, operation.path, arguments, call.query);

        let span = tracing::info_span!(
            "inbank",
            operation = operation.name,
            version = version.as_str(),
            status = field::Empty,
            failure = field::Empty,
        );
        async {
            let mut pauses = self.retry.backoff().build();
            loop {
                let failure = match self.exchange(operation, url.clone(), &call.body).await {
                    Ok((status, body)) => match decode(&body) {
                        Ok(answer) => {
                            tracing::Span::current().record("status", status);
                            return Ok(answer);
                        }
                        Err(error) => Failure::of_answer(status, &body, error),
                    },
                    Err(failure) => failure,
                };
                let kind = failure.kind(operation.effect).as_str();
                let pause = failure
                    .may_repeat(operation.effect)
                    .then(|| self.pause(&failure, pauses.next()))
                    .flatten();
                let Some(pause) = pause else {
                    let span = tracing::Span::current();
                    span.record("status", failure.status())
                        .record("failure", kind);
                    return Err(failure.into_error(operation));
                };
                tracing::warn!(
                    failure = kind,
                    status = failure.status(),
                    pause_ms = pause.as_millis(),
                    "trying again"
                );
                self.clock.sleep(pause).await;
            }
        }
        .instrument(span)
        .await
    }

    /// The pause before the next attempt; none where the bank asks for more patience than there is.
    fn pause(&self, failure: &Failure, pause: Option<Duration>) -> Option<Duration> {
        let longest = self.retry.max_pause;
        let asked = failure.retry_after().unwrap_or_default();
        // The backoff adds its jitter after its own limit.
        pause
            .map(|pause| pause.min(longest).max(asked))
            .filter(|_| asked <= longest)
    }

    /// One attempt: the status and body of a success.
    async fn exchange(
        &self,
        operation: &Operation,
        url: Url,
        body: &Body<'_>,
    ) -> Result<(u16, Vec<u8>), Failure> {
        let mut request = self
            .client
            .request(operation.method.clone(), url)
            .timeout(operation.limit)
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::ACCEPT, HeaderValue::from_static("application/json"));
        let json = HeaderValue::from_static("application/json");
        request = match body {
            // The guide expects the type in all requests.
            Body::None => request.header(header::CONTENT_TYPE, json),
            Body::Json(body) => request
                .header(header::CONTENT_TYPE, json)
                .body(body.clone()),
            Body::Files { files, description } => request.multipart(form(files, description)),
        };
        let response = request.send().await.map_err(Failure::of_transport)?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let body = self.read(response).await;
        if status.is_success() {
            Ok((status.as_u16(), body?))
        } else {
            // A refusal whose body breaks off is still a refusal.
            let body = body.unwrap_or_default();
            Err(Failure::of_status(status.as_u16(), &body, retry_after))
        }
    }

    /// Reads a body up to the limit, however long it claims or turns out to be.
    async fn read(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let status = response.status().as_u16();
        let expected = response
            .content_length()
            .and_then(|n| usize::try_from(n).ok());
        let mut body = Vec::with_capacity(expected.unwrap_or_default().min(self.answer_limit));
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(Failure::of_answer_transport)?
        {
            if body.len() + chunk.len() > self.answer_limit {
                let limit = self.answer_limit;
                return Err(Failure::TooLarge { status, limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Files as curl's `--form` sends them, which the guide shows; names as they are, not encoded.
fn form(files: &[Attachment], description: &str) -> Form {
    let mut form = Form::new()
        .percent_encode_noop()
        .text("type", "income_proof_document")
        .text("description", description.to_owned());
    for file in files {
        let part = Part::bytes(file.content().to_vec()).file_name(file.name().to_owned());
        form = form.part("attachments[]", part);
    }
    form
}

/// `Retry-After` in seconds; as a date it is not worth a clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    seconds.parse().ok().map(Duration::from_secs)
}
