//! The time of a stage: the sandbox's clock, which goes by itself and is moved on, but never while
//! anything is under way.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use inbank::TokioSpawner;
use inbank::ports::{Clock, Spawner, async_trait};
use inbank_sandbox::Sandbox;
use time::OffsetDateTime;
use tokio::sync::watch;

/// The sandbox's clock for the platform. Moving it wakes whoever sleeps by it.
pub(super) struct SandboxClock {
    sandbox: Arc<Sandbox>,
    moved: watch::Sender<()>,
}

impl SandboxClock {
    pub(super) fn new(sandbox: Arc<Sandbox>) -> Self {
        let moved = watch::Sender::new(());
        Self { sandbox, moved }
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
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives in `self`.
                _ = moved.changed() => {}
            }
        }
    }
}

/// Tokio's tasks, counted: so that it is known when the platform has nothing to do.
pub(super) struct Tasks(watch::Sender<usize>);

struct Running(watch::Sender<usize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn is_idle(&self) -> bool {
        *self.0.borrow() == 0
    }

    pub(super) async fn idle(&self) {
        // Fails only without a sender, which lives in `self`.
        let _ = self.0.subscribe().wait_for(|running| *running == 0).await;
    }
}

impl Spawner for Tasks {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.send_modify(|running| *running += 1);
        let running = Running(self.0.clone());
        TokioSpawner.spawn(Box::pin(async move {
            let _running = running;
            task.await;
        }));
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use inbank_sandbox::Region;

    use super::*;

    #[tokio::test]
    async fn moving_the_clock_wakes_those_whose_time_has_come_and_no_others() {
        let sandbox = Sandbox::builder(Region::Estonia).start().await.unwrap();
        let clock = SandboxClock::new(Arc::new(sandbox));
        let wait = |hours| Clock::sleep(&clock, Duration::from_hours(hours));
        let (mut hour, mut day) = (wait(1), wait(24));
        assert_eq!((&mut hour).now_or_never(), None);
        assert_eq!((&mut day).now_or_never(), None);
        clock.advance(Duration::from_hours(2));
        hour.await;
        assert_eq!((&mut day).now_or_never(), None);
        clock.advance(Duration::from_hours(22));
        day.await;
        wait(0).await;
    }

    #[tokio::test]
    async fn tasks_are_idle_when_each_has_ended_however_it_ended() {
        let tasks = Tasks::new();
        tasks.spawn(Box::pin(std::future::pending()));
        assert!(!tasks.is_idle());
        let tasks = Tasks::new();
        tasks.spawn(Box::pin(async {}));
        tasks.spawn(Box::pin(async { panic!("as a test wants it") }));
        tasks.idle().await;
        assert!(tasks.is_idle());
    }
}
