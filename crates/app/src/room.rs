//! How much callers may have under way at once. What would wait without end is turned away instead: it would
//! hold memory, and whoever waits has long given up.

use std::sync::{Arc, Mutex, PoisonError};

use inbank_domain::ShopName;
use time::OffsetDateTime;

use crate::Concurrency;
use crate::backlog::Backlog;
use crate::slots::Slots;

/// The rooms of a process. Each has its own places, so that customers can't take those of the bank's
/// callbacks, nor returning browsers those of either.
#[derive(Clone, Debug)]
pub(crate) struct Rooms {
    /// Calls that open something at the bank.
    openings: Room,
    /// Callbacks that are being kept.
    pub(crate) intake: Room,
    /// Browsers that come back from the bank.
    pub(crate) returns: Room,
    /// Shops that have more than they settle.
    pub(crate) backlog: Backlog,
}

impl Rooms {
    pub(crate) fn new(concurrency: Concurrency) -> Self {
        let Concurrency {
            openings_of_a_shop,
            openings,
            intake_of_a_shop,
            intake,
            longest_wait,
            ..
        } = concurrency;
        Self {
            openings: Room::new(openings_of_a_shop, openings),
            intake: Room::new(intake_of_a_shop, intake),
            returns: Room::new(intake_of_a_shop, intake),
            backlog: Backlog::new(longest_wait),
        }
    }

    /// A place for something that opens; none where too many do, or the shop is behind.
    pub(crate) fn open(&self, shop: &ShopName, now: OffsetDateTime) -> Option<Place> {
        let behind = self.backlog.is_behind(shop, now);
        (!behind).then(|| self.openings.enter(shop)).flatten()
    }
}

impl Default for Rooms {
    fn default() -> Self {
        Self::new(Concurrency::default())
    }
}

/// Places for so many of a shop, and for so many of all shops. Cheap to clone; clones are the same room.
#[derive(Clone, Debug)]
pub(crate) struct Room(Arc<Mutex<Slots>>);

/// A place in a room, which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    room: Room,
    shop: ShopName,
}

impl Room {
    fn new(of_a_shop: u32, in_all: u32) -> Self {
        Self(Arc::new(Mutex::new(Slots::new(of_a_shop, in_all))))
    }

    /// A place for something of a shop's; none where it has all of its own, or all are taken and it has
    /// one.
    pub(crate) fn enter(&self, shop: &ShopName) -> Option<Place> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.free(shop, 0) == 0 {
            return None;
        }
        slots.take(shop);
        Some(Place {
            room: self.clone(),
            shop: shop.clone(),
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let slots = self.room.0.lock();
        let mut slots = slots.unwrap_or_else(PoisonError::into_inner);
        slots.give_back(&self.shop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_dropped_and_a_full_shop_leaves_others_theirs() {
        let (a, b) = (ShopName::parse("a").unwrap(), ShopName::parse("b").unwrap());
        let room = Room::new(2, 2);
        let first = room.enter(&a).unwrap();
        let second = room.enter(&a);
        assert!(second.is_some() && room.enter(&a).is_none());
        let other = room.enter(&b);
        assert!(
            other.is_some() && room.enter(&b).is_none(),
            "one, however full it is"
        );
        drop(first);
        assert!(room.enter(&a).is_none(), "b has that place");
        drop(other);
        assert!(room.enter(&a).is_some());
    }
}
