//! All cases of what the lender has, over HTTP, and a platform that is paid there.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use example_lender::{Lender, Secret, Signatures};
use inbank::ports::{Headers, async_trait};
use inbank::{
    Bank, Cart, Money, Months, PayOutcome, Platform, ProductCode, Region, SessionId, Shop,
    WebAddress,
};
use inbank_testkit::conformance::{Approval, BankUnderTest, SentCallback, cases};
use inbank_testkit::{MemoryLedger, RecordingSink};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const SECRET: &str = "a secret of the merchant and the lender";

/// The lender's side.
#[derive(Clone, Default)]
struct Desk(Arc<Mutex<Files>>);

#[derive(Default)]
struct Files {
    applications: Vec<Value>,
    callbacks: Vec<SentCallback>,
    loses_answer: bool,
}

type Answer = Result<Json<Value>, StatusCode>;

async fn open(State(desk): State<Desk>, headers: HeaderMap, Json(asked): Json<Value>) -> Answer {
    let expected = format!("Bearer {SECRET}");
    if headers["authorization"] != expected.as_str() {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let mut files = desk.0.lock().unwrap();
    if asked["plan"] != "in_parts" {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let id = format!("application-{}", files.applications.len() + 1);
    let mut application = asked;
    application["state"] = json!("open");
    application["id"] = json!(id);
    files.applications.push(application);
    if std::mem::take(&mut files.loses_answer) {
        return Err(StatusCode::BAD_GATEWAY);
    }
    let page = format!("https://lender.example/{id}");
    Ok(Json(json!({"id": id, "page": page})))
}

async fn show(State(desk): State<Desk>, Path(id): Path<String>) -> Answer {
    let files = desk.0.lock().unwrap();
    let mut all = files.applications.iter();
    let found = all.find(|application| application["id"] == id.as_str());
    found.cloned().map(Json).ok_or(StatusCode::NOT_FOUND)
}

impl Desk {
    async fn start(&self) -> Lender {
        let routes = Router::new()
            .route("/applications", post(open))
            .route("/applications/{id}", get(show))
            .with_state(self.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Lender::new(&address, Region::LITHUANIA, Secret(SECRET.to_owned())).unwrap()
    }

    /// The application stands so now, of which the lender tells or not.
    fn moves(&self, id: &SessionId, state: &str, tells: bool) {
        let mut files = self.0.lock().unwrap();
        let mut all = files.applications.iter_mut();
        let application = all.find(|known| known["id"] == id.as_str()).unwrap();
        application["state"] = json!(state);
        let message = json!({
            "application": id.as_str(),
            "state": state,
            "reference": application["reference"],
        });
        if tells {
            let body = message.to_string().into_bytes();
            let timestamp = "1700000000";
            let signatures = Signatures(Secret(SECRET.to_owned()));
            let signature = signatures.sign(timestamp, &body).unwrap();
            files.callbacks.push(SentCallback {
                headers: vec![
                    ("x-lender-timestamp".to_owned(), timestamp.to_owned()),
                    ("x-lender-signature".to_owned(), signature),
                ],
                body,
            });
        }
    }

    fn applies(&self, id: &SessionId) {
        let amount = {
            let files = self.0.lock().unwrap();
            let mut all = files.applications.iter();
            let known = all.find(|known| known["id"] == id.as_str()).unwrap();
            known["amount"].as_str().unwrap().parse::<f64>().unwrap()
        };
        let state = if amount > 500.0 {
            "refused"
        } else {
            "financed"
        };
        self.moves(id, state, true);
    }
}

struct Tested {
    desk: Desk,
    ports: Bank,
}

impl Tested {
    async fn new() -> Self {
        let desk = Desk::default();
        let ports = desk.start().await.into_bank("merchant 1");
        Self { desk, ports }
    }
}

#[async_trait]
impl BankUnderTest for Tested {
    fn ports(&self) -> &Bank {
        &self.ports
    }
    fn callback_url(&self) -> WebAddress {
        WebAddress::parse("https://shop.example/callback").unwrap()
    }
    async fn callbacks_sent(&self) -> Vec<SentCallback> {
        self.desk.0.lock().unwrap().callbacks.clone()
    }
    fn product_code(&self, _: Approval) -> ProductCode {
        ProductCode::parse("in_parts").unwrap()
    }
    fn granted_total(&self) -> Money {
        Money::parse("499.90", Region::LITHUANIA.currency).unwrap()
    }
    async fn time_passes(&self) {
        // This lender decides at once.
    }
    async fn lose_next_answer(&self) {
        self.desk.0.lock().unwrap().loses_answer = true;
    }
    fn period(&self) -> Months {
        Months::new(12).unwrap()
    }
    fn declined_total(&self) -> Money {
        Money::parse("600", Region::LITHUANIA.currency).unwrap()
    }
    async fn customer_applies(&self, id: &SessionId) {
        self.desk.applies(id);
    }
    async fn customer_cancels(&self, id: &SessionId) {
        self.desk.moves(id, "abandoned", true);
    }
    async fn session_expires(&self, id: &SessionId) {
        self.desk.moves(id, "lapsed", false);
    }
    async fn session_count(&self) -> usize {
        self.desk.0.lock().unwrap().applications.len()
    }
}

#[tokio::test]
async fn every_case_of_its_capabilities_holds() {
    let cases = cases(Tested::new().await.ports());
    assert!(cases.len() > 15);
    for case in cases {
        println!("{}", case.name);
        case.run(&Tested::new().await).await;
    }
}

#[tokio::test]
async fn an_order_is_paid_there() {
    let desk = Desk::default();
    let bank = desk.start().await.into_bank("merchant 1");
    let sink = Arc::new(RecordingSink::new());
    let platform = Platform::builder()
        .public_url("https://shop.example")
        .ledger(Arc::new(MemoryLedger::new()))
        .event_sink(sink.clone())
        .shop(Shop::at("main", bank))
        .build()
        .await
        .unwrap();
    let worker = platform.clone();
    tokio::spawn(async move { worker.run(std::future::pending()).await });
    let order = platform.shop("main").unwrap().order("1001");
    let total = Money::parse("499.90", Region::LITHUANIA.currency).unwrap();
    let paid = order.pay(&Cart::new("in_parts", total)).await.unwrap();
    assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
    desk.applies(&SessionId::parse("application-1").unwrap());
    let attempt = order.find().await.unwrap().unwrap().attempts[0].id.clone();
    let sent = desk.0.lock().unwrap().callbacks[0].clone();
    let headers: Headers = sent.headers.into_iter().collect();
    let inbox = platform.inbox();
    let kept = inbox.receive("main", attempt.as_str(), &headers, &sent.body);
    kept.await.unwrap();
    sink.delivered(1).await;
    assert_eq!(sink.events("1001")[0].kind.name(), "paid");
    assert_eq!(order.callbacks().await.unwrap().len(), 1);
}
