//! Where orders and attempts stand, in words for people: a mark and a word, never a colour alone.

use std::fmt;

use askama::filters::HtmlSafe;
use inbank_domain::{
    Action, Attempt, AttemptKind, AttemptState, CommandStage, NotPaid, Order, OrderStatus,
};

/// How good something is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mood {
    /// As it should be.
    Good,
    /// Under way.
    Quiet,
    /// Somebody is to do something.
    Wait,
    /// Somebody is to look.
    Bad,
    /// Over, and of no more interest.
    Over,
}

impl Mood {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Quiet => "quiet",
            Self::Wait => "wait",
            Self::Bad => "bad",
            Self::Over => "over",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Quiet => "…",
            Self::Wait => "▸",
            Self::Bad => "!",
            Self::Over => "–",
        }
    }
}

/// A status as a page shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag {
    pub(crate) mood: Mood,
    word: &'static str,
    detail: &'static str,
}

impl Tag {
    /// A word of ours.
    pub(crate) const fn new(mood: Mood, word: &'static str) -> Self {
        Self {
            mood,
            word,
            detail: "",
        }
    }

    pub(crate) const fn of(status: OrderStatus) -> Self {
        let (mood, word) = match status {
            OrderStatus::ActionWanted(_) => (Mood::Quiet, "action wanted"),
            OrderStatus::AwaitsMerchant => (Mood::Wait, "awaits merchant"),
            // Also of one to which a person has seen, so it doesn't say that one is needed.
            OrderStatus::NeedsPerson => (Mood::Bad, "in dispute"),
            OrderStatus::NotPaid(_) => (Mood::Over, "not paid"),
            OrderStatus::Opening => (Mood::Quiet, "opening"),
            OrderStatus::Paid => (Mood::Good, "paid"),
            OrderStatus::Pending => (Mood::Quiet, "pending"),
            OrderStatus::Terminated => (Mood::Over, "terminated"),
        };
        let detail = match status {
            OrderStatus::ActionWanted(action) => wanted(action),
            OrderStatus::NotPaid(end) => end.as_str(),
            OrderStatus::AwaitsMerchant
            | OrderStatus::NeedsPerson
            | OrderStatus::Opening
            | OrderStatus::Paid
            | OrderStatus::Pending
            | OrderStatus::Terminated => "",
        };
        Self { mood, word, detail }
    }

    /// Of an order: of one in dispute it says whether a person has seen to it, and whether the bank waits all the same.
    pub(crate) fn of_order(order: &Order) -> Self {
        let tag = Self::of(order.status());
        if order.status() == OrderStatus::NeedsPerson && order.needs_person.is_none() {
            let (mood, detail) = match undecided(order) {
                Some(_) => (Mood::Wait, "undecided, seen to"),
                None => (Mood::Over, "seen to"),
            };
            return Self {
                mood,
                detail,
                ..tag
            };
        }
        tag
    }

    /// Of an attempt.
    pub(crate) const fn of_state(state: AttemptState) -> Self {
        let mood = match state {
            AttemptState::Completed => Mood::Good,
            AttemptState::Granted => Mood::Wait,
            AttemptState::Opening
            | AttemptState::ApplicationSignatureWanted
            | AttemptState::Pending
            | AttemptState::IncomeProofWanted
            | AttemptState::StatementsWanted
            | AttemptState::Offered
            | AttemptState::SignatureWanted
            | AttemptState::VerificationWanted
            | AttemptState::DownPaymentWanted => Mood::Quiet,
            AttemptState::Cancelled
            | AttemptState::Declined
            | AttemptState::Expired
            | AttemptState::Failed
            | AttemptState::Terminated => Mood::Over,
        };
        Self::new(mood, state_words(state))
    }
}

/// Words of ours alone.
impl HtmlSafe for Tag {}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, mark) = (self.mood.class(), self.mood.mark());
        write!(
            f,
            "<span class=\"tag {class}\"><span aria-hidden=\"true\">{mark}</span> {}",
            self.word
        )?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        f.write_str("</span>")
    }
}

/// The name of a status, in words.
pub(crate) const fn status_words(status: OrderStatus) -> &'static str {
    Tag::of(status).word
}

/// The name of a state, in words.
pub(crate) const fn state_words(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Opening => "opening",
        AttemptState::ApplicationSignatureWanted => "application signature wanted",
        AttemptState::Pending => "pending",
        AttemptState::IncomeProofWanted => "income proof wanted",
        AttemptState::StatementsWanted => "statements wanted",
        AttemptState::Offered => "offered",
        AttemptState::SignatureWanted => "signature wanted",
        AttemptState::VerificationWanted => "verification wanted",
        AttemptState::DownPaymentWanted => "down payment wanted",
        AttemptState::Granted => "granted",
        AttemptState::Completed => "completed",
        AttemptState::Cancelled => "cancelled",
        AttemptState::Declined => "declined",
        AttemptState::Expired => "expired",
        AttemptState::Failed => "failed",
        AttemptState::Terminated => "terminated",
    }
}

const fn wanted(action: Action) -> &'static str {
    match action {
        Action::ApplicationSignature => "sign the application",
        Action::DownPayment => "down payment",
        Action::IncomeProof => "income proof",
        Action::Offer => "read the offer",
        Action::Signature => "sign the contract",
        Action::Statements => "account statements",
        Action::Verification => "verification",
    }
}

/// The attempt for which the bank waits for the merchant, while nobody has decided about it.
pub(crate) fn undecided(order: &Order) -> Option<&Attempt> {
    let mut present = order.present().into_iter();
    present.find(|attempt| attempt.state == AttemptState::Granted && attempt.command.is_none())
}

/// What an attempt that the bank has granted is to be told besides to cancel.
pub(crate) const fn yes(attempt: &Attempt) -> &'static str {
    match attempt.terms.kind {
        AttemptKind::Rental => "activate",
        AttemptKind::Application | AttemptKind::Session => "approve",
    }
}

/// What a status means, and what is to be done now.
pub(crate) fn meaning(order: &Order) -> &'static str {
    let rents = order
        .present()
        .is_some_and(|attempt| attempt.terms.kind == AttemptKind::Rental);
    match order.status() {
        OrderStatus::Opening => {
            "The bank was asked, or is about to be, and has not been heard. Nothing to do: it is read until that is known."
        }
        OrderStatus::Pending => {
            "The customer is in the bank's dialog, or the bank decides. Nothing to do: an event tells what comes of it."
        }
        OrderStatus::ActionWanted(action) => match action {
            Action::ApplicationSignature => {
                "The bank waits for the customer to sign the application. Remind the customer."
            }
            Action::DownPayment => {
                "The bank waits for the customer's down payment. Remind the customer."
            }
            Action::IncomeProof => {
                "The bank waits for the customer to prove their income. Remind the customer."
            }
            Action::Offer => {
                "The bank has made an offer, and waits for the customer to accept it. Remind the customer."
            }
            Action::Signature => {
                "There is a contract, and the bank waits for the customer to sign it. Remind the customer."
            }
            Action::Statements => {
                "The bank waits for the customer's account statements. Remind the customer."
            }
            Action::Verification => {
                "The bank waits for the customer to go through digital verification. Remind the customer."
            }
        },
        OrderStatus::AwaitsMerchant if rents => {
            "The bank said yes and waits for you: activate the rental as you hand the device over, or cancel it."
        }
        OrderStatus::AwaitsMerchant => {
            "The bank said yes and waits for you: approve it, or cancel it. Deliver once it is paid."
        }
        OrderStatus::NeedsPerson if undecided(order).is_some() => {
            "The bank said yes to another amount than was asked for, and waits for your decision. Deliver nothing before that is settled."
        }
        OrderStatus::NeedsPerson if order.needs_person.is_none() => {
            "The bank financed something else than what was asked for, and a person has seen to it: go by what they decided."
        }
        OrderStatus::NeedsPerson => {
            "The bank financed something else than what was asked for. Deliver and refund nothing before somebody has looked."
        }
        OrderStatus::NotPaid(end) => match end {
            NotPaid::Cancelled => {
                "The customer or the shop ended it. Nothing is financed; paying again opens another attempt."
            }
            NotPaid::Declined => {
                "The bank said no. Nothing is financed; offer the customer another way to pay."
            }
            NotPaid::Expired => {
                "Its time ran out. Nothing is financed; paying again opens another attempt."
            }
            NotPaid::Failed => {
                "The bank refused to open it, or could not decide. Nothing is financed; paying again opens another attempt."
            }
        },
        OrderStatus::Paid => {
            "The contract is active. Deliver, once the amount is that of the order."
        }
        OrderStatus::Terminated => {
            "The active contract was ended. What was delivered is between you, the customer and the bank."
        }
    }
}

/// How far a command is, and what that means.
pub(crate) const fn stage_meaning(stage: CommandStage) -> &'static str {
    match stage {
        CommandStage::Wanted => "It is written down and was not sent yet.",
        CommandStage::Sent => "It is on its way.",
        CommandStage::Acknowledged => {
            "The bank has taken it, and is read until it shows. It is never sent again."
        }
        CommandStage::Unclear => {
            "It was sent and not answered, so it may have arrived. The bank is read to find out."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_names_that_machines_have() {
        for status in OrderStatus::EVERY {
            let expected = match status {
                // Nobody may be needed any more.
                OrderStatus::NeedsPerson => "in dispute".to_owned(),
                other => other.name().replace('_', " "),
            };
            assert_eq!(status_words(status), expected);
        }
        for state in AttemptState::ALL {
            assert_eq!(state_words(*state), state.as_str().replace('_', " "));
        }
    }
}
