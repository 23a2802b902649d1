use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime, UtcOffset};

/// A point in time, RFC 3339 with its offset kept. Only one that is a time in UTC too, or it could not be
/// stored, and reckoning with it would panic.
#[derive(Clone, Copy)]
pub(crate) struct Moment(pub(crate) OffsetDateTime);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.format(&Rfc3339).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let moment = OffsetDateTime::parse(&text, &Rfc3339).ok();
        let moment = moment.filter(|moment| moment.checked_to_offset(UtcOffset::UTC).is_some());
        moment.map(Self).ok_or_else(|| {
            D::Error::custom("must be a time with its offset, such as 2021-02-17T11:10:00+02:00")
        })
    }
}

/// A calendar day: `2020-12-15`.
#[derive(Clone, Copy)]
pub(crate) struct Day(pub(crate) Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.format(&Iso8601::DATE).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let day = Date::parse(text.get(..10).unwrap_or(&text), &Iso8601::DATE);
        day.map(Self)
            .map_err(|_| D::Error::custom("must be a day, such as 2020-12-15"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_that_is_none_in_utc_is_none() {
        let read = |text: &str| serde_json::from_str::<Moment>(&format!("{text:?}")).is_ok();
        for good in [
            "2021-02-17T11:10:00+02:00",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59+23:59",
            "0000-01-01T00:00:00Z",
        ] {
            assert!(read(good), "{good}");
        }
        for bad in [
            "9999-12-31T23:59:59-00:01",
            "2021-02-17",
            "2021-02-30T00:00:00Z",
            "",
        ] {
            assert!(!read(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9TZ:.+ -]{0,40}") {
            let json = format!("{text:?}");
            if let Ok(moment) = serde_json::from_str::<Moment>(&json) {
                moment.0.to_offset(UtcOffset::UTC);
            }
            let _ = serde_json::from_str::<Day>(&json).is_ok();
        }
    }
}
