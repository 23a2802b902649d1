use inbank::ports::GatewayErrorKind;
use inbank_sandbox::{Fault, Operation};

use super::*;
use crate::commands::test_bank::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_answered_by_a_gateway_and_done_later_is_found_by_reading() {
    let bank = TestBank::open().await;
    for (decision, operation) in [
        (Decision::Approve, Operation::ApproveContract),
        (Decision::Cancel, Operation::CancelContract),
    ] {
        let id = bank.granted().await;
        let later = Fault::CommitLater { seconds: 20 };
        bank.sandbox.fault(operation, later, 1);
        let decided = decide(&bank.api, &bank, &id, decision).await;
        assert!(matches!(decided, Ok(None)), "{decided:?}");
        assert_eq!(bank.calls(operation), 1, "never sent twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_half_a_minute_of_reading_does_not_settle_is_an_unknown_outcome() {
    let bank = TestBank::open().await;
    let id = bank.granted().await;
    let never = Fault::CommitLater { seconds: 3600 };
    bank.sandbox.fault(Operation::ApproveContract, never, 1);
    // What can't be read is no answer either.
    bank.sandbox
        .fault(Operation::GetContract, Fault::ResetBefore, 10);
    let began = bank.now();
    let decided = decide(&bank.api, &bank, &id, Decision::Approve).await;
    let error = decided.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    assert_eq!(error.operation(), "contract.approve");
    assert_eq!(bank.calls(Operation::ApproveContract), 1);
    assert_eq!(bank.calls(Operation::GetContract), 30);
    assert!(bank.now() - began >= time::Duration::seconds(29));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_read_once() {
    let bank = TestBank::open().await;
    let id = bank.granted().await;
    let cancelled = decide(&bank.api, &bank, &id, Decision::Cancel).await;
    assert!(matches!(cancelled, Ok(Some(()))), "{cancelled:?}");
    bank.sandbox.settle();
    for (decision, done) in [(Decision::Cancel, true), (Decision::Approve, false)] {
        let reads = bank.calls(Operation::GetContract);
        let decided = decide(&bank.api, &bank, &id, decision).await;
        assert_eq!(decided.is_ok(), done, "{decided:?}");
        assert_eq!(bank.calls(Operation::GetContract), reads + 1);
    }
}
