use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank_ports::{Clock, Random, Spawner};
use time::OffsetDateTime;

use super::Task;
use super::executor::Shared;
use super::sleep::Sleep;

/// One process of a simulation: its clock, its tasks, its random numbers. Clones are the same process.
#[derive(Clone, Debug)]
pub struct SimProcess {
    pub(super) shared: Arc<Shared>,
    number: u64,
    clock_ahead: time::Duration,
}

impl SimProcess {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let number = shared.state().number();
        Self {
            shared,
            number,
            clock_ahead: time::Duration::ZERO,
        }
    }

    /// The process with a clock that is so far ahead of the others', or behind them.
    #[must_use]
    pub const fn with_clock_ahead(mut self, by: time::Duration) -> Self {
        self.clock_ahead = by;
        self
    }

    /// Another process of the same simulation.
    #[must_use]
    pub fn sibling(&self) -> Self {
        Self::new(self.shared.clone())
    }

    /// Resolves when so much of the simulation's time has passed. It takes none of ours.
    pub async fn pass(&self, time: Duration) {
        Sleep::new(&self.shared, time).await;
    }

    /// Has the process stand still for so much of the simulation's time, as one whose machine is suspended:
    /// none of its tasks goes on, and time passes all the same.
    pub fn stand_still(&self, time: Duration) {
        self.shared.state().stand_still(self.number, time);
    }

    /// Ends the process as it stands: its tasks are dropped before anybody else goes on, and it starts
    /// none any more. What is being polled at this moment goes on until it waits.
    pub fn kill(&self) {
        self.shared.state().kill(self.number);
    }
}

#[async_trait]
impl Clock for SimProcess {
    fn now(&self) -> OffsetDateTime {
        let now = self.shared.state().now;
        if self.clock_ahead.is_zero() {
            return now;
        }
        now.saturating_add(self.clock_ahead)
    }

    async fn sleep(&self, wait: Duration) {
        self.pass(wait).await;
    }
}

impl Spawner for SimProcess {
    fn spawn(&self, task: Task) {
        // One that a dead process wanted to start is dropped here, when the lock is gone.
        let refused = self.shared.spawn(self.number, task);
        drop(refused);
    }
}

impl Random for SimProcess {
    fn bytes(&self) -> [u8; 16] {
        self.shared.state().random.bytes()
    }
}
