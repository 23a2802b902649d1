//! Direct credit applications: what is asked for, and what the bank makes of it.

mod further;
mod request;

use time::{Date, OffsetDateTime};

use crate::status::open_enum;
use crate::{
    ApplicationId, ContractId, Instalment, Money, Months, PaymentDay, ProcessStatus, ProductCode,
    Rate,
};

pub use further::{FurtherField, Place};
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

open_enum! {
    /// What has become of an application (`status`, `credit_application_status`, `process_status`; *Direct
    /// API 2.05* prints them in samples only, and lists nothing). Only the words that end one are known
    /// here: every other leaves the decision to speak.
    ApplicationStatus {
        /// Ended by the partner (*Cancel the application*), or by the bank.
        Cancelled = "cancelled" | "canceled",
        /// Taken back by the customer.
        Withdrawn = "withdrawn",
    }
}

open_enum! {
    /// How a fee is paid (`contract_fee_type`, and by the same pattern the other fees' kinds). The sample
    /// of *Direct API 2.05* prints one, and the list is not published.
    FeeKind {
        /// With the instalments.
        WithInstalments = "is_paid_according_to_repayment_schedule",
    }
}

impl ApplicationStatus {
    /// Whether the application has ended, whatever was decided about it.
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Cancelled | Self::Withdrawn => true,
            Self::Unrecognised(_) => false,
        }
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
    /// What was applied for (`amount`, *Direct API 2.05*, Create a new application and Get the
    /// application). That guide doesn't say what it includes; *Calculator* (e-POS 2.10) says of the
    /// same word that it includes a down payment, and [`ApplicationRequest`] sends it so. It is in the
    /// currency that the answer names, or in the region's where it names none, as the printed ones do;
    /// it may be another than asked for.
    pub amount: Option<Money>,
    /// The product, where the answer says so.
    pub product_code: Option<ProductCode>,
    /// How long to repay.
    pub period: Option<Months>,
    /// The day of the month to pay on.
    pub payment_day: Option<PaymentDay>,
    /// The part that is paid at once (`down_payment_amount`, `down_payment_amount_total`).
    pub down_payment: Option<Money>,
    /// The same as a fraction of the amount.
    pub down_payment_rate: Option<Rate>,
    /// The most that the bank would lend this customer (`max_limit`).
    pub max_limit: Option<Money>,
    /// What the application waits for.
    pub process_status: Option<ProcessStatus>,
    /// When it was made.
    pub created_at: Option<OffsetDateTime>,
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
    /// When it was there as a whole (`confirmed_at`): where the product has the application signed
    /// before the decision, when it was signed.
    pub confirmed_at: Option<OffsetDateTime>,
    /// Until when the offer stands.
    pub offer_valid_to: Option<Date>,
    /// The offer, once the decision is positive. None as well where the answer has one of which a part
    /// can't be read that every offer has, such as a rate: what is half read must not be shown.
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
            amount: None,
            product_code: None,
            period: None,
            payment_day: None,
            down_payment: None,
            down_payment_rate: None,
            max_limit: None,
            process_status: None,
            created_at: None,
            messages: Vec::new(),
            income_proof: None,
            changed_conditions: false,
            previous: None,
            cancelled: false,
            confirmed_at: None,
            offer_valid_to: None,
            offer: None,
            contract: None,
        }
    }
}

/// The customer's own conditions. All money is in the region's currency.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Offer {
    /// The day that the application was made on, by the bank's own calendar (`created_at`): from then on the
    /// bank reckons the APRC of the offer that it prints.
    pub made_on: Option<Date>,
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
    /// Interest over the whole period.
    pub interest_total: Option<Money>,
    /// The part of the credit that bears interest.
    pub interest_bearing_amount: Option<Money>,
    /// The contract fee.
    pub contract_fee: Option<Money>,
    /// The contract fee as a fraction of the credit (`contract_fee_prc`).
    pub contract_fee_rate: Option<Rate>,
    /// How the contract fee is paid.
    pub contract_fee_kind: Option<FeeKind>,
    /// The administration fee of a month.
    pub admin_fee_monthly: Option<Money>,
    /// The administration fee over the whole period.
    pub admin_fee_total: Option<Money>,
    /// How the administration fee is paid.
    pub admin_fee_kind: Option<FeeKind>,
    /// Insurance of a month.
    pub insurance_fee_monthly: Option<Money>,
    /// Insurance over the whole period.
    pub insurance_fee_total: Option<Money>,
    /// How insurance is paid.
    pub insurance_fee_kind: Option<FeeKind>,
    /// What is left to pay after the last instalment.
    pub residual: Option<Money>,
    /// The same as a fraction of the amount (`residual_amount_prc`).
    pub residual_rate: Option<Rate>,
    /// The down payment, from whichever of the answer's places has it.
    pub down_payment: Option<Money>,
    /// The part of the down payment that pays for the goods (`down_payment_main_part`).
    pub down_payment_main_part: Option<Money>,
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
            made_on: None,
            amount,
            period,
            monthly_payment,
            interest_rate,
            aprc,
            total_cost: None,
            cost_of_credit: None,
            net_credit_amount: None,
            interest_total: None,
            interest_bearing_amount: None,
            contract_fee: None,
            contract_fee_rate: None,
            contract_fee_kind: None,
            admin_fee_monthly: None,
            admin_fee_total: None,
            admin_fee_kind: None,
            insurance_fee_monthly: None,
            insurance_fee_total: None,
            insurance_fee_kind: None,
            residual: None,
            residual_rate: None,
            down_payment: None,
            down_payment_main_part: None,
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
        assert_eq!(
            DecisionStatus::from("manualNegative"),
            DecisionStatus::ManualNegative
        );
    }

    #[test]
    fn an_application_is_over_in_either_spelling() {
        for text in ["cancelled", "canceled", "CANCELLED", "withdrawn"] {
            assert!(ApplicationStatus::from(text).is_over(), "{text}");
        }
        for text in ["pending", "pre_request", "offer", ""] {
            assert!(!ApplicationStatus::from(text).is_over(), "{text}");
        }
    }
}
