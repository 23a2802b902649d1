//! How long the bank takes: over its own decisions, and until what it was told to do is done.

use std::time::Duration;

use time::OffsetDateTime;

/// How long a step of the bank's own takes: a decision, or what follows a signature.
///
/// The guides have a partner poll once a second, for a decision at most 30 seconds (direct guide 2.05, `GET /applications`) and for a
/// signed contract at most 15 (direct guide 1.02 for Poland, Contract Details), and say no more; chosen: three seconds, however often
/// it is asked meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// After so many polls that found nothing new the next one finds the step done. The bank does not count polls: this is for tests
    /// that cannot move the clock.
    pub(crate) polls: Option<u32>,
    pub(crate) time: Duration,
}

impl Pace {
    pub(crate) const fn after(time: Duration) -> Self {
        Self { polls: None, time }
    }

    /// Whether the bank takes no time at all.
    pub(crate) const fn is_instant(self) -> bool {
        self.time.is_zero()
    }
}

/// When a step that is under way ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) at: OffsetDateTime,
    pub(crate) polls: Option<u32>,
}

impl Due {
    /// Counts a poll; true if this one finds the step done.
    pub(crate) const fn polled(&mut self) -> bool {
        match &mut self.polls {
            None => false,
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }
}

/// When a contract's `partner_approval_at` is filled in.
///
/// The guides print the field, always `null`, and say nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PartnerApprovalAt {
    /// As soon as the approval has come into effect.
    Approved,
    /// Not before the contract is activated.
    #[default]
    Activated,
    /// Never.
    Never,
}

/// What the bank takes its time over.
///
/// A success says that the bank has taken a command, not that it is done: after an approval a partner has to "check if the contract
/// status has been changed to `activated`" (direct guide 1.02 for Poland, Contract Details), and an activation "will trigger the contract
/// activation process" that ends with a callback (smart rent 3.04, Contract Activation). No guide says how long, and none speaks of
/// cancellations and acceptances; chosen: a few seconds for each, within the 15 that a contract is polled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    pub(crate) decision: Pace,
    pub(crate) signature: Pace,
    /// From taking an approval until it is the contract's.
    pub(crate) approval: Duration,
    /// From there to an active contract.
    pub(crate) activation: Duration,
    pub(crate) cancellation: Duration,
    /// Until an application shows the contract that its acceptance has made.
    pub(crate) acceptance: Duration,
    pub(crate) partner_approval_at: PartnerApprovalAt,
}

impl Timing {
    /// Everything is done in the moment in which it is asked for.
    pub(crate) const INSTANT: Self = Self {
        decision: Pace::after(Duration::ZERO),
        signature: Pace::after(Duration::ZERO),
        approval: Duration::ZERO,
        activation: Duration::ZERO,
        cancellation: Duration::ZERO,
        acceptance: Duration::ZERO,
        partner_approval_at: PartnerApprovalAt::Approved,
    };
}

impl Default for Timing {
    fn default() -> Self {
        const STEP: Duration = Duration::from_secs(3);
        Self {
            decision: Pace::after(STEP),
            signature: Pace::after(STEP),
            approval: Duration::from_secs(2),
            activation: Duration::from_secs(2),
            cancellation: STEP,
            acceptance: STEP,
            partner_approval_at: PartnerApprovalAt::default(),
        }
    }
}
