//! Which problems there are.

use axum::http::StatusCode;

/// What is wrong, without the words for one case.
#[derive(Clone, Copy)]
pub(super) struct Kind(
    pub(super) StatusCode,
    pub(super) &'static str,
    pub(super) &'static str,
);

pub(super) const NOT_AUTHORISED: Kind = Kind(
    StatusCode::UNAUTHORIZED,
    "/problems/not_authorised",
    "The token is missing or not valid",
);
pub(super) const FORBIDDEN: Kind = Kind(
    StatusCode::FORBIDDEN,
    "/problems/forbidden",
    "The token may not do this",
);
pub(super) const NOT_FOUND: Kind = Kind(
    StatusCode::NOT_FOUND,
    "/problems/not_found",
    "There is no such thing",
);
pub(super) const METHOD: Kind = Kind(
    StatusCode::METHOD_NOT_ALLOWED,
    "/problems/method_not_allowed",
    "The path has no such method",
);
pub(super) const MALFORMED: Kind = Kind(
    StatusCode::BAD_REQUEST,
    "/problems/malformed",
    "The request can't be read",
);
pub(super) const INVALID: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/invalid",
    "The request breaks a rule",
);
pub(super) const NOT_OFFERED: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/not_offered",
    "The product is not to be had for this cart",
);
pub(super) const REFUSED: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/bank_refused",
    "The bank refused",
);
pub(super) const NOT_NOW: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/not_now",
    "It can't be done as things stand",
);
pub(super) const OTHER_CART: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/other_cart",
    "The order stands for another amount",
);
pub(super) const NOT_SET_UP: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/not_set_up",
    "The service is not set up for this",
);
pub(super) const BUSY: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/busy",
    "Others are changing the same",
);
pub(super) const UNDER_WAY: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/under_way",
    "The same request is under way",
);
pub(super) const MAYBE_DONE: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/maybe_done",
    "It may have been done",
);
pub(super) const ANSWERED: Kind = Kind(
    StatusCode::CONFLICT,
    "/problems/answered",
    "It was done and answered",
);
pub(super) const KEY_REUSED: Kind = Kind(
    StatusCode::UNPROCESSABLE_ENTITY,
    "/problems/key_reused",
    "The idempotency key was used for another request",
);
pub(super) const BROKEN: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/broken_off",
    "The request broke off",
);
pub(super) const TOO_SLOW: Kind = Kind(
    StatusCode::REQUEST_TIMEOUT,
    "/problems/too_slow",
    "The body took too long",
);
pub(super) const TOO_LARGE: Kind = Kind(
    StatusCode::PAYLOAD_TOO_LARGE,
    "/problems/too_large",
    "The body is too large",
);
pub(super) const NOT_JSON: Kind = Kind(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "/problems/not_json",
    "The body is no application/json",
);
pub(super) const TOO_MANY: Kind = Kind(
    StatusCode::TOO_MANY_REQUESTS,
    "/problems/too_many",
    "Too many attempts",
);
pub(super) const UNCLEAR: Kind = Kind(
    StatusCode::BAD_GATEWAY,
    "/problems/unclear",
    "The bank was asked and did not answer",
);
pub(super) const BANK: Kind = Kind(
    StatusCode::BAD_GATEWAY,
    "/problems/bank",
    "The bank's answer is of no use",
);
pub(super) const AWAY: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/bank_away",
    "The bank is away",
);
pub(super) const LOADED: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/too_much",
    "Too much is under way",
);
pub(super) const WITHHELD: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/shop_unusable",
    "This process can't use the shop",
);
pub(super) const LEDGER: Kind = Kind(
    StatusCode::SERVICE_UNAVAILABLE,
    "/problems/ledger_away",
    "The ledger is away",
);
