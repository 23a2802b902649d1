//! A callback through the mounted routes into a ledger in memory, over HTTP on a connection that stays
//! open, against a route of the same server that reads the body and says 200.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use inbank::Platform;
use inbank::ports::Ledger;
use inbank_testkit::MemoryLedger;
use reqwest::Client;
use tokio::net::TcpListener;

use super::drain::Counting;
use super::{instant, runtime};

pub(super) const ORDERS: usize = 1_000;

/// Serves the routes of a shop, and what else a server has. Says where.
pub(super) async fn serve(ledger: Arc<dyn Ledger>) -> String {
    let platform = Platform::builder()
        .public_url("https://pay.example/inbank")
        .ledger(ledger)
        .event_sink(Arc::new(Counting::new(usize::MAX)))
        .shop(instant::shop("main", Duration::ZERO))
        .build()
        .await
        .unwrap();
    let plain = post(|_: Bytes| async { (StatusCode::OK, "kept\n") });
    let routes = Router::new()
        .nest("/inbank", platform.router())
        .route("/plain/{shop}/{attempt}", plain);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    base
}

/// A callback about the `n`th order, or the one that begins again after the last: another one each time.
pub(super) fn body(n: usize) -> String {
    instant::callback(n % ORDERS, 1_553_072_069 + n as u64)
}

/// How many times as long the median callback takes.
pub(crate) fn ratios() -> Vec<f64> {
    const ROUNDS: usize = 5_000;
    const WARM: usize = 500;
    runtime().block_on(async {
        let ledger = Arc::new(MemoryLedger::new());
        for n in 0..ORDERS {
            instant::order(&*ledger, "main", n, false).await;
        }
        let base = serve(ledger).await;
        let client = Client::builder().no_proxy().build().unwrap();
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for n in 0..ROUNDS + WARM {
            let address = |route| format!("{base}/{route}/main/attempt-{}", n % ORDERS);
            let (kept, said) = (address("inbank/callbacks"), address("plain"));
            let pair = if n % 2 == 0 {
                let first = took(&client, &kept, n).await;
                (first, took(&client, &said, n).await)
            } else {
                let first = took(&client, &said, n).await;
                (took(&client, &kept, n).await, first)
            };
            if n >= WARM {
                ours.push(pair.0);
                plain.push(pair.1);
            }
        }
        super::ratios_by(500, &ours, &plain)
    })
}

/// From sending to the last byte of the answer, in seconds.
async fn took(client: &Client, url: &str, n: usize) -> f64 {
    let request = client.post(url).body(body(n));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let began = Instant::now();
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let took = began.elapsed().as_secs_f64();
    assert!(
        status == StatusCode::OK && text == "kept\n",
        "{status} {text}"
    );
    took
}
