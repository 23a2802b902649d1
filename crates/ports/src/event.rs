use std::error::Error as StdError;

use async_trait::async_trait;
use inbank_domain::FinancingEvent;

/// Where the embedding platform is told what happened.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Tells the platform of an event; once it has answered `Ok`, the event counts as delivered.
    ///
    /// # Contract
    /// - MUST take the same event again, by its id: it comes at least once, and again after a crash or
    ///   an error. Take it in the transaction that changes the order.
    /// - Events of one financing come in order; the next only after this one was taken.
    ///
    /// # Errors
    /// Anything: the event comes again after a growing pause. What the error shows is logged, so it
    /// must hold neither personal data nor a key.
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError>;
}

/// Why a platform could not take an event.
pub type SinkError = Box<dyn StdError + Send + Sync>;
