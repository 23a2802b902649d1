//! An attempt to finance an order, its states, the one table of transitions between them, and what
//! the bank's words mean.

mod command;
mod graph;
mod reading;
mod state;

use time::OffsetDateTime;

use crate::{
    ApplicationId, AttemptId, ContractId, Invalid, Money, Months, ProductCode, ProductFamily,
    SessionId, WebAddress,
};

pub use command::{Command, CommandStage, Decider, Signature, StandingCommand};
pub use graph::{Anomaly, Step, TRANSITIONS, Transition, step};
pub use reading::Reading;
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
    /// Whether a later attempt took its place: nobody is sent there any more.
    pub superseded: bool,
    /// Whether a binding command of it was sent and not refused.
    pub bound: bool,
    /// What was decided and is not settled yet.
    pub command: Option<StandingCommand>,
    /// The amount that the bank named last, where it is another than the attempt's.
    pub other_amount: Option<Money>,
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
            command: None,
            other_amount: None,
            anomaly: None,
            proofs_asked: 0,
            proof_callbacks: 0,
            opened_at,
            answer_by,
            news_at: opened_at,
            refresh_at: Some(until),
            missing_since: None,
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

    /// Whether the order is taken by it: it is completed, or a command that binds was sent for it.
    pub fn takes_the_order(&self) -> bool {
        let wanted = || {
            let standing = self.command.as_ref();
            standing.is_some_and(|standing| standing.command.is_binding())
        };
        self.state == AttemptState::Completed || (self.is_live() && (self.bound || wanted()))
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
