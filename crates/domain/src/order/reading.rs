//! What a reading of the bank does to an order.

use std::cmp::Ordering;

use time::{Duration, OffsetDateTime};

use super::transition::differs;
use super::{Action, Concern, Order};
use crate::{
    Anomaly, Attempt, AttemptKind, AttemptState, Command, CommandStage, Opening, Reading,
    Settlement, StandingCommand, Step, step,
};

/// What was read is about another order than the attempt's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("what the bank was read to say is about another order, or another session")]
pub struct Foreign;

/// How long an unclear command is read before it may be sent once more: twice the 15 s for which the
/// guide wants a contract read after signing (*Direct API Poland*, contract details), since a gateway
/// may have answered for a bank that goes on working.
const UNCLEAR_WINDOW: Duration = Duration::seconds(30);
/// How long the bank's answers may stay unreadable before a person is told.
const UNREADABLE_FOR: Duration = Duration::HOUR;
/// For how long the bank may say that it doesn't know an attempt before that is believed.
const MISSING_FOR: Duration = Duration::DAY;

impl Order {
    /// A callback's session or application may belong to an attempt whose opening was never answered:
    /// whether a reading says so.
    ///
    /// # Errors
    /// [`Foreign`] when the bank names another order or session, when a session is read for an
    /// application or the reverse, or when no order is named where the session is not known to be ours.
    pub fn check_is_ours(&self, number: u32, reading: &Reading) -> Result<(), Foreign> {
        let attempt = self.attempt(number).ok_or(Foreign)?;
        let of_session = reading.session.is_some();
        if of_session == (attempt.terms.kind == AttemptKind::Application) {
            return Err(Foreign);
        }
        let unknown = of_session && attempt.session.is_none();
        if of_session && !unknown && attempt.session != reading.session {
            return Err(Foreign);
        }
        match &reading.order {
            Some(order) if *order != self.key.reference => Err(Foreign),
            None if unknown => Err(Foreign),
            Some(_) | None => Ok(()),
        }
    }

    /// Takes in what the bank was just read to say of an attempt. What is about another order is told
    /// to a person, and changes nothing else.
    pub fn observe(&mut self, number: u32, reading: &Reading, now: OffsetDateTime) {
        if let Err(foreign) = self.check_is_ours(number, reading) {
            self.tell_person(number, foreign, now);
            return;
        }
        self.adopt_if_it_lives(number, reading, now);
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        attempt.missing_since = None;
        attempt.unreadable_since = None;
        attempt.opening = Opening::Answered;
        let replaced = attempt.take_ids(reading, now);
        let differed = attempt.other_amount.is_some();
        attempt.compare(reading);
        attempt.acknowledge(reading, now);
        let before = attempt.state;
        match observed(attempt, reading, now) {
            Ok(observed) => match step(before, observed) {
                Step::Moved => self.go(number, observed, now),
                Step::Unchanged => {
                    if replaced && before == AttemptState::Offered {
                        self.ask(number, Action::Offer, now);
                    }
                }
                Step::Anomaly(anomaly) => self.tell_person(number, anomaly, now),
            },
            Err(word) => {
                self.tell_person(number, Anomaly::Status(word.to_owned()), now);
            }
        }
        if !differed {
            self.tell_if_it_differs(number, before, now);
        }
        self.resend_what_is_unclear(number, now);
    }

    fn adopt_if_it_lives(&mut self, number: u32, reading: &Reading, now: OffsetDateTime) {
        let given_up = self.attempt(number).is_some_and(Attempt::is_given_up);
        let over = matches!(&reading.state, Ok(state) if state.is_unpaid_end());
        if given_up && !over {
            self.adopt(number, now);
        }
    }

    /// An amount that came to light, unless the move that it came with has told of it.
    fn tell_if_it_differs(&mut self, number: u32, before: AttemptState, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        let state = attempt.state;
        let matters = state == AttemptState::Completed || attempt.is_open();
        let told = matches!(state, AttemptState::Completed | AttemptState::Granted);
        if matters
            && (state == before || !told)
            && let Some(why) = differs(attempt)
        {
            self.tell_person_again(number, &why.into(), now);
        }
    }

    /// The bank has asked for proof of income by one more callback. One more than the customer was
    /// asked is another question: the bank's status stays the same.
    pub fn proof_called_for(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        attempt.proof_callbacks = attempt.proof_callbacks.saturating_add(1);
        let again = attempt.proof_callbacks > attempt.proofs_asked;
        let of_proof = |action: &Action| matches!(action, Action::IncomeProof | Action::Statements);
        if let Some(action) = attempt.state.action().filter(of_proof)
            && again
        {
            attempt.news_at = now;
            self.ask(number, action, now);
        }
    }

    /// The bank answers that it doesn't know what it was asked about. After a day of that nothing is
    /// to be expected any more, and a person is told.
    pub fn missing(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let since = *attempt.missing_since.get_or_insert(now);
        if now - since < MISSING_FOR {
            return;
        }
        attempt.refresh_at = None;
        if attempt.is_live() {
            let why = Concern::NotKnownAnyMore { attempt: number };
            self.tell_person(number, why, now);
            self.go(number, AttemptState::Failed, now);
        }
    }

    /// The bank has answered what can't be read, `where_it_failed`. It may be read again later, and
    /// nothing is concluded from it; what stays so for an hour is told to a person, once.
    pub fn unreadable(&mut self, number: u32, where_it_failed: &str, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let since = *attempt.unreadable_since.get_or_insert(now);
        let unreadable = |place: &str| Concern::Unreadable {
            attempt: number,
            place: place.to_owned(),
        };
        let what = unreadable("").to_string();
        // Where it fails may differ from answer to answer.
        let told = attempt.anomaly.as_deref().unwrap_or_default();
        if now - since >= UNREADABLE_FOR && !told.starts_with(&what) {
            self.tell_person(number, unreadable(where_it_failed), now);
        }
    }

    /// What is harmless twice and was read for long enough without an effect is sent once more.
    fn resend_what_is_unclear(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let superseded = attempt.superseded;
        let Some(standing) = &mut attempt.command else {
            return;
        };
        let sent_long_ago = standing
            .sent_at
            .is_some_and(|sent| now - sent >= UNCLEAR_WINDOW);
        if standing.stage == CommandStage::Unclear
            && standing.command.is_harmless_twice()
            && (standing.command == Command::Cancel || !superseded)
            && standing.sends < 2
            && sent_long_ago
        {
            standing.stage = CommandStage::Wanted;
        }
    }
}

/// The state that a reading describes.
///
/// An offer whose last day is over has expired, unless it may have been accepted in time; an answer
/// that leaves the day out doesn't bring it back.
fn observed<'a>(
    attempt: &Attempt,
    reading: &'a Reading,
    now: OffsetDateTime,
) -> Result<AttemptState, &'a str> {
    let state = *reading.state.as_ref().map_err(String::as_str)?;
    if state == AttemptState::Pending && attempt.waits_to_be_signed(reading) {
        return Ok(AttemptState::ApplicationSignatureWanted);
    }
    if state != AttemptState::Offered {
        return Ok(state);
    }
    let standing = attempt.command.as_ref();
    let accepted = standing.is_some_and(StandingCommand::may_have_bound);
    let had_run_out = attempt.state == AttemptState::Expired && reading.offer_valid_to.is_none();
    Ok(if (reading.has_run_out(now) && !accepted) || had_run_out {
        AttemptState::Expired
    } else {
        AttemptState::Offered
    })
}

impl Attempt {
    /// Whether a pending application waits for its customer: nothing but the product, and the time at
    /// which it was signed, tells it from one that the bank decides about.
    fn waits_to_be_signed(&self, reading: &Reading) -> bool {
        self.terms.application_signature
            && !reading.confirmed
            && matches!(
                self.state,
                AttemptState::Opening | AttemptState::ApplicationSignatureWanted
            )
    }

    /// Takes on the bank's names. True where another application took the known one's place: what was
    /// known of that one counts no more.
    fn take_ids(&mut self, reading: &Reading, now: OffsetDateTime) -> bool {
        let replaced = matches!(
            (&self.application, &reading.application),
            (Some(known), Some(read)) if known != read
        );
        if reading.contract.is_some() && reading.contract != self.contract {
            self.signed = false;
        }
        take(&mut self.session, reading.session.as_ref());
        take(&mut self.application, reading.application.as_ref());
        take(&mut self.contract, reading.contract.as_ref());
        if replaced {
            self.other_amount = None;
            self.settle(now, |standing| {
                let accepts = matches!(standing.command, Command::Accept(_));
                let is_taken = standing.stage == CommandStage::Acknowledged;
                (accepts && !is_taken).then_some(Settlement::Dropped)
            });
        }
        replaced
    }

    /// An amount that is absent is no difference.
    fn compare(&mut self, reading: &Reading) {
        let Some(asked) = self.terms.amount else {
            return;
        };
        let is_other = |named: &&crate::Money| asked.compare(**named) != Ok(Ordering::Equal);
        if let Some(other) = reading.amounts.iter().find(is_other) {
            self.other_amount = Some(*other);
        }
    }

    /// What the bank shows besides the state: that a command has arrived.
    fn acknowledge(&mut self, reading: &Reading, now: OffsetDateTime) {
        // An application has a contract only once its offer was accepted, by whomever.
        let accepted = self.terms.kind == AttemptKind::Application && self.contract.is_some();
        self.bound |= reading.approved || accepted;
        self.signed |= reading.signed;
        let Some(standing) = &mut self.command else {
            return;
        };
        match standing.command {
            Command::Approve | Command::Activate if reading.approved => standing.acknowledge(now),
            Command::Sign(_) if self.signed => {
                self.settle(now, |_| Some(Settlement::Shown));
            }
            Command::Accept(_)
            | Command::Activate
            | Command::Approve
            | Command::Cancel
            | Command::Sign(_)
            | Command::SignApplication(_) => {}
        }
    }
}

fn take<T: Clone>(known: &mut Option<T>, read: Option<&T>) {
    if let Some(read) = read {
        *known = Some(read.clone());
    }
}
