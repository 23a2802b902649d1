use time::OffsetDateTime;

use crate::status::open_enum;
use crate::{ContractId, Money, ProductCode};

open_enum! {
    /// Where a credit contract stands (*Credit Contract State Model*).
    ContractStatus {
        /// Active: deliver.
        Activated = "activated",
        /// Ended before it was active.
        Cancelled = "cancelled",
        /// Signed by both; waits for the merchant's approval where the flow has one.
        Signed = "signed",
        /// Ended after it was active.
        Terminated = "terminated",
        /// Made, not yet signed by both.
        Unsigned = "unsigned",
    }
}

open_enum! {
    /// What a contract waits for (`process_status`); the guides name these in passing, and the list is
    /// not complete.
    ProcessStatus {
        /// Nothing: it is active.
        Activated = "activated",
        /// The customer is to accept the offer.
        Offer = "offer",
        /// The customer is to go through AIS (Poland, after signing).
        WaitingForCustomerDigitalVerification = "waiting_for_customer_digital_verification",
        /// The customer is to make the down payment.
        WaitingForDownPayment = "waiting_for_downpayment",
        /// The merchant is to approve.
        WaitingForPartnersConfirmation = "waiting_for_partners_confirmation",
    }
}

/// A credit contract as the bank describes it (*Contract Details*).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Contract {
    /// The contract.
    pub id: ContractId,
    /// Where it stands.
    pub status: ContractStatus,
    /// What the bank waits for.
    pub process_status: Option<ProcessStatus>,
    /// Its number, for people.
    pub number: Option<String>,
    /// The product.
    pub product_code: Option<ProductCode>,
    /// What is financed, where the answer has it.
    pub amount: Option<Money>,
    /// Whether the customer has signed (`customer_signed`: a time by one guide, `null` in every sample).
    pub customer_signed: bool,
    /// When both had signed.
    pub signed_at: Option<OffsetDateTime>,
    /// When the merchant approved.
    pub partner_approval_at: Option<OffsetDateTime>,
    /// When it became active.
    pub activated_at: Option<OffsetDateTime>,
    /// When it was terminated.
    pub terminated_at: Option<OffsetDateTime>,
    /// Why it was terminated.
    pub termination_reason: Option<String>,
}

impl Contract {
    /// A contract of which only the status is known.
    pub const fn new(id: ContractId, status: ContractStatus) -> Self {
        Self {
            id,
            status,
            process_status: None,
            number: None,
            product_code: None,
            amount: None,
            customer_signed: false,
            signed_at: None,
            partner_approval_at: None,
            activated_at: None,
            terminated_at: None,
            termination_reason: None,
        }
    }

    /// Whether the customer has signed: by the bank's note of it, by its status, or by what it waits
    /// for. It may read `unsigned` until the bank has signed too.
    pub const fn is_signed(&self) -> bool {
        self.customer_signed
            || matches!(
                self.status,
                ContractStatus::Signed | ContractStatus::Activated
            )
            || matches!(
                self.process_status,
                Some(
                    ProcessStatus::WaitingForCustomerDigitalVerification
                        | ProcessStatus::WaitingForDownPayment
                        | ProcessStatus::WaitingForPartnersConfirmation
                )
            )
    }
}
