#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::time::Duration;

use inbank_sandbox::{ContractStatus, DecisionStatus, Region, SessionStatus, Trigger, TriggerKind};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    applicant::{application, told_at},
    control::control,
    receiver::{Callback, Receiver},
    shop::{Shop, minimal, read, session_to},
};

async fn trigger(shop: &Shop, order: Value) -> (u16, Value) {
    read(control(shop, Method::POST, "trigger").json(&order)).await
}

fn status(shop: &Shop, session: Uuid) -> SessionStatus {
    shop.sandbox.session(session).unwrap().status
}

#[tokio::test]
async fn a_session_goes_where_it_is_told_to_whatever_its_amount() {
    // Under a clock that stands: what is triggered happens now.
    let shop = Shop::taking_its_time(Region::Estonia).await;
    for (product, amount, kinds, end, callbacks) in [
        (
            "hire_purchase_approval",
            "700",
            &["granted"][..],
            SessionStatus::Granted,
            1,
        ),
        (
            "hire_purchase",
            "700",
            &["completed"],
            SessionStatus::Completed,
            1,
        ),
        (
            "hire_purchase_approval",
            "300",
            &["completed"],
            SessionStatus::Completed,
            2,
        ),
        (
            "hire_purchase_approval",
            "300",
            &["granted", "completed"],
            SessionStatus::Completed,
            1,
        ),
        (
            "hire_purchase",
            "300",
            &["declined"],
            SessionStatus::Declined,
            1,
        ),
        (
            "hire_purchase",
            "300",
            &["cancelled"],
            SessionStatus::Cancelled,
            1,
        ),
        (
            "hire_purchase_approval",
            "300",
            &["granted", "cancelled"],
            SessionStatus::Cancelled,
            1,
        ),
        // No guide has a callback about a session that expires, and about a contract from e-POS that ends.
        (
            "hire_purchase",
            "300",
            &["expired"],
            SessionStatus::Expired,
            0,
        ),
        (
            "hire_purchase",
            "300",
            &["completed", "terminated"],
            SessionStatus::Completed,
            0,
        ),
    ] {
        let id = shop
            .open_session(&minimal(&shop.sandbox, product, amount))
            .await;
        let mut last = Value::Null;
        for kind in kinds {
            let answer = trigger(&shop, json!({"kind": kind, "session": id})).await;
            assert_eq!(answer.0, 200, "{kind}: {answer:?}");
            last = answer.1;
        }
        assert_eq!(status(&shop, id), end, "{kinds:?}");
        assert_eq!(last, json!({"callbacks": callbacks}), "{kinds:?}");
    }
}

#[tokio::test]
async fn what_the_merchant_has_approved_is_completed_without_waiting() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    let approve = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(shop.act(&approve).await.0, 204);
    assert_eq!(status(&shop, session), SessionStatus::Granted);
    let completed = trigger(&shop, json!({"kind": "completed", "session": session})).await;
    assert_eq!(completed, (200, json!({"callbacks": 1})));
    assert_eq!(status(&shop, session), SessionStatus::Completed);
    // The approval that was under way does not come a second time.
    shop.sandbox.settle();
    assert_eq!(shop.sandbox.callbacks().len(), 2);
}

#[tokio::test]
async fn an_order_is_its_latest_session_and_nothing_is_what_was_opened_last() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let nothing = trigger(&shop, json!({"kind": "completed"})).await;
    assert_eq!(nothing.0, 404);
    let body = minimal(&shop.sandbox, "hire_purchase", "300");
    let first = shop.open_session(&body).await;
    shop.sandbox.advance(Duration::from_secs(1));
    let second = shop.open_session(&body).await;
    let order = json!({"kind": "declined", "order": "ORDER_000001"});
    assert_eq!(trigger(&shop, order).await.0, 200);
    assert_eq!(
        (status(&shop, first), status(&shop, second)),
        (SessionStatus::Pending, SessionStatus::Declined)
    );
    shop.sandbox.advance(Duration::from_secs(1));
    let body = told_at(
        application(&shop.sandbox, "hire_purchase", "300"),
        "http://127.0.0.1:9",
    );
    let applied = shop.send(&body).await;
    assert_eq!(trigger(&shop, json!({"kind": "negative"})).await.0, 200);
    let decision = shop.sandbox.application(applied).unwrap().decision;
    assert_eq!(decision, DecisionStatus::Negative);
    let again = shop.sandbox.trigger(&Trigger::new(TriggerKind::Positive));
    assert_eq!(again, Ok(1));
    // One that was made in a session stands for the session.
    let (session, _) = shop.finance("hire_purchase_approval", "300").await;
    let made = shop.sandbox.session(session).unwrap().application;
    assert_eq!(
        trigger(&shop, json!({"kind": "completed", "application": made}))
            .await
            .0,
        200
    );
    assert_eq!(status(&shop, session), SessionStatus::Completed);
}

#[tokio::test]
async fn an_application_is_decided_signed_and_completed() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let mut body = application(&shop.sandbox, "hire_purchase_approval", "700");
    body["credit_application"]["down_payment_amount"] = json!(100);
    let id = shop.send(&told_at(body, "http://127.0.0.1:9")).await;
    for kind in ["negative", "income-proof", "positive"] {
        let decided = trigger(&shop, json!({"kind": kind, "application": id})).await;
        assert_eq!(decided, (200, json!({"callbacks": 1})), "{kind}");
    }
    let early = trigger(&shop, json!({"kind": "signed", "application": id})).await;
    assert_eq!(early.0, 409);
    assert!(
        early.1["error"].as_str().unwrap().contains("accepted"),
        "{early:?}"
    );
    shop.act(&format!("v2/{{shop}}/applications/{id}/accept"))
        .await;
    let contract = shop.sandbox.application(id).unwrap().contract.unwrap();
    for (kind, callbacks, stands) in [
        ("signed", 1, ContractStatus::Unsigned),
        // The down payment, and the merchant is asked.
        ("granted", 2, ContractStatus::Signed),
        ("completed", 1, ContractStatus::Activated),
        ("terminated", 1, ContractStatus::Terminated),
    ] {
        let answer = trigger(&shop, json!({"kind": kind, "application": id})).await;
        assert_eq!(answer, (200, json!({"callbacks": callbacks})), "{kind}");
        assert_eq!(shop.sandbox.contract(contract), Some(stands), "{kind}");
    }
    let again = trigger(&shop, json!({"kind": "completed", "application": id})).await;
    assert_eq!(again.0, 409);
}

#[tokio::test]
async fn callbacks_come_as_often_as_late_and_in_such_disorder_as_they_are_ordered() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let body = session_to(
        &shop.sandbox,
        "hire_purchase_approval",
        "300",
        &receiver.url,
    );
    let id = shop.open_session(&body).await;
    let order = json!({
        "kind": "completed", "session": id, "times": 3, "shuffle": true, "delay_seconds": 60,
    });
    assert_eq!(trigger(&shop, order).await, (200, json!({"callbacks": 6})));
    shop.sandbox.idle().await;
    assert!(receiver.bodies().is_empty(), "it is not time yet");
    shop.sandbox.advance(Duration::from_mins(1));
    shop.sandbox.idle().await;
    let mut told = receiver.statuses();
    let straight = [["granted"; 3], ["completed"; 3]].concat();
    assert_ne!(told, straight, "under seed 1");
    told.sort_unstable();
    assert_eq!(told, [["completed"; 3], ["granted"; 3]].concat());
    let key = shop.sandbox.api_key();
    assert!(
        receiver
            .bodies()
            .iter()
            .all(|body| Callback::read(body).is_authentic(key))
    );
}

#[tokio::test]
async fn what_is_shuffled_never_comes_in_the_order_of_the_events() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    for _ in 0..8 {
        let body = session_to(
            &shop.sandbox,
            "hire_purchase_approval",
            "300",
            &receiver.url,
        );
        let id = shop.open_session(&body).await;
        let order = json!({"kind": "completed", "session": id, "shuffle": true});
        assert_eq!(trigger(&shop, order).await, (200, json!({"callbacks": 2})));
    }
    shop.sandbox.idle().await;
    assert_eq!(receiver.statuses(), ["completed", "granted"].repeat(8));
}

#[tokio::test]
async fn what_can_not_be_is_refused_with_what_would_help() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let id = shop
        .open_session(&minimal(&shop.sandbox, "hire_purchase", "300"))
        .await;
    for (order, status, says) in [
        (
            json!({"kind": "granted", "session": id}),
            409,
            "it goes to completed",
        ),
        (
            json!({"kind": "income-proof", "session": id}),
            409,
            "an application",
        ),
        (
            json!({"kind": "terminated", "session": id}),
            409,
            "active contract",
        ),
        (
            json!({"kind": "declined", "session": id, "order": "x"}),
            422,
            "only one of them",
        ),
        (
            json!({"kind": "declined", "session": id, "times": 0}),
            422,
            "from 1 to",
        ),
        (
            json!({"kind": "declined", "session": id, "delay_seconds": u64::MAX}),
            422,
            "at most",
        ),
        (json!({"kind": "declined", "order": "x"}), 404, "no session"),
        (
            json!({"kind": "declined", "session": Uuid::nil()}),
            404,
            "no such session",
        ),
        (
            json!({"kind": "declined", "application": Uuid::nil()}),
            404,
            "no such application",
        ),
    ] {
        let (code, answer) = trigger(&shop, order).await;
        let told = answer["error"].as_str().unwrap();
        assert!(code == status && told.contains(says), "{code}: {told}");
    }
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Pending
    );
    let unknown = control(&shop, Method::POST, "trigger").json(&json!({"kind": "luck"}));
    let unknown = unknown.send().await.unwrap();
    assert_eq!(unknown.status(), 422);
    let told = unknown.text().await.unwrap();
    for kind in TriggerKind::ALL {
        assert!(told.contains(kind.name()), "{told}");
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
    }
}
