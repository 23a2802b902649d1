use time::OffsetDateTime;

use crate::status::open_enum;
use crate::{ContractId, Money, ProductCode};

open_enum! {
    /// Where a credit contract stands (*Credit Contract State Model*).
    ContractStatus {
        /// Active: deliver.
        Activated = "activated",
        /// Ended before it was active.
        Cancelled = "cancelled" | "canceled",
        /// Signed by both; waits for the merchant's approval where the flow has one.
        Signed = "signed",
        /// Ended after it was active.
        Terminated = "terminated",
        /// Made, not yet signed by both.
        Unsigned = "unsigned",
        /// Taken back within the withdrawal period, in Inbank's portal or by the customer. The guide
        /// names the act (*Introduction*, Partner Portal) and prints no status for it.
        Withdrawn = "withdrawn",
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
    /// What it is over, where the answer says so. No guide's *Contract Details* prints an amount, so
    /// absent is the rule and contradicts nothing. One that is there is taken to be the total amount,
    /// down payment included, as *Calculator* (e-POS 2.10) defines the word. It is in the currency
    /// that the answer names, or in the region's where it names none; it may be another than asked
    /// for.
    pub amount: Option<Money>,
    /// Whether the customer has signed (`customer_signed`: a time by one guide, `null` in every sample).
    pub customer_signed: bool,
    /// Whether the bank has signed (`rep_signed`: a time by one guide, `null` in every sample).
    pub rep_signed: bool,
    /// Whether the bank holds the customer to be identified (`identification_satisfied`).
    pub identification_satisfied: Option<bool>,
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

impl ContractStatus {
    /// Whether the contract was ended, before it was active or after.
    pub const fn is_ended(&self) -> bool {
        match self {
            Self::Cancelled | Self::Terminated | Self::Withdrawn => true,
            Self::Activated | Self::Signed | Self::Unsigned | Self::Unrecognised(_) => false,
        }
    }
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
            rep_signed: false,
            identification_satisfied: None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_in_every_spelling() {
        for (texts, status) in [
            (
                &[
                    "cancelled",
                    "canceled",
                    "Cancelled",
                    "CANCELED",
                    "cancelled ",
                ][..],
                ContractStatus::Cancelled,
            ),
            (&["withdrawn", "WITHDRAWN"], ContractStatus::Withdrawn),
            (&["terminated", "Terminated"], ContractStatus::Terminated),
        ] {
            for text in texts {
                assert_eq!(ContractStatus::from(*text), status, "{text}");
            }
        }
        for text in [
            "waiting_for_downpayment",
            "WAITING_FOR_DOWN_PAYMENT",
            "waitingForDownpayment",
        ] {
            assert_eq!(
                ProcessStatus::from(text),
                ProcessStatus::WaitingForDownPayment
            );
        }
        for other in ["", "_", "activate", "not_activated", "cancelling"] {
            let status = ContractStatus::from(other);
            assert!(matches!(status, ContractStatus::Unrecognised(_)), "{other}");
        }
    }

    #[test]
    fn no_two_known_words_are_one() {
        for status in ContractStatus::KNOWN {
            assert_eq!(ContractStatus::from(status.as_str()), *status);
        }
        for status in ProcessStatus::KNOWN {
            assert_eq!(ProcessStatus::from(status.as_str()), *status);
        }
    }

    #[test]
    fn of_an_unknown_status_of_any_length_the_start_is_kept() {
        let status = ContractStatus::from("õ".repeat(1_000_000).as_str());
        assert_eq!(status.as_str(), "õ".repeat(127));
    }
}
