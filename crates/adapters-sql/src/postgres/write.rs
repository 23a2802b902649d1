//! Writing orders: one statement, so one transaction, however many orders and rows it touches.

use std::collections::HashMap;

use inbank_ports::{Lease, Saved, Write};
use serde_json::{Map, Value as Json, json};
use sqlx::Row as _;

use super::clock::{CLOCK, ROWS_NOW, Sql, locked};
use super::connection::{Answer, Session};
use super::order::clean;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{
    ATTEMPT_COLUMNS, Column, EVENT_COLUMNS, Kind, SETTLED_COLUMNS, Value,
    attempt_columns_that_change, attempt_values, event_values, names, settled_values,
};
use crate::schedule::{Plan, Spelled, planned};

/// Takes the orders' locks first and in the order of their names, so that no two batches wait for each other. An attempt that stands
/// as it was is not written again.
static WRITE: Sql = Sql::new(|| {
    let planned = planned(&Spelled {
        now: ROWS_NOW,
        pause: "g.pause",
        ends: "g.ends",
        wakes: "g.wakes",
        beside: "g.beside",
    });
    let (columns, given) = (names("", &ATTEMPT_COLUMNS), names("g.", &ATTEMPT_COLUMNS));
    let changing = attempt_columns_that_change();
    let (set, mine) = (names("", changing), names("a.", changing));
    let excluded = names("excluded.", changing);
    let (told, of_event) = (names("", &EVENT_COLUMNS), names("g.", &EVENT_COLUMNS));
    let (settled, of_command) = (names("", &SETTLED_COLUMNS), names("g.", &SETTLED_COLUMNS));
    let (attempts, events) = (record(&ATTEMPT_COLUMNS), record(&EVENT_COLUMNS));
    let commands = record(&SETTLED_COLUMNS);
    format!(
        r#"WITH {CLOCK}, given AS MATERIALIZED (
            SELECT g.*, g.shop_ COLLATE "C" AS shop, g.reference_ COLLATE "C" AS reference
            FROM json_to_recordset(CAST($2 AS json)) AS g(
                n bigint, at bigint, shop_ text, reference_ text, on_version bigint, on_lease bigint, pause bigint, ends boolean,
                wakes boolean, beside boolean, failed bigint, told bigint, paid bigint, person text, done bigint, tells boolean,
                opened bigint, stands text
            )
        ), standing AS MATERIALIZED (
            SELECT o.shop, o.reference FROM (
                SELECT shop, reference FROM given WHERE on_version > 0 OR on_lease IS NOT NULL ORDER BY shop, reference
            ) AS g CROSS JOIN LATERAL {} AS o
        ), updated AS (
            UPDATE inbank_order AS o SET version = o.version + 1, failures = g.failed, events = g.told, paid_by = g.paid,
                needs_person = g.person, is_over = g.done, status = g.stands, touched_at = {ROWS_NOW}, {planned},
                outbox_due_at = CASE
                    WHEN g.tells AND outbox_due_at IS NULL AND outbox_leased_until IS NULL THEN {ROWS_NOW}
                    ELSE outbox_due_at
                END
            FROM standing AS s JOIN given AS g ON g.shop = s.shop AND g.reference = s.reference CROSS JOIN clock
            WHERE o.shop = s.shop AND o.reference = s.reference AND o.version = g.on_version
                AND (g.on_lease IS NULL OR (o.lease = g.on_lease AND o.leased_until IS NOT NULL))
            RETURNING o.shop, o.reference, o.version
        ), inserted AS (
            INSERT INTO inbank_order (shop, reference, version, opened_at, paid_by, needs_person, is_over, touched_at,
                due_at, lease, woken, woken_again, failures, aside, events, delivered, outbox_due_at, outbox_lease,
                outbox_failures, status)
            SELECT g.shop, g.reference, 1, g.opened, g.paid, g.person, g.done, {ROWS_NOW},
                {ROWS_NOW} + g.pause, 0, CASE WHEN g.wakes THEN 1 ELSE 0 END, 0, g.failed, 0, g.told, 0,
                CASE WHEN g.tells THEN {ROWS_NOW} END, 0, 0, g.stands
            FROM given AS g CROSS JOIN clock WHERE g.on_version = 0 AND g.on_lease IS NULL
            ORDER BY g.shop, g.reference
            ON CONFLICT (reference, shop) DO NOTHING
            RETURNING shop, reference, version
        ), saved AS MATERIALIZED (
            SELECT g.n, w.shop, w.reference, w.version
            FROM (SELECT * FROM updated UNION ALL SELECT * FROM inserted) AS w
            JOIN given AS g ON g.shop = w.shop AND g.reference = w.reference
        ), attempts AS (
            INSERT INTO inbank_attempt AS a (shop, reference, {columns})
            SELECT s.shop, s.reference, {given} FROM saved AS s
            JOIN json_to_recordset(CAST($3 AS json)) AS g(n bigint, {attempts}) ON g.n = s.n
            ON CONFLICT (shop, reference, number) DO UPDATE SET ({set}) = ROW({excluded})
            WHERE ROW({mine}) IS DISTINCT FROM ROW({excluded})
        ), events AS (
            INSERT INTO inbank_event (shop, reference, {told})
            SELECT s.shop, s.reference, {of_event} FROM saved AS s
            JOIN json_to_recordset(CAST($4 AS json)) AS g(n bigint, {events}) ON g.n = s.n
            ORDER BY g.n, g.number
        ), commands AS (
            INSERT INTO inbank_command (shop, reference, {settled})
            SELECT s.shop, s.reference, {of_command} FROM saved AS s
            JOIN json_to_recordset(CAST($7 AS json)) AS g(n bigint, {commands}) ON g.n = s.n
        ), worked_on AS (
            UPDATE inbank_callback AS c SET worked_on = 1
            FROM saved AS s JOIN unnest(CAST($5 AS bigint[]), CAST($6 AS text[])) AS g(n, key) ON g.n = s.n
            WHERE c.shop = s.shop AND c.reference = s.reference AND c.key = g.key COLLATE "C"
        )
        SELECT n, version FROM saved"#,
        locked("g")
    )
});

/// How the columns of a JSON list are declared.
fn record(columns: &[Column]) -> String {
    let columns = columns.iter().map(|(name, kind)| match kind {
        Kind::Number => format!("{name} bigint"),
        Kind::Text => format!("{name} text"),
    });
    columns.collect::<Vec<_>>().join(", ")
}

/// A row of a JSON list, with the number of its order in the batch.
fn row<const N: usize>(n: usize, columns: &[Column; N], values: [Value<'_>; N]) -> Json {
    let mut fields = Map::new();
    fields.insert("n".to_owned(), Json::from(n));
    for ((name, _), value) in columns.iter().zip(values) {
        let value = match value {
            Value::Number(None) | Value::Text(None) => continue,
            Value::Number(Some(number)) => Json::from(number),
            Value::Text(Some(text)) => Json::from(clean(&text)),
        };
        fields.insert((*name).to_owned(), value);
    }
    Json::Object(fields)
}

fn given(n: usize, write: &Write) -> Json {
    let (order, plan) = (&write.order, Plan::of(write.due, write.lease));
    json!({
        "n": n,
        "at": micros(write.now),
        "shop_": order.key.shop.as_str(),
        "reference_": order.key.reference.as_str(),
        "on_version": order.version.cast_signed(),
        "on_lease": write.lease.map(|Lease(lease)| lease.cast_signed()),
        "pause": plan.pause,
        "ends": plan.ends,
        "wakes": plan.wakes,
        "beside": plan.beside,
        "failed": order.failures,
        "told": order.events.cast_signed(),
        "paid": order.paid_by,
        "person": order.needs_person.as_deref().map(clean),
        "done": i64::from(order.is_over()),
        "tells": !order.news.is_empty(),
        "opened": micros(order.opened_at),
        "stands": order.status().name(),
    })
}

/// Writes each, and says of each what came of it.
pub(super) fn write<'a>(writes: &'a [Write], session: &'a mut Session) -> Answer<'a, Vec<Saved>> {
    Box::pin(async move {
        match together(writes, session).await? {
            Some(saved) => Ok(saved),
            None if writes.len() == 1 => Ok(vec![Saved::Taken]),
            // One of them wants a name that is taken, which one isn't said: each alone.
            None => {
                let mut saved = Vec::with_capacity(writes.len());
                for one in writes {
                    saved.extend(write(std::slice::from_ref(one), session).await?);
                }
                Ok(saved)
            }
        }
    })
}

/// None where a name is taken, and nothing is written: the session's, the application's, or the attempt's own.
async fn together(writes: &[Write], session: &mut Session) -> Result<Option<Vec<Saved>>, Failure> {
    let orders = writes.iter().enumerate().map(|(n, write)| given(n, write));
    let attempts = writes.iter().enumerate().flat_map(|(n, write)| {
        let attempts = write.order.attempts.iter();
        attempts.map(move |attempt| row(n, &ATTEMPT_COLUMNS, attempt_values(attempt)))
    });
    let events = writes.iter().enumerate().flat_map(|(n, write)| {
        let news = write.order.news.iter();
        news.map(move |event| row(n, &EVENT_COLUMNS, event_values(event)))
    });
    let settled = writes.iter().enumerate().flat_map(|(n, write)| {
        let commands = write.order.attempts.iter().flat_map(|a| &a.settled);
        commands.map(move |settled| row(n, &SETTLED_COLUMNS, settled_values(settled)))
    });
    let worked_on = writes.iter().zip(0_i64..).flat_map(|(write, n)| {
        let keys = write.worked_on.iter();
        keys.map(move |key| (n, clean(key)))
    });
    let (places, keys): (Vec<_>, Vec<_>) = worked_on.unzip();
    let latest = writes.iter().map(|write| micros(write.now)).max();
    let query = sqlx::query(session.text(&WRITE))
        .bind(latest)
        .bind(Json::Array(orders.collect()).to_string())
        .bind(Json::Array(attempts.collect()).to_string())
        .bind(Json::Array(events.collect()).to_string())
        .bind(places)
        .bind(keys)
        .bind(Json::Array(settled.collect()).to_string());
    let rows = match query.fetch_all(&mut *session.connection).await {
        Err(sqlx::Error::Database(error))
            if error.is_unique_violation() && error.table() == Some("inbank_attempt") =>
        {
            return Ok(None);
        }
        rows => rows?,
    };
    let mut versions = HashMap::new();
    for row in rows {
        let (n, version): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        versions.insert(usize::try_from(n).unwrap_or(usize::MAX), version);
    }
    let mut saved = Vec::with_capacity(writes.len());
    for (n, write) in writes.iter().enumerate() {
        saved.push(match versions.get(&n) {
            Some(version) => Saved::Written(version.cast_unsigned()),
            None => refusal(session, write).await?,
        });
    }
    Ok(Some(saved))
}

/// Why nothing was written.
async fn refusal(session: &mut Session, write: &Write) -> Result<Saved, Failure> {
    let Some(Lease(lease)) = write.lease else {
        return Ok(Saved::Outdated);
    };
    let key = &write.order.key;
    let sql = "SELECT lease FROM inbank_order WHERE shop = $1 AND reference = $2 AND leased_until IS NOT NULL";
    let query = sqlx::query_scalar::<_, i64>(sql)
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let held = query.fetch_optional(&mut *session.connection).await?;
    Ok(if held == Some(lease.cast_signed()) {
        Saved::Outdated
    } else {
        Saved::LeaseLost
    })
}
