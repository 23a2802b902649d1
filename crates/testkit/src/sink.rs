use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_trait::async_trait;
use inbank_domain::OrderEvent;
use inbank_ports::{EventSink, SinkError};

/// A sink that keeps every event that it is told, as often as it is told; it refuses, hangs and
/// panics when asked to.
///
/// It judges nothing: what should have been told is the test's to say.
#[derive(Debug, Default)]
pub struct RecordingSink {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    deliveries: Vec<OrderEvent>,
    tries: usize,
    refusals: usize,
    refused_for_good: Vec<Which>,
    panics: Vec<Which>,
    hangs: bool,
    waiting: Vec<Waker>,
}

/// An event by its order and its number.
type Which = (String, u64);

fn is_among(which: &[Which], event: &OrderEvent) -> bool {
    let same = |(order, number): &Which| *order == event.order.as_str() && *number == event.number;
    which.iter().any(same)
}

impl RecordingSink {
    /// One that has been told nothing and takes everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Can't take so many deliveries from now on, instead of those that it was still to refuse.
    pub fn refuse(&self, deliveries: usize) {
        self.state().refusals = deliveries;
    }

    /// Refuses an order's event of this number for good, however often it comes.
    pub fn refuse_for_good(&self, order: &str, number: u64) {
        let which = (order.to_owned(), number);
        self.state().refused_for_good.push(which);
    }

    /// Panics whenever it is told an order's event of this number.
    pub fn panic_on(&self, order: &str, number: u64) {
        self.state().panics.push((order.to_owned(), number));
    }

    /// Panics no more.
    pub fn recover(&self) {
        self.state().panics.clear();
    }

    /// Answers no delivery until [`release`](Self::release).
    pub fn hang(&self) {
        self.state().hangs = true;
    }

    /// Goes on with the deliveries that hang, and hangs no more.
    pub fn release(&self) {
        self.change(|state| state.hangs = false);
    }

    /// Every delivery that it took, oldest first, also of the same event again.
    pub fn deliveries(&self) -> Vec<OrderEvent> {
        self.state().deliveries.clone()
    }

    /// What it was told about an order: each event once, in order of their numbers.
    pub fn events(&self, order: &str) -> Vec<OrderEvent> {
        let deliveries = self.deliveries().into_iter();
        let mut events: Vec<_> = deliveries
            .filter(|event| event.order.as_str() == order)
            .collect();
        events.sort_by_key(|event| event.number);
        events.dedup_by_key(|event| event.id());
        events
    }

    /// Resolves when it has taken so many deliveries.
    pub async fn delivered(&self, deliveries: usize) {
        self.until(|state| state.deliveries.len() >= deliveries)
            .await;
    }

    /// Resolves when it was asked to take so many, whatever came of them.
    pub async fn tried(&self, deliveries: usize) {
        self.until(|state| state.tries >= deliveries).await;
    }

    async fn until(&self, is: impl Fn(&State) -> bool) {
        poll_fn(|context| {
            // Looked at and put down under one lock, so that no change falls in between.
            let mut state = self.state();
            if is(&state) {
                return Poll::Ready(());
            }
            let waker = context.waker();
            if !state.waiting.iter().any(|waiting| waiting.will_wake(waker)) {
                state.waiting.push(waker.clone());
            }
            Poll::Pending
        })
        .await;
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let (changed, waiting) = {
            let mut state = self.state();
            let changed = change(&mut state);
            (changed, std::mem::take(&mut state.waiting))
        };
        waiting.into_iter().for_each(Waker::wake);
        changed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, event: &OrderEvent) -> Result<(), SinkError> {
        if is_among(&self.refused_for_good, event) {
            let why = "the recording sink was asked never to take it";
            return Err(SinkError::Never(why.into()));
        }
        if self.refusals > 0 {
            self.refusals -= 1;
            return Err("the recording sink was asked to refuse".into());
        }
        self.deliveries.push(event.clone());
        Ok(())
    }
}

#[async_trait]
impl EventSink for RecordingSink {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        self.change(|state| state.tries += 1);
        self.until(|state| !state.hangs).await;
        let panics = is_among(&self.state().panics, event);
        assert!(!panics, "the recording sink was asked to panic");
        self.change(|state| state.take(event))
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures::stream::FuturesUnordered;
    use futures::{FutureExt as _, StreamExt as _};
    use inbank_domain::{AttemptId, EventKind, OrderReference, ShopName};
    use time::OffsetDateTime;

    use super::*;

    fn event(order: &str, number: u64) -> OrderEvent {
        OrderEvent {
            shop: ShopName::parse("main").unwrap(),
            order: OrderReference::parse(order).unwrap(),
            number,
            attempt: 1,
            attempt_id: AttemptId::parse(order).unwrap(),
            kind: EventKind::AwaitsMerchant,
            amount: None,
            occurred_at: OffsetDateTime::UNIX_EPOCH,
            follows_refused: false,
        }
    }

    #[tokio::test]
    async fn what_is_refused_is_not_recorded_and_may_come_again() {
        let sink = RecordingSink::new();
        sink.refuse(1);
        let refused = sink.deliver(&event("1001", 1)).await;
        assert!(matches!(refused, Err(SinkError::Later(_))));
        assert_eq!(sink.deliveries(), []);
        sink.deliver(&event("1001", 1)).await.unwrap();
        assert_eq!(sink.deliveries(), [event("1001", 1)]);
    }

    #[tokio::test]
    async fn what_is_refused_for_good_is_refused_again_and_others_are_taken() {
        let sink = RecordingSink::new();
        sink.refuse_for_good("1001", 1);
        for _ in 0..2 {
            let refused = sink.deliver(&event("1001", 1)).await;
            assert!(matches!(refused, Err(SinkError::Never(_))));
        }
        sink.deliver(&event("1001", 2)).await.unwrap();
        sink.deliver(&event("1002", 1)).await.unwrap();
        assert_eq!(sink.deliveries(), [event("1001", 2), event("1002", 1)]);
    }

    #[tokio::test]
    async fn a_panic_over_one_event_is_no_obstacle_to_the_next() {
        let sink = RecordingSink::new();
        sink.panic_on("1001", 1);
        let first = event("1001", 1);
        let panicked = AssertUnwindSafe(sink.deliver(&first)).catch_unwind().await;
        assert!(panicked.is_err());
        sink.deliver(&event("1001", 2)).await.unwrap();
        assert_eq!(sink.deliveries(), [event("1001", 2)]);
    }

    #[tokio::test]
    async fn a_delivery_hangs_until_it_is_released() {
        let sink = RecordingSink::new();
        sink.hang();
        let (first, second) = (event("1001", 1), event("1002", 1));
        let mut hanging =
            FuturesUnordered::from_iter([sink.deliver(&first), sink.deliver(&second)]);
        assert!(hanging.next().now_or_never().is_none());
        assert_eq!(sink.tried(2).now_or_never(), Some(()));
        assert_eq!(sink.deliveries(), []);
        sink.release();
        assert_eq!(hanging.count().await, 2);
        assert_eq!(sink.deliveries().len(), 2);
    }

    #[tokio::test]
    async fn a_delivery_that_comes_twice_is_recorded_twice_and_is_one_event() {
        let sink = RecordingSink::new();
        for (order, number) in [("1001", 2), ("1002", 1), ("1001", 1), ("1001", 2)] {
            sink.deliver(&event(order, number)).await.unwrap();
        }
        assert_eq!(sink.deliveries().len(), 4);
        assert_eq!(sink.events("1001"), [event("1001", 1), event("1001", 2)]);
    }

    #[tokio::test]
    async fn a_wait_ends_with_the_delivery_that_it_waits_for_and_not_before() {
        let sink = RecordingSink::new();
        // These poll a wait again only if it was woken.
        let mut waits = FuturesUnordered::from_iter([sink.delivered(2)]);
        sink.deliver(&event("1001", 1)).await.unwrap();
        assert_eq!(waits.next().now_or_never(), None);
        sink.deliver(&event("1001", 2)).await.unwrap();
        assert_eq!(waits.next().now_or_never(), Some(Some(())));
        assert_eq!(sink.delivered(2).now_or_never(), Some(()));
    }
}
