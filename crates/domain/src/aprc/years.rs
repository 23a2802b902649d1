//! Time between two dates as the Annex counts it: in years and fractions of a year.

use time::{Date, Month};

use super::Fixed;

/// An interval in years and fractions of a year.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Years(Fixed);

/// How days that make no whole period become a fraction of a year. The Annex leaves more than one way,
/// and banks take different ones; they part in the third digit of a rate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DayCount {
    /// Whole years, and days over the 365 or 366 days of the year that they fall in (2008/48/EC,
    /// Annex I, remark c: "365 days (or 366 days for leap years)").
    DaysOfTheYear,
    /// All days over 365.
    Days365,
    /// Whole months counted backwards from the payment, and days over the 365 or 366 days of the year
    /// that ends with them, as Directive 2014/17/EU words it and Directive (EU) 2023/2225 after it.
    MonthsAndDays,
}

impl DayCount {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DaysOfTheYear, Self::Days365, Self::MonthsAndDays];
}

impl Years {
    /// So many of twelve equal months.
    pub fn months(months: u32) -> Self {
        Self::ratio(i64::from(months), 12)
    }

    /// So many of fifty-two weeks.
    pub fn weeks(weeks: u32) -> Self {
        Self::ratio(i64::from(weeks), 52)
    }

    /// So many days of a year of 365.
    pub fn days(days: u32) -> Self {
        Self::ratio(i64::from(days), 365)
    }

    /// From one date to a later one; none to an earlier one.
    pub fn between(from: Date, to: Date, count: DayCount) -> Option<Self> {
        let days = (to - from).whole_days();
        if days < 0 {
            return None;
        }
        match count {
            DayCount::Days365 => Some(Self::ratio(days, 365)),
            DayCount::DaysOfTheYear => {
                let mut years = i64::from(to.year()) - i64::from(from.year());
                if shifted(from, 12 * years)? > to {
                    years -= 1;
                }
                let start = shifted(from, 12 * years)?;
                let length = (shifted(from, 12 * (years + 1))? - start).whole_days();
                Self::ratio(years, 1).plus(Self::ratio((to - start).whole_days(), length))
            }
            DayCount::MonthsAndDays => {
                let mut months = months_apart(from, to);
                if shifted(to, -months)? < from {
                    months -= 1;
                }
                let end = shifted(to, -months)?;
                let length = (end - shifted(end, -12)?).whole_days();
                Self::ratio(months, 12).plus(Self::ratio((end - from).whole_days(), length))
            }
        }
    }

    pub(super) const fn fixed(self) -> Fixed {
        self.0
    }

    /// Of numbers that are known to fit: months, and days between dates.
    fn ratio(over: i64, under: i64) -> Self {
        Self(Fixed::ratio(over, under).unwrap_or(Fixed::ZERO))
    }

    fn plus(self, other: Self) -> Option<Self> {
        self.0.plus(other.0).map(Self)
    }
}

/// How many months one date is after another, where it is a whole number of them: on the same day, or on
/// the last one of a month that hasn't that day.
pub(super) fn whole_months(from: Date, to: Date) -> Option<u32> {
    let months = months_apart(from, to);
    let whole = shifted(from, months)? == to;
    u32::try_from(months).ok().filter(|_| whole)
}

/// By the calendar's months alone.
fn months_apart(from: Date, to: Date) -> i64 {
    let months = |date: Date| 12 * i64::from(date.year()) + i64::from(u8::from(date.month()));
    months(to) - months(from)
}

/// The same day some months later or earlier, or the month's last one where it hasn't that day.
pub(crate) fn shifted(date: Date, months: i64) -> Option<Date> {
    on_day(date, months, date.day())
}

/// A day of the month that is some months later or earlier, or that month's last one where it hasn't it.
pub(crate) fn on_day(date: Date, months: i64, day: u8) -> Option<Date> {
    let month = i64::from(u8::from(date.month())) - 1;
    let month = month.checked_add(months)?;
    let year = i64::from(date.year()).checked_add(month.div_euclid(12))?;
    let year = i32::try_from(year).ok()?;
    let month = u8::try_from(month.rem_euclid(12) + 1).ok()?;
    let month = Month::try_from(month).ok()?;
    Date::from_calendar_date(year, month, day.min(month.length(year))).ok()
}
