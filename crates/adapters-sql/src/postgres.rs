//! The ledger on a server, which any number of processes share.

mod batch;
mod claim;
mod clock;
mod connection;
mod forget;
mod inbox;
mod measure;
mod migration;
mod order;
mod outbox;
mod script;
mod statistics;
mod write;

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
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use time::OffsetDateTime;

use self::batch::{Batches, Kind};
use self::connection::Connections;
use self::outbox::Report;
use crate::failure::Failure;
use crate::listing::{Pages, Stretch};
use crate::options::LedgerOptions;
use crate::{command, period, shop};

pub(crate) use self::connection::{options, place};

pub(crate) struct Postgres {
    connections: Connections,
    callbacks: Batches<ReceivedCallback, Kept>,
    writes: Batches<Write, Saved>,
    reports: Batches<Report, bool>,
}

/// Of callbacks one batch is made durable while the next is worked out: they come by the hundred.
const CALLBACKS: Kind<ReceivedCallback, Kept> = Kind {
    at_once: 2,
    only_once: |_| None,
    write: |callbacks, session| Box::pin(inbox::keep(session, callbacks)),
};

/// Of two writes on one version one must find the other's.
const WRITES: Kind<Write, Saved> = Kind {
    at_once: 4,
    only_once: |write| Some(&write.order.key),
    write: |writes, session| write::write(writes, session),
};

const REPORTS: Kind<Report, bool> = Kind {
    at_once: 2,
    only_once: |report| Some(&report.key),
    write: |reports, session| Box::pin(outbox::delivered(session, reports)),
};

impl Postgres {
    pub(crate) async fn connect(
        database: PgConnectOptions,
        options: &LedgerOptions,
    ) -> Result<Self, Failure> {
        Self::start(Connections::own(database, options), options).await
    }

    pub(crate) async fn with_pool(pool: PgPool, options: &LedgerOptions) -> Result<Self, Failure> {
        Self::start(Connections::of_pool(pool, options), options).await
    }

    async fn start(connections: Connections, options: &LedgerOptions) -> Result<Self, Failure> {
        connections.prepare(options.migrates, true).await?;
        Ok(Self {
            callbacks: Batches::start(&connections, &CALLBACKS),
            writes: Batches::start(&connections, &WRITES),
            reports: Batches::start(&connections, &REPORTS),
            connections,
        })
    }
}

/// Brings the tables up to date, and does nothing else.
pub(crate) async fn migrate(
    database: &PgConnectOptions,
    options: &LedgerOptions,
) -> Result<(), Failure> {
    let connections = Connections::own(database.clone(), options);
    connections.prepare(true, false).await
}

#[async_trait]
impl Ledger for Postgres {
    async fn order(&self, key: &OrderKey) -> Result<Option<Order>, LedgerError> {
        let work = self.connections.run(key.clone(), |key, session| {
            Box::pin(order::find(session, key))
        });
        work.await
    }

    async fn order_of(
        &self,
        shop: &ShopName,
        attempt: &AttemptId,
    ) -> Result<Option<OrderReference>, LedgerError> {
        let asked = (shop.clone(), attempt.clone());
        let work = self.connections.run(asked, |(shop, attempt), session| {
            Box::pin(order::owner(session, shop, attempt))
        });
        work.await
    }

    async fn orders(&self, listing: &Listing) -> Result<Listed, LedgerError> {
        // A page at a time, each with a time limit of its own.
        let mut pages = Pages::of(listing);
        while let Some(wanted) = pages.wanted() {
            let asked = (listing.clone(), pages.after().cloned(), wanted);
            let page = self.connections.run(asked, |asked, session| {
                let (listing, after, wanted) = asked;
                Box::pin(order::page(session, listing, after.as_ref(), *wanted))
            });
            pages.take(page.await?, wanted);
        }
        Ok(pages.listed())
    }

    async fn write(&self, write: Write) -> Result<Saved, LedgerError> {
        self.writes.run(write).await
    }

    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        self.callbacks.run(callback.clone()).await
    }

    async fn callbacks(&self, key: &OrderKey) -> Result<Vec<ReceivedCallback>, LedgerError> {
        let work = self.connections.run(key.clone(), |key, session| {
            Box::pin(inbox::all(session, key))
        });
        work.await
    }

    async fn wake(&self, key: &OrderKey, now: OffsetDateTime) -> Result<bool, LedgerError> {
        let asked = (key.clone(), now);
        let work = self.connections.run(asked, |(key, now), session| {
            Box::pin(inbox::wake(session, key, *now))
        });
        work.await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, LedgerError> {
        let work = self.connections.run(request.clone(), |request, session| {
            Box::pin(claim::claim(session, request))
        });
        work.await
    }

    async fn claim_one(
        &self,
        key: &OrderKey,
        now: OffsetDateTime,
        lease: Duration,
    ) -> Result<Option<Claim>, LedgerError> {
        let asked = (key.clone(), now, lease);
        let work = self.connections.run(asked, |(key, now, lease), session| {
            Box::pin(claim::claim_one(session, key, *now, *lease))
        });
        work.await
    }

    async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let asked = (key.clone(), lease, rest, now);
        let work = self.connections.run(asked, |asked, session| {
            let (key, lease, rest, now) = asked;
            Box::pin(claim::release(session, key, *lease, *rest, *now))
        });
        work.await
    }

    async fn claim_deliveries(&self, request: &ClaimRequest) -> Result<Vec<Delivery>, LedgerError> {
        let work = self.connections.run(request.clone(), |request, session| {
            Box::pin(outbox::claim(session, request))
        });
        work.await
    }

    async fn delivered(
        &self,
        delivery: &Delivery,
        outcome: Delivered,
        now: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        let report = Report {
            key: delivery.key.clone(),
            lease: delivery.lease,
            outcome,
            now,
        };
        self.reports.run(report).await
    }

    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        let work = self.connections.run(key.clone(), |key, session| {
            Box::pin(outbox::events(session, key))
        });
        work.await
    }

    async fn settled_commands(&self, key: &OrderKey) -> Result<Vec<SettledCommand>, LedgerError> {
        command::settled_commands(self, key).await
    }

    async fn feed(&self, shop: &ShopName, after: u64, limit: u32) -> Result<Feed, LedgerError> {
        let asked = (shop.clone(), after, limit);
        let work = self
            .connections
            .run(asked, |(shop, after, limit), session| {
                Box::pin(outbox::feed(session, shop, *after, *limit))
            });
        work.await
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
        let asked = (shops.to_vec(), stretch);
        let work = self.connections.run(asked, |(shops, stretch), session| {
            Box::pin(outbox::between(session, shops, stretch))
        });
        work.await
    }

    async fn outbox(&self, key: &OrderKey) -> Result<Option<OutboxState>, LedgerError> {
        period::outbox(self, key).await
    }

    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        let asked = (before, limit);
        let work = self.connections.run(asked, |(before, limit), session| {
            Box::pin(forget::forget(session, *before, *limit))
        });
        work.await
    }

    async fn erase(&self, key: &OrderKey, version: Option<u64>) -> Result<bool, LedgerError> {
        let asked = (key.clone(), version);
        let work = self.connections.run(asked, |(key, version), session| {
            Box::pin(forget::erase(session, key, *version))
        });
        work.await
    }

    async fn measure(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Measures, LedgerError> {
        let asked = (shops.to_vec(), now);
        let work = self.connections.run(asked, |(shops, now), session| {
            Box::pin(measure::measure(session, shops, *now))
        });
        work.await
    }

    async fn shops(&self) -> Result<Vec<ShopName>, LedgerError> {
        shop::shops(self).await
    }

    async fn statistics(
        &self,
        shops: &[ShopName],
        now: OffsetDateTime,
    ) -> Result<Vec<ShopStatistics>, LedgerError> {
        let asked = (shops.to_vec(), now);
        let work = self.connections.run(asked, |(shops, now), session| {
            Box::pin(statistics::statistics(session, shops, *now))
        });
        work.await
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
