use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Wakes whoever waits: raised before or while somebody waits, it is seen once by one of them.
#[derive(Debug, Default)]
pub(crate) struct Signal(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    raised: bool,
    /// One for each who waits, however often a runtime makes a new one.
    waiting: BTreeMap<u64, Waker>,
    next: u64,
}

/// Resolves once a signal is raised, and lowers it.
#[derive(Debug)]
pub(crate) struct Raised<'a> {
    signal: &'a Signal,
    number: Option<u64>,
}

impl Signal {
    pub(crate) fn raise(&self) {
        let waiting = {
            let mut state = self.state();
            state.raised = true;
            std::mem::take(&mut state.waiting)
        };
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    pub(crate) const fn raised(&self) -> Raised<'_> {
        Raised {
            signal: self,
            number: None,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Future for Raised<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.signal.state();
        if std::mem::take(&mut state.raised) {
            return Poll::Ready(());
        }
        let number = self.number.unwrap_or_else(|| {
            state.next += 1;
            state.next
        });
        match state.waiting.get_mut(&number) {
            Some(waker) => waker.clone_from(context.waker()),
            None => drop(state.waiting.insert(number, context.waker().clone())),
        }
        drop(state);
        self.number = Some(number);
        Poll::Pending
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.signal.state().waiting.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::Wake;

    use super::*;

    struct Nothing;

    impl Wake for Nothing {
        fn wake(self: Arc<Self>) {}
    }

    fn poll(raised: Pin<&mut Raised<'_>>) -> Poll<()> {
        let waker = Waker::from(Arc::new(Nothing));
        raised.poll(&mut Context::from_waker(&waker))
    }

    #[test]
    fn who_is_polled_often_waits_once_and_who_is_dropped_not_at_all() {
        let signal = Signal::default();
        {
            let mut raised = pin!(signal.raised());
            for _ in 0..1000 {
                assert!(poll(raised.as_mut()).is_pending());
            }
            assert_eq!(signal.state().waiting.len(), 1);
        }
        assert!(signal.state().waiting.is_empty());
    }

    #[test]
    fn what_is_raised_is_seen_once() {
        let signal = Signal::default();
        signal.raise();
        let (mut first, mut second) = (pin!(signal.raised()), pin!(signal.raised()));
        assert!(poll(first.as_mut()).is_ready());
        assert!(poll(second.as_mut()).is_pending());
        signal.raise();
        assert!(poll(second.as_mut()).is_ready());
    }
}
