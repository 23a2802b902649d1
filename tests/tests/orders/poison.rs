//! What can't be read, and a platform's own code that refuses, panics or hangs: put aside alone, told,
//! and in nobody's way.

use inbank_tests::on_store;
use inbank_tests::stage::{Stage, Store};

use crate::{HOUR, MINUTE};

on_store!(
    memory,
    Memory,
    an_order_that_cannot_be_read_is_left_alone_and_the_others_go_on,
    an_event_on_which_the_sink_panics_is_put_aside_and_told,
    what_a_person_is_to_hear_comes_again_however_often_the_sink_panics_over_it,
    an_event_that_the_sink_refuses_for_good_is_put_aside_and_the_later_ones_are_marked,
    a_sink_that_is_away_for_an_hour_is_told_everything_in_order,
);

/// Pays orders at once, and lets the platform hear of it.
async fn paid(stage: &Stage, orders: &[&str]) {
    let cart = Stage::cart(Stage::AT_ONCE, "100");
    for name in orders {
        let session = stage.session(name, &cart).await;
        stage.sandbox.customer_applies(session).unwrap();
    }
}

async fn an_order_that_cannot_be_read_is_left_alone_and_the_others_go_on(store: Store) {
    let stage = Stage::new(store).await;
    let cart = Stage::cart(Stage::AT_ONCE, "100");
    let broken = stage.session("broken", &cart).await;
    let key = stage.found("broken").await.key;
    stage.memory().break_order(&key);
    stage.sandbox.customer_applies(broken).unwrap();
    paid(&stage, &["1001", "1002"]).await;
    stage.pass(2 * HOUR).await;
    assert_eq!(stage.told("1001"), ["paid"]);
    assert_eq!(stage.told("1002"), ["paid"]);
    assert!(stage.order("broken").status().await.is_err());
    assert_eq!(stage.told("broken"), [""; 0]);
}

async fn an_event_on_which_the_sink_panics_is_put_aside_and_told(store: Store) {
    let stage = Stage::new(store).await;
    stage.sink.panic_on("1001", 1);
    paid(&stage, &["1001", "1002"]).await;
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1002"), ["paid"]);
    stage.pass(HOUR).await;
    let told = stage.told("1001");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("needs_person"), "{told:?}");
    assert!(stage.sink.events("1001")[0].follows_refused);
    assert_eq!(stage.platform.health().events_put_aside, 1);
    let history = stage.order("1001").history().await.unwrap();
    assert_eq!(history[0].kind.name(), "paid");
}

async fn what_a_person_is_to_hear_comes_again_however_often_the_sink_panics_over_it(store: Store) {
    let stage = Stage::new(store).await;
    stage.sink.panic_on("1001", 1);
    stage.sink.panic_on("1001", 2);
    paid(&stage, &["1001"]).await;
    stage.pass(HOUR).await;
    assert_eq!(stage.told("1001"), [""; 0]);
    stage.sink.recover();
    stage.pass(10 * MINUTE).await;
    let told = stage.told("1001");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("needs_person"), "{told:?}");
    assert_eq!(stage.platform.health().events_put_aside, 1);
}

async fn an_event_that_the_sink_refuses_for_good_is_put_aside_and_the_later_ones_are_marked(
    store: Store,
) {
    let stage = Stage::new(store).await;
    stage.sink.refuse_for_good("1001", 1);
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let session = stage.session("1001", &cart).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    stage.order("1001").approve().await.unwrap();
    stage.pass(HOUR).await;
    let told = stage.told("1001");
    assert!(told.contains(&"paid".to_owned()), "{told:?}");
    assert!(!told.contains(&"awaits_merchant".to_owned()), "{told:?}");
    let events = stage.sink.events("1001");
    assert!(events.iter().all(|event| event.follows_refused));
}

async fn a_sink_that_is_away_for_an_hour_is_told_everything_in_order(store: Store) {
    let stage = Stage::new(store).await;
    stage.sink.refuse(usize::MAX);
    let cart = Stage::cart(Stage::APPROVAL, "499.90");
    let session = stage.session("1001", &cart).await;
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    stage.order("1001").approve().await.unwrap();
    stage.pass(HOUR).await;
    assert_eq!(stage.told("1001"), [""; 0]);
    stage.sink.refuse(0);
    stage.pass(10 * MINUTE).await;
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
    let numbers: Vec<u64> = stage.sink.deliveries().iter().map(|e| e.number).collect();
    assert_eq!(numbers, [1, 2]);
}
