//! A financing, its states, the one table of ways between them, and what the bank's words do to it.

mod graph;
mod intent;
mod observation;
mod occurrence;
mod state;

use crate::{ApplicationId, ContractId, FinancingId, OrderReference, ProductFamily, SessionId};

pub use graph::{Anomaly, Edge, Step, WAYS, Way, given_up, opened, refused};
pub use intent::Intent;
pub use observation::{Observation, advance};
pub use occurrence::{FinancingEvent, Occurrence};
pub use state::{Event, FinancingState};

/// One attempt to finance one order: what has to be remembered between two calls.
///
/// Holds no personal data, so it may be stored and logged.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Financing {
    /// Our own name for it.
    pub id: FinancingId,
    /// The order.
    pub order: OrderReference,
    /// The product's family: says whether contracts may be read.
    pub family: ProductFamily,
    /// Where it stands.
    pub state: FinancingState,
    /// Whether contracts wait for the merchant's approval; needed for direct applications, whose
    /// contracts don't always say so.
    pub merchant_approval: bool,
    /// The bank's session, once known.
    pub session: Option<SessionId>,
    /// The bank's application, once known; another one after the bank changed the conditions.
    pub application: Option<ApplicationId>,
    /// The bank's contract, once known.
    pub contract: Option<ContractId>,
}

impl Financing {
    /// A financing that nobody has asked the bank for yet.
    pub const fn new(id: FinancingId, order: OrderReference, family: ProductFamily) -> Self {
        Self {
            id,
            order,
            family,
            state: FinancingState::Opening,
            merchant_approval: false,
            session: None,
            application: None,
            contract: None,
        }
    }
}

#[cfg(test)]
mod tests;
