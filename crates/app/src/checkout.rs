use std::sync::Arc;

use inbank_domain::{
    Financing, FinancingId, ProductFamily, SessionRequest, SessionStatus, Step, WebAddress, opened,
    refused,
};
use inbank_ports::{Advice, GatewayError, Sessions};

/// Sends a customer to the bank.
#[derive(Clone)]
pub struct Checkout {
    sessions: Arc<dyn Sessions>,
}

/// What came of starting a checkout.
#[derive(Debug)]
#[non_exhaustive]
pub enum Started {
    /// The session is open.
    Open {
        /// Store it with the order.
        financing: Financing,
        /// Send the customer's browser there.
        redirect_url: WebAddress,
    },
    /// The bank may or may not have opened a session. Store the financing and offer another attempt
    /// under another id; if the session exists, its first callback brings it home.
    Unknown {
        /// Still `Opening`.
        financing: Financing,
        /// Why it is not known.
        error: GatewayError,
    },
    /// The bank refused, or was not asked; no session exists.
    Refused {
        /// `Failed` where asking again is no use, else still `Opening`.
        financing: Financing,
        /// Why.
        error: GatewayError,
    },
}

impl Checkout {
    /// Checkouts through a shop's sessions.
    pub fn new(sessions: Arc<dyn Sessions>) -> Self {
        Self { sessions }
    }

    /// Opens a session for an order. One that rents something is of the family `SmartRent`, whatever
    /// `family` says.
    ///
    /// **Not idempotent**: the bank opens one session a call. Store `id` before calling, and call once
    /// for it, or again after a refusal whose advice is `SafeToRetry`: then nothing was opened.
    /// The request's callback URL should carry `id`: the answer may get lost, and then only the first
    /// callback can tell which financing it belongs to.
    pub async fn start(
        &self,
        id: FinancingId,
        family: ProductFamily,
        request: &SessionRequest,
    ) -> Started {
        let family = family_of(request, family);
        let mut financing = Financing::new(id, request.purchase.reference.clone(), family);
        match self.sessions.open(request).await {
            Ok(session) => {
                if session.status != SessionStatus::Pending {
                    tracing::warn!(status = %session.status, "a new session is not pending");
                }
                financing.session = Some(session.id);
                if let Step::Moved(edge) = opened(financing.state) {
                    financing.state = edge.to;
                }
                Started::Open {
                    financing,
                    redirect_url: session.redirect_url,
                }
            }
            Err(error) => match error.advice() {
                Advice::OutcomeUnknown => Started::Unknown { financing, error },
                Advice::SafeToRetry => Started::Refused { financing, error },
                Advice::NeverRetry => {
                    if let Step::Moved(edge) = refused(financing.state) {
                        financing.state = edge.to;
                    }
                    Started::Refused { financing, error }
                }
            },
        }
    }
}

/// How the bank spells this family is not known, and a rental must never pass for another: it is
/// activated, not approved.
pub(crate) fn family_of(request: &SessionRequest, family: ProductFamily) -> ProductFamily {
    match request.rental_request() {
        Some(_) => ProductFamily::SmartRent,
        None => family,
    }
}

#[cfg(test)]
mod tests;
