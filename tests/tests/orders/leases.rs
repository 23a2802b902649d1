//! Two processes and one store: who has the lease works, and nobody else sends anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt as _;
use inbank::CommandOutcome;
use inbank_sandbox::{Fault, Operation};
use inbank_tests::stage::{Process, Stage, Store};
use inbank_tests::{CrashPoint, Gate, Hook, Hooked, When, on_every_store, on_store};

use crate::{DAY, HOUR, MINUTE, SECOND};

on_every_store!(
    two_processes_share_the_work_and_tell_each_event_once,
    a_process_that_is_killed_while_the_bank_approves_is_overtaken_and_it_is_sent_once,
    a_process_that_stops_gives_back_what_it_holds,
    a_lease_by_a_clock_ten_years_ahead_lapses_like_any_other,
);

on_store!(
    gated,
    Memory,
    a_process_that_stood_still_before_it_marked_a_command_sends_nothing,
    a_process_that_stood_still_after_it_marked_a_command_sends_nothing,
    reads_that_take_a_minute_leave_no_command_that_is_sent_twice,
    a_claim_that_is_never_answered_is_made_again,
    a_ledger_that_panics_when_it_is_asked_is_asked_again,
);

/// Longer than a lease.
const LAPSE: Duration = Duration::from_mins(3);

async fn two_processes_share_the_work_and_tell_each_event_once(store: Store) {
    const ORDERS: usize = 20;
    let stage = Stage::new(store).await;
    let other = stage.process().await;
    let cart = Stage::cart(Stage::AT_ONCE, "100");
    let mut sessions = Vec::new();
    for n in 0..ORDERS {
        sessions.push(stage.session(&format!("order-{n}"), &cart).await);
    }
    for session in sessions {
        stage.sandbox.customer_applies(session).unwrap();
    }
    stage.pass(MINUTE).await;
    for n in 0..ORDERS {
        assert_eq!(stage.told(&format!("order-{n}")), ["paid"], "order {n}");
    }
    assert_eq!(stage.sink.deliveries().len(), ORDERS);
    let done = |health: inbank::Health| health.rounds_done;
    let (one, two) = (done(stage.platform.health()), done(other.platform.health()));
    assert!(one + two >= ORDERS as u64, "{one} and {two}");
}

async fn a_process_that_is_killed_while_the_bank_approves_is_overtaken_and_it_is_sent_once(
    store: Store,
) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let other = stage.process().await;
    let hold = Fault::Hold;
    stage.sandbox.fault(Operation::ApproveContract, hold, 1);
    let order = other.order("1001");
    let approving = tokio::spawn(async move { order.approve().await });
    stage.sandbox.answer_held().await;
    other.kill();
    assert!(approving.await.unwrap().is_err());
    stage.sandbox.release_answers();
    stage.pass(LAPSE).await;
    let again = stage.order("1001").approve().await;
    assert!(matches!(again, Ok(CommandOutcome::Done(_))), "{again:?}");
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_process_that_stops_gives_back_what_it_holds(store: Store) {
    let mut stage = Stage::new(store).await;
    stage.granted("1001").await;
    stage
        .sandbox
        .fault(Operation::ApproveContract, Fault::Hold, 1);
    let order = stage.order("1001");
    let approving = tokio::spawn(async move { order.approve().await });
    stage.sandbox.answer_held().await;
    // What was sent is waited for and written down, while SIGTERM is on its way.
    let first = stage.first_process();
    let stopping = tokio::spawn(first.stop());
    stage.advance(SECOND).await;
    stage.sandbox.release_answers();
    stopping.await.unwrap();
    let taken = approving.await.unwrap();
    assert!(
        matches!(taken, Ok(CommandOutcome::Acknowledged(_))),
        "{taken:?}"
    );
    // The next one waits for no lease.
    let _next = stage.process().await;
    stage.pass(10 * SECOND).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
}

async fn a_lease_by_a_clock_ten_years_ahead_lapses_like_any_other(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::AT_ONCE, "100");
    let session = stage.session("1001", &cart).await;
    let key = stage.found("1001").await.key;
    let ledger = stage.platform.ledger();
    let then = stage.sandbox.now() + 3650 * DAY;
    let taken = ledger.claim_one(&key, then, 2 * MINUTE).await.unwrap();
    assert!(taken.is_some());
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(10 * MINUTE).await;
    assert_eq!(stage.told("1001"), ["paid"]);
}

/// A second process that stands still at a gate of its ledger.
async fn gated(stage: &Stage) -> (Process, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let ledger = Hooked::new(stage.platform.ledger().clone(), gate.clone());
    (stage.process_over(Arc::new(ledger)).await, gate)
}

/// A process approves, stands still at its `write`th write on this side of it, and goes on when another
/// has done the work.
async fn stands_still(store: Store, when: When, write: u32) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let (frozen, gate) = gated(&stage).await;
    // Its connection to the bank is open: what it sends would be gone at once.
    frozen.order("1001").refresh().await.unwrap();
    gate.close(when, "write", write);
    let order = frozen.order("1001");
    let approving = tokio::spawn(async move { order.approve().await });
    gate.holds().await;
    let sent = async || stage.asked(Operation::ApproveContract) > 0;
    stage.until("the other process approves", sent).await;
    stage.advance(2 * MINUTE).await;
    let told = async || stage.told("1001") == ["awaits_merchant", "paid"];
    stage.until("the order is paid", told).await;
    let before = stage.asked(Operation::ApproveContract);
    gate.open();
    drop(approving.await.unwrap());
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::ApproveContract), before, "{when:?}");
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_process_that_stood_still_before_it_marked_a_command_sends_nothing(store: Store) {
    stands_still(store, When::Before, 1).await;
}

async fn a_process_that_stood_still_after_it_marked_a_command_sends_nothing(store: Store) {
    stands_still(store, When::After, 1).await;
}

async fn reads_that_take_a_minute_leave_no_command_that_is_sent_twice(store: Store) {
    let stage = Stage::new(store).await;
    let _other = stage.process().await;
    let former = Stage::cart(Stage::APPROVAL, "499.90");
    let former = stage.session("1001", &former).await;
    let present = Stage::cart(Stage::APPROVAL, "120");
    stage.session("1001", &present).await;
    let slow = Fault::Late { seconds: 60 };
    stage.sandbox.fault(Operation::GetSession, slow, 6);
    stage.sandbox.customer_applies(former).unwrap();
    let cancelled = async || stage.asked(Operation::CancelContract) > 0;
    stage.until("the former is cancelled", cancelled).await;
    stage.sandbox.clear_faults();
    for _ in 0..120 {
        stage.advance(2 * SECOND).await;
    }
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::CancelContract), 1);
    assert_eq!(stage.told("1001"), [""; 0]);
}

async fn a_claim_that_is_never_answered_is_made_again(store: Store) {
    for call in ["claim", "claim_deliveries"] {
        let mut stage = Stage::new(store).await;
        let cart = Stage::cart(Stage::AT_ONCE, "100");
        let session = stage.session("1001", &cart).await;
        let (_only, gate) = gated(&stage).await;
        gate.close(When::After, call, 0);
        stage.first_process().stop().await;
        stage.sandbox.customer_applies(session).unwrap();
        let told = async || stage.told("1001") == ["paid"];
        stage.until("the order is paid", told).await;
        assert!(
            gate.holds().now_or_never().is_some(),
            "{call}: nothing was held"
        );
    }
}

/// Panics once when something was claimed.
struct Panics(&'static str, AtomicBool);

#[async_trait]
impl Hook for Panics {
    async fn before(&self, _: &'static str, _: CrashPoint) {}

    async fn after(&self, call: &'static str, _: CrashPoint) {
        let panics = call == self.0 && self.1.swap(false, Ordering::Relaxed);
        assert!(!panics, "a fault of the ledger's");
    }
}

async fn a_ledger_that_panics_when_it_is_asked_is_asked_again(store: Store) {
    for call in ["claim", "claim_deliveries"] {
        let mut stage = Stage::new(store).await;
        let cart = Stage::cart(Stage::AT_ONCE, "100");
        let session = stage.session("1001", &cart).await;
        let panics = Arc::new(Panics(call, AtomicBool::new(true)));
        let ledger = Hooked::new(stage.platform.ledger().clone(), panics.clone());
        let _only = stage.process_over(Arc::new(ledger)).await;
        stage.first_process().stop().await;
        stage.sandbox.customer_applies(session).unwrap();
        stage.pass(HOUR).await;
        assert_eq!(stage.told("1001"), ["paid"], "{call}");
        assert!(
            !panics.1.load(Ordering::Relaxed),
            "{call}: nothing panicked"
        );
    }
}
