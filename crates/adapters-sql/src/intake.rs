//! Callbacks that wait at the same time are written in one transaction: waiting for the disk is what costs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use inbank_ports::{LedgerError, ReceivedCallback, Recorded};
use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};
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

/// Writes each once, and says of each what came of it.
async fn write(pools: &Pools, callbacks: &[&ReceivedCallback]) -> Result<Vec<Recorded>, Failure> {
    let mut given: BTreeMap<Name<'_>, &ReceivedCallback> = BTreeMap::new();
    for callback in callbacks {
        given.entry(name(callback)).or_insert(callback);
    }
    // In the order of their names, in which all processes then take their locks.
    let json: Vec<_> = given
        .values()
        .map(|callback| Given::new(callback))
        .collect();
    let json = serde_json::to_string(&json)?;
    let mut outcomes = match pools.engine {
        Engine::Sqlite => write_sqlite(pools, &json, &given).await?,
        Engine::Postgres => write_postgres(pools, &json, &given).await?,
    };
    let outcomes = callbacks.iter().map(|callback| {
        let outcome = outcomes.get_mut(&name(callback));
        let outcome = outcome.ok_or_else(|| Failure::unreadable("a callback got no answer"))?;
        let mine = *outcome;
        if mine == Recorded::Written {
            *outcome = Recorded::Copy;
        }
        Ok(mine)
    });
    outcomes.collect()
}

/// As a statement reads it. Bytes as hexadecimal digits, since JSON is text.
#[derive(Serialize)]
struct Given<'a> {
    shop: &'a str,
    financing: &'a str,
    key: &'a str,
    kind: &'a str,
    subject: &'a str,
    body: String,
    at: i64,
}

impl<'a> Given<'a> {
    fn new(callback: &'a ReceivedCallback) -> Self {
        let (kind, subject) = subject_parts(&callback.subject);
        let mut body = String::with_capacity(2 * callback.body.len());
        for byte in &callback.body {
            let _ = write!(body, "{byte:02x}");
        }
        Self {
            shop: callback.shop.as_str(),
            financing: callback.financing.as_str(),
            key: &callback.key,
            kind,
            subject,
            body,
            at: micros(callback.received_at),
        }
    }
}

type Outcomes<'a> = HashMap<Name<'a>, Recorded>;

/// One statement, which takes the financings' locks first and in order, so that no two batches wait for each other.
///
/// A financing that has `leased_until` keeps its `due_at`: while the lease lasts nobody else may have it, and once it has
/// lapsed the financing is due already.
const POSTGRES: &str = r#"
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(CAST($1 AS json))
        AS g(shop text, financing text, key text, kind text, subject text, body text, at bigint)
), standing AS MATERIALIZED (
    SELECT f.shop, f.id FROM inbank_financing AS f
    JOIN (SELECT DISTINCT shop, financing FROM given) AS g
        ON f.shop = g.shop COLLATE "C" AND f.id = g.financing COLLATE "C"
    ORDER BY f.shop, f.id FOR NO KEY UPDATE OF f
), kept AS (
    INSERT INTO inbank_callback (shop, financing, key, subject_kind, subject, body, received_at)
    SELECT g.shop, g.financing, g.key, g.kind, g.subject, decode(g.body, 'hex'), g.at
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
SELECT g.shop, g.financing, g.key, s.id AS standing, k.key AS kept
FROM given AS g
LEFT JOIN standing AS s ON s.shop = g.shop AND s.id = g.financing
LEFT JOIN kept AS k ON k.shop = g.shop AND k.financing = g.financing AND k.key = g.key
"#;

async fn write_postgres<'a>(
    pools: &Pools,
    json: &str,
    given: &BTreeMap<Name<'a>, &'a ReceivedCallback>,
) -> Result<Outcomes<'a>, Failure> {
    let rows = sqlx::query(POSTGRES)
        .bind(json)
        .fetch_all(&pools.writing)
        .await?;
    let mut outcomes = Outcomes::new();
    for row in &rows {
        let recorded = if row.try_get::<Option<&str>, _>("kept")?.is_some() {
            Recorded::Written
        } else if row.try_get::<Option<&str>, _>("standing")?.is_some() {
            Recorded::Copy
        } else {
            Recorded::NoFinancing
        };
        outcomes.insert(same(row, given)?, recorded);
    }
    Ok(outcomes)
}

const STANDING: &str = "
SELECT g.value ->> 'shop' AS shop, g.value ->> 'financing' AS financing, g.value ->> 'key' AS key
FROM json_each($1) AS g
CROSS JOIN inbank_financing AS f ON f.shop = g.value ->> 'shop' AND f.id = g.value ->> 'financing'
";

const KEEP: &str = "
INSERT INTO inbank_callback (shop, financing, key, subject_kind, subject, body, received_at)
SELECT g.value ->> 'shop', g.value ->> 'financing', g.value ->> 'key', g.value ->> 'kind', g.value ->> 'subject',
    unhex(g.value ->> 'body'), g.value ->> 'at'
FROM json_each($1) AS g
CROSS JOIN inbank_financing AS f ON f.shop = g.value ->> 'shop' AND f.id = g.value ->> 'financing'
WHERE true
ON CONFLICT DO NOTHING
RETURNING shop, financing, key
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
    FROM json_each($1) GROUP BY 1, 2
) AS k
WHERE f.shop = k.shop AND f.id = k.financing
";

async fn write_sqlite<'a>(
    pools: &Pools,
    json: &str,
    given: &BTreeMap<Name<'a>, &'a ReceivedCallback>,
) -> Result<Outcomes<'a>, Failure> {
    let mut transaction = pools.engine.begin(&pools.writing).await?;
    let kept = names(&mut transaction, KEEP, json, given).await?;
    if !kept.is_empty() {
        let kept = kept.iter().filter_map(|name| given.get(name));
        let kept: Vec<_> = kept.map(|callback| Given::new(callback)).collect();
        let kept = serde_json::to_string(&kept)?;
        let rouse = sqlx::query(ROUSE).bind(kept);
        rouse.execute(&mut *transaction).await?;
    }
    let standing = if kept.len() == given.len() {
        HashSet::new()
    } else {
        names(&mut transaction, STANDING, json, given).await?
    };
    transaction.commit().await?;
    let outcomes = given.keys().map(|name| {
        let recorded = if kept.contains(name) {
            Recorded::Written
        } else if standing.contains(name) {
            Recorded::Copy
        } else {
            Recorded::NoFinancing
        };
        (*name, recorded)
    });
    Ok(outcomes.collect())
}

async fn names<'a>(
    transaction: &mut Transaction<'static, Any>,
    statement: &'static str,
    json: &str,
    given: &BTreeMap<Name<'a>, &'a ReceivedCallback>,
) -> Result<HashSet<Name<'a>>, Failure> {
    let query = sqlx::query(statement).bind(json);
    let rows = query.fetch_all(&mut **transaction).await?;
    rows.iter().map(|row| same(row, given)).collect()
}

/// The given callback's name that a row has.
fn same<'a>(
    row: &AnyRow,
    given: &BTreeMap<Name<'a>, &'a ReceivedCallback>,
) -> Result<Name<'a>, Failure> {
    let name: Name<'_> = (
        row.try_get("shop")?,
        row.try_get("financing")?,
        row.try_get("key")?,
    );
    let callback = given.get(&name);
    let callback =
        callback.ok_or_else(|| Failure::unreadable("an answer about another callback"))?;
    Ok(self::name(callback))
}
