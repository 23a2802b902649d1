use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::Clock;
use inbank_sandbox::Sandbox;
use time::OffsetDateTime;
use tokio::sync::watch;

/// The sandbox's clock for the platform. Moving it wakes whoever waits by it.
pub(super) struct SandboxClock {
    sandbox: Arc<Sandbox>,
    moved: watch::Sender<()>,
}

impl SandboxClock {
    pub(super) fn new(sandbox: Arc<Sandbox>) -> Self {
        Self {
            sandbox,
            moved: watch::Sender::new(()),
        }
    }

    pub(super) fn advance(&self, by: Duration) {
        self.sandbox.advance(by);
        self.moved.send_replace(());
    }
}

#[async_trait]
impl Clock for SandboxClock {
    fn now(&self) -> OffsetDateTime {
        self.sandbox.now()
    }

    async fn sleep(&self, wait: Duration) {
        let mut moved = self.moved.subscribe();
        let wait = wait.try_into().unwrap_or(time::Duration::MAX);
        let until = self.now().saturating_add(wait);
        while let Ok(left) = Duration::try_from(until - self.now())
            && !left.is_zero()
        {
            // Real time passes as well.
            let _ = tokio::time::timeout(left, moved.changed()).await;
        }
    }
}
