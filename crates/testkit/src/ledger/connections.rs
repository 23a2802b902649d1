use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// How many calls may be worked on at a time, and who waits. No runtime's semaphore, so that it
/// serves under any.
#[derive(Debug)]
pub(super) struct Connections {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    tickets: u64,
    /// Who waits, by their tickets: whoever came first goes first.
    waiting: BTreeMap<u64, Waker>,
}

impl State {
    /// Whose turn it is, once the lock is gone.
    fn next(&self) -> Option<Waker> {
        let first = self.waiting.values().next();
        first.filter(|_| self.free > 0).cloned()
    }
}

impl Connections {
    pub(super) const fn new(free: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free,
                tickets: 0,
                waiting: BTreeMap::new(),
            }),
        }
    }

    /// Resolves with a connection, which is free again once that is dropped.
    pub(super) async fn acquire(&self) -> Connection<'_> {
        let wait = Wait {
            connections: self,
            ticket: None,
        };
        wait.await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let next = {
            let mut state = self.state();
            change(&mut state);
            state.next()
        };
        if let Some(waker) = next {
            waker.wake();
        }
    }
}

/// A connection in use.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    connections: &'a Connections,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.connections.change(|state| state.free += 1);
    }
}

struct Wait<'a> {
    connections: &'a Connections,
    ticket: Option<u64>,
}

impl<'a> Future for Wait<'a> {
    type Output = Connection<'a>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Connection<'a>> {
        let connections = self.connections;
        let mut state = connections.state();
        let first = state.waiting.keys().next().copied();
        if state.free > 0 && (first.is_none() || first == self.ticket) {
            state.free -= 1;
            if let Some(ticket) = self.ticket.take() {
                state.waiting.remove(&ticket);
            }
            let next = state.next();
            drop(state);
            if let Some(waker) = next {
                waker.wake();
            }
            return Poll::Ready(Connection { connections });
        }
        let ticket = self.ticket.unwrap_or(state.tickets);
        state.tickets = state.tickets.max(ticket + 1);
        state.waiting.insert(ticket, context.waker().clone());
        drop(state);
        self.ticket = Some(ticket);
        Poll::Pending
    }
}

/// Whoever gives up may have been woken: the turn passes on.
impl Drop for Wait<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.connections.change(|state| {
                state.waiting.remove(&ticket);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::stream::{FuturesUnordered, StreamExt as _};

    use super::*;

    #[test]
    fn whoever_came_first_goes_first_and_no_more_than_there_is_room_for() {
        let connections = Connections::new(1);
        let held = connections.acquire().now_or_never().unwrap();
        let acquire = async |n: u32| (n, connections.acquire().await);
        // These poll a wait again only if it was woken.
        let mut waits = FuturesUnordered::from_iter([acquire(1), acquire(2)]);
        assert!(waits.next().now_or_never().is_none());
        drop(held);
        let (first, held) = waits.next().now_or_never().unwrap().unwrap();
        assert!(waits.next().now_or_never().is_none());
        drop(held);
        let (second, _held) = waits.next().now_or_never().unwrap().unwrap();
        assert_ne!(first, second);
        assert!(connections.acquire().now_or_never().is_none());
    }

    #[test]
    fn a_turn_passes_on_from_whoever_gives_up() {
        let connections = Connections::new(1);
        let held = connections.acquire().now_or_never().unwrap();
        let mut gives_up = Box::pin(connections.acquire());
        assert!(gives_up.as_mut().now_or_never().is_none());
        let mut waits = FuturesUnordered::from_iter([connections.acquire()]);
        assert!(waits.next().now_or_never().is_none());
        // The first is woken, and never polled.
        drop(held);
        drop(gives_up);
        assert!(waits.next().now_or_never().is_some());
    }
}
