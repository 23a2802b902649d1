//! The table of transitions, held to its rules.

use AttemptState as S;

use super::super::*;

fn transitions() -> impl Iterator<Item = (S, S)> {
    TRANSITIONS
        .iter()
        .flat_map(|transition| transition.from.iter().map(|from| (*from, transition.to)))
}

fn ways_out(of: S) -> Vec<S> {
    transitions()
        .filter(|(from, _)| *from == of)
        .map(|(_, to)| to)
        .collect()
}

#[test]
fn every_state_has_its_row_and_each_transition_is_there_once() {
    let rows: Vec<_> = TRANSITIONS.iter().map(|transition| transition.to).collect();
    assert_eq!(rows, S::ALL);
    for transition in TRANSITIONS {
        for (n, from) in transition.from.iter().enumerate() {
            assert_ne!(*from, transition.to);
            assert!(!transition.from[..n].contains(from), "{from:?} twice");
        }
    }
}

#[test]
fn whatever_lives_may_come_to_any_end() {
    for state in S::ALL.iter().filter(|state| !state.is_over()) {
        for end in S::ALL.iter().filter(|state| state.is_over()) {
            assert_eq!(step(*state, *end), Step::Moved, "{state:?} to {end:?}");
        }
    }
}

#[test]
fn a_completed_attempt_can_only_be_terminated_and_then_stays_so() {
    assert_eq!(ways_out(S::Completed), [S::Terminated]);
    assert_eq!(ways_out(S::Terminated), []);
}

#[test]
fn a_cancelled_attempt_comes_back_only_when_the_bank_completes_it_or_it_was_never_heard_of() {
    assert_eq!(
        ways_out(S::Cancelled),
        [S::Opening, S::Completed, S::Terminated]
    );
}

#[test]
fn a_late_bank_may_complete_whatever_ended_unpaid() {
    for state in S::ALL.iter().filter(|state| state.is_unpaid_end()) {
        assert_eq!(step(*state, S::Completed), Step::Moved, "{state:?}");
    }
}

#[test]
fn among_what_lives_only_proofs_and_the_steps_after_signing_lead_back() {
    let back: Vec<_> = transitions()
        .filter(|(from, to)| !from.is_over() && from.progress() >= to.progress())
        .collect();
    assert_eq!(
        back,
        [
            (S::IncomeProofWanted, S::Pending),
            (S::StatementsWanted, S::Pending),
            (S::StatementsWanted, S::IncomeProofWanted),
            (S::DownPaymentWanted, S::VerificationWanted),
            (S::Granted, S::VerificationWanted),
            (S::Granted, S::DownPaymentWanted),
        ]
    );
}

#[test]
fn only_what_was_never_heard_of_goes_back_to_the_start() {
    let row = &TRANSITIONS[0];
    assert_eq!((row.to, row.from.len()), (S::Opening, 3));
    assert!(row.from.iter().all(|from| from.is_unpaid_end()));
}

#[test]
fn an_outdated_reading_changes_nothing() {
    for (present, observed) in [
        (S::Granted, S::Pending),
        (S::SignatureWanted, S::Offered),
        (S::Completed, S::Granted),
        (S::Cancelled, S::Granted),
        (S::Terminated, S::Completed),
    ] {
        assert_eq!(step(present, observed), Step::Unchanged, "{present:?}");
    }
}

#[test]
fn an_end_without_money_follows_another_without_news() {
    let ends = || S::ALL.iter().filter(|state| state.is_unpaid_end());
    for present in ends() {
        for observed in ends() {
            assert_eq!(step(*present, *observed), Step::Unchanged);
        }
    }
}

#[test]
fn an_end_without_money_after_completion_is_for_a_person() {
    for observed in S::ALL.iter().filter(|state| state.is_unpaid_end()) {
        let anomaly = Anomaly::NoTransition {
            present: S::Completed,
            observed: *observed,
        };
        assert_eq!(step(S::Completed, *observed), Step::Anomaly(anomaly));
    }
}

#[test]
fn no_pair_of_states_is_without_an_answer() {
    for present in S::ALL {
        for observed in S::ALL {
            let moved = step(*present, *observed) == Step::Moved;
            let listed = transitions().any(|edge| edge == (*present, *observed));
            assert_eq!(moved, listed, "{present:?} to {observed:?}");
        }
    }
}
