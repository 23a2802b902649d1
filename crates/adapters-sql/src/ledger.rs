use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::{FinancingEvent, FinancingId, FinancingState, Intent, Occurrence, ShopName};
use inbank_ports::{
    Claim, Committed, Entry, FinancingLedger, Intended, LedgerError, Listing, Opened,
    ReceivedCallback, Recorded, Rest,
};
use sqlx::AssertSqlSafe;
use time::OffsetDateTime;

use crate::connection::{ConnectError, Pools, connect};
use crate::failure::Failure;
use crate::intake::Intake;
use crate::row::{COLUMNS, Row, callback, event, micros};

mod claim;
mod writing;

/// The ledger in a database. Cheap to clone; clones share connections.
///
/// It needs the Tokio runtime that it was connected in.
#[derive(Clone)]
pub struct SqlLedger {
    pools: Pools,
    intake: Intake,
}

impl SqlLedger {
    /// Connects to `sqlite:<file>`, which is created where it isn't there, or to `postgres://…`, and brings the tables up to
    /// date. Any number of processes may do so at once.
    ///
    /// # Errors
    /// - [`ConnectError::Address`] ⇐ the address is none of these, or its feature is off.
    /// - `Unavailable` ⇐ the database is away; said within seconds.
    /// - `Unreadable` ⇐ the tables are a later version's.
    pub async fn connect(url: &str) -> Result<Self, ConnectError> {
        let pools = connect(url).await?;
        let intake = Intake::start(pools.clone());
        Ok(Self { pools, intake })
    }
}

impl fmt::Debug for SqlLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = &self.pools.engine;
        f.debug_struct("SqlLedger")
            .field("engine", engine)
            .finish_non_exhaustive()
    }
}

/// Longer than a transaction takes with the disk at its slowest.
const LONGEST: Duration = Duration::from_secs(20);

/// Gives up on a server that the network has cut off in the middle: the operating system would wait for many minutes.
pub(crate) async fn timely<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let gave_up = |_| Failure::unavailable("the database did not answer in time");
    tokio::time::timeout(LONGEST, work).await.map_err(gave_up)?
}

#[async_trait]
impl FinancingLedger for SqlLedger {
    async fn open(
        &self,
        entry: &Entry,
        leased_until: OffsetDateTime,
    ) -> Result<Opened, LedgerError> {
        Ok(timely(self.pools.open(entry, leased_until)).await?)
    }

    async fn find(&self, shop: &ShopName, id: &FinancingId) -> Result<Option<Entry>, LedgerError> {
        Ok(timely(self.pools.find(shop, id)).await?)
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Entry>, LedgerError> {
        Ok(self.pools.list(listing).await?)
    }

    async fn record(&self, callback: &ReceivedCallback) -> Result<Recorded, LedgerError> {
        self.intake.record(callback.clone()).await
    }

    async fn callbacks(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<ReceivedCallback>, LedgerError> {
        Ok(timely(self.pools.callbacks(shop, id)).await?)
    }

    async fn rouse(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
    ) -> Result<bool, LedgerError> {
        Ok(timely(self.pools.rouse(shop, id, at)).await?)
    }

    async fn intend(
        &self,
        entry: &Entry,
        intent: &Intent,
        at: OffsetDateTime,
    ) -> Result<Intended, LedgerError> {
        Ok(timely(self.pools.intend(entry, intent, at)).await?)
    }

    async fn claim(
        &self,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
        limit: usize,
    ) -> Result<Vec<Claim>, LedgerError> {
        Ok(timely(self.pools.claim(at, leased_until, limit)).await?)
    }

    async fn claim_one(
        &self,
        shop: &ShopName,
        id: &FinancingId,
        at: OffsetDateTime,
        leased_until: OffsetDateTime,
    ) -> Result<Option<Claim>, LedgerError> {
        Ok(timely(self.pools.claim_one(shop, id, at, leased_until)).await?)
    }

    async fn commit(
        &self,
        claim: &Claim,
        entry: &Entry,
        occurrences: &[Occurrence],
        at: OffsetDateTime,
    ) -> Result<Committed, LedgerError> {
        Ok(timely(self.pools.commit(claim, entry, occurrences, at)).await?)
    }

    async fn release(&self, claim: &Claim, rest: &Rest) -> Result<bool, LedgerError> {
        Ok(timely(self.pools.release(claim, rest)).await?)
    }

    async fn events(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<FinancingEvent>, LedgerError> {
        Ok(timely(self.pools.events(shop, id)).await?)
    }

    async fn forget_callbacks(&self, received_before: OffsetDateTime) -> Result<u64, LedgerError> {
        Ok(self.pools.forget_callbacks(received_before).await?)
    }
}

/// What only reads, and the forgetting.
impl Pools {
    async fn find(&self, shop: &ShopName, id: &FinancingId) -> Result<Option<Entry>, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM inbank_financing WHERE shop = $1 AND id = $2");
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(shop.as_str())
            .bind(id.as_str());
        let row = query.fetch_optional(&self.reading).await?;
        Ok(row
            .map(|row| Row::read(&row))
            .transpose()?
            .map(|row| row.entry))
    }

    async fn list(&self, listing: &Listing) -> Result<Vec<Entry>, Failure> {
        // What isn't asked for isn't in the statement, which otherwise couldn't use an index for the rest. Nor is the shop
        // to be looked for in one: SQLite would sort all that it has, instead of walking back from the latest.
        let shop = listing.shop.as_ref().map(|_| "AND shop || '' = $2");
        let order = listing.order.as_ref().map(|_| match shop {
            Some(_) => "AND order_reference = $3",
            None => "AND order_reference = $2",
        });
        let (shop, order) = (shop.unwrap_or_default(), order.unwrap_or_default());
        let sql = format!(
            "SELECT {COLUMNS} FROM inbank_financing WHERE 1 = 1 {shop} {order} ORDER BY opened_at DESC, id LIMIT $1"
        );
        let limit = listing.limit.map_or(i64::MAX, i64::from);
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(limit);
        if let Some(shop) = &listing.shop {
            query = query.bind(shop.as_str());
        }
        if let Some(order) = &listing.order {
            query = query.bind(order.as_str());
        }
        let rows = query.fetch_all(&self.reading).await?;
        rows.iter().map(|row| Ok(Row::read(row)?.entry)).collect()
    }

    async fn callbacks(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<ReceivedCallback>, Failure> {
        let sql = "SELECT shop, financing, key, subject_kind, subject, body, received_at FROM inbank_callback \
             WHERE shop = $1 AND financing = $2 ORDER BY received_at, key";
        let query = sqlx::query(sql).bind(shop.as_str()).bind(id.as_str());
        let rows = query.fetch_all(&self.reading).await?;
        rows.iter().map(callback).collect()
    }

    async fn events(
        &self,
        shop: &ShopName,
        id: &FinancingId,
    ) -> Result<Vec<FinancingEvent>, Failure> {
        let Some(entry) = self.find(shop, id).await? else {
            return Ok(Vec::new());
        };
        let sql = "SELECT number, name, detail, occurred_at FROM inbank_event \
             WHERE shop = $1 AND financing = $2 ORDER BY number";
        let query = sqlx::query(sql).bind(shop.as_str()).bind(id.as_str());
        let rows = query.fetch_all(&self.reading).await?;
        rows.iter().map(|row| event(row, &entry)).collect()
    }

    async fn forget_callbacks(&self, received_before: OffsetDateTime) -> Result<u64, Failure> {
        let over = FinancingState::ALL
            .iter()
            .filter(|state| state.is_terminal());
        let over: Vec<_> = over.map(|state| format!("'{}'", state.as_str())).collect();
        let sql = format!(
            "DELETE FROM inbank_callback WHERE received_at < $1 AND EXISTS (SELECT 1 FROM inbank_financing AS f \
             WHERE f.shop = inbank_callback.shop AND f.id = inbank_callback.financing AND f.state IN ({}))",
            over.join(", ")
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(micros(received_before));
        Ok(query.execute(&self.writing).await?.rows_affected())
    }
}
