use std::sync::Arc;

use inbank_domain::{
    AssetIdentifiers, AssetModel, ContractId, ContractStatus, FinancingState, Invalid, ProductCode,
};
use inbank_ports::{Advice, GatewayError, GatewayErrorKind, Rentals};

/// The merchant's approval of a granted rental: tells the bank which device it is, and activates the
/// contract (*Smart Rent 3.04*, API Requests, steps 6 to 9 of A).
#[derive(Clone)]
pub struct ActivateRental {
    rentals: Arc<dyn Rentals>,
}

/// How far an activation is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Activation {
    /// The contract is active: hand the device over.
    Activated,
    /// The bank has taken the activation and not finished it: follow the financing until it is
    /// completed, or call again.
    Activating,
}

/// Why a rental is not activated, or not known to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ActivateError {
    /// The identifiers are not those that the model asks for; nothing was sent.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The bank gave no usable answer, or refused. With the advice `OutcomeUnknown` even reading the
    /// contract did not settle what happened: call again later, which is safe.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The contract is not signed by both yet; nothing was sent.
    #[error("the rental is not granted yet; activate it once its session is granted")]
    NotGranted,
    /// It has ended, and that stands.
    #[error("the rental is already {}", .0.as_str())]
    Otherwise(FinancingState),
}

/// How often either call is sent in one activation, when each time the contract shows that nothing
/// happened.
const ATTEMPTS: usize = 3;

impl ActivateRental {
    /// Activations of a shop's rentals.
    pub fn new(rentals: Arc<dyn Rentals>) -> Self {
        Self { rentals }
    }

    /// Activates a granted rental of a product, for the device with these identifiers. `model` has the
    /// conditions of the rented model, as [`Rent::model`](crate::Rent::model) tells them.
    ///
    /// Safe to repeat, also after a crash at any point: the contract is read first, and one that is
    /// active or about to be is a success without anything being sent. Nothing is activated unless the
    /// bank has taken these identifiers in the same call. An unknown outcome is settled by reading the
    /// contract; a call is sent again only when that shows that nothing happened. Dropping the future
    /// is allowed at any time: call again.
    ///
    /// # Errors
    /// [`ActivateError`].
    pub async fn activate(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        model: &AssetModel,
        identifiers: &AssetIdentifiers,
    ) -> Result<Activation, ActivateError> {
        let assigned = self.assign(product, contract, model, identifiers).await?;
        match assigned {
            Some(settled) => Ok(settled),
            None => self.finish(product, contract).await,
        }
    }

    /// The first half: tells the bank which device it is. What comes back, where the contract shows
    /// that nothing is left to do.
    pub(crate) async fn assign(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        model: &AssetModel,
        identifiers: &AssetIdentifiers,
    ) -> Result<Option<Activation>, ActivateError> {
        identifiers.check(model)?;
        if let Some(settled) = self.settled(product, contract).await? {
            return Ok(Some(settled));
        }
        self.carry_out(product, contract, Call::Assign(identifiers))
            .await
    }

    /// Activates a granted rental whose device the bank has been told about before, in a call of its
    /// own or by somebody else. Nothing of the device is sent or checked here: the bank refuses where
    /// an identifier is missing.
    ///
    /// Safe to repeat, and settled by reading, as [`activate`](Self::activate).
    ///
    /// # Errors
    /// [`ActivateError`], but never `Invalid`.
    pub async fn activate_identified(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Activation, ActivateError> {
        match self.settled(product, contract).await? {
            Some(settled) => Ok(settled),
            None => self.finish(product, contract).await,
        }
    }

    /// What the contract shows, where that leaves nothing to do.
    async fn settled(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Option<Activation>, ActivateError> {
        match self.stands(product, contract).await? {
            Stand::Settled(activation) => Ok(Some(activation)),
            Stand::Otherwise(state) => Err(ActivateError::Otherwise(state)),
            Stand::Unclear => Err(ActivateError::NotGranted),
            Stand::Waiting => Ok(None),
        }
    }

    async fn finish(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Activation, ActivateError> {
        let sent = self.carry_out(product, contract, Call::Activate).await?;
        if let Some(settled) = sent {
            return Ok(settled);
        }
        // The bank has taken it: what it shows from here on is how far it is, not whether.
        match self.stands(product, contract).await {
            Ok(Stand::Settled(activation)) => Ok(activation),
            Ok(Stand::Otherwise(state)) => Err(ActivateError::Otherwise(state)),
            Ok(Stand::Waiting | Stand::Unclear) => Ok(Activation::Activating),
            Err(reading) => {
                tracing::warn!(%reading, "activated, and not confirmed by reading");
                Ok(Activation::Activating)
            }
        }
    }

    /// Makes a call until the bank has taken it; what the contract shows, where that makes the call
    /// needless.
    async fn carry_out(
        &self,
        product: &ProductCode,
        contract: &ContractId,
        call: Call<'_>,
    ) -> Result<Option<Activation>, ActivateError> {
        let mut unknown = None;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let sent = match call {
                Call::Assign(identifiers) => {
                    self.rentals.assign(product, contract, identifiers).await
                }
                Call::Activate => self.rentals.activate(product, contract).await,
            };
            let Err(error) = sent else { return Ok(None) };
            let refused = error.kind() == GatewayErrorKind::Refused;
            let lost = error.advice() == Advice::OutcomeUnknown;
            // Whatever comes later, one that may have happened stays one that may have happened.
            let error = match unknown.take() {
                Some(earlier) => earlier,
                None if refused || lost => error,
                None => return Err(error.into()),
            };
            match self.stands(product, contract).await {
                Ok(Stand::Settled(activation)) => return Ok(Some(activation)),
                Ok(Stand::Otherwise(state)) => return Err(ActivateError::Otherwise(state)),
                Ok(Stand::Waiting) if lost && attempts < ATTEMPTS => {
                    let operation = error.operation();
                    tracing::warn!(attempts, operation, "not carried out; sending it again");
                    unknown = Some(error);
                }
                Ok(Stand::Waiting | Stand::Unclear) => return Err(error.into()),
                Err(reading) => {
                    tracing::warn!(%reading, "the outcome could not be read");
                    return Err(error.into());
                }
            }
        }
    }

    /// What the bank shows.
    async fn stands(
        &self,
        product: &ProductCode,
        contract: &ContractId,
    ) -> Result<Stand, GatewayError> {
        let contract = self.rentals.contract(product, contract).await?;
        Ok(match contract.status {
            ContractStatus::Activated => Stand::Settled(Activation::Activated),
            ContractStatus::Cancelled => Stand::Otherwise(FinancingState::Cancelled),
            ContractStatus::Terminated => Stand::Otherwise(FinancingState::Terminated),
            // Approved, and the activation still to come.
            ContractStatus::Signed if contract.partner_approval_at.is_some() => {
                Stand::Settled(Activation::Activating)
            }
            ContractStatus::Signed => Stand::Waiting,
            _ => Stand::Unclear,
        })
    }
}

/// What is sent, in this order.
#[derive(Clone, Copy)]
enum Call<'a> {
    Assign(&'a AssetIdentifiers),
    Activate,
}

/// How a rental stands at the bank.
enum Stand {
    /// Active, or about to be.
    Settled(Activation),
    /// Ended.
    Otherwise(FinancingState),
    /// For the merchant.
    Waiting,
    /// Not granted yet, or in a status that is not known.
    Unclear,
}

#[cfg(test)]
mod tests;
