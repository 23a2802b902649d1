use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use inbank_domain::{
    AssetIdentifierType, AssetModelId, Contract, Imei, InsuranceRequirement, SerialNumber,
};
use inbank_ports::MockRentals;
use time::OffsetDateTime;

use super::*;

/// What becomes of one call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Fate {
    Done,
    /// It happens, and its answer is lost.
    AnswerLost,
    /// It is lost on the way, and nobody can tell.
    CallLost,
    Fails(GatewayErrorKind),
    /// Refused, because the contract has come to this status in between.
    Overtaken(&'static str),
    /// The process ends before the call leaves.
    CrashBefore,
    /// The process ends after the bank has carried it out.
    CrashAfter,
}

/// A bank with one rental, of which everything that was sent is known.
#[derive(Debug)]
struct Rental {
    status: &'static str,
    approved: bool,
    /// Whether the bank takes its time to activate.
    slow: bool,
    identified: bool,
    assigned: usize,
    activated: usize,
    reads: usize,
    /// What becomes of the next calls, in order; after that all goes well.
    fates: VecDeque<Fate>,
    /// The same for reading.
    reading: VecDeque<Fate>,
}

type Bank = Arc<Mutex<Rental>>;

fn bank(status: &'static str, fates: impl IntoIterator<Item = Fate>) -> Bank {
    Arc::new(Mutex::new(Rental {
        status,
        approved: false,
        slow: false,
        identified: false,
        assigned: 0,
        activated: 0,
        reads: 0,
        fates: fates.into_iter().collect(),
        reading: VecDeque::new(),
    }))
}

fn with<T>(bank: &Bank, f: impl FnOnce(&mut Rental) -> T) -> T {
    f(&mut bank.lock().unwrap_or_else(PoisonError::into_inner))
}

/// How often it was told about the device, and how often to activate.
fn sent(bank: &Bank) -> (usize, usize) {
    with(bank, |rental| (rental.assigned, rental.activated))
}

fn suffer(
    bank: &Bank,
    fate: Fate,
    happens: impl FnOnce(&mut Rental) -> bool,
) -> Result<(), GatewayError> {
    let fails = |kind| Err(GatewayError::new(kind, "rental.test"));
    match fate {
        Fate::CrashBefore => panic!("crash"),
        Fate::CallLost => return fails(GatewayErrorKind::OutcomeUnknown),
        Fate::Fails(kind) => return fails(kind),
        Fate::Overtaken(status) => {
            with(bank, |rental| rental.status = status);
            return fails(GatewayErrorKind::Refused);
        }
        Fate::Done | Fate::AnswerLost | Fate::CrashAfter => {}
    }
    if !with(bank, happens) {
        return fails(GatewayErrorKind::Refused);
    }
    match fate {
        Fate::AnswerLost => fails(GatewayErrorKind::OutcomeUnknown),
        Fate::CrashAfter => panic!("crash"),
        _ => Ok(()),
    }
}

fn ports(bank: &Bank) -> MockRentals {
    let mut rentals = MockRentals::new();
    let state = bank.clone();
    rentals.expect_contract().returning(move |_, id| {
        let fate = with(&state, |rental| {
            rental.reads += 1;
            rental.reading.pop_front().unwrap_or(Fate::Done)
        });
        suffer(&state, fate, |_| true)?;
        Ok(with(&state, |rental| {
            let mut contract = Contract::new(id.clone(), rental.status.into());
            contract.partner_approval_at = rental.approved.then_some(OffsetDateTime::UNIX_EPOCH);
            contract
        }))
    });
    let state = bank.clone();
    rentals.expect_assign().returning(move |_, _, _| {
        let fate = with(&state, |rental| {
            rental.assigned += 1;
            rental.fates.pop_front().unwrap_or(Fate::Done)
        });
        suffer(&state, fate, |rental| {
            rental.identified |= rental.status == "signed";
            rental.status == "signed"
        })
    });
    let state = bank.clone();
    rentals.expect_activate().returning(move |_, _| {
        let fate = with(&state, |rental| {
            rental.activated += 1;
            rental.fates.pop_front().unwrap_or(Fate::Done)
        });
        suffer(&state, fate, |rental| {
            let possible = rental.status == "signed" && rental.identified && !rental.approved;
            rental.approved |= possible;
            if possible && !rental.slow {
                rental.status = "activated";
            }
            possible
        })
    });
    rentals
}

fn model() -> AssetModel {
    AssetModel::new(
        AssetModelId::parse("m-1").unwrap(),
        "Phone",
        InsuranceRequirement::Optional,
        vec![AssetIdentifierType::Imei, AssetIdentifierType::SerialNumber],
    )
}

fn both() -> AssetIdentifiers {
    AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    )
}

async fn with_identifiers(
    bank: &Bank,
    identifiers: AssetIdentifiers,
) -> Result<Activation, ActivateError> {
    let activate = ActivateRental::new(Arc::new(ports(bank)));
    let product = ProductCode::parse("rent").unwrap();
    let contract = ContractId::parse("c-1").unwrap();
    activate
        .activate(&product, &contract, &model(), &identifiers)
        .await
}

async fn activate(bank: &Bank) -> Result<Activation, ActivateError> {
    with_identifiers(bank, both()).await
}

fn gateway(outcome: Result<Activation, ActivateError>) -> GatewayErrorKind {
    match outcome {
        Err(ActivateError::Gateway(error)) => error.kind(),
        other => panic!("{other:?}"),
    }
}

const UNKNOWN: GatewayErrorKind = GatewayErrorKind::OutcomeUnknown;

#[tokio::test]
async fn a_granted_rental_is_identified_and_then_activated() {
    let bank = bank("signed", []);
    assert_eq!(activate(&bank).await.unwrap(), Activation::Activated);
    assert_eq!(sent(&bank), (1, 1));
}

#[tokio::test]
async fn nothing_is_sent_without_the_identifiers_that_the_model_asks_for() {
    let bank = bank("signed", []);
    for identifiers in [
        AssetIdentifiers::default(),
        AssetIdentifiers::new(both().imei, None),
    ] {
        let error = with_identifiers(&bank, identifiers).await.unwrap_err();
        assert!(matches!(error, ActivateError::Invalid(_)), "{error}");
    }
    assert_eq!(
        (sent(&bank), with(&bank, |rental| rental.reads)),
        ((0, 0), 0)
    );
}

#[tokio::test]
async fn what_is_active_already_is_a_success_and_what_has_ended_says_so() {
    let active = bank("activated", []);
    assert_eq!(activate(&active).await.unwrap(), Activation::Activated);
    let approved = bank("signed", []);
    with(&approved, |rental| rental.approved = true);
    assert_eq!(activate(&approved).await.unwrap(), Activation::Activating);
    for (status, state) in [
        ("cancelled", FinancingState::Cancelled),
        ("terminated", FinancingState::Terminated),
    ] {
        let over = bank(status, []);
        let error = activate(&over).await.unwrap_err();
        assert!(matches!(error, ActivateError::Otherwise(found) if found == state));
        assert_eq!(sent(&over), (0, 0));
    }
    for status in ["unsigned", "on_hold"] {
        let early = bank(status, []);
        let error = activate(&early).await.unwrap_err();
        assert!(matches!(error, ActivateError::NotGranted), "{status}");
        assert_eq!(sent(&early), (0, 0));
    }
    assert_eq!((sent(&active), sent(&approved)), ((0, 0), (0, 0)));
}

#[tokio::test]
async fn a_device_that_the_bank_knows_is_not_told_again() {
    let product = ProductCode::parse("rent").unwrap();
    let contract = ContractId::parse("c-1").unwrap();
    for (fates, activations) in [
        (vec![], 1),
        (vec![Fate::AnswerLost], 1),
        (vec![Fate::CallLost], 2),
    ] {
        let bank = bank("signed", fates.clone());
        with(&bank, |rental| rental.identified = true);
        let activate = ActivateRental::new(Arc::new(ports(&bank)));
        for _ in 0..2 {
            let outcome = activate.activate_identified(&product, &contract).await;
            assert_eq!(outcome.unwrap(), Activation::Activated, "{fates:?}");
        }
        assert_eq!(sent(&bank), (0, activations), "{fates:?}");
    }
}

#[tokio::test]
async fn a_device_that_the_bank_does_not_know_is_not_activated() {
    let bank = bank("signed", []);
    let activate = ActivateRental::new(Arc::new(ports(&bank)));
    let product = ProductCode::parse("rent").unwrap();
    let contract = ContractId::parse("c-1").unwrap();
    let outcome = activate.activate_identified(&product, &contract).await;
    assert_eq!(gateway(outcome), GatewayErrorKind::Refused);
    assert_eq!(sent(&bank), (0, 1));
}

#[tokio::test]
async fn a_bank_that_takes_its_time_is_activating() {
    let bank = bank("signed", []);
    with(&bank, |rental| rental.slow = true);
    assert_eq!(activate(&bank).await.unwrap(), Activation::Activating);
    assert_eq!(activate(&bank).await.unwrap(), Activation::Activating);
    assert_eq!(sent(&bank), (1, 1));
    with(&bank, |rental| rental.status = "activated");
    assert_eq!(activate(&bank).await.unwrap(), Activation::Activated);
}

#[tokio::test]
async fn an_activation_that_was_taken_and_can_not_be_read_is_activating() {
    let bank = bank("signed", []);
    let unavailable = Fate::Fails(GatewayErrorKind::Unavailable);
    with(&bank, |rental| {
        rental.reading = [Fate::Done, unavailable].into();
    });
    assert_eq!(activate(&bank).await.unwrap(), Activation::Activating);
}

#[tokio::test]
async fn lost_calls_and_answers_are_settled_by_reading() {
    for (fates, expected) in [
        // An answer about the device tells no more than the contract does: it is told again.
        (vec![Fate::AnswerLost], (2, 1)),
        (vec![Fate::CallLost], (2, 1)),
        (vec![Fate::CallLost, Fate::CallLost], (3, 1)),
        (vec![Fate::Done, Fate::AnswerLost], (1, 1)),
        (vec![Fate::Done, Fate::CallLost], (1, 2)),
        (vec![Fate::Done, Fate::CallLost, Fate::AnswerLost], (1, 2)),
    ] {
        let bank = bank("signed", fates.clone());
        let activation = activate(&bank).await.unwrap();
        assert_eq!(activation, Activation::Activated, "{fates:?}");
        assert_eq!(sent(&bank), expected, "{fates:?}");
    }
}

#[tokio::test]
async fn nothing_is_activated_unless_the_device_was_taken_in_the_same_call() {
    for (fates, kind, expected) in [
        (vec![Fate::CallLost; ATTEMPTS], UNKNOWN, ATTEMPTS),
        (vec![Fate::AnswerLost; ATTEMPTS], UNKNOWN, ATTEMPTS),
        (
            vec![Fate::Fails(GatewayErrorKind::Refused)],
            GatewayErrorKind::Refused,
            1,
        ),
        (
            vec![Fate::Fails(GatewayErrorKind::Unreachable)],
            GatewayErrorKind::Unreachable,
            1,
        ),
        // One that may have happened stays so, whatever the next one says.
        (
            vec![Fate::CallLost, Fate::Fails(GatewayErrorKind::Refused)],
            UNKNOWN,
            2,
        ),
    ] {
        let bank = bank("signed", fates.clone());
        assert_eq!(gateway(activate(&bank).await), kind, "{fates:?}");
        assert_eq!(sent(&bank), (expected, 0), "{fates:?}");
        assert_eq!(activate(&bank).await.unwrap(), Activation::Activated);
        assert_eq!(sent(&bank), (expected + 1, 1), "{fates:?}");
    }
}

#[tokio::test]
async fn an_activation_is_not_sent_for_ever() {
    let mut fates = vec![Fate::Done];
    fates.extend([Fate::CallLost; ATTEMPTS]);
    let bank = bank("signed", fates);
    assert_eq!(gateway(activate(&bank).await), UNKNOWN);
    assert_eq!(sent(&bank), (1, ATTEMPTS));
}

#[tokio::test]
async fn an_outcome_that_can_not_be_read_stays_unknown() {
    for (fates, expected) in [
        (vec![Fate::CallLost], (1, 0)),
        (vec![Fate::Done, Fate::AnswerLost], (1, 1)),
    ] {
        let bank = bank("signed", fates);
        let unavailable = Fate::Fails(GatewayErrorKind::Unavailable);
        with(&bank, |rental| {
            rental.reading = [Fate::Done, unavailable].into();
        });
        assert_eq!(gateway(activate(&bank).await), UNKNOWN);
        assert_eq!(sent(&bank), expected);
    }
}

#[tokio::test]
async fn what_somebody_else_did_in_between_is_told() {
    for calls in [0, 1] {
        let fates = |status| {
            let mut fates = vec![Fate::Done; calls];
            fates.push(Fate::Overtaken(status));
            fates
        };
        let ended = bank("signed", fates("cancelled"));
        let error = activate(&ended).await.unwrap_err();
        let cancelled = FinancingState::Cancelled;
        assert!(matches!(error, ActivateError::Otherwise(state) if state == cancelled));
        let by_portal = bank("signed", fates("activated"));
        assert_eq!(activate(&by_portal).await.unwrap(), Activation::Activated);
        assert_eq!((sent(&ended), sent(&by_portal)), ((1, calls), (1, calls)));
    }
}

/// The process ends in the middle of it, and the shop calls again.
async fn crash(bank: &Bank) {
    let crashing = bank.clone();
    let ended = tokio::spawn(async move { activate(&crashing).await }).await;
    assert!(ended.unwrap_err().is_panic());
    assert_eq!(activate(bank).await.unwrap(), Activation::Activated);
    assert!(with(bank, |rental| rental.identified));
}

#[tokio::test]
async fn a_crash_before_anything_was_read_loses_nothing() {
    let bank = bank("signed", []);
    with(&bank, |rental| rental.reading = [Fate::CrashBefore].into());
    crash(&bank).await;
    assert_eq!(sent(&bank), (1, 1));
}

#[tokio::test]
async fn a_crash_before_the_device_was_told_tells_it_once_more() {
    let bank = bank("signed", [Fate::CrashBefore]);
    crash(&bank).await;
    assert_eq!(sent(&bank), (2, 1));
}

#[tokio::test]
async fn a_crash_after_the_device_was_told_tells_it_again_before_activating() {
    let bank = bank("signed", [Fate::CrashAfter]);
    crash(&bank).await;
    assert_eq!(sent(&bank), (2, 1));
}

#[tokio::test]
async fn a_crash_before_the_activation_left_starts_over() {
    let bank = bank("signed", [Fate::Done, Fate::CrashBefore]);
    crash(&bank).await;
    assert_eq!(sent(&bank), (2, 2));
}

#[tokio::test]
async fn a_crash_after_the_activation_sends_nothing_more() {
    let bank = bank("signed", [Fate::Done, Fate::CrashAfter]);
    crash(&bank).await;
    assert_eq!(sent(&bank), (1, 1));
}

#[tokio::test]
async fn a_crash_while_confirming_sends_nothing_more() {
    let bank = bank("signed", []);
    with(&bank, |rental| {
        rental.reading = [Fate::Done, Fate::CrashBefore].into();
    });
    crash(&bank).await;
    assert_eq!(sent(&bank), (1, 1));
}

#[tokio::test]
async fn a_crash_while_settling_a_lost_answer_sends_nothing_more() {
    let bank = bank("signed", [Fate::Done, Fate::AnswerLost]);
    with(&bank, |rental| {
        rental.reading = [Fate::Done, Fate::CrashBefore].into();
    });
    crash(&bank).await;
    assert_eq!(sent(&bank), (1, 1));
}
