//! Which shops are behind: they have taken more than they settle, and take nothing new until they have caught up.
//! The ledger has room for all of it; but whoever pays now would hear of it late, and ever later.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use inbank_domain::ShopName;
use inbank_ports::{Claimed, Delivery, ShopSlots};
use time::OffsetDateTime;

/// So long a shop counts as behind after news of it were last seen to be late.
const BEHIND_FOR: time::Duration = time::Duration::SECOND;

/// The shops that are behind, as the worker of this process sees it. Cheap to clone; clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Backlog {
    longest_wait: Duration,
    until: Arc<Mutex<BTreeMap<ShopName, OffsetDateTime>>>,
}

/// What was waiting for its turn: whose it is, and since when, if that says anything. What comes again after a
/// failure, or by the clock, doesn't.
pub(crate) type Waited<'a> = (&'a ShopName, Option<OffsetDateTime>);

/// Since when a callback waits for its order's round.
pub(crate) fn of_round(claimed: &Claimed) -> Waited<'_> {
    let since = match claimed {
        Claimed::Order(claim) if claim.order.failures == 0 => {
            claim.inbox.first().map(|callback| callback.received_at)
        }
        Claimed::Order(_) | Claimed::Unreadable { .. } => None,
    };
    (claimed.shop(), since)
}

/// Since when an event waits to be told.
pub(crate) fn of_delivery(delivery: &Delivery) -> Waited<'_> {
    let first = delivery.events.first().filter(|_| delivery.failures == 0);
    (&delivery.key.shop, first.map(|event| event.occurred_at))
}

impl Backlog {
    pub(crate) fn new(longest_wait: Duration) -> Self {
        Self {
            longest_wait,
            until: Arc::default(),
        }
    }

    /// Takes in what the ledger gave. A shop is behind where it got as much as it had room for, and even the last
    /// of it has waited for too long.
    pub(crate) fn note<'a>(
        &self,
        asked: &[ShopSlots],
        given: &(impl Iterator<Item = Waited<'a>> + Clone),
        now: OffsetDateTime,
    ) {
        for slots in asked {
            let of_shop = given.clone().filter(|(shop, _)| **shop == slots.shop);
            let full = of_shop.clone().count() >= slots.free as usize;
            let last = of_shop.filter_map(|(_, since)| since).max();
            if full && last.is_some_and(|since| now - since > self.longest_wait) {
                let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
                let behind_until = now.saturating_add(BEHIND_FOR);
                if until.insert(slots.shop.clone(), behind_until).is_none() {
                    let shop = &slots.shop;
                    tracing::warn!(%shop, "a shop is behind: its customers are told that it is busy");
                }
            }
        }
    }

    pub(crate) fn is_behind(&self, shop: &ShopName, now: OffsetDateTime) -> bool {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = until.get(shop).is_some_and(|until| *until > now);
        if !behind {
            until.remove(shop);
        }
        behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn noted(free: u32, since: &[Option<i64>]) -> bool {
        let shop = ShopName::parse("a").unwrap();
        let asked = [ShopSlots {
            shop: shop.clone(),
            free,
        }];
        let ago = |seconds: i64| NOW - time::Duration::seconds(seconds);
        let given: Vec<_> = since.iter().map(|since| (&shop, since.map(ago))).collect();
        let backlog = Backlog::new(Duration::from_secs(5));
        backlog.note(&asked, &given.into_iter(), NOW);
        assert!(!backlog.is_behind(&ShopName::parse("b").unwrap(), NOW));
        let behind = backlog.is_behind(&shop, NOW);
        let later = NOW + time::Duration::seconds(2);
        assert!(!backlog.is_behind(&shop, later), "it has caught up");
        behind
    }

    #[test]
    fn a_shop_is_behind_whose_slots_are_filled_with_what_has_waited_for_too_long() {
        assert!(noted(2, &[Some(9), Some(6)]));
        assert!(!noted(2, &[Some(9), Some(4)]), "it catches up");
        assert!(!noted(3, &[Some(9), Some(6)]), "there is nothing else");
        assert!(!noted(2, &[None, None]), "what comes again by itself");
        assert!(!noted(0, &[]));
    }
}
