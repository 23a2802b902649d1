use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderValue;
use axum::routing::{get, post};
use inbank_app::Intake;
use inbank_domain::ShopName;

use crate::{ReturnPage, browser, callback};

/// A signed form has about 500 bytes; an order reference of the longest kind adds some thousand.
const BODY_LIMIT: usize = 64 * 1024;

/// Seconds after which to try again while the ledger is away: it may be restarting.
pub(crate) const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

/// Takes the bank's callbacks and returning browsers in, for all shops of an [`Intake`].
#[derive(Clone)]
pub struct Receiver {
    pub(crate) intake: Intake,
    pub(crate) pages: BTreeMap<ShopName, ReturnPage>,
}

impl Receiver {
    /// A receiver that sends nobody on yet: a customer who returns sees a small page that says so.
    pub const fn new(intake: Intake) -> Self {
        Self {
            intake,
            pages: BTreeMap::new(),
        }
    }

    /// Sends the browsers that return to `shop` on to its page. Said twice, the latter counts.
    #[must_use]
    pub fn return_to(mut self, shop: ShopName, page: ReturnPage) -> Self {
        self.pages.insert(shop, page);
        self
    }

    /// The routes, without state of their own, for a platform to nest or merge. They bring their body
    /// limit along. How long a client may take to send a request is for the server to limit.
    ///
    /// A request that is dropped, by the client or by a time limit round this router, leaves its
    /// callback kept or not kept, and never half so; sent again, it is a copy or new.
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        Router::new()
            .route("/callbacks/{shop}/{financing}", post(callback::receive))
            .route(
                "/return/{shop}/{financing}",
                get(browser::send_on).post(browser::receive),
            )
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(Arc::new(self))
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}
