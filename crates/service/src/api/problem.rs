//! Errors as problem documents (RFC 9457): which it is, and what to do next.

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use inbank::{
    CommandRefused, GatewayError, GatewayErrorKind, Invalid, LedgerError, NotOffered, OrderError,
    Unavailable,
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::{IntoResponses, ToSchema};

use crate::shops::ShopSettingError;
use crate::webhook::WebhookError;

/// A problem document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Which problem it is; stable.
    #[serde(rename = "type")]
    #[schema(example = "/problems/invalid")]
    kind: &'static str,
    /// The same for people.
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What happened, and what to do next. Holds no personal data and no key.
    detail: String,
    /// The field that is to be another, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What the bank answered, where it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_status: Option<u16>,
    /// The bank's own codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bank_codes: Vec<String>,
    /// In seconds.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// What any call may be answered with instead.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "described, and never made")]
pub(super) enum Problems {
    /// The request can't be read
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// The token is missing or not valid
    #[response(status = 401, content_type = "application/problem+json")]
    NotAuthorised(Problem),
    /// The token may not do this
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(Problem),
    /// There is no such thing, or none that the token may see
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// The order can't take this now, the same request is under way, or the service is not set up for it
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
    /// The body took too long to arrive
    #[response(status = 408, content_type = "application/problem+json")]
    TooSlow(Problem),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is no `application/json`
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(Problem),
    /// The request breaks a rule, or the bank refused: nothing was done
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// Too many attempts at this order; nothing was sent. `Retry-After` says when there may be more
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// The bank was asked and did not answer, or not so that it could be understood
    #[response(status = 502, content_type = "application/problem+json")]
    Unclear(Problem),
    /// The bank or the ledger is away, or too much is under way: nothing was done. `Retry-After` says when to try again
    #[response(status = 503, content_type = "application/problem+json")]
    Away(Problem),
}

/// What is wrong, without the words for one case.
#[derive(Clone, Copy)]
struct Kind(StatusCode, &'static str, &'static str);

const NOT_AUTHORISED: Kind = Kind(
    StatusCode::UNAUTHORIZED,
    "/problems/not_authorised",
    "The token is missing or not valid",
);
const FORBIDDEN: Kind = Kind(
    StatusCode::FORBIDDEN,
    "/problems/forbidden",
    "The token may not do this",
);
const NOT_FOUND: Kind = Kind(
    StatusCode::NOT_FOUND,
    "/problems/not_found",
    "There is no such thing",
);
const METHOD: Kind = Kind(
    StatusCode::METHOD_NOT_ALLOWED,
    "/problems/method_not_allowed",
    "The path has no such method",
);
const MALFORMED: Kind = Kind(
    StatusCode::BAD_REQUEST,
    "/problems/malformed",
    "The request can't be read",
);
const INVALID: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/invalid",
    "The request breaks a rule",
);
const NOT_OFFERED: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/not_offered",
    "The product is not to be had for this cart",
);
const REFUSED: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/bank_refused",
    "The bank refused",
);
const NOT_NOW: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/not_now",
    "The order can't take this now",
);
const NOT_SET_UP: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/not_set_up",
    "The service is not set up for this",
);
const BUSY: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/busy",
    "Others are changing the order",
);
const UNDER_WAY: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/under_way",
    "The same request is under way",
);
const KEY_REUSED: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/key_reused",
    "The idempotency key was used for another request",
);
const BROKEN: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/broken_off",
    "The request broke off",
);
const TOO_SLOW: Kind = Kind(
    StatusCode::REQUEST_TIMEOUT,
    "/problems/too_slow",
    "The body took too long",
);
const TOO_LARGE: Kind = Kind(
    StatusCode::PAYLOAD_TOO_LARGE,
    "/problems/too_large",
    "The body is too large",
);
const NOT_JSON: Kind = Kind(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "/problems/not_json",
    "The body is no application/json",
);
const TOO_MANY: Kind = Kind(
    StatusCode::TOO_MANY_REQUESTS,
    "/problems/too_many",
    "Too many attempts",
);
const UNCLEAR: Kind = Kind(
    StatusCode::BAD_GATEWAY,
    "/problems/unclear",
    "The bank was asked and did not answer",
);
const BANK: Kind = Kind(
    StatusCode::BAD_GATEWAY,
    "/problems/bank",
    "The bank's answer is of no use",
);
const AWAY: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/bank_away",
    "The bank is away",
);
const LOADED: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/too_much",
    "Too much is under way",
);
const LEDGER: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/ledger_away",
    "The ledger is away",
);

/// After which a bank or a ledger that is away may be tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

impl Problem {
    fn new(Kind(status, kind, title): Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            bank_status: None,
            bank_codes: Vec::new(),
            retry_after: None,
        }
    }

    fn again_after(mut self, pause: Duration) -> Self {
        // Whole seconds, and never one too early.
        let seconds = pause
            .as_secs()
            .saturating_add(u64::from(pause.subsec_nanos() > 0));
        self.retry_after = Some(u32::try_from(seconds.max(1)).unwrap_or(u32::MAX));
        self
    }

    pub(super) fn not_authorised() -> Self {
        let detail = "send one of the service's tokens as `Authorization: Bearer TOKEN`";
        Self::new(NOT_AUTHORISED, detail)
    }

    pub(super) fn forbidden(wanted: &str) -> Self {
        Self::new(
            FORBIDDEN,
            format!("this needs a token of the scope {wanted}"),
        )
    }

    /// The same for a shop that isn't there and for one that the token may not see.
    pub(super) fn no_shop() -> Self {
        Self::new(NOT_FOUND, "there is no such shop for this token")
    }

    pub(super) fn no_order() -> Self {
        let detail = "the shop has no such order, or the order has no offer or contract yet; GET the order to see which";
        Self::new(NOT_FOUND, detail)
    }

    pub(super) fn no_route() -> Self {
        Self::new(
            NOT_FOUND,
            "there is no such path; /openapi.json has those that there are",
        )
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(METHOD, "/openapi.json has the methods of each path")
    }

    /// Nothing was written or sent.
    pub(super) fn busy(wait: Duration) -> Self {
        let detail =
            "nothing was done: this shop, or all of them, have too much under way; try again";
        Self::new(LOADED, detail).again_after(wait)
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(MALFORMED, detail)
    }

    pub(super) fn of_query() -> Self {
        let detail = "the query has a parameter that isn't known, or one that can't be read; /openapi.json says which there are";
        Self::malformed(detail)
    }

    /// A rule that the body breaks, in words that repeat no value of it.
    pub(super) fn of_rule(detail: impl Into<String>, field: Option<String>) -> Self {
        let mut problem = Self::new(INVALID, detail);
        problem.field = field;
        problem
    }

    pub(super) fn not_json() -> Self {
        Self::new(
            NOT_JSON,
            "send the body with Content-Type: application/json",
        )
    }

    pub(super) fn too_large(largest: usize) -> Self {
        let detail = format!("the body may have {} MiB", largest >> 20);
        Self::new(TOO_LARGE, detail)
    }

    pub(super) fn too_slow(longest: Duration) -> Self {
        let seconds = longest.as_secs();
        let detail = format!("nothing was done: send the whole body within {seconds} s");
        Self::new(TOO_SLOW, detail)
    }

    /// Figures of the process are of all shops.
    pub(super) fn of_all_shops() -> Self {
        let detail = "this needs a token for every shop: one without a list of shops";
        Self::new(FORBIDDEN, detail)
    }

    /// A task of ours ended before its answer.
    pub(super) fn failed() -> Self {
        let detail = "it may have been done: GET the order, and send it again as it is";
        Self::new(BROKEN, detail).again_after(AGAIN_AFTER)
    }

    /// A second request with the key of one that has not been answered.
    pub(super) fn under_way() -> Self {
        let detail = "a request with this Idempotency-Key has not been answered yet; send it again in a moment, as it is";
        Self::new(UNDER_WAY, detail).again_after(Duration::from_secs(1))
    }

    /// A key that came with another request.
    pub(super) fn key_reused() -> Self {
        let detail =
            "this Idempotency-Key came with another body before; take a new key for a new request";
        let mut problem = Self::new(KEY_REUSED, detail);
        problem.field = Some("Idempotency-Key".to_owned());
        problem
    }

    /// With the field as the service's own body calls it.
    pub(super) fn called(mut self, ours: impl FnOnce(&str) -> String) -> Self {
        if let Some(field) = self.field.take() {
            let ours = ours(&field);
            self.detail = self.detail.replacen(&field, &ours, 1);
            self.field = Some(ours);
        }
        self
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap()
    }

    #[cfg(test)]
    pub(super) fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }
}

/// How many a page is to have.
pub(super) fn at_most(wanted: Option<u32>, usual: u32, most: u32) -> Result<u32, Problem> {
    let wanted = wanted.unwrap_or(usual);
    if (1..=most).contains(&wanted) {
        Ok(wanted)
    } else {
        Err(Problem::malformed(format!("`limit` may be 1 to {most}")))
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        let mut problem = Self::new(INVALID, invalid.to_string());
        problem.field = Some(invalid.field().to_owned());
        problem
    }
}

impl From<Unavailable> for Problem {
    fn from(why: Unavailable) -> Self {
        let invalid = why.invalid();
        let mut problem = Self::new(NOT_OFFERED, format!("{why}; offer another way to pay"));
        problem.field = Some(invalid.field().to_owned());
        problem
    }
}

impl From<NotOffered> for Problem {
    fn from(why: NotOffered) -> Self {
        match why {
            NotOffered::Refused(error) => error.into(),
            NotOffered::Unavailable(why) => why.into(),
        }
    }
}

impl From<GatewayError> for Problem {
    fn from(error: GatewayError) -> Self {
        let kind = match error.kind() {
            GatewayErrorKind::Invalid | GatewayErrorKind::Unsupported => INVALID,
            GatewayErrorKind::NotFound => NOT_FOUND,
            GatewayErrorKind::Refused => REFUSED,
            GatewayErrorKind::OutcomeUnknown => UNCLEAR,
            GatewayErrorKind::NotAuthorised | GatewayErrorKind::Undecodable => BANK,
            GatewayErrorKind::RateLimited
            | GatewayErrorKind::Unavailable
            | GatewayErrorKind::Unreachable => AWAY,
        };
        let mut problem = Self::new(kind, error.to_string());
        if kind.0 == StatusCode::SERVICE_UNAVAILABLE {
            let pause = error.retry_after().unwrap_or(AGAIN_AFTER);
            problem = problem.again_after(pause);
        }
        problem.bank_status = error.bank_status();
        problem.bank_codes = error.bank_codes().to_vec();
        problem
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        tracing::error!(%error, "the ledger gave no answer");
        let detail = "nothing was done; try again, and look at the service's log if it stays";
        Self::new(LEDGER, detail).again_after(AGAIN_AFTER)
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        let says = error.to_string();
        match error {
            OrderError::Bank(error) => error.into(),
            OrderError::Invalid(invalid) if invalid.field() == "purchase_reference" => {
                Self::from(invalid.named("reference"))
            }
            OrderError::Invalid(invalid) => invalid.into(),
            OrderError::Ledger(error) => error.into(),
            OrderError::NotFound => Self::no_order(),
            OrderError::Refused(why) => Self::new(NOT_NOW, format!("{says}; {}", next_after(&why))),
            OrderError::Taken => Self::new(NOT_NOW, format!("{says}; send it again")),
            OrderError::Kept(_) => Self::new(NOT_NOW, format!("{says}; nothing is to be done")),
            OrderError::TooMany(at) => {
                let pause = at - OffsetDateTime::now_utc();
                let pause = pause.try_into().unwrap_or(Duration::ZERO);
                Self::new(TOO_MANY, says).again_after(pause)
            }
            OrderError::Unclear(_) => Self::new(UNCLEAR, says),
            OrderError::Busy => Self::new(BUSY, says).again_after(Duration::from_secs(1)),
        }
    }
}

/// What to do about a command that can't be taken now.
const fn next_after(why: &CommandRefused) -> &'static str {
    match why {
        CommandRefused::Changed(_) => {
            "show the customer the offer that stands, and accept that one"
        }
        CommandRefused::FinancedAlready { .. } => {
            "GET the order: cancel that attempt first, or leave this one"
        }
        CommandRefused::NoAttempt => "pay, apply or rent first",
        CommandRefused::NotNow { .. } => {
            "GET the order: its status says what it waits for, and an event tells when that changes"
        }
        CommandRefused::Otherwise(_) => {
            "wait for the event that tells how it ends; GET the order shows it as `command`"
        }
        CommandRefused::Superseded => "GET the order: its last attempt is the one that counts",
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        let says = error.to_string();
        match error {
            WebhookError::OfFile | WebhookError::NoVault | WebhookError::Locked(_) => {
                Self::new(NOT_SET_UP, says)
            }
            WebhookError::Missing => Self::new(NOT_FOUND, says),
            WebhookError::Invalid(invalid) => invalid.into(),
            WebhookError::Ledger(error) => error.into(),
        }
    }
}

impl From<ShopSettingError> for Problem {
    fn from(error: ShopSettingError) -> Self {
        let says = error.to_string();
        match error {
            ShopSettingError::OfFile
            | ShopSettingError::Taken
            | ShopSettingError::NoVault
            | ShopSettingError::Locked(_)
            | ShopSettingError::Refused(_) => Self::new(NOT_SET_UP, says),
            ShopSettingError::Missing => Self::new(NOT_FOUND, says),
            ShopSettingError::Invalid(invalid) => invalid.into(),
            ShopSettingError::Ledger(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let json = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, json).into_response();
        let headers = response.headers_mut();
        let of_problems = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, of_problems);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
