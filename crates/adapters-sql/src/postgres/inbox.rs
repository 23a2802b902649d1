//! Callbacks, and what wakes an order.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use inbank_domain::{OrderKey, ShopName};
use inbank_ports::{Kept, ReceivedCallback};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::clock::{CLOCK, Sql, locked_with};
use super::connection::Session;
use super::order::clean;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{CALLBACK_COLUMNS, Cursor, callback, foreign, subject_parts};
use crate::schedule::{awake, woken};

/// A callback's name; copies share it.
type Name<'a> = (&'a str, &'a str, &'a str);

fn name(callback: &ReceivedCallback) -> Name<'_> {
    let (shop, attempt) = (callback.shop.as_str(), callback.attempt.as_str());
    (shop, attempt, callback.key.as_str())
}

/// Takes the orders' locks first and in the order of their names, so that no two batches wait for each other. Of the caller's clock
/// and the server's, whichever is behind says when an order is due. An order that is awake, as it is once it is locked, is not
/// written: that would cost an entry in nearly every index. What is answered is the places of what became of them, in lists.
static KEEP: Sql = Sql::new(|| {
    let woken = woken("least(clock.now, k.earliest)");
    let awake = awake("least(clock.now, g.earliest)");
    let foreign = foreign("g.kind", "g.subject COLLATE \"C\"");
    format!(
        r#"WITH {CLOCK}, given AS MATERIALIZED (
            SELECT * FROM unnest(
                CAST($2 AS text[]), CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[]),
                CAST($7 AS text[]), CAST($8 AS bytea[]), CAST($9 AS bigint[])
            ) WITH ORDINALITY AS g(shop, attempt, key, kind, subject, status, content, received_at, n)
        ), owned AS MATERIALIZED (
            SELECT g.*, a.reference, a.is_foreign FROM given AS g CROSS JOIN LATERAL (
                SELECT a.reference, {foreign} AS is_foreign FROM inbank_attempt AS a
                WHERE a.shop = g.shop COLLATE "C" AND a.id = g.attempt COLLATE "C" LIMIT 1
            ) AS a
        ), standing AS MATERIALIZED (
            SELECT o.shop, o.reference, {awake} AS awake FROM (
                SELECT shop COLLATE "C" AS shop, reference COLLATE "C" AS reference, min(received_at) AS earliest FROM owned
                WHERE NOT is_foreign GROUP BY 1, 2 ORDER BY 1, 2
            ) AS g CROSS JOIN clock CROSS JOIN LATERAL {} AS o
        ), kept AS (
            INSERT INTO inbank_callback
                (shop, reference, key, attempt, subject_kind, subject, status, content, received_at, worked_on)
            SELECT g.shop, g.reference, g.key, g.attempt, g.kind, g.subject, g.status, g.content, g.received_at, 0
            FROM owned AS g JOIN standing AS s ON s.shop = g.shop AND s.reference = g.reference
            WHERE NOT g.is_foreign
            ORDER BY g.n
            ON CONFLICT (shop, reference, key) DO NOTHING
            RETURNING shop, reference, key, received_at
        ), woken AS (
            UPDATE inbank_order AS o SET {woken}, touched_at = clock.now
            FROM clock CROSS JOIN (
                SELECT shop, reference, min(at) AS earliest FROM (
                    SELECT shop, reference, received_at AS at, 0 AS awake FROM kept
                    UNION ALL SELECT shop, reference, NULL, awake FROM standing
                ) AS k
                GROUP BY shop, reference HAVING max(awake) = 0 AND min(at) IS NOT NULL
            ) AS k
            WHERE o.shop = k.shop AND o.reference = k.reference
        )
        SELECT array_agg(g.n) FILTER (WHERE g.is_foreign),
            array_agg(g.n) FILTER (WHERE s.reference IS NOT NULL AND k.key IS NULL),
            array_agg(g.n) FILTER (WHERE k.key IS NOT NULL)
        FROM owned AS g
        LEFT JOIN standing AS s ON NOT g.is_foreign AND s.shop = g.shop AND s.reference = g.reference
        LEFT JOIN kept AS k ON k.shop = s.shop AND k.reference = s.reference AND k.key = g.key COLLATE "C""#,
        locked_with(
            "g",
            ", o.woken, o.woken_again, o.aside, o.is_over, o.leased_until, o.due_at"
        )
    )
});

/// Writes each once, and says of each what came of it.
pub(super) async fn keep(
    session: &mut Session,
    callbacks: &[ReceivedCallback],
) -> Result<Vec<Kept>, Failure> {
    let mut first = BTreeMap::new();
    let mut given = Vec::new();
    for callback in callbacks {
        let _ = *first.entry(name(callback)).or_insert_with(|| {
            given.push(callback);
            given.len() - 1
        });
    }
    let texts = |part: fn(&ReceivedCallback) -> Option<&str>| -> Vec<_> {
        let parts = given.iter().map(|callback| part(callback).map(clean));
        parts.collect()
    };
    let latest = given.iter().map(|callback| micros(callback.received_at));
    let query = sqlx::query(session.text(&KEEP))
        .bind(latest.clone().max())
        .bind(texts(|callback| Some(callback.shop.as_str())))
        .bind(texts(|callback| Some(callback.attempt.as_str())))
        .bind(texts(|callback| Some(&callback.key)))
        .bind(texts(|callback| subject_parts(callback.subject.as_ref()).0))
        .bind(texts(|callback| subject_parts(callback.subject.as_ref()).1))
        .bind(texts(|callback| Some(&callback.status)))
        .bind(
            given
                .iter()
                .map(|callback| callback.content.clone())
                .collect::<Vec<_>>(),
        )
        .bind(latest.collect::<Vec<_>>());
    let mut outcomes = vec![Kept::NoAttempt; given.len()];
    let row = query.fetch_one(&mut *session.connection).await?;
    for (column, outcome) in [Kept::Foreign, Kept::Copy, Kept::Written]
        .into_iter()
        .enumerate()
    {
        let places: Option<Vec<i64>> = row.try_get(column)?;
        for n in places.unwrap_or_default() {
            let place = usize::try_from(n - 1).ok();
            let place = place.and_then(|place| outcomes.get_mut(place));
            *place.ok_or_else(|| {
                Failure::unreadable("the database answered about another callback")
            })? = outcome;
        }
    }
    // Of several copies that waited, the first is the one that was written.
    let answers = callbacks.iter().map(|callback| {
        let outcome = first
            .get(&name(callback))
            .and_then(|n| outcomes.get_mut(*n));
        outcome.map_or(Kept::NoAttempt, |outcome| {
            let answer = *outcome;
            if answer == Kept::Written {
                *outcome = Kept::Copy;
            }
            answer
        })
    });
    Ok(answers.collect())
}

static WAKE: Sql = Sql::new(|| {
    let woken = woken("clock.now");
    format!(
        "WITH {CLOCK} UPDATE inbank_order AS o SET {woken} FROM clock WHERE o.shop = $2 AND o.reference = $3"
    )
});

pub(super) async fn wake(
    session: &mut Session,
    key: &OrderKey,
    now: OffsetDateTime,
) -> Result<bool, Failure> {
    let query = sqlx::query(session.text(&WAKE))
        .bind(micros(now))
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let woken = query.execute(&mut *session.connection).await?;
    Ok(woken.rows_affected() == 1)
}

static ALL: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {CALLBACK_COLUMNS} FROM inbank_callback AS c WHERE c.shop = $1 AND c.reference = $2
        ORDER BY c.received_at, c.id"
    )
});

/// The callbacks of an order, oldest first.
pub(super) async fn all(
    session: &mut Session,
    key: &OrderKey,
) -> Result<Vec<ReceivedCallback>, Failure> {
    let query = sqlx::query(ALL.as_str())
        .bind(key.shop.as_str())
        .bind(key.reference.as_str());
    let rows = query.fetch_all(&mut *session.connection).await?;
    let read = |row| callback(&key.shop, &mut Cursor::at(row, 0));
    rows.iter().map(read).collect()
}

static NEW: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT c.shop, c.reference, {CALLBACK_COLUMNS}
        FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS k(shop, reference)
        CROSS JOIN LATERAL (
            SELECT * FROM inbank_callback AS c
            WHERE c.shop = k.shop COLLATE \"C\" AND c.reference = k.reference COLLATE \"C\" AND c.worked_on = 0 OFFSET 0
        ) AS c
        ORDER BY c.received_at, c.id"
    )
});

/// A callback that was not worked on, with the names of its order.
pub(super) struct New {
    pub(super) shop: String,
    pub(super) reference: String,
    pub(super) callback: Result<ReceivedCallback, Failure>,
}

impl New {
    fn read(row: &PgRow) -> Result<Self, Failure> {
        let mut row = Cursor::at(row, 0);
        let (shop, reference) = (row.text()?.to_owned(), row.text()?.to_owned());
        let name = ShopName::parse(shop.as_str());
        let callback = name
            .map_err(Failure::from)
            .and_then(|shop| callback(&shop, &mut row));
        Ok(Self {
            shop,
            reference,
            callback,
        })
    }
}

/// Those of some orders that were not worked on, oldest first.
pub(super) async fn new(
    session: &mut Session,
    keys: &[(String, String)],
) -> Result<Vec<New>, Failure> {
    let (shops, references): (Vec<&str>, Vec<&str>) = keys
        .iter()
        .map(|(shop, reference)| (shop.as_str(), reference.as_str()))
        .unzip();
    let query = sqlx::query(NEW.as_str()).bind(shops).bind(references);
    let rows = query.fetch_all(&mut *session.connection).await?;
    rows.iter().map(New::read).collect()
}
