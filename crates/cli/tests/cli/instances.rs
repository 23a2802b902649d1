//! Several instances of `inbank serve` on one PostgreSQL, killed and started again while orders run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::Duration;

use inbank_sandbox::{Region, Sandbox};
use inbank_testkit::Postgres;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{interval, timeout};

use crate::run::inbank;

const INSTANCES: usize = 3;
const ORDERS: usize = 48;
/// One instance is killed, and another one started in its place, each time that so many events were heard.
const DEATH_EACH: usize = 6;
/// Before whoever was not answered asks again.
const PAUSE: Duration = Duration::from_millis(100);
/// What a killed instance had leased is taken up after two minutes.
const PATIENCE: Duration = Duration::from_mins(6);

/// An instance, killed with the test.
struct Instance(Child);

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Instance {
    /// Started, and the port that it listens at.
    fn start(config: &Path, sandbox: &Sandbox, database: &str) -> (Self, u16) {
        let listen = ["serve", "--listen", "127.0.0.1:0", "--output", "json"];
        let mut process = inbank(&listen)
            .arg("--config")
            .arg(config)
            .env("DATABASE_URL", database)
            .env("INBANK_API_TOKENS", "a-token-of-the-test-itself-0123456789")
            .env("MAIN_SHOP_UUID", sandbox.shop())
            .env("MAIN_API_KEYS", sandbox.api_key())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let listen = ready["listen"].as_str().unwrap();
        let port = listen.rsplit(':').next().unwrap().trim_end_matches('/');
        (Self(process), port.parse().unwrap())
    }
}

/// Where the bank and the shop come in: each connection goes to another instance, as a proxy in front would do it.
struct Door {
    port: u16,
    instances: Arc<[AtomicU16; INSTANCES]>,
}

impl Door {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let instances: Arc<[AtomicU16; INSTANCES]> = Arc::default();
        let behind = instances.clone();
        tokio::spawn(async move {
            let turn = AtomicUsize::new(0);
            while let Ok((mut inside, _)) = listener.accept().await {
                let next = turn.fetch_add(1, Ordering::Relaxed) % INSTANCES;
                let port = behind[next].load(Ordering::Relaxed);
                tokio::spawn(async move {
                    if let Ok(mut outside) = TcpStream::connect(("127.0.0.1", port)).await {
                        let _ = copy_bidirectional(&mut inside, &mut outside).await;
                    }
                });
            }
        });
        Self { port, instances }
    }
}

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
                .bearer_auth("a-token-of-the-test-itself-0123456789")
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
}

fn order(n: usize) -> String {
    format!("order-{n}")
}

fn is_approved_first(n: usize) -> bool {
    n.is_multiple_of(2)
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_are_killed_end_every_order_once_and_tell_every_event_in_order() {
    timeout(PATIENCE, orders_under_kills()).await.unwrap();
}

async fn orders_under_kills() {
    let sandbox = Sandbox::builder(Region::Estonia).instant();
    let sandbox = sandbox.start().await.unwrap();
    let database = Postgres::shared().database();
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
    let mut instances = Vec::new();
    for place in door.instances.iter() {
        let (instance, port) = Instance::start(&config, &sandbox, &database);
        place.store(port, Ordering::Relaxed);
        instances.push(instance);
    }
    let caller = Caller {
        client: Client::builder().no_proxy().build().unwrap(),
        address,
    };
    let opening = async {
        for n in 0..ORDERS {
            let product = if is_approved_first(n) {
                "hire_purchase_approval"
            } else {
                "hire_purchase"
            };
            let cart =
                json!({"product": product, "amount": format!("{}.90", 400 + n), "currency": "EUR"});
            let path = format!("/v1/shops/main/orders/{}/pay", order(n));
            let mut again = interval(PAUSE);
            let session = loop {
                again.tick().await;
                let opened = caller.post(&path, &cart).await;
                let attempts = opened["order"]["attempts"].as_array().unwrap();
                // None while nobody knows whether the bank was asked before its instance was killed.
                if let Some(session) = attempts.last().unwrap()["session_id"].as_str() {
                    break session.parse().unwrap();
                }
            };
            sandbox.customer_applies(session).unwrap();
        }
    };
    let listening = async {
        let mut heard: Vec<Value> = Vec::new();
        let (mut after, mut deaths) = (String::new(), 0);
        while paid(&heard).len() < ORDERS {
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
                if heard.len() / DEATH_EACH > deaths {
                    let victim = deaths % INSTANCES;
                    deaths += 1;
                    // Killed where it is dropped.
                    let (instance, port) = Instance::start(&config, &sandbox, &database);
                    instances[victim] = instance;
                    door.instances[victim].store(port, Ordering::Relaxed);
                }
            }
        }
        (heard, deaths)
    };
    let ((), (heard, deaths)) = tokio::join!(opening, listening);
    assert!(deaths >= INSTANCES, "{deaths} were killed");
    judge(&heard, &sandbox);
}

/// How often each order was told to be paid.
fn paid(heard: &[Value]) -> BTreeMap<&str, usize> {
    let mut paid = BTreeMap::new();
    for event in heard.iter().filter(|event| event["event"] == "paid") {
        *paid.entry(event["order"].as_str().unwrap()).or_default() += 1;
    }
    paid
}

fn judge(heard: &[Value], sandbox: &Sandbox) {
    for n in 0..ORDERS {
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
    assert_eq!(sandbox.contract_count(), ORDERS, "contracts at the bank");
}
