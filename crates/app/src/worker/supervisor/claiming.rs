//! Asks the ledger for what is due, and for events, for as many as there is room for.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use inbank_ports::{ClaimRequest, LedgerError, LedgerErrorKind, ShopSlots};
use time::OffsetDateTime;

use super::{Message, Supervisor};
use crate::deadline::within;
use crate::store::Store;
use crate::worker::LEASE;

/// Longer than any statement of our ledgers may take.
const LONGEST_CLAIM: Duration = Duration::from_secs(30);

impl Supervisor<'_> {
    /// Shops with free slots, whose host and bank may be asked; and whether a shop is left out whose slots are
    /// all taken.
    fn free_slots(&mut self, now: OffsetDateTime) -> (Vec<ShopSlots>, bool) {
        self.paused.retain(|_, until| *until > now);
        let mut slots = Vec::new();
        let mut promised: u32 = 0;
        let mut left_out = false;
        let mut of_host: BTreeMap<Arc<str>, u32> = BTreeMap::new();
        for shop in self.worker.shops.all() {
            let host = shop.bank().host.clone();
            let left = match of_host.get(&host) {
                Some(left) => *left,
                None => self.breakers.free(&host, now),
            };
            let paused = self.paused.contains_key(shop.name());
            let slots_free = self.rounds.free(shop.name(), promised);
            left_out |= slots_free == 0;
            let free = if paused { 0 } else { slots_free.min(left) };
            of_host.insert(host, left.saturating_sub(free));
            promised = promised.saturating_add(free);
            if free > 0 {
                let shop = shop.name().clone();
                slots.push(ShopSlots { shop, free });
            }
        }
        (slots, left_out)
    }

    pub(super) fn begin_claim(&mut self, now: OffsetDateTime) {
        let (shops, left_out) = self.free_slots(now);
        if shops.is_empty() {
            // A slot that frees says so; a breaker or a pause ends with time.
            let pauses = self.paused.values().copied();
            let ends = pauses.chain(self.breakers.next_opening(now)).min();
            self.claims.more = true;
            self.claims.at = ends.unwrap_or(now + self.worker.poll_interval);
            return;
        }
        self.claims.asking(left_out);
        self.worker.note(|health| health.claiming_since = Some(now));
        let store = self.worker.store.clone();
        let to = self.messages.clone();
        self.worker.store.runtime.spawn(async move {
            let request = request(&store, shops);
            let claimed = answer(&store, store.ledger.claim(&request)).await;
            let _ = to.unbounded_send(Message::Claimed(request.now, request.shops, claimed));
        });
    }

    pub(super) fn begin_claiming_deliveries(&mut self, now: OffsetDateTime) {
        let all = self.worker.shops.all();
        let shops: Vec<ShopSlots> = all
            .iter()
            .map(|shop| ShopSlots {
                shop: shop.name().clone(),
                free: self.deliveries.free(shop.name(), 0),
            })
            .filter(|slots| slots.free > 0)
            .collect();
        if shops.is_empty() {
            self.outbox.more = true;
            // A slot that frees says so.
            self.outbox.at = now + self.worker.poll_interval;
            return;
        }
        self.outbox.asking(shops.len() < all.len());
        let store = self.worker.store.clone();
        let to = self.messages.clone();
        self.worker.store.runtime.spawn(async move {
            let request = request(&store, shops);
            let claimed = answer(&store, store.ledger.claim_deliveries(&request)).await;
            let (now, shops) = (request.now, request.shops);
            let _ = to.unbounded_send(Message::DeliveriesClaimed(now, shops, claimed));
        });
    }
}

fn request(store: &Store, shops: Vec<ShopSlots>) -> ClaimRequest {
    ClaimRequest {
        shops,
        lease: LEASE,
        now: store.now(),
    }
}

/// What a ledger answers. One that panics, or gives no answer for so long, has failed like any other: it
/// is asked again, and what it may have leased meanwhile lapses.
async fn answer<T>(
    store: &Store,
    asked: impl Future<Output = Result<T, LedgerError>>,
) -> Result<T, LedgerError> {
    let asked = AssertUnwindSafe(asked).catch_unwind();
    let failed = |why: &str| LedgerError::new(LedgerErrorKind::Unavailable).with_source(why);
    match within(store.runtime.clock().as_ref(), LONGEST_CLAIM, asked).await {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => Err(failed("it panicked")),
        None => Err(failed("it gave no answer in half a minute")),
    }
}
