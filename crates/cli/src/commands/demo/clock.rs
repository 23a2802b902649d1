use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use inbank::ports::Clock;
use inbank_sandbox::Sandbox;
use time::OffsetDateTime;

/// The sandbox's own time: who waits by it moves it on, so that nobody waits for real.
pub(super) struct SandboxClock(pub(super) Arc<Sandbox>);

impl Clock for SandboxClock {
    fn now(&self) -> OffsetDateTime {
        self.0.now()
    }

    // As the trait's macro would write it.
    fn sleep<'a, 'b>(&'a self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        Box::pin(async move { self.0.advance(wait) })
    }
}
