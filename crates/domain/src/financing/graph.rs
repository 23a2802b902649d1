use super::{Event, FinancingState};

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
        S::VerificationWanted,
        S::DownPaymentWanted,
        S::Granted,
    ];
    const TERMINATED: &[S] = &[
        S::Opening,
        S::Pending,
        S::IncomeProofWanted,
        S::StatementsWanted,
        S::Offered,
        S::SignatureWanted,
        S::VerificationWanted,
        S::DownPaymentWanted,
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
            S::VerificationWanted,
            Event::VerificationWanted,
            OPEN.split_at(6).0,
        ),
        way(
            S::DownPaymentWanted,
            Event::DownPaymentWanted,
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

/// Where a financing goes when the bank has answered that a session is open.
pub fn opened(present: FinancingState) -> Step {
    travel(present, FinancingState::Pending)
}

/// Where a financing goes when the bank has refused to open it.
pub fn refused(present: FinancingState) -> Step {
    travel(present, FinancingState::Failed)
}

/// Where a financing goes that the bank was asked to open, and that was never heard of again.
pub fn given_up(present: FinancingState) -> Step {
    travel(present, FinancingState::Expired)
}

pub(super) fn travel(present: FinancingState, observed: FinancingState) -> Step {
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
