use std::time::Duration;

use inbank_domain::{ContractStatus, FinancingState, SessionId};
use inbank_ports::{Clock as _, Contracts as _, GatewayErrorKind, ReceivedCallback};
use inbank_ports::{FinancingLedger, Subject};

use crate::CheckedOut;
use crate::desk::tests::Stage;

#[tokio::test]
async fn a_lost_callback_is_made_up_for_by_looking() {
    let stage = Stage::new();
    let entry = stage.open().await;
    stage.work().await;
    let session = entry.financing.session.as_ref().unwrap();
    stage.bank.customer_applies(session);
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened"]);
    stage.clock.advance(Duration::from_secs(5));
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted"]);
}

#[tokio::test]
async fn copies_and_old_news_tell_nothing() {
    let stage = Stage::new();
    let entry = stage.granted().await;
    for body in stage.bank.callbacks() {
        for _ in 0..3 {
            let id = entry.financing.id.as_str();
            stage.intake.callback("main", id, &body).await.unwrap();
        }
    }
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted"]);
}

#[tokio::test]
async fn a_lost_answer_comes_home_with_the_first_callback() {
    let stage = Stage::new();
    stage.bank.lose_next_answer();
    let unknown = stage.check_out("hp_approval", "1", 1).await.unwrap();
    let CheckedOut::Unknown { entry, .. } = unknown else {
        panic!("{unknown:?}")
    };
    stage.work().await;
    let session = SessionId::parse("session-1").unwrap();
    stage.bank.customer_applies(&session);
    stage.hear(&entry).await;
    stage.work().await;
    let entry = stage.desk.financing(&entry.financing.id).await.unwrap();
    assert_eq!(entry.financing.state, FinancingState::Granted);
    assert_eq!(entry.financing.session, Some(session));
}

#[tokio::test]
async fn another_orders_callback_moves_nothing() {
    let stage = Stage::new();
    stage.granted().await;
    stage.bank.lose_next_answer();
    let unknown = stage.check_out("hp_approval", "2", 1).await.unwrap();
    let CheckedOut::Unknown { entry, .. } = unknown else {
        panic!("{unknown:?}")
    };
    // The first order's callback, brought to the second's address.
    stage.hear(&entry).await;
    stage.work().await;
    let entry = stage.desk.financing(&entry.financing.id).await.unwrap();
    assert_eq!(entry.financing.state, FinancingState::Opening);
}

#[tokio::test]
async fn what_was_never_heard_of_ends() {
    let stage = Stage::new();
    stage.bank.lose_next_answer();
    stage.check_out("hp", "1", 1).await.unwrap();
    stage.work().await;
    stage.clock.advance(Duration::from_hours(24 * 9));
    stage.work().await;
    assert_eq!(stage.sink.names(), ["expired"]);
}

#[tokio::test]
async fn events_wait_for_a_platform_that_does_not_take_them_and_keep_their_order() {
    let stage = Stage::new();
    *stage.sink.refusals.lock().unwrap() = 3;
    stage.granted().await;
    assert!(stage.sink.names().is_empty());
    for _ in 0..5 {
        stage.clock.advance(Duration::from_mins(7));
        stage.work().await;
    }
    assert_eq!(stage.sink.names(), ["opened", "granted"]);
}

#[tokio::test]
async fn a_bank_that_is_away_for_an_hour_loses_nothing() {
    let stage = Stage::new();
    let entry = stage.open().await;
    stage.work().await;
    stage
        .bank
        .customer_applies(entry.financing.session.as_ref().unwrap());
    stage.hear(&entry).await;
    let end = stage.clock.now() + Duration::from_hours(1);
    let mut asked = 0;
    stage.bank.break_down(GatewayErrorKind::Unreachable);
    while stage.clock.now() < end {
        asked += stage.worker.turn().await.unwrap();
        stage.clock.advance(Duration::from_secs(1));
    }
    assert!((10..40).contains(&asked), "asked {asked} times");
    stage.bank.recover();
    stage.clock.advance(Duration::from_mins(7));
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted"]);
}

#[tokio::test]
async fn a_worker_that_was_stopped_overwrites_nothing() {
    let stage = Stage::new();
    let entry = stage.granted().await;
    let now = stage.clock.now();
    let (shop, id) = (&entry.shop, &entry.financing.id);
    let until = now + super::LEASE;
    let stopped = stage.ledger.claim_one(shop, id, now, until).await.unwrap();
    stage.clock.advance(super::LEASE);
    stage.desk.approve(id).await.unwrap();
    stage
        .worker
        .handle(stopped.unwrap(), until, super::Telling::Now)
        .await
        .unwrap();
    stage.work().await;
    let told = stage.sink.names();
    assert_eq!(told.iter().filter(|name| **name == "completed").count(), 1);
    let entry = stage.desk.financing(id).await.unwrap();
    assert_eq!(entry.financing.state, FinancingState::Completed);
}

#[tokio::test]
async fn a_worker_that_was_stopped_before_it_began_neither_tells_nor_sends() {
    let stage = Stage::new();
    let entry = stage.granted().await;
    let (shop, id) = (&entry.shop, &entry.financing.id);
    stage.bank.fail_next(GatewayErrorKind::Unreachable);
    stage.desk.approve(id).await.unwrap();
    stage.clock.advance(Duration::from_secs(5));
    let now = stage.clock.now();
    let until = now + super::LEASE;
    let stopped = stage.ledger.claim_one(shop, id, now, until).await.unwrap();
    let told = stage.sink.names();
    stage.clock.advance(super::LEASE);
    // Another may have the lease by now, and be sending and telling the same.
    let handled = stage
        .worker
        .handle(stopped.unwrap(), until, super::Telling::Now)
        .await;
    assert!(handled.unwrap().entry.intent.is_some());
    assert_eq!(stage.sink.names(), told);
    let contract = entry.financing.contract.unwrap();
    let contract = stage.bank.contract(&contract).await.unwrap();
    assert_eq!(contract.status, ContractStatus::Signed);
}

#[tokio::test]
async fn a_session_of_another_financing_is_not_taken_over() {
    let stage = Stage::new();
    let first = stage.granted().await;
    stage.bank.lose_next_answer();
    // The same order: the reference alone would not tell the two apart.
    let order = &first.financing.order;
    let second = stage.desk.shop().financing_id(order, 2);
    let mut entry = first.clone();
    entry.attempt = 2;
    entry.financing.id = second.clone();
    entry.financing.session = None;
    entry.financing.contract = None;
    entry.financing.state = FinancingState::Opening;
    stage.ledger.open(&entry, stage.clock.now()).await.unwrap();
    let callback = ReceivedCallback {
        shop: entry.shop.clone(),
        financing: second.clone(),
        key: "k".to_owned(),
        subject: Subject::Session(first.financing.session.unwrap()),
        body: Vec::new(),
        received_at: stage.clock.now(),
    };
    stage.ledger.record(&callback).await.unwrap();
    stage.work().await;
    let entry = stage.desk.financing(&second).await.unwrap();
    assert_eq!(entry.financing.state, FinancingState::Opening);
    assert_eq!(stage.sink.names().last(), Some(&"anomaly"));
    // That keeps it neither from its end, nor tells a person again and again.
    stage.clock.advance(Duration::from_hours(24 * 9));
    stage.work().await;
    let told = stage.sink.names();
    assert_eq!(told[told.len() - 2..], ["anomaly", "expired"]);
}

#[tokio::test]
async fn a_running_worker_stops_when_told_and_finishes_what_it_began() {
    let stage = Stage::new();
    stage.open().await;
    let told = stage.sink.clone();
    let until_told = async move {
        while told.names().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    stage.worker.run(Duration::from_hours(1), until_told).await;
    assert_eq!(stage.sink.names(), ["opened"]);
    let at_rest = stage.worker.turn().await.unwrap();
    assert_eq!(at_rest, 0, "its lease has ended");
}

#[tokio::test]
async fn what_the_bank_no_longer_knows_is_told_once_and_asked_for_ever_more_rarely() {
    let stage = Stage::new();
    let entry = stage.open().await;
    stage.work().await;
    stage.bank.break_down(GatewayErrorKind::NotFound);
    let mut asked = 0;
    for _ in 0..24 * 60 {
        stage.clock.advance(Duration::from_mins(1));
        asked += stage.worker.turn().await.unwrap();
    }
    assert_eq!(stage.sink.names(), ["opened", "anomaly"]);
    assert!(asked < 30, "asked {asked} times in a day");
    stage.bank.recover();
    let session = entry.financing.session.as_ref().unwrap();
    stage.bank.customer_applies(session);
    stage.hear(&entry).await;
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "anomaly", "granted"]);
}

#[tokio::test]
async fn a_platform_may_decide_while_it_is_told() {
    let stage = Stage::new();
    let entry = stage.open().await;
    *stage.sink.approving.lock().unwrap() = Some(stage.desk.clone());
    let session = entry.financing.session.as_ref().unwrap();
    stage.bank.customer_applies(session);
    stage.hear(&entry).await;
    stage.work().await;
    assert_eq!(stage.sink.names(), ["opened", "granted", "completed"]);
}
