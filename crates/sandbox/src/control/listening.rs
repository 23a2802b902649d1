//! The control by which a program listens to the callbacks as they are sent: a stream of JSON documents, one a line.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use futures::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use super::Controlled;
use crate::{callback::delivery::HEADERS, shared::Shared};

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/sandbox/callbacks/stream", get(listen))
}

/// Where a listener has got to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Position {
    /// Which sandbox it has listened to, and how many of its callbacks it has heard. Those of another one are all new to it.
    sandbox: Option<Uuid>,
    #[serde(default)]
    after: usize,
}

struct Listener {
    shared: Arc<Shared>,
    next: usize,
    changes: watch::Receiver<()>,
    stopped: watch::Receiver<bool>,
    greeting: Option<Value>,
}

/// The first line says which sandbox this is; then one for each callback that is sent from now on, or after the position that is given. A
/// callback that is sent again, since nobody has taken it, has its line already. The stream ends with the sandbox.
async fn listen(State(shared): Controlled, Query(position): Query<Position>) -> Response {
    // Before it is read how far the bank is, so that no change goes unheard.
    let (changes, stopped) = (shared.changes(), shared.stopped());
    let sent = shared.lock().callbacks.sent_so_far();
    let next = match position.sandbox {
        None => sent,
        Some(sandbox) if sandbox == shared.instance => position.after.min(sent),
        Some(_) => 0,
    };
    let greeting = json!({"sandbox": shared.instance, "after": next});
    let listener = Listener {
        shared,
        next,
        changes,
        stopped,
        greeting: Some(greeting),
    };
    let lines = stream::unfold(listener, |mut listener| async move {
        let mut line = listener.next().await?.to_string();
        line.push('\n');
        Some((Ok::<_, Infallible>(Bytes::from(line)), listener))
    });
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (headers, Body::from_stream(lines)).into_response()
}

impl Listener {
    async fn next(&mut self) -> Option<Value> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        loop {
            self.changes.mark_unchanged();
            let found = self.shared.lock().callbacks.sent(self.next).map(|(url, body)| {
                json!({"number": self.next + 1, "url": url, "headers": HEADERS, "body": body})
            });
            if found.is_some() {
                self.next += 1;
                return found;
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                _ = self.stopped.wait_for(|stopped| *stopped) => return None,
            }
        }
    }
}
