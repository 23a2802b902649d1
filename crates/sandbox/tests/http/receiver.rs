//! A merchant's server: it takes callbacks and the browser's return, and checks their signature by itself.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use axum::{Router, extract::State, http::StatusCode, routing::any};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha512;
use tokio::net::TcpListener;
use url::form_urlencoded;

#[derive(Default)]
struct Inbox {
    bodies: Vec<String>,
    answers: VecDeque<u16>,
}

#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: Arc<Mutex<Inbox>>,
}

impl Receiver {
    /// Answers with these statuses first, and with 200 after them.
    pub(crate) async fn start(answers: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let inbox = Arc::new(Mutex::new(Inbox {
            answers: answers.iter().copied().collect(),
            ..Inbox::default()
        }));
        let router = Router::new()
            .fallback(any(take))
            .with_state(Arc::clone(&inbox));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, inbox }
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        self.inbox.lock().unwrap().bodies.clone()
    }

    /// The statuses told so far.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let told = |body: &String| {
            Callback::read(body).message()["status"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        self.bodies().iter().map(told).collect()
    }
}

async fn take(State(inbox): State<Arc<Mutex<Inbox>>>, body: String) -> StatusCode {
    let mut inbox = inbox.lock().unwrap();
    inbox.bodies.push(body);
    let status = inbox.answers.pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

/// A callback as the merchant reads it.
pub(crate) struct Callback(HashMap<String, String>);

impl Callback {
    pub(crate) fn read(body: &str) -> Self {
        Self(
            form_urlencoded::parse(body.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub(crate) fn of(fields: HashMap<String, String>) -> Self {
        Self(fields)
    }

    pub(crate) fn message(&self) -> Value {
        serde_json::from_str(&self.0["message"]).unwrap()
    }

    pub(crate) fn timestamp(&self) -> i64 {
        self.0["timestamp"].parse().unwrap()
    }

    /// The guide's check: HMAC-SHA512 over `timestamp.message` with the API key.
    pub(crate) fn is_authentic(&self, key: &str) -> bool {
        let mut mac = Hmac::<Sha512>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(format!("{}.{}", self.0["timestamp"], self.0["message"]).as_bytes());
        let mut expected = String::new();
        for byte in mac.finalize().into_bytes() {
            write!(expected, "{byte:02x}").unwrap();
        }
        self.0["hmac"] == expected
    }
}
