use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, Due, EventPage, EventPlace, Feed, Kept,
    Lease, Ledger, LedgerError, LedgerErrorKind, Listed, Listing, Measures, OutboxState,
    ReceivedCallback, Rest, Saved, ShopPeriod, ShopStatistics, Write,
};
use inbank::{AttemptId, Order, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName};
use inbank_testkit::{MemoryLedger, yield_now};
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::around::Around;
use super::fleet::{Fleet, shop_number};
use super::{Fault, Mark, Waits};

/// The database that all processes share.
pub(super) struct Database {
    pub(super) ledger: MemoryLedger,
    connections: Semaphore,
}

impl Database {
    pub(super) fn new(connections: usize) -> Self {
        Self {
            ledger: MemoryLedger::new(),
            connections: Semaphore::new(connections),
        }
    }
}

/// One process's statements: slow, failing, never answered.
pub(super) struct Statements {
    around: Arc<Around>,
    database: Arc<Database>,
    fleet: Arc<Fleet>,
    life: u32,
}

impl Statements {
    pub(super) const fn new(
        around: Arc<Around>,
        database: Arc<Database>,
        fleet: Arc<Fleet>,
        life: u32,
    ) -> Self {
        Self {
            around,
            database,
            fleet,
            life,
        }
    }

    /// One statement on one of the connections, which it holds until it is answered.
    async fn statement<T>(
        &self,
        name: &str,
        work: impl Future<Output = Result<T, LedgerError>> + Send,
    ) -> Result<T, LedgerError> {
        let unavailable = || LedgerError::new(LedgerErrorKind::Unavailable);
        let connection = self.database.connections.acquire().await;
        let _connection = connection.map_err(|_| unavailable())?;
        let faults = &self.around.faults;
        yield_now().await;
        if faults.happens(Fault::StatementSlow) {
            self.around
                .pass(self.around.times.millis((100, 5_000)))
                .await;
        }
        if faults.happens(Fault::StatementHangs) {
            self.around
                .trace(|| format!("process {}: {name} hangs", self.life));
            self.around.pass(Duration::from_secs(30)).await;
            return Err(unavailable());
        }
        if faults.happens(Fault::StatementFails) {
            return Err(unavailable());
        }
        let done = work.await;
        self.around.happened(name, u64::from(done.is_ok()));
        self.around
            .trace(|| format!("process {}: {name}, {}", self.life, done.is_ok()));
        yield_now().await;
        if faults.happens(Fault::StatementAnswerLost) {
            return Err(unavailable());
        }
        done
    }

    fn ledger(&self) -> &MemoryLedger {
        &self.database.ledger
    }

    /// The ledger's own time, where it doesn't go by its callers'.
    fn time(&self, callers: OffsetDateTime) -> OffsetDateTime {
        match self.around.setting.clocks_ahead {
            Some(_) => self.around.now(),
            None => callers,
        }
    }

    fn by_its_time<'a>(&self, request: &'a ClaimRequest) -> Cow<'a, ClaimRequest> {
        let now = self.time(request.now);
        if now == request.now {
            return Cow::Borrowed(request);
        }
        Cow::Owned(ClaimRequest {
            now,
            ..request.clone()
        })
    }
}

#[async_trait]
impl Ledger for Statements {
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        self.statement("order", self.ledger().order(key)).await
    }

    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError> {
        let order_of = self.ledger().order_of(shop, attempt);
        self.statement("order_of", order_of).await
    }

    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError> {
        self.statement("orders", self.ledger().orders(listing))
            .await
    }

    async fn write(&self, mut write: Write) -> Result<Saved, LedgerError> {
        write.now = self.time(write.now);
        let (key, lease, due) = (write.order.key.clone(), write.lease, write.due);
        let work = async {
            let saved = self.ledger().write(write).await;
            self.fleet.waits(self.life, Waits::ForLedger);
            if lease.is_some() && due == Due::Leased {
                self.fleet.waits(self.life, Waits::InRound);
            }
            if let (Ok(Saved::Written(_)), Some(lease)) = (&saved, lease) {
                self.around.written_with(&key, self.life, lease);
                if due != Due::Leased {
                    self.around.lease_ended(&key, lease);
                }
            }
            saved
        };
        let saved = self.statement("write", work).await;
        if let (Ok(Saved::Written(_)), Some(lease)) = (&saved, lease) {
            let shop = shop_number(key.shop.as_str());
            self.fleet.lender(shop).written(&key, lease);
        }
        saved
    }

    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        let work = async {
            let kept = self.ledger().keep(callback).await;
            if let Ok(Kept::Written) = kept {
                let order = self.ledger().order_of(&callback.shop, &callback.attempt);
                if let Ok(Some(order)) = order.await
                    && self
                        .around
                        .is_leased(&OrderKey::new(callback.shop.clone(), order))
                {
                    self.around.mark(Mark::CallbackDuringLease);
                }
            }
            kept
        };
        self.statement("keep", work).await
    }

    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        let callbacks = self.ledger().callbacks(key);
        self.statement("callbacks", callbacks).await
    }

    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        let wake = self.ledger().wake(key, self.time(now));
        self.statement("wake", wake).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        let asked = self.by_its_time(request);
        let work = async {
            let claimed = self.ledger().claim(&asked).await;
            for claimed in claimed.iter().flatten() {
                let (key, lease, _) = claimed.names();
                self.around.leased(&key, self.life, lease, asked.lease);
            }
            claimed
        };
        self.statement("claim", work).await
    }

    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        let work = async {
            let claimed = self.ledger().claim_one(key, self.time(now), lease).await;
            if let Ok(Some(claim)) = &claimed {
                self.around.leased(key, self.life, claim.lease, lease);
            }
            claimed
        };
        self.statement("claim_one", work).await
    }

    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let work = async {
            let now = self.time(now);
            let released = self.ledger().release(key, lease, rest, now).await;
            if let Ok(true) = released {
                self.around.lease_ended(key, lease);
            }
            released
        };
        self.statement("release", work).await
    }

    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError> {
        let request = self.by_its_time(request);
        let claim = self.ledger().claim_deliveries(&request);
        self.statement("claim_deliveries", claim).await
    }

    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let now = self.time(now);
        let delivered = self.ledger().delivered(delivery, outcome, now);
        self.statement("delivered", delivered).await
    }

    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        self.statement("events", self.ledger().events(key)).await
    }

    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError> {
        let settled = self.ledger().settled_commands(key);
        self.statement("settled_commands", settled).await
    }

    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        let feed = self.ledger().feed(shop, after, limit);
        self.statement("feed", feed).await
    }

    async fn events_between(
        &self,
        shops: &[ShopName],
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<EventPlace>,
        limit: u32,
    ) -> Result<EventPage, LedgerError> {
        let events = self
            .ledger()
            .events_between(shops, from, until, after, limit);
        self.statement("events_between", events).await
    }

    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError> {
        self.statement("outbox", self.ledger().outbox(key)).await
    }

    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        let forget = self.ledger().forget(before, limit);
        self.statement("forget", forget).await
    }

    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError> {
        self.statement("erase", self.ledger().erase(key, version))
            .await
    }

    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        let measure = self.ledger().measure(shops, self.time(now));
        self.statement("measure", measure).await
    }

    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError> {
        self.statement("shops", self.ledger().shops()).await
    }

    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError> {
        let statistics = self.ledger().statistics(shops, self.time(now));
        self.statement("statistics", statistics).await
    }

    async fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopPeriod>, LedgerError> {
        let period = self.ledger().period(shops, since, now);
        self.statement("period", period).await
    }
}
