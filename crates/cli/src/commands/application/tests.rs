use inbank_sandbox::{Fault, Operation};

use super::*;
use crate::commands::test_bank::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_is_done_later_names_its_contract_once_it_shows() {
    let bank = TestBank::open().await;
    let id = bank.offered().await;
    let later = Fault::CommitLater { seconds: 5 };
    bank.sandbox.fault(Operation::AcceptApplication, later, 1);
    let contract = accept_offer(&bank.api, &bank, &id).await.unwrap();
    let application = bank.sandbox.application(id.as_str().parse().unwrap());
    let made = application.unwrap().contract.unwrap();
    assert_eq!(contract.as_str(), made.to_string());
    assert_eq!(bank.calls(Operation::AcceptApplication), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_of_which_nothing_shows_is_an_unknown_outcome_and_is_not_repeated() {
    let bank = TestBank::open().await;
    let id = bank.offered().await;
    let never = Fault::CommitLater { seconds: 3600 };
    bank.sandbox.fault(Operation::AcceptApplication, never, 1);
    let accepted = accept_offer(&bank.api, &bank, &id).await;
    assert_eq!(
        accepted.unwrap_err().kind(),
        GatewayErrorKind::OutcomeUnknown
    );
    assert_eq!(bank.calls(Operation::AcceptApplication), 1);
    assert_eq!(bank.calls(Operation::GetApplication), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_is_done_once_it_is_taken_or_shows() {
    let bank = TestBank::open().await;
    let id = bank.offered().await;
    let taken = cancel_application(&bank.api, &bank, &id).await;
    assert!(matches!(taken, Ok(Some(()))), "{taken:?}");
    bank.sandbox.settle();
    let shown = cancel_application(&bank.api, &bank, &id).await;
    assert!(matches!(shown, Ok(None)), "{shown:?}");
}
