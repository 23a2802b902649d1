use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_trait::async_trait;
use inbank_domain::FinancingEvent;
use inbank_ports::{EventSink, SinkError};

/// A sink that keeps every event that it is told, as often as it is told; it refuses when asked to.
///
/// It judges nothing: what should have been told is the test's to say.
#[derive(Debug, Default)]
pub struct RecordingSink {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    deliveries: Vec<FinancingEvent>,
    refusals: usize,
    waiting: Vec<Waker>,
}

impl RecordingSink {
    /// One that has been told nothing and takes everything.
    pub fn new() -> Self {
        Self::default()
    }

    /// Refuses so many deliveries from now on, instead of those that it was still to refuse.
    pub fn refuse(&self, deliveries: usize) {
        self.state().refusals = deliveries;
    }

    /// Every delivery that it took, oldest first, also of the same event again.
    pub fn deliveries(&self) -> Vec<FinancingEvent> {
        self.state().deliveries.clone()
    }

    /// What it was told about an order: each event once, in order of attempts and numbers.
    pub fn events(&self, order: &str) -> Vec<FinancingEvent> {
        let deliveries = self.deliveries().into_iter();
        let mut events: Vec<_> = deliveries
            .filter(|event| event.order.as_str() == order)
            .collect();
        events.sort_by_key(|event| (event.attempt, event.number));
        events.dedup_by_key(|event| event.id());
        events
    }

    /// Resolves when it has taken so many deliveries.
    pub async fn delivered(&self, deliveries: usize) {
        poll_fn(|context| {
            // Looked at and put down under one lock, so that no delivery falls in between.
            let mut state = self.state();
            if state.deliveries.len() >= deliveries {
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl EventSink for RecordingSink {
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError> {
        let waiting = {
            let mut state = self.state();
            if state.refusals > 0 {
                state.refusals -= 1;
                return Err("the recording sink was asked to refuse".into());
            }
            state.deliveries.push(event.clone());
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures::stream::FuturesUnordered;
    use futures::{FutureExt as _, StreamExt as _};
    use inbank_domain::{Event, FinancingId, Occurrence, OrderReference, ShopName};
    use time::OffsetDateTime;

    use super::*;

    fn event(order: &str, attempt: u32, number: u64) -> FinancingEvent {
        FinancingEvent::new(
            ShopName::parse("main").unwrap(),
            FinancingId::parse(format!("{order}-{attempt}")).unwrap(),
            OrderReference::parse(order).unwrap(),
            attempt,
            number,
            Occurrence::Moved(Event::Opened),
            OffsetDateTime::UNIX_EPOCH,
        )
    }

    #[tokio::test]
    async fn what_is_refused_is_not_recorded_and_may_come_again() {
        let sink = RecordingSink::new();
        sink.refuse(1);
        assert!(sink.deliver(&event("1001", 1, 1)).await.is_err());
        assert_eq!(sink.deliveries(), []);
        sink.deliver(&event("1001", 1, 1)).await.unwrap();
        assert_eq!(sink.deliveries(), [event("1001", 1, 1)]);
    }

    #[tokio::test]
    async fn a_delivery_that_comes_twice_is_recorded_twice_and_is_one_event() {
        let sink = RecordingSink::new();
        for (order, attempt, number) in [
            ("1001", 2, 1),
            ("1002", 1, 1),
            ("1001", 1, 1),
            ("1001", 2, 1),
        ] {
            sink.deliver(&event(order, attempt, number)).await.unwrap();
        }
        assert_eq!(sink.deliveries().len(), 4);
        assert_eq!(
            sink.events("1001"),
            [event("1001", 1, 1), event("1001", 2, 1)]
        );
    }

    #[tokio::test]
    async fn a_wait_ends_with_the_delivery_that_it_waits_for_and_not_before() {
        let sink = RecordingSink::new();
        // These poll a wait again only if it was woken.
        let mut waits = FuturesUnordered::from_iter([sink.delivered(2)]);
        sink.deliver(&event("1001", 1, 1)).await.unwrap();
        assert_eq!(waits.next().now_or_never(), None);
        sink.deliver(&event("1001", 1, 2)).await.unwrap();
        assert_eq!(waits.next().now_or_never(), Some(Some(())));
        assert_eq!(sink.delivered(2).now_or_never(), Some(()));
    }
}
