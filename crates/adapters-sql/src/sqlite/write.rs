//! Writing an order.

use std::sync::LazyLock;

use inbank_domain::Order;
use inbank_ports::{Lease, Saved, Write};
use rusqlite::ffi::{SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::connection::{Done, execute, row, statement};
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{
    ATTEMPT_COLUMNS, Column, Cursor, EVENT_COLUMNS, SETTLED_COLUMNS, Value,
    attempt_columns_that_change, attempt_values, event_values, names, settled_values,
};
use crate::schedule::{Plan, Spelled, planned};

static UPDATE: LazyLock<String> = LazyLock::new(|| {
    let planned = planned(&Spelled {
        now: "?5",
        pause: "?6",
        ends: "?7",
        wakes: "?8",
        beside: "?9",
    });
    format!(
        "UPDATE inbank_order SET version = version + 1, failures = ?10, events = ?11, paid_by = ?12, needs_person = ?13,
            is_over = ?14, touched_at = ?5, status = ?16, {planned},
            outbox_due_at = CASE
                WHEN ?15 AND outbox_due_at IS NULL AND outbox_leased_until IS NULL THEN ?5
                ELSE outbox_due_at
            END
        WHERE shop = ?1 AND reference = ?2 AND version = ?3
            AND (?4 IS NULL OR (lease = ?4 AND leased_until IS NOT NULL))"
    )
});

const INSERT: &str = "INSERT INTO inbank_order (shop, reference, version, opened_at, paid_by, needs_person, is_over, touched_at,
        due_at, lease, woken, woken_again, failures, aside, events, delivered, outbox_due_at, outbox_lease, outbox_failures,
        status)
    VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?7 + ?8, 0, ?9, 0, ?10, 0, ?11, 0, CASE WHEN ?12 THEN ?7 END, 0, 0, ?13)
    ON CONFLICT (shop, reference) DO NOTHING";

/// An attempt that stands as it was is not written again.
static ATTEMPT: LazyLock<String> = LazyLock::new(|| {
    let columns = names("", &ATTEMPT_COLUMNS);
    let places = places(3, ATTEMPT_COLUMNS.len());
    let changing = attempt_columns_that_change();
    let (set, mine) = (names("", changing), names("inbank_attempt.", changing));
    let given = names("excluded.", changing);
    format!(
        "INSERT INTO inbank_attempt (shop, reference, {columns}) VALUES (?1, ?2, {places})
        ON CONFLICT (shop, reference, number) DO UPDATE SET ({set}) = ({given}) WHERE ({mine}) IS NOT ({given})"
    )
});

static EVENT: LazyLock<String> = LazyLock::new(|| insertion("inbank_event", &EVENT_COLUMNS));

static SETTLED: LazyLock<String> = LazyLock::new(|| insertion("inbank_command", &SETTLED_COLUMNS));

/// Inserts something of an order.
fn insertion(table: &str, columns: &[Column]) -> String {
    let (names, places) = (names("", columns), places(3, columns.len()));
    format!("INSERT INTO {table} (shop, reference, {names}) VALUES (?1, ?2, {places})")
}

const WORKED_ON: &str =
    "UPDATE inbank_callback SET worked_on = 1 WHERE shop = ?1 AND reference = ?2 AND key = ?3";

fn places(from: usize, count: usize) -> String {
    let places = (from..from + count).map(|n| format!("?{n}"));
    places.collect::<Vec<_>>().join(", ")
}

pub(super) fn write(connection: &Connection, write: &Write) -> Result<Done<Saved>, Failure> {
    let order = &write.order;
    let (shop, reference) = (order.key.shop.as_str(), order.key.reference.as_str());
    // One that isn't there has no lease either, which the reason says.
    let new = order.version == 0 && write.lease.is_none();
    let written = if new {
        insert(connection, write)?
    } else {
        update(connection, write)?
    };
    if !written {
        // So there is nothing to be taken back.
        return Ok(Done::Keep(refusal(connection, write)?));
    }
    for attempt in &order.attempts {
        let named = [Value::text(shop), Value::text(reference)];
        let values = named.into_iter().chain(attempt_values(attempt));
        let upserted = statement(connection, &ATTEMPT)?.execute(params_from_iter(values));
        match upserted {
            // The only names that an attempt may give away are the session's and the application's, and its own.
            Err(error) if is_taken(&error) => return Ok(Done::Undo(Saved::Taken)),
            upserted => upserted?,
        };
        for settled in &attempt.settled {
            let named = [Value::text(shop), Value::text(reference)];
            let values = named.into_iter().chain(settled_values(settled));
            statement(connection, &SETTLED)?.execute(params_from_iter(values))?;
        }
    }
    for event in &order.news {
        let named = [Value::text(shop), Value::text(reference)];
        let values = named.into_iter().chain(event_values(event));
        statement(connection, &EVENT)?.execute(params_from_iter(values))?;
    }
    for key in &write.worked_on {
        execute(connection, WORKED_ON, &[&shop, &reference, key])?;
    }
    Ok(Done::Keep(Saved::Written(order.version + 1)))
}

fn is_taken(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(
        code,
        Some(SQLITE_CONSTRAINT_UNIQUE | SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}

fn update(connection: &Connection, write: &Write) -> Result<bool, Failure> {
    let (order, plan) = (&write.order, Plan::of(write.due, write.lease));
    let parameters: [&dyn ToSql; 16] = [
        &order.key.shop.as_str(),
        &order.key.reference.as_str(),
        &order.version.cast_signed(),
        &write.lease.map(|Lease(lease)| lease.cast_signed()),
        &micros(write.now),
        &plan.pause,
        &plan.ends,
        &plan.wakes,
        &plan.beside,
        &order.failures,
        &order.events.cast_signed(),
        &order.paid_by,
        &order.needs_person,
        &order.is_over(),
        &tells(order),
        &order.status().name(),
    ];
    Ok(execute(connection, &UPDATE, &parameters)? == 1)
}

fn insert(connection: &Connection, write: &Write) -> Result<bool, Failure> {
    let (order, plan) = (&write.order, Plan::of(write.due, write.lease));
    let parameters: [&dyn ToSql; 13] = [
        &order.key.shop.as_str(),
        &order.key.reference.as_str(),
        &micros(order.opened_at),
        &order.paid_by,
        &order.needs_person,
        &order.is_over(),
        &micros(write.now),
        &plan.pause,
        &plan.wakes,
        &order.failures,
        &order.events.cast_signed(),
        &tells(order),
        &order.status().name(),
    ];
    Ok(execute(connection, INSERT, &parameters)? == 1)
}

fn tells(order: &Order) -> bool {
    !order.news.is_empty()
}

/// Why nothing was written.
fn refusal(connection: &Connection, write: &Write) -> Result<Saved, Failure> {
    let key = &write.order.key;
    let sql = "SELECT lease FROM inbank_order WHERE shop = ?1 AND reference = ?2 AND leased_until IS NOT NULL";
    let named: [&dyn ToSql; 2] = [&key.shop.as_str(), &key.reference.as_str()];
    let held = row(connection, sql, &named, |row| Cursor::at(row, 0).count())?;
    Ok(match write.lease {
        Some(Lease(lease)) if held != Some(lease) => Saved::LeaseLost,
        Some(_) | None => Saved::Outdated,
    })
}
