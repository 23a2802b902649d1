use std::fmt;

use time::OffsetDateTime;

use super::Settlement;
use crate::{ApplicationId, AttemptKind, AttemptState, Invalid, SigningMethod};

/// What the platform, or its customer through it, has decided, and the bank is to be told. It is
/// written down before it is sent.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Command {
    /// Accept the offer of this application, and of none that took its place (*Direct API*).
    Accept(ApplicationId),
    /// Activate the rental, whose device's identifiers the bank has taken (*Smart Rent*).
    Activate,
    /// Approve the contract (*Contract Approval*).
    Approve,
    /// Cancel the contract, or the application while there is none (*Contract Cancellation*).
    Cancel,
    /// Tell the bank that the customer has signed, digitally or on paper (*Direct API*, Signings).
    Sign(Signature),
    /// Tell the bank that the customer has signed the application, digitally or on paper, before it is
    /// decided about (second-hand: `POST /applications/{id}/signings`).
    SignApplication(Signature),
}

/// How a customer has signed with the platform's own means, so that the bank is only told.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Signature {
    /// With the platform's own solution.
    Digital,
    /// On paper, collected by the platform.
    Paper,
}

impl Signature {
    /// The bank's word for it.
    pub const fn method(self) -> SigningMethod {
        match self {
            Self::Digital => SigningMethod::Digital,
            Self::Paper => SigningMethod::Paper,
        }
    }
}

impl Command {
    /// The name for people and stores.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accept(_) => "accept",
            Self::Activate => "activate",
            Self::Approve => "approve",
            Self::Cancel => "cancel",
            Self::Sign(Signature::Digital) => "sign_digital",
            Self::Sign(Signature::Paper) => "sign_paper",
            Self::SignApplication(Signature::Digital) => "sign_application_digital",
            Self::SignApplication(Signature::Paper) => "sign_application_paper",
        }
    }

    /// The application that it is about, where it is about one.
    pub const fn application(&self) -> Option<&ApplicationId> {
        match self {
            Self::Accept(application) => Some(application),
            Self::Activate
            | Self::Approve
            | Self::Cancel
            | Self::Sign(_)
            | Self::SignApplication(_) => None,
        }
    }

    /// Reads back what a store kept of it.
    ///
    /// # Errors
    /// [`Invalid`] (`command`) when no command has that name, or one lacks its application.
    pub fn from_parts(name: &str, application: Option<ApplicationId>) -> Result<Self, Invalid> {
        match (name, application) {
            ("accept", Some(application)) => Ok(Self::Accept(application)),
            ("activate", None) => Ok(Self::Activate),
            ("approve", None) => Ok(Self::Approve),
            ("cancel", None) => Ok(Self::Cancel),
            ("sign_digital", None) => Ok(Self::Sign(Signature::Digital)),
            ("sign_paper", None) => Ok(Self::Sign(Signature::Paper)),
            ("sign_application_digital", None) => Ok(Self::SignApplication(Signature::Digital)),
            ("sign_application_paper", None) => Ok(Self::SignApplication(Signature::Paper)),
            _ => Err(Invalid::new(
                "command",
                "must be one that this version knows",
            )),
        }
    }

    /// Whether it binds the order to this attempt: at most one attempt of an order may have such a
    /// command.
    pub const fn is_binding(&self) -> bool {
        match self {
            Self::Accept(_) | Self::Activate | Self::Approve => true,
            Self::Cancel | Self::Sign(_) | Self::SignApplication(_) => false,
        }
    }

    /// Whether the bank may be sent it twice: a second one is refused, and does no harm. A second
    /// acceptance might make a second contract.
    pub const fn is_harmless_twice(&self) -> bool {
        match self {
            Self::Accept(_) => false,
            Self::Activate
            | Self::Approve
            | Self::Cancel
            | Self::Sign(_)
            | Self::SignApplication(_) => true,
        }
    }

    /// Whether an attempt of this kind takes it: a rental is approved by activating it, and in a session
    /// the customer accepts and signs at the bank.
    pub const fn is_for(&self, kind: AttemptKind) -> bool {
        match self {
            Self::Accept(_) | Self::Sign(_) | Self::SignApplication(_) => {
                matches!(kind, AttemptKind::Application)
            }
            Self::Activate => matches!(kind, AttemptKind::Rental),
            Self::Approve => matches!(kind, AttemptKind::Application | AttemptKind::Session),
            Self::Cancel => true,
        }
    }

    /// Whether it may be decided in a state; what the bank then makes of it is another matter.
    pub const fn fits(&self, state: AttemptState) -> bool {
        match self {
            Self::Accept(_) => matches!(state, AttemptState::Offered),
            Self::Activate | Self::Approve => matches!(state, AttemptState::Granted),
            Self::Cancel => !state.is_over(),
            Self::Sign(_) => matches!(state, AttemptState::SignatureWanted),
            Self::SignApplication(_) => matches!(state, AttemptState::ApplicationSignatureWanted),
        }
    }

    /// Whether a state shows that it has taken effect, or has become pointless.
    pub fn is_settled_in(&self, state: AttemptState) -> bool {
        match self {
            Self::Accept(_) => {
                state.is_over() || state.progress() > AttemptState::Offered.progress()
            }
            Self::Activate | Self::Approve | Self::Cancel => state.is_over(),
            Self::Sign(_) => {
                state.is_over() || state.progress() > AttemptState::SignatureWanted.progress()
            }
            Self::SignApplication(_) => {
                state.is_over()
                    || state.progress() > AttemptState::ApplicationSignatureWanted.progress()
            }
        }
    }

    /// Why it is settled in a state, where it is.
    pub(crate) fn settlement_in(&self, state: AttemptState) -> Option<Settlement> {
        let settlement = if self.has_come_true_in(state) {
            Settlement::Shown
        } else {
            Settlement::Dropped
        };
        self.is_settled_in(state).then_some(settlement)
    }

    /// Whether a state is what it was to bring about.
    pub fn has_come_true_in(&self, state: AttemptState) -> bool {
        match self {
            Self::Activate | Self::Approve => state == AttemptState::Completed,
            Self::Cancel => state == AttemptState::Cancelled,
            Self::Accept(_) | Self::Sign(_) | Self::SignApplication(_) => {
                self.is_settled_in(state) && !state.is_unpaid_end()
            }
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sign(_) => "sign",
            Self::SignApplication(_) => "sign the application of",
            Self::Accept(_) | Self::Activate | Self::Approve | Self::Cancel => self.name(),
        })
    }
}

/// A command that was decided and whose effect the bank has not shown yet.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StandingCommand {
    /// What was decided.
    pub command: Command,
    /// Who decided it.
    pub by: Decider,
    /// How far it is.
    pub stage: CommandStage,
    /// When it was written down.
    pub wanted_at: OffsetDateTime,
    /// When it was sent last; polling starts from here.
    pub sent_at: Option<OffsetDateTime>,
    /// How often it was sent.
    pub sends: u32,
    /// When the bank was first known to have taken it.
    pub acknowledged_at: Option<OffsetDateTime>,
}

impl StandingCommand {
    /// The bank has taken it.
    pub(crate) fn acknowledge(&mut self, now: OffsetDateTime) {
        self.stage = CommandStage::Acknowledged;
        self.acknowledged_at.get_or_insert(now);
    }

    /// Whether it is one that binds and has left.
    pub(crate) const fn may_have_bound(&self) -> bool {
        self.command.is_binding() && self.sends > 0
    }
}

/// Who decided on a command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decider {
    /// The platform.
    Platform,
    /// The rules of an order: a superseded attempt, or the loser of two, is cancelled.
    Rules,
}

/// How far a command is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum CommandStage {
    /// Written down; nothing was sent, or nothing arrived.
    Wanted,
    /// It is on its way, or the process that sent it is gone.
    Sent,
    /// The bank has taken it. It is never sent again: from here on the bank is only read.
    Acknowledged,
    /// It was sent and not answered: it may have arrived. It is read, not repeated.
    Unclear,
}

impl CommandStage {
    /// Every stage.
    pub const ALL: &'static [Self] = &[Self::Wanted, Self::Sent, Self::Acknowledged, Self::Unclear];

    /// The name for people and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Sent => "sent",
            Self::Acknowledged => "acknowledged",
            Self::Unclear => "unclear",
        }
    }

    /// The stage of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|stage| stage.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every() -> [Command; 8] {
        [
            Command::Accept(ApplicationId::parse("a").unwrap()),
            Command::Activate,
            Command::Approve,
            Command::Cancel,
            Command::Sign(Signature::Digital),
            Command::Sign(Signature::Paper),
            Command::SignApplication(Signature::Digital),
            Command::SignApplication(Signature::Paper),
        ]
    }

    #[test]
    fn a_command_is_read_back_from_its_parts() {
        for command in every() {
            let application = command.application().cloned();
            assert_eq!(
                Command::from_parts(command.name(), application),
                Ok(command)
            );
        }
        assert!(Command::from_parts("accept", None).is_err());
        assert!(Command::from_parts("pay", None).is_err());
    }

    #[test]
    fn no_command_is_settled_where_it_fits_and_none_fits_an_end() {
        for command in every() {
            for state in AttemptState::ALL {
                assert!(!(command.fits(*state) && command.is_settled_in(*state)));
                assert!(!(state.is_over() && command.fits(*state)));
            }
        }
    }

    #[test]
    fn what_has_come_true_is_settled() {
        for command in every() {
            for state in AttemptState::ALL {
                assert!(!command.has_come_true_in(*state) || command.is_settled_in(*state));
            }
        }
    }
}
