use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::{Application, Contract, IncomeProofType, Session};

fn session(status: &str) -> Session {
    Session::new(SessionId::parse("s").unwrap(), status.into())
}

fn contract(status: &str) -> Contract {
    Contract::new(ContractId::parse("c").unwrap(), status.into())
}

fn application(decision: &str) -> Application {
    Application::new(ApplicationId::parse("a").unwrap(), decision.into())
}

fn after(present: FinancingState, status: &str) -> Step {
    advance(present, Observation::Session(&session(status), None))
}

fn of_signed(process_status: &str, merchant_approval: bool) -> Step {
    let mut contract = contract("signed");
    contract.process_status = Some(process_status.into());
    let observation = Observation::Contract {
        contract: &contract,
        merchant_approval,
    };
    advance(FinancingState::SignatureWanted, observation)
}

fn to(step: &Step) -> Option<FinancingState> {
    match step {
        Step::Moved(edge) => Some(edge.to),
        _ => None,
    }
}

#[test]
fn no_way_leaves_an_end_but_completed_to_terminated() {
    for way in WAYS {
        for from in way.from.iter().filter(|from| from.is_terminal()) {
            assert_eq!(
                (*from, way.to),
                (FinancingState::Completed, FinancingState::Terminated)
            );
        }
    }
}

#[test]
fn every_state_but_the_first_has_its_ways_once_and_its_own_event() {
    let states: Vec<_> = WAYS.iter().map(|way| way.to).collect();
    assert_eq!(states, FinancingState::ALL[1..]);
    let events: HashSet<_> = WAYS.iter().map(|way| way.event).collect();
    assert_eq!(events.len(), WAYS.len());
}

#[test]
fn every_way_leads_onward() {
    for way in WAYS {
        for from in way.from {
            let onward = from.progress() < way.to.progress();
            assert!(
                onward || way.to == FinancingState::Terminated,
                "{from:?} to {:?}",
                way.to
            );
        }
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
    assert!(matches!(
        after(FinancingState::Granted, "declined"),
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
fn a_completed_session_waits_for_its_contract() {
    let completed = session("completed");
    for (status, expected) in [
        ("signed", None),
        ("unsigned", None),
        ("activated", Some(FinancingState::Completed)),
        ("cancelled", Some(FinancingState::Cancelled)),
        ("terminated", Some(FinancingState::Terminated)),
    ] {
        let contract = contract(status);
        let observation = Observation::Session(&completed, Some(&contract));
        let step = advance(FinancingState::Pending, observation);
        assert_eq!(to(&step), expected, "{status}");
    }
}

#[test]
fn a_decision_leads_where_the_guide_says() {
    for (decision, expected) in [
        ("pending", None),
        ("manual", None),
        ("positive", Some(FinancingState::Offered)),
        ("negative", Some(FinancingState::Declined)),
        ("manual_negative", Some(FinancingState::Declined)),
        ("failed", Some(FinancingState::Failed)),
        (
            "income_proof_required",
            Some(FinancingState::IncomeProofWanted),
        ),
    ] {
        let application = application(decision);
        let step = advance(
            FinancingState::Pending,
            Observation::Application(&application),
        );
        assert_eq!(to(&step), expected, "{decision}");
    }
}

#[test]
fn income_proof_may_be_wanted_twice_in_two_ways() {
    let mut application = application("income_proof_required");
    application.income_proof = Some("ais_with_fallback_manual_upload_option".into());
    let step = advance(
        FinancingState::Pending,
        Observation::Application(&application),
    );
    assert_eq!(to(&step), Some(FinancingState::IncomeProofWanted));
    application.income_proof = Some("manual_internal_verification".into());
    let present = FinancingState::IncomeProofWanted;
    let step = advance(present, Observation::Application(&application));
    assert_eq!(to(&step), Some(FinancingState::StatementsWanted));
}

#[test]
fn a_signed_contract_waits_for_what_it_says() {
    for (process_status, merchant_approval, expected) in [
        (
            "waiting_for_customer_digital_verification",
            true,
            Some(FinancingState::VerificationWanted),
        ),
        (
            "waiting_for_partners_confirmation",
            false,
            Some(FinancingState::Granted),
        ),
        (
            "waiting_for_downpayment",
            true,
            Some(FinancingState::DownPaymentWanted),
        ),
        ("something_else", true, Some(FinancingState::Granted)),
        ("something_else", false, None),
    ] {
        let step = of_signed(process_status, merchant_approval);
        assert_eq!(to(&step), expected, "{process_status}");
    }
}

proptest! {
    #[test]
    fn no_sequence_leaves_an_end_or_tells_one_event_twice(
        news in prop::collection::vec((0..4_u8, prop::sample::select(vec![
            "pending", "granted", "completed", "cancelled", "declined", "expired", "unsigned",
            "signed", "activated", "terminated", "positive", "negative", "failed", "manual",
            "income_proof_required", "on_hold", "",
        ]), any::<bool>()), 0..40),
    ) {
        let mut state = FinancingState::Opening;
        let mut told = HashSet::new();
        for (kind, status, flag) in news {
            let (session, contract) = (session(status), contract(status));
            let mut application = application(status);
            application.income_proof = flag.then_some(IncomeProofType::Upload);
            let observation = match kind {
                0 => Observation::Session(&session, None),
                1 => Observation::Session(&session, Some(&contract)),
                2 => Observation::Application(&application),
                _ => Observation::Contract { contract: &contract, merchant_approval: flag },
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
