use inbank_domain::{CommandRefused, Invalid, MustBeKept};
use inbank_ports::{GatewayError, LedgerError};
use time::OffsetDateTime;

/// Why something about an order is not done. Safe to repeat, whatever it says.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// The bank refused it, or gave no answer and did nothing.
    #[error(transparent)]
    Bank(#[from] GatewayError),
    /// The request breaks a rule; nothing was written or sent.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// It can't be erased now; nothing was.
    #[error(transparent)]
    Kept(#[from] MustBeKept),
    /// The ledger could not be asked: try again later.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The shop has no such order, or the order no such attempt.
    #[error("the shop has no such order; was it paid through this ledger?")]
    NotFound,
    /// It can't be decided now; nothing was written or sent.
    #[error(transparent)]
    Refused(#[from] CommandRefused),
    /// The bank answered with a session or application that another attempt has: nobody is sent there, and
    /// a person is told (`needs_person`). A further call opens another attempt.
    #[error(
        "the bank answered with a session or application that another attempt has; a person is told"
    )]
    Taken,
    /// Too many attempts at this order were opened within an hour; nothing was sent.
    #[error("too many attempts at this order within an hour; try again at {0}")]
    TooMany(OffsetDateTime),
    /// The bank was asked, and it is not known whether it heard. No customer can have been sent to
    /// what may have been opened: a further call opens another attempt.
    #[error("the bank was asked and did not answer; call again to open another attempt")]
    Unclear(#[source] Option<GatewayError>),
    /// The order keeps changing, or the task that did this was ended: try again.
    #[error("the order is being changed by others; try again")]
    Busy,
}
