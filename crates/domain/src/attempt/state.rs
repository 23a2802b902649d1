use std::str::FromStr;

use crate::{Action, Invalid};

/// Where an attempt stands. `ApplicationSignatureWanted`, and those from `IncomeProofWanted` to
/// `DownPaymentWanted`, are of direct applications only.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AttemptState {
    /// The bank was asked, or is about to be, and has not been heard.
    Opening,
    /// The customer is to sign the application; the bank doesn't decide before.
    ApplicationSignatureWanted,
    /// Open at the bank: the customer is in the dialog, or the decision is awaited.
    Pending,
    /// The customer is to prove their income, from their bank or by statements.
    IncomeProofWanted,
    /// The customer is to prove their income by statements.
    StatementsWanted,
    /// Decided for; the customer is to accept the offer.
    Offered,
    /// There is a contract; the customer is to sign it.
    SignatureWanted,
    /// The customer is to go through digital verification.
    VerificationWanted,
    /// The customer is to make the down payment.
    DownPaymentWanted,
    /// Granted; waits for the merchant's approval.
    Granted,
    /// The contract is active: deliver.
    Completed,
    /// Ended by the customer or the merchant.
    Cancelled,
    /// The bank said no.
    Declined,
    /// Its time ran out.
    Expired,
    /// The bank refused to open it, or can't decide.
    Failed,
    /// The active contract was ended.
    Terminated,
}

impl AttemptState {
    /// Every state, in the order in which they are passed.
    pub const ALL: &'static [Self] = &[
        Self::Opening,
        Self::ApplicationSignatureWanted,
        Self::Pending,
        Self::IncomeProofWanted,
        Self::StatementsWanted,
        Self::Offered,
        Self::SignatureWanted,
        Self::VerificationWanted,
        Self::DownPaymentWanted,
        Self::Granted,
        Self::Completed,
        Self::Cancelled,
        Self::Declined,
        Self::Expired,
        Self::Failed,
        Self::Terminated,
    ];

    /// Whether it is over. The bank may still be late: the graph says what can follow an end.
    pub const fn is_over(self) -> bool {
        self.progress() == END
    }

    /// Whether it is over and nothing was financed.
    pub const fn is_unpaid_end(self) -> bool {
        matches!(
            self,
            Self::Cancelled | Self::Declined | Self::Expired | Self::Failed
        )
    }

    /// What the customer is to do next, where the bank waits for the customer.
    pub const fn action(self) -> Option<Action> {
        match self {
            Self::ApplicationSignatureWanted => Some(Action::ApplicationSignature),
            Self::IncomeProofWanted => Some(Action::IncomeProof),
            Self::StatementsWanted => Some(Action::Statements),
            Self::Offered => Some(Action::Offer),
            Self::SignatureWanted => Some(Action::Signature),
            Self::VerificationWanted => Some(Action::Verification),
            Self::DownPaymentWanted => Some(Action::DownPayment),
            Self::Opening
            | Self::Pending
            | Self::Granted
            | Self::Completed
            | Self::Cancelled
            | Self::Declined
            | Self::Expired
            | Self::Failed
            | Self::Terminated => None,
        }
    }

    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::ApplicationSignatureWanted => "application_signature_wanted",
            Self::Pending => "pending",
            Self::IncomeProofWanted => "income_proof_wanted",
            Self::StatementsWanted => "statements_wanted",
            Self::Offered => "offered",
            Self::SignatureWanted => "signature_wanted",
            Self::DownPaymentWanted => "down_payment_wanted",
            Self::VerificationWanted => "verification_wanted",
            Self::Granted => "granted",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        }
    }

    /// How far along. A reading of an earlier point than the present one is an outdated reading.
    pub(super) const fn progress(self) -> u8 {
        match self {
            Self::Opening => 0,
            Self::ApplicationSignatureWanted => 1,
            Self::Pending => 2,
            Self::IncomeProofWanted => 3,
            Self::StatementsWanted => 4,
            Self::Offered => 5,
            Self::SignatureWanted => 6,
            Self::VerificationWanted => 7,
            Self::DownPaymentWanted => 8,
            Self::Granted => 9,
            Self::Completed
            | Self::Cancelled
            | Self::Declined
            | Self::Expired
            | Self::Failed
            | Self::Terminated => END,
        }
    }
}

const END: u8 = 10;

/// Reads back what [`as_str`](AttemptState::as_str) wrote: for stores.
impl FromStr for AttemptState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.iter().find(|state| state.as_str() == text);
        known
            .copied()
            .ok_or_else(|| Invalid::new("state", "must be the name of an attempt's state"))
    }
}
