//! Times and pauses as microseconds.

use std::time::Duration;

use time::OffsetDateTime;

use crate::failure::Failure;

/// No pause and no lease is longer. What is due later than this from now was put off by a clock that was ahead, and counts as due:
/// an order that waits for more than a month is worked on once a month for nothing, and none is lost to a wrong clock.
pub(crate) const LONGEST: i64 = 31 * 24 * 3600 * 1_000_000;

/// So long a call may have waited for its turn since its caller looked at the clock: a lease that ends later by this much was not
/// necessarily taken by a wrong clock.
pub(crate) const SLACK: i64 = 30 * 1_000_000;

pub(crate) fn micros(moment: OffsetDateTime) -> i64 {
    let micros = moment.unix_timestamp_nanos().div_euclid(1000);
    // A year has at most four digits, which is far from either end.
    i64::try_from(micros).unwrap_or(i64::MAX)
}

pub(crate) fn moment(micros: i64) -> Result<OffsetDateTime, Failure> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000)
        .map_err(|_| Failure::unreadable("a stored time is outside of the years that there are"))
}

/// How long something is to last.
pub(crate) fn span(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).map_or(LONGEST, |micros| micros.min(LONGEST))
}

/// How long ago something was.
pub(crate) fn since(then: i64, now: i64) -> Duration {
    Duration::from_micros(u64::try_from(now.saturating_sub(then)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_of_four_digits_fits_in_microseconds() {
        for date in [time::Date::MIN, time::Date::MAX] {
            let then = date.midnight().assume_utc();
            assert_eq!(moment(micros(then)).unwrap(), then);
        }
    }

    #[test]
    fn no_pause_is_longer_than_the_longest() {
        assert_eq!(span(Duration::from_secs(1)), 1_000_000);
        assert_eq!(span(Duration::MAX), LONGEST);
    }
}
