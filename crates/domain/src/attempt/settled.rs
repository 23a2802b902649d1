use time::OffsetDateTime;

use super::{Attempt, StandingCommand};

/// A command that stands no more, and why. The ledger keeps each for whoever asks later what was decided
/// about an order; no rule of an order depends on it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SettledCommand {
    /// The attempt that it was for.
    pub attempt: u32,
    /// The command, as it stood last.
    pub command: StandingCommand,
    /// Why it stands no more.
    pub settlement: Settlement,
    /// Since when.
    pub settled_at: OffsetDateTime,
}

/// Why a command stands no more.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Settlement {
    /// Something else came first: another decision, another attempt, or another end of this one.
    Dropped,
    /// The bank showed no effect of it for a day, and a person was told.
    Overdue,
    /// The bank refused it.
    Refused,
    /// The bank shows what it was to bring about.
    Shown,
}

impl Settlement {
    /// Every one.
    pub const ALL: &'static [Self] = &[Self::Dropped, Self::Overdue, Self::Refused, Self::Shown];

    /// The name for people and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dropped => "dropped",
            Self::Overdue => "overdue",
            Self::Refused => "refused",
            Self::Shown => "shown",
        }
    }

    /// The settlement of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|settlement| settlement.as_str() == name)
    }
}

impl Attempt {
    /// Ends the command that stands, where `how` says why, and says which it was. One that binds and has
    /// left may have arrived, unless the bank refused it: that is remembered.
    pub(crate) fn settle(
        &mut self,
        now: OffsetDateTime,
        how: impl FnOnce(&StandingCommand) -> Option<Settlement>,
    ) -> Option<StandingCommand> {
        let settlement = how(self.command.as_ref()?)?;
        let command = self.command.take()?;
        self.bound |= settlement != Settlement::Refused && command.may_have_bound();
        self.settled.push(SettledCommand {
            attempt: self.number,
            command: command.clone(),
            settlement,
            settled_at: now,
        });
        Some(command)
    }
}
