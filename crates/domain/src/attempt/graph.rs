use super::AttemptState;

/// Every transition there is, by where it leads. The documents, the diagram and the property tests
/// come from this table.
///
/// States may be skipped, since callbacks get lost and the answer that opened the attempt may have
/// been. What is over may be overtaken by the bank: it completes what the customer had cancelled, or
/// decides for what it had failed to decide. It is the bank's word that moves an attempt; only the
/// first row, and the end of what was never heard of or is not known any more, are ours.
pub const TRANSITIONS: &[Transition] = {
    use AttemptState as S;
    &[
        // It was given up before the bank was ever heard of it, and then it was heard of.
        to(S::Opening, &[S::Cancelled, S::Expired, S::Failed]),
        // Where the product has the application signed before it is decided about.
        to(S::ApplicationSignatureWanted, &[S::Opening]),
        // A proof of income that came in is looked at; a decision that had failed is taken up again.
        to(
            S::Pending,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Failed,
            ],
        ),
        to(
            S::IncomeProofWanted,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::StatementsWanted,
                S::Failed,
            ],
        ),
        to(
            S::StatementsWanted,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::Failed,
            ],
        ),
        to(
            S::Offered,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
        to(
            S::SignatureWanted,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Offered,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
        // In which order the bank wants these three isn't written.
        to(
            S::VerificationWanted,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Offered,
                S::SignatureWanted,
                S::DownPaymentWanted,
                S::Granted,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
        to(
            S::DownPaymentWanted,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Offered,
                S::SignatureWanted,
                S::VerificationWanted,
                S::Granted,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
        to(
            S::Granted,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Offered,
                S::SignatureWanted,
                S::VerificationWanted,
                S::DownPaymentWanted,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
        to(
            S::Completed,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Offered,
                S::SignatureWanted,
                S::VerificationWanted,
                S::DownPaymentWanted,
                S::Granted,
                S::Cancelled,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
        to(S::Cancelled, LIVE),
        to(S::Declined, LIVE),
        to(S::Expired, LIVE),
        to(S::Failed, LIVE),
        to(
            S::Terminated,
            &[
                S::Opening,
                S::ApplicationSignatureWanted,
                S::Pending,
                S::IncomeProofWanted,
                S::StatementsWanted,
                S::Offered,
                S::SignatureWanted,
                S::VerificationWanted,
                S::DownPaymentWanted,
                S::Granted,
                S::Completed,
                S::Cancelled,
                S::Declined,
                S::Expired,
                S::Failed,
            ],
        ),
    ]
};

const LIVE: &[AttemptState] = {
    use AttemptState as S;
    &[
        S::Opening,
        S::ApplicationSignatureWanted,
        S::Pending,
        S::IncomeProofWanted,
        S::StatementsWanted,
        S::Offered,
        S::SignatureWanted,
        S::VerificationWanted,
        S::DownPaymentWanted,
        S::Granted,
    ]
};

/// The transitions that lead to one state.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Transition {
    /// To here …
    pub to: AttemptState,
    /// … from any of these.
    pub from: &'static [AttemptState],
}

const fn to(to: AttemptState, from: &'static [AttemptState]) -> Transition {
    Transition { to, from }
}

/// What a state that the bank describes does to an attempt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// It moves there.
    Moved,
    /// It stays: the reading is no news, or it is older than what is known.
    Unchanged,
    /// It stays, and a person should look.
    Anomaly(Anomaly),
}

/// What does not fit.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Anomaly {
    /// The bank describes a state to which no transition leads from the present one.
    #[error("the bank says {}, which can't follow {}", .observed.as_str(), .present.as_str())]
    NoTransition {
        /// The state that we hold.
        present: AttemptState,
        /// The state that the bank describes.
        observed: AttemptState,
    },
    /// A status that this version doesn't know.
    #[error("the bank gave a status that is not known here: {0:?}")]
    Status(String),
}

/// Where an attempt goes when the bank describes `observed`.
pub fn step(present: AttemptState, observed: AttemptState) -> Step {
    let found = TRANSITIONS
        .iter()
        .any(|transition| transition.to == observed && transition.from.contains(&present));
    if found {
        return Step::Moved;
    }
    let outdated = observed.progress() < present.progress();
    // Whichever way it ended without money, it ended.
    let unpaid_both = present.is_unpaid_end() && observed.is_unpaid_end();
    // A session stays `completed` when its contract is terminated.
    let terminated = present == AttemptState::Terminated;
    if observed == present || outdated || unpaid_both || terminated {
        return Step::Unchanged;
    }
    Step::Anomaly(Anomaly::NoTransition { present, observed })
}
