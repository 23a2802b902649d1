//! From the cart to a session: one for each cart, and at most one that pays.

use inbank::{AttemptState, CommandRefused, OrderError, OrderStatus, PayOutcome};
use inbank_sandbox::{Fault, Operation};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{on_every_store, on_store};

use crate::{DAY, HOUR, MINUTE, SECOND};

on_every_store!(
    a_changed_cart_sends_nobody_to_the_former_session,
    after_the_customer_gave_up_the_same_call_opens_the_next_attempt,
    when_a_former_attempt_is_completed_the_present_one_is_not_approved,
    two_dialogs_that_end_at_the_same_moment_are_not_paid_twice_unnoticed,
);

on_store!(
    bank,
    Memory,
    a_double_click_opens_one_session,
    a_browser_that_hangs_up_leaves_a_session_that_the_next_call_finds,
    a_lost_opening_is_found_by_its_callback,
    a_former_attempt_that_expires_after_the_order_is_paid_tells_nothing,
);

async fn a_double_click_opens_one_session(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let (a, b) = (stage.order("1001"), stage.order("1001"));
    let (first, second) = tokio::join!(a.pay(&cart), b.pay(&cart));
    let (PayOutcome::Redirect(first), PayOutcome::Redirect(second)) =
        (first.unwrap(), second.unwrap())
    else {
        panic!("a customer is not sent on");
    };
    assert_eq!(first, second);
    assert_eq!(stage.sandbox.session_count(), 1);
}

async fn a_changed_cart_sends_nobody_to_the_former_session(store: Store) {
    let stage = Stage::new(store).await;
    let former = Stage::cart(Stage::APPROVAL, "499.90");
    let former = stage.session("1001", &former).await;
    let present = Stage::cart(Stage::APPROVAL, "120");
    let present = stage.session("1001", &present).await;
    // In a second tab, all the same.
    stage.sandbox.customer_applies(former).unwrap();
    stage.pass(5 * MINUTE).await;
    assert_eq!(stage.told("1001"), [""; 0]);
    let order = stage.found("1001").await;
    assert_eq!(order.attempts[0].state, AttemptState::Cancelled);
    assert_eq!(stage.asked(Operation::CancelContract), 1);
    stage.sandbox.customer_applies(present).unwrap();
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant"]);
    assert_eq!(
        stage.sink.events("1001")[0].amount.unwrap().to_string(),
        "120 EUR"
    );
}

async fn a_lost_opening_is_found_by_its_callback(store: Store) {
    let stage = Stage::new(store).await;
    stage
        .sandbox
        .fault(Operation::CreateSession, Fault::AnswerLost, 1);
    let order = stage.order("1001");
    let lost = order.pay(&Stage::cart(Stage::APPROVAL, "499.90")).await;
    assert!(
        matches!(lost, Err(OrderError::Unclear(Some(_)))),
        "{lost:?}"
    );
    let id = stage.found("1001").await.attempts[0].id.clone();
    let session = stage.sandbox.sessions()[0];
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    let order = stage.found("1001").await;
    assert_eq!(order.attempts[0].id, id);
    assert_eq!(stage.told("1001"), ["awaits_merchant"]);
}

async fn a_browser_that_hangs_up_leaves_a_session_that_the_next_call_finds(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    stage
        .sandbox
        .fault(Operation::CreateSession, Fault::Hold, 1);
    let order = stage.order("1001");
    tokio::select! {
        paid = order.pay(&cart) => panic!("nobody answers: {paid:?}"),
        () = stage.sandbox.answer_held() => {}
    }
    stage.sandbox.release_answers();
    let paid = order.pay(&cart).await.unwrap();
    assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
    assert_eq!(stage.sandbox.session_count(), 1);
    assert_eq!(stage.found("1001").await.attempts.len(), 1);
}

async fn after_the_customer_gave_up_the_same_call_opens_the_next_attempt(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::AT_ONCE, "499.90");
    let given_up = stage.session("1001", &cart).await;
    stage.sandbox.customer_cancels(given_up).unwrap();
    stage.pass(10 * SECOND).await;
    let next = stage.session("1001", &cart).await;
    assert_ne!(next, given_up);
    stage.sandbox.customer_applies(next).unwrap();
    stage.pass(MINUTE).await;
    // Another try was no word of the bank's that came late.
    assert_eq!(stage.told("1001"), ["not_paid: cancelled", "paid"]);
    assert_eq!(stage.sink.events("1001")[1].attempt, 2);
}

async fn a_former_attempt_that_expires_after_the_order_is_paid_tells_nothing(store: Store) {
    let stage = Stage::new(store).await;
    stage
        .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
        .await;
    let present = Stage::cart(Stage::AT_ONCE, "120");
    let present = stage.session("1001", &present).await;
    stage.sandbox.customer_applies(present).unwrap();
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1001"), ["paid"]);
    stage.pass(15 * DAY).await;
    assert_eq!(stage.told("1001"), ["paid"]);
    let order = stage.found("1001").await;
    assert_eq!(order.attempts[0].state, AttemptState::Expired);
    assert_eq!(order.status(), OrderStatus::Paid);
}

async fn when_a_former_attempt_is_completed_the_present_one_is_not_approved(store: Store) {
    let stage = Stage::new(store).await;
    let former = Stage::cart(Stage::APPROVAL, "499.90");
    let former = stage.session("1001", &former).await;
    let present = Stage::cart(Stage::APPROVAL, "120");
    let present = stage.session("1001", &present).await;
    // In a second tab; and a clerk approves it in the bank's portal at once.
    stage.sandbox.customer_applies(former).unwrap();
    let contract = stage.sandbox.session(former).unwrap().contract.unwrap();
    stage.sandbox.portal_approves(contract).unwrap();
    stage.sandbox.customer_applies(present).unwrap();
    stage.pass(MINUTE).await;
    let order = stage.found("1001").await;
    assert_eq!(order.attempts[0].state, AttemptState::Completed);
    for attempt in [stage.order("1001"), stage.order("1001").on_attempt(2)] {
        let refused = attempt.approve().await;
        let already = matches!(
            refused,
            Err(OrderError::Refused(
                CommandRefused::FinancedAlready { .. }
                    | CommandRefused::Superseded
                    | CommandRefused::NotNow { .. }
                    | CommandRefused::Otherwise(_)
            ))
        );
        let done = matches!(refused, Ok(inbank::CommandOutcome::Done(_)));
        assert!(already || done, "{refused:?}");
    }
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::ApproveContract), 0);
    // The one that lost is given back.
    let order = stage.found("1001").await;
    assert_eq!(order.attempts[1].state, AttemptState::Cancelled);
    let told = stage.told("1001");
    let both = told
        .iter()
        .find(|what| what.contains("499.90") && what.contains("120"));
    assert!(both.is_some(), "{told:?}");
    assert!(!told.contains(&"paid".to_owned()), "{told:?}");
}

async fn two_dialogs_that_end_at_the_same_moment_are_not_paid_twice_unnoticed(store: Store) {
    let stage = Stage::new(store).await;
    let former = Stage::cart(Stage::AT_ONCE, "499.90");
    let former = stage.session("1001", &former).await;
    let present = Stage::cart(Stage::AT_ONCE, "120");
    let present = stage.session("1001", &present).await;
    let other = stage.process().await;
    stage.sandbox.customer_applies(former).unwrap();
    stage.sandbox.customer_applies(present).unwrap();
    let (one, two) = (stage.order("1001"), other.order("1001"));
    let (one, two) = tokio::join!(one.refresh(), two.refresh());
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
    stage.pass(MINUTE).await;
    let order = stage.found("1001").await;
    let completed = |number: usize| order.attempts[number].state == AttemptState::Completed;
    assert!(completed(0) && completed(1));
    let told = stage.told("1001");
    let paid = told.iter().filter(|what| what.starts_with("paid")).count();
    assert!(paid <= 1, "{told:?}");
    let both = told
        .iter()
        .find(|what| what.contains("499.90") && what.contains("120"));
    assert!(both.is_some(), "{told:?}");
}
