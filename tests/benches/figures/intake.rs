//! Authentic callbacks made durable by 64 senders at once, as the routes do it, against the plainest
//! statements that keep them. Each is another one, and is authenticated in both.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::future::join_all;
use inbank::http::HmacAuthenticator;
use inbank::ports::{CallbackAuthenticator, Headers, Kept};
use inbank::sql::SqlLedger;
use inbank::{ApiKey, Platform};
use sqlx::postgres::PgConnection;
use tokio::sync::Mutex;

use super::drain::Counting;
use super::store::Store;
use super::{instant, runtime};

const SENDERS: usize = 64;
const ORDERS: usize = 1_000;
const FIRST_SENT_AT: u64 = 1_553_072_069;

struct Bank {
    authenticator: HmacAuthenticator,
    sent: AtomicUsize,
}

impl Bank {
    fn new() -> Arc<Self> {
        let key = ApiKey::parse(instant::KEY).unwrap();
        Arc::new(Self {
            authenticator: HmacAuthenticator::new([&key]).unwrap(),
            sent: AtomicUsize::new(0),
        })
    }

    /// The number of the next callback, and what is posted.
    fn send(&self) -> (usize, String) {
        let n = self.sent.fetch_add(1, Ordering::Relaxed);
        (n, instant::callback(n % ORDERS, FIRST_SENT_AT + n as u64))
    }

    /// What is written of the next callback.
    fn kept(&self) -> Row {
        let (n, form) = self.send();
        let signed = self
            .authenticator
            .authenticate(&Headers::NONE, form.as_bytes())
            .unwrap();
        let of = n % ORDERS;
        Row {
            reference: format!("order-{of}"),
            attempt: format!("attempt-{of}"),
            session: format!("session-{of}"),
            key: signed.key().as_str().to_owned(),
            content: signed.content(),
            received_at: i64::try_from(n).unwrap(),
        }
    }
}

struct Row {
    reference: String,
    attempt: String,
    session: String,
    key: String,
    content: Vec<u8>,
    received_at: i64,
}

/// How many times as many a second as with a transaction for each, on the same file, doing the same.
pub(crate) fn sqlite() -> Vec<f64> {
    runtime().block_on(async {
        let store = Store::sqlite();
        let ledger = store.ledger().await;
        store.fill(&ledger, u32::try_from(ORDERS).unwrap(), 0).await;
        let connection = Arc::new(std::sync::Mutex::new(store.file()));
        // One after the other: a file has one that writes.
        compare(ledger, 50, |bank| {
            let (bank, connection) = (bank.clone(), connection.clone());
            let times = 10 * SENDERS;
            let work = move || {
                let connection = connection.lock().unwrap();
                for _ in 0..times {
                    one_transaction(&connection, &bank.kept());
                }
            };
            async move {
                tokio::task::spawn_blocking(work).await.unwrap();
                times
            }
        })
        .await
    })
}

/// How many times as many a second as with as many connections that each insert one row at a time, and
/// do nothing else.
pub(crate) fn postgres() -> Vec<f64> {
    const TIMES: usize = 50;
    runtime().block_on(async {
        let store = Store::postgres();
        let ledger = store.ledger().await;
        store.fill(&ledger, u32::try_from(ORDERS).unwrap(), 0).await;
        let connections = join_all((0..SENDERS).map(|_| store.server())).await;
        let connections: Vec<_> = connections
            .into_iter()
            .map(|connection| Arc::new(Mutex::new(connection)))
            .collect();
        compare(ledger, TIMES, |bank| {
            let senders = connections.iter().map(|connection| {
                let (bank, connection) = (bank.clone(), connection.clone());
                tokio::spawn(async move {
                    let mut connection = connection.lock().await;
                    for _ in 0..TIMES {
                        insert(&mut connection, &bank.kept()).await;
                    }
                })
            });
            let senders: Vec<_> = senders.collect();
            async move {
                for sender in senders {
                    sender.await.unwrap();
                }
                SENDERS * TIMES
            }
        })
        .await
    })
}

/// The ratios of rounds in which both run, so that a slower moment of the disk slows both.
async fn compare<F: Future<Output = usize>>(
    ledger: SqlLedger,
    times: usize,
    plainly: impl Fn(&Arc<Bank>) -> F,
) -> Vec<f64> {
    const ROUNDS: usize = 9;
    let platform = Platform::builder()
        .public_url("https://pay.example")
        .ledger(Arc::new(ledger))
        .event_sink(Arc::new(Counting::new(usize::MAX)))
        .shop(instant::shop("main", std::time::Duration::ZERO))
        .build()
        .await
        .unwrap();
    let bank = Bank::new();
    let mut ratios = Vec::new();
    // The first round opens connections and warms caches.
    for round in 0..=ROUNDS {
        let ours = rate(|| receive(&platform, &bank, times)).await;
        let plain = rate(|| plainly(&bank)).await;
        if round == ROUNDS {
            eprintln!("  {ours:.0} against {plain:.0} a second");
        }
        ratios.push(ours / plain);
    }
    ratios.remove(0);
    ratios
}

/// Callbacks a second.
async fn rate<F: Future<Output = usize>>(work: impl FnOnce() -> F) -> f64 {
    let began = Instant::now();
    let sent = work().await;
    sent as f64 / began.elapsed().as_secs_f64()
}

async fn receive(platform: &Platform, bank: &Arc<Bank>, times: usize) -> usize {
    let senders = (0..SENDERS).map(|_| {
        let (inbox, bank) = (platform.inbox().clone(), bank.clone());
        tokio::spawn(async move {
            for _ in 0..times {
                let (n, form) = bank.send();
                let attempt = format!("attempt-{}", n % ORDERS);
                let headers = Headers::NONE;
                let kept = inbox.receive("main", &attempt, &headers, form.as_bytes());
                assert_eq!(kept.await.unwrap(), Kept::Written);
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
    SENDERS * times
}

fn one_transaction(connection: &rusqlite::Connection, row: &Row) {
    let execute = |sql, parameters: &[&dyn rusqlite::ToSql]| {
        let mut statement = connection.prepare_cached(sql).unwrap();
        statement.execute(parameters).unwrap()
    };
    execute("BEGIN IMMEDIATE", &[]);
    let insert = "INSERT INTO inbank_callback
            (shop, reference, key, attempt, subject_kind, subject, status, content, received_at, worked_on)
        VALUES ('main', ?1, ?2, ?3, 'session', ?4, 'completed', ?5, ?6, 0) ON CONFLICT DO NOTHING";
    let inserted = execute(
        insert,
        &[
            &row.reference,
            &row.key,
            &row.attempt,
            &row.session,
            &row.content,
            &row.received_at,
        ],
    );
    let wake = "UPDATE inbank_order SET woken = 1, woken_again = 1, touched_at = ?2,
            due_at = min(coalesce(due_at, ?2), ?2)
        WHERE shop = 'main' AND reference = ?1";
    let woken = execute(wake, &[&row.reference, &row.received_at]);
    assert_eq!((inserted, woken), (1, 1));
    execute("COMMIT", &[]);
}

async fn insert(connection: &mut PgConnection, row: &Row) {
    let insert = "INSERT INTO inbank_callback
            (shop, reference, key, attempt, subject_kind, subject, status, content, received_at, worked_on)
        VALUES ('main', $1, $2, $3, 'session', $4, 'completed', $5, $6, 0) ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert)
        .bind(&row.reference)
        .bind(&row.key)
        .bind(&row.attempt)
        .bind(&row.session)
        .bind(&row.content)
        .bind(row.received_at);
    let inserted = insert.execute(connection).await.unwrap();
    assert_eq!(inserted.rows_affected(), 1);
}
