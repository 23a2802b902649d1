use std::time::Duration;

use inbank_sandbox::{CallbackFault, CallbackOutcome, Region, Sandbox};
use reqwest::Client;
use uuid::Uuid;

use crate::{
    receiver::{Callback, Receiver},
    shop::{Shop, session_to},
};

async fn open(shop: &Shop, receiver: &Receiver, product: &str, amount: &str) -> Uuid {
    shop.open_session(&session_to(&shop.sandbox, product, amount, &receiver.url))
        .await
}

#[tokio::test]
async fn every_transition_the_guide_lists_is_told_with_a_valid_signature() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let sandbox = &shop.sandbox;

    let activated = open(&shop, &receiver, "hire_purchase", "300").await;
    sandbox.customer_applies(activated).unwrap();
    let denied = open(&shop, &receiver, "hire_purchase", "900").await;
    sandbox.customer_applies(denied).unwrap();
    let cancelled = open(&shop, &receiver, "hire_purchase", "300").await;
    sandbox.customer_cancels(cancelled).unwrap();
    let approved = open(&shop, &receiver, "hire_purchase_approval", "300").await;
    sandbox.customer_applies(approved).unwrap();
    let contract = sandbox.session(approved).unwrap().contract.unwrap();
    shop.act(&format!(
        "v2/{{shop}}/contracts/{contract}/merchant_approval"
    ))
    .await;
    let refused = open(&shop, &receiver, "hire_purchase_approval", "300").await;
    sandbox.customer_applies(refused).unwrap();
    let contract = sandbox.session(refused).unwrap().contract.unwrap();
    shop.act(&format!("v2/{{shop}}/contracts/{contract}/cancel"))
        .await;
    sandbox.idle().await;

    let told: Vec<_> = receiver
        .bodies()
        .iter()
        .map(|body| {
            let callback = Callback::read(body);
            assert!(callback.is_authentic(sandbox.api_key()));
            assert!(!callback.is_authentic("another key"));
            assert!((callback.timestamp() - sandbox.now().unix_timestamp()).abs() < 60);
            let message = callback.message();
            assert_eq!(message["purchase_reference"], "ORDER_000001");
            assert_eq!(message.as_object().unwrap().len(), 3);
            let id: Uuid = message["uuid"].as_str().unwrap().parse().unwrap();
            (id, message["status"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [
        (activated, "completed"),
        (denied, "declined"),
        (cancelled, "cancelled"),
        (approved, "granted"),
        (approved, "completed"),
        (refused, "granted"),
        (refused, "cancelled"),
    ]
    .map(|(id, status)| (id, status.to_owned()));
    assert_eq!(told, expected);
    assert!(
        sandbox
            .callbacks()
            .iter()
            .all(inbank_sandbox::CallbackRecord::delivered)
    );
}

#[tokio::test]
async fn a_session_of_version_3_is_told_in_its_spelling() {
    let shop = Shop::open(Region::Estonia).await;
    let body = crate::shop::minimal_v3(&shop.sandbox, "hire_purchase", "300");
    let (_, opened) = shop.post("v3/{shop}/pos-sessions", &body).await;
    shop.sandbox
        .customer_cancels(opened["uuid"].as_str().unwrap().parse().unwrap())
        .unwrap();
    let callbacks = shop.sandbox.callbacks();
    let message = Callback::read(&callbacks[0].body).message();
    assert_eq!(message["purchaseReference"], "ORDER_000001");
}

#[tokio::test]
async fn a_callback_nobody_takes_is_repeated_and_then_given_up() {
    let sandbox = Sandbox::builder(Region::Estonia)
        .callback_retries([Duration::ZERO; 2])
        .start()
        .await
        .unwrap();
    let shop = Shop {
        sandbox,
        client: Client::new(),
    };
    for (answers, outcome, attempts) in [
        (&[500, 302][..], CallbackOutcome::Delivered, 3),
        (&[500, 302, 404][..], CallbackOutcome::GivenUp, 3),
    ] {
        let receiver = Receiver::start(answers).await;
        let id = open(&shop, &receiver, "hire_purchase", "300").await;
        shop.sandbox.customer_applies(id).unwrap();
        shop.sandbox.idle().await;
        let callback = shop.sandbox.callbacks().pop().unwrap();
        assert_eq!((callback.outcome, callback.attempts), (outcome, attempts));
        let bodies = receiver.bodies();
        assert!(
            bodies.iter().all(|body| *body == bodies[0]),
            "every attempt sends the same bytes"
        );
    }
}

#[tokio::test]
async fn callbacks_are_duplicated_dropped_and_forged_on_order() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;

    shop.sandbox
        .callback_fault(CallbackFault::Duplicate { copies: 2 }, 1);
    let id = open(&shop, &receiver, "hire_purchase_approval", "300").await;
    shop.sandbox.customer_applies(id).unwrap();
    shop.sandbox.idle().await;
    assert_eq!(receiver.statuses(), ["granted", "granted", "granted"]);

    shop.sandbox.callback_fault(CallbackFault::Drop, 1);
    let contract = shop.sandbox.session(id).unwrap().contract.unwrap();
    shop.act(&format!(
        "v2/{{shop}}/contracts/{contract}/merchant_approval"
    ))
    .await;
    shop.sandbox.idle().await;
    assert_eq!(receiver.bodies().len(), 3);
    assert_eq!(
        shop.sandbox.callbacks().pop().unwrap().outcome,
        CallbackOutcome::Dropped
    );

    shop.sandbox
        .callback_fault(CallbackFault::WrongSignature, 1);
    let id = open(&shop, &receiver, "hire_purchase", "300").await;
    shop.sandbox.customer_applies(id).unwrap();
    shop.sandbox.idle().await;
    assert!(!Callback::read(&receiver.bodies()[3]).is_authentic(shop.sandbox.api_key()));
}

#[tokio::test]
async fn callbacks_are_held_and_reordered_on_order() {
    let shop = Shop::open(Region::Estonia).await;
    for (fault, statuses) in [
        (CallbackFault::Hold, ["granted", "completed"]),
        (CallbackFault::Reorder, ["completed", "granted"]),
    ] {
        let receiver = Receiver::start(&[]).await;
        shop.sandbox.callback_fault(fault, 2);
        let id = open(&shop, &receiver, "hire_purchase_approval", "300").await;
        shop.sandbox.customer_applies(id).unwrap();
        let contract = shop.sandbox.session(id).unwrap().contract.unwrap();
        shop.act(&format!(
            "v2/{{shop}}/contracts/{contract}/merchant_approval"
        ))
        .await;
        shop.sandbox.idle().await;
        assert!(receiver.bodies().is_empty());
        shop.sandbox.release_callbacks().await;
        assert_eq!(receiver.statuses(), statuses);
    }
}

#[tokio::test]
async fn a_delayed_callback_falls_due_on_the_sandboxs_clock() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    shop.sandbox
        .callback_fault(CallbackFault::Delay { seconds: 3600 }, 1);
    let late = open(&shop, &receiver, "hire_purchase_approval", "300").await;
    shop.sandbox.customer_applies(late).unwrap();
    let contract = shop.sandbox.session(late).unwrap().contract.unwrap();
    shop.act(&format!(
        "v2/{{shop}}/contracts/{contract}/merchant_approval"
    ))
    .await;
    shop.sandbox.advance(Duration::from_hours(1));
    shop.sandbox.idle().await;
    assert_eq!(receiver.statuses(), ["completed", "granted"]);
}

#[tokio::test]
async fn plain_http_to_another_machine_is_not_sent() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop
        .open_session(&session_to(
            &shop.sandbox,
            "hire_purchase",
            "300",
            "http://shop.example",
        ))
        .await;
    shop.sandbox.customer_applies(id).unwrap();
    shop.sandbox.idle().await;
    let callback = shop.sandbox.callbacks().pop().unwrap();
    assert_eq!(callback.outcome, CallbackOutcome::GivenUp);
    assert!(callback.last_answer.unwrap().starts_with("not sent"));
}
