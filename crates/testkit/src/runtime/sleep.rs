use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use time::OffsetDateTime;

use super::executor::Shared;

/// Ends when so much time has passed since it was polled first.
pub(super) struct Sleep {
    shared: Arc<Shared>,
    wait: Duration,
    started: Option<Started>,
}

#[derive(Clone, Copy)]
enum Started {
    /// Its timer.
    Until((OffsetDateTime, u64)),
    /// Longer than there is time.
    Forever,
}

impl Sleep {
    pub(super) const fn new(shared: Arc<Shared>, wait: Duration) -> Self {
        Self {
            shared,
            wait,
            started: None,
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.shared.state();
        let now = state.now;
        let started = *this.started.get_or_insert_with(|| {
            let wait = time::Duration::try_from(this.wait);
            match wait.ok().and_then(|wait| now.checked_add(wait)) {
                Some(until) => Started::Until((until, state.number())),
                None => Started::Forever,
            }
        });
        let Started::Until(timer) = started else {
            return Poll::Pending;
        };
        if timer.0 <= now {
            return Poll::Ready(());
        }
        let replaced = state.timers.insert(timer, context.waker().clone());
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(Started::Until(timer)) = self.started {
            let waker = self.shared.state().timers.remove(&timer);
            drop(waker);
        }
    }
}
