use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use inbank_app::IntakeError;
use inbank_ports::Recorded;
use tracing::{Instrument, Span};

use crate::address::{Address, RawAddress};
use crate::receiver::RETRY_AFTER;
use crate::{Receiver, page};

/// Answers when the callback is durable, so that the bank repeats what was lost.
pub(crate) async fn receive(
    State(receiver): State<Arc<Receiver>>,
    address: RawAddress,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Some(address) = Address::read(&address) else {
        return answer(StatusCode::NOT_FOUND, NOT_FOUND);
    };
    let span = address.span("callbacks");
    let work = async {
        let (status, text) = match body {
            Ok(body) => told(&receiver.keep(&address, &body).await),
            Err(rejection) => (rejection.status(), "the body could not be read\n"),
        };
        Span::current().record("outcome", text.trim_end());
        answer(status, text)
    };
    work.instrument(span).await
}

impl Receiver {
    /// Keeps a signed form. What fails for reasons that an operator can do something about is logged.
    pub(crate) async fn keep(&self, at: &Address, body: &[u8]) -> Result<Recorded, IntakeError> {
        let (shop, financing) = (at.shop.as_str(), at.financing.as_str());
        let kept = self.intake.callback(shop, financing, body).await;
        if let Err(error) = &kept {
            tracing::warn!(error = error as &dyn Error, "a callback is not kept");
        }
        kept
    }
}

/// The same for a shop and a financing: the answer doesn't tell which of the two there is.
const NOT_FOUND: &str = "not found\n";

fn told(kept: &Result<Recorded, IntakeError>) -> (StatusCode, &'static str) {
    match kept {
        Ok(Recorded::Written) => (StatusCode::OK, "kept\n"),
        Ok(Recorded::Copy) => (StatusCode::OK, "kept before\n"),
        Ok(Recorded::NoFinancing) | Err(IntakeError::NoShop | IntakeError::NoFinancing) => {
            (StatusCode::NOT_FOUND, NOT_FOUND)
        }
        Err(IntakeError::Callback(_)) => (StatusCode::UNAUTHORIZED, "not authentic\n"),
        // Whatever else there may be one day: nothing is kept, so the bank is to try again.
        Err(_) => (
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
