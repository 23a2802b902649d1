//! Events: delivering them, and a shop's feed of them.

use std::sync::LazyLock;

use inbank_domain::{OrderEvent, OrderKey, OrderReference, ShopName};
use inbank_ports::{ClaimRequest, Delivered, Delivery, Feed, Lease, LedgerErrorKind, Positioned};
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::claim::{claimable, ids};
use super::connection::{execute, row, rows};
use crate::failure::Failure;
use crate::moment::{micros, span};
use crate::row::{Cursor, EVENT_COLUMNS, Refused, event, names, readable};
use crate::schedule::{EVENTS_AT_ONCE, OUTBOX, UNREADABLE_PAUSE};

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

const REST: &str = "UPDATE inbank_order SET
        outbox_leased_until = NULL, outbox_failures = outbox_failures + 1, outbox_due_at = ?2
    WHERE id = ?1";

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
            match take(connection, &slots.shop, id, until) {
                Ok(delivery) => deliveries.extend(delivery),
                // There is no other way to say of an event that it can't be read than to leave it undelivered.
                Err(failure) if failure.kind() == LedgerErrorKind::Unreadable => {
                    execute(connection, REST, &[&id, &(now + UNREADABLE_PAUSE)])?;
                }
                Err(failure) => return Err(failure),
            }
        }
    }
    Ok(deliveries)
}

fn take(
    connection: &Connection,
    shop: &ShopName,
    id: i64,
    until: i64,
) -> Result<Option<Delivery>, Failure> {
    let taken = row(connection, TAKE, &[&id, &until], |row| {
        let mut row = Cursor::at(row, 0);
        let reference = row.parsed(OrderReference::parse)?;
        let (lease, failures) = (Lease(row.count()?), row.small()?);
        let delivered = row.number()?;
        Ok((
            reference,
            lease,
            failures,
            delivered,
            Refused(row.maybe_number()?),
        ))
    })?;
    let Some((reference, lease, failures, delivered, refused)) = taken else {
        return Ok(None);
    };
    let key = OrderKey::new(shop.clone(), reference);
    let parameters: [&dyn ToSql; 3] = [&shop.as_str(), &key.reference.as_str(), &delivered];
    let events = rows(connection, &NEXT, &parameters, |row| {
        Ok(event(&key, refused, &mut Cursor::at(row, 0)))
    })?;
    if events.is_empty() {
        return Err(Failure::unreadable("an event is missing"));
    }
    Ok(Some(Delivery {
        events: readable(events)?,
        key,
        lease,
        failures,
    }))
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
        event(key, refused, &mut row)
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
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let parameters: [&dyn ToSql; 3] = [&shop.as_str(), &after, &limit];
    let events = rows(connection, &FEED, &parameters, |row| {
        Ok(positioned(shop, &mut Cursor::at(row, 0)))
    })?;
    let room = limit.saturating_sub(u32::try_from(events.len()).unwrap_or(u32::MAX));
    let unplaced = row(connection, UNPLACED, &[&shop.as_str(), &room], |row| {
        Cursor::at(row, 0).small()
    })?;
    let events = readable(events)?;
    Ok((Feed { events }, unplaced.unwrap_or_default()))
}

fn positioned(
    shop: &ShopName,
    row: &mut Cursor<'_, rusqlite::Row<'_>>,
) -> Result<Positioned, Failure> {
    let position = row.count()?;
    let key = OrderKey::new(shop.clone(), row.parsed(OrderReference::parse)?);
    let refused = Refused(row.maybe_number()?);
    let event = event(&key, refused, row)?;
    Ok(Positioned { position, event })
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
