//! Whole orders through a platform that runs, at a bank that is slow, lagging and contradictory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use inbank::http::ApiVersion;
use inbank::{AttemptState, CommandOutcome, OrderError, OrderStatus, PayOutcome};
use inbank_sandbox::{Alteration, CallbackFault, Fault, Operation};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{on_every_store, on_store};

on_every_store!(
    an_order_is_paid_from_the_cart_to_the_active_contract,
    a_changed_cart_sends_nobody_to_the_former_session,
    an_approval_that_shows_late_is_sent_once,
    an_approval_behind_a_gateway_that_gave_up_is_sent_once,
    callbacks_that_never_come_hold_up_nothing_for_long,
);

on_store!(
    bank,
    Memory,
    a_double_click_opens_one_session,
    a_cancellation_that_reads_in_other_words_is_sent_once,
    another_amount_or_currency_at_the_bank_is_never_paid,
    what_the_customer_cancelled_and_the_bank_completed_is_paid_late,
    a_termination_without_a_callback_is_told,
    a_session_that_the_bank_forgot_ends_for_a_person,
    a_lost_opening_is_found_by_its_callback,
    an_unknown_word_is_told_once_and_changes_nothing,
    a_retry_after_of_ages_neither_panics_nor_parks_the_order,
    a_bank_that_is_away_for_an_hour_loses_no_order,
    a_callback_of_another_session_is_refused_at_this_address,
    a_padded_copy_is_a_copy,
    a_callback_that_is_not_understood_is_read_for_once
);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

async fn an_order_is_paid_from_the_cart_to_the_active_contract(store: Store) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let taken = stage.order("1001").approve().await.unwrap();
    assert!(matches!(taken, CommandOutcome::Acknowledged(_)), "{taken:?}");
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
    let paid = stage.sink.events("1001").pop().unwrap();
    assert_eq!(paid.amount.unwrap().to_string(), "499.90 EUR");
    let history = stage.order("1001").history().await.unwrap();
    assert_eq!(history, stage.sink.events("1001"));
}

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
    assert_eq!(stage.sink.events("1001")[0].amount.unwrap().to_string(), "120 EUR");
}

async fn an_approval_that_shows_late_is_sent_once(store: Store) {
    let stage = Stage::at(store, ApiVersion::V3, |bank| {
        bank.approval_time(6 * SECOND).activation_time(20 * SECOND)
    })
    .await;
    stage.granted("1001").await;
    let order = stage.order("1001");
    for _ in 0..3 {
        let taken = order.approve().await.unwrap();
        assert!(matches!(taken, CommandOutcome::Acknowledged(_)), "{taken:?}");
        stage.pass(3 * SECOND).await;
    }
    stage.pass(MINUTE).await;
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn an_approval_behind_a_gateway_that_gave_up_is_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let late = Fault::CommitLater { seconds: 3 };
    stage.sandbox.fault(Operation::ApproveContract, late, 1);
    let unclear = stage.order("1001").approve().await.unwrap();
    assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
    stage.pass(MINUTE).await;
    assert_eq!(stage.asked(Operation::ApproveContract), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

async fn a_cancellation_that_reads_in_other_words_is_sent_once(store: Store) {
    for word in ["canceled", "withdrawn"] {
        let stage = Stage::new(store).await;
        stage.granted("1001").await;
        let status = Alteration::set("status", word);
        stage.order("1001").cancel().await.unwrap();
        stage.pass(2 * SECOND).await;
        stage.sandbox.alter(Operation::GetContract, status.clone(), u32::MAX);
        stage.sandbox.alter(Operation::GetSession, status, u32::MAX);
        stage.pass(MINUTE).await;
        assert_eq!(stage.asked(Operation::CancelContract), 1, "{word}");
        assert_eq!(
            stage.told("1001"),
            ["awaits_merchant", "not_paid: cancelled"],
            "{word}"
        );
    }
}

async fn another_amount_or_currency_at_the_bank_is_never_paid(store: Store) {
    for (field, value) in [("total_amount", "49.99"), ("currency", "PLN")] {
        let stage = Stage::new(store).await;
        let cart = Stage::cart(Stage::AT_ONCE, "499.90");
        let session = stage.session("1001", &cart).await;
        let other = Alteration::set(field, value);
        stage.sandbox.alter(Operation::GetSession, other, u32::MAX);
        stage.sandbox.customer_applies(session).unwrap();
        stage.pass(MINUTE).await;
        assert_eq!(
            stage.order("1001").status().await.unwrap(),
            OrderStatus::NeedsPerson,
            "{field}"
        );
        let told = stage.told("1001");
        assert!(told.iter().all(|kind| kind.starts_with("needs_person")), "{told:?}");
    }
}

async fn what_the_customer_cancelled_and_the_bank_completed_is_paid_late(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage.session("1001", &Stage::cart(Stage::AT_ONCE, "499.90")).await;
    stage.sandbox.customer_cancels(session).unwrap();
    stage.pass(MINUTE).await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    stage.sandbox.complete_after_all(session).unwrap();
    stage.pass(DAY).await;
    assert_eq!(stage.told("1001"), ["not_paid: cancelled", "paid: late"]);
}

async fn a_termination_without_a_callback_is_told(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage.session("1001", &Stage::cart(Stage::AT_ONCE, "499.90")).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    let order = stage.found("1001").await;
    let contract = order.attempts[0].contract.clone().unwrap();
    stage
        .sandbox
        .terminate_untold(contract.as_str().parse().unwrap())
        .unwrap();
    stage.pass(2 * DAY).await;
    assert_eq!(stage.told("1001"), ["paid", "terminated"]);
}

async fn a_session_that_the_bank_forgot_ends_for_a_person(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage.session("1001", &Stage::cart(Stage::AT_ONCE, "499.90")).await;
    stage.sandbox.forget(session);
    stage.pass(10 * DAY).await;
    let told = stage.told("1001");
    assert!(told[0].contains("has not known attempt 1"), "{told:?}");
    assert_eq!(told[1], "not_paid: failed");
    let reads = stage.asked(Operation::GetSession);
    stage.pass(365 * DAY).await;
    assert_eq!(stage.asked(Operation::GetSession), reads);
}

async fn a_lost_opening_is_found_by_its_callback(store: Store) {
    let stage = Stage::new(store).await;
    stage.sandbox.fault(Operation::CreateSession, Fault::AnswerLost, 1);
    let order = stage.order("1001");
    let lost = order.pay(&Stage::cart(Stage::APPROVAL, "499.90")).await;
    assert!(matches!(lost, Err(OrderError::Unclear(Some(_)))), "{lost:?}");
    let id = stage.found("1001").await.attempts[0].id.clone();
    let session = stage.sandbox.sessions()[0];
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    let order = stage.found("1001").await;
    assert_eq!(order.attempts[0].id, id);
    assert_eq!(stage.told("1001"), ["awaits_merchant"]);
}

async fn an_unknown_word_is_told_once_and_changes_nothing(store: Store) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let odd = Alteration::set("status", "on_hold");
    stage.sandbox.alter(Operation::GetSession, odd, u32::MAX);
    stage.pass(HOUR).await;
    let told = stage.told("1001");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("on_hold"), "{told:?}");
    stage.sandbox.clear_faults();
    assert!(stage.order("1001").approve().await.is_ok());
}

async fn a_retry_after_of_ages_neither_panics_nor_parks_the_order(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage.session("1001", &Stage::cart(Stage::AT_ONCE, "499.90")).await;
    let ages = Fault::Status {
        status: 429,
        retry_after: Some(300_000_000_000),
    };
    stage.sandbox.fault(Operation::GetSession, ages, 40);
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    stage.sandbox.clear_faults();
    stage.pass(2 * HOUR).await;
    assert_eq!(stage.told("1001"), ["paid"]);
}

async fn a_bank_that_is_away_for_an_hour_loses_no_order(store: Store) {
    let stage = Stage::new(store).await;
    let mut sessions = Vec::new();
    for n in 0..20 {
        let cart = Stage::cart(Stage::AT_ONCE, "100");
        sessions.push(stage.session(&format!("order-{n}"), &cart).await);
    }
    let away = Fault::Status {
        status: 503,
        retry_after: None,
    };
    stage.sandbox.fault(Operation::GetSession, away, u32::MAX);
    stage.sandbox.fault(Operation::GetContract, away, u32::MAX);
    for session in sessions {
        stage.sandbox.customer_applies(session).unwrap();
    }
    stage.pass(HOUR).await;
    stage.sandbox.clear_faults();
    stage.pass(10 * MINUTE).await;
    for n in 0..20 {
        assert_eq!(stage.told(&format!("order-{n}")), ["paid"], "order {n}");
    }
}

async fn callbacks_that_never_come_hold_up_nothing_for_long(store: Store) {
    let stage = Stage::new(store).await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    let session = stage.session("1001", &Stage::cart(Stage::AT_ONCE, "499.90")).await;
    stage.pass(10 * MINUTE).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(20 * MINUTE).await;
    assert_eq!(stage.told("1001"), ["paid"]);
}

async fn a_callback_of_another_session_is_refused_at_this_address(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    stage.session("1001", &cart).await;
    let other = stage.session("1002", &cart).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    stage.pass(MINUTE).await;
    let reads = stage.asked(Operation::GetSession);
    let message =
        format!(r#"{{"uuid":"{other}","status":"completed","purchase_reference":"1002"}}"#);
    let answer = stage.post(attempt.as_str(), &message).await;
    assert_eq!(answer, 404);
    stage.calm().await;
    assert_eq!(stage.asked(Operation::GetSession), reads);
    let kept = stage.order("1001").callbacks().await.unwrap();
    assert_eq!(kept.len(), 0);
}

async fn a_padded_copy_is_a_copy(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage.session("1001", &Stage::cart(Stage::APPROVAL, "499.90")).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let kept = stage.order("1001").callbacks().await.unwrap();
    let body = stage.sandbox.callbacks()[0].body.clone();
    for padding in 0..20 {
        let form = format!("{body}&padding={}", "x".repeat(1000 * padding));
        assert_eq!(stage.post_form(attempt.as_str(), form).await, 200);
    }
    assert_eq!(stage.order("1001").callbacks().await.unwrap(), kept);
    assert!(kept.iter().all(|callback| callback.content.len() < 1000));
}

async fn a_callback_that_is_not_understood_is_read_for_once(store: Store) {
    let stage = Stage::new(store).await;
    stage.session("1001", &Stage::cart(Stage::APPROVAL, "499.90")).await;
    stage.pass(MINUTE).await;
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    let reads = stage.asked(Operation::GetSession);
    let key = inbank::ApiKey::parse(stage.sandbox.api_key()).unwrap();
    let now = stage.sandbox.now().unix_timestamp().unsigned_abs();
    let form = inbank::http::callback_form(&key, now, r#"{"something":"else"}"#).unwrap();
    for _ in 0..20 {
        assert_eq!(stage.post_form(attempt.as_str(), form.clone()).await, 200);
    }
    stage.calm().await;
    assert_eq!(stage.asked(Operation::GetSession), reads + 1);
}
