//! Tells the platform of one order's events, in order.

use std::collections::BTreeMap;
use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use inbank_domain::{Concern, EventKind, OrderEvent, OrderKey};
use inbank_ports::{
    Delivered, Delivery, Due, EventSink, LedgerErrorKind, SinkError, UnreadableEvent,
};
use time::OffsetDateTime;

use super::task::POISON_AFTER;
use super::{LEASE, pace};
use crate::deadline::within;
use crate::store::{How, Store};

/// How long the platform may take for one event before it counts as not taken.
const LONGEST_DELIVERY: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// A sink that panics so often on an event will not take it. What a person is to hear comes again all the same: there is no
/// other event that would tell of it.
const PANICS: u32 = 3;

/// What a delivery came to.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Count {
    pub(super) delivered: u64,
    pub(super) put_aside: u64,
}

/// How often the sink has panicked on which event in this process. Other failures say nothing about the event,
/// and don't count towards putting it aside.
#[derive(Debug, Default)]
pub(super) struct Panics(Mutex<BTreeMap<String, u32>>);

impl Panics {
    /// Counts one more, and says how many there are by now.
    fn one_more(&self, event: &OrderEvent) -> u32 {
        let mut panics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = panics.entry(event.id()).or_default();
        *count = count.saturating_add(1);
        *count
    }

    fn forget(&self, event: &OrderEvent) {
        let mut panics = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        panics.remove(&event.id());
    }
}

enum Took {
    Yes,
    Later(String),
    Never(String),
    Panicked,
}

/// Delivers until one event is not taken, the lease nears its end, or the process is to stop.
pub(super) async fn deliver(
    store: &Store,
    sink: &Arc<dyn EventSink>,
    panics: &Panics,
    delivery: &Delivery,
    claimed_at: OffsetDateTime,
    stopping: &AtomicBool,
) -> Count {
    let mut count = Count::default();
    let mut outcome = Delivered {
        up_to: None,
        put_aside: None,
        failures: delivery.failures,
        pause: Duration::ZERO,
    };
    // The next after those that were gone through.
    let mut unreadable = delivery.unreadable.as_ref();
    for event in &delivery.events {
        let enough = store.now() + LONGEST_DELIVERY > claimed_at + LEASE;
        if enough || stopping.load(Ordering::Relaxed) {
            unreadable = None;
            break;
        }
        let mut event = event.clone();
        // Those that are refused here were not, when this was read.
        event.follows_refused |= outcome.put_aside.is_some();
        let never = match take(store, sink, &event).await {
            Took::Yes => None,
            Took::Never(why) => Some(why),
            Took::Panicked if !is_for_a_person(&event) && panics.one_more(&event) >= PANICS => {
                Some("its sink panics".to_owned())
            }
            Took::Panicked => {
                comes_again(store, &event, "its sink panicked", &mut outcome);
                unreadable = None;
                break;
            }
            Took::Later(why) => {
                comes_again(store, &event, &why, &mut outcome);
                unreadable = None;
                break;
            }
        };
        if let Some(why) = &never {
            // A person hears of it before it is put aside: else nobody would, should the ledger or the process
            // fail in between.
            if !tells_a_person(store, &event).await {
                comes_again(store, &event, "nobody could be told of it", &mut outcome);
                unreadable = None;
                break;
            }
            let id = event.id();
            tracing::error!(
                event = id,
                why,
                "the platform refused an event for good; it is put aside"
            );
            outcome.put_aside = outcome.put_aside.or(Some(event.number));
            count.put_aside += 1;
        } else {
            count.delivered += 1;
        }
        outcome.up_to = Some(event.number);
        outcome.failures = 0;
        panics.forget(&event);
    }
    if let Some(event) = unreadable
        && puts_aside(store, event, &mut outcome).await
    {
        count.put_aside += 1;
    }
    match store.ledger.delivered(delivery, outcome, store.now()).await {
        Ok(true) => {}
        Ok(false) => tracing::debug!(order = %delivery.key, "the outbox's lease had passed on"),
        Err(error) => {
            tracing::warn!(order = %delivery.key, error = &error as &dyn Error, "events come again");
        }
    }
    count
}

/// An event that was not taken comes again, after a growing pause.
fn comes_again(store: &Store, event: &OrderEvent, why: &str, outcome: &mut Delivered) {
    outcome.failures = outcome.failures.saturating_add(1);
    let doubled = Duration::from_secs(1 << (outcome.failures - 1).min(16));
    outcome.pause = store.runtime.spread(doubled.min(LONGEST_PAUSE));
    let event = event.id();
    tracing::warn!(
        event,
        why,
        "the platform did not take an event; it comes again"
    );
}

const fn is_for_a_person(event: &OrderEvent) -> bool {
    matches!(event.kind, EventKind::NeedsPerson(_))
}

/// A person is told that an event was refused, by another event; unless that is what was refused.
async fn tells_a_person(store: &Store, event: &OrderEvent) -> bool {
    if is_for_a_person(event) {
        return true;
    }
    let number = event.number;
    let why = Concern::EventRefused { number };
    let key = OrderKey::new(event.shop.clone(), event.order.clone());
    tell_aside(store, &key, Some(event.attempt), &why).await
}

/// Whether an event that can't be read is put aside. It is tried some times before, since a process that can
/// read it may be there, or on its way.
async fn puts_aside(store: &Store, event: &UnreadableEvent, outcome: &mut Delivered) -> bool {
    outcome.failures = outcome.failures.saturating_add(1);
    let number = event.number;
    let mut aside = outcome.failures >= POISON_AFTER;
    tracing::error!(order = %event.key, number, why = %event.why, aside, "an event can't be read");
    if aside {
        let why = Concern::EventUnreadable { number };
        aside = tell_aside(store, &event.key, None, &why).await;
    }
    if aside {
        outcome.up_to = Some(number);
        outcome.put_aside = outcome.put_aside.or(Some(number));
        outcome.failures = 0;
    } else {
        outcome.pause = store.runtime.spread(pace::after_failure(outcome.failures));
    }
    aside
}

async fn take(store: &Store, sink: &Arc<dyn EventSink>, event: &OrderEvent) -> Took {
    let clock = store.runtime.clock().clone();
    let delivering = AssertUnwindSafe(sink.deliver(event)).catch_unwind();
    match within(clock.as_ref(), LONGEST_DELIVERY, delivering).await {
        None => Took::Later(format!("no answer within {} s", LONGEST_DELIVERY.as_secs())),
        Some(Err(_)) => Took::Panicked,
        Some(Ok(Ok(()))) => Took::Yes,
        Some(Ok(Err(SinkError::Later(why)))) => Took::Later(why.to_string()),
        Some(Ok(Err(SinkError::Never(why)))) => Took::Never(why.to_string()),
    }
}

/// A person hears of an event that is put aside by another event, about its attempt or the one that counts.
/// False where that could not be written; true for an order that is gone.
async fn tell_aside(store: &Store, key: &OrderKey, attempt: Option<u32>, why: &Concern) -> bool {
    let order = match store.ledger.order(key).await {
        Ok(order) => order,
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn Error,
                "an event that is to be put aside can't be told of yet"
            );
            // What can't be read can't be told of either.
            return error.kind() == LedgerErrorKind::Unreadable;
        }
    };
    let Some(mut order) = order else { return true };
    let how = How::default();
    let told = store.change(&mut order, &how, |order, now| {
        let present = order.present().map(|present| present.number);
        if let Some(number) = attempt.or(present) {
            order.tell_person(number, why.clone(), now);
        }
        ((), Due::Leased)
    });
    match told.await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(
                ?error,
                "an event that is to be put aside can't be told of yet"
            );
            false
        }
    }
}
