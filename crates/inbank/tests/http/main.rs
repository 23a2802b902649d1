//! The routes of a platform: what the bank and returning browsers are answered; and its shops, which
//! change while it runs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod callback;
mod house;
mod mounting;
mod returning;
mod serving;
mod shops;
mod stopping;
