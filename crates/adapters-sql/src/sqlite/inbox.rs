//! Callbacks, and what wakes an order.

use std::sync::LazyLock;

use inbank_domain::OrderKey;
use inbank_ports::{Kept, ReceivedCallback};
use rusqlite::{Connection, ToSql};
use time::OffsetDateTime;

use super::connection::{execute, row, rows};
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{CALLBACK_COLUMNS, Cursor, callback, foreign, subject_parts};
use crate::schedule::{awake, woken};

const KEEP: &str = "INSERT INTO inbank_callback
        (shop, reference, key, attempt, subject_kind, subject, status, content, received_at, worked_on)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0) ON CONFLICT (shop, reference, key) DO NOTHING";

/// Of the attempt that a callback is about.
static OWNER: LazyLock<String> = LazyLock::new(|| {
    let (foreign, awake) = (foreign("?3", "?4"), awake("?5"));
    format!(
        "SELECT a.reference, {foreign}, {awake} FROM inbank_attempt AS a
        CROSS JOIN inbank_order AS o ON o.shop = a.shop AND o.reference = a.reference
        WHERE a.shop = ?1 AND a.id = ?2"
    )
});

static WAKE: LazyLock<String> = LazyLock::new(|| {
    let woken = woken("?3");
    format!("UPDATE inbank_order SET {woken} WHERE shop = ?1 AND reference = ?2")
});

/// Something has come in besides.
static WAKE_AND_TOUCH: LazyLock<String> = LazyLock::new(|| {
    let woken = woken("?3");
    format!("UPDATE inbank_order SET {woken}, touched_at = ?3 WHERE shop = ?1 AND reference = ?2")
});

pub(super) fn keep(connection: &Connection, callback: &ReceivedCallback) -> Result<Kept, Failure> {
    let shop = callback.shop.as_str();
    let (kind, subject) = subject_parts(callback.subject.as_ref());
    let at = micros(callback.received_at);
    let asked: [&dyn ToSql; 5] = [&shop, &callback.attempt.as_str(), &kind, &subject, &at];
    let owner = row(connection, &OWNER, &asked, |row| {
        let mut row = Cursor::at(row, 0);
        Ok((row.text()?.to_owned(), row.flag()?, row.flag()?))
    })?;
    let (reference, awake) = match owner {
        None => return Ok(Kept::NoAttempt),
        Some((_, true, _)) => return Ok(Kept::Foreign),
        Some((reference, false, awake)) => (reference, awake),
    };
    let parameters: [&dyn ToSql; 9] = [
        &shop,
        &reference,
        &callback.key,
        &callback.attempt.as_str(),
        &kind,
        &subject,
        &callback.status,
        &callback.content,
        &at,
    ];
    if execute(connection, KEEP, &parameters)? == 0 {
        return Ok(Kept::Copy);
    }
    if !awake {
        execute(connection, &WAKE_AND_TOUCH, &[&shop, &reference, &at])?;
    }
    Ok(Kept::Written)
}

pub(super) fn wake(
    connection: &Connection,
    key: &OrderKey,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let parameters: [&dyn ToSql; 3] = [&key.shop.as_str(), &key.reference.as_str(), &micros(now)];
    Ok(execute(connection, &WAKE, &parameters)? == 1)
}

static ALL: LazyLock<String> = LazyLock::new(|| select(""));
static NEW: LazyLock<String> = LazyLock::new(|| select("AND c.worked_on = 0"));

fn select(which: &str) -> String {
    format!(
        "SELECT {CALLBACK_COLUMNS} FROM inbank_callback AS c WHERE c.shop = ?1 AND c.reference = ?2 {which}
        ORDER BY c.received_at, c.id"
    )
}

/// The callbacks of an order, oldest first.
pub(super) fn all(
    connection: &Connection,
    key: &OrderKey,
) -> Result<Vec<ReceivedCallback>, Failure> {
    read(connection, key, &ALL)
}

/// Those that were not worked on.
pub(super) fn new(
    connection: &Connection,
    key: &OrderKey,
) -> Result<Vec<ReceivedCallback>, Failure> {
    read(connection, key, &NEW)
}

fn read(
    connection: &Connection,
    key: &OrderKey,
    sql: &str,
) -> Result<Vec<ReceivedCallback>, Failure> {
    let named: [&dyn ToSql; 2] = [&key.shop.as_str(), &key.reference.as_str()];
    rows(connection, sql, &named, |row| {
        callback(&key.shop, &mut Cursor::at(row, 0))
    })
}
