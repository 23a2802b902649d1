use std::time::Duration;

use inbank_domain::{Order, OrderKey, ShopName};
use time::OffsetDateTime;

use super::{LedgerError, ReceivedCallback};

/// What is to be leased.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ClaimRequest {
    /// The shops whose orders the caller can work on, each with how many it has room for.
    pub shops: Vec<ShopSlots>,
    /// How long each is leased. Longer than the longest round.
    pub lease: Duration,
    /// Now, by the caller's clock.
    pub now: OffsetDateTime,
}

/// How many orders of a shop there is room for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShopSlots {
    /// The shop.
    pub shop: ShopName,
    /// How many at the most.
    pub free: u32,
}

/// A lease of an order. Grows with every lease; tells this one from later ones.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Lease(pub u64);

/// An order that was leased.
#[derive(Debug)]
pub enum Claimed {
    /// It can be worked on.
    Order(Box<Claim>),
    /// What is stored can't be read: put it aside.
    Unreadable {
        /// Which.
        key: OrderKey,
        /// Its lease.
        lease: Lease,
        /// How often in a row working on it has failed.
        failures: u32,
        /// What is wrong.
        error: LedgerError,
    },
}

/// A leased order and what there is to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claim {
    /// The order as it stands.
    pub order: Order,
    /// The lease.
    pub lease: Lease,
    /// Whether it was woken since its last round ended, so that it is due whatever its attempts say.
    pub woken: bool,
    /// The callbacks that were not worked on yet, oldest first.
    pub inbox: Vec<ReceivedCallback>,
}

/// How a lease ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rest {
    /// How long until there is something to do; never where nothing is to be expected. At once where it
    /// was woken since the claim.
    pub due_in: Option<Duration>,
    /// How often in a row working on it has failed.
    pub failures: u32,
    /// Whether it is put aside: it counts as poison until it is woken, or a later round ends otherwise.
    pub aside: bool,
}
