use std::fmt;

use serde::{Deserialize, Serialize};

/// Something rare that must happen in some run or other: else the runs have become too tame to find what
/// goes wrong then.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Two attempts of one order are granted at the bank at once.
    TwoGranted,
    /// Two attempts of one order are financed.
    TwoFinanced,
    /// Two calls pay the same order at the same moment.
    DoubleClick,
    /// A cart is changed while an attempt is open.
    CartChanged,
    /// A browser hangs up before its answer.
    BrowserHungUp,
    /// A lease lapsed while its holder was still at it.
    LeaseLapsed,
    /// A process was killed while a command was at the bank.
    KilledWhileSending,
    /// A process was killed while the bank was opening something.
    KilledWhileOpening,
    /// A process stood still.
    StoodStill,
    /// A process was stopped, and another took its place.
    Deployed,
    /// A command was answered with 429.
    CommandLimited,
    /// A command arrived after its answer was given up.
    CommittedLater,
    /// A command that was not known to have arrived was sent once more.
    SentOnceMore,
    /// A callback came before the answer that it is about.
    CallbackBeforeAnswer,
    /// A callback about an order was kept while it was leased.
    CallbackDuringLease,
    /// A callback at another's address was turned away.
    CallbackTurnedAway,
    /// An event came again.
    EventAgain,
    /// An event was put aside.
    EventPutAside,
    /// Paid was told after not paid.
    PaidLate,
    /// A person was told.
    NeedsPerson,
    /// A breaker opened.
    BreakerOpened,
    /// The bank offered another amount.
    ConditionsChanged,
    /// An offer was accepted.
    Accepted,
    /// A device was activated.
    Activated,
    /// An active contract was terminated, and told so.
    Terminated,
    /// Approve and cancel were decided at the same moment in two places.
    DecidedTwice,
    /// An order was over at the bank, and then was paid by another attempt.
    PaidByLaterAttempt,
    /// The platform decided while it was being told.
    DecidedWithin,
}

impl Mark {
    /// Every mark.
    pub const ALL: &'static [Self] = &[
        Self::TwoGranted,
        Self::TwoFinanced,
        Self::DoubleClick,
        Self::CartChanged,
        Self::BrowserHungUp,
        Self::LeaseLapsed,
        Self::KilledWhileSending,
        Self::KilledWhileOpening,
        Self::StoodStill,
        Self::Deployed,
        Self::CommandLimited,
        Self::CommittedLater,
        Self::SentOnceMore,
        Self::CallbackBeforeAnswer,
        Self::CallbackDuringLease,
        Self::CallbackTurnedAway,
        Self::EventAgain,
        Self::EventPutAside,
        Self::PaidLate,
        Self::NeedsPerson,
        Self::BreakerOpened,
        Self::ConditionsChanged,
        Self::Accepted,
        Self::Activated,
        Self::Terminated,
        Self::DecidedTwice,
        Self::PaidByLaterAttempt,
        Self::DecidedWithin,
    ];
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = serde_json::to_value(self).unwrap_or_default();
        f.write_str(name.as_str().unwrap_or_default())
    }
}
