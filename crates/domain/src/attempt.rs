//! An attempt to finance an order, its states, the one table of transitions between them, and what
//! the bank's words mean.

mod command;
mod graph;
mod reading;
mod settled;
mod state;

use time::OffsetDateTime;

use crate::{
    ApplicationId, AttemptId, ContractId, Invalid, Money, Months, ProductCode, ProductFamily,
    SessionId, WebAddress,
};

pub use command::{Command, CommandStage, Decider, Signature, StandingCommand};
pub use graph::{Anomaly, Step, TRANSITIONS, Transition, step};
pub use reading::Reading;
pub use settled::{SettledCommand, Settlement};
pub use state::AttemptState;

/// One try to finance an order: one session, application or rental at the bank, and all that has to
/// be remembered of it.
///
/// Holds no personal data and no key, so it may be stored and logged.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Attempt {
    /// Our own name for it, random, so that nobody can guess the addresses that it stands in.
    pub id: AttemptId,
    /// Which attempt at the order, from 1.
    pub number: u32,
    /// What it is for.
    pub terms: Terms,
    /// Where it stands.
    pub state: AttemptState,
    /// How far asking the bank for it is.
    pub opening: Opening,
    /// The bank's session, once known.
    pub session: Option<SessionId>,
    /// The bank's application, once known; another one after the bank changed the conditions.
    pub application: Option<ApplicationId>,
    /// The bank's contract, once known.
    pub contract: Option<ContractId>,
    /// Where to send the customer's browser.
    pub redirect_url: Option<WebAddress>,
    /// Whether another attempt took its place, or the platform gave it up: nobody is sent there any
    /// more, and all that can be decided for it is to cancel.
    pub superseded: bool,
    /// Whether a binding command of it that stands no more may have arrived at the bank, or the bank
    /// shows that one has.
    pub bound: bool,
    /// Whether the bank shows that the customer has signed.
    pub signed: bool,
    /// What was decided and is not settled yet.
    pub command: Option<StandingCommand>,
    /// Commands that were settled and are not written down yet.
    pub settled: Vec<SettledCommand>,
    /// Whether cancelling it came to nothing, and a person was told: the rules of the order don't try
    /// again before it moves.
    pub cancel_refused: bool,
    /// The amount that the bank named, where it is another than the attempt's. It stays, also when a
    /// later reading leaves it out.
    pub other_amount: Option<Money>,
    /// Whether it was told since it was opened that the order is not paid, and nothing of this attempt
    /// after that: if it is paid all the same, the bank was late.
    pub told_not_paid: bool,
    /// The anomaly told last, so that it is told once.
    pub anomaly: Option<String>,
    /// How often the customer was asked for proof of income.
    pub proofs_asked: u32,
    /// How many of the bank's callbacks asked for it.
    pub proof_callbacks: u32,
    /// When it was written down.
    pub opened_at: OffsetDateTime,
    /// Until when word of it is waited for, where opening it was never answered.
    pub answer_by: OffsetDateTime,
    /// When something last happened to it: reading it grows rarer from here.
    pub news_at: OffsetDateTime,
    /// When to read it next; never where nothing is to be expected.
    pub refresh_at: Option<OffsetDateTime>,
    /// Since when the bank answers that it doesn't know it.
    pub missing_since: Option<OffsetDateTime>,
    /// Since when the bank's answers about it can't be read.
    pub unreadable_since: Option<OffsetDateTime>,
}

/// What an attempt is for, as the same call finds it again and the bank's answers are compared
/// with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Terms {
    /// How the bank is asked.
    pub kind: AttemptKind,
    /// The product.
    pub product: ProductCode,
    /// The product's family: says whether contracts may be read.
    pub family: ProductFamily,
    /// What is to be paid, with its currency; none for a rental, whose total the bank works out.
    pub amount: Option<Money>,
    /// How long it is repaid, where the platform says so.
    pub period: Option<Months>,
    /// Tells one cart from another.
    pub fingerprint: Fingerprint,
    /// Whether a signed contract waits for the merchant's approval.
    pub merchant_approval: bool,
    /// Whether the customer signs the application before the bank decides about it.
    pub application_signature: bool,
}

/// How the bank is asked to finance something.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum AttemptKind {
    /// By a direct application.
    Application,
    /// By a session in which a device is rented.
    Rental,
    /// By a payment session.
    Session,
}

impl AttemptKind {
    /// The name for people and stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Rental => "rental",
            Self::Session => "session",
        }
    }

    /// The kind of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Application, Self::Rental, Self::Session]
            .into_iter()
            .find(|kind| kind.as_str() == name)
    }
}

/// Tells one cart from another: a digest of what is to be paid and by which product, without
/// personal data.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The digest's hexadecimal digits.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// Reads back what a store kept of it.
    ///
    /// # Errors
    /// [`Invalid`] (`fingerprint`) unless it is 32 hexadecimal digits.
    pub fn parse(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Ok(Self(text))
        } else {
            Err(Invalid::new("fingerprint", "must be 32 hexadecimal digits"))
        }
    }

    /// As a store keeps it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How far asking the bank for an attempt is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Opening {
    /// Nothing was sent, or nothing arrived: it may be asked for.
    NotSent,
    /// A call is under way until then at the latest; after that its outcome is unclear.
    Sent(OffsetDateTime),
    /// It was sent and not answered: the bank may have it.
    Unclear,
    /// The bank has answered, or was heard of it otherwise.
    Answered,
}

impl Attempt {
    /// An attempt that is about to be asked for, by a call that takes until `until` at the most.
    pub fn new(
        id: AttemptId,
        number: u32,
        terms: Terms,
        opened_at: OffsetDateTime,
        until: OffsetDateTime,
        answer_by: OffsetDateTime,
    ) -> Self {
        Self {
            id,
            number,
            terms,
            state: AttemptState::Opening,
            opening: Opening::Sent(until),
            session: None,
            application: None,
            contract: None,
            redirect_url: None,
            superseded: false,
            bound: false,
            signed: false,
            command: None,
            settled: Vec::new(),
            cancel_refused: false,
            other_amount: None,
            told_not_paid: false,
            anomaly: None,
            proofs_asked: 0,
            proof_callbacks: 0,
            opened_at,
            answer_by,
            news_at: opened_at,
            refresh_at: Some(until),
            missing_since: None,
            unreadable_since: None,
        }
    }

    /// Whether it may still come to something, as far as is known.
    pub const fn is_live(&self) -> bool {
        !self.state.is_over()
    }

    /// Whether the bank's name for it is known, so that it can be read.
    pub const fn is_known(&self) -> bool {
        self.session.is_some() || self.application.is_some()
    }

    /// Whether the order is taken by it: it is completed, or a command that binds was decided for it
    /// and not refused.
    pub fn takes_the_order(&self) -> bool {
        let standing = self.command.as_ref();
        let binding = standing.is_some_and(|standing| standing.command.is_binding());
        self.state == AttemptState::Completed || (self.is_live() && (self.bound || binding))
    }

    /// Whether it lives, and customers may be sent there.
    pub const fn is_open(&self) -> bool {
        self.is_live() && !self.superseded
    }

    /// Whether it ended before the bank was ever heard of it: that end was ours, not the bank's.
    pub const fn is_given_up(&self) -> bool {
        self.state.is_unpaid_end() && !self.is_known()
    }

    /// Whether the bank shows what a command was to bring about.
    pub fn shows(&self, command: &Command) -> bool {
        let come_true = command.has_come_true_in(self.state);
        let shown = match command {
            Command::Accept(application) => {
                come_true && self.application.as_ref() == Some(application)
            }
            Command::Sign(_) => come_true || (self.signed && self.is_live()),
            Command::Activate
            | Command::Approve
            | Command::Cancel
            | Command::SignApplication(_) => come_true,
        };
        shown && command.is_for(self.terms.kind)
    }

    /// Sends nobody there any more. What was decided for it and never sent is dropped, since it would
    /// finance the order twice; what was sent can't be taken back.
    pub(crate) fn supersede(&mut self, now: OffsetDateTime) {
        self.superseded = true;
        self.refresh_at = Some(now);
        self.settle(now, |standing| {
            let stays = standing.sends > 0 || standing.command == Command::Cancel;
            (!stays).then_some(Settlement::Dropped)
        });
    }

    /// How far asking the bank for it is at a time: a call that is late is unclear.
    pub fn opening_at(&self, now: OffsetDateTime) -> Opening {
        match self.opening {
            Opening::Sent(until) if until <= now => Opening::Unclear,
            opening => opening,
        }
    }
}

#[cfg(test)]
mod tests;
