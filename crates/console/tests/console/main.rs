//! The console as a browser has it: over its router, with the bank and the ledger in memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod absence;
mod activating;
mod advising;
mod browser;
mod commands;
mod deciding;
mod desk;
mod erasing;
mod exporting;
mod finding;
mod hostile;
mod house;
mod ledger_away;
mod looking;
mod pausing;
mod repeating;
mod shops;
mod signing_in;
mod stale;
