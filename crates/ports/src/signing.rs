use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, ApplicationSigned, ConfirmationCode, ContractId, Printout, Regeneration, Signed,
    SigningMethod, SigningStarted, WebAddress,
};

use crate::GatewayError;

/// From an unsigned contract to a signed one (*Direct API*, Printouts, Signings, payment link); for some
/// products from an unsigned application to one that is decided about.
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

    /// Starts or reports signing an application, before it is decided about. Second-hand: Poland's guide
    /// numbers the step for products that are signed by text message, and doesn't print the call.
    ///
    /// # Contract
    /// - `Sms` sends a code, which [`confirm_application`](Self::confirm_application) brings back.
    ///   (`signed_application_is_decided_about`)
    /// - `Digital` and `Paper` report that the customer has signed.
    ///
    /// # Errors
    /// - `Refused` ⇐ the application can't be signed so, is signed, or needs no signature.
    ///   (`application_that_needs_no_signature_is_refused_one`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer; read the application.
    async fn sign_application(
        &self,
        application: &ApplicationId,
        method: &SigningMethod,
    ) -> Result<(), GatewayError>;

    /// Brings back the customer's code for an application. From then on the bank decides.
    ///
    /// # Errors
    /// - `Refused` ⇐ the code is wrong or none was sent. (`wrong_code_for_an_application_is_refused`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer; read the application.
    async fn confirm_application(
        &self,
        application: &ApplicationId,
        code: &ConfirmationCode,
    ) -> Result<ApplicationSigned, GatewayError>;

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
