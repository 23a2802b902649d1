//! Authentic callbacks made durable by 64 senders at once: through the ledger, against the plainest statements that keep
//! them. Each is authenticated in both.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures::future::join_all;
use inbank::domain::{ApiKey, FinancingId, SessionId, ShopName};
use inbank::http::{HmacAuthenticator, callback_form};
use inbank::ports::{
    CallbackAuthenticator, FinancingLedger, Headers, ReceivedCallback, Recorded, Subject,
};
use inbank_adapters_sql::SqlLedger;
use sqlx::{AnyConnection, Connection};
use tokio::sync::Mutex;

use super::store::{Store, micros, now, threads};

const SENDERS: usize = 64;
const FINANCINGS: usize = 1_000;
/// The guide's own example.
const MESSAGE: &str = r#"{"uuid":"3241a6d5-051b-415b-afc7-0a5aad115fcc","status":"cancelled","purchase_reference":"1234"}"#;

struct Bank {
    authenticator: HmacAuthenticator,
    body: String,
    sent: AtomicUsize,
}

impl Bank {
    fn new() -> Arc<Self> {
        let key = ApiKey::parse("e93174d3b9158a01c861c65fab0e7f96").unwrap();
        Arc::new(Self {
            authenticator: HmacAuthenticator::new([&key]).unwrap(),
            body: callback_form(&key, 1_553_072_069, MESSAGE).unwrap(),
            sent: AtomicUsize::new(0),
        })
    }

    /// The next callback, authenticated.
    fn send(&self) -> ReceivedCallback {
        let n = self.sent.fetch_add(1, Ordering::Relaxed);
        self.authenticator
            .authenticate(&Headers::NONE, self.body.as_bytes())
            .unwrap();
        ReceivedCallback {
            shop: ShopName::parse("main").unwrap(),
            financing: FinancingId::parse(format!("f-{}", n % FINANCINGS + 1)).unwrap(),
            key: format!("{n:064x}"),
            subject: Subject::Session(
                SessionId::parse("3241a6d5-051b-415b-afc7-0a5aad115fcc").unwrap(),
            ),
            body: self.body.clone().into_bytes(),
            received_at: now(),
        }
    }
}

/// How many times as many a second as with a transaction for each, on the same file, doing the same.
pub(crate) fn sqlite() -> f64 {
    threads().block_on(async {
        let store = Store::sqlite();
        let ledger = store.ledger().await;
        store.fill(FINANCINGS.try_into().unwrap(), 0).await;
        let mut connection = store.connection().await;
        sqlx::query("PRAGMA synchronous = FULL")
            .execute(&mut connection)
            .await
            .unwrap();
        let connection = Arc::new(Mutex::new(connection));
        compare(&ledger, 50, 10, |bank, times| {
            let connection = Arc::clone(&connection);
            async move {
                for _ in 0..times {
                    let callback = bank.send();
                    one_transaction(&mut *connection.lock().await, &callback).await;
                }
            }
        })
        .await
    })
}

/// How many times as many a second as with as many connections that each insert one row at a time, and do nothing else.
pub(crate) fn postgres() -> f64 {
    threads().block_on(async {
        let store = Store::postgres();
        let ledger = store.ledger().await;
        store.fill(FINANCINGS.try_into().unwrap(), 0).await;
        let connections = join_all((0..SENDERS).map(|_| store.connection())).await;
        let connections: Vec<_> = connections
            .into_iter()
            .map(|one| Arc::new(Mutex::new(one)))
            .collect();
        let next = AtomicUsize::new(0);
        compare(&ledger, 50, 50, |bank, times| {
            let own = next.fetch_add(1, Ordering::Relaxed) % SENDERS;
            let connection = Arc::clone(&connections[own]);
            async move {
                let mut connection = connection.lock().await;
                for _ in 0..times {
                    insert(&mut connection, &bank.send()).await;
                }
            }
        })
        .await
    })
}

/// The median ratio over rounds in which both run, so that a slower moment of the disk slows both.
async fn compare<F: Future<Output = ()> + Send + 'static>(
    ledger: &SqlLedger,
    ours: usize,
    plain: usize,
    plainly: impl Fn(Arc<Bank>, usize) -> F,
) -> f64 {
    const ROUNDS: usize = 9;
    let bank = Bank::new();
    let mut ratios = Vec::new();
    // The first round opens connections and warms caches.
    for _ in 0..=ROUNDS {
        let through_ledger = rate(ours, || record(ledger.clone(), Arc::clone(&bank), ours)).await;
        let plain = rate(plain, || plainly(Arc::clone(&bank), plain)).await;

        ratios.push(through_ledger / plain);
    }
    ratios.remove(0);
    super::median(&mut ratios)
}

/// Callbacks a second by all senders together.
#[expect(clippy::cast_precision_loss, reason = "some thousands")]
async fn rate<F: Future<Output = ()> + Send + 'static>(
    times: usize,
    sender: impl Fn() -> F,
) -> f64 {
    let start = Instant::now();
    let senders: Vec<_> = (0..SENDERS).map(|_| tokio::spawn(sender())).collect();
    for sender in senders {
        sender.await.unwrap();
    }
    (SENDERS * times) as f64 / start.elapsed().as_secs_f64()
}

async fn record(ledger: SqlLedger, bank: Arc<Bank>, times: usize) {
    for _ in 0..times {
        let recorded = ledger.record(&bank.send()).await.unwrap();
        assert_eq!(recorded, Recorded::Written);
    }
}

async fn one_transaction(connection: &mut AnyConnection, callback: &ReceivedCallback) {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
    insert(&mut transaction, callback).await;
    let rouse = "UPDATE inbank_financing SET roused = roused + 1, roused_at = max(roused_at, $3), due_at = min(coalesce(due_at, $3), $3) \
         WHERE shop = $1 AND id = $2";
    let rouse = sqlx::query(rouse)
        .bind(callback.shop.as_str())
        .bind(callback.financing.as_str())
        .bind(micros(callback.received_at));
    let roused = rouse.execute(&mut *transaction).await.unwrap();
    assert_eq!(roused.rows_affected(), 1);
    transaction.commit().await.unwrap();
}

async fn insert(connection: &mut AnyConnection, callback: &ReceivedCallback) {
    let Subject::Session(session) = &callback.subject else {
        panic!("they are about sessions")
    };
    let insert = "INSERT INTO inbank_callback (shop, financing, key, subject_kind, subject, body, received_at) \
         VALUES ($1, $2, $3, 'session', $4, $5, $6) ON CONFLICT DO NOTHING";
    let insert = sqlx::query(insert)
        .bind(callback.shop.as_str())
        .bind(callback.financing.as_str())
        .bind(callback.key.as_str())
        .bind(session.as_str())
        .bind(callback.body.as_slice())
        .bind(micros(callback.received_at));
    let inserted = insert.execute(connection).await.unwrap();
    assert_eq!(inserted.rows_affected(), 1);
}
