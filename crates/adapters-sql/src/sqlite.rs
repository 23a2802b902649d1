//! The ledger in a file: a thread that writes, a few that read.

mod claim;
mod connection;
mod file;
mod forget;
mod inbox;
mod measure;
mod migration;
mod order;
mod outbox;
mod queue;
mod reader;
mod script;
mod statistics;
mod write;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::{
    AttemptId, Order, OrderEvent, OrderKey, OrderReference, SettledCommand, ShopName,
};
use inbank_ports::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, EventPage, EventPlace, Feed, Kept, Lease,
    Ledger, LedgerError, Listed, Listing, Measures, OutboxState, ReceivedCallback, Rest, Saved,
    ShopPeriod, ShopStatistics, Write,
};
use time::OffsetDateTime;

use self::connection::Done;
use self::queue::Priority::{First, Second};
use self::reader::Readers;
use self::writer::Writer;
use crate::failure::Failure;
use crate::listing::Stretch;
use crate::{command, period, shop};

pub(crate) use self::file::DatabaseFile;

pub(crate) struct Sqlite {
    file: Arc<DatabaseFile>,
    writer: Writer,
    readers: Readers,
}

impl Sqlite {
    /// `migrates`: tables are brought up to date, and not only looked at.
    pub(crate) async fn open(file: DatabaseFile, migrates: bool) -> Result<Self, Failure> {
        let file = Arc::new(file);
        let writer = Writer::start(Arc::clone(&file), migrates).await?;
        let readers = Readers::start(&file)?;
        Ok(Self {
            file,
            writer,
            readers,
        })
    }
}

#[async_trait]
impl Ledger for Sqlite {
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        let key = key.clone();
        self.readers.run(move |c| order::find(c, &key)).await
    }

    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError> {
        let (shop, attempt) = (shop.clone(), attempt.clone());
        let work = move |c: &_| order::owner(c, &shop, &attempt);
        self.readers.run(work).await
    }

    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError> {
        let listing = listing.clone();
        self.readers.run(move |c| order::list(c, &listing)).await
    }

    async fn write(&self, write: Write) -> Result<Saved, LedgerError> {
        let work = move |c: &_| write::write(c, &write);
        self.writer.run(First, work).await
    }

    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        let callback = callback.clone();
        let work = move |c: &_| inbox::keep(c, &callback).map(Done::Keep);
        self.writer.run(First, work).await
    }

    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        let key = key.clone();
        self.readers.run(move |c| inbox::all(c, &key)).await
    }

    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        let key = key.clone();
        let work = move |c: &_| inbox::wake(c, &key, now).map(Done::Keep);
        self.writer.run(First, work).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        let request = request.clone();
        let work = move |c: &_| claim::claim(c, &request).map(Done::Keep);
        self.writer.run(Second, work).await
    }

    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        let key = key.clone();
        let work = move |c: &_| claim::claim_one(c, &key, now, lease).map(Done::Keep);
        self.writer.run(First, work).await
    }

    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let key = key.clone();
        let work = move |c: &_| claim::release(c, &key, lease, rest, now).map(Done::Keep);
        self.writer.run(First, work).await
    }

    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError> {
        let request = request.clone();
        let work = move |c: &_| outbox::claim(c, &request).map(Done::Keep);
        self.writer.run(Second, work).await
    }

    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let (key, lease) = (delivery.key.clone(), delivery.lease);
        let work = move |c: &_| outbox::delivered(c, &key, lease, outcome, now).map(Done::Keep);
        self.writer.run(Second, work).await
    }

    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        let key = key.clone();
        self.readers.run(move |c| outbox::events(c, &key)).await
    }

    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError> {
        command::settled_commands(self, key).await
    }

    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        let read = |shop: ShopName| move |c: &_| outbox::feed(c, &shop, after, limit);
        loop {
            let (feed, unplaced) = self.readers.run(read(shop.clone())).await?;
            if unplaced == 0 {
                return Ok(feed);
            }
            // Those that are placed may be none that can be read.
            let to_place = shop.clone();
            let work = move |c: &_| outbox::place(c, &to_place, unplaced).map(Done::Keep);
            self.writer.run(Second, work).await?;
        }
    }

    async fn events_between(
        &self,
        shops: &[ShopName],
        from: OffsetDateTime,
        until: OffsetDateTime,
        after: Option<EventPlace>,
        limit: u32,
    ) -> Result<EventPage, LedgerError> {
        let stretch = Stretch::new((from, until), after, limit);
        let shops = shops.to_vec();
        let work = move |c: &_| outbox::between(c, &shops, &stretch);
        self.readers.run(work).await
    }

    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError> {
        period::outbox(self, key).await
    }

    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        let work = move |c: &_| forget::forget(c, before, limit).map(Done::Keep);
        self.writer.run(Second, work).await
    }

    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError> {
        let key = key.clone();
        let work = move |c: &_| forget::erase(c, &key, version).map(Done::Keep);
        self.writer.run(First, work).await
    }

    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        let (shops, file) = (shops.to_vec(), Arc::clone(&self.file));
        let work = move |c: &_| measure::measure(c, &file, &shops, now);
        self.readers.run(work).await
    }

    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError> {
        shop::shops(self).await
    }

    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError> {
        let shops = shops.to_vec();
        let work = move |c: &_| statistics::statistics(c, &shops, now);
        self.readers.run(work).await
    }

    async fn period(
        &self,
        shops: &[ShopName],
        since: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Vec<ShopPeriod>, LedgerError> {
        period::period(self, shops, since, now).await
    }
}
