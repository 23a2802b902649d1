//! How much goes on at once. Beyond it a caller is told to come again, so that callbacks, which need no
//! place here, find connections and memory.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Shared;
use super::body;
use super::problem::Problem;

/// Requests that are worked on at once. The server takes some more connections than these and those that
/// wait, which are left to callbacks and returning browsers.
const AT_WORK: usize = 640;
/// Requests that wait for events at once, or are told of them as they come.
const WAITING: usize = 256;
/// Bodies that may be large and are read or passed on at once: each is some 50 MB of memory, as it came, decoded, and on its way.
const LARGE: usize = 8;
/// After which a caller may come again.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The places.
pub(super) struct Places {
    at_work: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            at_work: Arc::new(Semaphore::new(AT_WORK)),
            waiting: Arc::new(Semaphore::new(WAITING)),
            large: Arc::new(Semaphore::new(LARGE)),
        }
    }
}

impl Places {
    fn at_work(&self) -> Result<OwnedSemaphorePermit, Problem> {
        taken(&self.at_work)
    }

    /// A place to wait for events in.
    pub(super) fn waiting(&self) -> Result<OwnedSemaphorePermit, Problem> {
        taken(&self.waiting)
    }

    /// A place for a large body.
    pub(super) fn large(&self) -> Result<OwnedSemaphorePermit, Problem> {
        taken(&self.large)
    }
}

fn taken(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let place = places.clone().try_acquire_owned();
    place.map_err(|_| Problem::busy(AGAIN_AFTER))
}

/// Paths that are answered however much goes on, or that take places of their own.
const APART: [&str; 4] = ["/health", "/ready", "/metrics", "/v1/events"];

/// Lets a request in where there is a place, with the limit of its body.
pub(super) async fn admit(State(api): State<Shared>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let largest = body::largest(path);
    let place = if APART.contains(&path) {
        None
    } else {
        match api.places.at_work() {
            Ok(place) => Some(place),
            Err(problem) => return problem.into_response(),
        }
    };
    DefaultBodyLimit::max(largest).apply(&mut request);
    let mut response = next.run(request).await;
    drop(place);
    let headers = response.headers_mut();
    let nosniff = HeaderValue::from_static("nosniff");
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}
