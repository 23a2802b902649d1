//! The one door out. Every call to the bank passes here and nowhere else: address, key, time limit,
//! size limit, retries, span, and what an answer means.

use std::sync::Arc;
use std::time::Duration;

use backon::BackoffBuilder;
use inbank_domain::{Attachment, ShopId};
use inbank_ports::{Clock, GatewayError};
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, Response};
use time::OffsetDateTime;
use tracing::{Instrument, field};
use url::Url;

use crate::dialect::settled;
use crate::failure::{DecodeError, Failure};
use crate::figures;
use crate::operation::Operation;
use crate::{ApiVersion, RetryPolicy, Site, Transport};

/// What the door needs to let calls out for one shop.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) client: Client,
    /// What carries requests in the client's place.
    pub(crate) transport: Option<Arc<dyn Transport>>,
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
        let host = self.site.as_str();
        let began = self.clock.now();
        let took = || Duration::try_from(self.clock.now() - began).unwrap_or_default();
        async {
            let mut pauses = self.retry.backoff().build();
            loop {
                let failure = match self.exchange(operation, url.clone(), &call.body).await {
                    Ok((status, body)) => match read(&body, &decode) {
                        Ok(answer) => {
                            tracing::Span::current().record("status", status);
                            figures::call(host, operation.name, "ok", took());
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
                    figures::call(host, operation.name, kind, took());
                    return Err(failure.into_error(operation));
                };
                tracing::warn!(
                    failure = kind,
                    status = failure.status(),
                    pause_ms = pause.as_millis(),
                    "trying again"
                );
                figures::retry(host, operation.name);
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
            Body::None => {
                let request = request.header(header::CONTENT_TYPE, json);
                if operation.method == Method::GET {
                    request
                } else {
                    // Said in so many words, or a proxy asks for it (411) and drops the write.
                    request.header(header::CONTENT_LENGTH, HeaderValue::from_static("0"))
                }
            }
            Body::Json(body) => request
                .header(header::CONTENT_TYPE, json)
                .body(body.clone()),
            Body::Files { files, description } => {
                let form = form(files, description).map_err(Failure::of_transport)?;
                request.multipart(form)
            }
        };
        let response = match &self.transport {
            None => request.send().await.map_err(Failure::of_transport)?,
            Some(transport) => {
                let request = request.build().map_err(Failure::of_transport)?;
                transport.carry(request).await?
            }
        };
        let status = response.status();
        let retry_after = (!status.is_success())
            .then(|| retry_after(response.headers(), self.clock.now()))
            .flatten();
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
            if chunk.len() > self.answer_limit.saturating_sub(body.len()) {
                let limit = self.answer_limit;
                return Err(Failure::TooLarge { status, limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Reads an answer; one that could not be read, once more with each name once in each object.
fn read<T>(
    body: &[u8],
    decode: &impl Fn(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    decode(body).or_else(|error| settled(body).map_or(Err(error), |body| decode(&body)))
}

/// Files as curl's `--form` sends them, which the guide shows: names as they are, not encoded, and the
/// type that curl takes from the name's ending.
fn form(files: &[Attachment], description: &str) -> reqwest::Result<Form> {
    let mut form = Form::new()
        .percent_encode_noop()
        .text("type", "income_proof_document")
        .text("description", description.to_owned());
    for file in files {
        let part = Part::bytes(file.content().to_vec()).file_name(file.name().to_owned());
        let part = part.mime_str(content_type(file.name()))?;
        form = form.part("attachments[]", part);
    }
    Ok(form)
}

/// The content type that curl gives a file by its name: its list, and its default for all others.
fn content_type(name: &str) -> &'static str {
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "gif" => "image/gif",
        "htm" | "html" => "text/html",
        "jpeg" | "jpg" => "image/jpeg",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

/// How long `Retry-After` asks to wait, in seconds or as a date in any of HTTP's three forms, and never more than
/// [`GatewayError::LONGEST_WAIT`]. What is neither, or lies in the past, asks for nothing.
fn retry_after(headers: &HeaderMap, now: OffsetDateTime) -> Option<Duration> {
    let asked = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a long time too.
        asked.parse().map_or(Duration::MAX, Duration::from_secs)
    } else {
        let until = httpdate::parse_http_date(asked).ok()?;
        Duration::try_from(OffsetDateTime::from(until) - now).ok()?
    };
    Some(wait.min(GatewayError::LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Monday, 27 January 2025, noon.
    fn noon() -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_737_979_200).unwrap()
    }

    fn asked(value: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        retry_after(&headers, noon()).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_retry_after_of_any_size_waits_an_hour_at_most() {
        const HOUR: Option<u64> = Some(3_600);
        for (value, expected) in [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("3601", HOUR),
            ("1790000000", HOUR),
            ("300000000000", HOUR),
            ("18446744073709551616", HOUR),
            (&"9".repeat(1_000), HOUR),
            ("Mon, 27 Jan 2025 12:00:30 GMT", Some(30)),
            ("Monday, 27-Jan-25 12:00:30 GMT", Some(30)),
            ("Mon Jan 27 12:00:30 2025", Some(30)),
            ("Mon, 27 Jan 2025 11:59:59 GMT", None),
            ("Fri, 31 Dec 9999 23:59:59 GMT", HOUR),
            ("Mon, 01 Jan 1900 00:00:00 GMT", None),
            ("-1", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(asked(value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn no_retry_after_makes_it_panic_or_wait_for_long(value in "[ -~]{0,40}", now in any::<i32>()) {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(&value).unwrap());
            let now = OffsetDateTime::from_unix_timestamp(now.into()).unwrap();
            let wait = retry_after(&headers, now).unwrap_or_default();
            prop_assert!(wait <= GatewayError::LONGEST_WAIT);
        }
    }
}
