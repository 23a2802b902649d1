//! Events: delivering them, and a shop's feed of them.

use std::sync::LazyLock;

use inbank_domain::{OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{ClaimRequest, Delivered, Delivery, EventPage, Feed, Lease};
use sqlx::postgres::PgRow;
use sqlx::{Connection as _, Executor as _, Row as _};
use time::OffsetDateTime;

use super::claim::{claiming, take};
use super::clock::{CLOCK, ROWS_NOW, Sql, locked};
use super::connection::Session;
use super::migration::BEGIN;
use crate::failure::Failure;
use crate::listing::Stretch;
use crate::moment::{micros, span};
use crate::row::{Cursor, EVENT_COLUMNS, Refused, delivery, event, fed, names, paged};
use crate::schedule::{EVENTS_AT_ONCE, OUTBOX};

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

/// An order whose events were leased.
struct Taken {
    shop: String,
    reference: String,
    lease: Lease,
    failures: u32,
    done: i64,
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
            done: row.number()?,
            refused: Refused(row.maybe_number()?),
        })
    }

    /// None where it has no name that can be read: it can't be named to anybody, and waits for a version that can.
    fn delivery(&self, rows: &[PgRow]) -> Result<Option<Delivery>, Failure> {
        let shop = ShopName::parse(self.shop.as_str());
        let reference = OrderReference::parse(self.reference.as_str());
        let (Ok(shop), Ok(reference)) = (shop, reference) else {
            return Ok(None);
        };
        let key = OrderKey::new(shop, reference);
        let events = rows
            .iter()
            .map(|row| event(&key, self.refused, &mut Cursor::at(row, 1)));
        let events: Vec<_> = events.collect::<Result<_, _>>()?;
        let leased = (self.lease, self.failures);
        Ok(Some(delivery(key, leased, self.done, events)))
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
        .bind(taken.iter().map(|t| t.done).collect::<Vec<_>>());
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
        deliveries.extend(taken.delivery(rows)?);
    }
    Ok(deliveries)
}

static DELIVERED: Sql = Sql::new(|| {
    format!(
        r#"WITH {CLOCK}, given AS MATERIALIZED (
            SELECT n, at, shop COLLATE "C" AS shop, reference COLLATE "C" AS reference, lease, up_to, aside, failed, pause
            FROM unnest(
                CAST($2 AS bigint[]), CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS bigint[]), CAST($6 AS bigint[]),
                CAST($7 AS bigint[]), CAST($8 AS bigint[]), CAST($9 AS bigint[])
            ) WITH ORDINALITY AS g(at, shop, reference, lease, up_to, aside, failed, pause, n)
        ), standing AS MATERIALIZED (
            SELECT o.shop, o.reference FROM (SELECT shop, reference FROM given ORDER BY shop, reference) AS g
            CROSS JOIN LATERAL {} AS o
        )
        UPDATE inbank_order AS o SET
            delivered = greatest(o.delivered, least(g.up_to, o.events)),
            refused = coalesce(o.refused, g.aside),
            outbox_failures = g.failed,
            outbox_leased_until = NULL,
            outbox_due_at = CASE WHEN greatest(o.delivered, least(g.up_to, o.events)) < o.events THEN {ROWS_NOW} + g.pause END
        FROM standing AS s JOIN given AS g ON g.shop = s.shop AND g.reference = s.reference CROSS JOIN clock
        WHERE o.shop = s.shop AND o.reference = s.reference
            AND o.outbox_lease = g.lease AND o.outbox_leased_until IS NOT NULL
        RETURNING g.n"#,
        locked("g")
    )
});

/// How far delivering an order's events came.
pub(super) struct Report {
    pub(super) key: OrderKey,
    pub(super) lease: Lease,
    pub(super) outcome: Delivered,
    pub(super) now: OffsetDateTime,
}

/// Says of each whether its lease was held.
pub(super) async fn delivered(
    session: &mut Session,
    reports: &[Report],
) -> Result<Vec<bool>, Failure> {
    let numbers = |part: fn(&Report) -> i64| reports.iter().map(part).collect::<Vec<_>>();
    let texts = |part: fn(&Report) -> &str| reports.iter().map(part).collect::<Vec<_>>();
    let aside = reports.iter().map(|report| report.outcome.put_aside);
    let aside: Vec<_> = aside.map(|number| number.map(u64::cast_signed)).collect();
    let at = numbers(|report| micros(report.now));
    let query = sqlx::query(session.text(&DELIVERED))
        .bind(at.iter().copied().max())
        .bind(at)
        .bind(texts(|report| report.key.shop.as_str()))
        .bind(texts(|report| report.key.reference.as_str()))
        .bind(numbers(|report| report.lease.0.cast_signed()))
        .bind(numbers(|report| {
            report.outcome.up_to.unwrap_or_default().cast_signed()
        }))
        .bind(aside)
        .bind(numbers(|report| i64::from(report.outcome.failures)))
        .bind(numbers(|report| span(report.outcome.pause)));
    let mut held = vec![false; reports.len()];
    for row in query.fetch_all(&mut *session.connection).await? {
        let n: i64 = row.try_get(0)?;
        let place = usize::try_from(n - 1).ok();
        if let Some(held) = place.and_then(|place| held.get_mut(place)) {
            *held = true;
        }
    }
    Ok(held)
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
        let event = event(key, refused, &mut row)?;
        event.map_err(|event| Failure::unreadable(event.why))
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
    let mut after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut feed = Feed::default();
    loop {
        let asked = i64::from(limit) - counted(feed.events.len());
        let rows = read(session, shop, after, asked).await?;
        for row in &rows {
            after = fed(&mut feed, shop, &mut Cursor::at(row, 0))?;
        }
        let room = asked - counted(rows.len());
        if room > 0 {
            let query = sqlx::query_scalar::<_, bool>(UNPLACED).bind(shop.as_str());
            if !query.fetch_one(&mut *session.connection).await? {
                return Ok(feed);
            }
            place(session, shop, room).await?;
        } else if counted(feed.events.len()) >= i64::from(limit) {
            return Ok(feed);
        }
    }
}

fn counted(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn read(
    session: &mut Session,
    shop: &ShopName,
    after: i64,
    limit: i64,
) -> Result<Vec<PgRow>, Failure> {
    let query = sqlx::query(FEED.as_str())
        .bind(shop.as_str())
        .bind(after)
        .bind(limit);
    Ok(query.fetch_all(&mut *session.connection).await?)
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

/// The next of each shop, merged: each is a piece of an index. A plan that doesn't know the limit would read all orders to find whose
/// they are.
static BETWEEN: LazyLock<String> = LazyLock::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT e.occurred_at, e.id, e.shop, e.reference, o.refused, {columns} FROM (
            SELECT next.* FROM (SELECT DISTINCT shop FROM unnest(CAST($1 AS text[])) AS g(shop)) AS s
            CROSS JOIN LATERAL (
                SELECT * FROM inbank_event
                WHERE shop = s.shop COLLATE \"C\" AND occurred_at >= $2 AND occurred_at < $3 AND (occurred_at > $2 OR id > $4)
                ORDER BY occurred_at, id LIMIT $5
            ) AS next
            ORDER BY next.occurred_at, next.id LIMIT $5
        ) AS e
        CROSS JOIN LATERAL (
            SELECT o.refused FROM inbank_order AS o WHERE o.shop = e.shop AND o.reference = e.reference OFFSET 0
        ) AS o
        ORDER BY e.occurred_at, e.id"
    )
});

pub(super) async fn between(
    session: &mut Session,
    shops: &[ShopName],
    stretch: &Stretch,
) -> Result<EventPage, Failure> {
    let query = sqlx::query(BETWEEN.as_str())
        .bind(shops.iter().map(ShopName::as_str).collect::<Vec<_>>())
        .bind(stretch.from)
        .bind(stretch.until)
        .bind(stretch.behind)
        .bind(i64::from(stretch.limit));
    let rows = query.fetch_all(&mut *session.connection).await?;
    let mut page = EventPage::default();
    for row in &rows {
        paged(&mut page, &mut Cursor::at(row, 0))?;
    }
    Ok(stretch.ended(page, rows.len()))
}
