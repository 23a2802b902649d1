use async_trait::async_trait;
use inbank_domain::{Applicant, ApplicationDocument, ApplicationId, Money, Offer, Printout};

use crate::GatewayError;

/// What the bank keeps of an application besides its decision. Second-hand: these calls are in no guide,
/// and known from a public client for Poland and Czechia; a lender may lack them.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Offers: Send + Sync {
    /// The application, or its offer, as a document for the customer to read before accepting.
    ///
    /// # Contract
    /// - A read, though it may make the document anew: safe to repeat. (`printed_offer_has_a_link`)
    ///
    /// # Errors
    /// - `NotFound` ⇐ no such application. (`details_of_an_unknown_application_are_not_found`)
    /// - `Refused` ⇐ the offer of an application that has none.
    async fn application_printout(
        &self,
        application: &ApplicationId,
        document: ApplicationDocument,
    ) -> Result<Printout, GatewayError>;

    /// The offer with every payment.
    ///
    /// # Contract
    /// - MUST have a row for each payment. (`offers_payments_have_a_row_each`)
    ///
    /// # Errors
    /// `NotFound` ⇐ no such application, or no offer for it.
    async fn payment_schedule(&self, application: &ApplicationId) -> Result<Offer, GatewayError>;

    /// Has the offer made anew with another down payment, without another application. A write.
    ///
    /// # Contract
    /// - MUST answer with the offer that stands from now on, under the same application.
    ///   (`recalculated_offer_has_the_other_down_payment`)
    ///
    /// # Errors
    /// - `Refused` ⇐ no offer stands, or not with that down payment.
    /// - `Invalid` ⇐ a currency that is not the region's, or less than nothing; nothing is sent.
    /// - `OutcomeUnknown` ⇐ sent, no usable answer; read the application.
    ///   (`lost_answer_of_recalculating_is_an_unknown_outcome`)
    async fn recalculate(
        &self,
        application: &ApplicationId,
        down_payment: Money,
    ) -> Result<Offer, GatewayError>;

    /// Who has applied. Personal: for a person to see, and for nothing to keep.
    ///
    /// # Contract
    /// - MUST be who was named in the application. (`applicant_is_who_applied`)
    ///
    /// # Errors
    /// `NotFound` ⇐ no such application.
    async fn applicant(&self, application: &ApplicationId) -> Result<Applicant, GatewayError>;
}
