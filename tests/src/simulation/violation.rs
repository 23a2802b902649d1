use std::fmt;

use serde::{Deserialize, Serialize};

/// What must be true of every run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// No order is paid by two attempts, unless a person was told.
    PaidTwiceUntold,
    /// No two attempts of an order are accepted, approved or activated, unless a person was told.
    BoundTwice,
    /// Nothing is asked for again whose arrival is possible: an opening, an acceptance.
    AskedTwice,
    /// No attempt is accepted, approved or activated once the customer was sent to pay for another cart.
    FormerCart,
    /// What was begun at the bank is waited for, whoever has hung up.
    CutOff,
    /// No command is sent after it was acknowledged.
    SentAfterAcknowledged,
    /// No command is sent without the order's lease.
    SentWithoutLease,
    /// No write of a round is taken whose lease has ended or is another's.
    WrittenWithoutLease,
    /// A callback is kept once, however often it comes, and so is a command that stands no more.
    KeptTwice,
    /// Every event once, in order, and none takes back that an order is paid.
    EventOrder,
    /// What the bank has, the platform was told.
    Untold,
    /// What the platform was told, the bank has.
    ToldWrongly,
    /// What happened is told within its bound.
    ToldLate,
    /// Nothing stays as it is for ever.
    Stuck,
    /// What is due is worked on within one slot's time, whatever happens to other shops.
    Starved,
    /// No slot is lost.
    SlotLost,
    /// Amounts are the bank's to the digit.
    Amount,
    /// Nothing personal is in the ledger.
    PersonalData,
    /// Nothing panics but what is told to.
    Panic,
    /// The same plan gives the same run.
    Reproducible,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = serde_json::to_value(self).unwrap_or_default();
        f.write_str(name.as_str().unwrap_or_default())
    }
}

/// Something that must not happen, and happened.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// What it breaks.
    pub invariant: Invariant,
    /// What happened.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}
