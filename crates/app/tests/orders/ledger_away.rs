//! What a worker says of itself while its ledger doesn't answer.

use std::sync::Arc;

use inbank_testkit::MemoryLedger;

use crate::stage::{MINUTE, SECOND, Stage, worker};

#[test]
fn a_ledger_that_fails_is_told_at_once_and_of_when_its_measures_are() {
    let stage = Stage::new();
    stage.play(async {
        stage.pass(SECOND).await;
        let before = stage.worker.health();
        assert_eq!(before.claims_fail_since, None);
        assert!(before.measured_at.is_some());
        stage.ledger.fail_next(usize::MAX);
        stage.pass(MINUTE).await;
        let after = stage.worker.health();
        assert!(after.claims_fail_since > before.last_claim);
        assert_eq!(after.measured_at, before.measured_at);
        stage.ledger.fail_next(0);
        stage.pass(MINUTE).await;
        let back = stage.worker.health();
        assert_eq!(back.claims_fail_since, None);
        assert!(back.measured_at > after.measured_at);
    });
}

#[test]
fn a_ledger_that_does_not_answer_is_told_while_it_is_waited_for() {
    let mut stage = Stage::new();
    stage.ledger = Arc::new(MemoryLedger::with_connections(0));
    let (process, sink) = (stage.process.clone(), stage.sink.clone());
    stage.worker = worker(&process, stage.ledger.clone(), sink);
    stage.add("main", stage.bank.clone());
    stage.play(async {
        stage.pass(SECOND).await;
        let since = stage.worker.health().claiming_since;
        assert!(since.is_some());
        stage.pass(10 * SECOND).await;
        let health = stage.worker.health();
        assert_eq!(health.claiming_since, since);
        assert_eq!(health.claims_fail_since, None, "it may still answer");
        stage.pass(MINUTE).await;
        assert!(stage.worker.health().claims_fail_since.is_some());
    });
}
