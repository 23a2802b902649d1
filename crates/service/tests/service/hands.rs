//! A clock that a test moves.

use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::Clock;
use time::OffsetDateTime;
use tokio::sync::watch;

/// Whoever waits for it waits until it was moved as far.
pub(crate) struct Hands(watch::Sender<OffsetDateTime>);

impl Hands {
    pub(crate) fn new() -> Self {
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        Self(watch::channel(start).0)
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now += by);
    }

    pub(crate) fn move_to(&self, at: OffsetDateTime) {
        self.0.send_modify(|now| *now = at.max(*now));
    }
}

#[async_trait]
impl Clock for Hands {
    fn now(&self) -> OffsetDateTime {
        *self.0.borrow()
    }

    async fn sleep(&self, wait: Duration) {
        let until = self.now() + wait;
        let mut moved = self.0.subscribe();
        drop(moved.wait_for(|now| *now >= until).await);
    }
}
