use std::error::Error;

use async_trait::async_trait;
use reqwest::{Request, Response};

/// Carries a request to the bank and its answer back, in the place of an HTTP client.
///
/// For a bank that is not at the end of a connection: a sandbox's router in the same program, or answers
/// that a test makes up. Everything else of a call stays what it is over a connection: address, key,
/// dialect, retries, what an answer means. An answer is made from an [`http`](https://docs.rs/http) one,
/// by `reqwest::Response::from`.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Carries one request. Its time limit stands in the request, and is for the transport to keep.
    ///
    /// # Errors
    /// [`TransportError::NotSent`] ⇐ certainly nothing of it has reached the bank: the call may be made
    /// again, writes too. [`TransportError::NoAnswer`] ⇐ it may have, and nobody knows what came of it.
    async fn carry(&self, request: Request) -> Result<Response, TransportError>;
}

/// Why a request brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// It has certainly not reached the bank.
    #[error("could not connect")]
    NotSent(#[source] Box<dyn Error + Send + Sync>),
    /// It may have reached the bank.
    #[error("sent, and the answer did not come or broke off")]
    NoAnswer(#[source] Box<dyn Error + Send + Sync>),
}

impl From<reqwest::Error> for TransportError {
    /// An error in talking to the bank, sorted by the only thing that matters: was it sent?
    fn from(error: reqwest::Error) -> Self {
        // Without the URL: it holds the shop and the contract, and adds nothing.
        let error = error.without_url();
        if error.is_connect() || error.is_builder() {
            Self::NotSent(error.into())
        } else {
            Self::NoAnswer(error.into())
        }
    }
}
