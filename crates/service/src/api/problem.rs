//! Errors as problem documents (RFC 9457): which it is, and what to do next.

mod cause;
mod kind;

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use inbank::{Money, OrderStatus};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use self::kind::{
    ANSWERED, BROKEN, FORBIDDEN, INVALID, KEY_REUSED, Kind, LOADED, MALFORMED, MAYBE_DONE, METHOD,
    NOT_AUTHORISED, NOT_FOUND, NOT_JSON, NOT_NOW, OTHER_CART, TOO_LARGE, TOO_SLOW, UNCLEAR,
    UNDER_WAY, WITHHELD,
};
use crate::shops::open_orders;

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

    /// A shop that is there, and whose keys this process can't have.
    pub(super) fn withheld_shop() -> Self {
        let detail = "nothing was done: this process can't have the shop's keys, and its log says why; try again, another process may have them";
        Self::new(WITHHELD, detail).again_after(AGAIN_AFTER)
    }

    pub(super) fn no_order() -> Self {
        let detail = "the shop has no such order, or the order has no offer or contract yet; GET the order to see which";
        Self::new(NOT_FOUND, detail)
    }

    /// The order is further along, for another amount than is asked for.
    pub(super) fn other_cart(status: OrderStatus, stands: Money, asked: Money) -> Self {
        let detail = format!(
            "nothing was opened: the order is {} for {stands}, and {asked} was asked for; GET the order, and take another order for what is to be paid besides",
            status.name()
        );
        Self::new(OTHER_CART, detail)
    }

    /// A shop that isn't to be removed by chance.
    pub(super) fn open_orders(open: u64) -> Self {
        let them = if open == 1 { "it" } else { "them" };
        let detail = format!(
            "nothing was removed: {}, and nobody would work on {them}; end {them} first, or say `?force=true`",
            open_orders(open)
        );
        Self::new(NOT_NOW, detail)
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
    pub(super) fn under_way(wait: Duration) -> Self {
        let detail = "a request with this Idempotency-Key has not been answered yet; send it again in a moment, as it is";
        Self::new(UNDER_WAY, detail).again_after(wait)
    }

    /// Another call is asking the bank, or did when its process ended; by then it is known what became of it.
    pub(super) fn opening_under_way(wait: Duration) -> Self {
        let detail = "another call has asked the bank for this, and the answer has not come; what became of it is known after `Retry-After` at the latest: send it again then, as it is";
        Self::new(UNDER_WAY, detail).again_after(wait)
    }

    /// What the bank does each time that it is asked was asked for under this key, and nobody knows what came of it.
    pub(super) fn maybe_done() -> Self {
        let detail = "it is not known whether the first request with this Idempotency-Key arrived at the bank, and it is not sent a second time: GET the order, ask the customer, and take a new key to have it sent again";
        Self::new(MAYBE_DONE, detail)
    }

    /// The same, where the first was answered with an address.
    pub(super) fn answer_not_kept() -> Self {
        let detail = "the first request with this Idempotency-Key was answered with an address, which is kept nowhere: take a new key for another address";
        Self::new(ANSWERED, detail)
    }

    /// The bank was asked, and the ledger failed then.
    pub(super) fn not_known() -> Self {
        let detail = "it may have been done: GET the order, ask the customer, and send it again with a new Idempotency-Key if it was not";
        Self::new(UNCLEAR, detail)
    }

    /// A key that came with another request.
    pub(super) fn key_reused() -> Self {
        let detail = "this Idempotency-Key came with another request before: of another path, or with another body; take a new key for a new request";
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
