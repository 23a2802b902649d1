//! The states of a financing and the one table of ways between them.

use std::str::FromStr;

use crate::{
    Contract, ContractId, ContractStatus, FinancingId, Invalid, OrderReference, ProductFamily,
    Session, SessionId, SessionStatus,
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
    /// The bank's session, once known.
    pub session: Option<SessionId>,
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
            session: None,
            contract: None,
        }
    }
}

/// Where a financing stands.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum FinancingState {
    /// The bank was asked, or is about to be, and has not been heard.
    Opening,
    /// Open at the bank.
    Pending,
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
    /// The bank refused to open it; nothing exists there.
    Failed,
    /// The active contract was ended.
    Terminated,
}

impl FinancingState {
    /// Every state.
    pub const ALL: &'static [Self] = &[
        Self::Opening,
        Self::Pending,
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
        self.progress() == 3
    }

    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Pending => "pending",
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
            Self::Granted => 2,
            Self::Completed
            | Self::Cancelled
            | Self::Declined
            | Self::Expired
            | Self::Failed
            | Self::Terminated => 3,
        }
    }
}

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
    /// The session is open: send the customer there.
    Opened,
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
    /// Over: the bank refused to open it.
    Failed,
    /// The active contract was ended.
    Terminated,
}

impl Event {
    /// The name for people and documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
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

/// One way between two states.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Edge {
    /// From here …
    pub from: FinancingState,
    /// … to here …
    pub to: FinancingState,
    /// … which tells the shop this.
    pub event: Event,
}

const fn edge(from: FinancingState, to: FinancingState, event: Event) -> Edge {
    Edge { from, to, event }
}

/// Every way there is. The diagram in the documents and the property tests come from this table.
///
/// States may be skipped: callbacks get lost, and the answer that opened the session may have been.
pub const EDGES: &[Edge] = {
    use FinancingState as S;
    &[
        edge(S::Opening, S::Pending, Event::Opened),
        edge(S::Opening, S::Granted, Event::Granted),
        edge(S::Opening, S::Completed, Event::Completed),
        edge(S::Opening, S::Cancelled, Event::Cancelled),
        edge(S::Opening, S::Declined, Event::Declined),
        edge(S::Opening, S::Expired, Event::Expired),
        edge(S::Opening, S::Failed, Event::Failed),
        edge(S::Opening, S::Terminated, Event::Terminated),
        edge(S::Pending, S::Granted, Event::Granted),
        edge(S::Pending, S::Completed, Event::Completed),
        edge(S::Pending, S::Cancelled, Event::Cancelled),
        edge(S::Pending, S::Declined, Event::Declined),
        edge(S::Pending, S::Expired, Event::Expired),
        edge(S::Pending, S::Terminated, Event::Terminated),
        edge(S::Granted, S::Completed, Event::Completed),
        edge(S::Granted, S::Cancelled, Event::Cancelled),
        edge(S::Granted, S::Expired, Event::Expired),
        edge(S::Granted, S::Terminated, Event::Terminated),
        edge(S::Completed, S::Terminated, Event::Terminated),
    ]
};

/// What the bank just said of a financing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// Its contract.
    Contract(&'a Contract),
    /// Its session.
    Session(&'a Session),
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
///
/// A session that says `completed` counts. Where contracts may be read, the caller observes the
/// contract instead, since the guide asks for its `activated` before goods are sent (*API Requests*,
/// step 5).
pub fn advance(present: FinancingState, observation: Observation<'_>) -> Step {
    use FinancingState as S;
    let observed = match observation {
        Observation::Session(session) => match &session.status {
            SessionStatus::Cancelled => S::Cancelled,
            SessionStatus::Completed => S::Completed,
            SessionStatus::Declined => S::Declined,
            SessionStatus::Expired => S::Expired,
            SessionStatus::Granted => S::Granted,
            SessionStatus::Pending => S::Pending,
            SessionStatus::Unrecognised(text) => return status_anomaly(text.as_str()),
        },
        Observation::Contract(contract) => match &contract.status {
            ContractStatus::Activated => S::Completed,
            ContractStatus::Cancelled => S::Cancelled,
            ContractStatus::Terminated => S::Terminated,
            // Whether a signed contract waits for the merchant is the session's to say.
            ContractStatus::Signed | ContractStatus::Unsigned => S::Pending,
            ContractStatus::Unrecognised(text) => return status_anomaly(text.as_str()),
        },
    };
    travel(present, observed)
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
    if let Some(edge) = EDGES.iter().find(|e| e.from == present && e.to == observed) {
        return Step::Moved(*edge);
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

fn status_anomaly(text: &str) -> Step {
    // Statuses are words of the bank's; anything longer isn't one and needn't be repeated.
    Step::Anomaly(Anomaly::Status(text.chars().take(64).collect()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn session(status: &str) -> Session {
        Session::new(SessionId::parse("s").unwrap(), status.into())
    }

    fn contract(status: &str) -> Contract {
        Contract::new(ContractId::parse("c").unwrap(), status.into())
    }

    fn after(present: FinancingState, status: &str) -> Step {
        advance(present, Observation::Session(&session(status)))
    }

    #[test]
    fn no_edge_leaves_a_terminal_state_but_completed_to_terminated() {
        let leaving = EDGES.iter().filter(|edge| edge.from.is_terminal());
        let leaving: Vec<_> = leaving.map(|edge| (edge.from, edge.to)).collect();
        assert_eq!(
            leaving,
            [(FinancingState::Completed, FinancingState::Terminated)]
        );
    }

    #[test]
    fn between_two_states_there_is_one_edge_at_most() {
        let pairs: HashSet<_> = EDGES.iter().map(|edge| (edge.from, edge.to)).collect();
        assert_eq!(pairs.len(), EDGES.len());
    }

    #[test]
    fn every_state_but_the_first_can_be_reached() {
        for state in &FinancingState::ALL[1..] {
            assert!(EDGES.iter().any(|edge| edge.to == *state), "{state:?}");
        }
    }

    #[test]
    fn every_state_is_read_back_from_its_name() {
        for state in FinancingState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        assert!("paid".parse::<FinancingState>().is_err());
    }

    #[test]
    fn old_news_changes_nothing() {
        assert_eq!(after(FinancingState::Granted, "pending"), Step::Unchanged);
        assert_eq!(after(FinancingState::Completed, "granted"), Step::Unchanged);
        assert_eq!(
            after(FinancingState::Terminated, "completed"),
            Step::Unchanged
        );
    }

    #[test]
    fn an_end_that_contradicts_another_is_an_anomaly() {
        assert_eq!(
            after(FinancingState::Completed, "declined"),
            Step::Anomaly(Anomaly::NoWay {
                present: FinancingState::Completed,
                observed: FinancingState::Declined,
            })
        );
        assert!(matches!(
            after(FinancingState::Expired, "completed"),
            Step::Anomaly(_)
        ));
    }

    #[test]
    fn a_status_never_seen_before_is_neither_success_nor_failure() {
        for state in FinancingState::ALL {
            assert!(matches!(
                after(*state, "on_hold"),
                Step::Anomaly(Anomaly::Status(_))
            ));
        }
    }

    #[test]
    fn a_signed_contract_is_not_yet_active() {
        let signed = contract("signed");
        let step = advance(FinancingState::Pending, Observation::Contract(&signed));
        assert_eq!(step, Step::Unchanged);
    }

    proptest! {
        #[test]
        fn no_sequence_leaves_an_end_or_tells_one_event_twice(
            news in prop::collection::vec((any::<bool>(), prop::sample::select(vec![
                "pending", "granted", "completed", "cancelled", "declined", "expired",
                "unsigned", "signed", "activated", "terminated", "on_hold", "",
            ])), 0..40),
        ) {
            let mut state = FinancingState::Opening;
            let mut told = HashSet::new();
            for (of_contract, status) in news {
                let (session, contract) = (session(status), contract(status));
                let observation = if of_contract {
                    Observation::Contract(&contract)
                } else {
                    Observation::Session(&session)
                };
                if let Step::Moved(edge) = advance(state, observation) {
                    prop_assert_eq!(edge.from, state);
                    prop_assert!(
                        !state.is_terminal() || edge.event == Event::Terminated,
                        "left {:?}", state
                    );
                    prop_assert!(told.insert(edge.event), "told twice: {:?}", edge.event);
                    state = edge.to;
                }
            }
        }
    }
}
