//! Direct credit applications: what is asked for, and what the bank makes of it.

mod request;

use time::Date;

use crate::status::open_enum;
use crate::{ApplicationId, ContractId, Instalment, Money, Months, PaymentDay, Rate};

pub use request::{ApplicationRequest, Consent, CustomerConsents, Identification, Means};

open_enum! {
    /// Where the bank's decision on an application stands (*Direct API 2.05*, Create a new
    /// application; one list has seven values, another leaves `manual` out).
    DecisionStatus {
        /// No decision can be made; if it stays, ask the bank.
        Failed = "failed",
        /// The customer is to prove their income first.
        IncomeProofRequired = "income_proof_required",
        /// A person at the bank decides.
        Manual = "manual",
        /// A person at the bank said no.
        ManualNegative = "manual_negative",
        /// No.
        Negative = "negative",
        /// Not decided yet.
        Pending = "pending",
        /// Yes: there is an offer.
        Positive = "positive",
    }
}

open_enum! {
    /// How the customer is to prove their income (`income_proof_type`).
    IncomeProofType {
        /// From their bank by AIS, or by uploading statements.
        AisOrUpload = "ais_with_fallback_manual_upload_option",
        /// By uploading statements only.
        Upload = "manual_internal_verification",
    }
}

/// An application as the bank describes it, without the personal data that the answer repeats.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Application {
    /// The application. Another one than asked for where the bank changed the conditions: it takes
    /// the old one's place everywhere.
    pub id: ApplicationId,
    /// Where the decision stands.
    pub decision: DecisionStatus,
    /// Its number, for people.
    pub number: Option<String>,
    /// What to tell the customer about the decision.
    pub messages: Vec<String>,
    /// How income is to be proved, where it is.
    pub income_proof: Option<IncomeProofType>,
    /// Whether the bank changed the conditions.
    pub changed_conditions: bool,
    /// The application whose place this one took.
    pub previous: Option<ApplicationId>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Until when the offer stands.
    pub offer_valid_to: Option<Date>,
    /// What was applied for, down payment included.
    pub amount: Option<Money>,
    /// The offer, once the decision is positive.
    pub offer: Option<Offer>,
    /// The contract, once the offer is accepted.
    pub contract: Option<ContractId>,
}

impl Application {
    /// An application of which only the decision is known.
    pub const fn new(id: ApplicationId, decision: DecisionStatus) -> Self {
        Self {
            id,
            decision,
            number: None,
            messages: Vec::new(),
            income_proof: None,
            changed_conditions: false,
            previous: None,
            cancelled: false,
            offer_valid_to: None,
            amount: None,
            offer: None,
            contract: None,
        }
    }
}

/// The customer's own conditions. All money is in the region's currency.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The amount, down payment included.
    pub amount: Money,
    /// How long to repay.
    pub period: Months,
    /// The instalment (`payment_amount_monthly`).
    pub monthly_payment: Money,
    /// The yearly interest rate.
    pub interest_rate: Rate,
    /// The annual percentage rate of charge, APRC (`credit_cost_rate_annual`).
    pub aprc: Rate,
    /// All that is repaid (`repayments_amount_total`).
    pub total_cost: Option<Money>,
    /// What of that is the credit's price (`credit_cost_amount_total`).
    pub cost_of_credit: Option<Money>,
    /// The credit itself.
    pub net_credit_amount: Option<Money>,
    /// The contract fee.
    pub contract_fee: Option<Money>,
    /// The down payment.
    pub down_payment: Option<Money>,
    /// The day of the month to pay on.
    pub payment_day: Option<PaymentDay>,
    /// The first payment: when, and how much.
    pub first_payment: Option<(Date, Money)>,
    /// The last payment: when, and how much.
    pub last_payment: Option<(Date, Money)>,
    /// Every instalment, where the bank lists them.
    pub schedule: Vec<Instalment>,
}

impl Offer {
    /// An offer without its optional parts.
    pub const fn new(
        amount: Money,
        period: Months,
        monthly_payment: Money,
        interest_rate: Rate,
        aprc: Rate,
    ) -> Self {
        Self {
            amount,
            period,
            monthly_payment,
            interest_rate,
            aprc,
            total_cost: None,
            cost_of_credit: None,
            net_credit_amount: None,
            contract_fee: None,
            down_payment: None,
            payment_day: None,
            first_payment: None,
            last_payment: None,
            schedule: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_decisions_are_known_and_an_eighth_is_kept() {
        assert_eq!(DecisionStatus::KNOWN.len(), 7);
        let unknown = DecisionStatus::from("on_hold");
        assert_eq!(unknown.as_str(), "on_hold");
        assert_eq!(DecisionStatus::from("POSITIVE"), DecisionStatus::Positive);
    }
}
