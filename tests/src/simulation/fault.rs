use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::dice::Dice;

/// The first of the faults' streams of numbers.
const STREAMS: u64 = 100;

/// What may go wrong at a port, drawn for each call.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The bank takes up to 40 s.
    BankSlow,
    /// The bank answers after ten minutes, having done what was asked or not.
    BankHangs,
    /// The bank is not reached.
    BankUnreachable,
    /// What was asked never arrives, and nobody learns that.
    BankLosesCall,
    /// It is done, and the answer is lost.
    BankLosesAnswer,
    /// A gateway gives up, and the bank does it later.
    BankCommitsLater,
    /// The bank refuses, and does nothing.
    BankRefuses,
    /// The bank wants fewer calls.
    BankLimits,
    /// A read shows what was before.
    BankLags,
    /// A read says that there is no such thing.
    BankForgets,
    /// A read can't be understood.
    BankGarbles,
    /// A read names another amount.
    BankContradicts,
    /// The bank offers another amount than was applied for.
    BankChangesConditions,
    /// The bank ends a contract some time after it became active.
    BankTerminates,
    /// A callback comes twice.
    CallbackTwice,
    /// A callback comes hours later.
    CallbackLate,
    /// A callback never comes.
    CallbackNever,
    /// Somebody sends a callback that no bank has signed.
    CallbackForged,
    /// A callback comes to another attempt's address as well.
    CallbackElsewhere,
    /// A statement takes up to 5 s, and holds its connection.
    StatementSlow,
    /// A statement fails, and nothing is done.
    StatementFails,
    /// A statement is done, and fails all the same.
    StatementAnswerLost,
    /// A statement is not answered for half a minute, and holds its connection.
    StatementHangs,
    /// The platform can't take an event now.
    SinkFails,
    /// The platform takes five minutes over an event.
    SinkHangs,
    /// The platform panics over an event.
    SinkPanics,
    /// The platform refuses an event for good.
    SinkRefuses,
    /// The platform decides while it is being told.
    SinkDecides,
}

impl Fault {
    pub(super) const ALL: &'static [Self] = &[
        Self::BankSlow,
        Self::BankHangs,
        Self::BankUnreachable,
        Self::BankLosesCall,
        Self::BankLosesAnswer,
        Self::BankCommitsLater,
        Self::BankRefuses,
        Self::BankLimits,
        Self::BankLags,
        Self::BankForgets,
        Self::BankGarbles,
        Self::BankContradicts,
        Self::BankChangesConditions,
        Self::BankTerminates,
        Self::CallbackTwice,
        Self::CallbackLate,
        Self::CallbackNever,
        Self::CallbackForged,
        Self::CallbackElsewhere,
        Self::StatementSlow,
        Self::StatementFails,
        Self::StatementAnswerLost,
        Self::StatementHangs,
        Self::SinkFails,
        Self::SinkHangs,
        Self::SinkPanics,
        Self::SinkRefuses,
        Self::SinkDecides,
    ];

    /// Whether it is one of a shop's surroundings, and not of what shops share.
    pub(super) const fn is_of_a_shop(self) -> bool {
        !matches!(
            self,
            Self::StatementSlow
                | Self::StatementFails
                | Self::StatementAnswerLost
                | Self::StatementHangs
        )
    }
}

/// The faults of a run, until they are over.
#[derive(Debug)]
pub(super) struct Faults {
    /// Each with a stream of its own, so that leaving one out moves no other.
    drawn: BTreeMap<Fault, (u16, Dice)>,
    /// The shop whose surroundings have none.
    calm: Option<usize>,
    over: AtomicBool,
}

impl Faults {
    pub(super) fn new(seed: u64, per_mille: &BTreeMap<Fault, u16>, calm: Option<usize>) -> Self {
        let drawn = per_mille.iter().map(|(fault, per_mille)| {
            let stream = STREAMS + *fault as u64;
            (*fault, (*per_mille, Dice::new(seed, stream)))
        });
        Self {
            drawn: drawn.collect(),
            calm,
            over: AtomicBool::new(false),
        }
    }

    /// None happens any more.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(super) fn are_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Whether it happens now, to a shop.
    pub(super) fn happens_to(&self, shop: usize, fault: Fault) -> bool {
        self.calm != Some(shop) && self.happens(fault)
    }

    /// Whether it happens now, to what shops share.
    pub(super) fn happens(&self, fault: Fault) -> bool {
        let drawn = self.drawn.get(&fault);
        !self.are_over() && drawn.is_some_and(|(per_mille, dice)| dice.chance(*per_mille))
    }
}
