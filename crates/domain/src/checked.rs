//! Whether the figures of a quote or an offer agree with each other.
//!
//! Nothing is corrected: the bank's figures stay as they are, and what doesn't agree is named. What can't
//! be checked, since the bank leaves out a figure, is named as well.

mod claims;

use std::fmt;

use self::claims::Claims;
use crate::{Calculation, Money, Offer, Rate};

/// What of a quote or an offer agrees with itself, and what doesn't.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Checked {
    checks: Vec<Check>,
}

impl Checked {
    /// Everything that was looked at, in one order.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether nothing was found that doesn't agree; there may be what could not be checked.
    pub fn agrees(&self) -> bool {
        self.disagreements().next().is_none()
    }

    /// What doesn't agree.
    pub fn disagreements(&self) -> impl Iterator<Item = &Check> {
        let differs = |check: &&Check| matches!(check.verdict, Verdict::Differs(_));
        self.checks.iter().filter(differs)
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Check {
    /// What.
    pub name: CheckName,
    /// What came of it.
    pub verdict: Verdict,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CheckName {
    /// There is a row for each month of the period.
    Rows,
    /// The parts of each row are its payment.
    RowParts,
    /// What a row repays is taken from the balance, and the last one leaves nothing.
    RowBalances,
    /// The payments are the total.
    Total,
    /// The amount less the down payment is the credit.
    NetCredit,
    /// The total less the credit is its cost.
    Cost,
    /// Interest and fees are the cost.
    CostParts,
    /// The annual percentage rate of charge is that of the payments.
    Aprc,
}

impl CheckName {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Rows,
        Self::RowParts,
        Self::RowBalances,
        Self::Total,
        Self::NetCredit,
        Self::Cost,
        Self::CostParts,
        Self::Aprc,
    ];

    /// For scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::RowParts => "row_parts",
            Self::RowBalances => "row_balances",
            Self::Total => "total",
            Self::NetCredit => "net_credit",
            Self::Cost => "cost",
            Self::CostParts => "cost_parts",
            Self::Aprc => "aprc",
        }
    }

    /// For people: what should be so.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Rows => "the schedule has a row for each month",
            Self::RowParts => "the parts of each row add up to its payment",
            Self::RowBalances => "each row's balance is the former one's less what it repaid",
            Self::Total => "the payments add up to the total",
            Self::NetCredit => "the amount less the down payment is the credit",
            Self::Cost => "the total less the credit is its cost",
            Self::CostParts => "interest and fees add up to the cost",
            Self::Aprc => "the APRC is that of the payments",
        }
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What came of a check.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is so.
    Agrees,
    /// It is not.
    Differs(Difference),
    /// It can't be told, for this reason.
    NotChecked(&'static str),
}

/// A figure of the bank's, and what its other figures make of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The row of the schedule, where it is about one.
    pub row: Option<u32>,
    /// What the bank says.
    pub told: Figure,
    /// What follows from the rest of what it says.
    pub reckoned: Figure,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(row) = self.row {
            write!(f, "row {row}: ")?;
        }
        let Self { told, reckoned, .. } = self;
        write!(f, "the bank says {told}, its other figures {reckoned}")
    }
}

/// A figure of one kind or another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Figure {
    /// An amount.
    Money(Money),
    /// A rate.
    Rate(Rate),
    /// A number of rows.
    Count(usize),
    /// None that could be, for this reason.
    None(&'static str),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Rate(rate) => rate.fmt(f),
            Self::Count(1) => f.write_str("1 row"),
            Self::Count(count) => write!(f, "{count} rows"),
            Self::None(why) => write!(f, "none, since {why}"),
        }
    }
}

impl Calculation {
    /// Holds the figures against each other, and the APRC against the one that follows from them.
    ///
    /// Time is counted in equal months, as the bank's own sample does, whose pay-out has no date yet; where
    /// that doesn't give the bank's rate, by the dates of the rows as well, from the day that it was
    /// [made on](Self::made_on). The rates agree where they are the same in as many decimals as the bank prints.
    pub fn checked(&self) -> Checked {
        Checked {
            checks: Claims::of_calculation(self).checks(),
        }
    }
}

impl Offer {
    /// Holds the figures against each other, and the APRC against the one that follows from them.
    ///
    /// The pay-out is taken to be on the day that the offer was [made on](Self::made_on); without it the
    /// APRC is not checked. Days are counted in each way that the law leaves
    /// ([`DayCount`](crate::DayCount)). The rates agree where they are the same in as many decimals as the
    /// bank prints.
    pub fn checked(&self) -> Checked {
        Checked {
            checks: Claims::of_offer(self).checks(),
        }
    }
}

#[cfg(test)]
mod tests;
