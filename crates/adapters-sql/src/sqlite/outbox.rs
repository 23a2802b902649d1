//! Events: delivering them, and a shop's feed of them.

use std::sync::LazyLock;

use inbank_domain::{OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{ClaimRequest, Delivered, Delivery, EventPage, Feed, Lease};
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::claim::{claimable, ids};
use super::connection::{execute, row, rows};
use super::order::Given;
use crate::failure::Failure;
use crate::listing::Stretch;
use crate::moment::{micros, span};
use crate::row::{Cursor, EVENT_COLUMNS, Refused, delivery, event, fed, names, paged};
use crate::schedule::{EVENTS_AT_ONCE, OUTBOX};

static CLAIMABLE: LazyLock<String> = LazyLock::new(|| claimable(&OUTBOX));

const TAKE: &str = "UPDATE inbank_order SET outbox_lease = outbox_lease + 1, outbox_leased_until = ?2 WHERE id = ?1
    RETURNING reference, outbox_lease, outbox_failures, delivered, refused";

static NEXT: LazyLock<String> = LazyLock::new(|| {
    let columns = names("", &EVENT_COLUMNS);
    format!(
        "SELECT {columns} FROM inbank_event WHERE shop = ?1 AND reference = ?2 AND number > ?3 ORDER BY number
        LIMIT {EVENTS_AT_ONCE}"
    )
});

const DELIVERED: &str = "UPDATE inbank_order SET
        delivered = max(delivered, min(?4, events)),
        refused = coalesce(refused, ?5),
        outbox_failures = ?6,
        outbox_leased_until = NULL,
        outbox_due_at = CASE WHEN max(delivered, min(?4, events)) < events THEN ?7 + ?8 END
    WHERE shop = ?1 AND reference = ?2 AND outbox_lease = ?3 AND outbox_leased_until IS NOT NULL";

pub(super) fn claim(
    connection: &Connection,
    request: &ClaimRequest,
) -> Result<Vec<Delivery>, Failure> {
    let now = micros(request.now);
    let until = now + span(request.lease);
    let mut deliveries = Vec::new();
    for slots in &request.shops {
        for id in ids(
            connection,
            &CLAIMABLE,
            request,
            slots.shop.as_str(),
            slots.free,
        )? {
            deliveries.extend(take(connection, &slots.shop, id, until)?);
        }
    }
    Ok(deliveries)
}

/// What an outbox's lease was given for.
struct Taken {
    reference: String,
    lease: Lease,
    failures: u32,
    done: i64,
    refused: Refused,
}

impl Taken {
    fn read(row: &rusqlite::Row<'_>) -> Result<Self, Failure> {
        let mut row = Cursor::at(row, 0);
        Ok(Self {
            reference: row.text()?.to_owned(),
            lease: Lease(row.count()?),
            failures: row.small().unwrap_or(u32::MAX),
            done: row.number()?,
            refused: Refused(row.maybe_number()?),
        })
    }
}

fn take(
    connection: &Connection,
    shop: &ShopName,
    id: i64,
    until: i64,
) -> Result<Option<Delivery>, Failure> {
    let Some(taken) = row(connection, TAKE, &[&id, &until], Taken::read)? else {
        return Ok(None);
    };
    // What has no name that can be read can't be named to anybody: it waits for a version that can.
    let Ok(reference) = OrderReference::parse(taken.reference.as_str()) else {
        return Ok(None);
    };
    let key = OrderKey::new(shop.clone(), reference);
    let parameters: [&dyn ToSql; 3] = [&shop.as_str(), &taken.reference, &taken.done];
    let events = rows(connection, &NEXT, &parameters, |row| {
        event(&key, taken.refused, &mut Cursor::at(row, 0))
    })?;
    let leased = (taken.lease, taken.failures);
    Ok(Some(delivery(key, leased, taken.done, events)))
}

pub(super) fn delivered(
    connection: &Connection,
    key: &OrderKey,
    Lease(lease): Lease,
    outcome: Delivered,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let parameters: [&dyn ToSql; 8] = [
        &key.shop.as_str(),
        &key.reference.as_str(),
        &lease.cast_signed(),
        &outcome.up_to.unwrap_or_default().cast_signed(),
        &outcome.put_aside.map(u64::cast_signed),
        &outcome.failures,
        &micros(now),
        &span(outcome.pause),
    ];
    Ok(execute(connection, DELIVERED, &parameters)? == 1)
}

static EVENTS: LazyLock<String> = LazyLock::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT o.refused, {columns} FROM inbank_order AS o
        JOIN inbank_event AS e ON e.shop = o.shop AND e.reference = o.reference
        WHERE o.shop = ?1 AND o.reference = ?2 ORDER BY e.number"
    )
});

pub(super) fn events(connection: &Connection, key: &OrderKey) -> Result<Vec<OrderEvent>, Failure> {
    let named: [&dyn ToSql; 2] = [&key.shop.as_str(), &key.reference.as_str()];
    rows(connection, &EVENTS, &named, |row| {
        let mut row = Cursor::at(row, 0);
        let refused = Refused(row.maybe_number()?);
        let event = event(key, refused, &mut row)?;
        event.map_err(|event| Failure::unreadable(event.why))
    })
}

static FEED: LazyLock<String> = LazyLock::new(|| {
    let columns = names("e.", &EVENT_COLUMNS);
    format!(
        "SELECT e.position, e.reference, o.refused, {columns} FROM inbank_event AS e
        JOIN inbank_order AS o ON o.shop = e.shop AND o.reference = e.reference
        WHERE e.shop = ?1 AND e.position > ?2 ORDER BY e.position LIMIT ?3 + 0"
    )
});

const UNPLACED: &str = "SELECT count(*) FROM (
        SELECT 1 FROM inbank_event INDEXED BY inbank_event_unplaced WHERE shop = ?1 AND position IS NULL LIMIT ?2 + 0
    )";

/// The events after a position; and how many more would fit in, of those that have no position yet.
pub(super) fn feed(
    connection: &Connection,
    shop: &ShopName,
    after: u64,
    limit: u32,
) -> Result<(Feed, u32), Failure> {
    let mut after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut feed = Feed::default();
    loop {
        let asked = limit.saturating_sub(small(feed.events.len()));
        let parameters: [&dyn ToSql; 3] = [&shop.as_str(), &after, &asked];
        let positions = rows(connection, &FEED, &parameters, |row| {
            fed(&mut feed, shop, &mut Cursor::at(row, 0))
        })?;
        let room = asked.saturating_sub(small(positions.len()));
        match positions.last() {
            // All that were asked for, and some of them can't be read.
            Some(last) if room == 0 && small(feed.events.len()) < limit => after = *last,
            Some(_) | None => {
                let unplaced = row(connection, UNPLACED, &[&shop.as_str(), &room], |row| {
                    Cursor::at(row, 0).small()
                })?;
                return Ok((feed, unplaced.unwrap_or_default()));
            }
        }
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

const LAST: &str = "SELECT last FROM inbank_feed WHERE shop = ?1";

const TO_PLACE: &str = "SELECT id FROM inbank_event INDEXED BY inbank_event_unplaced
    WHERE shop = ?1 AND position IS NULL ORDER BY id LIMIT ?2 + 0";

/// Gives positions to the next events, in the order in which they were written.
pub(super) fn place(connection: &Connection, shop: &ShopName, count: u32) -> Result<(), Failure> {
    let shop = shop.as_str();
    let last = row(connection, LAST, &[&shop], |row| {
        Cursor::at(row, 0).number()
    })?;
    let mut position = last.unwrap_or_default();
    let ids = rows(connection, TO_PLACE, &[&shop, &count], |row| {
        Cursor::at(row, 0).number()
    })?;
    for id in ids {
        position += 1;
        let sql = "UPDATE inbank_event SET position = ?2 WHERE id = ?1";
        execute(connection, sql, &[&id, &position])?;
    }
    let sql = "INSERT INTO inbank_feed (shop, last) VALUES (?1, ?2)
        ON CONFLICT (shop) DO UPDATE SET last = excluded.last";
    execute(connection, sql, &[&shop, &position])?;
    Ok(())
}

/// Events of some shops in the order of time.
pub(super) fn between(
    connection: &Connection,
    shops: &[ShopName],
    stretch: &Stretch,
) -> Result<EventPage, Failure> {
    let mut page = EventPage::default();
    if shops.is_empty() {
        return Ok(page);
    }
    let (sql, Given(values)) = paging(shops, stretch);
    let parameters: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    let read = rows(connection, &sql, &parameters, |row| {
        paged(&mut page, &mut Cursor::at(row, 0))
    })?;
    Ok(stretch.ended(page, read.len()))
}

/// The next of each shop, to be merged: each is a piece of an index.
fn paging(shops: &[ShopName], stretch: &Stretch) -> (String, Given) {
    let mut given = Given::default();
    let shops = given.list(shops.iter().map(ShopName::as_str));
    let (from, behind) = (given.place(stretch.from), given.place(stretch.behind));
    let (until, limit) = (given.place(stretch.until), given.place(stretch.limit));
    let columns = names("e.", &EVENT_COLUMNS);
    let sql = format!(
        "SELECT e.occurred_at, e.id, e.shop, e.reference, o.refused, {columns} FROM (
            SELECT next.* FROM {shops} AS s CROSS JOIN inbank_event AS next
            WHERE next.id IN (
                SELECT id FROM inbank_event INDEXED BY inbank_event_occurred
                WHERE shop = s.column1 AND occurred_at >= {from} AND occurred_at < {until} AND (occurred_at > {from} OR id > {behind})
                ORDER BY occurred_at, id LIMIT {limit}
            )
            ORDER BY next.occurred_at, next.id LIMIT {limit}
        ) AS e
        CROSS JOIN inbank_order AS o ON o.shop = e.shop AND o.reference = e.reference
        ORDER BY e.occurred_at, e.id"
    );
    (sql, given)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;
    use crate::sqlite::migration::migrate;

    #[test]
    fn a_page_of_events_reads_a_piece_of_an_index_for_each_shop() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let shops = ["main", "second"].map(|name| ShopName::parse(name).unwrap());
        let start = OffsetDateTime::UNIX_EPOCH;
        let stretch = Stretch::new((start, start), None, 100);
        let (sql, Given(values)) = paging(&shops, &stretch);
        let parameters: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let plan: Vec<(i64, i64, String)> = rows(&connection, &sql, &parameters, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(3)?))
        })
        .unwrap();
        let lists = plan
            .iter()
            .filter(|(.., what)| what.contains("LIST SUBQUERY"));
        let lists: Vec<i64> = lists.map(|(id, ..)| *id).collect();
        assert_eq!(lists.len(), 1, "{plan:#?}");
        for (_, parent, what) in &plan {
            assert!(!what.starts_with("SCAN inbank_"), "{what}: {plan:#?}");
            let sorts = what.contains("TEMP B-TREE") && lists.contains(parent);
            assert!(!sorts, "{what}: {plan:#?}");
        }
    }
}
