//! The bank: a sandbox in a process of its own, spoken to by its controls alone.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use inbank_sandbox::{Region, Sandbox};
use reqwest::{Client, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Instant, interval, sleep_until};

use super::Address;
use super::process::end_with_parent;

/// So many callbacks are on their way at once: a sandbox by itself sends one after the other.
const AT_ONCE: usize = 32;
/// How soon a callback leaves that is due.
const SOON: Duration = Duration::from_millis(5);
/// Before the second, third, … try to deliver one.
const AGAIN: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(5),
    Duration::from_secs(20),
];
const TIMEOUT: Duration = Duration::from_secs(10);

/// Serves a sandbox that takes its time, says on standard output where, and ends with whoever started it.
///
/// # Panics
/// Where it can't listen.
pub async fn bank() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sandbox, router) = Sandbox::builder(Region::Estonia).in_memory(&*url).unwrap();
    let address = Address {
        name: String::new(),
        url,
        shop: sandbox.shop().to_owned(),
        key: sandbox.api_key().to_owned(),
    };
    let line = serde_json::to_string(&address).unwrap();
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{line}").unwrap();
        out.flush().unwrap();
    }
    end_with_parent();
    tokio::spawn(call_back(sandbox));
    axum::serve(listener, router).await.unwrap();
}

/// Sends the callbacks that are due.
async fn call_back(sandbox: Sandbox) {
    let client = Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .build()
        .unwrap();
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut soon = interval(SOON);
    loop {
        soon.tick().await;
        while let Some((url, body)) = sandbox.take_callback() {
            let (client, room) = (client.clone(), room.clone());
            tokio::spawn(async move {
                for pause in AGAIN {
                    let place = room.acquire().await;
                    let form = "application/x-www-form-urlencoded";
                    let request = client.post(&url).header(header::CONTENT_TYPE, form);
                    let answer = request.body(body.clone()).send().await;
                    if answer.is_ok_and(|answer| answer.status().is_success()) {
                        return;
                    }
                    drop(place);
                    sleep_until(Instant::now() + pause).await;
                }
            });
        }
    }
}

/// What the bank has of a session.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) order_reference: String,
    pub(crate) status: String,
    pub(crate) contract_status: Option<String>,
}

/// The controls of a sandbox that runs elsewhere.
#[derive(Clone)]
pub(crate) struct Controls {
    pub(crate) address: Address,
    client: Client,
}

impl Controls {
    pub(crate) const fn new(address: Address, client: Client) -> Self {
        Self { address, client }
    }

    async fn post(&self, path: &str, body: Option<&Value>) -> reqwest::Result<StatusCode> {
        let url = format!("{}/sandbox/{path}", self.address.url);
        let request = self.client.post(url).bearer_auth(&self.address.key);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Ok(request.send().await?.status())
    }

    /// A customer does at the bank what is to be done: applies, accepts and signs, or leaves. Whether that
    /// was possible.
    pub(crate) async fn customer(&self, session: &str, leaves: bool) -> reqwest::Result<bool> {
        let what = if leaves { "cancel" } else { "apply" };
        let status = self
            .post(&format!("sessions/{session}/{what}"), None)
            .await?;
        Ok(status.is_success())
    }

    /// All sessions.
    pub(crate) async fn books(&self) -> reqwest::Result<Vec<Session>> {
        #[derive(Deserialize)]
        struct Books {
            sessions: Vec<Session>,
        }
        let url = format!("{}/sandbox/sessions", self.address.url);
        let request = self.client.get(url).bearer_auth(&self.address.key);
        let answer = request.timeout(Duration::from_mins(1)).send().await?;
        Ok(answer.json::<Books>().await?.sessions)
    }

    /// Takes back what has not struck yet.
    pub(crate) async fn clear_faults(&self) -> reqwest::Result<()> {
        let url = format!("{}/sandbox/faults", self.address.url);
        let request = self.client.delete(url).bearer_auth(&self.address.key);
        request.send().await.map(drop)
    }

    /// Orders the faults of one step of the round: each kind strikes every half minute.
    pub(crate) async fn disturb(&self, step: u64) -> reqwest::Result<()> {
        let faults: &[(&str, Value)] = &match step % 6 {
            0 => vec![
                ("faults", api("create_session", "slow", 30, 400)),
                (
                    "callback-faults",
                    json!({"fault": "duplicate", "copies": 2, "times": 30}),
                ),
            ],
            1 => vec![
                (
                    "faults",
                    json!({"operation": "get_session", "fault": "status", "status": 503, "times": 8}),
                ),
                (
                    "faults",
                    json!({"operation": "get_contract", "fault": "status", "status": 503, "times": 4}),
                ),
            ],
            2 => vec![
                ("faults", api("approve_contract", "answer_lost", 5, 0)),
                ("faults", api("cancel_contract", "answer_lost", 2, 0)),
                (
                    "callback-faults",
                    json!({"fault": "delay", "seconds": 7, "times": 20}),
                ),
            ],
            3 => vec![
                ("faults", api("create_session", "answer_lost", 3, 0)),
                ("faults", api("get_session", "reset_before", 5, 0)),
            ],
            4 => vec![
                ("faults", api("approve_contract", "slow", 20, 900)),
                ("faults", api("get_contract", "slow", 30, 1500)),
                ("callback-faults", json!({"fault": "drop", "times": 20})),
            ],
            _ => vec![
                ("faults", api("get_contract", "answer_lost", 5, 0)),
                (
                    "faults",
                    json!({"operation": "create_session", "fault": "status", "status": 503, "times": 3}),
                ),
            ],
        };
        for (path, fault) in faults {
            self.post(path, Some(fault)).await?;
        }
        Ok(())
    }
}

fn api(operation: &str, fault: &str, times: u32, milliseconds: u64) -> Value {
    json!({"operation": operation, "fault": fault, "times": times, "milliseconds": milliseconds})
}
