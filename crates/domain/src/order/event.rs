use std::fmt;

use time::OffsetDateTime;

use crate::{AttemptId, AttemptState, Money, OrderReference, ShopName};

/// Something that happened to an order, as the platform is told of it.
///
/// Holds no personal data, so it may be stored, logged and sent on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OrderEvent {
    /// The shop.
    pub shop: ShopName,
    /// The order.
    pub order: OrderReference,
    /// Its number among the order's events, from 1, without gaps.
    pub number: u64,
    /// Which attempt at the order it is about, from 1.
    pub attempt: u32,
    /// The attempt's name.
    pub attempt_id: AttemptId,
    /// What happened.
    pub kind: EventKind,
    /// What the attempt is for; compare it with the order's total before goods are sent. None for a
    /// rental, whose total the bank works out.
    pub amount: Option<Money>,
    /// When it was learnt, in UTC.
    pub occurred_at: OffsetDateTime,
    /// Whether an earlier event of the order was refused by the platform for good, and put aside.
    pub follows_refused: bool,
}

impl OrderEvent {
    /// The same however often it is delivered, and no other event's: take each only once by it.
    pub fn id(&self) -> String {
        format!("{}/{}", self.attempt_id, self.number)
    }
}

/// What an event tells about its order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum EventKind {
    /// The bank waits for the customer, and asks for this; again whenever it asks again.
    ActionWanted(Action),
    /// The bank said yes and waits for the merchant: approve, activate or cancel.
    AwaitsMerchant,
    /// A person should look: what the bank says doesn't fit what is known, or it refused what was
    /// decided. The text names statuses, amounts and the bank's codes, never a person. It undoes
    /// nothing that was told before.
    NeedsPerson(String),
    /// Nothing is financed, and no attempt lives.
    NotPaid(NotPaid),
    /// The contract is active: deliver, once the amount is that of the order.
    Paid {
        /// Whether it was told that the order is not paid, and nothing of this attempt after that: the
        /// bank was late.
        late: bool,
    },
    /// The active contract was ended. It undoes nothing that was told before.
    Terminated,
}

impl EventKind {
    /// The name for people and machines.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ActionWanted(_) => "action_wanted",
            Self::AwaitsMerchant => "awaits_merchant",
            Self::NeedsPerson(_) => "needs_person",
            Self::NotPaid(_) => "not_paid",
            Self::Paid { .. } => "paid",
            Self::Terminated => "terminated",
        }
    }

    /// What it says besides its name: the action, the end, the reason, `late`.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::ActionWanted(action) => Some(action.as_str()),
            Self::NeedsPerson(why) => Some(why),
            Self::NotPaid(end) => Some(end.as_str()),
            Self::Paid { late: true } => Some("late"),
            Self::Paid { late: false } | Self::AwaitsMerchant | Self::Terminated => None,
        }
    }

    /// Reads back what a store kept of it; none where this version doesn't know it.
    pub fn from_parts(name: &str, detail: Option<&str>) -> Option<Self> {
        Some(match (name, detail) {
            ("action_wanted", Some(action)) => Self::ActionWanted(Action::named(action)?),
            ("awaits_merchant", None) => Self::AwaitsMerchant,
            ("needs_person", Some(why)) => Self::NeedsPerson(why.to_owned()),
            ("not_paid", Some(end)) => Self::NotPaid(NotPaid::named(end)?),
            ("paid", detail) => Self::Paid {
                late: detail == Some("late"),
            },
            ("terminated", None) => Self::Terminated,
            _ => return None,
        })
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.detail() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

/// What the customer is to do.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// Sign the application, before the bank decides (`sign`, `confirm`).
    ApplicationSignature,
    /// Make the down payment (`payment_link`).
    DownPayment,
    /// Prove their income, from their bank or by statements (`prove_income`).
    IncomeProof,
    /// Read the offer, and accept it or not (`accept`, `cancel`).
    Offer,
    /// Sign the contract (`sign`, `confirm`).
    Signature,
    /// Prove their income by account statements; nothing else will do.
    Statements,
    /// Go through digital verification: an account statement from their bank once more
    /// (`retrieve_statement`).
    Verification,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::ApplicationSignature,
        Self::DownPayment,
        Self::IncomeProof,
        Self::Offer,
        Self::Signature,
        Self::Statements,
        Self::Verification,
    ];

    /// The name for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationSignature => "application_signature",
            Self::DownPayment => "down_payment",
            Self::IncomeProof => "income_proof",
            Self::Offer => "offer",
            Self::Signature => "signature",
            Self::Statements => "statements",
            Self::Verification => "verification",
        }
    }

    /// The action of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == name)
    }
}

/// How an order's last attempt ended without money.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum NotPaid {
    /// The customer or the merchant ended it.
    Cancelled,
    /// The bank said no.
    Declined,
    /// Its time ran out, or it was never heard of.
    Expired,
    /// The bank refused to open it, or can't decide.
    Failed,
}

impl NotPaid {
    /// Every such end.
    pub const ALL: &'static [Self] =
        &[Self::Cancelled, Self::Declined, Self::Expired, Self::Failed];

    /// The end that a state is; none where it is none of these.
    pub const fn of(state: AttemptState) -> Option<Self> {
        match state {
            AttemptState::Cancelled => Some(Self::Cancelled),
            AttemptState::Declined => Some(Self::Declined),
            AttemptState::Expired => Some(Self::Expired),
            AttemptState::Failed => Some(Self::Failed),
            AttemptState::Opening
            | AttemptState::ApplicationSignatureWanted
            | AttemptState::Pending
            | AttemptState::IncomeProofWanted
            | AttemptState::StatementsWanted
            | AttemptState::Offered
            | AttemptState::SignatureWanted
            | AttemptState::VerificationWanted
            | AttemptState::DownPaymentWanted
            | AttemptState::Granted
            | AttemptState::Completed
            | AttemptState::Terminated => None,
        }
    }

    /// The name for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// The end of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|end| end.as_str() == name)
    }
}
