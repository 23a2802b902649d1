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
    /// The one under way does not ask for shops whose slots are all taken: something may be due there.
    left_out: bool,
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
            left_out: false,
            failures: 0,
        }
    }

    /// The ledger is asked; `left_out` where it is not asked for some shop, whose slots are all taken.
    pub(super) const fn asking(&mut self, left_out: bool) {
        self.under_way = true;
        self.left_out = left_out;
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
        self.more = full || self.left_out;
        let raised = std::mem::take(&mut self.raised);
        let freed = std::mem::take(&mut self.freed);
        let pause = if raised || (freed && self.more) {
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
        pulse.asking(false);
        pulse
    }

    #[test]
    fn a_slot_that_frees_while_a_full_claim_is_under_way_does_not_wait_for_the_next_poll() {
        let mut pulse = asking();
        pulse.freed(NOW);
        pulse.answered(NOW, true, IDLE);
        assert_eq!(pulse.at, NOW + BETWEEN_CLAIMS);
        pulse.asking(false);
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
    fn a_slot_that_frees_is_filled_where_its_shop_was_not_asked_for() {
        let mut pulse = asking();
        pulse.asking(true);
        pulse.answered(NOW, false, IDLE);
        assert_eq!(pulse.at, NOW + IDLE);
        pulse.freed(NOW);
        assert_eq!(pulse.at, NOW);
        pulse.asking(true);
        pulse.freed(NOW);
        pulse.answered(NOW, false, IDLE);
        assert_eq!(pulse.at, NOW + BETWEEN_CLAIMS);
    }

    #[test]
    fn what_is_raised_during_a_claim_is_asked_for_after_it() {
        let mut pulse = asking();
        pulse.raise(NOW);
        pulse.answered(NOW, false, IDLE);
        assert_eq!(pulse.at, NOW + BETWEEN_CLAIMS);
    }
}
