use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use inbank_ports::Clock;

/// A clock that stands still until it is moved; sleeping moves it, and takes no time.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<OffsetDateTime>,
    slept: Mutex<Vec<Duration>>,
}

impl ManualClock {
    /// A clock that shows `now`.
    pub const fn new(now: OffsetDateTime) -> Self {
        Self {
            now: Mutex::new(now),
            slept: Mutex::new(Vec::new()),
        }
    }

    /// Moves it forward, to the end of time at the most.
    pub fn advance(&self, by: Duration) {
        let by = time::Duration::try_from(by).unwrap_or(time::Duration::MAX);
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.saturating_add(by);
    }

    /// Every wait that was asked for, in order.
    pub fn slept(&self) -> Vec<Duration> {
        let slept = self.slept.lock().unwrap_or_else(PoisonError::into_inner);
        slept.clone()
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> OffsetDateTime {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, wait: Duration) {
        self.advance(wait);
        let mut slept = self.slept.lock().unwrap_or_else(PoisonError::into_inner);
        slept.push(wait);
    }
}
