use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use inbank_app::InboxError;
use tracing::{Instrument, Span};

use super::Receiver;
use super::address::{Address, RawAddress};
use super::page::{self, Page};

/// A browser that brings the signed form: kept like the bank's own copy, which may come later.
pub(crate) async fn receive(
    State(receiver): State<Arc<Receiver>>,
    address: RawAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(address) = Address::read(&address) else {
        return page::show(&Page::NOT_FOUND, None);
    };
    let span = address.span("return");
    let work = async {
        let body = match body {
            Ok(body) => body,
            Err(rejection) => {
                Span::current().record("outcome", "the body could not be read");
                return page::show(&Page::unreadable(rejection.status()), None);
            }
        };
        let refused = if body.is_empty() {
            false
        } else {
            let kept = receiver.keep(&address, &headers, &body).await;
            // What was not kept for another reason doesn't hold the customer up: the bank calls back
            // as well, and the worker looks for itself.
            matches!(kept, Err(InboxError::Callback(_)))
        };
        receiver.onward(&address, refused).await
    };
    work.instrument(span).await
}

/// A browser that cancelled, or loads again what it had sent.
pub(crate) async fn send_on(
    State(receiver): State<Arc<Receiver>>,
    address: RawAddress,
) -> Response {
    let Some(address) = Address::read(&address) else {
        return page::show(&Page::NOT_FOUND, None);
    };
    let span = address.span("return");
    receiver.onward(&address, false).instrument(span).await
}

impl Receiver {
    /// Reads the bank, and sends the customer to the shop's page; `refused` customers go there by themselves, having read why.
    async fn onward(&self, at: &Address, refused: bool) -> Response {
        let (shop, attempt) = (at.shop.as_str(), at.attempt.as_str());
        let order = self.inbox.returned(shop, attempt).await;
        if let Err(error @ InboxError::Ledger(_)) = &order {
            tracing::warn!(error = error as &dyn Error, "a customer can't be sent on");
        }
        let target = order.as_ref().ok().and_then(|order| {
            let page = self.page(&at.shop)?;
            Some(page.fill(order, &at.attempt))
        });
        let (outcome, response) = match (order, target) {
            (_, target) if refused => {
                let page = page::show(&Page::NOT_AUTHENTIC, target.as_deref());
                ("not authentic", page)
            }
            (Ok(_), Some(target)) => ("sent on", page::see_other(&target)),
            (Ok(_), None) => ("shown", page::show(&Page::RETURNED, None)),
            (Err(InboxError::NoShop | InboxError::NoAttempt), _) => {
                ("not found", page::show(&Page::NOT_FOUND, None))
            }
            (Err(_), _) => ("try again", page::show(&Page::TRY_AGAIN, None)),
        };
        Span::current().record("outcome", outcome);
        response
    }
}
