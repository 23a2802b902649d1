use inbank_domain::OrderEvent;
use time::OffsetDateTime;

use super::UnreadableEvent;

/// A place among events in the order of time: right behind one of them.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct EventPlace {
    /// When that event occurred.
    pub occurred_at: OffsetDateTime,
    /// Which it was of those of the same moment: a number of the ledger's own.
    pub number: u64,
}

/// Some events in the order of time.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct EventPage {
    /// Those that can be read.
    pub events: Vec<OrderEvent>,
    /// Those that can't, and are passed over.
    pub unreadable: Vec<UnreadableEvent>,
    /// Where the next page begins; none where nothing is behind this one. There may be nothing there all the same.
    pub next: Option<EventPlace>,
}
