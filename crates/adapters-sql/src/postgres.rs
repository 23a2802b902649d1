//! The ledger on a server, which any number of processes share.

mod claim;
mod clock;
mod connection;
mod forget;
mod inbox;
mod intake;
mod measure;
mod migration;
mod order;
mod outbox;
mod write;

use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::{AttemptId, Order, OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{
    Claim, ClaimRequest, Claimed, Delivered, Delivery, Feed, Kept, Lease, Ledger, LedgerError,
    Listed, Listing, Measures, ReceivedCallback, Rest, Saved, Write,
};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use time::OffsetDateTime;

use self::connection::Connections;
use self::intake::Intake;
use crate::failure::Failure;
use crate::options::LedgerOptions;

pub(crate) use self::connection::{options, place};

pub(crate) struct Postgres {
    connections: Connections,
    intake: Intake,
}

impl Postgres {
    pub(crate) async fn connect(
        database: PgConnectOptions,
        options: &LedgerOptions,
    ) -> Result<Self, Failure> {
        Self::start(Connections::own(database, options)).await
    }

    pub(crate) async fn with_pool(pool: PgPool, options: &LedgerOptions) -> Result<Self, Failure> {
        Self::start(Connections::of_pool(pool, options)).await
    }

    async fn start(connections: Connections) -> Result<Self, Failure> {
        connections.prepare(true).await?;
        let intake = Intake::start(connections.clone());
        Ok(Self {
            connections,
            intake,
        })
    }
}

/// Brings the tables up to date, and does nothing else.
pub(crate) async fn migrate(
    database: &PgConnectOptions,
    options: &LedgerOptions,
) -> Result<(), Failure> {
    let connections = Connections::own(database.clone(), options);
    connections.prepare(false).await
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
        let mut listed = Listed::default();
        let mut after = order::After::Nothing;
        while let Some(wanted) = order::wanted(listing, &listed) {
            let asked = (listing.clone(), after, wanted);
            let page = self.connections.run(asked, |asked, session| {
                let (listing, after, wanted) = asked;
                Box::pin(order::page(session, listing, after, *wanted))
            });
            let page = page.await?;
            let full = page.len() == wanted;
            after = order::After::of(&page);
            order::list(page, &mut listed);
            if !full {
                break;
            }
        }
        Ok(listed)
    }

    async fn write(&self, write: Write) -> Result<Saved, LedgerError> {
        let work = self.connections.run(write, |write, session| {
            Box::pin(write::write(session, write))
        });
        work.await
    }

    async fn keep(&self, callback: &ReceivedCallback) -> Result<Kept, LedgerError> {
        self.intake.keep(callback.clone()).await
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
        let asked = (delivery.key.clone(), delivery.lease, outcome, now);
        let work = self.connections.run(asked, |asked, session| {
            let (key, lease, outcome, now) = asked;
            Box::pin(outbox::delivered(session, key, *lease, *outcome, *now))
        });
        work.await
    }

    async fn events(&self, key: &OrderKey) -> Result<Vec<OrderEvent>, LedgerError> {
        let work = self.connections.run(key.clone(), |key, session| {
            Box::pin(outbox::events(session, key))
        });
        work.await
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

    async fn forget(&self, before: OffsetDateTime, limit: u32) -> Result<u64, LedgerError> {
        let asked = (before, limit);
        let work = self.connections.run(asked, |(before, limit), session| {
            Box::pin(forget::forget(session, *before, *limit))
        });
        work.await
    }

    async fn erase(&self, key: &OrderKey) -> Result<bool, LedgerError> {
        let work = self.connections.run(key.clone(), |key, session| {
            Box::pin(forget::erase(session, key))
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
}
