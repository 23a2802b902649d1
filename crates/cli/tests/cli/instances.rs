//! Several instances of `inbank serve` on one PostgreSQL, killed and started again while orders run.
//!
//! A test run kills one each time that some events were heard. `cargo xtask instances` kills them by chance, for as many seconds as
//! the variable [`SECONDS`] says, and prints what came of it.

mod fleet;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use inbank_sandbox::{Region, Sandbox};
use inbank_testkit::Postgres;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::time::{Instant, interval, timeout};

use self::fleet::{Door, Fleet, INSTANCES, TOKEN};

const SECONDS: &str = "INBANK_INSTANCES_SECONDS";
/// Without it so many orders come, …
const ORDERS: usize = 48;
/// … and one instance is killed, and another one started in its place, each time that so many events were heard.
const DEATH_EACH: usize = 6;
/// Before whoever was not answered asks again, and before the next order comes.
const PAUSE: Duration = Duration::from_millis(100);
/// What a killed instance had leased is taken up after two minutes.
const PATIENCE: Duration = Duration::from_mins(6);

/// A shop's own server: it asks again where it is not answered, since an instance may have been killed.
struct Caller {
    client: Client,
    address: String,
}

impl Caller {
    async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let mut again = interval(PAUSE);
        loop {
            again.tick().await;
            let url = format!("{}{path}", self.address);
            let request = self
                .client
                .request(method.clone(), url)
                .bearer_auth(TOKEN)
                .header("connection", "close");
            let request = if method == Method::POST {
                request.json(body)
            } else {
                request
            };
            let Ok(response) = request.send().await else {
                continue;
            };
            let status = response.status();
            let Ok(text) = response.text().await else {
                continue;
            };
            if status.is_server_error() || status.as_u16() == 409 || status.as_u16() == 429 {
                continue;
            }
            assert!(status.is_success(), "{path}: {status}: {text}");
            return serde_json::from_str(&text).unwrap();
        }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(Method::POST, path, body).await
    }

    /// An order comes, and its customer applies.
    async fn sell(&self, n: usize, sandbox: &Sandbox) {
        let product = if is_approved_first(n) {
            "hire_purchase_approval"
        } else {
            "hire_purchase"
        };
        // Beyond 500 the sandbox says no.
        let amount = format!("{}.90", 400 + n % 90);
        let cart = json!({"product": product, "amount": amount, "currency": "EUR"});
        let path = format!("/v1/shops/main/orders/{}/pay", order(n));
        let mut again = interval(PAUSE);
        let session = loop {
            again.tick().await;
            let opened = self.post(&path, &cart).await;
            let attempts = opened["order"]["attempts"].as_array().unwrap();
            // None while nobody knows whether the bank was asked before its instance was killed.
            if let Some(session) = attempts.last().unwrap()["session_id"].as_str() {
                break session.parse().unwrap();
            }
        };
        sandbox.customer_applies(session).unwrap();
    }
}

fn order(n: usize) -> String {
    format!("order-{n}")
}

fn is_approved_first(n: usize) -> bool {
    n.is_multiple_of(2)
}

/// Numbers that look like chance, the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_are_killed_end_every_order_once_and_tell_every_event_in_order() {
    let seconds = env::var(SECONDS).ok().map(|text| text.parse().unwrap());
    let by_time = seconds.map(Duration::from_secs);
    let patience = PATIENCE + by_time.unwrap_or_default();
    timeout(patience, orders_under_kills(by_time))
        .await
        .unwrap();
}

async fn orders_under_kills(by_time: Option<Duration>) {
    let sandbox = Sandbox::builder(Region::Estonia).instant();
    let sandbox = sandbox.start().await.unwrap();
    let door = Door::open().await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("inbank.toml");
    let address = format!("http://127.0.0.1:{}", door.port);
    let text = format!(
        "public_url = \"{address}\"\napi_tokens_env = \"INBANK_API_TOKENS\"\n\n[[shops]]\nid = \"main\"\nregion = \"estonia\"\n\
        base_url = \"{}\"\nshop_uuid_env = \"MAIN_SHOP_UUID\"\napi_keys_env = \"MAIN_API_KEYS\"\n",
        sandbox.base_url()
    );
    fs::write(&config, text).unwrap();
    let fleet = Fleet::new(config, Postgres::shared().database(), door);
    for place in 0..INSTANCES {
        fleet.start(place, &sandbox);
    }
    let caller = Caller {
        client: Client::builder().no_proxy().build().unwrap(),
        address,
    };
    let began = Instant::now();
    // How many orders there are is known once the last has come.
    let (orders, deaths) = (AtomicUsize::new(usize::MAX), AtomicUsize::new(0));
    let over = AtomicBool::new(by_time.is_none());
    let opening = async {
        if by_time.is_none() {
            for n in 0..ORDERS {
                caller.sell(n, &sandbox).await;
            }
            return orders.store(ORDERS, Ordering::Relaxed);
        }
        let (mut next, mut n) = (interval(PAUSE), 0);
        let mut selling = FuturesUnordered::new();
        while !over.load(Ordering::Relaxed) {
            tokio::select! {
                _ = next.tick() => {
                    selling.push(caller.sell(n, &sandbox));
                    n += 1;
                }
                Some(()) = selling.next() => {}
            }
        }
        while selling.next().await.is_some() {}
        orders.store(n, Ordering::Relaxed);
    };
    let dying = async {
        let Some(time) = by_time else { return };
        let (mut ticks, mut chance) = (interval(PAUSE), Chance(13));
        while began.elapsed() < time {
            for _ in 0..=chance.below(15) {
                ticks.tick().await;
            }
            let place = usize::try_from(chance.below(INSTANCES as u64)).unwrap();
            fleet.kill(place);
            deaths.fetch_add(1, Ordering::Relaxed);
            for _ in 0..chance.below(15) {
                ticks.tick().await;
            }
            fleet.start(place, &sandbox);
        }
        over.store(true, Ordering::Relaxed);
    };
    let listening = async {
        let mut heard: Vec<Value> = Vec::new();
        let mut after = String::new();
        while paid(&heard).len() < orders.load(Ordering::Relaxed) {
            let path = format!("/v1/events?wait=5&after={after}");
            let answer = caller.ask(Method::GET, &path, &Value::Null).await;
            answer["next"].as_str().unwrap().clone_into(&mut after);
            for event in answer["events"].as_array().unwrap() {
                if event["event"] == "awaits_merchant" {
                    let path = format!(
                        "/v1/shops/main/orders/{}/approve",
                        event["order"].as_str().unwrap()
                    );
                    caller.post(&path, &json!({})).await;
                }
                heard.push(event.clone());
                let died = deaths.load(Ordering::Relaxed);
                if by_time.is_none() && heard.len() / DEATH_EACH > died {
                    deaths.store(died + 1, Ordering::Relaxed);
                    fleet.start(died % INSTANCES, &sandbox);
                }
            }
        }
        heard
    };
    let ((), (), heard) = tokio::join!(opening, dying, listening);
    let (orders, deaths) = (orders.into_inner(), deaths.into_inner());
    assert!(deaths >= INSTANCES, "{deaths} were killed");
    judge(&heard, orders, &sandbox);
    eprintln!(
        "{orders} orders, {} events, {deaths} kills; all ended after {:.0?}",
        heard.len(),
        began.elapsed()
    );
}

/// How often each order was told to be paid.
fn paid(heard: &[Value]) -> BTreeMap<&str, usize> {
    let mut paid = BTreeMap::new();
    for event in heard.iter().filter(|event| event["event"] == "paid") {
        *paid.entry(event["order"].as_str().unwrap()).or_default() += 1;
    }
    paid
}

fn judge(heard: &[Value], orders: usize, sandbox: &Sandbox) {
    for n in 0..orders {
        let of_it = heard
            .iter()
            .filter(|event| event["order"] == order(n).as_str());
        let told: Vec<_> = of_it
            .map(|event| {
                (
                    event["number"].as_u64().unwrap(),
                    event["event"].as_str().unwrap(),
                )
            })
            .collect();
        let expected: &[(u64, &str)] = if is_approved_first(n) {
            &[(1, "awaits_merchant"), (2, "paid")]
        } else {
            &[(1, "paid")]
        };
        assert_eq!(told, expected, "{}", order(n));
    }
    let ids: BTreeSet<_> = heard
        .iter()
        .map(|event| event["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), heard.len(), "an event was read twice");
    assert_eq!(sandbox.contract_count(), orders, "contracts at the bank");
}
