use std::sync::{Mutex, PoisonError};
use std::task::{Poll, Waker};

use futures::future::poll_fn;

/// Wakes whoever waits: raised before or while somebody waits, it is seen once by one of them.
#[derive(Debug, Default)]
pub(crate) struct Signal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    raised: bool,
    waiting: Vec<Waker>,
}

impl Signal {
    pub(crate) fn raise(&self) {
        let waiting = {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            state.raised = true;
            std::mem::take(&mut state.waiting)
        };
        for waker in waiting {
            waker.wake();
        }
    }

    /// Returns once it is raised, and lowers it.
    pub(crate) async fn raised(&self) {
        poll_fn(|context| {
            let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut state.raised) {
                return Poll::Ready(());
            }
            if !state.waiting.iter().any(|w| w.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}
