//! A callback through the mounted router into a ledger in memory, over HTTP on a connection that stays
//! open, against a route of the same server that reads the body and says 200.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use inbank::app::{Intake, Shop, ShopPorts, Shops};
use inbank::domain::{
    ApiKey, Financing, FinancingId, OrderReference, ProductCode, ProductFamily, Region, ShopName,
    WebAddress,
};
use inbank::http::{HmacAuthenticator, SystemClock, callback_form};
use inbank::ports::fake::{FakeBank, MemoryLedger};
use inbank::ports::{Entry, FinancingLedger};
use inbank::receiver::Receiver;
use reqwest::Client;
use tokio::net::TcpListener;

use super::store::{now, threads};

const KEY: &str = "e93174d3b9158a01c861c65fab0e7f96";
pub(super) const FINANCINGS: usize = 1_000;

/// The routes of a shop, and what else a server has.
pub(super) fn routes(ledger: Arc<dyn FinancingLedger>) -> Router {
    let key = ApiKey::parse(KEY).unwrap();
    let bank = Arc::new(FakeBank::new(Region::ESTONIA));
    let ports = ShopPorts {
        authenticator: Arc::new(HmacAuthenticator::new([&key]).unwrap()),
        products: bank.clone(),
        sessions: bank.clone(),
        applications: bank.clone(),
        contracts: bank.clone(),
        rentals: bank,
        clock: Arc::new(SystemClock),
    };
    let url = WebAddress::parse("https://pay.example/inbank").unwrap();
    let shop = Shop::new(shop(), Region::ESTONIA, &url, ports).unwrap();
    let intake = Intake::new(Shops::new([shop]).unwrap(), ledger, Arc::new(SystemClock));
    let plain = post(|_: Bytes| async { (StatusCode::OK, "kept\n") });
    Router::new()
        .nest("/inbank", Receiver::new(intake).into_router())
        .route("/plain/{shop}/{financing}", plain)
}

/// The same callback at other times, which is another one each time.
pub(super) fn body(n: usize) -> String {
    let key = ApiKey::parse(KEY).unwrap();
    let message = r#"{"uuid":"3241a6d5-051b-415b-afc7-0a5aad115fcc","status":"cancelled","purchase_reference":"1234"}"#;
    callback_form(&key, 1_553_072_069 + n as u64, message).unwrap()
}

fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

/// Writes `f-0` and so on, at rest.
pub(super) async fn fill(ledger: &dyn FinancingLedger) {
    for n in 0..FINANCINGS {
        let id = FinancingId::parse(format!("f-{n}")).unwrap();
        let order = OrderReference::parse(n.to_string()).unwrap();
        let financing = Financing::new(id, order, ProductFamily::HirePurchase);
        let product = ProductCode::parse("hp").unwrap();
        let entry = Entry::new(shop(), 1, product, financing, now(), now());
        ledger.open(&entry, now()).await.unwrap();
    }
}

/// How many times as long the median callback takes.
pub(crate) fn ratio() -> f64 {
    const ROUNDS: usize = 5_000;
    const WARM: usize = 500;
    threads().block_on(async {
        let ledger = Arc::new(MemoryLedger::new());
        fill(&*ledger).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = routes(ledger);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = Client::builder().no_proxy().build().unwrap();
        let (mut ours, mut plain) = (Vec::new(), Vec::new());
        for n in 0..ROUNDS + WARM {
            let financing = n % FINANCINGS;
            let address = |route| format!("{base}/{route}/main/f-{financing}");
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
        super::median(&mut ours) / super::median(&mut plain)
    })
}

/// From sending to the last byte of the answer, in seconds.
async fn took(client: &Client, url: &str, n: usize) -> f64 {
    let request = client.post(url).body(body(n));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let start = Instant::now();
    let answer = request.send().await.unwrap();
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let took = start.elapsed().as_secs_f64();
    assert!(status == StatusCode::OK && text == "kept\n", "{status}");
    took
}
