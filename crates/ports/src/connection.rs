use async_trait::async_trait;

use crate::GatewayError;

/// Whether the bank can be reached with this key (`GET /ping`).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Connection: Send + Sync {
    /// Asks the bank for a sign of life.
    ///
    /// # Contract
    /// - A read: safe to repeat. MUST succeed with a valid key. (`ping_is_answered`)
    ///
    /// # Errors
    /// - `NotAuthorised` ⇐ the key is wrong.
    /// - `Unreachable` or `Unavailable` ⇐ no usable answer.
    async fn ping(&self) -> Result<(), GatewayError>;
}
