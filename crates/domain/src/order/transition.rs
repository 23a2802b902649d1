//! What the platform is told when an attempt moves.

use time::OffsetDateTime;

use super::{Action, EventKind, NotPaid, Order};
use crate::{Attempt, AttemptState, Money};

impl Order {
    /// Moves an attempt, and tells what follows from it for the order.
    pub(super) fn go(&mut self, number: u32, to: AttemptState, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let from = attempt.state;
        attempt.state = to;
        attempt.news_at = now;
        attempt.anomaly = None;
        let superseded = attempt.superseded;
        let command = attempt.command.take();
        attempt.command = command.filter(|standing| !standing.command.is_settled_in(to));
        match to {
            AttemptState::Opening | AttemptState::Pending => {}
            AttemptState::IncomeProofWanted
            | AttemptState::StatementsWanted
            | AttemptState::Offered
            | AttemptState::SignatureWanted
            | AttemptState::VerificationWanted
            | AttemptState::DownPaymentWanted => {
                if let Some(action) = to.action()
                    && !superseded
                {
                    self.ask(number, action, now);
                }
            }
            AttemptState::Granted => self.granted(number, now),
            AttemptState::Completed => self.completed(number, from.is_unpaid_end(), now),
            AttemptState::Cancelled
            | AttemptState::Declined
            | AttemptState::Expired
            | AttemptState::Failed => self.ended(number, to, now),
            AttemptState::Terminated => {
                if self.paid_by == Some(number) {
                    self.paid_by = None;
                }
                self.tell(number, EventKind::Terminated, now);
            }
        }
    }

    /// Tells that the bank waits for the customer.
    pub(super) fn ask(&mut self, number: u32, action: Action, now: OffsetDateTime) {
        if let Some(attempt) = self.attempt_mut(number) {
            match action {
                Action::IncomeProof | Action::Statements => attempt.proofs_asked += 1,
                Action::DownPayment | Action::Offer | Action::Signature | Action::Verification => {}
            }
            self.tell(number, EventKind::ActionWanted(action), now);
        }
    }

    fn granted(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        if attempt.superseded {
            // It is about to be cancelled.
        } else if let Some(why) = differs(attempt) {
            self.tell(number, EventKind::NeedsPerson(why), now);
        } else {
            self.tell(number, EventKind::AwaitsMerchant, now);
        }
    }

    fn completed(&mut self, number: u32, late: bool, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        let other = self.is_completed_otherwise(number);
        let successor = self.successor_with_another_cart(attempt);
        let doubt = if let Some(other) = other {
            let (theirs, its) = (amount(other.terms.amount), amount(attempt.terms.amount));
            let theirs_number = other.number;
            Some(format!(
                "attempt {number} is completed with {its}, and attempt {theirs_number} with {theirs} as well: the customer pays twice"
            ))
        } else if let Some(successor) = successor {
            let (present, its) = (amount(successor.terms.amount), amount(attempt.terms.amount));
            Some(format!(
                "attempt {number} is completed with {its}, and the order was changed to {present} before: the customer pays for the former cart"
            ))
        } else {
            differs(attempt)
        };
        match doubt {
            Some(why) => self.tell(number, EventKind::NeedsPerson(why), now),
            None => {
                self.paid_by = Some(number);
                self.tell(number, EventKind::Paid { late }, now);
            }
        }
        // Whoever else lives has lost.
        for other in &mut self.attempts {
            if other.number != number && other.is_live() && !other.superseded {
                other.superseded = true;
                other.refresh_at = Some(now);
            }
        }
    }

    /// The attempt that took a superseded one's place with another cart.
    fn successor_with_another_cart(&self, attempt: &Attempt) -> Option<&Attempt> {
        let successor = self.attempts.iter().rfind(|later| {
            attempt.superseded && later.number > attempt.number && !later.superseded
        });
        successor.filter(|later| later.terms.fingerprint != attempt.terms.fingerprint)
    }

    fn ended(&mut self, number: u32, state: AttemptState, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        // Nobody is sent to a superseded one, so it neither keeps an order alive nor ends it.
        let counts = !attempt.superseded;
        let lives = self.any_other(number, |other| other.is_live() && !other.superseded);
        let financed = self.is_completed_otherwise(number);
        let told = counts && lives.is_none() && financed.is_none();
        if let Some(end) = NotPaid::of(state)
            && told
        {
            self.tell(number, EventKind::NotPaid(end), now);
        }
    }
}

/// The sentence about an amount that is not the attempt's.
pub(super) fn differs(attempt: &Attempt) -> Option<String> {
    let other = attempt.other_amount?;
    let asked = amount(attempt.terms.amount);
    Some(format!(
        "the bank names {other} where {asked} was asked for"
    ))
}

fn amount(amount: Option<Money>) -> String {
    amount.map_or_else(|| "the bank's own total".to_owned(), |a| a.to_string())
}
