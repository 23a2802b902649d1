mod audit;
mod connections;
mod event_page;
mod outbox;
mod period;
mod row;
mod schedule;
mod store;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::{
    AttemptId, Order, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName,
};
use inbank_ports::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, EventPage, EventPlace, Feed, Kept, Lease,
    Ledger, LedgerError, LedgerErrorKind, Listed, Listing, Measures, OutboxState, ReceivedCallback,
    Rest, Saved, ShopPeriod, ShopStatistics, Write,
};
use time::OffsetDateTime;

use self::connections::Connections;
use self::store::Store;
use crate::runtime::yield_now;

/// A ledger in memory: gone with the process, the same in everything else. It goes by its callers'
/// clock.
///
/// A method is one critical section. So that a simulation sees callers wait for each other as they do
/// on SQLite, it may have [few connections](Self::with_connections).
#[derive(Debug, Default)]
pub struct MemoryLedger {
    connections: Option<Connections>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    store: Store,
    /// How many calls are still to fail before anything is done.
    failures: usize,
    /// How many calls are still to be done and to fail all the same.
    lost_answers: usize,
}

impl MemoryLedger {
    /// An empty ledger, on which nobody waits.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty ledger that works on so many calls at a time; SQLite has one connection that writes.
    /// Others wait their turn, first come first served. A call gives way to other tasks before its
    /// work and after it, so it may be dropped, and overtaken, at either point.
    pub fn with_connections(connections: usize) -> Self {
        Self {
            connections: Some(Connections::new(connections)),
            ..Self::default()
        }
    }

    /// The next `calls` fail, before anything is done.
    pub fn fail_next(&self, calls: usize) {
        self.state().failures = calls;
    }

    /// The next `calls` are done, and fail all the same: their answers are lost.
    pub fn lose_answers(&self, calls: usize) {
        self.state().lost_answers = calls;
    }

    /// What is stored of an order can't be read any more, as if a later version had written it.
    pub fn break_order(&self, key: &OrderKey) {
        self.state().store.break_order(key);
    }

    /// It can be read again, as if this version were a later one by now.
    pub fn mend_order(&self, key: &OrderKey) {
        self.state().store.mend_order(key);
    }

    /// What is stored of an event can't be read any more, as if a later version had written it.
    pub fn break_event(&self, key: &OrderKey, number: u64) {
        self.state().store.break_event(key, number);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One transaction.
    async fn call<T: Send>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send,
    ) -> Result<T, LedgerError> {
        let connection = match &self.connections {
            Some(connections) => Some(connections.acquire().await),
            None => None,
        };
        if connection.is_some() {
            yield_now().await;
        }
        let done = self.state().run(work);
        if connection.is_some() {
            yield_now().await;
        }
        done
    }
}

impl State {
    fn run<T>(&mut self, work: impl FnOnce(&mut Store) -> T) -> Result<T, LedgerError> {
        let unavailable = || LedgerError::new(LedgerErrorKind::Unavailable);
        if self.failures > 0 {
            self.failures -= 1;
            return Err(unavailable());
        }
        let done = work(&mut self.store);
        if self.lost_answers > 0 {
            self.lost_answers -= 1;
            return Err(unavailable());
        }
        Ok(done)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        self.call(|store| store.order(key)).await?
    }

    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError> {
        self.call(|store| store.order_of(shop, attempt)).await
    }

    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError> {
        self.call(|store| store.orders(listing)).await
    }

    async fn write(&self, write: Write) -> Result<Saved, LedgerError> {
        self.call(|store| store.write(write)).await
    }

    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        self.call(|store| store.keep(callback)).await
    }

    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        self.call(|store| store.callbacks(key)).await
    }

    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        self.call(|store| store.wake(key, now)).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        self.call(|store| store.claim(request)).await
    }

    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        self.call(|store| store.claim_one(key, now, lease)).await?
    }

    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        self.call(|store| store.release(key, lease, rest, now))
            .await
    }

    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError> {
        self.call(|store| store.claim_deliveries(request)).await
    }

    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        self.call(|store| store.delivered(delivery, outcome, now))
            .await
    }

    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        self.call(|store| store.events(key)).await
    }

    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError> {
        self.call(|store| store.settled_commands(key)).await
    }

    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        self.call(|store| store.feed(shop, after, limit)).await
    }

    async fn events_between(
        &self,
        shops: &[ShopName],
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<EventPlace>,
        limit: u32,
    ) -> Result<EventPage, LedgerError> {
        self.call(|store| store.events_between(shops, (from, until), after, limit))
            .await
    }

    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError> {
        self.call(|store| store.outbox(key)).await
    }

    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        self.call(|store| store.forget(before, limit)).await
    }

    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError> {
        self.call(|store| store.erase(key, version)).await
    }

    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        self.call(|store| store.measure(shops, now)).await
    }

    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError> {
        self.call(|store| store.shops()).await
    }

    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError> {
        self.call(|store| store.statistics(shops, now)).await
    }

    async fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopPeriod>, LedgerError> {
        self.call(|store| store.period(shops, since, now)).await
    }
}
