use time::OffsetDateTime;

use crate::status::open_enum;
use crate::{ApplicationId, OrderReference, SessionId, SessionStatus};

/// An authentic callback: a trigger to read the bank, never a fact to act on (*Callbacks*).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Callback {
    /// About an application or its contract.
    Application(ApplicationCallback),
    /// About a payment session.
    Session(SessionCallback),
}

impl Callback {
    /// When the bank signed it, by the bank's clock.
    pub const fn issued_at(&self) -> OffsetDateTime {
        match self {
            Self::Application(callback) => callback.issued_at,
            Self::Session(callback) => callback.issued_at,
        }
    }
}

/// What a callback about a payment session says (*Callback Message Content*).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SessionCallback {
    /// The session.
    pub id: SessionId,
    /// Its status when the callback left.
    pub status: SessionStatus,
    /// The order, where the message names it.
    pub order_reference: Option<OrderReference>,
    /// When the bank signed it, by the bank's clock.
    pub issued_at: OffsetDateTime,
}

/// What a callback about a direct application says (*Direct API*, Callbacks): the application and
/// nothing else, not even where its contract is meant.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApplicationCallback {
    /// The application.
    pub application: ApplicationId,
    /// What changed: `DECISION`, `CONTRACT`.
    pub subject: CallbackSubject,
    /// Its status when the callback left, in the bank's words: a trigger, never a fact.
    pub status: String,
    /// When the bank signed it, by the bank's clock.
    pub issued_at: OffsetDateTime,
}

open_enum! {
    /// What a callback about an application is about (`type`).
    CallbackSubject {
        /// The contract.
        Contract = "CONTRACT",
        /// The decision.
        Decision = "DECISION",
    }
}

/// The instant of a callback's `timestamp`: seconds in some guides, milliseconds in others.
///
/// As seconds, anything from a hundred thousand million on lies beyond the year 5100; as
/// milliseconds it is 1973 and later. So the number itself says which it is.
pub fn issued_at(timestamp: u64) -> Option<OffsetDateTime> {
    const FIRST_MILLISECONDS: u64 = 100_000_000_000;
    let unit = if timestamp < FIRST_MILLISECONDS {
        1_000_000_000
    } else {
        1_000_000
    };
    let nanoseconds = i128::from(timestamp).checked_mul(unit)?;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_milliseconds_tell_themselves_apart() {
        assert_eq!(
            issued_at(1_549_411_200).unwrap().unix_timestamp(),
            1_549_411_200
        );
        let milliseconds = issued_at(1_722_587_395_319).unwrap();
        assert_eq!(milliseconds.unix_timestamp(), 1_722_587_395);
        assert_eq!(milliseconds.millisecond(), 319);
        assert_eq!(issued_at(u64::MAX), None);
    }
}
