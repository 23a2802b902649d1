//! Whole orders through a platform that runs, at a bank that is slow, lagging and contradictory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod anything;
mod bank;
mod callbacks;
mod commands;
mod database;
mod direct;
mod flows;
mod isolation;
mod leases;
mod pay;
mod poison;
mod rental;
mod run;

use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
