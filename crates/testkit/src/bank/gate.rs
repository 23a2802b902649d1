use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Where calls are held until the test lets them go.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: bool,
    answers: bool,
    held: usize,
    waiting: Vec<Waker>,
}

impl State {
    const fn is_shut(&self, side: Side) -> bool {
        match side {
            Side::Call => self.calls,
            Side::Answer => self.answers,
        }
    }

    fn poll(&mut self, is: bool, context: &Context<'_>) -> Poll<()> {
        if is {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if !self.waiting.iter().any(|waiting| waiting.will_wake(waker)) {
            self.waiting.push(waker.clone());
        }
        Poll::Pending
    }
}

/// On which way a call is held.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    /// The bank has not seen it.
    Call,
    /// The bank has done it.
    Answer,
}

impl Gate {
    pub(super) fn shut(&self, side: Side) {
        self.change(|state| match side {
            Side::Call => state.calls = true,
            Side::Answer => state.answers = true,
        });
    }

    pub(super) fn open(&self) {
        self.change(|state| {
            state.calls = false;
            state.answers = false;
        });
    }

    /// Resolves when so many are held.
    pub(super) async fn holds(&self, calls: usize) {
        poll_fn(|context| {
            let mut state = self.state();
            let enough = state.held >= calls;
            state.poll(enough, context)
        })
        .await;
    }

    pub(super) async fn pass(&self, side: Side) {
        if !self.state().is_shut(side) {
            return;
        }
        let _held = Held::new(self);
        poll_fn(|context| {
            let mut state = self.state();
            let open = !state.is_shut(side);
            state.poll(open, context)
        })
        .await;
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let waiting = {
            let mut state = self.state();
            change(&mut state);
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that is held, or was dropped by who made it.
struct Held<'a>(&'a Gate);

impl<'a> Held<'a> {
    fn new(gate: &'a Gate) -> Self {
        gate.change(|state| state.held += 1);
        Self(gate)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.held -= 1);
    }
}
