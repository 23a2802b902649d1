//! From a callback, or a wake, to the delivered event of an order, in an idle platform or beside a shop
//! whose bank hangs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use inbank::ports::{EventSink, Headers, Ledger, SinkError};
use inbank::sql::SqlLedger;
use inbank::{OrderEvent, Platform};
use time::OffsetDateTime;
use tokio::sync::Notify;

use super::{instant, runtime};

const SAMPLES: usize = 31;
const ANSWER: Duration = Duration::from_millis(50);

struct Ringing(Notify);

#[async_trait]
impl EventSink for Ringing {
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError> {
        if event.shop.as_str() == "main" {
            self.0.notify_one();
        }
        Ok(())
    }
}

async fn platform(
    ledger: Arc<dyn Ledger>,
    sink: &Arc<Ringing>,
    takes: Duration,
    hanging: bool,
) -> Platform {
    let mut builder = Platform::builder()
        .public_url("https://pay.example")
        .ledger(ledger)
        .event_sink(sink.clone())
        .shop(instant::shop("main", takes));
    if hanging {
        builder = builder.shop(instant::shop("hangs", Duration::from_hours(1)));
    }
    builder.build().await.unwrap()
}

async fn events(ledger: &Arc<dyn Ledger>, taking: &Platform, sink: &Ringing) -> Vec<f64> {
    let mut times = Vec::new();
    for n in 0..SAMPLES {
        instant::order(&**ledger, "main", n, false).await;
        let at = OffsetDateTime::now_utc().unix_timestamp().unsigned_abs();
        let form = instant::callback(n, at);
        let attempt = format!("attempt-{n}");
        // So that it falls anywhere between two polls.
        let _ = tokio::time::timeout(
            Duration::from_millis(37 * (n as u64 % 7)),
            std::future::pending::<()>(),
        )
        .await;
        let began = Instant::now();
        let inbox = taking.inbox();
        let headers = Headers::NONE;
        let kept = inbox.receive("main", &attempt, &headers, form.as_bytes());
        kept.await.unwrap();
        sink.0.notified().await;
        times.push(began.elapsed().as_secs_f64());
    }
    times
}

/// How many times as long as the bank takes for its answer.
fn against_the_answer(latencies: Vec<f64>) -> Vec<f64> {
    let answer = ANSWER.as_secs_f64();
    latencies
        .into_iter()
        .map(|latency| latency / answer)
        .collect()
}

fn ledger(folder: &tempfile::TempDir) -> String {
    format!("sqlite:{}/ledger.db", folder.path().display())
}

/// In one process.
pub(crate) fn in_one_process() -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let store: Arc<dyn Ledger> = Arc::new(SqlLedger::connect(&ledger(&folder)).await.unwrap());
        let sink = Arc::new(Ringing(Notify::new()));
        let platform = platform(store.clone(), &sink, ANSWER, false).await;
        let running = platform.clone();
        let worker = tokio::spawn(async move { running.run(std::future::pending()).await });
        let latency = events(&store, &platform, &sink).await;
        worker.abort();
        against_the_answer(latency)
    })
}

/// With the worker in another, which polls.
pub(crate) fn by_polling() -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let url = ledger(&folder);
        let taking: Arc<dyn Ledger> = Arc::new(SqlLedger::connect(&url).await.unwrap());
        let working: Arc<dyn Ledger> = Arc::new(SqlLedger::connect(&url).await.unwrap());
        let sink = Arc::new(Ringing(Notify::new()));
        let takes = platform(taking.clone(), &sink, ANSWER, false).await;
        let works = platform(working, &sink, ANSWER, false).await;
        let worker = tokio::spawn(async move { works.run(std::future::pending()).await });
        let latency = events(&taking, &takes, &sink).await;
        worker.abort();
        against_the_answer(latency)
    })
}

/// Beside a shop whose bank hangs, to alone.
pub(crate) fn quiet_shop() -> Vec<f64> {
    let one = |hanging| {
        let folder = tempfile::tempdir().unwrap();
        runtime().block_on(async {
            let url = ledger(&folder);
            let store: Arc<dyn Ledger> = Arc::new(SqlLedger::connect(&url).await.unwrap());
            let sink = Arc::new(Ringing(Notify::new()));
            if hanging {
                for n in 0..200 {
                    instant::order(&*store, "hangs", n, true).await;
                }
            }
            let platform = platform(store.clone(), &sink, ANSWER, hanging).await;
            let running = platform.clone();
            let worker = tokio::spawn(async move { running.run(std::future::pending()).await });
            let latency = events(&store, &platform, &sink).await;
            worker.abort();
            latency
        })
    };
    let alone = super::median(&mut one(false));
    one(true).into_iter().map(|beside| beside / alone).collect()
}
