use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use inbank_app::InboxError;
use inbank_ports::Kept;
use tracing::{Instrument, Span};

use super::address::{Address, RawAddress};
use super::{RETRY_AFTER, Receiver, page};

/// Answers when the callback is durable, so that the bank repeats what was lost.
pub(crate) async fn receive(
    State(receiver): State<Arc<Receiver>>,
    address: RawAddress,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(address) = Address::read(&address) else {
        return answer(StatusCode::NOT_FOUND, NOT_FOUND);
    };
    let span = address.span("callbacks");
    let work = async {
        let (status, text) = match body {
            Ok(body) => told(&receiver.keep(&address, &headers, &body).await),
            Err(rejection) => (rejection.status(), "the body could not be read\n"),
        };
        Span::current().record("outcome", text.trim_end());
        answer(status, text)
    };
    work.instrument(span).await
}

/// The same for a shop and an attempt: the answer doesn't tell which of the two there is.
const NOT_FOUND: &str = "not found\n";

fn told(kept: &Result<Kept, InboxError>) -> (StatusCode, &'static str) {
    match kept {
        Ok(Kept::Written) => (StatusCode::OK, "kept\n"),
        Ok(Kept::Copy) => (StatusCode::OK, "kept before\n"),
        Ok(Kept::Foreign | Kept::NoAttempt)
        | Err(InboxError::Foreign | InboxError::NoShop | InboxError::NoAttempt) => {
            (StatusCode::NOT_FOUND, NOT_FOUND)
        }
        Err(InboxError::Callback(_)) => (StatusCode::UNAUTHORIZED, "not authentic\n"),
        // Nothing is kept, so the bank is to try again.
        Err(InboxError::Busy | InboxError::Ledger(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "not kept: try again later\n",
        ),
    }
}

fn answer(status: StatusCode, text: &'static str) -> Response {
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, page::NO_STORE);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
