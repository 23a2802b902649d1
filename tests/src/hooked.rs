//! A ledger with something that happens round its calls.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, EventPage, EventPlace, Feed, Kept, Lease,
    Ledger, LedgerError, Listed, Listing, Measures, OutboxState, ReceivedCallback, Rest, Saved,
    ShopPeriod, ShopStatistics, Write,
};
use inbank::{AttemptId, Order, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName};
use time::OffsetDateTime;

use crate::CrashPoint;

/// What happens round each call that changes something.
#[async_trait]
pub trait Hook: Send + Sync {
    /// Before it is done.
    async fn before(&self, call: &'static str, point: CrashPoint);
    /// After it was done, and before its caller hears of it.
    async fn after(&self, call: &'static str, point: CrashPoint);
}

/// A ledger, and what happens round its calls. Reading is left alone, and so is a claim that finds
/// nothing.
pub struct Hooked<H> {
    ledger: Arc<dyn Ledger>,
    hook: Arc<H>,
}

impl<H: Hook> Hooked<H> {
    /// With something round each call.
    pub fn new(ledger: Arc<dyn Ledger>, hook: Arc<H>) -> Self {
        Self { ledger, hook }
    }

    async fn round<T>(
        &self,
        call: &'static str,
        point: CrashPoint,
        work: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        self.hook.before(call, point).await;
        let answer = work.await;
        self.hook.after(call, point).await;
        answer
    }

    async fn found<T>(
        &self,
        call: &'static str,
        point: CrashPoint,
        claimed: Result<T, LedgerError>,
        is_some: impl Fn(&T) -> bool,
    ) -> Result<T, LedgerError> {
        if claimed.as_ref().is_ok_and(is_some) {
            self.hook.after(call, point).await;
        }
        claimed
    }
}

#[async_trait]
impl<H: Hook> Ledger for Hooked<H> {
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        self.ledger.order(key).await
    }
    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError> {
        self.ledger.order_of(shop, attempt).await
    }
    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError> {
        self.ledger.orders(listing).await
    }
    async fn write(&self, write: Write) -> Result<Saved, LedgerError> {
        let point = CrashPoint::of(&write);
        self.round("write", point, self.ledger.write(write)).await
    }
    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        let keep = self.ledger.keep(callback);
        self.round("keep", CrashPoint::Callback, keep).await
    }
    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        self.ledger.callbacks(key).await
    }
    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        let wake = self.ledger.wake(key, now);
        self.round("wake", CrashPoint::Wake, wake).await
    }
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        let claimed = self.ledger.claim(request).await;
        let is_some = |claimed: &Vec<Claimed>| !claimed.is_empty();
        self.found("claim", CrashPoint::Claim, claimed, is_some)
            .await
    }
    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        let claimed = self.ledger.claim_one(key, now, lease).await;
        self.found("claim_one", CrashPoint::Claim, claimed, Option::is_some)
            .await
    }
    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let release = self.ledger.release(key, lease, rest, now);
        self.round("release", CrashPoint::Release, release).await
    }
    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError> {
        let claimed = self.ledger.claim_deliveries(request).await;
        let is_some = |claimed: &Vec<Delivery>| !claimed.is_empty();
        let point = CrashPoint::Deliveries;
        self.found("claim_deliveries", point, claimed, is_some)
            .await
    }
    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let delivered = self.ledger.delivered(delivery, outcome, now);
        self.round("delivered", CrashPoint::Delivered, delivered)
            .await
    }
    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        self.ledger.events(key).await
    }
    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError> {
        self.ledger.settled_commands(key).await
    }
    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        self.ledger.feed(shop, after, limit).await
    }
    async fn events_between(
        &self,
        shops: &[ShopName],
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<EventPlace>,
        limit: u32,
    ) -> Result<EventPage, LedgerError> {
        let page = self.ledger.events_between(shops, from, until, after, limit);
        page.await
    }
    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError> {
        self.ledger.outbox(key).await
    }
    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        self.ledger.forget(before, limit).await
    }
    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError> {
        self.ledger.erase(key, version).await
    }
    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        self.ledger.measure(shops, now).await
    }
    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError> {
        self.ledger.shops().await
    }
    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError> {
        self.ledger.statistics(shops, now).await
    }
    async fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopPeriod>, LedgerError> {
        self.ledger.period(shops, since, now).await
    }
}
