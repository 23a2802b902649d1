//! What a reading of the bank does to an order.

use std::cmp::Ordering;

use time::{Duration, OffsetDateTime};

use super::{Action, EventKind, Order, transition::differs};
use crate::{Attempt, AttemptState, Command, CommandStage, Opening, Reading, Step, step};

/// What was read is about another order than the attempt's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("what the bank was read to say is about another order")]
pub struct Foreign;

impl Order {
    /// A callback's session or application may belong to an attempt whose opening was never answered:
    /// whether a reading says so.
    ///
    /// # Errors
    /// [`Foreign`] when the bank names another order, or names none where the session is not known to
    /// be ours.
    pub fn check_is_ours(&self, number: u32, reading: &Reading) -> Result<(), Foreign> {
        let attempt = self.attempt(number).ok_or(Foreign)?;
        match &reading.order {
            Some(order) if *order != self.key.reference => Err(Foreign),
            None if reading.session.is_some() && attempt.session.is_none() => Err(Foreign),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes in what the bank was just read to say of an attempt.
    pub fn observe(&mut self, number: u32, reading: &Reading, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        attempt.missing_since = None;
        attempt.opening = Opening::Answered;
        let replaced = match (&attempt.application, &reading.application) {
            (Some(known), Some(read)) => known != read,
            (None | Some(_), None) | (None, Some(_)) => false,
        };
        take(&mut attempt.session, reading.session.as_ref());
        take(&mut attempt.application, reading.application.as_ref());
        take(&mut attempt.contract, reading.contract.as_ref());
        let differed = attempt.other_amount.is_some();
        compare(attempt, reading);
        acknowledge(attempt, reading);
        let present = attempt.state;
        let superseded = attempt.superseded;
        let now_differs = attempt.other_amount.is_some();
        match reading.state_at(now) {
            Ok(observed) => match step(present, observed) {
                Step::Moved => self.go(number, observed, now),
                Step::Unchanged => {
                    if replaced && present == AttemptState::Offered && !superseded {
                        self.ask(number, Action::Offer, now);
                    }
                }
                Step::Anomaly(anomaly) => self.tell_person(number, anomaly.to_string(), now),
            },
            Err(word) => {
                let anomaly = crate::Anomaly::Status(word.to_owned());
                self.tell_person(number, anomaly.to_string(), now);
            }
        }
        // It came to light after the attempt had moved.
        let stands = matches!(present, AttemptState::Granted | AttemptState::Completed);
        let same = self.attempt(number).map(|a| a.state) == Some(present);
        if stands && same && now_differs && !differed {
            self.found_to_differ(number, now);
        }
        self.resend_what_is_unclear(number, now);
    }

    fn found_to_differ(&mut self, number: u32, now: OffsetDateTime) {
        let why = self.attempt(number).and_then(differs);
        if let Some(why) = why {
            self.tell(number, EventKind::NeedsPerson(why), now);
        }
    }

    /// The bank has asked for proof of income by this many callbacks: one more than the customer was
    /// asked is another question.
    pub fn proof_called_for(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        attempt.proof_callbacks = attempt.proof_callbacks.saturating_add(1);
        let again = attempt.proof_callbacks > attempt.proofs_asked;
        let superseded = attempt.superseded;
        match attempt.state {
            AttemptState::IncomeProofWanted if again && !superseded => {
                self.ask(number, Action::IncomeProof, now);
            }
            AttemptState::StatementsWanted if again && !superseded => {
                self.ask(number, Action::Statements, now);
            }
            _ => {}
        }
    }

    /// The bank answers that it doesn't know what it was asked about. After a day of that nothing is
    /// to be expected any more, and a person is told.
    pub fn missing(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let since = *attempt.missing_since.get_or_insert(now);
        if now - since < Duration::DAY {
            return;
        }
        attempt.refresh_at = None;
        if attempt.is_live() {
            let why = "the bank does not know it any more, for a day".to_owned();
            self.tell_person(number, why, now);
            self.go(number, AttemptState::Failed, now);
        }
    }

    fn resend_what_is_unclear(&mut self, number: u32, now: OffsetDateTime) {
        let Some(standing) = self.attempt_mut(number).and_then(|a| a.command.as_mut()) else {
            return;
        };
        let read_for_long = standing
            .sent_at
            .is_some_and(|sent| now - sent >= UNCLEAR_WINDOW);
        if standing.stage == CommandStage::Unclear
            && standing.command.is_harmless_twice()
            && standing.sends < 2
            && read_for_long
        {
            standing.stage = CommandStage::Wanted;
        }
    }
}

/// How long an unclear command is read before it may be sent once more.
const UNCLEAR_WINDOW: Duration = Duration::seconds(30);

fn take<T: Clone>(known: &mut Option<T>, read: Option<&T>) {
    if let Some(read) = read {
        *known = Some(read.clone());
    }
}

/// An amount that is absent is no difference.
fn compare(attempt: &mut Attempt, reading: &Reading) {
    let Some(asked) = attempt.terms.amount else {
        return;
    };
    let is_other = |named: &&crate::Money| asked.compare(**named) != Ok(Ordering::Equal);
    if !reading.amounts.is_empty() {
        attempt.other_amount = reading.amounts.iter().find(is_other).copied();
    }
}

/// What the bank shows besides the state: that a command has arrived.
fn acknowledge(attempt: &mut Attempt, reading: &Reading) {
    let Some(standing) = &mut attempt.command else {
        return;
    };
    match standing.command {
        Command::Approve | Command::Activate if reading.approved => {
            standing.stage = CommandStage::Acknowledged;
        }
        Command::Sign(_) if reading.signed => standing.stage = CommandStage::Acknowledged,
        Command::Accept(_) if attempt.contract.is_some() => attempt.command = None,
        Command::Accept(_)
        | Command::Activate
        | Command::Approve
        | Command::Cancel
        | Command::Sign(_) => {}
    }
}
