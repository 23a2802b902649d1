use async_trait::async_trait;
use inbank_domain::{
    ConfirmationCode, ContractId, Printout, Regeneration, Signed, SigningMethod, SigningStarted,
    WebAddress,
};

use crate::GatewayError;

/// From an unsigned contract to a signed one (*Direct API*, Printouts, Signings, payment link).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Signing: Send + Sync {
    /// The contract as a document for the customer to read.
    ///
    /// # Contract
    /// - A read, though it may make the document anew: safe to repeat. (`printout_has_a_link`)
    ///
    /// # Errors
    /// `NotFound` ⇐ no such contract.
    async fn printout(
        &self,
        contract: &ContractId,
        regeneration: Regeneration,
    ) -> Result<Printout, GatewayError>;

    /// Starts or reports signing.
    ///
    /// # Contract
    /// - `Digital` and `Paper` report that the customer has signed: after `Ok` the contract MUST go
    ///   on without further calls, at once or later. (`digital_signature_activates`)
    /// - `Sms` sends a code, which [`confirm`](Self::confirm) brings back.
    ///   (`sms_signature_activates_once_confirmed`)
    /// - `Redirect` MUST answer with an address to send the customer to.
    ///
    /// # Errors
    /// - `Refused` ⇐ the contract can't be signed so, or is signed. (`signing_twice_is_refused`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer; read the contract.
    async fn sign(
        &self,
        contract: &ContractId,
        method: &SigningMethod,
    ) -> Result<SigningStarted, GatewayError>;

    /// Brings the customer's code back.
    ///
    /// # Errors
    /// - `Refused` ⇐ the code is wrong or none was sent. (`wrong_code_is_refused`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer; read the contract.
    async fn confirm(
        &self,
        contract: &ContractId,
        code: &ConfirmationCode,
    ) -> Result<Signed, GatewayError>;

    /// An address where the customer makes the down payment. Each attempt to pay needs a new one.
    ///
    /// # Contract
    /// - `return_url` MUST end in the literal `{status}`, which the bank fills in.
    ///   (`payment_link_wants_a_place_for_the_status`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ it does not; nothing is sent.
    /// - `Refused` ⇐ no down payment is awaited.
    async fn payment_link(
        &self,
        contract: &ContractId,
        return_url: &WebAddress,
    ) -> Result<WebAddress, GatewayError>;
}
