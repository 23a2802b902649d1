//! The dialects' codec. It is no part of what the adapter's crate shows, and needs not be: it is measured
//! from its source.

#[path = "../../../../crates/adapters-http/src/dialect/decode.rs"]
mod decoder;
#[path = "../../../../crates/adapters-http/src/dialect/encode.rs"]
mod encoder;
#[path = "../../../../crates/adapters-http/src/dialect/name.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "queries and documents are not measured, and its tests are run where it lives"
)]
mod name;

use serde::{Deserialize, Serialize};

use self::decoder::CamelCase;
use self::encoder::SnakeCase;

/// A payload in v2's spelling.
pub(super) fn encode(payload: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(128);
    let mut serializer = serde_json::Serializer::new(&mut bytes);
    payload.serialize(SnakeCase::new(&mut serializer))?;
    Ok(bytes)
}

/// Reads an answer in either spelling.
pub(super) fn decode<'de, T: Deserialize<'de>>(body: &'de [u8]) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let payload = T::deserialize(CamelCase::new(&mut deserializer))?;
    deserializer.end()?;
    Ok(payload)
}
