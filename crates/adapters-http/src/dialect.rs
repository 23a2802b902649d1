//! The two spellings of one API.
//!
//! v3 is v2 by rule: `camelCase` for `snake_case` names, hyphens for underscores in paths. So each
//! payload is written down once, with its v3 names, and this codec renames *struct fields only*: keys
//! that the merchant chose live in maps and pass untouched. When reading, either spelling is taken in
//! either version, because the bank mixes them.
//!
//! A digit after an underscore doesn't come back by that rule: the one field that has one is named in
//! `name.rs`.

mod decode;
mod encode;
mod name;
mod settle;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use inbank_domain::Invalid;
use serde::{Deserialize, Serialize};

pub(crate) use decode::CamelCase;
use encode::SnakeCase;
pub(crate) use name::to_snake_case;
pub(crate) use settle::{Entries, NOBODY_KNOWS, settled};

/// A version of the Partner API.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum ApiVersion {
    /// `snake_case`.
    V2,
    /// `camelCase`.
    V3,
}

impl ApiVersion {
    /// Every version.
    pub const ALL: &'static [Self] = &[Self::V2, Self::V3];

    /// `v2` or `v3`, as in paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V3 => "v3",
        }
    }

    /// A payload in this version's spelling.
    pub(crate) fn encode(self, payload: &impl Serialize) -> serde_json::Result<Vec<u8>> {
        match self {
            Self::V2 => {
                let mut bytes = Vec::with_capacity(128);
                let mut serializer = serde_json::Serializer::new(&mut bytes);
                payload.serialize(SnakeCase::new(&mut serializer))?;
                Ok(bytes)
            }
            Self::V3 => serde_json::to_vec(payload),
        }
    }

    /// A path's segment in this version's spelling.
    pub(crate) fn path_segment(self, segment: &str) -> Cow<'_, str> {
        match self {
            Self::V2 => segment.into(),
            Self::V3 => segment.replace('_', "-").into(),
        }
    }

    /// A query's name in this version's spelling.
    pub(crate) fn name(self, name: &str) -> Cow<'_, str> {
        match self {
            Self::V2 => name.into(),
            Self::V3 => name::to_camel_case(name).into(),
        }
    }
}

/// Reads an answer of either version, in either spelling.
pub(crate) fn decode<'de, T: Deserialize<'de>>(body: &'de [u8]) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let payload = T::deserialize(CamelCase::new(&mut deserializer))?;
    deserializer.end()?;
    Ok(payload)
}

impl FromStr for ApiVersion {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "v2" => Ok(Self::V2),
            "v3" => Ok(Self::V3),
            _ => Err(Invalid::new("api_version", "must be v2 or v3")),
        }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
