use std::fmt;

use super::{Action, NotPaid, Order};
use crate::AttemptState;

/// Where an order stands: where the attempt stands that counts.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum OrderStatus {
    /// The bank waits for the customer to do this.
    ActionWanted(Action),
    /// The bank said yes and waits for the merchant.
    AwaitsMerchant,
    /// A person should look: the bank financed something else than what was asked for.
    NeedsPerson,
    /// Nothing is financed, and no attempt lives.
    NotPaid(NotPaid),
    /// The bank was asked, or is about to be, and has not been heard.
    Opening,
    /// The contract is active.
    Paid,
    /// Open at the bank: the customer is in the dialog, or the decision is awaited.
    Pending,
    /// The active contract was ended.
    Terminated,
}

impl OrderStatus {
    /// One of each name.
    pub const EVERY: [Self; 8] = [
        Self::Opening,
        Self::Pending,
        Self::ActionWanted(Action::Offer),
        Self::AwaitsMerchant,
        Self::Paid,
        Self::NotPaid(NotPaid::Declined),
        Self::NeedsPerson,
        Self::Terminated,
    ];

    /// The name that a text is; none where it is none.
    pub fn name_of(text: &str) -> Option<&'static str> {
        let mut names = Self::EVERY.iter().map(|status| status.name());
        names.find(|name| *name == text)
    }

    /// The name for people and machines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ActionWanted(_) => "action_wanted",
            Self::AwaitsMerchant => "awaits_merchant",
            Self::NeedsPerson => "needs_person",
            Self::NotPaid(_) => "not_paid",
            Self::Opening => "opening",
            Self::Paid => "paid",
            Self::Pending => "pending",
            Self::Terminated => "terminated",
        }
    }

    /// Whether something may still come of it: it is neither paid, nor over without being paid.
    pub const fn is_open(self) -> bool {
        match self {
            Self::ActionWanted(_)
            | Self::AwaitsMerchant
            | Self::NeedsPerson
            | Self::Opening
            | Self::Pending => true,
            Self::NotPaid(_) | Self::Paid | Self::Terminated => false,
        }
    }

    /// What it says besides its name: the action, the end.
    pub const fn detail(self) -> Option<&'static str> {
        match self {
            Self::ActionWanted(action) => Some(action.as_str()),
            Self::NotPaid(end) => Some(end.as_str()),
            Self::AwaitsMerchant
            | Self::NeedsPerson
            | Self::Opening
            | Self::Paid
            | Self::Pending
            | Self::Terminated => None,
        }
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.detail() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl Order {
    /// Where it stands. An order of which nothing was asked yet is opening.
    pub fn status(&self) -> OrderStatus {
        if self.paid_by.is_some() {
            return OrderStatus::Paid;
        }
        let Some(present) = self.present() else {
            return OrderStatus::Opening;
        };
        let disputed = present.other_amount.is_some();
        match present.state {
            AttemptState::Completed => OrderStatus::NeedsPerson,
            AttemptState::Granted if disputed => OrderStatus::NeedsPerson,
            AttemptState::Granted => OrderStatus::AwaitsMerchant,
            AttemptState::Opening => OrderStatus::Opening,
            AttemptState::Pending => OrderStatus::Pending,
            AttemptState::Terminated => OrderStatus::Terminated,
            AttemptState::ApplicationSignatureWanted => {
                OrderStatus::ActionWanted(Action::ApplicationSignature)
            }
            AttemptState::IncomeProofWanted => OrderStatus::ActionWanted(Action::IncomeProof),
            AttemptState::StatementsWanted => OrderStatus::ActionWanted(Action::Statements),
            AttemptState::Offered => OrderStatus::ActionWanted(Action::Offer),
            // On its way to being active.
            AttemptState::SignatureWanted if present.signed => OrderStatus::Pending,
            AttemptState::SignatureWanted => OrderStatus::ActionWanted(Action::Signature),
            AttemptState::VerificationWanted => OrderStatus::ActionWanted(Action::Verification),
            AttemptState::DownPaymentWanted => OrderStatus::ActionWanted(Action::DownPayment),
            AttemptState::Cancelled => OrderStatus::NotPaid(NotPaid::Cancelled),
            AttemptState::Declined => OrderStatus::NotPaid(NotPaid::Declined),
            AttemptState::Expired => OrderStatus::NotPaid(NotPaid::Expired),
            AttemptState::Failed => OrderStatus::NotPaid(NotPaid::Failed),
        }
    }
}
