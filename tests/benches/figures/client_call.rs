//! A calculation through the port against bare reqwest and `serde_json`, from the same server, by
//! the median call.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use inbank::{
    ApiKey, CalculationRequest, Currency, Money, Months, ProductCode, Region, ShopId,
};
use inbank::http::{PartnerApi, RegionProfile, Site};
use inbank::ports::Calculator;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const ANSWER: &str = include_str!("../../fixtures/epos-2.10/calculation.response.json");

#[derive(Serialize)]
struct Question<'a> {
    product_code: &'a str,
    amount: u32,
    period: u32,
    currency: &'a str,
    response_level: &'a str,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "decoded as a user would, and not read")]
struct Answer {
    product_code: String,
    amount: String,
    period: u32,
    down_payment_amount: String,
    payment_day: u32,
    response_level: String,
    currency: String,
    payment_amount_monthly: String,
    interest_rate_annual: String,
    credit_cost_rate_annual: String,
    total_cost: String,
    total_cost_of_credit: String,
}

pub(crate) fn ratio() -> f64 {
    // One thread serves both clients: with more, the one connection may live on a nearer thread than
    // the other for the whole run.
    let (address, server) = mpsc::channel();
    thread::spawn(move || single_threaded().block_on(serve(&address)));
    let base = format!("http://{}", server.recv().unwrap());
    single_threaded().block_on(measure(&base))
}

fn single_threaded() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

async fn serve(address: &mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    address.send(listener.local_addr().unwrap()).unwrap();
    let answer = || async { ([(CONTENT_TYPE, "application/json")], ANSWER) };
    let router = Router::new().route("/partner/v2/shops/shop/calculations", post(answer));
    axum::serve(listener, router).await.unwrap();
}

async fn measure(base: &str) -> f64 {
    const CALLS: usize = 6_000;
    let key = ApiKey::parse("key").unwrap();
    let api = PartnerApi::builder(&RegionProfile::ESTONIA, ShopId::parse("shop").unwrap(), key)
        .site(Site::parse(base).unwrap())
        .build()
        .unwrap();
    let request = CalculationRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("product_code_here").unwrap(),
        Money::parse("2000", Currency::EUR).unwrap(),
        Months::new(12).unwrap(),
    )
    .unwrap();
    let client = reqwest::Client::new();
    let url = format!("{base}/partner/v2/shops/shop/calculations");

    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for call in 0..CALLS {
        for ours_next in [call % 2 == 0, call % 2 != 0] {
            let start = Instant::now();
            if ours_next {
                api.calculate(&request).await.unwrap();
                ours.push(start.elapsed());
            } else {
                bare_call(&client, &url).await;
                plain.push(start.elapsed());
            }
        }
    }
    p50(ours).as_secs_f64() / p50(plain).as_secs_f64()
}

async fn bare_call(client: &reqwest::Client, url: &str) -> Answer {
    let question = Question {
        product_code: "product_code_here",
        amount: 2000,
        period: 12,
        currency: "EUR",
        response_level: "simple",
    };
    let request = client.post(url).bearer_auth("key").json(&question);
    let response = request.send().await.unwrap().error_for_status().unwrap();
    response.json().await.unwrap()
}

fn p50(mut times: Vec<Duration>) -> Duration {
    // The first calls open connections and warm caches.
    times.drain(..times.len() / 10);
    times.sort_unstable();
    times[times.len() / 2]
}
