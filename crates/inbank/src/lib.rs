//! Inbank financing for commerce platforms: the crate to embed
