//! Leases.

use std::sync::LazyLock;
use std::time::Duration;

use inbank_domain::{OrderKey, OrderReference};
use inbank_ports::{Claim, ClaimRequest, Claimed, Lease, LedgerErrorKind, ReceivedCallback, Rest};
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::connection::{execute, row, rows};
use super::{inbox, order};
use crate::failure::Failure;
use crate::moment::{LONGEST, SLACK, micros, span};
use crate::row::Cursor;
use crate::schedule::{Leased, WORK, released};

/// The orders of a shop that may be leased: those that are due, those whose lease has lapsed, and those that a wrong clock has
/// leased or put off. Each is found at an end of an index. (A bare parameter as the limit would have the statement prepared anew
/// for each value.)
pub(super) fn claimable(leased: &Leased) -> String {
    let Leased {
        due,
        until,
        due_index,
        until_index,
        ..
    } = leased;
    format!(
        "SELECT id FROM (
            SELECT * FROM (SELECT id, {due} AS since FROM inbank_order INDEXED BY {due_index}
                WHERE shop = ?1 AND {until} IS NULL AND {due} <= ?2 ORDER BY {due} LIMIT ?3 + 0)
            UNION ALL SELECT * FROM (SELECT id, {until} AS since FROM inbank_order INDEXED BY {until_index}
                WHERE shop = ?1 AND {until} <= ?2 ORDER BY {until} LIMIT ?3 + 0)
            UNION ALL SELECT * FROM (SELECT id, ?2 AS since FROM inbank_order INDEXED BY {until_index}
                WHERE shop = ?1 AND {until} > ?4 LIMIT ?3 + 0)
            UNION ALL SELECT * FROM (SELECT id, ?2 AS since FROM inbank_order INDEXED BY {due_index}
                WHERE shop = ?1 AND {until} IS NULL AND {due} > ?5 LIMIT ?3 + 0)
        ) ORDER BY since LIMIT ?3 + 0"
    )
}

static CLAIMABLE: LazyLock<String> = LazyLock::new(|| claimable(&WORK));

const TAKE: &str =
    "UPDATE inbank_order SET lease = lease + 1, leased_until = ?2, woken_again = 0 WHERE id = ?1
    RETURNING reference, lease, woken, failures";

const TAKE_ONE: &str = "UPDATE inbank_order SET lease = lease + 1, leased_until = ?3, woken_again = 0
    WHERE shop = ?1 AND reference = ?2 AND (leased_until IS NULL OR leased_until <= ?4 OR leased_until > ?5)
    RETURNING reference, lease, woken, failures";

static RELEASE: LazyLock<String> = LazyLock::new(|| {
    let released = released("?4", "?5", "?6", "?7");
    format!(
        "UPDATE inbank_order SET {released}
        WHERE shop = ?1 AND reference = ?2 AND lease = ?3 AND leased_until IS NOT NULL"
    )
});

/// The ids of the orders that a request may lease.
pub(super) fn ids(
    connection: &Connection,
    sql: &str,
    request: &ClaimRequest,
    shop: &str,
    free: u32,
) -> Result<Vec<i64>, Failure> {
    let now = micros(request.now);
    let parameters: [&dyn ToSql; 5] = [
        &shop,
        &now,
        &free,
        &(now + span(request.lease) + SLACK),
        &(now + LONGEST + SLACK),
    ];
    rows(connection, sql, &parameters, |row| {
        Cursor::at(row, 0).number()
    })
}

/// What a lease was given for.
struct Taken {
    reference: String,
    lease: Lease,
    woken: bool,
    failures: u32,
}

impl Taken {
    fn read(row: &rusqlite::Row<'_>) -> Result<Self, Failure> {
        let mut row = Cursor::at(row, 0);
        Ok(Self {
            reference: row.text()?.to_owned(),
            lease: Lease(row.count()?),
            woken: row.flag()?,
            failures: row.small().unwrap_or(u32::MAX),
        })
    }
}

pub(super) fn claim(
    connection: &Connection,
    request: &ClaimRequest,
) -> Result<Vec<Claimed>, Failure> {
    let until = micros(request.now) + span(request.lease);
    let mut claimed = Vec::new();
    for slots in &request.shops {
        for id in ids(
            connection,
            &CLAIMABLE,
            request,
            slots.shop.as_str(),
            slots.free,
        )? {
            let taken = row(connection, TAKE, &[&id, &until], Taken::read)?;
            // What has no name that can be read can't be named to anybody: it waits for a version that can.
            let Some(taken) = taken else { continue };
            let Ok(reference) = OrderReference::parse(taken.reference.as_str()) else {
                continue;
            };
            let key = OrderKey::new(slots.shop.clone(), reference);
            claimed.extend(load(connection, key, &taken)?);
        }
    }
    Ok(claimed)
}

fn load(connection: &Connection, key: OrderKey, taken: &Taken) -> Result<Option<Claimed>, Failure> {
    let Taken {
        lease,
        woken,
        failures,
        ..
    } = *taken;
    Ok(match contents(connection, &key) {
        Ok(None) => None,
        Ok(Some((order, inbox))) => Some(Claimed::Order(Box::new(Claim {
            order,
            lease,
            woken,
            inbox,
        }))),
        Err(failure) if failure.kind() == LedgerErrorKind::Unreadable => {
            let error = failure.at(&key.to_string());
            Some(Claimed::Unreadable {
                key,
                lease,
                failures,
                error,
            })
        }
        Err(failure) => return Err(failure),
    })
}

type Contents = (inbank_domain::Order, Vec<ReceivedCallback>);

fn contents(connection: &Connection, key: &OrderKey) -> Result<Option<Contents>, Failure> {
    let Some(order) = order::find(connection, key)? else {
        return Ok(None);
    };
    Ok(Some((order, inbox::new(connection, key)?)))
}

pub(super) fn claim_one(
    connection: &Connection,
    key: &OrderKey,
    now: OffsetDateTime,
    lease: Duration,
) -> Result<Option<Claim>, Failure> {
    let (now, lease) = (micros(now), span(lease));
    let parameters: [&dyn ToSql; 5] = [
        &key.shop.as_str(),
        &key.reference.as_str(),
        &(now + lease),
        &now,
        &(now + lease + SLACK),
    ];
    let Some(taken) = row(connection, TAKE_ONE, &parameters, Taken::read)? else {
        return Ok(None);
    };
    // Nobody can work on what can't be read, so nobody leases it by name: the failure takes the lease back.
    Ok(contents(connection, key)?.map(|(order, inbox)| Claim {
        order,
        lease: taken.lease,
        woken: taken.woken,
        inbox,
    }))
}

pub(super) fn release(
    connection: &Connection,
    key: &OrderKey,
    Lease(lease): Lease,
    rest: Rest,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let parameters: [&dyn ToSql; 7] = [
        &key.shop.as_str(),
        &key.reference.as_str(),
        &lease.cast_signed(),
        &micros(now),
        &rest.due_in.map(span),
        &rest.failures,
        &rest.aside,
    ];
    Ok(execute(connection, &RELEASE, &parameters)? == 1)
}
