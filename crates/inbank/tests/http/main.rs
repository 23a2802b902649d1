//! The receiver's routes over HTTP requests, with real signatures and a ledger in memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callback;
mod house;
mod returning;
