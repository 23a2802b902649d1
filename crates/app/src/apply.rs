use std::sync::Arc;

use inbank_domain::{
    Application, ApplicationRequest, Financing, FinancingId, Observation, OrderReference,
    ProductFamily, Step, advance, opened, refused,
};
use inbank_ports::{Advice, Applications, GatewayError, ProductCatalogue};

/// Submits direct credit applications.
#[derive(Clone)]
pub struct Apply {
    products: Arc<dyn ProductCatalogue>,
    applications: Arc<dyn Applications>,
}

/// What came of submitting an application.
#[derive(Debug)]
#[non_exhaustive]
pub enum Submitted {
    /// The bank has it. Store the financing; the decision may be there already, or is to be awaited.
    Sent {
        /// With its application.
        financing: Financing,
        /// The application as the bank first described it.
        application: Box<Application>,
    },
    /// The bank may or may not have it. It must not be sent again: store the financing, tell the
    /// customer that it is being processed, and let the first callback bring the application home.
    Unknown {
        /// Still `Opening`.
        financing: Financing,
        /// Why it is not known.
        error: GatewayError,
    },
    /// The bank refused, or was not asked; no application exists.
    Refused {
        /// `Failed` where asking again is no use, else still `Opening`.
        financing: Financing,
        /// Why.
        error: GatewayError,
    },
}

impl Apply {
    /// Applications for a shop's products.
    pub fn new(products: Arc<dyn ProductCatalogue>, applications: Arc<dyn Applications>) -> Self {
        Self {
            products,
            applications,
        }
    }

    /// Submits an application for an order, after checking that it has what its product requires.
    ///
    /// **Not idempotent**: the bank makes one application a call. Store `id` before calling, and call
    /// once for it, or again after a refusal whose advice is `SafeToRetry`. The request's callback
    /// URL should carry `id`: a callback names nothing else that leads back to the order.
    pub async fn submit(
        &self,
        id: FinancingId,
        order: OrderReference,
        family: ProductFamily,
        request: &ApplicationRequest,
    ) -> Submitted {
        let mut financing = Financing::new(id, order, family);
        match self.send(&mut financing, request).await {
            Ok(application) => {
                financing.application = Some(application.id.clone());
                financing.contract.clone_from(&application.contract);
                for step in [
                    opened(financing.state),
                    advance(financing.state, Observation::Application(&application)),
                ] {
                    if let Step::Moved(edge) = step {
                        financing.state = edge.to;
                    }
                }
                Submitted::Sent {
                    financing,
                    application: Box::new(application),
                }
            }
            Err(error) => match error.advice() {
                Advice::OutcomeUnknown => Submitted::Unknown { financing, error },
                Advice::SafeToRetry => Submitted::Refused { financing, error },
                Advice::NeverRetry => {
                    if let Step::Moved(edge) = refused(financing.state) {
                        financing.state = edge.to;
                    }
                    Submitted::Refused { financing, error }
                }
            },
        }
    }

    async fn send(
        &self,
        financing: &mut Financing,
        request: &ApplicationRequest,
    ) -> Result<Application, GatewayError> {
        let product = self.products.product(&request.product_code).await?;
        // Where the product doesn't say, a signed contract is taken to wait: a shop that is told in
        // vain is better off than one that is never told.
        financing.merchant_approval = product.requires_merchant_approval != Some(false);
        let invalid = |error| GatewayError::invalid("application.submit", error);
        request
            .check_required(&product.required_parameters)
            .map_err(invalid)?;
        self.applications.submit(request).await
    }
}

#[cfg(test)]
mod tests;
