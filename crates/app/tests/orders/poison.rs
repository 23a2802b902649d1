//! What can't be read: put aside alone, told, and taken up again by a version that can read it.

use inbank_domain::Cart;

use crate::stage::{HOUR, MINUTE, SECOND, Stage, cart, eur};

#[test]
fn an_event_that_cannot_be_read_is_put_aside_alone_and_a_person_is_told() {
    let stage = Stage::polling(SECOND);
    // Nobody delivers yet.
    stage.sim.block_on(async {
        let session = stage.session("1001", &cart("499.90")).await;
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.order("1001").approve().await.unwrap();
        let session = stage.session("1002", &Cart::new("hp", eur("100"))).await;
        stage.bank.customer_applies(&session);
        stage.order("1002").refresh().await.unwrap();
        let order = stage.order("1001").find().await.unwrap().unwrap();
        assert_eq!(order.events, 2);
        stage.ledger.break_event(&order.key, 1);
    });
    stage.play(async {
        stage.pass(5 * SECOND).await;
        assert_eq!(stage.told("1002"), ["paid"]);
        // A version that can read it may be on its way.
        assert_eq!(stage.worker.health().events_put_aside, 0);
        stage.pass(10 * MINUTE).await;
    });
    let told = stage.told("1001");
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], "paid");
    assert!(
        told[1].starts_with("needs_person: event 1 can't be read"),
        "{told:?}"
    );
    let events = stage.sink.events("1001");
    assert!(events.iter().all(|event| event.follows_refused));
    assert_eq!(stage.worker.health().events_put_aside, 1);
}

#[test]
fn an_order_that_was_put_aside_is_taken_up_by_itself_once_it_can_be_read() {
    let stage = Stage::polling(SECOND);
    stage.play(async {
        let session = stage.session("1001", &Cart::new("hp", eur("100"))).await;
        let key = stage.order("1001").find().await.unwrap().unwrap().key;
        stage.ledger.break_order(&key);
        stage.pass(HOUR).await;
        assert_eq!(stage.worker.health().ledger.aside, 1);
        stage.bank.customer_applies(&session);
        stage.ledger.mend_order(&key);
        stage.pass(2 * HOUR).await;
        assert_eq!(stage.worker.health().ledger.aside, 0);
    });
    assert_eq!(stage.told("1001"), ["paid"]);
}
