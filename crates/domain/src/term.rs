use std::fmt;
use std::num::{NonZeroU8, NonZeroU16};

use crate::Invalid;

/// How long the customer repays, in months; which values a product has is the product's setup.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Months(NonZeroU16);

impl Months {
    /// A number of months.
    ///
    /// # Errors
    /// [`Invalid`] (`period`) for none.
    pub fn new(months: u16) -> Result<Self, Invalid> {
        NonZeroU16::new(months)
            .map(Self)
            .ok_or_else(|| Invalid::new("period", "must be at least one month"))
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Months {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The day of the month on which instalments are due.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PaymentDay(NonZeroU8);

impl PaymentDay {
    /// A day of the month.
    ///
    /// # Errors
    /// [`Invalid`] (`payment_day`) outside 1–31.
    pub fn new(day: u8) -> Result<Self, Invalid> {
        NonZeroU8::new(day)
            .filter(|day| day.get() <= 31)
            .map(Self)
            .ok_or_else(|| Invalid::new("payment_day", "must be a day of the month, 1 to 31"))
    }

    /// The day.
    pub const fn get(self) -> u8 {
        self.0.get()
    }
}

impl fmt::Display for PaymentDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_at_least_one_month() {
        assert_eq!(Months::new(0).unwrap_err().field(), "period");
        assert_eq!(Months::new(12).unwrap().get(), 12);
    }

    #[test]
    fn a_payment_day_is_in_the_month() {
        for bad in [0, 32] {
            assert_eq!(PaymentDay::new(bad).unwrap_err().field(), "payment_day");
        }
        assert_eq!(PaymentDay::new(31).unwrap().get(), 31);
    }
}
