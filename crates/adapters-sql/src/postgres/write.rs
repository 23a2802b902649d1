//! Writing an order: one statement, so one transaction, however many rows it touches.

use inbank_ports::{Lease, Saved, Write};
use serde_json::{Map, Value as Json};
use sqlx::Row as _;

use super::clock::{CLOCK, Sql};
use super::connection::Session;
use super::order::clean;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{
    ATTEMPT_COLUMNS, Column, EVENT_COLUMNS, Kind, Value, attempt_columns_that_change,
    attempt_values, event_values, names,
};
use crate::schedule::{Plan, Spelled, planned};

static UPDATE: Sql = Sql::new(|| {
    let planned = planned(&Spelled {
        now: "clock.now",
        pause: "CAST($6 AS bigint)",
        ends: "CAST($7 AS boolean)",
        wakes: "CAST($8 AS boolean)",
        beside: "CAST($9 AS boolean)",
    });
    format!(
        "WITH {CLOCK}, saved AS (
            UPDATE inbank_order AS o SET version = o.version + 1, failures = $10, events = $11, paid_by = $12,
                needs_person = $13, is_over = $14, touched_at = clock.now, {planned},
                outbox_due_at = CASE
                    WHEN CAST($15 AS boolean) AND outbox_due_at IS NULL AND outbox_leased_until IS NULL THEN clock.now
                    ELSE outbox_due_at
                END
            FROM clock
            WHERE o.shop = $2 AND o.reference = $3 AND o.version = $4
                AND (CAST($5 AS bigint) IS NULL OR (o.lease = $5 AND o.leased_until IS NOT NULL))
            RETURNING o.shop, o.reference, o.version
        ), {} SELECT version FROM saved",
        rest(16)
    )
});

static INSERT: Sql = Sql::new(|| {
    format!(
        "WITH {CLOCK}, saved AS (
            INSERT INTO inbank_order (shop, reference, version, opened_at, paid_by, needs_person, is_over, touched_at,
                due_at, lease, woken, woken_again, failures, aside, events, delivered, outbox_due_at, outbox_lease,
                outbox_failures)
            SELECT $2, $3, 1, $4, $5, $6, $7, clock.now, clock.now + CAST($8 AS bigint), 0, $9, 0, $10, 0, $11, 0,
                CASE WHEN CAST($12 AS boolean) THEN clock.now END, 0, 0
            FROM clock
            ON CONFLICT (shop, reference) DO NOTHING
            RETURNING shop, reference, version
        ), {} SELECT version FROM saved",
        rest(13)
    )
});

/// What is written with the order: attempts, events, and what was worked on of the inbox, in three parameters. An attempt that
/// stands as it was is not written again.
fn rest(first: usize) -> String {
    let (attempts, events, worked_on) = (first, first + 1, first + 2);
    let (columns, given) = (names("", &ATTEMPT_COLUMNS), names("g.", &ATTEMPT_COLUMNS));
    let changing = attempt_columns_that_change();
    let (set, mine) = (names("", changing), names("a.", changing));
    let excluded = names("excluded.", changing);
    let (told, of_event) = (names("", &EVENT_COLUMNS), names("g.", &EVENT_COLUMNS));
    format!(
        "attempts AS (
            INSERT INTO inbank_attempt AS a (shop, reference, {columns})
            SELECT s.shop, s.reference, {given} FROM saved AS s
            CROSS JOIN json_to_recordset(CAST(${attempts} AS json)) AS g({})
            ON CONFLICT (shop, reference, number) DO UPDATE SET ({set}) = ROW({excluded})
            WHERE ROW({mine}) IS DISTINCT FROM ROW({excluded})
        ), events AS (
            INSERT INTO inbank_event (shop, reference, {told})
            SELECT s.shop, s.reference, {of_event} FROM saved AS s
            CROSS JOIN json_to_recordset(CAST(${events} AS json)) AS g({})
            ORDER BY g.number
        ), worked_on AS (
            UPDATE inbank_callback AS c SET worked_on = 1 FROM saved AS s
            WHERE c.shop = s.shop AND c.reference = s.reference AND c.key = ANY(CAST(${worked_on} AS text[]))
        )",
        record(&ATTEMPT_COLUMNS),
        record(&EVENT_COLUMNS)
    )
}

/// How the columns of a JSON list are declared.
fn record(columns: &[Column]) -> String {
    let columns = columns.iter().map(|(name, kind)| match kind {
        Kind::Number => format!("{name} bigint"),
        Kind::Text => format!("{name} text"),
    });
    columns.collect::<Vec<_>>().join(", ")
}

fn json<'a, const N: usize>(
    columns: &[Column; N],
    rows: impl Iterator<Item = [Value<'a>; N]>,
) -> String {
    let rows = rows.map(|values| {
        let fields = columns.iter().zip(values).map(|((name, _), value)| {
            let value = match value {
                Value::Number(number) => Json::from(number),
                Value::Text(text) => Json::from(text.map(|text| clean(&text).into_owned())),
            };
            ((*name).to_owned(), value)
        });
        Json::Object(fields.collect::<Map<_, _>>())
    });
    Json::Array(rows.collect()).to_string()
}

pub(super) async fn write(session: &mut Session, write: &Write) -> Result<Saved, Failure> {
    let (order, plan) = (&write.order, Plan::of(write.due, write.lease));
    let needs_person = order.needs_person.as_deref().map(clean);
    let paid_by = order.paid_by.map(i64::from);
    let is_over = i64::from(order.is_over());
    let tells = !order.news.is_empty();
    let query = if order.version == 0 && write.lease.is_none() {
        sqlx::query(session.text(&INSERT))
            .bind(micros(write.now))
            .bind(order.key.shop.as_str())
            .bind(order.key.reference.as_str())
            .bind(micros(order.opened_at))
            .bind(paid_by)
            .bind(needs_person)
            .bind(is_over)
            .bind(plan.pause)
            .bind(i64::from(plan.wakes))
            .bind(i64::from(order.failures))
            .bind(order.events.cast_signed())
            .bind(tells)
    } else {
        sqlx::query(session.text(&UPDATE))
            .bind(micros(write.now))
            .bind(order.key.shop.as_str())
            .bind(order.key.reference.as_str())
            .bind(order.version.cast_signed())
            .bind(write.lease.map(|Lease(lease)| lease.cast_signed()))
            .bind(plan.pause)
            .bind(plan.ends)
            .bind(plan.wakes)
            .bind(plan.beside)
            .bind(i64::from(order.failures))
            .bind(order.events.cast_signed())
            .bind(paid_by)
            .bind(needs_person)
            .bind(is_over)
            .bind(tells)
    };
    let worked_on: Vec<_> = write.worked_on.iter().map(|key| clean(key)).collect();
    let query = query
        .bind(json(
            &ATTEMPT_COLUMNS,
            order.attempts.iter().map(attempt_values),
        ))
        .bind(json(&EVENT_COLUMNS, order.news.iter().map(event_values)))
        .bind(worked_on);
    match query.fetch_optional(&mut *session.connection).await {
        // The only names that an attempt may give away are the session's and the application's, and its own.
        Err(sqlx::Error::Database(error))
            if error.is_unique_violation() && error.table() == Some("inbank_attempt") =>
        {
            Ok(Saved::Taken)
        }
        Err(error) => Err(error.into()),
        Ok(Some(row)) => {
            let version: i64 = row.try_get(0)?;
            Ok(Saved::Written(version.cast_unsigned()))
        }
        Ok(None) => refusal(session, write).await,
    }
}

/// Why nothing was written.
async fn refusal(session: &mut Session, write: &Write) -> Result<Saved, Failure> {
    let key = &write.order.key;
    let sql = "SELECT lease FROM inbank_order WHERE shop = $1 AND reference = $2 AND leased_until IS NOT NULL";
    let query = sqlx::query_scalar::<_, i64>(sql)
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let held = query.fetch_optional(&mut *session.connection).await?;
    Ok(match write.lease {
        Some(Lease(lease)) if held != Some(lease.cast_signed()) => Saved::LeaseLost,
        Some(_) | None => Saved::Outdated,
    })
}
