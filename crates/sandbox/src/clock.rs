//! The sandbox's clock: real time, or one that stands, plus what the tests have added.

use std::time::Duration;

use time::{OffsetDateTime, UtcOffset};

#[derive(Debug)]
pub(crate) struct Clock {
    /// Where a clock stands that does not go by itself.
    standing: Option<OffsetDateTime>,
    ahead: Duration,
    offset: UtcOffset,
}

impl Clock {
    pub(crate) const fn new(offset: UtcOffset, standing: Option<OffsetDateTime>) -> Self {
        Self {
            standing,
            ahead: Duration::ZERO,
            offset,
        }
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        let start = self.standing.unwrap_or_else(OffsetDateTime::now_utc);
        start
            .checked_add(self.ahead.try_into().unwrap_or(time::Duration::ZERO))
            .unwrap_or(start)
            .to_offset(self.offset)
    }

    pub(crate) const fn stands(&self) -> bool {
        self.standing.is_some()
    }

    pub(crate) const fn advance(&mut self, by: Duration) {
        self.ahead = self.ahead.saturating_add(by);
    }
}

/// RFC 3339 to the second, as the guide prints times.
pub(crate) fn printed(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0)
        .unwrap_or(at)
        .format(&time::format_description::well_known::Rfc3339)
        .unwrap_or_default()
}
