//! What a person has seen to.

use inbank_app::OrderError;
use inbank_domain::OrderStatus;
use inbank_ports::GatewayErrorKind;

use crate::stage::{Stage, cart, eur};

#[test]
fn an_order_that_was_seen_to_wants_nobody_and_stands_as_it_did() {
    let stage = Stage::new();
    stage.play(async {
        let order = stage.order("1001");
        let session = stage.session("1001", &cart("499.90")).await;
        stage.bank.name_amount(Some(eur("400.00")));
        stage.bank.customer_applies(&session);
        assert_eq!(order.refresh().await.unwrap(), OrderStatus::NeedsPerson);
        let found = order.find().await.unwrap().unwrap();
        let told = found.needs_person.clone().unwrap();
        // Something else was told since it was looked at.
        order
            .seen_to("something that was told before")
            .await
            .unwrap();
        assert_eq!(order.find().await.unwrap().unwrap(), found);
        order.seen_to(&told).await.unwrap();
        let seen = order.find().await.unwrap().unwrap();
        assert_eq!(seen.needs_person, None);
        let mut same = seen.clone();
        (same.needs_person, same.version) = (found.needs_person, found.version);
        assert_eq!(same.attempts, found.attempts);
        assert_eq!(
            (same.events, same.status()),
            (found.events, OrderStatus::NeedsPerson)
        );
        // A second press finds nothing to do.
        order.seen_to(&told).await.unwrap();
        assert_eq!(order.find().await.unwrap().unwrap(), seen);
        // The bank says the same again: no news.
        order.refresh().await.unwrap();
        assert_eq!(order.find().await.unwrap().unwrap().needs_person, None);
        // And then something else.
        stage.bank.refuse_next_command(GatewayErrorKind::Refused);
        order.approve().await.unwrap_err();
        let again = order.find().await.unwrap().unwrap().needs_person;
        assert!(again.is_some_and(|again| again != told));
        let none = stage.order("1002").seen_to(&told).await;
        assert!(matches!(none, Err(OrderError::NotFound)), "{none:?}");
    });
    let told = stage.told("1001");
    let told = told.iter().filter(|told| told.starts_with("needs_person"));
    assert_eq!(told.count(), 2);
}
