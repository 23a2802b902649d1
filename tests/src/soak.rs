//! Minutes of load on a platform as embedders run it: processes of their own over a real database, customers who
//! come over HTTP, a bank that fails, and a judge who knows what the bank has and what the platform was told.
//!
//! By command only (`cargo xtask soak`): it measures the machine as much as the platform.

mod bank;
mod customer;
mod growth;
mod judge;
mod overload;
mod picture;
mod process;
mod run;
mod sample;
mod shop;
mod table;
mod told;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use bank::bank;
pub use picture::draw;
pub use run::{Outcome, run};
pub use shop::platform;
pub use table::print;

/// Where a platform keeps its ledger, and in how many processes it runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Engine {
    /// A file, and one process.
    Sqlite,
    /// A server, and three processes.
    Postgres,
}

impl Engine {
    /// How many processes share the ledger.
    pub const fn processes(self) -> usize {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 3,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        })
    }
}

/// How much load, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How long orders arrive.
    pub arrivals: Duration,
    /// So many arrive each second.
    pub rate: u32,
    /// For how long twice as many arrive as it sustains; not at all where this is zero.
    pub overload: Duration,
}

/// A bank, as a platform's process and a customer find it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    /// What the platform calls the shop.
    pub name: String,
    /// Where the bank is.
    pub url: String,
    /// The bank's name for the shop.
    pub shop: String,
    /// The shop's key.
    pub key: String,
}

/// What a process of the platform is told on its command line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setting {
    /// The ledger's address.
    pub database: String,
    /// Where it listens on loopback.
    pub port: u16,
    /// Where it writes down what it is told.
    pub events: std::path::PathBuf,
    /// Its shops.
    pub banks: Vec<Address>,
}

/// What an order is to come to; its name begins with it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(crate) enum Aim {
    /// The merchant approves.
    Approve,
    /// The merchant cancels.
    Cancel,
    /// The bank declines.
    Decline,
    /// The customer cancels at the bank.
    Leave,
}

impl Aim {
    const ALL: [Self; 4] = [Self::Approve, Self::Cancel, Self::Decline, Self::Leave];

    /// Of twenty orders: 14 are approved, three cancelled, two declined, and one customer leaves.
    pub(crate) const fn of(number: u64) -> Self {
        match number % 20 {
            3 | 9 | 15 => Self::Cancel,
            6 | 16 => Self::Decline,
            11 => Self::Leave,
            _ => Self::Approve,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Cancel => "cancel",
            Self::Decline => "decline",
            Self::Leave => "leave",
        }
    }

    /// From an order's name.
    pub(crate) fn read(order: &str) -> Option<Self> {
        let start = order.split('-').next()?;
        Self::ALL.into_iter().find(|aim| aim.as_str() == start)
    }

    /// The one end that the platform is to be told of.
    pub(crate) const fn end(self) -> &'static str {
        match self {
            Self::Approve => "paid",
            Self::Cancel | Self::Leave => "not_paid: cancelled",
            Self::Decline => "not_paid: declined",
        }
    }
}
