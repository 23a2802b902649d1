//! Callbacks that wait at the same time are written in one transaction: waiting for the disk is what costs.

use std::collections::BTreeMap;

use inbank_ports::{LedgerError, ReceivedCallback, Recorded};
use serde::Serialize;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use tokio::sync::{mpsc, oneshot};

use crate::connection::Pools;
use crate::engine::Engine;
use crate::failure::Failure;
use crate::ledger::timely;
use crate::row::{micros, subject_parts};

/// A statement with so many takes some ten milliseconds; more would make the first wait for the last.
const BATCH: usize = 512;

/// Where callbacks wait. The task behind it ends with the last of these.
#[derive(Clone)]
pub(crate) struct Intake {
    waiting: mpsc::Sender<Waiting>,
}

struct Waiting {
    callback: ReceivedCallback,
    answer: oneshot::Sender<Result<Recorded, Failure>>,
}

impl Intake {
    pub(crate) fn start(pools: Pools) -> Self {
        let (waiting, arrivals) = mpsc::channel(2 * BATCH);
        tokio::spawn(run(pools, arrivals));
        Self { waiting }
    }

    /// Answers once the callback is durable. Whoever stops waiting for that doesn't stop the writing.
    pub(crate) async fn record(&self, callback: ReceivedCallback) -> Result<Recorded, LedgerError> {
        let gone = || Failure::unavailable("the task that writes callbacks is gone; connect again");
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { callback, answer };
        self.waiting.send(waiting).await.map_err(|_| gone())?;
        Ok(answered.await.map_err(|_| gone())??)
    }
}

async fn run(pools: Pools, mut arrivals: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let Some(first) = arrivals.recv().await else {
            return;
        };
        batch.push(first);
        // The last batch's senders wake up one after the other: without a pause the first of them would go alone.
        tokio::task::yield_now().await;
        while batch.len() < BATCH {
            let Ok(next) = arrivals.try_recv() else { break };
            batch.push(next);
        }
        let callbacks: Vec<_> = batch.iter().map(|waiting| &waiting.callback).collect();
        let answers = match timely(write(&pools, &callbacks)).await {
            Ok(recorded) => recorded.into_iter().map(Ok).collect(),
            Err(failure) => vec![Err(failure); batch.len()],
        };
        for (waiting, answer) in batch.drain(..).zip(answers) {
            // Whoever has gone away doesn't need to know.
            let _ = waiting.answer.send(answer);
        }
    }
}

/// A callback's name; copies share it.
type Name<'a> = (&'a str, &'a str, &'a str);

fn name(callback: &ReceivedCallback) -> Name<'_> {
    let (shop, financing) = (callback.shop.as_str(), callback.financing.as_str());
    (shop, financing, callback.key.as_str())
}

/// Each callback once, in the order of their names, in which all processes take their locks.
type Given<'a> = BTreeMap<Name<'a>, &'a ReceivedCallback>;

/// Those that were not written, and why.
type Exceptions<'a> = BTreeMap<Name<'a>, Recorded>;

/// Writes each once, and says of each what came of it.
async fn write(pools: &Pools, callbacks: &[&ReceivedCallback]) -> Result<Vec<Recorded>, Failure> {
    let mut given = Given::new();
    for callback in callbacks {
        given.entry(name(callback)).or_insert(callback);
    }
    let mut outcomes = match pools.engine {
        Engine::Sqlite => write_sqlite(pools, &given).await?,
        Engine::Postgres => write_postgres(pools, &given).await?,
    };
    // Of several copies that waited, the first is the one that was written.
    let outcomes = callbacks.iter().map(|callback| {
        let outcome = outcomes.get(&name(callback)).copied();
        outcome.unwrap_or_else(|| {
            outcomes.insert(name(callback), Recorded::Copy);
            Recorded::Written
        })
    });
    Ok(outcomes.collect())
}

/// Two parameters: a JSON list of rows, and the bytes of all bodies, of which each row has a part. Bodies needn't be text.
struct Parameters {
    rows: String,
    bodies: Vec<u8>,
}

#[derive(Serialize)]
struct GivenRow<'a> {
    shop: &'a str,
    financing: &'a str,
    key: &'a str,
    kind: &'a str,
    subject: &'a str,
    /// From 1.
    start: usize,
    length: usize,
    at: i64,
}

impl Parameters {
    fn of(given: &Given<'_>) -> Result<Self, Failure> {
        let mut bodies = Vec::new();
        let rows = given.values().map(|callback| {
            let (kind, subject) = subject_parts(&callback.subject);
            let start = bodies.len() + 1;
            bodies.extend_from_slice(&callback.body);
            GivenRow {
                shop: callback.shop.as_str(),
                financing: callback.financing.as_str(),
                key: &callback.key,
                kind,
                subject,
                start,
                length: callback.body.len(),
                at: micros(callback.received_at),
            }
        });
        let rows: Vec<_> = rows.collect();
        let rows = serde_json::to_string(&rows)?;
        Ok(Self { rows, bodies })
    }
}

/// One statement, which takes the financings' locks first and in order, so that no two batches wait for each other.
///
/// A financing that has `leased_until` keeps its `due_at`: while the lease lasts nobody else may have it, and once it has
/// lapsed the financing is due already.
const POSTGRES: &str = r#"
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST($1 AS json)) AS g(
        shop text, financing text, key text, kind text, subject text, start integer, length integer, at bigint
    )
), standing AS MATERIALIZED (
    SELECT f.shop, f.id FROM inbank_financing AS f
    JOIN (SELECT DISTINCT shop, financing FROM given) AS g
        ON f.shop = g.shop COLLATE "C" AND f.id = g.financing COLLATE "C"
    ORDER BY f.shop, f.id FOR NO KEY UPDATE OF f
), kept AS (
    INSERT INTO inbank_callback (shop, financing, key, subject_kind, subject, body, received_at)
    SELECT g.shop, g.financing, g.key, g.kind, g.subject, substring($2 FROM g.start FOR g.length), g.at
    FROM given AS g JOIN standing AS s ON s.shop = g.shop AND s.id = g.financing
    ON CONFLICT DO NOTHING
    RETURNING shop, financing, key, received_at
), roused AS (
    UPDATE inbank_financing AS f SET
        roused = f.roused + k.n,
        roused_at = CASE WHEN k.latest > f.roused_at THEN k.latest ELSE f.roused_at END,
        due_at = CASE WHEN f.leased_until IS NOT NULL OR f.due_at <= k.earliest THEN f.due_at ELSE k.earliest END
    FROM (
        SELECT shop, financing, count(*) AS n, min(received_at) AS earliest, max(received_at) AS latest
        FROM kept GROUP BY shop, financing
    ) AS k
    WHERE f.shop = k.shop AND f.id = k.financing
)
SELECT g.shop, g.financing, g.key, s.id AS standing
FROM given AS g
LEFT JOIN standing AS s ON s.shop = g.shop AND s.id = g.financing
LEFT JOIN kept AS k ON k.shop = g.shop AND k.financing = g.financing AND k.key = g.key
WHERE k.key IS NULL
"#;

async fn write_postgres<'a>(pools: &Pools, given: &Given<'a>) -> Result<Exceptions<'a>, Failure> {
    let Parameters { rows, bodies } = Parameters::of(given)?;
    let query = sqlx::query(POSTGRES).bind(rows).bind(bodies);
    exceptions(&query.fetch_all(&pools.writing).await?, given)
}

const EXCEPTIONS: &str = "
SELECT g.value ->> 'shop' AS shop, g.value ->> 'financing' AS financing, g.value ->> 'key' AS key, f.id AS standing
FROM jsonb_each($1) AS g
LEFT JOIN inbank_financing AS f ON f.shop = g.value ->> 'shop' AND f.id = g.value ->> 'financing'
LEFT JOIN inbank_callback AS c ON c.shop = f.shop AND c.financing = f.id AND c.key = g.value ->> 'key'
WHERE f.id IS NULL OR c.key IS NOT NULL
";

/// A part of no bytes at all is NULL to `substr`.
const KEEP: &str = "
INSERT INTO inbank_callback (shop, financing, key, subject_kind, subject, body, received_at)
SELECT value ->> 'shop', value ->> 'financing', value ->> 'key', value ->> 'kind', value ->> 'subject',
    coalesce(substr($2, value ->> 'start', value ->> 'length'), x''), value ->> 'at'
FROM jsonb_each($1)
";

/// As in [`POSTGRES`].
const ROUSE: &str = "
UPDATE inbank_financing AS f SET
    roused = f.roused + k.n,
    roused_at = CASE WHEN k.latest > f.roused_at THEN k.latest ELSE f.roused_at END,
    due_at = CASE WHEN f.leased_until IS NOT NULL OR f.due_at <= k.earliest THEN f.due_at ELSE k.earliest END
FROM (
    SELECT value ->> 'shop' AS shop, value ->> 'financing' AS financing, count(*) AS n,
        min(value ->> 'at') AS earliest, max(value ->> 'at') AS latest
    FROM jsonb_each($1) GROUP BY 1, 2
) AS k
WHERE f.shop = k.shop AND f.id = k.financing
";

/// Nobody else writes between the statements, so what is no exception can be written without asking again.
async fn write_sqlite<'a>(pools: &Pools, given: &Given<'a>) -> Result<Exceptions<'a>, Failure> {
    let mut transaction = pools.engine.begin(&pools.writing).await?;
    let mut parameters = Parameters::of(given)?;
    let query = sqlx::query(EXCEPTIONS).bind(parameters.rows.as_str());
    let exceptions = exceptions(&query.fetch_all(&mut *transaction).await?, given)?;
    if exceptions.len() == given.len() {
        return Ok(exceptions);
    }
    if !exceptions.is_empty() {
        let mut new = given.clone();
        new.retain(|name, _| !exceptions.contains_key(name));
        parameters = Parameters::of(&new)?;
    }
    let Parameters { rows, bodies } = parameters;
    let keep = sqlx::query(KEEP).bind(rows.as_str()).bind(bodies);
    keep.execute(&mut *transaction).await?;
    let rouse = sqlx::query(ROUSE).bind(rows);
    rouse.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(exceptions)
}

fn exceptions<'a>(rows: &[AnyRow], given: &Given<'a>) -> Result<Exceptions<'a>, Failure> {
    let mut exceptions = Exceptions::new();
    for row in rows {
        let asked: Name<'_> = (
            row.try_get("shop")?,
            row.try_get("financing")?,
            row.try_get("key")?,
        );
        let callback = given.get(&asked);
        let callback = callback
            .ok_or_else(|| Failure::unreadable("the database answered about another callback"))?;
        let standing: Option<&str> = row.try_get("standing")?;
        let why = standing.map_or(Recorded::NoFinancing, |_| Recorded::Copy);
        exceptions.insert(name(callback), why);
    }
    Ok(exceptions)
}
