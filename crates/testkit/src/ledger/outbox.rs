use std::collections::BTreeSet;
use std::time::Duration;

use inbank_domain::{OrderEvent, OrderKey};
use inbank_ports::{Delivered, Delivery, OutboxState, Positioned, UnreadableEvent};
use time::OffsetDateTime;

use super::schedule::{Leases, later};

/// How many events are given at a time.
const BATCH: usize = 100;

/// An order's events, and how far delivering them came.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    events: Vec<Positioned>,
    /// The numbers of those that can't be read.
    broken: BTreeSet<u64>,
    /// The number of the last that is done with.
    done: u64,
    /// The first that was put aside: all after it are marked.
    refused: Option<u64>,
    leases: Leases,
    failures: u32,
    paused_until: Option<OffsetDateTime>,
}

impl Outbox {
    pub(super) fn push(&mut self, position: u64, event: OrderEvent) {
        self.events.push(Positioned { position, event });
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Positioned> {
        self.events.iter().map(|positioned| {
            let mut positioned = positioned.clone();
            let number = positioned.event.number;
            positioned.event.follows_refused |=
                self.refused.is_some_and(|refused| number > refused);
            positioned
        })
    }

    pub(super) fn break_event(&mut self, number: u64) {
        self.broken.insert(number);
    }

    /// Why an event can't be read.
    pub(super) fn unreadable(&self, key: &OrderKey, number: u64) -> Option<UnreadableEvent> {
        self.broken.contains(&number).then(|| UnreadableEvent {
            key: key.clone(),
            number,
            why: "it was broken".to_owned(),
        })
    }

    pub(super) fn undelivered(&self) -> impl Iterator<Item = OrderEvent> {
        let events = self.all().map(|positioned| positioned.event);
        events.filter(|event| event.number > self.done)
    }

    /// Since when something waits, where anything does.
    pub(super) fn waits_since(&self) -> Option<OffsetDateTime> {
        self.undelivered().map(|event| event.occurred_at).next()
    }

    pub(super) fn state(&self) -> OutboxState {
        OutboxState {
            events: self.events.len() as u64,
            delivered: self.done,
            refused: self.refused,
            waits_since: self.waits_since(),
            failures: self.failures,
        }
    }

    pub(super) fn is_claimable(&self, now: OffsetDateTime, lease: Duration) -> bool {
        self.waits_since().is_some()
            && self.paused_until.is_none_or(|until| until <= now)
            && self.leases.is_free(now, lease)
    }

    pub(super) fn claim(
        &mut self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Delivery {
        let is_readable = |event: &OrderEvent| !self.broken.contains(&event.number);
        let events = self.undelivered().take(BATCH);
        let events: Vec<OrderEvent> = events.take_while(is_readable).collect();
        let next = self.undelivered().nth(events.len());
        Delivery {
            key: key.clone(),
            failures: self.failures,
            unreadable: next.and_then(|event| self.unreadable(key, event.number)),
            events,
            lease: self.leases.take(now, lease),
        }
    }

    pub(super) fn delivered(
        &mut self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> bool {
        if !self.leases.is_held_by(delivery.lease) {
            return false;
        }
        self.leases.held = None;
        self.done = self.done.max(outcome.up_to.unwrap_or_default());
        self.refused = self.refused.or(outcome.put_aside);
        self.failures = outcome.failures;
        self.paused_until = Some(later(now, outcome.pause));
        true
    }
}
