//! Decisions about applications: by amount, by order, and what follows from each.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CreditApplication;
use crate::{bank::Bank, callback::ApplicationEvent, session::CustomerError};

/// The decision about an application (direct guide 2.05, `decision_status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionStatus {
    /// Not decided yet.
    Pending,
    /// The customer gets an offer.
    Positive,
    /// The credit is denied.
    Negative,
    /// People at the bank look at it.
    Manual,
    /// People at the bank have denied it.
    ManualNegative,
    /// Something went wrong and there is no decision.
    Failed,
    /// The customer has to prove an income first.
    IncomeProofRequired,
}

impl DecisionStatus {
    /// The bank's name for it, the same in both versions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Manual => "manual",
            Self::ManualNegative => "manual_negative",
            Self::Failed => "failed",
            Self::IncomeProofRequired => "income_proof_required",
        }
    }

    /// What the customer may be told. Guides silent but for "Positive decision" and the text of a failure.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Pending => "Decision is being made",
            Self::Positive => "Positive decision",
            Self::Negative | Self::ManualNegative => "Negative decision",
            Self::Manual => "Decision is made by our specialists",
            Self::Failed => "Error has occurred, contact customer support",
            Self::IncomeProofRequired => "Income proof is required",
        }
    }
}

/// How an income is proved (direct guide 2.05, `income_proof_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum IncomeProof {
    /// At the customer's bank, or by a file.
    #[serde(rename = "ais_with_fallback_manual_upload_option")]
    BankOrUpload,
    /// By a file alone.
    #[serde(rename = "manual_internal_verification")]
    Upload,
}

impl IncomeProof {
    /// The bank's name for it, the same in both versions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BankOrUpload => "ais_with_fallback_manual_upload_option",
            Self::Upload => "manual_internal_verification",
        }
    }
}

/// What the bank is told to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// An offer of what was asked for.
    Positive,
    /// An offer of nine tenths of it, under a new identifier.
    ChangedConditions,
    /// A denial.
    Negative,
    /// People at the bank look at it, until another outcome is ordered.
    Manual,
    /// A denial by people.
    ManualNegative,
    /// No decision, and the generic message.
    Failed,
    /// The income has to be proved at the customer's bank or by a file.
    #[serde(rename = "ais_with_fallback_manual_upload_option")]
    ProofByBankOrUpload,
    /// The income has to be proved by a file.
    #[serde(rename = "manual_internal_verification")]
    ProofByUpload,
}

/// What the bank decides about an amount at first, and once the customer's bank has told the income.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) first: Outcome,
    pub(crate) after_statement: Outcome,
}

/// A row of the table of decisions: amounts above `over` up to and including `to`.
pub(crate) struct Row {
    pub(crate) over: u32,
    pub(crate) to: Option<u32>,
    pub(crate) course: Course,
    pub(crate) words: &'static str,
}

const fn row(over: u32, to: u32, first: Outcome, words: &'static str) -> Row {
    let course = Course {
        first,
        after_statement: Outcome::Positive,
    };
    Row {
        over,
        to: Some(to),
        course,
        words,
    }
}

/// The decisions by amount, in every region.
///
/// The direct guides promise a positive decision for 0–500 and for 15 000–16 000 (the latter with its lower end, so the row begins just
/// below) and are silent on the rest; chosen: one range of a thousand for each other course, and negative where none is left.
pub(crate) const TABLE: [Row; 10] = [
    row(0, 500, Outcome::Positive, "positive"),
    row(500, 1_000, Outcome::Negative, "negative"),
    row(
        1_000,
        2_000,
        Outcome::ProofByBankOrUpload,
        "income proof, then positive",
    ),
    Row {
        over: 2_000,
        to: Some(3_000),
        course: Course {
            first: Outcome::ProofByBankOrUpload,
            after_statement: Outcome::ProofByUpload,
        },
        words: "income proof at the bank, then by a file, then positive",
    },
    row(
        3_000,
        4_000,
        Outcome::ProofByUpload,
        "income proof by a file, then positive",
    ),
    row(
        4_000,
        5_000,
        Outcome::Manual,
        "manual, until another outcome is ordered",
    ),
    row(5_000, 6_000, Outcome::Failed, "failed"),
    row(
        6_000,
        7_000,
        Outcome::ChangedConditions,
        "positive with changed conditions",
    ),
    row(7_000, 8_000, Outcome::ManualNegative, "manual_negative"),
    Row {
        over: 8_000,
        to: None,
        course: NEGATIVE,
        words: "negative, but positive for 15000 – 16000",
    },
];

const NEGATIVE: Course = Course {
    first: Outcome::Negative,
    after_statement: Outcome::Negative,
};

pub(crate) fn course(amount: Decimal) -> Course {
    if (dec!(15_000)..=dec!(16_000)).contains(&amount) {
        return Course {
            first: Outcome::Positive,
            after_statement: Outcome::Positive,
        };
    }
    TABLE
        .iter()
        .find(|row| {
            let above = amount > Decimal::from(row.over) || (row.over == 0 && amount.is_zero());
            above && row.to.is_none_or(|to| amount <= Decimal::from(to))
        })
        .map_or(NEGATIVE, |row| row.course)
}

impl Bank {
    /// Orders an outcome now, whatever the amount: for any application the customer has neither accepted nor cancelled.
    pub(crate) fn decide_on_order(
        &mut self,
        id: Uuid,
        outcome: Outcome,
    ) -> Result<(), CustomerError> {
        let application = self.application(id).ok_or(CustomerError::NoApplication)?;
        if !application.is_open() {
            return Err(CustomerError::WrongState);
        }
        self.decide_application(id, outcome);
        Ok(())
    }

    /// The decision that was under way is made.
    pub(crate) fn end_decision(&mut self, id: Uuid) {
        if let Some(application) = self.application(id) {
            let outcome = application.next;
            self.decide_application(id, outcome);
        }
    }

    fn decide_application(&mut self, id: Uuid, outcome: Outcome) {
        if outcome == Outcome::ChangedConditions {
            self.change_conditions(id);
            return;
        }
        let (decision, proof, event) = match outcome {
            Outcome::Positive | Outcome::ChangedConditions => (
                DecisionStatus::Positive,
                None,
                Some(ApplicationEvent::Positive),
            ),
            Outcome::Negative => (
                DecisionStatus::Negative,
                None,
                Some(ApplicationEvent::Negative),
            ),
            // Not among the listed transitions; a denial by people is told as any other denial.
            Outcome::Manual => (DecisionStatus::Manual, None, None),
            Outcome::ManualNegative => (
                DecisionStatus::ManualNegative,
                None,
                Some(ApplicationEvent::Negative),
            ),
            Outcome::Failed => (DecisionStatus::Failed, None, Some(ApplicationEvent::Failed)),
            Outcome::ProofByBankOrUpload => (
                DecisionStatus::IncomeProofRequired,
                Some(IncomeProof::BankOrUpload),
                Some(ApplicationEvent::IncomeProofRequired),
            ),
            Outcome::ProofByUpload => (
                DecisionStatus::IncomeProofRequired,
                Some(IncomeProof::Upload),
                Some(ApplicationEvent::IncomeProofRequired),
            ),
        };
        let Some(application) = self.application_mut(id) else {
            return;
        };
        application.decision = decision;
        application.income_proof = proof;
        application.due = None;
        if let Some(event) = event {
            self.announce_application(id, event);
        }
    }

    /// The bank offers nine tenths of the amount, as another application that takes the place of this one.
    ///
    /// Guides silent on what becomes of the old one; chosen: it stays as it was sent, `pending` for good, since the bank has not decided
    /// about it, and nothing can be done with it any more. The callback names the new identifier, which is the one that was decided.
    fn change_conditions(&mut self, id: Uuid) {
        let new_id = self.identifiers.next();
        let Some(old) = self.application_mut(id) else {
            return;
        };
        let nine_tenths = |amount: Decimal| (amount * dec!(0.9)).round_dp(2);
        old.due = None;
        old.superseded_by = Some(new_id);
        let changed = CreditApplication {
            id: new_id,
            amount: nine_tenths(old.amount),
            down_payment: nine_tenths(old.down_payment),
            previous: Some(id),
            superseded_by: None,
            decision: DecisionStatus::Pending,
            income_proof: None,
            ..old.clone()
        };
        // The old one is left as it was before a proof was asked for.
        old.decision = DecisionStatus::Pending;
        old.income_proof = None;
        self.direct.applications.insert(new_id, changed);
        self.decide_application(new_id, Outcome::Positive);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_course_has_its_amounts() {
        for (amount, first) in [
            (dec!(0), Outcome::Positive),
            (dec!(0.01), Outcome::Positive),
            (dec!(500), Outcome::Positive),
            (dec!(500.01), Outcome::Negative),
            (dec!(1000), Outcome::Negative),
            (dec!(1001), Outcome::ProofByBankOrUpload),
            (dec!(2400), Outcome::ProofByBankOrUpload),
            (dec!(3500), Outcome::ProofByUpload),
            (dec!(4500), Outcome::Manual),
            (dec!(5500), Outcome::Failed),
            (dec!(6500), Outcome::ChangedConditions),
            (dec!(7500), Outcome::ManualNegative),
            (dec!(14999.99), Outcome::Negative),
            (dec!(15000), Outcome::Positive),
            (dec!(16000), Outcome::Positive),
            (dec!(16000.01), Outcome::Negative),
        ] {
            assert_eq!(course(amount).first, first, "{amount}");
        }
        assert_eq!(course(dec!(2400)).after_statement, Outcome::ProofByUpload);
        assert_eq!(course(dec!(1500)).after_statement, Outcome::Positive);
    }
}
