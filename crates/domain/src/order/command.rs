//! What may be decided about an order, and what became of it.

use time::{Duration, OffsetDateTime};

use super::Order;
use crate::{
    ApplicationId, Attempt, AttemptKind, AttemptState, Command, CommandStage, ContractId, Decider,
    Opening, StandingCommand,
};

/// What came of deciding.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// It stands as decided already; there is nothing to do.
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
    /// A later attempt took this one's place.
    #[error("a later attempt took this one's place: decide about that one, or cancel this one")]
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
        let state = attempt.state;
        if let Some(standing) = &attempt.command {
            return if standing.command == command {
                Ok(Wanted::Standing)
            } else {
                Err(CommandRefused::Otherwise(standing.command.clone()))
            };
        }
        if is_done(attempt, &command) {
            return Ok(Wanted::Done);
        }
        if command == Command::Cancel && state == AttemptState::Opening {
            return self.cancel_unheard_of(number, now);
        }
        check(attempt, &command)?;
        if command.is_binding() {
            if attempt.superseded {
                return Err(CommandRefused::Superseded);
            }
            if let Some(other) = self.any_other(number, Attempt::takes_the_order) {
                return Err(CommandRefused::FinancedAlready {
                    attempt: other.number,
                    state: other.state,
                });
            }
        }
        if let Some(attempt) = self.attempt_mut(number) {
            attempt.command = Some(StandingCommand {
                command,
                by,
                stage: CommandStage::Wanted,
                wanted_at: now,
                sent_at: None,
                sends: 0,
            });
            attempt.news_at = now;
            attempt.refresh_at = Some(now);
        }
        Ok(Wanted::Written)
    }

    fn cancel_unheard_of(
        &mut self,
        number: u32,
        now: OffsetDateTime,
    ) -> Result<Wanted, CommandRefused> {
        let opening = self.attempt(number).map(|attempt| attempt.opening_at(now));
        match opening {
            Some(Opening::NotSent | Opening::Unclear) => {
                self.give_up(number, AttemptState::Cancelled, now);
                Ok(Wanted::GivenUp)
            }
            Some(Opening::Sent(_) | Opening::Answered) | None => Err(CommandRefused::NotNow {
                command: Command::Cancel,
                state: AttemptState::Opening,
            }),
        }
    }

    /// Marks a command as sent, before it leaves.
    pub fn sending(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        if let Some(standing) = &mut attempt.command {
            standing.stage = CommandStage::Sent;
            standing.sends = standing.sends.saturating_add(1);
            standing.sent_at.get_or_insert(now);
            attempt.bound |= standing.command.is_binding();
            attempt.news_at = now;
        }
    }

    /// Takes in what came of sending `command`, unless it is settled by now.
    pub fn sent(
        &mut self,
        number: u32,
        command: &Command,
        outcome: &SendOutcome,
        now: OffsetDateTime,
    ) {
        if let (Command::Accept(_), SendOutcome::Acknowledged { contract }) = (command, outcome) {
            self.accepted(number, contract.as_ref(), now);
        }
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let Some(standing) = attempt.command.as_mut().filter(|s| s.command == *command) else {
            return;
        };
        let before = standing.sends > 1;
        match outcome {
            SendOutcome::Acknowledged { .. } => standing.stage = CommandStage::Acknowledged,
            SendOutcome::Unclear => standing.stage = CommandStage::Unclear,
            // An earlier one may have arrived: what comes of a later one says nothing about that.
            SendOutcome::NotSent | SendOutcome::Refused(_) if before => {
                standing.stage = CommandStage::Unclear;
            }
            SendOutcome::NotSent => {
                standing.stage = CommandStage::Wanted;
                standing.sends = 0;
                standing.sent_at = None;
                attempt.bound = false;
            }
            SendOutcome::Refused(why) => {
                attempt.command = None;
                attempt.bound = false;
                let why = format!("the bank refused to {command}: {why}");
                self.tell_person(number, why, now);
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
        }
        if attempt.contract.is_some() && attempt.state == AttemptState::Offered {
            self.go(number, AttemptState::SignatureWanted, now);
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
            } else if attempt.superseded
                && attempt.command.is_none()
                && check(attempt, &Command::Cancel).is_ok()
                && !attempt.cancel_was_refused()
            {
                // What can't be wanted now is looked at again after the next reading.
                let _ = self.want(number, Command::Cancel, Decider::Rules, now);
            }
        }
    }

    fn hand_over_what_is_overdue(&mut self, number: u32, now: OffsetDateTime) {
        let Some(attempt) = self.attempt_mut(number) else {
            return;
        };
        let Some(standing) = &attempt.command else {
            return;
        };
        let command = &standing.command;
        let since = standing.sent_at.unwrap_or(standing.wanted_at);
        if now - since < OVERDUE {
            return;
        }
        let why = match standing.stage {
            CommandStage::Acknowledged => {
                format!("the bank took the command to {command} a day ago, and shows no effect")
            }
            CommandStage::Unclear | CommandStage::Sent => format!(
                "the command to {command} was sent a day ago and not answered, and the bank shows no effect: it is not known whether it arrived"
            ),
            CommandStage::Wanted => {
                format!("the bank could not be told to {command} for a day; nothing was done")
            }
        };
        if standing.stage == CommandStage::Wanted {
            attempt.bound = false;
        }
        attempt.command = None;
        self.tell_person(number, why, now);
    }
}

impl Attempt {
    /// Whether the bank refused to cancel it: a person was told, and it isn't asked again.
    fn cancel_was_refused(&self) -> bool {
        self.anomaly
            .as_ref()
            .is_some_and(|told| told.contains("to cancel"))
    }
}

fn is_done(attempt: &Attempt, command: &Command) -> bool {
    let same = match command {
        Command::Accept(application) => attempt.application.as_ref() == Some(application),
        Command::Activate | Command::Approve | Command::Cancel | Command::Sign(_) => true,
    };
    same && command.has_come_true_in(attempt.state)
}

/// Whether a command may be decided for an attempt.
fn check(attempt: &Attempt, command: &Command) -> Result<(), CommandRefused> {
    let state = attempt.state;
    let not_now = || CommandRefused::NotNow {
        command: command.clone(),
        state,
    };
    let rental = attempt.terms.kind == AttemptKind::Rental;
    let subject = match command {
        Command::Accept(application) => match &attempt.application {
            Some(present) if present != application && command.fits(state) => {
                return Err(CommandRefused::Changed(present.clone()));
            }
            Some(present) => present == application,
            None => false,
        },
        // A rental is approved by activating it.
        Command::Activate => rental,
        Command::Approve => !rental,
        // A session without a contract is the customer's to cancel.
        Command::Cancel => match attempt.terms.kind {
            AttemptKind::Application => attempt.is_known(),
            AttemptKind::Rental | AttemptKind::Session => attempt.contract.is_some(),
        },
        Command::Sign(_) => attempt.contract.is_some(),
    };
    if subject && command.fits(state) {
        Ok(())
    } else {
        Err(not_now())
    }
}
