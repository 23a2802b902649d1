//! When a delivery that failed is tried again.

use std::time::Duration;

use inbank::ports::Random;
use time::OffsetDateTime;

/// The specification's own example: ten tries over about three days.
const PAUSES: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
];

/// A server that asks for a longer pause gets it up to this, or up to twice what was planned.
const LONGEST_ASKED: Duration = Duration::from_hours(1);

/// How long to wait after a delivery was tried so many times; none once it is to be given up. Shorter or longer by up to a fifth, so
/// that what failed together does not come back together.
pub(super) fn pause(tried: u32, asked: Option<Duration>, random: &dyn Random) -> Option<Duration> {
    let done = usize::try_from(tried).unwrap_or(usize::MAX);
    let planned = *PAUSES.get(done.checked_sub(1)?)?;
    let [byte, ..] = random.bytes();
    let spread = planned * 4 / 5 + planned * 2 / 5 * u32::from(byte) / 256;
    let asked = asked.map_or(Duration::ZERO, |asked| {
        asked.min(LONGEST_ASKED.max(planned * 2))
    });
    Some(spread.max(asked))
}

/// How long nothing is to be sent at all, where a server says so.
pub(super) fn rest(asked: Option<Duration>) -> Option<Duration> {
    asked.map(|asked| asked.min(LONGEST_ASKED))
}

/// Reads `Retry-After`: seconds, or a time.
pub(super) fn retry_after(value: &str, now: OffsetDateTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = OffsetDateTime::from(httpdate::parse_http_date(value).ok()?);
    Some((at - now).try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Always(u8);

    impl Random for Always {
        fn bytes(&self) -> [u8; 16] {
            [self.0; 16]
        }
    }

    #[test]
    fn there_are_ten_tries_over_about_three_days() {
        for (byte, hours) in [(0, 60..61), (128, 75..76), (255, 90..91)] {
            let pauses: Vec<_> = (1..)
                .map_while(|tried| pause(tried, None, &Always(byte)))
                .collect();
            assert_eq!(pauses.len(), 9);
            let whole: Duration = pauses.iter().sum();
            assert!(hours.contains(&(whole.as_secs() / 3600)), "{whole:?}");
            assert!(pauses.is_sorted());
        }
        assert_eq!(pause(0, None, &Always(0)), None);
    }

    #[test]
    fn a_server_gets_the_pause_that_it_asks_for_within_bounds() {
        let asks = |tried, seconds| {
            pause(tried, Some(Duration::from_secs(seconds)), &Always(128))
                .unwrap()
                .as_secs()
        };
        assert_eq!(asks(1, 1), 5);
        assert_eq!(asks(1, 60), 60);
        assert_eq!(asks(1, u64::MAX), 3600);
        assert_eq!(asks(5, u64::MAX), 10 * 3600);
        assert_eq!(rest(Some(Duration::MAX)), Some(LONGEST_ASKED));
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_time() {
        let now = OffsetDateTime::from_unix_timestamp(784_111_777).unwrap();
        for (value, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
        ] {
            let read = retry_after(value, now).map(|pause| pause.as_secs());
            assert_eq!(read, seconds, "{value}");
        }
    }
}
