//! More than a service takes: callers, connections.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::{FuturesUnordered, iter};
use inbank_sandbox::{Fault, Operation, Region, Sandbox};
use rustix::process::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::interval;

use crate::run::inbank;
use crate::served::Served;

const TOKEN: &str = "a-token-of-the-test-itself-0123456789";
/// Much less than what would grow by some thousand requests, and more than a database takes for its pages.
const FLAT: u64 = 16 << 20;

/// This process has both ends of many connections, or one of all.
fn may_open_many_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

fn serve(folder: &Path, sandbox: &Sandbox) -> Served {
    let config = folder.join("inbank.toml");
    let text = format!(
        "public_url = \"http://127.0.0.1:1\"\napi_tokens_env = \"TOKENS\"\n\n[[shops]]\nid = \"main\"\nregion = \"estonia\"\n\
        base_url = \"{}\"\nshop_uuid_env = \"UUID\"\napi_keys_env = \"KEYS\"\n",
        sandbox.base_url()
    );
    fs::write(&config, text).unwrap();
    let mut serve = inbank(&["serve", "--config"]);
    serve
        .arg(config)
        .current_dir(folder)
        .env("TOKENS", TOKEN)
        .env("UUID", sandbox.shop())
        .env("KEYS", sandbox.api_key());
    Served::started(&mut serve, TOKEN)
}

/// What came of a call that pays.
enum Paid {
    /// The session that the answer names.
    Taken(String),
    /// To come again later.
    Refused,
}

async fn pay(service: &Served, order: String) -> (String, Paid) {
    let cart = json!({"product": "hire_purchase", "amount": "499.90", "currency": "EUR"});
    let path = format!("/v1/shops/main/orders/{order}/pay");
    let answer = service.posted(&path, &cart).await;
    let status = answer.status().as_u16();
    if matches!(status, 429 | 503) {
        assert!(answer.headers().contains_key("retry-after"), "{status}");
        return (order, Paid::Refused);
    }
    let text = answer.text().await.unwrap();
    assert_eq!(status, 200, "{text}");
    let answer: Value = serde_json::from_str(&text).unwrap();
    let session = answer["order"]["attempts"][0]["session_id"].as_str();
    (order, Paid::Taken(session.unwrap().to_owned()))
}

/// Customers who all come while the bank takes its time. The sessions of those who were taken go to `taken`; says who was refused.
async fn flood(
    service: &Served,
    sandbox: &Sandbox,
    round: usize,
    taken: &mut BTreeMap<String, String>,
) -> Vec<String> {
    const CUSTOMERS: u32 = 300;
    /// As many openings a shop has at once.
    const PLACES: usize = 128;
    sandbox.fault(Operation::CreateSession, Fault::Hold, CUSTOMERS);
    let paying = (0..CUSTOMERS).map(|n| pay(service, format!("{round}-{n}")));
    let mut paying: FuturesUnordered<_> = paying.collect();
    let mut refused = Vec::new();
    let mut released = interval(Duration::from_millis(20));
    loop {
        let answered = tokio::select! {
            answered = paying.next() => answered,
            _ = released.tick(), if refused.len() + PLACES >= CUSTOMERS as usize => {
                sandbox.clear_faults();
                sandbox.release_answers();
                continue;
            }
        };
        match answered {
            Some((order, Paid::Taken(session))) => drop(taken.insert(order, session)),
            Some((order, Paid::Refused)) => refused.push(order),
            None => return refused,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_callers_than_it_takes_are_told_to_come_again_and_nothing_acknowledged_is_lost() {
    may_open_many_files();
    let sandbox = Sandbox::builder(Region::Estonia).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let service = serve(folder.path(), &sandbox);
    let (mut taken, mut memory) = (BTreeMap::new(), Vec::new());
    for round in 0..5 {
        let refused = flood(&service, &sandbox, round, &mut taken).await;
        assert!(refused.len() > 100, "{} were refused", refused.len());
        // Who comes again is taken.
        let (order, paid) = pay(&service, refused[0].clone()).await;
        let Paid::Taken(session) = paid else {
            panic!("nobody else is there")
        };
        taken.insert(order, session);
        memory.push(service.memory());
    }
    // What a process needs at all it has by then.
    assert!(memory[4] < memory[1] + FLAT, "{memory:?}");
    // It is killed.
    drop(service);
    let service = serve(folder.path(), &sandbox);
    let found = iter(&taken).map(|(order, session)| {
        let service = &service;
        async move {
            let path = format!("/v1/shops/main/orders/{order}");
            let found = service.get(&path).await;
            assert_eq!(found["attempts"][0]["session_id"], **session, "{order}");
        }
    });
    found.buffer_unordered(16).collect::<()>().await;
    let listed = service.get("/v1/orders?limit=1000").await;
    let listed = listed["orders"].as_array().unwrap().len();
    assert_eq!(listed, taken.len(), "a refused order left something behind");
    assert_eq!(sandbox.session_count(), taken.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_connections_hold_up_nobody_whatever_limit_of_open_files_is_usual() {
    const IDLE: usize = 1_000;
    may_open_many_files();
    // Fewer than there will be connections.
    let shell = "ulimit -Sn 512 && exec \"$0\" \"$@\"";
    let mut serve = Command::new("/bin/sh");
    serve.env_clear().args(["-c", shell]);
    serve.args([env!("CARGO_BIN_EXE_inbank"), "serve", "--demo"]);
    let service = Served::demo_by(&mut serve);
    let before = service.memory();
    let idle = iter(0..IDLE).map(|n| {
        let address = service.address();
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            if n % 2 == 0 {
                let half = b"POST /v1/shops/main/orders/1/pay HTTP/1.1\r\nHost: a\r\n";
                stream.write_all(half).await.unwrap();
            }
            stream
        }
    });
    let idle: Vec<_> = idle.buffered(64).collect().await;
    let cart = json!({"product": "hire_purchase_approval", "amount": "499.90", "currency": "EUR"});
    let opened = service.post("/v1/shops/main/orders/1001/pay", &cart).await;
    assert!(opened["redirect_url"].is_string(), "{opened}");
    assert_eq!(service.get("/ready").await["ready"], true);
    let open = idle.iter().filter(|stream| {
        let read = stream.try_read(&mut [0]);
        read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    });
    assert_eq!(open.count(), IDLE, "they were there meanwhile");
    assert!(service.memory() < before + 4 * FLAT);
}
