//! Events: delivering them, and a shop's feed of them.

use std::sync::LazyLock;

use inbank_domain::{OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{ClaimRequest, Delivered, Delivery, Feed, Lease, Positioned};
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, Executor as _, Row as _};
use time::OffsetDateTime;

use super::claim::{claiming, take};
use super::clock::{CLOCK, Sql};
use super::connection::Session;
use super::migration::BEGIN;
use crate::failure::Failure;
use crate::moment::{micros, span};
use crate::row::{Cursor, EVENT_COLUMNS, Refused, event, names, readable};
use crate::schedule::{EVENTS_AT_ONCE, OUTBOX, UNREADABLE_PAUSE};

static CLAIM: Sql = Sql::new(|| claiming(&OUTBOX, "", "o.outbox_failures, o.delivered, o.refused"));

static NEXT: LazyLock<String> = LazyLock::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT k.n, {columns}
        FROM unnest(CAST($1 AS text[]), CAST($2 AS text[]), CAST($3 AS bigint[])) WITH ORDINALITY AS k(shop, reference, done, n)
        CROSS JOIN LATERAL (
            SELECT * FROM inbank_event AS e
            WHERE e.shop = k.shop COLLATE \"C\" AND e.reference = k.reference COLLATE \"C\" AND e.number > k.done
            ORDER BY e.number LIMIT {EVENTS_AT_ONCE}
        ) AS e
        ORDER BY k.n, e.number"
    )
});

/// An order's events that can't be read, be it that the first can't.
static REST: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET
            outbox_leased_until = NULL, outbox_failures = o.outbox_failures + 1, outbox_due_at = clock.now + {UNREADABLE_PAUSE}
        FROM clock
        WHERE o.shop = $2 AND o.reference = $3 AND o.outbox_lease = $4 AND o.outbox_leased_until IS NOT NULL"
    )
});

/// An order whose events were leased.
struct Taken {
    shop: String,
    reference: String,
    lease: Lease,
    failures: u32,
    delivered: i64,
    refused: Refused,
}

impl Taken {
    fn read(row: &PgRow) -> Result<Self, Failure> {
        let mut row = Cursor::at(row, 1);
        Ok(Self {
            shop: row.text()?.to_owned(),
            reference: row.text()?.to_owned(),
            lease: Lease(row.count()?),
            failures: row.small().unwrap_or(u32::MAX),
            delivered: row.number()?,
            refused: Refused(row.maybe_number()?),
        })
    }

    fn delivery(&self, rows: &[PgRow]) -> Result<Delivery, Failure> {
        let shop = ShopName::parse(self.shop.as_str())?;
        let key = OrderKey::new(shop, OrderReference::parse(self.reference.as_str())?);
        let events = rows
            .iter()
            .map(|row| event(&key, self.refused, &mut Cursor::at(row, 1)));
        let events = readable(events)?;
        if events.is_empty() {
            return Err(Failure::unreadable("an event is missing"));
        }
        Ok(Delivery {
            key,
            lease: self.lease,
            failures: self.failures,
            events,
        })
    }
}

pub(super) async fn claim(
    session: &mut Session,
    request: &ClaimRequest,
) -> Result<Vec<Delivery>, Failure> {
    let rows = take(session, &CLAIM, request).await?;
    let taken: Result<Vec<_>, _> = rows.iter().map(Taken::read).collect();
    let taken = taken?;
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let query = sqlx::query(NEXT.as_str())
        .bind(taken.iter().map(|t| t.shop.as_str()).collect::<Vec<_>>())
        .bind(
            taken
                .iter()
                .map(|t| t.reference.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(taken.iter().map(|t| t.delivered).collect::<Vec<_>>());
    let mut events: Vec<Vec<PgRow>> = taken.iter().map(|_| Vec::new()).collect();
    for row in query.fetch_all(&mut *session.connection).await? {
        let n: i64 = row.try_get(0)?;
        let place = usize::try_from(n - 1).ok();
        if let Some(events) = place.and_then(|place| events.get_mut(place)) {
            events.push(row);
        }
    }
    let mut deliveries = Vec::new();
    for (taken, rows) in taken.iter().zip(&events) {
        if let Ok(delivery) = taken.delivery(rows) {
            deliveries.push(delivery);
        } else {
            // There is no other way to say of an event that it can't be read than to leave it undelivered.
            let query = sqlx::query(session.text(&REST))
                .bind(micros(request.now))
                .bind(&taken.shop)
                .bind(&taken.reference)
                .bind(taken.lease.0.cast_signed());
            query.execute(&mut *session.connection).await?;
        }
    }
    Ok(deliveries)
}

static DELIVERED: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET
            delivered = greatest(o.delivered, least(CAST($5 AS bigint), o.events)),
            refused = coalesce(o.refused, CAST($6 AS bigint)),
            outbox_failures = $7,
            outbox_leased_until = NULL,
            outbox_due_at = CASE
                WHEN greatest(o.delivered, least(CAST($5 AS bigint), o.events)) < o.events THEN clock.now + CAST($8 AS bigint)
            END
        FROM clock
        WHERE o.shop = $2 AND o.reference = $3 AND o.outbox_lease = $4 AND o.outbox_leased_until IS NOT NULL"
    )
});

pub(super) async fn delivered(
    session: &mut Session,
    key: &OrderKey,
    Lease(lease): Lease,
    outcome: Delivered,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let query = sqlx::query(session.text(&DELIVERED))
        .bind(micros(now))
        .bind(key.shop.as_str())
        .bind(key.reference.as_str())
        .bind(lease.cast_signed())
        .bind(outcome.up_to.unwrap_or_default().cast_signed())
        .bind(outcome.put_aside.map(u64::cast_signed))
        .bind(i64::from(outcome.failures))
        .bind(span(outcome.pause));
    let ended = query.execute(&mut *session.connection).await?;
    Ok(ended.rows_affected() == 1)
}

static EVENTS: LazyLock<String> = LazyLock::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT o.refused, {columns} FROM inbank_order AS o
        JOIN inbank_event AS e ON e.shop = o.shop AND e.reference = o.reference
        WHERE o.shop = $1 AND o.reference = $2 ORDER BY e.number"
    )
});

pub(super) async fn events(
    session: &mut Session,
    key: &OrderKey,
) -> Result<Vec<OrderEvent>, Failure> {
    let query = sqlx::query(EVENTS.as_str())
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let rows = query.fetch_all(&mut *session.connection).await?;
    let read = |row| {
        let mut row = Cursor::at(row, 0);
        let refused = Refused(row.maybe_number()?);
        event(key, refused, &mut row)
    };
    rows.iter().map(read).collect()
}

static FEED: LazyLock<String> = LazyLock::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT e.position, e.reference, o.refused, {columns} FROM inbank_event AS e
        JOIN inbank_order AS o ON o.shop = e.shop AND o.reference = e.reference
        WHERE e.shop = $1 AND e.position > $2 ORDER BY e.position LIMIT $3"
    )
});

const UNPLACED: &str =
    "SELECT EXISTS (SELECT 1 FROM inbank_event WHERE shop = $1 AND position IS NULL)";

pub(super) async fn feed(
    session: &mut Session,
    shop: &ShopName,
    after: u64,
    limit: u32,
) -> Result<Feed, Failure> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut rows = read(session, shop, after, limit).await?;
    let room = i64::from(limit) - i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if room > 0 {
        let query = sqlx::query_scalar::<_, bool>(UNPLACED).bind(shop.as_str());
        if query.fetch_one(&mut *session.connection).await? {
            place(session, shop, room).await?;
            rows = read(session, shop, after, limit).await?;
        }
    }
    let events = rows.iter().map(|row| positioned(shop, row));
    Ok(Feed {
        events: readable(events)?,
    })
}

async fn read(
    session: &mut Session,
    shop: &ShopName,
    after: i64,
    limit: u32,
) -> Result<Vec<PgRow>, Failure> {
    let query = sqlx::query(FEED.as_str())
        .bind(shop.as_str())
        .bind(after)
        .bind(i64::from(limit));
    Ok(query.fetch_all(&mut *session.connection).await?)
}

fn positioned(shop: &ShopName, row: &PgRow) -> Result<Positioned, Failure> {
    let mut row = Cursor::at(row, 0);
    let position = row.count()?;
    let key = OrderKey::new(shop.clone(), row.parsed(OrderReference::parse)?);
    let refused = Refused(row.maybe_number()?);
    let event = event(&key, refused, &mut row)?;
    Ok(Positioned { position, event })
}

const LAST: &str = "INSERT INTO inbank_feed (shop, last) VALUES ($1, 0)
    ON CONFLICT (shop) DO UPDATE SET last = inbank_feed.last RETURNING last";

const PLACE: &str = "WITH next AS (
        SELECT id, row_number() OVER (ORDER BY id) AS n FROM (
            SELECT id FROM inbank_event WHERE shop = $1 AND position IS NULL ORDER BY id LIMIT $3
        ) AS unplaced
    ), placed AS (
        UPDATE inbank_event AS e SET position = $2 + next.n FROM next WHERE e.id = next.id RETURNING e.position
    )
    UPDATE inbank_feed SET last = greatest(last, (SELECT max(position) FROM placed)) WHERE shop = $1";

/// Gives positions to the next events, one process at a time. A number from a sequence would not do: whoever has the lower one may
/// commit later, and a reader would have passed it. An order's own events are numbered in the order in which they were written.
async fn place(session: &mut Session, shop: &ShopName, count: i64) -> Result<(), Failure> {
    let mut transaction = session.connection.begin_with(BEGIN).await?;
    let query = sqlx::query_scalar::<_, i64>(LAST).bind(shop.as_str());
    let last = query.fetch_one(&mut *transaction).await?;
    let query = sqlx::query(PLACE)
        .bind(shop.as_str())
        .bind(last)
        .bind(count);
    transaction.execute(query).await?;
    Ok(transaction.commit().await?)
}
