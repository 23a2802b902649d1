//! A calculation through the port against bare reqwest and `serde_json`, from the same server, by
//! the median call.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use inbank::http::{PartnerApi, RegionProfile, Site};
use inbank::ports::Calculator;
use inbank::{ApiKey, CalculationRequest, Currency, Money, Months, ProductCode, Region, ShopId};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const ANSWER: &str = include_str!("../../fixtures/epos-2.10/calculation.response.json");

/// Where a calculation is asked for.
pub(super) const PATH: &str = "/partner/v2/shops/shop/calculations";

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

pub(crate) fn ratios() -> Vec<f64> {
    ratios_to(None)
}

/// The same against a bare client that doesn't wait for ever either.
pub(crate) fn ratios_to_limited() -> Vec<f64> {
    ratios_to(Some(Duration::from_secs(30)))
}

fn ratios_to(limit: Option<Duration>) -> Vec<f64> {
    // One thread serves both clients: with more, the one connection may live on a nearer thread than
    // the other for the whole run.
    single_threaded().block_on(measure(&start(), limit))
}

/// Starts the server. Says where.
pub(super) fn start() -> String {
    let (address, server) = mpsc::channel();
    thread::spawn(move || single_threaded().block_on(serve(&address)));
    format!("http://{}", server.recv().unwrap())
}

pub(super) fn single_threaded() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

async fn serve(address: &mpsc::Sender<SocketAddr>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    address.send(listener.local_addr().unwrap()).unwrap();
    let answer = || async { ([(CONTENT_TYPE, "application/json")], ANSWER) };
    let router = Router::new().route(PATH, post(answer));
    axum::serve(listener, router).await.unwrap();
}

/// The shop at that server, as a platform has it.
pub(super) fn api(base: &str) -> PartnerApi {
    let (shop, key) = (
        ShopId::parse("shop").unwrap(),
        ApiKey::parse("key").unwrap(),
    );
    let api = PartnerApi::builder(&RegionProfile::ESTONIA, shop, key);
    api.site(Site::parse(base).unwrap()).build().unwrap()
}

pub(super) fn request() -> CalculationRequest {
    let product = ProductCode::parse("product_code_here").unwrap();
    let amount = Money::parse("2000", Currency::EUR).unwrap();
    let period = Months::new(12).unwrap();
    CalculationRequest::new(&Region::ESTONIA, product, amount, period).unwrap()
}

async fn measure(base: &str, limit: Option<Duration>) -> Vec<f64> {
    const CALLS: usize = 10_000;
    // The first calls open connections and warm caches.
    const WARM: usize = 500;
    let (api, request) = (api(base), request());
    let mut client = reqwest::Client::builder();
    if let Some(limit) = limit {
        client = client.timeout(limit);
    }
    let client = client.build().unwrap();
    let url = format!("{base}{PATH}");

    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    for call in 0..CALLS + WARM {
        for ours_next in [call % 2 == 0, call % 2 != 0] {
            let start = Instant::now();
            if ours_next {
                api.calculate(&request).await.unwrap();
                ours.push(start.elapsed().as_secs_f64());
            } else {
                bare_call(&client, &url).await;
                plain.push(start.elapsed().as_secs_f64());
            }
        }
    }
    super::ratios_by(500, &ours[WARM..], &plain[WARM..])
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
