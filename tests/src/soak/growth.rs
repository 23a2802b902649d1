//! Whether something has grown between the beginning of a run and its end.
//!
//! Two stretches of the time in which orders arrive are compared: the middle of its first half, from an eighth to three
//! eighths, when what is filled once (pools, caches, the allocator's own) is filled; and its last quarter. Of each the
//! median, so that a fault's moment in either decides nothing. What leaks grows with every order, and between the two
//! the platform takes five eighths of all of them: far beyond what is allowed.

/// How much more there may be at the end than in the beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tolerance {
    /// Of what there was.
    pub(crate) percent: u64,
    /// And so much besides.
    pub(crate) and: u64,
}

impl Tolerance {
    /// Of memory, in kilobytes. Pages that the allocator holds on to come and go with the moments in which the bank is slow; a
    /// run that keeps one kilobyte of each order, at 50 a second for ten minutes, has 19 MB more.
    pub(crate) const MEMORY: Self = Self {
        percent: 10,
        and: 3_000,
    };
    /// Of open files. Connections are made while the bank or the machine is slow, and close when they have rested for a minute or
    /// so; one that is left open each second is 375 more.
    pub(crate) const FILES: Self = Self {
        percent: 25,
        and: 100,
    };

    /// Of the time from a callback to its event, in microseconds. What reads a table whole takes longer with every order.
    pub(crate) const LATENCY: Self = Self {
        percent: 50,
        and: 10_000,
    };

    /// Of orders that are open: those of two seconds. A fault of the bank's that lasts holds up that many.
    pub(crate) const fn backlog(rate: u32) -> Self {
        Self {
            percent: 25,
            and: 2 * rate as u64,
        }
    }
}

/// The two medians.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Growth {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Growth {
    /// Of samples at equal pauses. None where there are too few for two medians.
    pub(crate) fn of(samples: &[u64]) -> Option<Self> {
        if samples.len() < 8 {
            return None;
        }
        let eighth = |n: usize| samples.len() * n / 8;
        Some(Self {
            from: median(&samples[eighth(1)..eighth(3)])?,
            to: median(&samples[eighth(6)..])?,
        })
    }

    pub(crate) const fn is_within(self, tolerance: Tolerance) -> bool {
        let allowed = self.from + self.from * tolerance.percent / 100 + tolerance.and;
        self.to <= allowed
    }
}

fn median(samples: &[u64]) -> Option<u64> {
    let mut samples = samples.to_vec();
    samples.sort_unstable();
    samples.get(samples.len() / 2).copied()
}

/// One of a hundred parts of sorted values; none where there are no values.
pub(crate) fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().checked_sub(1)?))
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_as_it_is_has_not_grown_whatever_the_start_and_single_moments_were() {
        let mut flat: Vec<u64> = (0..80).map(|n| 50_000 + n % 7).collect();
        flat[..8].fill(20_000);
        flat[77] = 500_000;
        let growth = Growth::of(&flat).unwrap();
        assert!(growth.is_within(Tolerance::MEMORY), "{growth:?}");
    }

    #[test]
    fn a_kilobyte_of_each_order_is_too_much_memory() {
        // 50 a second for ten minutes, sampled each five seconds.
        let leak: Vec<u64> = (0..120).map(|n| 40_000 + n * 250).collect();
        let growth = Growth::of(&leak).unwrap();
        assert!(!growth.is_within(Tolerance::MEMORY), "{growth:?}");
    }

    #[test]
    fn a_file_left_open_each_second_is_found_and_a_backlog_that_grows_by_one_order_each() {
        let grows: Vec<u64> = (0..120).map(|n| 60 + n * 5).collect();
        let growth = Growth::of(&grows).unwrap();
        assert!(!growth.is_within(Tolerance::FILES), "{growth:?}");
        assert!(!growth.is_within(Tolerance::backlog(50)), "{growth:?}");
    }

    #[test]
    fn nothing_is_said_of_too_few_samples() {
        assert_eq!(Growth::of(&[1, 2, 3]), None);
    }

    #[test]
    fn percentiles_are_of_what_there_is() {
        let values: Vec<i64> = (0..200).collect();
        assert_eq!(percentile(&values, 50), Some(100));
        assert_eq!(percentile(&values, 99), Some(198));
        assert_eq!(percentile(&values[..1], 99), Some(0));
        assert_eq!(percentile(&[], 50), None);
    }
}
