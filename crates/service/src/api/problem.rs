//! Errors as problem documents (RFC 9457): which it is, and what to do next.

use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use inbank::{
    GatewayError, GatewayErrorKind, Invalid, LedgerError, NotOffered, OrderError, Unavailable,
};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::{IntoResponses, ToSchema};

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
    /// The order can't take this now
    #[response(status = 409, content_type = "application/problem+json")]
    NotNow(Problem),
    /// The body is too large
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The body is no `application/json`
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(Problem),
    /// The request breaks a rule, or the bank refused: nothing was done
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// Too many attempts at this order; nothing was sent
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// The bank was asked and did not answer, or not so that it could be understood
    #[response(status = 502, content_type = "application/problem+json")]
    Unclear(Problem),
    /// The bank or the ledger is away, or too much is under way: nothing was done
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
const BUSY: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/busy",
    "Others are changing the order",
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

    pub(super) fn of_body(rejection: &JsonRejection) -> Self {
        let status = rejection.status();
        if status == StatusCode::UNPROCESSABLE_ENTITY {
            // Serde's words name keys and types, and may repeat a value.
            let detail = "the body has a key too many or too few, or one of another type; /openapi.json says which there are";
            return Self::new(INVALID, detail);
        }
        let kind = Kind(status, MALFORMED.1, MALFORMED.2);
        let detail = match status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "send the body as application/json",
            StatusCode::PAYLOAD_TOO_LARGE => "the body may have 1 MiB",
            _ => "the body is no JSON",
        };
        Self::new(kind, detail)
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
            OrderError::Invalid(invalid) => invalid.into(),
            OrderError::Ledger(error) => error.into(),
            OrderError::NotFound => Self::no_order(),
            OrderError::Refused(_) | OrderError::Taken | OrderError::Kept(_) => {
                Self::new(NOT_NOW, says)
            }
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
