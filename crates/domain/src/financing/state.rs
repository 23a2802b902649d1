use std::str::FromStr;

use crate::Invalid;

/// Where a financing stands. Those from `IncomeProofWanted` to `VerificationWanted` are of direct
/// applications only.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FinancingState {
    /// The bank was asked, or is about to be, and has not been heard.
    Opening,
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

impl FinancingState {
    /// Every state, in the order in which they are passed.
    pub const ALL: &'static [Self] = &[
        Self::Opening,
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

    /// Whether it is over. Only `Completed` may still change: to `Terminated`.
    pub const fn is_terminal(self) -> bool {
        self.progress() == END
    }

    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
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

    /// How far along: news of an earlier point than the present one is old news, not a way back.
    pub(super) const fn progress(self) -> u8 {
        match self {
            Self::Opening => 0,
            Self::Pending => 1,
            Self::IncomeProofWanted => 2,
            Self::StatementsWanted => 3,
            Self::Offered => 4,
            Self::SignatureWanted => 5,
            Self::VerificationWanted => 6,
            Self::DownPaymentWanted => 7,
            Self::Granted => 8,
            Self::Completed
            | Self::Cancelled
            | Self::Declined
            | Self::Expired
            | Self::Failed
            | Self::Terminated => END,
        }
    }
}

const END: u8 = 9;

/// Reads back what [`as_str`](FinancingState::as_str) wrote: for stores.
impl FromStr for FinancingState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.iter().find(|state| state.as_str() == text);
        known
            .copied()
            .ok_or_else(|| Invalid::new("state", "must be the name of a financing's state"))
    }
}

/// What an edge means to the shop.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Open at the bank: send the customer there, or await the decision.
    Opened,
    /// Ask the customer for proof of income, from their bank or by statements.
    IncomeProofWanted,
    /// Ask the customer for account statements.
    StatementsWanted,
    /// Show the customer the offer.
    OfferReady,
    /// Have the customer sign.
    SignatureWanted,
    /// Have the customer make the down payment.
    DownPaymentWanted,
    /// Send the customer to digital verification.
    VerificationWanted,
    /// Granted: approve or cancel.
    Granted,
    /// Financed: deliver.
    Completed,
    /// Over: the customer or the merchant ended it.
    Cancelled,
    /// Over: the bank said no.
    Declined,
    /// Over: too late.
    Expired,
    /// Over: the bank refused to open it, or can't decide.
    Failed,
    /// The active contract was ended.
    Terminated,
}

impl Event {
    /// The event that tells of a state; none tells of `Opening`.
    pub fn of(state: FinancingState) -> Option<Self> {
        let way = super::WAYS.iter().find(|way| way.to == state);
        way.map(|way| way.event)
    }

    /// The event of a name, as stores keep it.
    pub fn named(name: &str) -> Option<Self> {
        let way = super::WAYS.iter().find(|way| way.event.as_str() == name);
        way.map(|way| way.event)
    }

    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::IncomeProofWanted => "income_proof_wanted",
            Self::StatementsWanted => "statements_wanted",
            Self::OfferReady => "offer_ready",
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
}
