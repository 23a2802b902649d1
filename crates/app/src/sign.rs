use std::sync::Arc;

use inbank_domain::{
    ConfirmationCode, Contract, ContractId, Financing, Signed, SigningMethod, SigningStarted,
};
use inbank_ports::{Advice, Contracts, GatewayError, GatewayErrorKind, Signing};

/// Has contracts signed.
#[derive(Clone)]
pub struct Sign {
    signing: Arc<dyn Signing>,
    contracts: Arc<dyn Contracts>,
}

/// Why a signing is not carried out, or not known to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The bank gave no usable answer, or refused. With the advice `OutcomeUnknown`, follow the
    /// financing: its contract will say.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// There is no contract to sign yet.
    #[error("the financing has no contract yet; the customer is to accept the offer first")]
    NoContract,
}

impl Sign {
    /// Signing for a shop.
    pub fn new(signing: Arc<dyn Signing>, contracts: Arc<dyn Contracts>) -> Self {
        Self { signing, contracts }
    }

    /// Starts signing, or reports that the customer has signed (`Digital`, `Paper`).
    ///
    /// Safe to repeat for `Digital` and `Paper`: a contract that turns out to be signed is a success.
    /// The other methods send something to the customer, and each call sends it again.
    ///
    /// # Errors
    /// [`SignError`].
    pub async fn start(
        &self,
        financing: &Financing,
        method: &SigningMethod,
    ) -> Result<SigningStarted, SignError> {
        let contract = financing.contract.as_ref().ok_or(SignError::NoContract)?;
        Ok(self.start_contract(contract, method).await?)
    }

    /// The same for a contract of which nothing else is known.
    ///
    /// # Errors
    /// [`GatewayError`] as [`SignError::Gateway`] says.
    pub async fn start_contract(
        &self,
        contract: &ContractId,
        method: &SigningMethod,
    ) -> Result<SigningStarted, GatewayError> {
        match self.signing.sign(contract, method).await {
            Ok(started) => Ok(started),
            Err(error) => {
                self.settle(contract, error).await?;
                Ok(SigningStarted::default())
            }
        }
    }

    /// Brings the code back that the customer got by text message. Safe to repeat: a contract that
    /// turns out to be signed is a success.
    ///
    /// # Errors
    /// [`SignError`]; a wrong code is `Refused`.
    pub async fn confirm(
        &self,
        financing: &Financing,
        code: &ConfirmationCode,
    ) -> Result<Signed, SignError> {
        let contract = financing.contract.as_ref().ok_or(SignError::NoContract)?;
        Ok(self.confirm_contract(contract, code).await?)
    }

    /// The same for a contract of which nothing else is known.
    ///
    /// # Errors
    /// [`GatewayError`] as [`SignError::Gateway`] says.
    pub async fn confirm_contract(
        &self,
        contract: &ContractId,
        code: &ConfirmationCode,
    ) -> Result<Signed, GatewayError> {
        match self.signing.confirm(contract, code).await {
            Ok(signed) => Ok(signed),
            Err(error) => {
                let mut signed = Signed::new(SigningMethod::Sms);
                signed.at = self.settle(contract, error).await?.signed_at;
                Ok(signed)
            }
        }
    }

    /// A refusal or a lost answer is a success where the contract is signed.
    async fn settle(
        &self,
        contract: &ContractId,
        error: GatewayError,
    ) -> Result<Contract, GatewayError> {
        let unknown = error.advice() == Advice::OutcomeUnknown;
        if !unknown && error.kind() != GatewayErrorKind::Refused {
            return Err(error);
        }
        match self.contracts.contract(contract).await {
            Ok(contract) if contract.is_signed() => Ok(contract),
            Ok(_) => Err(error),
            Err(reading) => {
                tracing::warn!(%reading, "the outcome could not be read");
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests;
