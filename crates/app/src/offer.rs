use std::sync::Arc;

use inbank_domain::{Application, ApplicationId, ContractId, Financing};
use inbank_ports::{Advice, Applications, GatewayError, GatewayErrorKind};

/// The customer's answer to an offer: accept, or give up.
#[derive(Clone)]
pub struct Offers {
    applications: Arc<dyn Applications>,
}

/// Why an answer is not carried out, or not known to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfferError {
    /// The bank gave no usable answer, or refused. With the advice `OutcomeUnknown` even asking it
    /// afterwards did not settle what happened: call again later, which is safe.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The application is not known yet.
    #[error("the financing's application is not known yet; wait for its first callback")]
    NotKnown,
    /// The bank has changed the conditions meanwhile: follow the financing, and show the customer the
    /// offer of the application that took this one's place before anything is accepted.
    #[error("the bank changed the conditions; application {0} has the offer that now stands")]
    Changed(ApplicationId),
    /// The customer had given up before, or accepted before.
    #[error("the application was already {0}")]
    Otherwise(&'static str),
}

/// How often an answer is sent in one call, when each time the bank shows that nothing happened.
const ATTEMPTS: usize = 3;

impl Offers {
    /// Answers to a shop's offers.
    pub fn new(applications: Arc<dyn Applications>) -> Self {
        Self { applications }
    }

    /// Accepts the offer, which makes a contract; the financing comes back with it.
    ///
    /// Safe to repeat: where the bank refuses, or its answer is lost, the application is read, and
    /// the contract that it shows is the one. It is sent again only when none is there.
    ///
    /// # Errors
    /// [`OfferError`].
    pub async fn accept(&self, financing: &Financing) -> Result<Financing, OfferError> {
        let id = financing.application.as_ref().ok_or(OfferError::NotKnown)?;
        let contract = self.accept_application(id).await?;
        let mut financing = financing.clone();
        financing.contract = Some(contract);
        Ok(financing)
    }

    /// The same for an application of which nothing else is known.
    ///
    /// # Errors
    /// [`OfferError`].
    pub async fn accept_application(&self, id: &ApplicationId) -> Result<ContractId, OfferError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.applications.accept(id).await {
                Ok(contract) => return Ok(contract),
                Err(error) => error,
            };
            let application = self.settle(id, error, attempts).await?;
            if let Some(contract) = application.contract {
                return Ok(contract);
            }
            if application.cancelled {
                return Err(OfferError::Otherwise("cancelled"));
            }
        }
    }

    /// The same for an acceptance that may have been sent before, by a process that is gone: the
    /// application is read first, and it is sent only when that shows that nothing happened.
    pub(crate) async fn resume_accepting(
        &self,
        id: &ApplicationId,
    ) -> Result<ContractId, OfferError> {
        let application = self.present(id).await?;
        match application.contract {
            Some(contract) => Ok(contract),
            None if application.cancelled => Err(OfferError::Otherwise("cancelled")),
            None => self.accept_application(id).await,
        }
    }

    /// Cancelling, likewise.
    pub(crate) async fn resume_cancelling(&self, id: &ApplicationId) -> Result<(), OfferError> {
        let application = self.present(id).await?;
        match application.contract {
            _ if application.cancelled => Ok(()),
            Some(_) => Err(OfferError::Otherwise("accepted")),
            None => self.cancel_application(id).await,
        }
    }

    async fn present(&self, id: &ApplicationId) -> Result<Application, OfferError> {
        let application = self.applications.application(id).await?;
        if application.id == *id {
            Ok(application)
        } else {
            Err(OfferError::Changed(application.id))
        }
    }

    /// Cancels the application, as the customer wishes. Safe to repeat, likewise.
    ///
    /// # Errors
    /// [`OfferError`].
    pub async fn cancel(&self, financing: &Financing) -> Result<(), OfferError> {
        let id = financing.application.as_ref().ok_or(OfferError::NotKnown)?;
        self.cancel_application(id).await
    }

    /// The same for an application of which nothing else is known.
    ///
    /// # Errors
    /// [`OfferError`].
    pub async fn cancel_application(&self, id: &ApplicationId) -> Result<(), OfferError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let Err(error) = self.applications.cancel(id).await else {
                return Ok(());
            };
            let application = self.settle(id, error, attempts).await?;
            if application.cancelled {
                return Ok(());
            }
            if application.contract.is_some() {
                return Err(OfferError::Otherwise("accepted"));
            }
        }
    }

    /// What the bank shows after an error that reading may settle: an application that is over one
    /// way or the other, or one that shows that nothing happened and the call may be made again.
    async fn settle(
        &self,
        id: &ApplicationId,
        error: GatewayError,
        attempts: usize,
    ) -> Result<Application, OfferError> {
        let unknown = error.advice() == Advice::OutcomeUnknown;
        if !unknown && error.kind() != GatewayErrorKind::Refused {
            return Err(error.into());
        }
        let application = match self.applications.application(id).await {
            Ok(application) => application,
            Err(reading) => {
                tracing::warn!(%reading, "the outcome could not be read");
                return Err(error.into());
            }
        };
        if application.id != *id {
            return Err(OfferError::Changed(application.id));
        }
        let settled = application.contract.is_some() || application.cancelled;
        if settled || (unknown && attempts < ATTEMPTS) {
            Ok(application)
        } else {
            Err(error.into())
        }
    }
}

#[cfg(test)]
mod tests;
