//! Tells the platform of one order's events, in order.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use inbank_domain::{EventKind, OrderEvent, OrderKey};
use inbank_ports::{Delivered, Delivery, Due, EventSink, SinkError, UnreadableEvent};
use time::OffsetDateTime;

use super::task::POISON_AFTER;
use super::{LEASE, pace};
use crate::deadline::within;
use crate::store::{How, Store};

/// How long the platform may take for one event before it counts as not taken.
const LONGEST_DELIVERY: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// A sink that panics so often on an event will not take it.
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
    let mut refused = Vec::new();
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
        let took = take(store, sink, &event).await;
        let never = match took {
            Took::Yes => None,
            Took::Never(why) => Some(why),
            Took::Panicked if panics.one_more(&event) >= PANICS => {
                Some("its sink panics".to_owned())
            }
            Took::Panicked | Took::Later(_) => {
                let why = match took {
                    Took::Later(why) => why,
                    Took::Yes | Took::Never(_) | Took::Panicked => "its sink panicked".to_owned(),
                };
                outcome.failures = outcome.failures.saturating_add(1);
                let doubled = Duration::from_secs(1 << (outcome.failures - 1).min(16));
                outcome.pause = store.runtime.spread(doubled.min(LONGEST_PAUSE));
                tracing::warn!(
                    event = event.id(),
                    why,
                    "the platform did not take an event; it comes again"
                );
                unreadable = None;
                break;
            }
        };
        outcome.up_to = Some(event.number);
        outcome.failures = 0;
        panics.forget(&event);
        match never {
            None => count.delivered += 1,
            Some(why) => {
                tracing::error!(
                    event = event.id(),
                    why,
                    "the platform refused an event for good; it is put aside"
                );
                outcome.put_aside = outcome.put_aside.or(Some(event.number));
                count.put_aside += 1;
                refused.push(event);
            }
        }
    }
    let aside = unreadable.filter(|event| puts_aside(store, event, &mut outcome));
    let passed_on = match store.ledger.delivered(delivery, outcome, store.now()).await {
        Ok(held) => !held,
        Err(error) => {
            tracing::warn!(order = %delivery.key, %error, "events come again");
            false
        }
    };
    if passed_on {
        tracing::debug!(order = %delivery.key, "the outbox's lease had passed on");
    }
    for event in refused {
        // A person hears of it by another event, unless that is what was refused.
        if !matches!(event.kind, EventKind::NeedsPerson(_)) {
            let why = format!("the platform refused event {} for good", event.number);
            tell_aside(store, &delivery.key, Some(event.attempt), &why).await;
        }
    }
    // Whoever has the lease now may be able to read it.
    if let Some(event) = aside.filter(|_| !passed_on) {
        count.put_aside += 1;
        let number = event.number;
        let why = format!("event {number} can't be read, and was not delivered: it is put aside");
        tell_aside(store, &delivery.key, None, &why).await;
    }
    count
}

/// Whether an event that can't be read is put aside. It is tried some times before, since a process that can
/// read it may be there, or on its way.
fn puts_aside(store: &Store, event: &UnreadableEvent, outcome: &mut Delivered) -> bool {
    outcome.failures = outcome.failures.saturating_add(1);
    let aside = outcome.failures >= POISON_AFTER;
    let (order, number, why) = (&event.key, event.number, &event.why);
    tracing::error!(%order, number, %why, aside, "an event can't be read");
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
async fn tell_aside(store: &Store, key: &OrderKey, attempt: Option<u32>, why: &str) {
    let order = match store.ledger.order(key).await {
        Ok(order) => order,
        Err(error) => {
            tracing::warn!(%error, "an event that is put aside is in the log only");
            return;
        }
    };
    let Some(mut order) = order else { return };
    let how = How::default();
    let told = store.change(&mut order, &how, |order, now| {
        let present = order.present().map(|present| present.number);
        if let Some(number) = attempt.or(present) {
            order.tell_person(number, why.to_owned(), now);
        }
        ((), Due::Leased)
    });
    if let Err(error) = told.await {
        tracing::warn!(?error, "an event that is put aside is in the log only");
    }
}
