use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use time::OffsetDateTime;

/// How calls went, counted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct CallFigures {
    /// How many there were that ended.
    pub calls: u64,
    /// Those to which the host gave no answer, or one of 5xx. A refusal is an answer.
    pub failures: u64,
    /// Half of them took no longer, to an eighth; none where there was none.
    pub median: Option<Duration>,
    /// Of twenty, nineteen took no longer, to an eighth.
    pub p95: Option<Duration>,
}

/// Calls by how long they took, in steps of an eighth: what is counted takes no room.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    calls: u64,
    failures: u64,
    took: BTreeMap<u16, u64>,
}

impl Tally {
    pub(super) fn count(&mut self, took: Duration, is_failure: bool) {
        self.calls += 1;
        self.failures += u64::from(is_failure);
        *self.took.entry(step(took)).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.failures += other.failures;
        for (step, count) in &other.took {
            *self.took.entry(*step).or_default() += count;
        }
    }

    pub(super) fn figures(&self) -> CallFigures {
        CallFigures {
            calls: self.calls,
            failures: self.failures,
            median: self.at(50),
            p95: self.at(95),
        }
    }

    /// So many of a hundred took no longer.
    fn at(&self, percent: u64) -> Option<Duration> {
        let rank = (self.calls * percent).div_ceil(100);
        let mut so_far = 0;
        let mut steps = self.took.iter();
        let step = steps.find(|(_, count)| {
            so_far += *count;
            so_far >= rank
        });
        step.map(|(step, _)| longest(*step))
    }
}

/// Milliseconds up to fifteen one by one, and of what is longer eight steps until it is twice as long.
fn step(took: Duration) -> u16 {
    let millis = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
    let shift = millis.max(8).ilog2() - 3;
    u16::try_from(shift * 8 + (millis >> shift)).unwrap_or(u16::MAX)
}

/// The longest of a step.
fn longest(step: u16) -> Duration {
    let (step, eight) = (u64::from(step), 8);
    let millis = if step < 2 * eight {
        step
    } else {
        let shift = step / eight - 1;
        ((step % eight + eight + 1) << shift) - 1
    };
    Duration::from_millis(millis)
}

/// An hour, minute by minute.
#[derive(Debug, Default)]
pub(super) struct Minutes(VecDeque<(i64, Tally)>);

const HOUR: i64 = 60;

impl Minutes {
    /// Where a call is counted that ends now.
    pub(super) fn at(&mut self, now: OffsetDateTime) -> &mut Tally {
        let minute = now.unix_timestamp().div_euclid(60);
        while self
            .0
            .front()
            .is_some_and(|(first, _)| *first <= minute - HOUR)
        {
            self.0.pop_front();
        }
        // By a clock that was put back it counts in the last minute that there was.
        match self.0.back().map(|(last, _)| *last) {
            Some(last) if last >= minute => {}
            Some(_) | None => self.0.push_back((minute, Tally::default())),
        }
        let last = self.0.len() - 1;
        &mut self.0[last].1
    }

    pub(super) fn of_the_hour(&self, now: OffsetDateTime) -> Tally {
        let minute = now.unix_timestamp().div_euclid(60);
        let mut hour = Tally::default();
        for (_, tally) in self.0.iter().filter(|(then, _)| *then > minute - HOUR) {
            hour.add(tally);
        }
        hour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_no_wider_than_an_eighth_and_holds_what_is_counted_in_it() {
        let mut last = 0;
        for millis in (0..5000).chain([59_999, 3_600_000, u64::from(u32::MAX)]) {
            let at = step(Duration::from_millis(millis));
            assert!(at >= last, "{millis}");
            last = at;
            let longest = u64::try_from(longest(at).as_millis()).unwrap();
            assert!(
                longest >= millis && longest - millis <= millis / 8,
                "{millis} {longest}"
            );
        }
    }

    #[test]
    fn half_took_no_longer_than_the_median() {
        let mut tally = Tally::default();
        assert_eq!(tally.figures(), CallFigures::default());
        for millis in 1..=10 {
            tally.count(Duration::from_millis(millis), millis == 10);
        }
        let figures = tally.figures();
        assert_eq!((figures.calls, figures.failures), (10, 1));
        assert_eq!(figures.median, Some(Duration::from_millis(5)));
        assert_eq!(figures.p95, Some(Duration::from_millis(10)));
    }

    #[test]
    fn an_hour_forgets_what_is_older() {
        let start = OffsetDateTime::UNIX_EPOCH;
        let mut minutes = Minutes::default();
        let minute = Duration::from_mins(1);
        for n in 0..70 {
            minutes.at(start + minute * n).count(minute, false);
        }
        assert!(minutes.0.len() <= 60, "{}", minutes.0.len());
        let calls = |n| minutes.of_the_hour(start + minute * n).figures().calls;
        assert_eq!(calls(69), 60);
        assert_eq!(calls(79), 50);
        assert_eq!(calls(200), 0);
    }
}
