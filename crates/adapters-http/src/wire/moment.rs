use std::borrow::Cow;

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

/// A point in time, RFC 3339 with its offset kept.
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
        let moment = OffsetDateTime::parse(&text, &Rfc3339);
        moment.map(Self).map_err(|_| {
            D::Error::custom("must be a time with its offset, such as 2021-02-17T11:10:00+02:00")
        })
    }
}

/// A point in time in an answer. One that can't be read is none: no status is lost over it.
#[derive(Clone, Copy, Default)]
pub(crate) struct MaybeMoment(pub(crate) Option<OffsetDateTime>);

impl<'de> Deserialize<'de> for MaybeMoment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let text = serde_json::from_str::<Cow<'_, str>>(raw.get()).ok();
        let moment = text.and_then(|text| OffsetDateTime::parse(&text, &Rfc3339).ok());
        Ok(Self(moment))
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

/// A calendar day in an answer. One that can't be read is none.
#[derive(Clone, Copy, Default)]
pub(crate) struct MaybeDay(pub(crate) Option<Date>);

impl<'de> Deserialize<'de> for MaybeDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let day = serde_json::from_str::<Day>(raw.get()).ok();
        Ok(Self(day.map(|day| day.0)))
    }
}
