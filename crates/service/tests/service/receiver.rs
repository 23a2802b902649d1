//! A shop's own server: takes webhooks, and answers as it is told.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// The most that a test waits for what is to come.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    With(u16, &'static str, String),
    Never,
}

/// A webhook that came.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signatures: Vec<String>,
    pub(crate) content: Vec<u8>,
    pub(crate) body: Value,
}

impl Came {
    /// The order and the number of its event.
    pub(crate) fn about(&self) -> (&str, u64) {
        let data = &self.body["data"];
        (
            data["reference"].as_str().unwrap(),
            data["number"].as_u64().unwrap(),
        )
    }

    /// Whether it is signed by a secret, worked out anew.
    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", self.id, self.timestamp).as_bytes());
        mac.update(&self.content);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.signatures.contains(&signature)
    }
}

#[derive(Clone)]
struct Shared {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    otherwise: Arc<Mutex<Reply>>,
    came: mpsc::UnboundedSender<Came>,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    shared: Shared,
    came: mpsc::UnboundedReceiver<Came>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let (sender, came) = mpsc::unbounded_channel();
        let shared = Shared {
            replies: Arc::default(),
            otherwise: Arc::new(Mutex::new(Reply::Status(204))),
            came: sender,
        };
        let routes = Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { url, shared, came }
    }

    /// The next answers, one after the other; then it is 204 again.
    pub(crate) fn replies(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.replies.lock().unwrap().extend(replies);
    }

    /// Every answer after those.
    pub(crate) fn always(&self, reply: Reply) {
        *self.shared.otherwise.lock().unwrap() = reply;
    }

    pub(crate) async fn next(&mut self) -> Came {
        let came = timeout(PATIENCE, self.came.recv()).await;
        came.unwrap().unwrap()
    }

    /// What has come that was not looked at.
    pub(crate) fn rest(&mut self) -> Vec<String> {
        let mut ids = Vec::new();
        while let Ok(came) = self.came.try_recv() {
            ids.push(came.id);
        }
        ids
    }
}

async fn take(State(shared): State<Shared>, headers: HeaderMap, content: Bytes) -> Response {
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(text("content-type"), "application/json");
    let came = Came {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp").parse().unwrap(),
        signatures: text("webhook-signature")
            .split(' ')
            .map(str::to_owned)
            .collect(),
        body: serde_json::from_slice(&content).unwrap(),
        content: content.to_vec(),
    };
    let reply = shared.replies.lock().unwrap().pop_front();
    let reply = reply.unwrap_or_else(|| shared.otherwise.lock().unwrap().clone());
    // The test may have ended.
    let _ = shared.came.send(came);
    match reply {
        Reply::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, "what is wrong").into_response()
        }
        Reply::With(status, name, value) => {
            let name: header::HeaderName = name.parse().unwrap();
            (StatusCode::from_u16(status).unwrap(), [(name, value)]).into_response()
        }
        Reply::Never => pending().await,
    }
}
