use std::time::Duration;

use inbank_sandbox::{ApplicationEvent, CallbackFault, CallbackOutcome, Outcome, Region};
use serde_json::json;
use uuid::Uuid;

use crate::{
    applicant::{application, told_at},
    receiver::{Callback, Receiver},
    shop::Shop,
};

async fn told(shop: &Shop, receiver: &Receiver, product: &str, amount: &str) -> Uuid {
    let body = application(&shop.sandbox, product, amount);
    shop.send(&told_at(body, &receiver.url)).await
}

#[tokio::test]
async fn a_callback_is_signed_and_names_the_application_alone() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let id = told(&shop, &receiver, "hire_purchase", "300").await;
    shop.poll(id).await;
    shop.accept(id).await;
    shop.sandbox.idle().await;
    let bodies = receiver.bodies();
    for (body, kind, status) in [
        (&bodies[0], "DECISION", "POSITIVE"),
        (&bodies[1], "CONTRACT", "UNSIGNED"),
    ] {
        let callback = Callback::read(body);
        assert!(callback.is_authentic(shop.sandbox.api_key()));
        assert_eq!(
            callback.message(),
            json!({"type": kind, "status": status, "creditApplicationUuid": id})
        );
        let now = shop.sandbox.now().unix_timestamp();
        assert!(
            (now - callback.timestamp() / 1000).abs() < 60,
            "milliseconds"
        );
    }
    let record = &shop.sandbox.application_callbacks()[0];
    assert_eq!(
        (record.application, record.event, record.outcome),
        (id, ApplicationEvent::Positive, CallbackOutcome::Delivered)
    );
    assert!(
        shop.sandbox.callbacks().is_empty(),
        "none is about a session"
    );
}

#[tokio::test]
async fn every_decision_that_is_listed_is_told() {
    let shop = Shop::open(Region::Estonia).await;
    for (amount, statuses) in [
        ("600", &["NEGATIVE"][..]),
        ("1500", &["INCOME_PROOF_REQUIRED"]),
        ("4500", &[]),
        ("5500", &["FAILED"]),
        ("7500", &["NEGATIVE"]),
    ] {
        let receiver = Receiver::start(&[]).await;
        told(&shop, &receiver, "hire_purchase", amount).await;
        shop.sandbox.advance(Duration::from_secs(10));
        shop.sandbox.idle().await;
        assert_eq!(receiver.statuses(), statuses, "{amount}");
    }
    let receiver = Receiver::start(&[]).await;
    let id = told(&shop, &receiver, "hire_purchase", "2500").await;
    shop.sandbox.advance(Duration::from_secs(10));
    shop.sandbox.statement_shared(id).unwrap();
    shop.sandbox.advance(Duration::from_secs(10));
    shop.sandbox.decide(id, Outcome::Positive).unwrap();
    shop.sandbox.idle().await;
    assert_eq!(
        receiver.statuses(),
        ["INCOME_PROOF_REQUIRED", "INCOME_PROOF_REQUIRED", "POSITIVE"]
    );
}

#[tokio::test]
async fn changed_conditions_are_told_under_the_new_identifier() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let old = told(&shop, &receiver, "hire_purchase", "6500").await;
    shop.poll(old).await;
    shop.sandbox.idle().await;
    let message = Callback::read(&receiver.bodies()[0]).message();
    let new = shop.sandbox.application(old).unwrap().latest;
    assert_eq!(message["creditApplicationUuid"], new.to_string());
    assert_eq!(message["status"], "POSITIVE");
}

#[tokio::test]
async fn every_step_of_a_contract_is_told() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let mut body = application(&shop.sandbox, "hire_purchase_approval", "300");
    body["credit_application"]["down_payment_amount"] = json!(50);
    let id = shop.send(&told_at(body, &receiver.url)).await;
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    shop.sandbox.customer_signs(contract).unwrap();
    shop.sandbox.down_payment_paid(contract).unwrap();
    shop.sandbox.advance(Duration::from_secs(10));
    let approval = format!("v3/{{shop}}/contracts/{contract}/merchant-approval");
    assert_eq!(shop.act(&approval).await.0, 204);
    shop.sandbox.terminate(contract).unwrap();
    shop.sandbox.idle().await;
    assert_eq!(
        receiver.statuses(),
        [
            "POSITIVE",
            "UNSIGNED",
            "SIGNED",
            "DOWN_PAYMENT_PAID_BY_CUSTOMER",
            "ACTIVATION_REQUIRES_PARTNER_APPROVAL",
            "ACTIVATED",
            "TERMINATED",
        ]
    );

    let receiver = Receiver::start(&[]).await;
    let id = told(&shop, &receiver, "hire_purchase", "300").await;
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    shop.act(&format!("v2/{{shop}}/contracts/{contract}/cancel"))
        .await;
    shop.sandbox.idle().await;
    assert_eq!(receiver.statuses(), ["POSITIVE", "UNSIGNED", "CANCELLED"]);
}

#[tokio::test]
async fn without_an_address_nothing_is_sent() {
    let shop = Shop::open(Region::Latvia).await;
    shop.sandbox.callback_fault(CallbackFault::Drop, 1);
    shop.direct_contract("hire_purchase").await;
    assert!(shop.sandbox.application_callbacks().is_empty());
    // The fault waits for a callback that is sent.
    let receiver = Receiver::start(&[]).await;
    let id = told(&shop, &receiver, "hire_purchase", "300").await;
    shop.poll(id).await;
    assert_eq!(
        shop.sandbox.application_callbacks()[0].outcome,
        CallbackOutcome::Dropped
    );
}

#[tokio::test]
async fn callbacks_are_forged_and_reordered_on_order() {
    let shop = Shop::open(Region::Poland).await;
    let receiver = Receiver::start(&[]).await;
    shop.sandbox
        .callback_fault(CallbackFault::WrongSignature, 1);
    let id = told(&shop, &receiver, "hire_purchase", "300").await;
    shop.poll(id).await;
    shop.sandbox.idle().await;
    assert!(!Callback::read(&receiver.bodies()[0]).is_authentic(shop.sandbox.api_key()));
    shop.sandbox.callback_fault(CallbackFault::Reorder, 2);
    let contract = shop.accept(id).await;
    shop.sandbox.customer_signs(contract).unwrap();
    shop.sandbox.release_callbacks().await;
    assert_eq!(receiver.statuses()[1..], ["SIGNED", "UNSIGNED"]);
}
