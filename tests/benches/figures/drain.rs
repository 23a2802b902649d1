//! Orders carried from a callback that was kept to a delivered event, through `run`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::stream::{self, StreamExt as _};
use inbank::ports::{EventSink, Headers, Ledger, SinkError};
use inbank::sql::SqlLedger;
use inbank::{Concurrency, OrderEvent, Platform};
use inbank_testkit::Postgres;
use tokio::sync::Notify;

use super::{commits, instant, runtime};

const DUE: usize = 2000;
/// Callers while the orders are written down.
const WRITERS: usize = 64;

pub(crate) struct Counting {
    left: AtomicUsize,
    done: Notify,
}

impl Counting {
    pub(crate) fn new(events: usize) -> Self {
        Self {
            left: AtomicUsize::new(events),
            done: Notify::new(),
        }
    }

    pub(crate) async fn done(&self) {
        self.done.notified().await;
    }
}

#[async_trait]
impl EventSink for Counting {
    async fn deliver(&self, _: &OrderEvent) -> Result<(), SinkError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.done.notify_one();
        }
        Ok(())
    }
}

/// How long 2,000 orders take that callbacks have made due.
async fn drain(ledger: Arc<dyn Ledger>, takes: Duration, at_once: u32) -> Duration {
    let store = &ledger;
    let orders = stream::iter(0..DUE).for_each_concurrent(WRITERS, |n| async move {
        instant::order(&**store, "main", n, false).await;
    });
    orders.await;
    let sink = Arc::new(Counting::new(DUE));
    let platform = Platform::builder()
        .public_url("https://pay.example")
        .ledger(ledger.clone())
        .event_sink(sink.clone())
        .concurrency(Concurrency {
            orders_of_a_shop: at_once,
            deliveries_of_a_shop: at_once,
            ..Concurrency::default()
        })
        .shop(instant::shop("main", takes))
        .build()
        .await
        .unwrap();
    let inbox = platform.inbox();
    let callbacks = stream::iter(0..DUE).for_each_concurrent(WRITERS, |n| async move {
        let (attempt, form) = (format!("attempt-{n}"), instant::callback(n, 1_553_072_069));
        let headers = Headers::NONE;
        let kept = inbox.receive("main", &attempt, &headers, form.as_bytes());
        kept.await.unwrap();
    });
    callbacks.await;
    let began = Instant::now();
    let worker = tokio::spawn(async move { platform.run(std::future::pending()).await });
    sink.done().await;
    let took = began.elapsed();
    worker.abort();
    eprintln!("  {:.0} orders a second", per_second(took));
    took
}

fn per_second(took: Duration) -> f64 {
    DUE as f64 / took.as_secs_f64()
}

/// The ratios of some drains, each beside what it is measured against.
fn each(mut one: impl FnMut() -> f64) -> Vec<f64> {
    (0..5).map(|_| one()).collect()
}

pub(crate) fn sqlite() -> Vec<f64> {
    each(|| {
        let folder = tempfile::tempdir().unwrap();
        runtime().block_on(async {
            let url = format!("sqlite:{}/ledger.db", folder.path().display());
            let ledger = SqlLedger::connect(&url).await.unwrap();
            let took = drain(Arc::new(ledger), Duration::ZERO, 512).await;
            per_second(took) / commits::on_sqlite(&folder.path().join("plain.db"))
        })
    })
}

pub(crate) fn postgres() -> Vec<f64> {
    each(|| {
        runtime().block_on(async {
            let server = Postgres::shared();
            let ledger = SqlLedger::connect(&server.database()).await.unwrap();
            let took = drain(Arc::new(ledger), Duration::ZERO, 512).await;
            per_second(took) / commits::on_postgres(&server.database(), 16).await
        })
    })
}

pub(crate) fn slow_bank() -> Vec<f64> {
    let once = |_| {
        let folder = tempfile::tempdir().unwrap();
        runtime().block_on(async {
            let url = format!("sqlite:{}/ledger.db", folder.path().display());
            let ledger = SqlLedger::connect(&url).await.unwrap();
            let answer = Duration::from_millis(200);
            let took = drain(Arc::new(ledger), answer, 128).await;
            let least = answer.as_secs_f64() * DUE as f64 / 128.0;
            took.as_secs_f64() / least
        })
    };
    (0..3).map(once).collect()
}
