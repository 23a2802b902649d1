//! What an order's contract takes besides commands: reading it, having it signed, the down payment.

use inbank_domain::{
    ConfirmationCode, ContractId, Printout, Regeneration, Signature, Signed, SigningMethod,
    SigningStarted, WebAddress,
};
use inbank_ports::Due;

use crate::bank::port;
use crate::order::not_written;
use crate::store::How;
use crate::{CommandOutcome, OrderError, OrderHandle};

/// What came of having a contract signed.
#[derive(Debug)]
pub enum SigningOutcome {
    /// The bank was told that the customer has signed.
    Told(CommandOutcome),
    /// The customer goes on: at the address, or with the message that the bank has sent.
    Started(SigningStarted),
}

impl OrderHandle {
    /// The contract as a document for the customer to read. Its link opens the customer's contract:
    /// show it to nobody else.
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no contract, [`OrderError::Bank`].
    pub async fn printout(&self, regeneration: Regeneration) -> Result<Printout, OrderError> {
        let contract = self.contract().await?;
        let signing = port(self.bank().signing.as_ref(), "contract.printout")?;
        Ok(signing.printout(&contract, regeneration).await?)
    }

    /// Has the contract signed. By the platform's own means or on paper the bank is told that it is
    /// signed: a command, safe to repeat. By the other methods the bank sends something to the
    /// customer, and each call sends it again.
    ///
    /// # Errors
    /// [`OrderError::NotFound`] while there is no contract, [`OrderError::Refused`],
    /// [`OrderError::Bank`].
    pub async fn sign(&self, method: &SigningMethod) -> Result<SigningOutcome, OrderError> {
        match method {
            SigningMethod::Digital => {
                let told = self.signed(Signature::Digital).await?;
                Ok(SigningOutcome::Told(told))
            }
            SigningMethod::Paper => {
                let told = self.signed(Signature::Paper).await?;
                Ok(SigningOutcome::Told(told))
            }
            SigningMethod::Sms
            | SigningMethod::Redirect
            | SigningMethod::SendToSigningEmail
            | SigningMethod::SendToSigningSms
            | SigningMethod::Unrecognised(_) => {
                let contract = self.contract().await?;
                let signing = port(self.bank().signing.as_ref(), "signing.start")?.clone();
                let method = method.clone();
                let started = self
                    .at_the_bank(async move { signing.sign(&contract, &method).await })
                    .await?;
                Ok(SigningOutcome::Started(started))
            }
        }
    }

    /// Brings the code back that the customer got by text message. From then on the contract is read
    /// once a second for a while.
    ///
    /// # Errors
    /// [`OrderError::Bank`]: a wrong code is `Refused`; after an unknown outcome the contract is read.
    /// [`OrderError::NotFound`] while there is no contract.
    pub async fn confirm(&self, code: &ConfirmationCode) -> Result<Signed, OrderError> {
        let contract = self.contract().await?;
        let signing = port(self.bank().signing.as_ref(), "signing.confirm")?.clone();
        let code = code.clone();
        self.at_the_bank(async move { signing.confirm(&contract, &code).await })
            .await
    }

    /// An address where the customer makes the down payment; each try needs a new one. `return_url`
    /// ends in the literal `{status}`, which the bank fills in.
    ///
    /// # Errors
    /// [`OrderError::Bank`]; [`OrderError::NotFound`] while there is no contract.
    pub async fn payment_link(&self, return_url: &WebAddress) -> Result<WebAddress, OrderError> {
        let contract = self.contract().await?;
        let signing = port(self.bank().signing.as_ref(), "contract.payment_link")?;
        Ok(signing.payment_link(&contract, return_url).await?)
    }

    async fn contract(&self) -> Result<ContractId, OrderError> {
        let attempt = self.present_attempt().await?;
        attempt.contract.ok_or(OrderError::NotFound)
    }

    /// Something was done at the bank beside the commands: it is read more often from now on.
    pub(crate) async fn something_happened(&self) -> Result<(), OrderError> {
        let mut order = self.present().await?;
        let number = self.number(&order)?;
        let how = How::default();
        let noted = self.store().change(&mut order, &how, |order, now| {
            if let Some(attempt) = order.attempt_mut(number) {
                attempt.news_at = now;
                attempt.refresh_at = Some(now);
            }
            ((), Due::Now)
        });
        noted.await.map_err(not_written)
    }
}
