//! What can be triggered.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::application::Outcome;

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TriggerKind {
    /// The customer goes through to a signed contract, which waits for the merchant.
    Granted,
    /// The contract is activated; whatever is missing before happens too.
    Completed,
    /// The credit is declined.
    Declined,
    /// The customer gives up, or the merchant cancels the contract in the Partner Portal.
    Cancelled,
    /// The session's time is over.
    Expired,
    /// An active contract is ended.
    Terminated,
    /// The application is decided positively.
    Positive,
    /// The application is decided positively, with nine tenths of the amount and under a new identifier.
    ChangedConditions,
    /// The application is decided negatively.
    Negative,
    /// People at the bank look at the application.
    Manual,
    /// There is no decision.
    Failed,
    /// The customer has to prove an income, at a bank or by a file.
    IncomeProof,
    /// The customer has to prove an income by a file.
    IncomeProofByFile,
    /// The customer's bank tells about the account.
    StatementShared,
    /// The customer signs: the application, where it waits for that, or else its contract.
    Signed,
    /// The customer pays the down payment.
    DownPayment,
}

impl TriggerKind {
    /// All of them, in the order of a purchase.
    pub const ALL: [Self; 16] = [
        Self::Granted,
        Self::Completed,
        Self::Declined,
        Self::Cancelled,
        Self::Expired,
        Self::Terminated,
        Self::Positive,
        Self::ChangedConditions,
        Self::Negative,
        Self::Manual,
        Self::Failed,
        Self::IncomeProof,
        Self::IncomeProofByFile,
        Self::StatementShared,
        Self::Signed,
        Self::DownPayment,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Completed => "completed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Terminated => "terminated",
            Self::Positive => "positive",
            Self::ChangedConditions => "changed-conditions",
            Self::Negative => "negative",
            Self::Manual => "manual",
            Self::Failed => "failed",
            Self::IncomeProof => "income-proof",
            Self::IncomeProofByFile => "income-proof-by-file",
            Self::StatementShared => "statement-shared",
            Self::Signed => "signed",
            Self::DownPayment => "down-payment",
        }
    }

    /// What it decides about an application, where it is a decision.
    pub(super) const fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Positive => Some(Outcome::Positive),
            Self::ChangedConditions => Some(Outcome::ChangedConditions),
            Self::Negative | Self::Declined => Some(Outcome::Negative),
            Self::Manual => Some(Outcome::Manual),
            Self::Failed => Some(Outcome::Failed),
            Self::IncomeProof => Some(Outcome::ProofByBankOrUpload),
            Self::IncomeProofByFile => Some(Outcome::ProofByUpload),
            Self::Granted
            | Self::Completed
            | Self::Cancelled
            | Self::Expired
            | Self::Terminated
            | Self::StatementShared
            | Self::Signed
            | Self::DownPayment => None,
        }
    }
}

impl fmt::Display for TriggerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
