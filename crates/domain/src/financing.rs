//! The states of a financing and the one table of ways between them.

use std::str::FromStr;

use crate::{
    Application, ApplicationId, Contract, ContractId, ContractStatus, DecisionStatus, FinancingId,
    IncomeProofType, Invalid, OrderReference, ProcessStatus, ProductFamily, Session, SessionId,
    SessionStatus,
};

/// One attempt to finance one order: what has to be remembered between two calls.
///
/// Holds no personal data, so it may be stored and logged.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Financing {
    /// Our own name for it.
    pub id: FinancingId,
    /// The order.
    pub order: OrderReference,
    /// The product's family: says whether contracts may be read.
    pub family: ProductFamily,
    /// Where it stands.
    pub state: FinancingState,
    /// Whether contracts wait for the merchant's approval; needed for direct applications, whose
    /// contracts don't always say so.
    pub merchant_approval: bool,
    /// The bank's session, once known.
    pub session: Option<SessionId>,
    /// The bank's application, once known; another one after the bank changed the conditions.
    pub application: Option<ApplicationId>,
    /// The bank's contract, once known.
    pub contract: Option<ContractId>,
}

impl Financing {
    /// A financing that nobody has asked the bank for yet.
    pub const fn new(id: FinancingId, order: OrderReference, family: ProductFamily) -> Self {
        Self {
            id,
            order,
            family,
            state: FinancingState::Opening,
            merchant_approval: false,
            session: None,
            application: None,
            contract: None,
        }
    }
}

/// Where a financing stands. Those from `IncomeProofWanted` to `VerificationWanted` are of direct
/// applications only.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FinancingState {
    /// The bank was asked, or is about to be, and has not been heard.
    Opening,
    /// Open at the bank: the customer is in the dialog, or the decision is awaited.
    Pending,
    /// The customer is to prove their income, from their bank or by statements.
    IncomeProofWanted,
    /// The customer is to prove their income by statements.
    StatementsWanted,
    /// Decided for; the customer is to accept the offer.
    Offered,
    /// There is a contract; the customer is to sign it.
    SignatureWanted,
    /// The customer is to make the down payment.
    DownPaymentWanted,
    /// The customer is to go through digital verification.
    VerificationWanted,
    /// Granted; waits for the merchant's approval.
    Granted,
    /// The contract is active: deliver.
    Completed,
    /// Ended by the customer or the merchant.
    Cancelled,
    /// The bank said no.
    Declined,
    /// Its time ran out.
    Expired,
    /// The bank refused to open it, or can't decide.
    Failed,
    /// The active contract was ended.
    Terminated,
}

impl FinancingState {
    /// Every state, in the order in which they are passed.
    pub const ALL: &'static [Self] = &[
        Self::Opening,
        Self::Pending,
        Self::IncomeProofWanted,
        Self::StatementsWanted,
        Self::Offered,
        Self::SignatureWanted,
        Self::DownPaymentWanted,
        Self::VerificationWanted,
        Self::Granted,
        Self::Completed,
        Self::Cancelled,
        Self::Declined,
        Self::Expired,
        Self::Failed,
        Self::Terminated,
    ];

    /// Whether it is over. Only `Completed` may still change: to `Terminated`.
    pub const fn is_terminal(self) -> bool {
        self.progress() == END
    }

    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Pending => "pending",
            Self::IncomeProofWanted => "income_proof_wanted",
            Self::StatementsWanted => "statements_wanted",
            Self::Offered => "offered",
            Self::SignatureWanted => "signature_wanted",
            Self::DownPaymentWanted => "down_payment_wanted",
            Self::VerificationWanted => "verification_wanted",
            Self::Granted => "granted",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        }
    }

    /// How far along: news of an earlier point than the present one is old news, not a way back.
    const fn progress(self) -> u8 {
        match self {
            Self::Opening => 0,
            Self::Pending => 1,
            Self::IncomeProofWanted => 2,
            Self::StatementsWanted => 3,
            Self::Offered => 4,
            Self::SignatureWanted => 5,
            Self::DownPaymentWanted => 6,
            Self::VerificationWanted => 7,
            Self::Granted => 8,
            Self::Completed
            | Self::Cancelled
            | Self::Declined
            | Self::Expired
            | Self::Failed
            | Self::Terminated => END,
        }
    }
}

const END: u8 = 9;

/// Reads back what [`as_str`](FinancingState::as_str) wrote: for stores.
impl FromStr for FinancingState {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let known = Self::ALL.iter().find(|state| state.as_str() == text);
        known
            .copied()
            .ok_or_else(|| Invalid::new("state", "must be the name of a financing's state"))
    }
}

/// What an edge means to the shop.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Open at the bank: send the customer there, or await the decision.
    Opened,
    /// Ask the customer for proof of income, from their bank or by statements.
    IncomeProofWanted,
    /// Ask the customer for account statements.
    StatementsWanted,
    /// Show the customer the offer.
    OfferReady,
    /// Have the customer sign.
    SignatureWanted,
    /// Have the customer make the down payment.
    DownPaymentWanted,
    /// Send the customer to digital verification.
    VerificationWanted,
    /// Granted: approve or cancel.
    Granted,
    /// Financed: deliver.
    Completed,
    /// Over: the customer or the merchant ended it.
    Cancelled,
    /// Over: the bank said no.
    Declined,
    /// Over: too late.
    Expired,
    /// Over: the bank refused to open it, or can't decide.
    Failed,
    /// The active contract was ended.
    Terminated,
}

impl Event {
    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::IncomeProofWanted => "income_proof_wanted",
            Self::StatementsWanted => "statements_wanted",
            Self::OfferReady => "offer_ready",
            Self::SignatureWanted => "signature_wanted",
            Self::DownPaymentWanted => "down_payment_wanted",
            Self::VerificationWanted => "verification_wanted",
            Self::Granted => "granted",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Terminated => "terminated",
        }
    }
}

/// A step along one way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Edge {
    /// From here …
    pub from: FinancingState,
    /// … to here …
    pub to: FinancingState,
    /// … which tells the shop this.
    pub event: Event,
}

/// Every way there is, by where it leads. The documents and the property tests come from this table.
///
/// States may be skipped: callbacks get lost, and the answer that opened it may have been.
pub const WAYS: &[Way] = {
    use FinancingState as S;
    const BEFORE_OFFER: &[S] = &[
        S::Opening,
        S::Pending,
        S::IncomeProofWanted,
        S::StatementsWanted,
    ];
    const OPEN: &[S] = &[
        S::Opening,
        S::Pending,
        S::IncomeProofWanted,
        S::StatementsWanted,
        S::Offered,
        S::SignatureWanted,
        S::DownPaymentWanted,
        S::VerificationWanted,
        S::Granted,
    ];
    const TERMINATED: &[S] = &[
        S::Opening,
        S::Pending,
        S::IncomeProofWanted,
        S::StatementsWanted,
        S::Offered,
        S::SignatureWanted,
        S::DownPaymentWanted,
        S::VerificationWanted,
        S::Granted,
        S::Completed,
    ];
    &[
        way(S::Pending, Event::Opened, OPEN.split_at(1).0),
        way(
            S::IncomeProofWanted,
            Event::IncomeProofWanted,
            OPEN.split_at(2).0,
        ),
        way(
            S::StatementsWanted,
            Event::StatementsWanted,
            OPEN.split_at(3).0,
        ),
        way(S::Offered, Event::OfferReady, OPEN.split_at(4).0),
        way(
            S::SignatureWanted,
            Event::SignatureWanted,
            OPEN.split_at(5).0,
        ),
        way(
            S::DownPaymentWanted,
            Event::DownPaymentWanted,
            OPEN.split_at(6).0,
        ),
        way(
            S::VerificationWanted,
            Event::VerificationWanted,
            OPEN.split_at(7).0,
        ),
        way(S::Granted, Event::Granted, OPEN.split_at(8).0),
        way(S::Completed, Event::Completed, OPEN),
        way(S::Cancelled, Event::Cancelled, OPEN),
        way(S::Declined, Event::Declined, BEFORE_OFFER),
        way(S::Expired, Event::Expired, OPEN),
        way(S::Failed, Event::Failed, BEFORE_OFFER),
        way(S::Terminated, Event::Terminated, TERMINATED),
    ]
};

/// The ways that lead to one state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Way {
    /// To here …
    pub to: FinancingState,
    /// … which tells the shop this …
    pub event: Event,
    /// … from any of these.
    pub from: &'static [FinancingState],
}

const fn way(to: FinancingState, event: Event, from: &'static [FinancingState]) -> Way {
    Way { to, event, from }
}

/// What the bank just said of a financing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// Its application, as long as there is no contract.
    Application(&'a Application),
    /// The contract of its application.
    Contract {
        /// The contract.
        contract: &'a Contract,
        /// Whether a signed one waits for the merchant's approval.
        merchant_approval: bool,
    },
    /// Its session, and the contract where it was read: once a session says `completed`, the guide
    /// wants the contract to say `activated` before goods are sent (*API Requests*, step 5).
    Session(&'a Session, Option<&'a Contract>),
}

/// What an observation does to a financing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// It moves along an edge.
    Moved(Edge),
    /// It stays: nothing new, or older news than what is known.
    Unchanged,
    /// It stays, and a person should look.
    Anomaly(Anomaly),
}

/// What does not fit.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Anomaly {
    /// The bank describes a state to which no way leads from the present one.
    #[error("the bank says {}, which can't follow {}", .observed.as_str(), .present.as_str())]
    NoWay {
        /// The state that we hold.
        present: FinancingState,
        /// The state that the bank describes.
        observed: FinancingState,
    },
    /// A status that this version doesn't know; ask again later.
    #[error("the bank gave a status that is not known here: {0:?}")]
    Status(String),
}

/// Where a financing goes when the bank is seen to say `observation`.
pub fn advance(present: FinancingState, observation: Observation<'_>) -> Step {
    let observed = match observation {
        Observation::Application(application) => of_application(application),
        Observation::Contract {
            contract,
            merchant_approval,
        } => of_contract(contract, merchant_approval),
        Observation::Session(session, contract) => of_session(session, contract),
    };
    match observed {
        Ok(observed) => travel(present, observed),
        Err(anomaly) => Step::Anomaly(anomaly),
    }
}

fn of_session(session: &Session, contract: Option<&Contract>) -> Result<FinancingState, Anomaly> {
    use FinancingState as S;
    Ok(match &session.status {
        SessionStatus::Cancelled => S::Cancelled,
        SessionStatus::Completed => match contract.map(|contract| &contract.status) {
            None | Some(ContractStatus::Activated) => S::Completed,
            Some(ContractStatus::Cancelled) => S::Cancelled,
            Some(ContractStatus::Terminated) => S::Terminated,
            // Not active yet, whatever the session says.
            Some(ContractStatus::Signed | ContractStatus::Unsigned) => S::Pending,
            Some(ContractStatus::Unrecognised(text)) => return Err(unknown(text.as_str())),
        },
        SessionStatus::Declined => S::Declined,
        SessionStatus::Expired => S::Expired,
        SessionStatus::Granted => S::Granted,
        SessionStatus::Pending => S::Pending,
        SessionStatus::Unrecognised(text) => return Err(unknown(text.as_str())),
    })
}

fn of_application(application: &Application) -> Result<FinancingState, Anomaly> {
    use FinancingState as S;
    if application.cancelled {
        return Ok(S::Cancelled);
    }
    Ok(match &application.decision {
        // "If this status persists, contact the integration team": no decision comes of it.
        DecisionStatus::Failed => S::Failed,
        DecisionStatus::IncomeProofRequired => match &application.income_proof {
            Some(IncomeProofType::Upload) => S::StatementsWanted,
            _ => S::IncomeProofWanted,
        },
        DecisionStatus::Manual | DecisionStatus::Pending => S::Pending,
        DecisionStatus::ManualNegative | DecisionStatus::Negative => S::Declined,
        DecisionStatus::Positive => S::Offered,
        DecisionStatus::Unrecognised(text) => return Err(unknown(text.as_str())),
    })
}

fn of_contract(contract: &Contract, merchant_approval: bool) -> Result<FinancingState, Anomaly> {
    use FinancingState as S;
    Ok(match &contract.status {
        ContractStatus::Activated => S::Completed,
        ContractStatus::Cancelled => S::Cancelled,
        ContractStatus::Terminated => S::Terminated,
        // Whether a contract that waits for one of these still counts as unsigned isn't written.
        ContractStatus::Signed | ContractStatus::Unsigned => match &contract.process_status {
            Some(ProcessStatus::WaitingForCustomerDigitalVerification) => S::VerificationWanted,
            Some(ProcessStatus::WaitingForDownPayment) => S::DownPaymentWanted,
            Some(ProcessStatus::WaitingForPartnersConfirmation) => S::Granted,
            _ if contract.status == ContractStatus::Signed && merchant_approval => S::Granted,
            // To be signed, or on its way to being active.
            _ => S::SignatureWanted,
        },
        ContractStatus::Unrecognised(text) => return Err(unknown(text.as_str())),
    })
}

/// Where a financing goes when the bank has answered that a session is open.
pub fn opened(present: FinancingState) -> Step {
    travel(present, FinancingState::Pending)
}

/// Where a financing goes when the bank has refused to open it.
pub fn refused(present: FinancingState) -> Step {
    travel(present, FinancingState::Failed)
}

fn travel(present: FinancingState, observed: FinancingState) -> Step {
    let way = WAYS
        .iter()
        .find(|way| way.to == observed && way.from.contains(&present));
    if let Some(way) = way {
        return Step::Moved(Edge {
            from: present,
            to: way.to,
            event: way.event,
        });
    }
    // A session stays `completed` when its contract is terminated: no contradiction.
    let terminated_after_completion =
        (present, observed) == (FinancingState::Terminated, FinancingState::Completed);
    if observed == present
        || observed.progress() < present.progress()
        || terminated_after_completion
    {
        return Step::Unchanged;
    }
    Step::Anomaly(Anomaly::NoWay { present, observed })
}

fn unknown(status: &str) -> Anomaly {
    // Statuses are words of the bank's; anything longer isn't one and needn't be repeated.
    Anomaly::Status(status.chars().take(64).collect())
}

#[cfg(test)]
mod tests;
