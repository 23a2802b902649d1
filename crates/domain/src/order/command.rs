//! What may be decided about an order, and what became of it.

use time::{Duration, OffsetDateTime};

use super::{Concern, Order, Told};
use crate::{
    ApplicationId, Attempt, AttemptKind, AttemptState, Command, CommandStage, ContractId, Decider,
    Opening, Settlement, StandingCommand, Step, step,
};

/// What came of deciding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// The bank shows it already; there is nothing to do.
    Done,
    /// The attempt had never been heard of, and is given up; there is nothing to send.
    GivenUp,
    /// It was decided before, and is being carried out.
    Standing,
    /// It is to be written down, and sent.
    Written,
}

/// Why something can't be decided; nothing was written or sent.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CommandRefused {
    /// The bank changed the conditions: show the customer the offer of this application first.
    #[error("the bank changed the conditions; application {0} has the offer that now stands")]
    Changed(ApplicationId),
    /// Another attempt has taken the order: a second one would be paid twice.
    #[error("attempt {attempt} at this order is {}, or about to be completed", .state.as_str())]
    FinancedAlready {
        /// Which.
        attempt: u32,
        /// Where it stands.
        state: AttemptState,
    },
    /// The order has no such attempt.
    #[error("the order has no such attempt")]
    NoAttempt,
    /// It does not fit where the attempt stands.
    #[error("the attempt is {}: it can't be decided to {command}", .state.as_str())]
    NotNow {
        /// What.
        command: Command,
        /// Where the attempt stands.
        state: AttemptState,
    },
    /// Something else was decided before, and is being carried out.
    #[error("it was decided to {0} before, and that is being carried out")]
    Otherwise(Command),
    /// Another attempt took this one's place, or it was given up.
    #[error("another attempt took this one's place: decide about that one, or cancel this one")]
    Superseded,
}

/// What came of sending a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SendOutcome {
    /// The bank has taken it, and said this with it.
    Acknowledged {
        /// The contract, for an acceptance: it is in no other answer for a while.
        contract: Option<ContractId>,
    },
    /// Nothing was sent, or the bank did nothing: it may be sent later.
    NotSent,
    /// The bank refused it, in these words.
    Refused(String),
    /// It was sent and not answered.
    Unclear,
}

/// After this, a command without an effect is for a person.
const OVERDUE: Duration = Duration::DAY;

impl Order {
    /// Decides on a command for an attempt. At most one attempt of an order is accepted, approved or
    /// activated; since whoever writes this down names the order's version, that holds also for two
    /// who decide at the same moment.
    ///
    /// A decision to cancel takes the place of one of which nothing was sent.
    ///
    /// # Errors
    /// [`CommandRefused`].
    pub fn want(
        &mut self,
        number: u32,
        command: Command,
        by: Decider,
        now: OffsetDateTime,
    ) -> Result<Wanted, CommandRefused> {
        let attempt = self.attempt(number).ok_or(CommandRefused::NoAttempt)?;
        if let Some(standing) = &attempt.command {
            if standing.command == command {
                return Ok(Wanted::Standing);
            }
            let untold = standing.stage == CommandStage::Wanted && standing.sends == 0;
            if command != Command::Cancel || !untold {
                return Err(CommandRefused::Otherwise(standing.command.clone()));
            }
        }
        if attempt.shows(&command) {
            return Ok(Wanted::Done);
        }
        let unheard = attempt.state == AttemptState::Opening && !attempt.is_known();
        if command == Command::Cancel && unheard {
            return self.cancel_unheard_of(number, now);
        }
        check(attempt, &command)?;
        if attempt.superseded && command != Command::Cancel {
            return Err(CommandRefused::Superseded);
        }
        if command.is_binding()
            && let Some(other) = self.any_other(number, Attempt::takes_the_order)
        {
            return Err(CommandRefused::FinancedAlready {
                attempt: other.number,
                state: other.state,
            });
        }
        self.write_down(number, command, by, now);
        Ok(Wanted::Written)
    }

    fn write_down(&mut self, number: u32, command: Command, by: Decider, now: OffsetDateTime) {
        if let Some(attempt) = self.attempt_mut(number) {
            attempt.settle(now, |_| Some(Settlement::Dropped));
            attempt.command = Some(StandingCommand {
                command,
                by,
                stage: CommandStage::Wanted,
                wanted_at: now,
                sent_at: None,
                sends: 0,
                acknowledged_at: None,
            });
            attempt.news_at = now;
            attempt.refresh_at = Some(now);
            // What comes of this decision is told, also where the same came of an earlier one.
            attempt.anomaly = None;
        }
    }

    fn cancel_unheard_of(
        &mut self,
        number: u32,
        now: OffsetDateTime,
    ) -> Result<Wanted, CommandRefused> {
        let opening = self.attempt(number).map(|attempt| attempt.opening_at(now));
        match opening {
            Some(Opening::NotSent | Opening::Unclear | Opening::Answered) => {
                self.give_up(number, AttemptState::Cancelled, now);
                Ok(Wanted::GivenUp)
            }
            Some(Opening::Sent(_)) | None => Err(CommandRefused::NotNow {
                command: Command::Cancel,
                state: AttemptState::Opening,
            }),
        }
    }

    /// Marks a command as sent, before it leaves. False where nothing may be sent, now or ever: it was
    /// sent before, it waits for the contract's name, or the order has moved on without it.
    #[must_use]
    pub fn sending(&mut self, number: u32, now: OffsetDateTime) -> bool {
        if !self.may_be_sent(number) {
            return false;
        }
        let Some(attempt) = self.attempt_mut(number) else {
            return false;
        };
        let Some(standing) = &mut attempt.command else {
            return false;
        };
        standing.stage = CommandStage::Sent;
        standing.sends = standing.sends.saturating_add(1);
        standing.sent_at = Some(now);
        attempt.news_at = now;
        true
    }

    /// Whether a command is written down for an attempt and can be sent now. One that can't waits: for the
    /// contract's name, or for the bank to be where it fits.
    pub fn may_be_sent(&self, number: u32) -> bool {
        let Some(attempt) = self.attempt(number) else {
            return false;
        };
        let Some(standing) = &attempt.command else {
            return false;
        };
        let command = &standing.command;
        let named = match command {
            Command::Activate | Command::Approve | Command::Sign(_) => attempt.contract.is_some(),
            Command::Accept(_) | Command::Cancel | Command::SignApplication(_) => true,
        };
        let taken = || self.any_other(number, Attempt::takes_the_order).is_some();
        standing.stage == CommandStage::Wanted
            && named
            && check(attempt, command).is_ok()
            && (*command == Command::Cancel || !attempt.superseded)
            && !(command.is_binding() && taken())
    }

    /// Takes in what came of sending `command`, unless it is settled by now.
    pub fn sent(
        &mut self,
        number: u32,
        command: &Command,
        outcome: &SendOutcome,
        now: OffsetDateTime,
    ) {
        self.answered(number, command, outcome, now);
        if let (Command::Accept(_), SendOutcome::Acknowledged { contract }) = (command, outcome) {
            self.accepted(number, contract.as_ref(), now);
        }
        if let (Command::SignApplication(_), SendOutcome::Acknowledged { .. }) = (command, outcome)
        {
            self.application_signed(number, now);
        }
    }

    /// What the command itself is then.
    fn answered(
        &mut self,
        number: u32,
        command: &Command,
        outcome: &SendOutcome,
        now: OffsetDateTime,
    ) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let awaited = |standing: &&mut StandingCommand| {
            let arrived = standing.stage == CommandStage::Acknowledged;
            standing.command == *command && standing.sends > 0 && !arrived
        };
        let Some(standing) = attempt.command.as_mut().filter(awaited) else {
            return;
        };
        match outcome {
            SendOutcome::Acknowledged { .. } => standing.acknowledge(now),
            SendOutcome::Unclear => standing.stage = CommandStage::Unclear,
            // It is said again, since the ledger's answer was lost, or another round has taken it for sent meanwhile: to
            // count it once more would forget an earlier one that may have arrived.
            SendOutcome::NotSent if standing.stage != CommandStage::Sent => {}
            SendOutcome::NotSent if standing.sends == 1 => {
                standing.stage = CommandStage::Wanted;
                standing.sends = 0;
                standing.sent_at = None;
            }
            // An earlier one may have arrived, and only reading tells. This one doesn't count.
            SendOutcome::NotSent => {
                standing.stage = CommandStage::Unclear;
                standing.sends -= 1;
            }
            // An earlier one may have arrived: this answer says nothing about that.
            SendOutcome::Refused(_) if standing.sends > 1 => {
                standing.stage = CommandStage::Unclear;
            }
            SendOutcome::Refused(why) => {
                let what = Told {
                    command: command.clone(),
                    by: standing.by,
                    attempt: number,
                };
                let why = why.clone();
                attempt.settle(now, |_| Some(Settlement::Refused));
                attempt.cancel_refused |= *command == Command::Cancel;
                self.tell_person(number, Concern::Refused { what, why }, now);
            }
        }
    }

    /// The contract that an acceptance made is in no other answer for a while.
    fn accepted(&mut self, number: u32, contract: Option<&ContractId>, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        if let Some(contract) = contract {
            attempt.contract = Some(contract.clone());
            let to = AttemptState::SignatureWanted;
            if step(attempt.state, to) == Step::Moved {
                self.go(number, to, now);
            }
        }
    }

    /// The bank has taken the customer's signature of the application: it decides from then on, whether
    /// or not what it shows says so.
    pub fn application_signed(&mut self, number: u32, now: OffsetDateTime) {
        let wanted = |attempt: &Attempt| attempt.state == AttemptState::ApplicationSignatureWanted;
        if self.attempt(number).is_some_and(wanted) {
            self.go(number, AttemptState::Pending, now);
        }
    }

    /// A command that whoever held the lease before had sent, and not heard of again.
    pub fn abandon_sent(&mut self) {
        for attempt in &mut self.attempts {
            if let Some(standing) = &mut attempt.command
                && standing.stage == CommandStage::Sent
            {
                standing.stage = CommandStage::Unclear;
            }
        }
    }

    /// What time alone brings: a superseded attempt is cancelled as soon as that can be sent, a
    /// command without an effect is for a person, what was never heard of expires.
    pub fn tend(&mut self, now: OffsetDateTime) {
        let numbers: Vec<u32> = self.attempts.iter().map(|attempt| attempt.number).collect();
        for number in numbers {
            self.hand_over_what_is_overdue(number, now);
            let Some(attempt) = self.attempt(number) else {
                continue;
            };
            let unheard = attempt.state == AttemptState::Opening && !attempt.is_known();
            if unheard && now >= attempt.answer_by {
                self.give_up(number, AttemptState::Expired, now);
            } else if attempt.is_to_be_cancelled() {
                self.write_down(number, Command::Cancel, Decider::Rules, now);
            }
        }
    }

    fn hand_over_what_is_overdue(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let Some(standing) = &mut attempt.command else {
            return;
        };
        let wanted = standing.stage == CommandStage::Wanted;
        let unsent = wanted && standing.sends == 0;
        let since = standing.sent_at.unwrap_or(standing.wanted_at);
        let overdue = if wanted && !unsent {
            // It is about to be sent once more, and has a day for that too: perhaps nobody was there.
            now - standing.wanted_at >= OVERDUE * 2
        } else {
            now - since >= OVERDUE
        };
        if !overdue {
            return;
        }
        let what = Told {
            command: standing.command.clone(),
            by: standing.by,
            attempt: number,
        };
        let why = if unsent {
            Concern::Unsent { what }
        } else if standing.stage == CommandStage::Acknowledged {
            Concern::WithoutEffect { what }
        } else {
            Concern::Unanswered { what }
        };
        if unsent && standing.by == Decider::Rules {
            // What the rules of the order ask for holds until it is done.
            standing.wanted_at = now;
        } else {
            attempt.cancel_refused |= standing.command == Command::Cancel;
            attempt.settle(now, |_| Some(Settlement::Overdue));
        }
        self.tell_person(number, why, now);
    }
}

impl Attempt {
    /// Whether it is to be cancelled because another took its place. That takes the place of whatever
    /// else was decided for it, unless it is on its way.
    fn is_to_be_cancelled(&self) -> bool {
        let busy = self.command.as_ref().is_some_and(|standing| {
            standing.command == Command::Cancel || standing.stage == CommandStage::Sent
        });
        self.superseded && !self.cancel_refused && !busy && check(self, &Command::Cancel).is_ok()
    }
}

/// Whether a command may be decided for an attempt.
fn check(attempt: &Attempt, command: &Command) -> Result<(), CommandRefused> {
    let state = attempt.state;
    let not_now = || CommandRefused::NotNow {
        command: command.clone(),
        state,
    };
    let subject = match command {
        Command::Accept(application) => match &attempt.application {
            Some(present) if present != application && command.fits(state) => {
                return Err(CommandRefused::Changed(present.clone()));
            }
            Some(present) => present == application,
            None => false,
        },
        Command::Activate | Command::Approve => true,
        // A session without a contract is the customer's to cancel.
        Command::Cancel => match attempt.terms.kind {
            AttemptKind::Application => attempt.is_known(),
            AttemptKind::Rental | AttemptKind::Session => attempt.contract.is_some(),
        },
        Command::Sign(_) => attempt.contract.is_some(),
        Command::SignApplication(_) => attempt.application.is_some(),
    };
    if subject && command.is_for(attempt.terms.kind) && command.fits(state) {
        Ok(())
    } else {
        Err(not_now())
    }
}
