//! What a partner's own document leaves out in so many words.

use serde::{Deserialize, Deserializer};

/// `null` is as good as nothing.
pub(crate) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
