use std::time::Duration;

use inbank_domain::{OrderEvent, OrderKey};
use time::OffsetDateTime;

use super::Lease;

/// An order's undelivered events, leased.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delivery {
    /// The order.
    pub key: OrderKey,
    /// The lease of its outbox.
    pub lease: Lease,
    /// How often in a row delivering the first of them has failed.
    pub failures: u32,
    /// The events, in order; not necessarily all.
    pub events: Vec<OrderEvent>,
    /// The event after those, where that can't be read: put it aside, so that the later ones follow.
    pub unreadable: Option<UnreadableEvent>,
}

/// An event that can't be read: it was written by a later version, or damaged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnreadableEvent {
    /// The order that it is about.
    pub key: OrderKey,
    /// Its number in its order.
    pub number: u64,
    /// What is wrong with it; shows no data of an order.
    pub why: String,
}

/// How far a delivery came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Delivered {
    /// The number of the last event that is done with, taken or put aside; none where none is.
    pub up_to: Option<u64>,
    /// The number of the first event that was put aside, where one was: all later ones are marked.
    pub put_aside: Option<u64>,
    /// How often in a row the event after that has failed.
    pub failures: u32,
    /// How long to wait before the next is tried.
    pub pause: Duration,
}

/// How far an order's events are delivered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutboxState {
    /// How many events there are.
    pub events: u64,
    /// The number of the last that is done with, taken or put aside; 0 where none is.
    pub delivered: u64,
    /// The number of the first that was put aside, where one was.
    pub refused: Option<u64>,
    /// When the first occurred of those that are still to be delivered; none where none is.
    pub waits_since: Option<OffsetDateTime>,
    /// How often in a row delivering that one has failed.
    pub failures: u32,
}

/// A piece of a shop's feed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Feed {
    /// The events, by their positions. None where there are no more that can be read.
    pub events: Vec<Positioned>,
    /// Those on the way that can't be read, and are passed over.
    pub unreadable: Vec<UnreadableEvent>,
}

/// An event in a shop's feed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Positioned {
    /// Its position: grows, with gaps.
    pub position: u64,
    /// The event.
    pub event: OrderEvent,
}
