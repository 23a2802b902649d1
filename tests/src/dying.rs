//! A ledger round which a process dies: before or after any of its calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use inbank::ports::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, Feed, Kept, Lease, Ledger, LedgerError,
    Listed, Listing, Measures, ReceivedCallback, Rest, Saved, Write,
};
use inbank::{AttemptId, Order, OrderEvent, OrderKey, OrderReference, ShopName};
use time::OffsetDateTime;

/// Kills its own process at a step, as a power failure would.
pub struct Dying {
    ledger: Arc<dyn Ledger>,
    left: AtomicU32,
}

impl Dying {
    /// Dies at the step of this number, from 1; never where it is 0.
    pub fn new(ledger: Arc<dyn Ledger>, at: u32) -> Self {
        let left = AtomicU32::new(at);
        Self { ledger, left }
    }

    /// One step.
    fn step(&self) {
        let before = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            left.checked_sub(1)
        });
        if before == Ok(1) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
            // The signal is on its way.
            loop {
                std::thread::park();
            }
        }
    }

    async fn round<T>(
        &self,
        call: impl Future<Output = Result<T, LedgerError>>,
    ) -> Result<T, LedgerError> {
        self.step();
        let answer = call.await;
        self.step();
        answer
    }
}

#[async_trait]
impl Ledger for Dying {
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
        self.round(self.ledger.write(write)).await
    }
    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        self.round(self.ledger.keep(callback)).await
    }
    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        self.ledger.callbacks(key).await
    }
    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        self.round(self.ledger.wake(key, now)).await
    }
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        let claimed = self.ledger.claim(request).await;
        // Polls that find nothing are no steps.
        if claimed.as_ref().is_ok_and(|claimed| !claimed.is_empty()) {
            self.step();
        }
        claimed
    }
    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        let claim = self.ledger.claim_one(key, now, lease).await;
        if claim.as_ref().is_ok_and(Option::is_some) {
            self.step();
        }
        claim
    }
    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        self.round(self.ledger.release(key, lease, rest, now)).await
    }
    async fn claim_deliveries(
        &self,
        request: &ClaimRequest,
    ) -> Result<Vec<Delivery>, LedgerError> {
        let claimed = self.ledger.claim_deliveries(request).await;
        if claimed.as_ref().is_ok_and(|claimed| !claimed.is_empty()) {
            self.step();
        }
        claimed
    }
    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        self.round(self.ledger.delivered(delivery, outcome, now))
            .await
    }
    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        self.ledger.events(key).await
    }
    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        self.ledger.feed(shop, after, limit).await
    }
    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        self.ledger.forget(before, limit).await
    }
    async fn erase(&self, key: &OrderKey) -> Result<bool, LedgerError> {
        self.ledger.erase(key).await
    }
    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        self.ledger.measure(shops, now).await
    }
}
