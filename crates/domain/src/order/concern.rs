use std::fmt;

use super::Foreign;
use crate::{Anomaly, Command, Decider, Money};

/// What a person is told to look at, each as the sentence of a `needs_person` event. What to do about it
/// is in `docs/operators.md`.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Concern {
    /// The bank describes what can't be, or in a word that is not known here.
    #[error(transparent)]
    Anomaly(#[from] Anomaly),
    /// What was read belongs to another order or session.
    #[error(transparent)]
    Foreign(#[from] Foreign),
    /// The bank names another amount or currency than was asked for.
    #[error(transparent)]
    Amount(#[from] OtherAmount),
    /// The same, of an attempt that waits for the merchant.
    #[error("attempt {attempt} waits for the merchant, but {amount}")]
    GrantedWithOtherAmount {
        /// Which.
        attempt: u32,
        /// What differs.
        amount: OtherAmount,
    },
    /// The same, of an attempt that is completed.
    #[error("attempt {attempt} is completed, but {amount}")]
    CompletedWithOtherAmount {
        /// Which.
        attempt: u32,
        /// What differs.
        amount: OtherAmount,
    },
    /// Two attempts at one order are completed.
    #[error(
        "attempt {attempt} is completed with {}, and attempt {other} with {} as well: the customer pays twice",
        amount(*.paid), amount(*.other_paid)
    )]
    PaidTwice {
        /// The later.
        attempt: u32,
        /// What it is for.
        paid: Option<Money>,
        /// The earlier.
        other: u32,
        /// What that is for.
        other_paid: Option<Money>,
    },
    /// An attempt at a cart that was changed since is completed.
    #[error(
        "attempt {attempt} is completed with {}, and the order was changed to {} before: the customer pays for the former cart",
        amount(*.paid), amount(*.present)
    )]
    PaidFormerCart {
        /// Which.
        attempt: u32,
        /// What it is for.
        paid: Option<Money>,
        /// What the order is for now.
        present: Option<Money>,
    },
    /// The platform had decided to cancel what is completed.
    #[error("it was decided to cancel attempt {attempt}, and it is completed")]
    CancelledInVain {
        /// Which.
        attempt: u32,
    },
    /// An attempt ended that the order was not paid by.
    #[error(
        "attempt {attempt} is terminated, by which the order was not paid; attempt {other} stands"
    )]
    OtherTerminated {
        /// Which.
        attempt: u32,
        /// What stands.
        other: u32,
    },
    /// The bank answers 404 for a day.
    #[error("the bank has not known attempt {attempt} any more for a day")]
    NotKnownAnyMore {
        /// Which.
        attempt: u32,
    },
    /// The bank's answers can't be read for an hour.
    #[error("the bank's answers about attempt {attempt} have been unreadable for an hour: {place}")]
    Unreadable {
        /// Which.
        attempt: u32,
        /// Where reading failed last.
        place: String,
    },
    /// An opening was answered with what another attempt has.
    #[error(
        "the bank answered the opening of attempt {attempt} with a session or application that another attempt has"
    )]
    OpeningTaken {
        /// Which.
        attempt: u32,
    },
    /// A callback is about what another attempt has.
    #[error("a callback named a session or application of another attempt")]
    CallbackTaken,
    /// The bank refused a command.
    #[error("the bank refused to {what}: {why}")]
    Refused {
        /// The command.
        what: Told,
        /// The bank's codes.
        why: String,
    },
    /// A command could not be sent for a day.
    #[error("the bank could not be told to {what} for a day; nothing was done")]
    Unsent {
        /// The command.
        what: Told,
    },
    /// A command that the bank has taken shows no effect for a day.
    #[error("the bank took the command to {what} a day ago, and shows no effect")]
    WithoutEffect {
        /// The command.
        what: Told,
    },
    /// A command was not answered, and shows no effect for a day.
    #[error(
        "the command to {what} was sent a day ago and not answered, and the bank shows no effect: it is not known whether it arrived"
    )]
    Unanswered {
        /// The command.
        what: Told,
    },
    /// The platform refused an event for good.
    #[error("the platform refused event {number} for good")]
    EventRefused {
        /// Its number in its order.
        number: u64,
    },
    /// An event can't be read.
    #[error("event {number} can't be read, and was not delivered: it is put aside")]
    EventUnreadable {
        /// Its number in its order.
        number: u64,
    },
    /// Working on the order failed each time.
    #[error("working on this order failed each time: it is put aside")]
    Aside,
}

/// A command as a person is told of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// The command.
    pub command: Command,
    /// Who decided it.
    pub by: Decider,
    /// For which attempt.
    pub attempt: u32,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} attempt {}", self.command, self.attempt)?;
        match self.by {
            Decider::Platform => Ok(()),
            Decider::Rules => f.write_str(", whose place another took"),
        }
    }
}

/// An amount of the bank's that is not the attempt's.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the bank names {} where {} was asked for", .named.in_coins(), amount(*.asked))]
pub struct OtherAmount {
    /// The bank's.
    pub named: Money,
    /// The attempt's.
    pub asked: Option<Money>,
}

fn amount(amount: Option<Money>) -> String {
    amount.map_or_else(
        || "the bank's own total".to_owned(),
        |a| a.in_coins().to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AttemptState, Currency};

    /// One of each. Whoever adds a concern is led here by the compiler.
    fn each() -> Vec<Concern> {
        let amount = OtherAmount {
            named: Money::new(1.into(), Currency::EUR),
            asked: None,
        };
        let what = Told {
            command: Command::Approve,
            by: Decider::Rules,
            attempt: 2,
        };
        let no_transition = Anomaly::NoTransition {
            present: AttemptState::Completed,
            observed: AttemptState::Declined,
        };
        let (paid, present, other_paid) = (None, None, None);
        let (attempt, other) = (2, 1);
        vec![
            no_transition.into(),
            Anomaly::Status("on_hold".to_owned()).into(),
            Foreign.into(),
            amount.into(),
            Concern::GrantedWithOtherAmount { attempt, amount },
            Concern::CompletedWithOtherAmount { attempt, amount },
            Concern::PaidTwice {
                attempt,
                paid,
                other,
                other_paid,
            },
            Concern::PaidFormerCart {
                attempt,
                paid,
                present,
            },
            Concern::CancelledInVain { attempt },
            Concern::OtherTerminated { attempt, other },
            Concern::NotKnownAnyMore { attempt },
            Concern::Unreadable {
                attempt,
                place: "status".to_owned(),
            },
            Concern::OpeningTaken { attempt },
            Concern::CallbackTaken,
            Concern::Refused {
                what: what.clone(),
                why: "can_not_approve".to_owned(),
            },
            Concern::Unsent { what: what.clone() },
            Concern::WithoutEffect { what: what.clone() },
            Concern::Unanswered { what },
            Concern::EventRefused { number: 3 },
            Concern::EventUnreadable { number: 3 },
            Concern::Aside,
        ]
    }

    /// Where it stands in [`each`].
    fn place(concern: &Concern) -> usize {
        match concern {
            Concern::Anomaly(Anomaly::NoTransition { .. }) => 0,
            Concern::Anomaly(Anomaly::Status(_)) => 1,
            Concern::Foreign(_) => 2,
            Concern::Amount(_) => 3,
            Concern::GrantedWithOtherAmount { .. } => 4,
            Concern::CompletedWithOtherAmount { .. } => 5,
            Concern::PaidTwice { .. } => 6,
            Concern::PaidFormerCart { .. } => 7,
            Concern::CancelledInVain { .. } => 8,
            Concern::OtherTerminated { .. } => 9,
            Concern::NotKnownAnyMore { .. } => 10,
            Concern::Unreadable { .. } => 11,
            Concern::OpeningTaken { .. } => 12,
            Concern::CallbackTaken => 13,
            Concern::Refused { .. } => 14,
            Concern::Unsent { .. } => 15,
            Concern::WithoutEffect { .. } => 16,
            Concern::Unanswered { .. } => 17,
            Concern::EventRefused { .. } => 18,
            Concern::EventUnreadable { .. } => 19,
            Concern::Aside => 20,
        }
    }

    /// Whether a sentence is one of a row, in which `…` stands for what differs.
    fn is_of(row: &str, sentence: &str) -> bool {
        let mut parts = row.split('…');
        let Some(rest) = sentence.strip_prefix(parts.next().unwrap_or_default()) else {
            return false;
        };
        let mut rest = rest;
        for part in parts {
            match rest.find(part) {
                Some(_) if part.is_empty() => rest = "",
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        rest.is_empty()
    }

    #[test]
    fn the_operators_guide_says_what_to_do_about_each_and_about_nothing_else() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operators.md");
        let document = std::fs::read_to_string(path).unwrap();
        let rows: Vec<_> = document
            .lines()
            .skip_while(|line| *line != "| the event says | so it is | do |")
            .skip(2)
            .map_while(|line| line.strip_prefix("| `")?.split_once("` | "))
            .map(|(sentence, _)| sentence)
            .collect();
        for (n, concern) in each().iter().enumerate() {
            assert_eq!(place(concern), n);
            let sentence = concern.to_string();
            let of = rows.iter().filter(|row| is_of(row, &sentence));
            assert_eq!(of.count(), 1, "rows for {sentence:?}");
        }
        assert_eq!(rows.len(), each().len(), "a row is about nothing");
    }
}
