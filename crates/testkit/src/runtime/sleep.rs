use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::executor::{Shared, Timer};

/// Ends when so much time has passed since it was polled first.
pub(super) struct Sleep<'a> {
    shared: &'a Shared,
    wait: Duration,
    started: Option<Started>,
}

#[derive(Clone, Copy)]
enum Started {
    Until(Timer),
    /// Longer than there is time.
    Forever,
}

impl<'a> Sleep<'a> {
    pub(super) const fn new(shared: &'a Shared, wait: Duration) -> Self {
        Self {
            shared,
            wait,
            started: None,
        }
    }
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.shared.state();
        let started = *this
            .started
            .get_or_insert_with(|| match state.timer(this.wait) {
                Some(timer) => Started::Until(timer),
                None => Started::Forever,
            });
        let Started::Until(timer) = started else {
            return Poll::Pending;
        };
        if state.has_ended(timer) {
            return Poll::Ready(());
        }
        let replaced = state.wait(timer, context.waker());
        drop(state);
        drop(replaced);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(Started::Until(timer)) = self.started {
            let waker = self.shared.state().stop(timer);
            drop(waker);
        }
    }
}
