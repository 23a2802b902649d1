use std::time::Duration;

use inbank_domain::Order;
use time::OffsetDateTime;

use super::Lease;

/// What is to be written of an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Write {
    /// The order as it is to stand, on the version that was read, with its news.
    pub order: Order,
    /// The lease that must still be held, where there is one.
    pub lease: Option<Lease>,
    /// When there is something to do next.
    pub due: Due,
    /// The keys of the callbacks that are worked on with this.
    pub worked_on: Vec<String>,
    /// Now, by the caller's clock.
    pub now: OffsetDateTime,
}

/// When there is something to do next about an order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Due {
    /// The lease goes on, and its end says it. Without a lease it stays as it was.
    Leased,
    /// In so long, unless it was to be due earlier. Ends the lease that the write names; beside another's
    /// lease it wakes the order.
    In(Duration),
    /// Never, unless it was to be due anyway. Ends the lease that the write names; beside another's lease
    /// it wakes the order, since whoever holds that has not seen what is written here.
    Never,
    /// At once: wakes the order. Ends the lease that the write names.
    Now,
}

/// What came of writing an order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Saved {
    /// It is written: its version now.
    Written(u64),
    /// It was changed since it was read, or is there already: read it again and decide anew.
    Outdated,
    /// Another holds the lease.
    LeaseLost,
    /// The session or application belongs to another order of the shop: nothing is written.
    Taken,
}
