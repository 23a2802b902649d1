use async_trait::async_trait;
use inbank_domain::{OpenedSession, Session, SessionId, SessionRequest};

use crate::GatewayError;

/// Payment sessions (*Session Initiation*, *Session Details*).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session.
    ///
    /// # Contract
    /// - **Not idempotent**: each call that reaches the bank opens another session. An
    ///   implementation MUST NOT send it twice unless nothing was sent the first time.
    ///   (`opening_twice_opens_two_sessions`, `lost_answer_of_opening_is_an_unknown_outcome`)
    /// - The answer MUST be a pending session that can be read. (`opened_session_is_pending`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ the currency is not the region's; nothing is sent.
    ///   (`session_in_another_currency_is_invalid`)
    /// - `Unsupported` ⇐ it rents where nothing is rented; nothing is sent.
    ///   (`renting_where_nothing_is_rented_is_unsupported`)
    /// - `Refused` or `NotFound` ⇐ the bank does not take it; no session exists.
    ///   (`session_for_an_unknown_product_is_refused`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer: a session may exist.
    ///   (`lost_answer_of_opening_is_an_unknown_outcome`)
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError>;

    /// Reads a session.
    ///
    /// # Contract
    /// - A read: safe to repeat.
    /// - The answer MUST be about the session asked for, and carry the order's reference to the
    ///   character where the bank tells it. (`session_keeps_the_order_reference`)
    /// - A status that is not known MUST come back as `Unrecognised`, not as an error.
    ///
    /// # Errors
    /// `NotFound` ⇐ the shop has no such session. (`unknown_session_is_not_found`)
    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError>;
}
