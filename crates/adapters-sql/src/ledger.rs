use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::{
    AttemptId, Order, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName,
};
use inbank_ports::{
    AuditEntry, AuditLog, AuditQuery, AuditRecord, Claim, ClaimRequest, Claimed, Delivered,
    Delivery, EventPage, EventPlace, Feed, Kept, Lease, Ledger, LedgerError, Listed, Listing,
    Measures, OutboxState, ReceivedCallback, Rest, Saved, ShopPeriod, ShopStatistics, Write,
};
use time::OffsetDateTime;

use crate::audit;
use crate::connection::{self, ConnectError};
use crate::engine::Engine;
use crate::options::LedgerOptions;

/// The ledger in a database. Cheap to clone; clones share connections.
///
/// On PostgreSQL it needs the Tokio runtime that it was connected in; on SQLite it has threads of its own, and serves under any.
#[derive(Clone)]
pub struct SqlLedger {
    store: Engine,
}

impl SqlLedger {
    /// Connects to `sqlite:<file>`, which is created where it isn't there, or to `postgres://…`, and brings the tables up to
    /// date where they aren't. Any number of processes may do so at once.
    ///
    /// # Errors
    /// - [`ConnectError::Address`] ⇐ the address is none of these, or its feature is off.
    /// - `Unavailable` ⇐ the database is away; said within seconds.
    /// - `Forbidden` ⇐ the account may not create the tables, and they aren't there; or may not use them.
    /// - `Unreadable` ⇐ the tables are a later version's.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        LedgerOptions::new().connect(url).await
    }

    /// Brings the tables up to date, and does nothing else: for an account that may create them, before a program that may not is
    /// started. Says at which version the tables are then.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn migrate(url: &str) -> Result<i64, ConnectError> {
        connection::migrate(url).await
    }

    pub(crate) const fn new(store: Engine) -> Self {
        Self { store }
    }

    /// What `inbank serve` keeps beside the orders, in the same database.
    ///
    /// # Errors
    /// `Forbidden` ⇐ the account may not use the tables of the service; it may need more rights than for the ledger alone.
    #[cfg(feature = "service")]
    pub async fn service_store(&self) -> Result<crate::ServiceStore, ConnectError> {
        crate::ServiceStore::open(self.store.clone()).await
    }
}

impl fmt::Debug for SqlLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlLedger")
            .field("engine", &self.store.name())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Ledger for SqlLedger {
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        self.store.order(key).await
    }

    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError> {
        self.store.order_of(shop, attempt).await
    }

    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError> {
        self.store.orders(listing).await
    }

    async fn write(&self, write: Write) -> Result<Saved, LedgerError> {
        self.store.write(write).await
    }

    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        self.store.keep(callback).await
    }

    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        self.store.callbacks(key).await
    }

    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        self.store.wake(key, now).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        self.store.claim(request).await
    }

    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        self.store.claim_one(key, now, lease).await
    }

    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        self.store.release(key, lease, rest, now).await
    }

    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError> {
        self.store.claim_deliveries(request).await
    }

    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        self.store.delivered(delivery, outcome, now).await
    }

    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        self.store.events(key).await
    }

    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError> {
        self.store.settled_commands(key).await
    }

    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        self.store.feed(shop, after, limit).await
    }

    async fn events_between(
        &self,
        shops: &[ShopName],
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<EventPlace>,
        limit: u32,
    ) -> Result<EventPage, LedgerError> {
        let page = self.store.events_between(shops, from, until, after, limit);
        page.await
    }

    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError> {
        self.store.outbox(key).await
    }

    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        self.store.forget(before, limit).await
    }

    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError> {
        self.store.erase(key, version).await
    }

    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        self.store.measure(shops, now).await
    }

    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError> {
        self.store.shops().await
    }

    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError> {
        self.store.statistics(shops, now).await
    }

    async fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopPeriod>, LedgerError> {
        self.store.period(shops, since, now).await
    }
}

/// In the table `inbank_audit`. What is older than the service keeps it is deleted where there is a `ServiceStore`; nothing is
/// elsewhere.
#[async_trait]
impl AuditLog for SqlLedger {
    async fn record(&self, entry: &AuditEntry, now: OffsetDateTime) -> Result<(), LedgerError> {
        audit::record(&self.store, entry, now).await
    }

    async fn records(&self, about: &AuditQuery) -> Result<Vec<AuditRecord>, LedgerError> {
        audit::records(&self.store, about).await
    }
}
