use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::Clock;
use inbank_sandbox::Sandbox;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::tasks::is_of_a_task;

/// What waits no longer than this pauses before it goes on. What waits longer has something else under
/// way, and only limits it.
const PAUSE: Duration = Duration::from_secs(5);

/// The sandbox's clock for the platform. Moving it wakes whoever waits by it.
pub(super) struct SandboxClock {
    sandbox: Arc<Sandbox>,
    moved: watch::Sender<()>,
    /// Until when tasks pause that would go on by themselves.
    pausing: Mutex<Pausing>,
}

#[derive(Default)]
struct Pausing {
    next: u64,
    until: BTreeMap<u64, OffsetDateTime>,
}

impl SandboxClock {
    pub(super) fn new(sandbox: Arc<Sandbox>) -> Self {
        Self {
            sandbox,
            moved: watch::Sender::new(()),
            pausing: Mutex::default(),
        }
    }

    pub(super) fn advance(&self, by: Duration) {
        self.sandbox.advance(by);
        self.moved.send_replace(());
    }

    /// Moves on to where the first task that pauses goes on, so that a pause takes no time of ours.
    pub(super) fn end_a_pause(&self) {
        let first = self.pausing().until.values().min().copied();
        if let Some(left) = first.and_then(|until| Duration::try_from(until - self.now()).ok()) {
            self.advance(left);
        }
    }

    fn pausing(&self) -> MutexGuard<'_, Pausing> {
        self.pausing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pauses(&self, until: OffsetDateTime) -> Pause<'_> {
        let mut pausing = self.pausing();
        let number = pausing.next;
        pausing.next += 1;
        pausing.until.insert(number, until);
        Pause(self, number)
    }
}

struct Pause<'a>(&'a SandboxClock, u64);

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.pausing().until.remove(&self.1);
    }
}

#[async_trait]
impl Clock for SandboxClock {
    fn now(&self) -> OffsetDateTime {
        self.sandbox.now()
    }

    async fn sleep(&self, wait: Duration) {
        let mut moved = self.moved.subscribe();
        let until = self.now() + time::Duration::try_from(wait).unwrap_or(time::Duration::WEEK);
        let _pause = (wait <= PAUSE && is_of_a_task()).then(|| self.pauses(until));
        while let Ok(left) = Duration::try_from(until - self.now())
            && !left.is_zero()
        {
            // Real time passes as well.
            let _ = tokio::time::timeout(left, moved.changed()).await;
        }
    }
}
