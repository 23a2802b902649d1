//! The annual percentage rate of charge (APRC) by the basic equation of Directive 2008/48/EC, Annex I.
//!
//! The rate `X` at which what is repaid is worth what was paid out: the sum of `payment / (1 + X)^years`
//! is the credit. With `1 + X = e^d` the sum falls and is convex in `d`, so Newton's steps from nothing
//! come nearer each time and never pass the root. Numbers are integers with sixteen decimals: the same
//! on every machine, and no float.

mod fixed;
mod years;

use thiserror::Error;
use time::Date;

use self::fixed::Fixed;
pub(crate) use self::years::on_day;
pub use self::years::{DayCount, Years};
use crate::{Money, Rate};

/// Why there is no annual percentage rate of charge.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum NoAprc {
    /// Nothing is paid out.
    #[error("nothing is lent")]
    NothingLent,
    /// What is repaid is in another currency than what is paid out.
    #[error("what is repaid is in another currency")]
    Currencies,
    /// A payment is negative, or due before the pay-out.
    #[error("a payment is negative or due before the pay-out")]
    Payment,
    /// Less is repaid than was paid out.
    #[error("less is repaid than was lent")]
    LessRepaid,
    /// More than [`MOST_PAYMENTS`].
    #[error("there are more payments than fifty years have months")]
    TooMany,
    /// Nothing that a credit could have: above two million percent, or amounts that are out of all
    /// proportion to each other.
    #[error("it is out of all proportion")]
    OutOfRange,
}

/// How many payments are reckoned with: fifty years of months.
pub const MOST_PAYMENTS: usize = 600;

/// The rate of a credit that is paid out at once, and repaid by payments each so many years later.
///
/// To eight decimals of the fraction; [`Rate::rounded`] gives as many as one prints (Annex I, remark d).
///
/// ```
/// use inbank_domain::{Currency, Money, Years, aprc};
///
/// let euros = |text| Money::parse(text, Currency::EUR);
/// // 1200 a year and a half after 1000.
/// let rate = aprc(euros("1000")?, &[(Years::months(18), euros("1200")?)])?;
/// assert_eq!(rate.rounded(3).to_string(), "12.9 %");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`NoAprc`] where there is no such rate.
pub fn aprc(credit: Money, payments: &[(Years, Money)]) -> Result<Rate, NoAprc> {
    if !credit.is_positive() {
        return Err(NoAprc::NothingLent);
    }
    if payments.len() > MOST_PAYMENTS {
        return Err(NoAprc::TooMany);
    }
    let flows = payments.iter().map(|(years, payment)| {
        if payment.currency() != credit.currency() {
            return Err(NoAprc::Currencies);
        }
        let share = payment.amount().checked_div(credit.amount());
        let share = share.and_then(Fixed::of).ok_or(NoAprc::OutOfRange)?;
        if share < Fixed::ZERO {
            return Err(NoAprc::Payment);
        }
        Ok(Flow {
            years: years.fixed(),
            share,
        })
    });
    let flows = flows.collect::<Result<Vec<_>, _>>()?;
    // Exactly, where shares of a third would fall short of the whole.
    let zero = Money::new(rust_decimal::Decimal::ZERO, credit.currency());
    let mut amounts = payments.iter().map(|(_, payment)| *payment);
    let repaid = amounts.try_fold(zero, Money::checked_add);
    match repaid.map_err(|_| NoAprc::OutOfRange)?.compare(credit) {
        Ok(std::cmp::Ordering::Less) => Err(NoAprc::LessRepaid),
        Ok(std::cmp::Ordering::Equal) => Ok(Rate::from_fraction(rust_decimal::Decimal::ZERO)),
        Ok(std::cmp::Ordering::Greater) => solve(&flows).ok_or(NoAprc::OutOfRange),
        Err(_) => Err(NoAprc::Currencies),
    }
}

/// The rate of a credit whose dates are known.
///
/// Equal months are counted where every payment is a whole number of them after the pay-out, and else
/// days (Annex I, remark c): of [`DayCount::DaysOfTheYear`].
///
/// # Errors
/// [`NoAprc`] where there is no such rate.
pub fn aprc_between(
    paid_out: Date,
    credit: Money,
    payments: &[(Date, Money)],
) -> Result<Rate, NoAprc> {
    let months = payments.iter().map(|(due, payment)| {
        let months = years::whole_months(paid_out, *due)?;
        Some((Years::months(months), *payment))
    });
    match months.collect::<Option<Vec<_>>>() {
        Some(payments) => aprc(credit, &payments),
        None => aprc_counted(paid_out, credit, payments, DayCount::DaysOfTheYear),
    }
}

/// The same with time counted in a way of one's own choice.
///
/// # Errors
/// [`NoAprc`] where there is no such rate.
pub fn aprc_counted(
    paid_out: Date,
    credit: Money,
    payments: &[(Date, Money)],
    count: DayCount,
) -> Result<Rate, NoAprc> {
    let payments = payments.iter().map(|(due, payment)| {
        let years = Years::between(paid_out, *due, count).ok_or(NoAprc::Payment)?;
        Ok((years, *payment))
    });
    aprc(credit, &payments.collect::<Result<Vec<_>, _>>()?)
}

/// A payment as a share of the credit.
struct Flow {
    years: Fixed,
    share: Fixed,
}

fn solve(flows: &[Flow]) -> Option<Rate> {
    let mut exponent = Fixed::ZERO;
    // Some ten steps do; one that finds nothing better ends it.
    for _ in 0..STEPS {
        let (mut worth, mut slope) = (Fixed::ZERO, Fixed::ZERO);
        for flow in flows {
            let decayed = exponent.times(flow.years)?.decay()?;
            let value = flow.share.times(decayed)?;
            worth = worth.plus(value)?;
            slope = slope.plus(value.times(flow.years)?)?;
        }
        let excess = worth.minus(Fixed::ONE)?;
        if excess <= Fixed::ZERO {
            break;
        }
        // No slope: all is repaid at once, and more than was lent.
        let step = excess.over(slope)?;
        if step == Fixed::ZERO {
            break;
        }
        exponent = exponent.plus(step)?;
        if exponent > LARGEST {
            return None;
        }
    }
    let growth = Fixed::ONE.over(exponent.decay()?)?;
    let rate = growth.minus(Fixed::ONE)?.decimal()?;
    Some(Rate::from_fraction(rate.round_dp(8).normalize()))
}

const STEPS: usize = 200;

/// `e^10` is some 22 000: two million percent.
const LARGEST: Fixed = Fixed::whole(10);

#[cfg(test)]
mod tests;
