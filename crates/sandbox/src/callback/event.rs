//! What is told about applications and their contracts (direct guide 2.05, Callbacks).

use serde::Serialize;
use uuid::Uuid;

use super::CallbackOutcome;

/// A transition with a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ApplicationEvent {
    /// The decision is positive.
    Positive,
    /// The decision is negative.
    Negative,
    /// There is no decision.
    Failed,
    /// The customer has to prove an income.
    IncomeProofRequired,
    /// There is a contract for the customer to sign.
    Unsigned,
    /// The customer has signed.
    Signed,
    /// The contract is activated.
    Activated,
    /// The contract is cancelled.
    Cancelled,
    /// The activated contract is terminated.
    Terminated,
    /// The merchant has to approve the contract.
    ActivationRequiresPartnerApproval,
    /// The customer has paid the down payment.
    DownPaymentPaidByCustomer,
}

impl ApplicationEvent {
    /// The `status` of the message.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Positive => "POSITIVE",
            Self::Negative => "NEGATIVE",
            Self::Failed => "FAILED",
            Self::IncomeProofRequired => "INCOME_PROOF_REQUIRED",
            Self::Unsigned => "UNSIGNED",
            Self::Signed => "SIGNED",
            Self::Activated => "ACTIVATED",
            Self::Cancelled => "CANCELLED",
            Self::Terminated => "TERMINATED",
            Self::ActivationRequiresPartnerApproval => "ACTIVATION_REQUIRES_PARTNER_APPROVAL",
            Self::DownPaymentPaidByCustomer => "DOWN_PAYMENT_PAID_BY_CUSTOMER",
        }
    }

    /// The `type` of the message.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Positive | Self::Negative | Self::Failed | Self::IncomeProofRequired => {
                "DECISION"
            }
            _ => "CONTRACT",
        }
    }
}

/// A callback about an application that the bank has sent or means to send.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ApplicationCallbackRecord {
    /// The application it names.
    pub application: Uuid,
    /// What it tells.
    pub event: ApplicationEvent,
    /// Where it goes.
    pub url: String,
    /// The form, ready to be sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u32,
    /// What came of the last attempt: a status, or why there is none.
    pub last_answer: Option<String>,
    /// What has become of it.
    pub outcome: CallbackOutcome,
}
