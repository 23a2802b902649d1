//! What can be decided about an order here: each is one call of its handle, or of the desk.

use inbank_domain::{Attempt, AttemptKind, Command, CommandRefused, Decider, Order, Wanted};
use time::OffsetDateTime;

/// Something that somebody may decide.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Deed {
    Approve,
    Activate,
    Cancel,
    Refresh,
    SeenTo,
    Resend,
}

impl Deed {
    /// What is said to whoever has decided by a page of the past.
    pub(crate) const fn changed(self) -> &'static str {
        match self {
            Self::SeenTo => {
                "Something else is to be looked at by now: read it, before you mark it as seen to."
            }
            Self::Approve | Self::Activate | Self::Cancel | Self::Refresh | Self::Resend => {
                "The order has changed since this page was shown: look at it as it stands, before you decide."
            }
        }
    }

    pub(crate) const ALL: [Self; 6] = [
        Self::Approve,
        Self::Activate,
        Self::Cancel,
        Self::Refresh,
        Self::SeenTo,
        Self::Resend,
    ];

    /// The name for addresses and for the audit.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Activate => "activate",
            Self::Cancel => "cancel",
            Self::Refresh => "refresh",
            Self::SeenTo => "seen_to",
            Self::Resend => "resend",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.name() == name)
    }

    /// What stands on its button.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Activate => "Activate",
            Self::Cancel => "Cancel",
            Self::Refresh => "Read the bank now",
            Self::SeenTo => "Mark as seen to",
            Self::Resend => "Send the event again",
        }
    }

    /// `main` for what a merchant is waited for, `grave` for what can't be taken back.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Approve | Self::Activate => "main",
            Self::Cancel => "grave",
            Self::Refresh | Self::SeenTo | Self::Resend => "plain",
        }
    }

    /// Whether somebody has to say why: where money moves, or a person answers for it.
    pub(crate) const fn needs_reason(self) -> bool {
        match self {
            Self::Approve | Self::Activate | Self::Cancel | Self::SeenTo => true,
            Self::Refresh | Self::Resend => false,
        }
    }

    /// Whether it is about one attempt.
    pub(crate) fn is_of_attempt(self) -> bool {
        self.command().is_some()
    }

    const fn command(self) -> Option<Command> {
        match self {
            Self::Approve => Some(Command::Approve),
            Self::Activate => Some(Command::Activate),
            Self::Cancel => Some(Command::Cancel),
            Self::Refresh | Self::SeenTo | Self::Resend => None,
        }
    }

    /// Whether attempts of this kind take it at all.
    pub(crate) fn is_for(self, kind: AttemptKind) -> bool {
        self.command().is_none_or(|command| command.is_for(kind))
    }

    /// What it will do; where the bank names another amount than was asked for, nothing is told as paid.
    pub(crate) const fn will_do(self, differs: bool) -> &'static [&'static str] {
        match self {
            Self::Approve if differs => &[
                "The bank is told that you approve the contract, with its amount. It then pays that, and the customer owes it.",
                "No event tells that the order is paid: it needs a person again. Deliver nothing before that is settled.",
            ],
            Self::Activate if differs => &[
                "The bank is told the device's identifiers, which are kept nowhere here, and then that the rental begins, with its amount.",
                "No event tells that the order is paid: it needs a person again. Hand nothing over before that is settled.",
            ],
            Self::Approve => &[
                "The bank is told that you approve the contract. It then pays, and the customer owes.",
                "The order is paid once the bank shows it: an event tells. Deliver then.",
            ],
            Self::Activate => &[
                "The bank is told the device's identifiers, which are kept nowhere here, and then that the rental begins.",
                "The order is paid once the bank shows it: an event tells. Hand the device over then.",
            ],
            Self::Cancel => &[
                "The bank is told to end it: the contract, or the application while there is no contract.",
                "Nothing is financed by this attempt then. It can't be taken back; the customer may pay anew.",
            ],
            Self::Refresh => &[
                "The bank is read about this order now, as a callback would have it read. Nothing is sent.",
            ],
            Self::SeenTo => &[
                "The order no longer stands among those that need a person. Nothing else changes, the bank is told nothing, and no event is sent.",
                "The same trouble comes up again only where it is news.",
            ],
            Self::Resend => &[
                "The event is posted to the shop's webhook once more, with the same id. A receiver that has it drops it.",
            ],
        }
    }

    /// Why it can't be decided now; none where it can. The rule is the order's own, asked of a copy that is not written.
    pub(crate) fn why_not(
        self,
        order: &Order,
        attempt: Option<&Attempt>,
        now: OffsetDateTime,
    ) -> Option<String> {
        let Some(command) = self.command() else {
            let idle = self == Self::SeenTo && order.needs_person.is_none();
            return idle.then(|| "Nobody is wanted.".to_owned());
        };
        let Some(attempt) = attempt else {
            return Some("The order has no such attempt.".to_owned());
        };
        let mut unwritten = order.clone();
        match unwritten.want(attempt.number, command, Decider::Platform, now) {
            Ok(Wanted::Written | Wanted::GivenUp) => None,
            Ok(Wanted::Done) => Some("It stands so already.".to_owned()),
            Ok(Wanted::Standing) => {
                Some("It was decided before, and is being carried out.".to_owned())
            }
            Err(refused) => Some(sentence(&refused)),
        }
    }
}

fn sentence(refused: &CommandRefused) -> String {
    capital(&refused.to_string().replace('_', " ")) + "."
}

/// With a capital at the front.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_found_by_its_name() {
        for deed in Deed::ALL {
            assert_eq!(Deed::named(deed.name()), Some(deed));
        }
        assert_eq!(Deed::named("pay"), None);
    }
}
