//! A bank that is away, slow, forgetful, or contradicts itself.

use inbank::{CommandOutcome, OrderStatus};
use inbank_sandbox::{Alteration, CallbackFault, Fault, Operation};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{on_every_store, on_store};

use crate::{DAY, HOUR, MINUTE, SECOND};

on_every_store!(
    an_order_is_paid_from_the_cart_to_the_active_contract,
    callbacks_that_never_come_hold_up_nothing_for_long,
);

on_store!(
    bank,
    Memory,
    another_amount_or_currency_at_the_bank_is_never_paid,
    what_the_customer_cancelled_and_the_bank_completed_is_paid_late,
    what_the_bank_completed_after_its_end_is_seen_at_once_by_whoever_has_it_read,
    a_termination_without_a_callback_is_told,
    a_session_that_the_bank_forgot_ends_for_a_person,
    an_unknown_word_is_told_once_and_changes_nothing,
    a_retry_after_of_ages_neither_panics_nor_parks_the_order,
    a_bank_that_asks_for_half_an_hour_gets_it,
    a_bank_that_is_away_for_an_hour_loses_no_order,
    a_bank_that_breaks_every_answer_for_an_hour_costs_few_calls_and_loses_nothing,
);

async fn an_order_is_paid_from_the_cart_to_the_active_contract(store: Store) {
    let stage = Stage::new(store).await;
    stage.granted("1001").await;
    let taken = stage.order("1001").approve().await.unwrap();
    assert!(
        matches!(taken, CommandOutcome::Acknowledged(_)),
        "{taken:?}"
    );
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
    let paid = stage.sink.events("1001").pop().unwrap();
    assert_eq!(paid.amount.unwrap().to_string(), "499.90 EUR");
    let history = stage.order("1001").history().await.unwrap();
    assert_eq!(history, stage.sink.events("1001"));
}

async fn callbacks_that_never_come_hold_up_nothing_for_long(store: Store) {
    let stage = Stage::new(store).await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    let session = stage
        .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
        .await;
    stage.pass(10 * MINUTE).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(20 * MINUTE).await;
    assert_eq!(stage.told("1001"), ["paid"]);
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
        assert!(
            told.iter().all(|kind| kind.starts_with("needs_person")),
            "{told:?}"
        );
    }
}

async fn what_the_customer_cancelled_and_the_bank_completed_is_paid_late(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage
        .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
        .await;
    stage.sandbox.customer_cancels(session).unwrap();
    stage.pass(MINUTE).await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    stage.sandbox.complete_after_all(session).unwrap();
    stage.pass(DAY).await;
    assert_eq!(stage.told("1001"), ["not_paid: cancelled", "paid: late"]);
}

async fn what_the_bank_completed_after_its_end_is_seen_at_once_by_whoever_has_it_read(
    store: Store,
) {
    for by_browser in [false, true] {
        let stage = Stage::new(store).await;
        let session = stage
            .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
            .await;
        stage.sandbox.customer_cancels(session).unwrap();
        stage.pass(MINUTE).await;
        stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
        stage.sandbox.complete_after_all(session).unwrap();
        if by_browser {
            let attempt = stage.found("1001").await.attempts[0].id.clone();
            assert!(stage.browse(attempt.as_str()).await.is_redirection());
            stage.calm().await;
        } else {
            let status = stage.order("1001").refresh().await.unwrap();
            assert_eq!(status, OrderStatus::Paid);
        }
        stage.pass(SECOND).await;
        assert_eq!(stage.told("1001"), ["not_paid: cancelled", "paid: late"]);
    }
}

async fn a_termination_without_a_callback_is_told(store: Store) {
    let stage = Stage::new(store).await;
    let session = stage
        .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
        .await;
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
    let session = stage
        .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
        .await;
    stage.sandbox.forget(session);
    stage.pass(10 * DAY).await;
    let told = stage.told("1001");
    assert!(told[0].contains("has not known attempt 1"), "{told:?}");
    assert_eq!(told[1], "not_paid: failed");
    let reads = stage.asked(Operation::GetSession);
    stage.pass(365 * DAY).await;
    assert_eq!(stage.asked(Operation::GetSession), reads);
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
    let session = stage
        .session("1001", &Stage::cart(Stage::AT_ONCE, "499.90"))
        .await;
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

async fn a_bank_that_asks_for_half_an_hour_gets_it(store: Store) {
    let stage = Stage::new(store).await;
    let mut sessions = Vec::new();
    for n in 0..5 {
        let cart = Stage::cart(Stage::AT_ONCE, "100");
        sessions.push(stage.session(&format!("order-{n}"), &cart).await);
    }
    stage.pass(MINUTE).await;
    let busy = Fault::Status {
        status: 429,
        retry_after: Some(1800),
    };
    stage.sandbox.fault(Operation::GetSession, busy, u32::MAX);
    for session in sessions {
        stage.sandbox.customer_applies(session).unwrap();
    }
    stage.pass(MINUTE).await;
    let reads = stage.asked(Operation::GetSession);
    stage.pass(20 * MINUTE).await;
    assert_eq!(stage.asked(Operation::GetSession), reads);
    stage.sandbox.clear_faults();
    stage.pass(30 * MINUTE).await;
    for n in 0..5 {
        assert_eq!(stage.told(&format!("order-{n}")), ["paid"], "order {n}");
    }
}

async fn a_bank_that_breaks_every_answer_for_an_hour_costs_few_calls_and_loses_nothing(
    store: Store,
) {
    for fault in [Fault::ResetBefore, Fault::HtmlBody, Fault::CutBody] {
        let stage = Stage::new(store).await;
        let mut sessions = Vec::new();
        for n in 0..20 {
            let cart = Stage::cart(Stage::AT_ONCE, "100");
            sessions.push(stage.session(&format!("order-{n}"), &cart).await);
        }
        for read in [Operation::GetSession, Operation::GetContract] {
            stage.sandbox.fault(read, fault, u32::MAX);
        }
        for session in sessions {
            stage.sandbox.customer_applies(session).unwrap();
        }
        let before = stage.asked(Operation::GetSession);
        stage.pass(HOUR).await;
        let cost = stage.asked(Operation::GetSession) - before;
        assert!(cost < 20 * 60, "{fault:?}: {cost} calls");
        stage.sandbox.clear_faults();
        stage.pass(20 * MINUTE).await;
        for n in 0..20 {
            let mut told = stage.told(&format!("order-{n}"));
            // A page in the place of every answer is told to a person, once it has been so for an hour.
            let unreadable = |kind: &String| kind.contains("have been unreadable for an hour");
            if matches!(fault, Fault::HtmlBody) {
                told.retain(|kind| !unreadable(kind));
            }
            assert_eq!(told, ["paid"], "{fault:?}, order {n}");
        }
    }
}
