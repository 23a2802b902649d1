use std::time::Duration;

use inbank_ports::{Due, Lease, Rest};
use time::OffsetDateTime;

/// So long a call may have waited for its turn since its caller looked at the clock.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// So much later, or the end of time.
pub(super) fn later(now: OffsetDateTime, by: Duration) -> OffsetDateTime {
    now.saturating_add(time::Duration::try_from(by).unwrap_or(time::Duration::MAX))
}

/// Who holds something, and until when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    lease: Lease,
    pub(super) until: OffsetDateTime,
}

/// Leases of one thing, each with a greater number than the one before.
#[derive(Debug, Default)]
pub(super) struct Leases {
    given: u64,
    pub(super) held: Option<Held>,
}

impl Leases {
    /// Whether it may be leased. No lease is believed that is longer than the one asked for: it was
    /// taken by a clock that is wrong. One that was taken while this call waited for its turn only looks longer.
    pub(super) fn is_free(&self, now: OffsetDateTime, lease: Duration) -> bool {
        let longest = later(now, lease.saturating_add(LONGEST_WAIT));
        self.held
            .is_none_or(|held| held.until <= now || held.until > longest)
    }

    pub(super) fn take(&mut self, now: OffsetDateTime, lease: Duration) -> Lease {
        self.given += 1;
        let lease_number = Lease(self.given);
        self.held = Some(Held {
            lease: lease_number,
            until: later(now, lease),
        });
        lease_number
    }

    /// Whether it is this one's, be it that it has lapsed and nobody else has taken it.
    pub(super) fn is_held_by(&self, lease: Lease) -> bool {
        self.held.is_some_and(|held| held.lease == lease)
    }
}

/// When an order is worked on next, and by whom.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    pub(super) leases: Leases,
    /// When it is due; counts while nobody holds a lease, and each lease ends with another.
    due: Option<OffsetDateTime>,
    /// Whether it was woken before the present lease, and no round has ended since.
    woken: bool,
    /// Whether it was woken during the present lease.
    woken_meanwhile: bool,
    pub(super) aside: bool,
}

impl Schedule {
    /// When it may be claimed: a lease that lapses makes its order due.
    pub(super) fn due_at(&self) -> Option<OffsetDateTime> {
        self.leases.held.map_or(self.due, |held| Some(held.until))
    }

    pub(super) fn is_due(&self, now: OffsetDateTime, lease: Duration) -> bool {
        match self.leases.held {
            Some(_) => self.leases.is_free(now, lease),
            None => self.due.is_some_and(|due| due <= now),
        }
    }

    pub(super) fn wake(&mut self, now: OffsetDateTime) {
        self.aside = false;
        if self.leases.held.is_some() {
            self.woken_meanwhile = true;
        } else {
            self.woken = true;
            self.due_by(now);
        }
    }

    /// Leases it; with whether it was woken since its last round.
    pub(super) fn claim(&mut self, now: OffsetDateTime, lease: Duration) -> (Lease, bool) {
        // The round of a lease that has lapsed did not end.
        self.woken |= std::mem::take(&mut self.woken_meanwhile);
        (self.leases.take(now, lease), self.woken)
    }

    /// Ends the lease.
    pub(super) fn release(&mut self, rest: Rest, now: OffsetDateTime) {
        self.leases.held = None;
        self.woken = std::mem::take(&mut self.woken_meanwhile);
        self.aside = rest.aside && !self.woken;
        self.due = if self.woken {
            Some(now)
        } else {
            rest.due_in.map(|wait| later(now, wait))
        };
    }

    /// What a write by the lease's holder says.
    pub(super) fn plan_with_lease(&mut self, due: Due, now: OffsetDateTime) {
        let ending = |due_in| Rest {
            due_in,
            failures: 0,
            aside: false,
        };
        match due {
            Due::Leased => {}
            Due::In(wait) => self.release(ending(Some(wait)), now),
            Due::Never => self.release(ending(None), now),
            Due::Now => {
                self.release(ending(None), now);
                self.wake(now);
            }
        }
    }

    /// What a write by anybody else says.
    pub(super) fn plan(&mut self, due: Due, now: OffsetDateTime) {
        let leased = self.leases.held.is_some();
        match due {
            Due::In(_) | Due::Never if leased => self.wake(now),
            Due::In(wait) => self.due_by(later(now, wait)),
            Due::Leased | Due::Never => {}
            Due::Now => self.wake(now),
        }
    }

    fn due_by(&mut self, at: OffsetDateTime) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }
}
