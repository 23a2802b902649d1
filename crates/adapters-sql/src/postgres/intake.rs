//! Callbacks that wait at the same time are written by one statement: waiting for the disk is what costs.

use std::collections::BTreeMap;

use inbank_ports::{Kept, LedgerError, ReceivedCallback};
use sqlx::Row as _;
use tokio::sync::{mpsc, oneshot};

use super::clock::{CLOCK, Sql};
use super::connection::{Connections, Session};
use super::order::clean;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::subject_parts;
use crate::schedule::woken;

/// A statement with so many takes some ten milliseconds; more would make the first wait for the last.
const BATCH: usize = 512;

/// Where callbacks wait. The task behind it ends with this.
pub(super) struct Intake {
    waiting: mpsc::Sender<Waiting>,
    place: String,
}

struct Waiting {
    callback: ReceivedCallback,
    answer: oneshot::Sender<Result<Kept, Failure>>,
}

impl Intake {
    pub(super) fn start(connections: Connections) -> Self {
        let (waiting, arrivals) = mpsc::channel(2 * BATCH);
        let place = connections.place().to_owned();
        tokio::spawn(run(connections, arrivals));
        Self { waiting, place }
    }

    /// Answers once the callback is durable. Whoever stops waiting for that doesn't stop the writing.
    pub(super) async fn keep(&self, callback: ReceivedCallback) -> Result<Kept, LedgerError> {
        let gone = || Failure::unavailable("the task that writes callbacks is gone; connect again");
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { callback, answer };
        let sent = self.waiting.send(waiting).await;
        sent.map_err(|_| gone().at(&self.place))?;
        let answer = answered.await.map_err(|_| gone());
        answer.flatten().map_err(|failure| failure.at(&self.place))
    }
}

async fn run(connections: Connections, mut arrivals: mpsc::Receiver<Waiting>) {
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(first) = arrivals.recv().await {
        batch.push(first);
        // The last batch's senders wake up one after the other: without a pause the first of them would go alone.
        tokio::task::yield_now().await;
        while batch.len() < BATCH {
            let Ok(next) = arrivals.try_recv() else { break };
            batch.push(next);
        }
        let (callbacks, answers): (Vec<_>, Vec<_>) = batch
            .drain(..)
            .map(|Waiting { callback, answer }| (callback, answer))
            .unzip();
        let kept = connections.spawn(callbacks, |callbacks, session| {
            Box::pin(write(session, callbacks))
        });
        let outcomes = match kept.await {
            Ok(kept) => kept.into_iter().map(Ok).collect(),
            Err(failure) => vec![Err(failure); answers.len()],
        };
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // Whoever has gone away doesn't need to know.
            let _ = answer.send(outcome);
        }
    }
}

/// A callback's name; copies share it.
type Name<'a> = (&'a str, &'a str, &'a str);

fn name(callback: &ReceivedCallback) -> Name<'_> {
    let (shop, attempt) = (callback.shop.as_str(), callback.attempt.as_str());
    (shop, attempt, callback.key.as_str())
}

/// Takes the orders' locks first and in the order of their names, so that no two batches wait for each other. Of the caller's clock
/// and the server's, whichever is behind says when an order is due.
static KEEP: Sql = Sql::new(|| {
    let woken = woken("least(clock.now, k.earliest)");
    format!(
        r#"WITH {CLOCK}, given AS MATERIALIZED (
            SELECT * FROM unnest(
                CAST($2 AS text[]), CAST($3 AS text[]), CAST($4 AS text[]), CAST($5 AS text[]), CAST($6 AS text[]),
                CAST($7 AS text[]), CAST($8 AS bytea[]), CAST($9 AS bigint[])
            ) WITH ORDINALITY AS g(shop, attempt, key, kind, subject, status, content, received_at, n)
        ), owned AS MATERIALIZED (
            SELECT g.*, a.reference FROM given AS g
            JOIN inbank_attempt AS a ON a.shop = g.shop COLLATE "C" AND a.id = g.attempt COLLATE "C"
        ), standing AS MATERIALIZED (
            SELECT o.shop, o.reference FROM inbank_order AS o
            JOIN (SELECT DISTINCT shop, reference FROM owned) AS g
                ON o.shop = g.shop COLLATE "C" AND o.reference = g.reference COLLATE "C"
            ORDER BY o.shop, o.reference FOR NO KEY UPDATE OF o
        ), kept AS (
            INSERT INTO inbank_callback
                (shop, reference, key, attempt, subject_kind, subject, status, content, received_at, worked_on)
            SELECT g.shop, g.reference, g.key, g.attempt, g.kind, g.subject, g.status, g.content, g.received_at, 0
            FROM owned AS g JOIN standing AS s ON s.shop = g.shop AND s.reference = g.reference
            ORDER BY g.n
            ON CONFLICT (shop, reference, key) DO NOTHING
            RETURNING shop, reference, key, received_at
        ), woken AS (
            UPDATE inbank_order AS o SET {woken}, touched_at = clock.now
            FROM clock CROSS JOIN (
                SELECT shop, reference, min(received_at) AS earliest FROM kept GROUP BY shop, reference
            ) AS k
            WHERE o.shop = k.shop AND o.reference = k.reference
        )
        SELECT g.n, s.reference IS NOT NULL, k.key IS NOT NULL
        FROM given AS g
        LEFT JOIN owned AS b ON b.n = g.n
        LEFT JOIN standing AS s ON s.shop = b.shop AND s.reference = b.reference
        LEFT JOIN kept AS k ON k.shop = s.shop AND k.reference = s.reference AND k.key = g.key COLLATE "C""#
    )
});

/// Writes each once, and says of each what came of it.
async fn write(
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
    for row in query.fetch_all(&mut *session.connection).await? {
        let (n, standing, kept): (i64, bool, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let outcome = usize::try_from(n - 1)
            .ok()
            .and_then(|n| outcomes.get_mut(n));
        let outcome = outcome
            .ok_or_else(|| Failure::unreadable("the database answered about another callback"))?;
        *outcome = match (standing, kept) {
            (false, _) => Kept::NoAttempt,
            (true, false) => Kept::Copy,
            (true, true) => Kept::Written,
        };
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
