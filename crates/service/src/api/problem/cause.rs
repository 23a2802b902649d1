//! What an error of the library becomes.

use std::time::Duration;

use axum::http::StatusCode;
use inbank::{
    CommandRefused, GatewayError, GatewayErrorKind, Invalid, LedgerError, NotOffered, OrderError,
    Unavailable,
};
use time::OffsetDateTime;

use super::kind::{
    AWAY, BANK, BUSY, INVALID, LEDGER, NOT_FOUND, NOT_NOW, NOT_OFFERED, NOT_SET_UP, REFUSED,
    TOO_MANY, UNCLEAR,
};
use super::{AGAIN_AFTER, Problem};
use crate::shops::ShopSettingError;
use crate::webhook::WebhookError;

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
            OrderError::Kept(_) => Self::new(NOT_NOW, says),
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
            | ShopSettingError::NoFolder
            | ShopSettingError::Taken
            | ShopSettingError::NoVault
            | ShopSettingError::Locked(_)
            | ShopSettingError::SameIdentity
            | ShopSettingError::Refused(_) => Self::new(NOT_SET_UP, says),
            ShopSettingError::Changed => Self::new(BUSY, says),
            ShopSettingError::OpenOrders(open) => Self::open_orders(open),
            ShopSettingError::Missing => Self::new(NOT_FOUND, says),
            ShopSettingError::Invalid(invalid) => invalid.into(),
            ShopSettingError::Ledger(error) => error.into(),
        }
    }
}
