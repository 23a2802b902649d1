use async_trait::async_trait;
use inbank_domain::{Application, ApplicationId, ApplicationRequest, ContractId};

use crate::GatewayError;

/// Direct credit applications (*Direct API*, Credit applications).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Applications: Send + Sync {
    /// Submits an application. Its decision mostly comes later, its offer with
    /// [reading](Self::application) it.
    ///
    /// # Contract
    /// - **Not idempotent**, and the bank has no look-up by reference: an implementation MUST NOT send
    ///   it twice unless nothing was sent the first time.
    ///   (`lost_answer_of_submitting_is_an_unknown_outcome`)
    /// - The answer MUST be an application that can be read. (`submitted_application_can_be_read`)
    ///
    /// # Errors
    /// - `Invalid` ⇐ the currency is not the region's; nothing is sent.
    /// - `Refused` or `NotFound` ⇐ the bank does not take it; no application exists.
    ///   (`application_for_an_unknown_product_is_refused`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer: an application may exist.
    ///   (`lost_answer_of_submitting_is_an_unknown_outcome`)
    async fn submit(&self, request: &ApplicationRequest) -> Result<Application, GatewayError>;

    /// Reads an application.
    ///
    /// # Contract
    /// - A read: safe to repeat.
    /// - The answer MAY be another application, where the bank changed the conditions; its id then
    ///   takes the old one's place everywhere. (`changed_conditions_come_under_a_new_id`)
    /// - After a positive decision the answer MUST have the offer. (`positive_application_has_an_offer`)
    /// - A decision that is not known MUST come back as `Unrecognised`, not as an error.
    ///
    /// # Errors
    /// `NotFound` ⇐ the shop has no such application. (`unknown_application_is_not_found`)
    async fn application(&self, id: &ApplicationId) -> Result<Application, GatewayError>;

    /// Accepts the offer, which makes a contract.
    ///
    /// # Contract
    /// - Not idempotent: a second acceptance is refused. (`accepting_twice_is_refused`)
    /// - The contract MUST be unsigned. The application MUST tell it without further calls, at once or
    ///   later: until then its identifier is in this answer alone. (`accepted_application_has_an_unsigned_contract`)
    ///
    /// # Errors
    /// - `Refused` ⇐ there is no offer to accept. (`accepting_twice_is_refused`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer. (`lost_answer_of_accepting_is_an_unknown_outcome`)
    async fn accept(&self, id: &ApplicationId) -> Result<ContractId, GatewayError>;

    /// Cancels an application, as the customer wishes.
    ///
    /// # Contract
    /// - Not idempotent, as above. After `Ok` the application MUST become cancelled without further
    ///   calls, at once or later. (`cancelled_application_says_so`)
    ///
    /// # Errors
    /// `Refused`, `OutcomeUnknown` as above.
    async fn cancel(&self, id: &ApplicationId) -> Result<(), GatewayError>;
}
