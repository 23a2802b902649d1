//! Times and spans, for people and for machines.

use std::fmt;
use std::time::Duration;

use askama::filters::HtmlSafe;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time on a page: as RFC 3339 has it, in UTC, with how long ago that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: OffsetDateTime,
    now: OffsetDateTime,
}

impl Moment {
    pub(crate) const fn new(at: OffsetDateTime, now: OffsetDateTime) -> Self {
        Self { at, now }
    }

    /// How long ago it is, in words.
    pub(crate) fn ago(self) -> String {
        let since = self.now - self.at;
        if since.abs() < time::Duration::seconds(2) {
            return "just now".to_owned();
        }
        let words = span(since.unsigned_abs());
        if since.is_negative() {
            format!("in {words}")
        } else {
            format!("{words} ago")
        }
    }

    /// Whether it has come.
    pub(crate) fn has_come(self) -> bool {
        self.at - self.now < time::Duration::SECOND
    }

    /// When something is due, in words.
    pub(crate) fn due(self) -> String {
        if self.has_come() {
            return "due now".to_owned();
        }
        format!("in {}", span((self.at - self.now).unsigned_abs()))
    }
}

/// To the second, in UTC.
pub(crate) fn rfc3339(at: OffsetDateTime) -> String {
    let at = at.to_offset(time::UtcOffset::UTC);
    let at = at.replace_nanosecond(0).unwrap_or(at);
    // Fails only for years that RFC 3339 can't write.
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

/// Made of digits and words of ours alone.
impl HtmlSafe for Moment {}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = rfc3339(self.at);
        let ago = self.ago();
        write!(
            f,
            "<time datetime=\"{at}\">{at}</time> <span class=\"ago\">{ago}</span>"
        )
    }
}

/// A time for the eye, in two units at the most: `2 h 5 min`.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) if minutes < 10 && !seconds.is_multiple_of(60) => {
            format!("{minutes} min {} s", seconds % 60)
        }
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) if minutes.is_multiple_of(60) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        (1..7, _, _) if !hours.is_multiple_of(24) => {
            let word = if days == 1 { "day" } else { "days" };
            format!("{days} {word} {} h", hours % 24)
        }
        (1, _, _) => "1 day".to_owned(),
        (_, _, _) => format!("{days} days"),
    }
}

/// How long a call took: `340 ms`, `1.2 s`.
pub(crate) fn took(time: Duration) -> String {
    let milliseconds = time.as_millis();
    match milliseconds {
        0..1_000 => format!("{milliseconds} ms"),
        1_000..60_000 => format!("{}.{} s", milliseconds / 1_000, milliseconds / 100 % 10),
        _ => span(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn a_time_is_written_for_machines_and_for_people() {
        let at = NOW - Duration::from_millis(125_500);
        assert_eq!(
            Moment::new(at, NOW).to_string(),
            "<time datetime=\"1969-12-31T23:57:54Z\">1969-12-31T23:57:54Z</time> \
             <span class=\"ago\">2 min 5 s ago</span>"
        );
        assert_eq!(
            Moment::new(NOW + Duration::from_mins(90), NOW).ago(),
            "in 1 h 30 min"
        );
        assert_eq!(Moment::new(NOW, NOW).ago(), "just now");
    }

    #[test]
    fn what_was_due_before_is_due_now() {
        let due = |seconds: i64| Moment::new(NOW + time::Duration::seconds(seconds), NOW).due();
        assert_eq!([due(-90), due(0)], ["due now", "due now"]);
        assert_eq!([due(1), due(90)], ["in 1 s", "in 1 min 30 s"]);
    }

    #[test]
    fn a_span_has_two_units_at_the_most() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (661, "11 min"),
            (7_200, "2 h"),
            (7_260, "2 h 1 min"),
            (86_400, "1 day"),
            (90_000, "1 day 1 h"),
            (170_000, "1 day 23 h"),
            (200_000, "2 days 7 h"),
            (700_000, "8 days"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), words);
        }
        assert_eq!(took(Duration::from_millis(7)), "7 ms");
        assert_eq!(took(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(took(Duration::from_secs(61)), "1 min 1 s");
    }
}
