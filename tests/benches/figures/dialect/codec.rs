//! The dialects' codec. It is no part of what the adapter's crate shows, and needs not be: it is measured
//! from its source.

#[path = "../../../../crates/adapters-http/src/dialect/decode.rs"]
mod decoder;
#[path = "../../../../crates/adapters-http/src/dialect/name.rs"]
#[expect(
    dead_code,
    unused_imports,
    reason = "queries and documents are not measured, and its tests are run where it lives"
)]
mod name;

use serde::{Deserialize, Serialize};

use self::decoder::CamelCase;

/// A payload in v3's spelling, which is that of the types: the codec has nothing to do.
pub(super) fn encode(payload: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    serde_json::to_vec(payload)
}

/// Reads an answer in either spelling.
pub(super) fn decode<'de, T: Deserialize<'de>>(body: &'de [u8]) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let payload = T::deserialize(CamelCase::new(&mut deserializer))?;
    deserializer.end()?;
    Ok(payload)
}
