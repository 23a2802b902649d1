//! The routes of the bank's callbacks and of returning browsers, to mount in a platform's own server.
//!
//! | route | who comes | is answered |
//! |---|---|---|
//! | `POST /callbacks/{shop}/{attempt}` | the bank | 200 once the callback is durable, also for a copy |
//! | `POST /return/{shop}/{attempt}` | a browser that brings the same form | on to the shop's page |
//! | `GET /return/{shop}/{attempt}` | a browser that cancelled, or loads again | on to the shop's page |
//!
//! Nothing here reads the bank: what comes wakes its order, and the worker finds out what it means.
//! The shop's page therefore shows what the ledger knows, and not what the browser brought.

mod address;
mod browser;
mod callback;
mod page;

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, HeaderValue};
use axum::routing::{get, post};
use inbank_adapters_http::LARGEST_CALLBACK;
use inbank_app::{Inbox, InboxError};
use inbank_domain::ShopName;
use inbank_ports::{Headers, Kept};

use crate::platform::Wirings;
use crate::{Platform, ReturnPage};
use address::Address;

/// A signed form has about 500 bytes; an order reference of the longest kind adds some thousand.
const BODY_LIMIT: usize = LARGEST_CALLBACK;

/// Seconds after which to try again while the ledger is away, which may be restarting, or too much comes in.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

struct Receiver {
    inbox: Inbox,
    wirings: Wirings,
}

impl Platform {
    /// The routes for callbacks and returning browsers, to be mounted where `public_url` leads; without
    /// state of their own, to nest or merge. They bring their body limit along. How long a client may
    /// take to send a request is for the server to limit, as [`serve`](Self::serve) does.
    ///
    /// A request that is dropped, by the client or by a time limit round this router, leaves its
    /// callback kept or not kept, and never half so; sent again, it is a copy or new.
    ///
    /// ```no_run
    /// # use axum::Router;
    /// # fn example(platform: &inbank::Platform) {
    /// // Where `public_url` is https://shop.example.com/inbank; and `run` works beside.
    /// let routes: Router = Router::new().nest("/inbank", platform.router());
    /// # let _ = routes;
    /// # }
    /// ```
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let receiver = Receiver {
            inbox: self.inbox().clone(),
            wirings: self.wirings().clone(),
        };
        Router::new()
            .route("/callbacks/{shop}/{attempt}", post(callback::receive))
            .route(
                "/return/{shop}/{attempt}",
                get(browser::send_on).post(browser::receive),
            )
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(Arc::new(receiver))
    }
}

impl Receiver {
    async fn keep(
        &self,
        at: &Address,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Kept, InboxError> {
        let headers: Headers = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
            .collect();
        let (shop, attempt) = (at.shop.as_str(), at.attempt.as_str());
        self.inbox.receive(shop, attempt, &headers, body).await
    }

    fn page(&self, shop: &ShopName) -> Option<ReturnPage> {
        let wirings = self.wirings.read().unwrap_or_else(PoisonError::into_inner);
        wirings.get(shop)?.page.clone()
    }
}
