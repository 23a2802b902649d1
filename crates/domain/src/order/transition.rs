//! What the platform is told when an attempt moves.

use time::OffsetDateTime;

use super::{Action, Concern, EventKind, NotPaid, Order, OtherAmount};
use crate::{Attempt, AttemptState, Command, Decider, StandingCommand};

impl Order {
    /// Moves an attempt, and tells what follows from it for the order.
    pub(super) fn go(&mut self, number: u32, to: AttemptState, now: OffsetDateTime) {
        let replaced = self.is_replaced(number);
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let revived = attempt.state.is_over() && !to.is_over();
        attempt.state = to;
        attempt.news_at = now;
        attempt.anomaly = None;
        attempt.cancel_refused = false;
        let settled = attempt.settle(now, |standing| standing.command.settlement_in(to));
        if revived && replaced {
            // Whoever took its place while it was over keeps it.
            attempt.supersede(now);
        }
        match to {
            AttemptState::Opening | AttemptState::Pending => {}
            AttemptState::ApplicationSignatureWanted
            | AttemptState::IncomeProofWanted
            | AttemptState::StatementsWanted
            | AttemptState::Offered
            | AttemptState::SignatureWanted
            | AttemptState::VerificationWanted
            | AttemptState::DownPaymentWanted => self.waits_for_customer(number, to, now),
            AttemptState::Granted => self.granted(number, now),
            AttemptState::Completed => {
                self.completed(number, now);
                self.tell_of_cancelling_in_vain(number, settled.as_ref(), now);
            }
            AttemptState::Cancelled
            | AttemptState::Declined
            | AttemptState::Expired
            | AttemptState::Failed => self.ended(number, to, now),
            AttemptState::Terminated => self.terminated(number, now),
        }
    }

    /// Takes on an attempt that had been given up unheard of, and is heard of now. One that the
    /// platform has cancelled, or whose place another took, is to be cancelled at the bank.
    pub(super) fn adopt(&mut self, number: u32, now: OffsetDateTime) {
        let replaced = self.is_replaced(number);
        if let Some(attempt) = self.attempt_mut(number) {
            if replaced || attempt.state == AttemptState::Cancelled {
                attempt.supersede(now);
            }
            attempt.state = AttemptState::Opening;
            attempt.news_at = now;
        }
    }

    fn waits_for_customer(&mut self, number: u32, state: AttemptState, now: OffsetDateTime) {
        let attempt = self.attempt(number);
        // Signed, and on its way to being active.
        let signed = attempt.is_some_and(|a| state == AttemptState::SignatureWanted && a.signed);
        if let Some(action) = state.action().filter(|_| !signed) {
            self.ask(number, action, now);
        }
    }

    /// Tells that the bank waits for the customer, where one may be sent there.
    pub(super) fn ask(&mut self, number: u32, action: Action, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number).filter(|a| !a.superseded) else {
            return;
        };
        match action {
            Action::IncomeProof | Action::Statements => {
                attempt.proofs_asked = attempt.proofs_asked.saturating_add(1);
            }
            Action::ApplicationSignature
            | Action::DownPayment
            | Action::Offer
            | Action::Signature
            | Action::Verification => {}
        }
        self.tell(number, EventKind::ActionWanted(action), now);
    }

    fn granted(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        if attempt.superseded {
            // It is about to be cancelled.
        } else if let Some(amount) = differs(attempt) {
            let attempt = number;
            let why = Concern::GrantedWithOtherAmount { attempt, amount };
            self.tell_person_again(number, &why, now);
        } else {
            self.tell(number, EventKind::AwaitsMerchant, now);
        }
    }

    fn completed(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        let late = attempt.told_not_paid;
        if let Some(why) = self.doubt(attempt) {
            self.tell_person_again(number, &why, now);
        } else {
            self.paid_by = Some(number);
            self.tell(number, EventKind::Paid { late }, now);
        }
        // Whoever else lives has lost.
        for other in &mut self.attempts {
            if other.number != number && other.is_open() {
                other.supersede(now);
            }
        }
    }

    /// Why a completed attempt doesn't mean that the order is paid.
    fn doubt(&self, attempt: &Attempt) -> Option<Concern> {
        let (number, paid) = (attempt.number, attempt.terms.amount);
        if let Some(other) = self.completed_otherwise(number) {
            return Some(Concern::PaidTwice {
                attempt: number,
                paid,
                other: other.number,
                other_paid: other.terms.amount,
            });
        }
        if let Some(successor) = self.successor_with_another_cart(attempt) {
            return Some(Concern::PaidFormerCart {
                attempt: number,
                paid,
                present: successor.terms.amount,
            });
        }
        Some(Concern::CompletedWithOtherAmount {
            attempt: number,
            amount: differs(attempt)?,
        })
    }

    /// Whether another attempt has taken this one's place, or the order was changed to another cart since.
    fn is_replaced(&self, number: u32) -> bool {
        let changed = |attempt| self.successor_with_another_cart(attempt).is_some();
        self.rival(number).is_some() || self.attempt(number).is_some_and(changed)
    }

    /// The attempt that took this one's place with another cart, be it that this one was over by then.
    fn successor_with_another_cart(&self, attempt: &Attempt) -> Option<&Attempt> {
        let mut later = self.attempts.iter().rev();
        let successor = later.find(|later| later.number > attempt.number && !later.superseded);
        successor.filter(|later| later.terms.fingerprint != attempt.terms.fingerprint)
    }

    fn tell_of_cancelling_in_vain(
        &mut self,
        number: u32,
        settled: Option<&StandingCommand>,
        now: OffsetDateTime,
    ) {
        let in_vain = settled.is_some_and(|settled| {
            settled.command == Command::Cancel && settled.by == Decider::Platform
        });
        if in_vain {
            let why = Concern::CancelledInVain { attempt: number };
            self.tell_person(number, why, now);
        }
    }

    fn ended(&mut self, number: u32, state: AttemptState, now: OffsetDateTime) {
        // At most one attempt is not superseded and lives. Nobody is sent to the others, so they
        // neither keep an order alive nor end it.
        let counts = self.attempt(number).is_some_and(|a| !a.superseded);
        let financed = self.completed_otherwise(number).is_some();
        if let Some(end) = NotPaid::of(state)
            && counts
            && !financed
        {
            self.tell(number, EventKind::NotPaid(end), now);
        }
    }

    /// An order is terminated when what financed it is: not when one of two is taken back.
    fn terminated(&mut self, number: u32, now: OffsetDateTime) {
        if self.paid_by == Some(number) {
            self.paid_by = None;
            self.tell(number, EventKind::Terminated, now);
            return;
        }
        let standing = |other: &Attempt| other.state == AttemptState::Completed || other.is_open();
        match self.any_other(number, standing).map(|other| other.number) {
            None => self.tell(number, EventKind::Terminated, now),
            Some(other) => {
                let attempt = number;
                let why = Concern::OtherTerminated { attempt, other };
                self.tell_person_again(number, &why, now);
            }
        }
    }
}

/// The bank's amount, where it is not the attempt's.
pub(super) fn differs(attempt: &Attempt) -> Option<OtherAmount> {
    Some(OtherAmount {
        named: attempt.other_amount?,
        asked: attempt.terms.amount,
    })
}
