use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

/// The time, and waiting for it: so that a test decides both.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> OffsetDateTime;

    /// Returns when `wait` has passed. May be dropped at any time.
    async fn sleep(&self, wait: Duration);
}
