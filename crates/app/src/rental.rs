//! Handing a rented device over.

use inbank_domain::{AssetIdentifiers, AssetModel, Command, Decider};
use inbank_ports::GatewayErrorKind;

use crate::bank::port;
use crate::{CommandOutcome, OrderError, OrderHandle};

/// What came of activating a rental.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Activation {
    /// The bank has taken these identifiers, and then the activation.
    Activated(CommandOutcome),
    /// The activation stands already, or is under way; these identifiers were not sent, and the bank
    /// may have others.
    AlreadyActivated(CommandOutcome),
}

impl OrderHandle {
    /// Activates a granted rental, for the device with these identifiers (*Smart Rent 3.04*, API
    /// Requests, steps 6 to 9 of A). `model` has the conditions of the rented model.
    ///
    /// The identifiers are checked, then told to the bank, then the activation is written down and
    /// sent: it is sent only for a device that the bank has taken, and the ledger never holds the
    /// identifiers. After a crash before that, call again.
    ///
    /// # Errors
    /// [`OrderError::Invalid`] names an identifier that the model requires; as for every command.
    pub async fn activate(
        &self,
        model: &AssetModel,
        identifiers: &AssetIdentifiers,
    ) -> Result<Activation, OrderError> {
        identifiers.check(model)?;
        let attempt = self.present_attempt().await?;
        let settled = Command::Activate.has_come_true_in(attempt.state);
        if settled || attempt.command.is_some() {
            let outcome = self.decide(|_| Ok(Command::Activate)).await?;
            return Ok(Activation::AlreadyActivated(outcome));
        }
        // Nothing is sent unless the activation can be decided afterwards.
        let mut order = self.present().await?;
        order.want(
            attempt.number,
            Command::Activate,
            Decider::Platform,
            self.store().now(),
        )?;
        let contract = attempt.contract.as_ref().ok_or(OrderError::NotFound)?;
        let rentals = port(self.bank().rentals.as_ref(), "rental.assign")?;
        let product = &attempt.terms.product;
        if let Err(error) = rentals.assign(product, contract, identifiers).await {
            // The same identifiers may be assigned again, so a lost answer only needs another call.
            if error.kind() != GatewayErrorKind::OutcomeUnknown {
                return Err(error.into());
            }
            rentals.assign(product, contract, identifiers).await?;
        }
        let outcome = self.decide(|_| Ok(Command::Activate)).await?;
        Ok(Activation::Activated(outcome))
    }
}
