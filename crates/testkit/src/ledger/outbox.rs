use std::time::Duration;

use inbank_domain::{OrderEvent, OrderKey};
use inbank_ports::{Delivered, Delivery, Positioned};
use time::OffsetDateTime;

use super::schedule::{Leases, later};

/// How many events are given at a time.
const BATCH: usize = 100;

/// An order's events, and how far delivering them came.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    events: Vec<Positioned>,
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

    pub(super) fn undelivered(&self) -> impl Iterator<Item = OrderEvent> {
        let events = self.all().map(|positioned| positioned.event);
        events.filter(|event| event.number > self.done)
    }

    /// Since when something waits, where anything does.
    pub(super) fn waits_since(&self) -> Option<OffsetDateTime> {
        self.undelivered().map(|event| event.occurred_at).next()
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
        Delivery {
            key: key.clone(),
            lease: self.leases.take(now, lease),
            failures: self.failures,
            events: self.undelivered().take(BATCH).collect(),
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
