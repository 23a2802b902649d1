//! Orders over a bank that is slow, lagging and contradictory, with customers who do what they like.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod calls;
mod command;
mod direct;
mod erase;
mod ledger_away;
mod limits;
mod pay;
mod poison;
mod product;
mod rental;
mod seen_to;
mod signing;
mod stage;
mod worker;
