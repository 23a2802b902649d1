use std::time::Duration;

use time::OffsetDateTime;

/// The first pause after the ledger could not be asked.
pub(super) const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
/// Two claims are not closer than this while few slots are free, so that those that free one by one are
/// filled together.
pub(super) const BETWEEN_CLAIMS: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// When the ledger is asked again for something.
#[derive(Debug)]
pub(super) struct Pulse {
    pub(super) at: OffsetDateTime,
    pub(super) under_way: bool,
    /// The last answer left something: ask again when a slot frees.
    pub(super) more: bool,
    /// Raised while the last was under way: its answer may be too old.
    raised: bool,
    /// A slot freed while the last was under way, which did not ask for it.
    freed: bool,
    failures: u32,
}

impl Pulse {
    pub(super) const fn new(at: OffsetDateTime) -> Self {
        Self {
            at,
            under_way: false,
            more: false,
            raised: false,
            freed: false,
            failures: 0,
        }
    }

    /// There is something new.
    pub(super) fn raise(&mut self, now: OffsetDateTime) {
        self.raised |= self.under_way;
        self.at = self.at.min(now);
    }

    /// There is room for one more, which may be asked for at `soon`.
    pub(super) fn freed(&mut self, soon: OffsetDateTime) {
        if self.under_way {
            self.freed = true;
        } else if self.more {
            self.at = self.at.min(soon);
        }
    }

    /// The ledger has answered; `full` where it gave as much as there was room for.
    pub(super) fn answered(&mut self, now: OffsetDateTime, full: bool, idle: Duration) {
        self.under_way = false;
        self.failures = 0;
        self.more = full;
        let raised = std::mem::take(&mut self.raised);
        let freed = std::mem::take(&mut self.freed);
        let pause = if raised || (freed && full) {
            BETWEEN_CLAIMS
        } else {
            idle
        };
        self.at = now + pause;
    }

    /// The ledger did not answer. `spread` makes a pause longer at random.
    pub(super) fn failed(&mut self, now: OffsetDateTime, spread: impl Fn(Duration) -> Duration) {
        self.under_way = false;
        self.failures = self.failures.saturating_add(1);
        let doubled = SHORTEST_PAUSE * (1 << self.failures.min(8));
        self.at = now + spread(doubled.min(LONGEST_PAUSE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const IDLE: Duration = Duration::from_secs(1);

    fn asking() -> Pulse {
        let mut pulse = Pulse::new(NOW);
        pulse.under_way = true;
        pulse
    }

    #[test]
    fn a_slot_that_frees_while_a_full_claim_is_under_way_does_not_wait_for_the_next_poll() {
        let mut pulse = asking();
        pulse.freed(NOW);
        pulse.answered(NOW, true, IDLE);
        assert_eq!(pulse.at, NOW + BETWEEN_CLAIMS);
        pulse.under_way = true;
        pulse.answered(NOW, true, IDLE);
        assert_eq!(pulse.at, NOW + IDLE, "it counts once");
    }

    #[test]
    fn a_slot_that_frees_is_not_filled_where_nothing_was_left() {
        let mut pulse = asking();
        pulse.freed(NOW);
        pulse.answered(NOW, false, IDLE);
        assert_eq!(pulse.at, NOW + IDLE);
        pulse.freed(NOW);
        assert_eq!(pulse.at, NOW + IDLE);
    }

    #[test]
    fn what_is_raised_during_a_claim_is_asked_for_after_it() {
        let mut pulse = asking();
        pulse.raise(NOW);
        pulse.answered(NOW, false, IDLE);
        assert_eq!(pulse.at, NOW + BETWEEN_CLAIMS);
    }
}
