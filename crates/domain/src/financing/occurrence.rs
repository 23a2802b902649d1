use std::fmt;

use time::OffsetDateTime;

use crate::{Event, FinancingId, OrderReference, ShopName};

/// Something that happened to a financing, as its shop is told of it.
///
/// Holds no personal data, so it may be stored, logged and sent on.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct FinancingEvent {
    /// The shop.
    pub shop: ShopName,
    /// The financing.
    pub financing: FinancingId,
    /// The order.
    pub order: OrderReference,
    /// Which attempt to finance the order, from 1. An earlier attempt may still tell of its own end
    /// while a later one is under way.
    pub attempt: u32,
    /// Its number among the financing's events, from 1, without gaps.
    pub number: u64,
    /// What happened.
    pub occurrence: Occurrence,
    /// When it was learnt, in UTC.
    pub occurred_at: OffsetDateTime,
}

impl FinancingEvent {
    /// An event.
    pub const fn new(
        shop: ShopName,
        financing: FinancingId,
        order: OrderReference,
        attempt: u32,
        number: u64,
        occurrence: Occurrence,
        occurred_at: OffsetDateTime,
    ) -> Self {
        Self {
            shop,
            financing,
            order,
            attempt,
            number,
            occurrence,
            occurred_at,
        }
    }

    /// The same however often it is delivered, and no other event's: take each only once by it.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.shop, self.financing, self.number)
    }
}

/// What an event tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Occurrence {
    /// The financing moved on. Each comes at most once for a financing.
    Moved(Event),
    /// A person should look: what the bank says doesn't fit what is known, or it refused what the
    /// shop had decided. The text names statuses and the bank's codes, never a person.
    Anomaly(String),
}

impl Occurrence {
    /// The name for people and machines: an event's own, or `anomaly`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Moved(event) => event.as_str(),
            Self::Anomaly(_) => "anomaly",
        }
    }
}

impl fmt::Display for Occurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved(event) => f.write_str(event.as_str()),
            Self::Anomaly(what) => write!(f, "anomaly: {what}"),
        }
    }
}
