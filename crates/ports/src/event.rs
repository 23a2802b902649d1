use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use inbank_domain::OrderEvent;

/// Where the embedding platform is told what happened.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait EventSink: Send + Sync {
    /// Tells the platform of an event; once it has answered `Ok`, the event counts as delivered.
    ///
    /// # Contract
    /// - MUST take the same event again, by its id: it comes at least once, and again after a crash or
    ///   an error. Take it in the transaction that changes the order.
    /// - Events of one order come in order; the next only after this one was taken, or refused for
    ///   good.
    ///
    /// # Errors
    /// [`SinkError::Later`]: the event comes again after a growing pause. [`SinkError::Never`]: it is
    /// put aside, a person is told, and the order's later events follow, marked. A sink that panics is
    /// asked again; an event on which it has panicked three times counts as refused, unless it is
    /// [`NeedsPerson`](inbank_domain::EventKind::NeedsPerson), which comes until it is taken.
    async fn deliver(&self, event: &OrderEvent) -> Result<(), SinkError>;
}

/// Why a platform did not take an event. What the source shows is logged, so it must hold neither
/// personal data nor a key.
#[derive(Debug)]
pub enum SinkError {
    /// It can't take it now.
    Later(Box<dyn StdError + Send + Sync>),
    /// It will never take it.
    Never(Box<dyn StdError + Send + Sync>),
}

/// Any other error is one that passes.
impl<E: Into<Box<dyn StdError + Send + Sync>>> From<E> for SinkError {
    fn from(error: E) -> Self {
        Self::Later(error.into())
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Later(error) => write!(f, "the platform can't take the event now: {error}"),
            Self::Never(error) => write!(f, "the platform refused the event for good: {error}"),
        }
    }
}
