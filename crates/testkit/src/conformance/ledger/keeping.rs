use inbank_domain::{Command, CommandStage, Decider, EventKind, Order, SessionId, StandingCommand};
use inbank_ports::{
    Delivered, Due, Feed, Kept, Listing, ReceivedCallback, Rest, Saved, ShopStatistics,
};

use super::scene::{
    Scene, attempt_id, key, main_shop, minutes, rest, second_shop, settle, slots, tell,
};

/// Writes an order with a settled command and one event, which is delivered.
async fn with_a_delivered_event(scene: &Scene<'_>, mut order: Order) -> Order {
    settle(&mut order, Command::Cancel, scene.now());
    tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    let order = scene.written(&order, Due::Never).await;
    let request = scene.request(vec![slots(order.key.shop.clone(), 9)]);
    for delivery in scene.ledger.claim_deliveries(&request).await.unwrap() {
        let outcome = Delivered {
            up_to: (delivery.key == order.key).then_some(order.events),
            put_aside: None,
            failures: 0,
            pause: minutes(0),
        };
        let delivered = scene.ledger.delivered(&delivery, outcome, scene.now());
        assert!(delivered.await.unwrap());
    }
    order
}

async fn kept(scene: &Scene<'_>) -> Vec<String> {
    let listed = scene.ledger.orders(&Listing::default()).await.unwrap();
    let names = listed.orders.iter();
    let mut names: Vec<_> = names.map(|o| o.key.reference.to_string()).collect();
    names.sort();
    names
}

/// Nothing is found of an order, by whichever way.
async fn assert_gone(scene: &Scene<'_>, name: &str) {
    let key = key(name);
    assert_eq!(scene.ledger.order(&key).await.unwrap(), None);
    assert_eq!(scene.ledger.events(&key).await.unwrap(), []);
    assert_eq!(scene.ledger.callbacks(&key).await.unwrap(), []);
    assert_eq!(scene.ledger.settled_commands(&key).await.unwrap(), []);
    let (shop, attempt) = (main_shop(), attempt_id(name, 1));
    let found = scene.ledger.order_of(&shop, &attempt).await.unwrap();
    assert_eq!(found, None);
    let feed = scene.ledger.feed(&main_shop(), 0, 100).await.unwrap();
    assert!(
        feed.events
            .iter()
            .all(|fed| fed.event.order != key.reference)
    );
    let again = scene.callback(name, "k-9");
    assert_eq!(scene.keep(&again).await, Kept::NoAttempt);
    assert!(scene.claim_one(name).await.is_none());
}

pub(super) async fn only_old_orders_that_are_over_are_forgotten(scene: &Scene<'_>) {
    for name in ["callback", "changed", "old"] {
        let order = scene.order_that_is_over(name);
        with_a_delivered_event(scene, order).await;
    }
    with_a_delivered_event(scene, scene.order("live")).await;
    let mut undelivered = scene.order_that_is_over("undelivered");
    tell(&mut undelivered, EventKind::AwaitsMerchant, scene.now());
    scene.written(&undelivered, Due::Never).await;
    scene.keep(&scene.callback("old", "k-1")).await;
    scene.pass(minutes(1000)).await;
    let changed = scene.found(&key("changed")).await;
    scene.written(&changed, Due::Never).await;
    scene.keep(&scene.callback("callback", "k-1")).await;
    let recent = scene.order_that_is_over("recent");
    with_a_delivered_event(scene, recent).await;
    let before = scene.now() - minutes(500);
    assert_eq!(scene.ledger.forget(before, 100).await.unwrap(), 1);
    assert_eq!(scene.ledger.forget(before, 100).await.unwrap(), 0);
    let left = ["callback", "changed", "live", "recent", "undelivered"];
    assert_eq!(kept(scene).await, left);
    assert_gone(scene, "old").await;
}

pub(super) async fn no_more_orders_are_forgotten_than_asked_for(scene: &Scene<'_>) {
    for name in ["o-1", "o-2", "o-3"] {
        let order = scene.order_that_is_over(name);
        with_a_delivered_event(scene, order).await;
    }
    scene.pass(minutes(10)).await;
    let before = scene.now() - minutes(5);
    assert_eq!(scene.ledger.forget(before, 2).await.unwrap(), 2);
    assert_eq!(kept(scene).await.len(), 1);
    assert_eq!(scene.ledger.forget(before, 2).await.unwrap(), 1);
    assert_eq!(kept(scene).await, [""; 0]);
    let feed = scene.ledger.feed(&main_shop(), 0, 100).await.unwrap();
    assert_eq!(feed, Feed::default());
}

pub(super) async fn erased_order_is_gone(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    let session = Some(SessionId::parse("s-1").unwrap());
    order.attempts[0].session.clone_from(&session);
    settle(&mut order, Command::Cancel, scene.now());
    tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    scene.written(&order, Due::Now).await;
    scene.at_rest("o-2").await;
    scene.keep(&scene.callback("o-1", "k-1")).await;
    let claim = scene.claim_only().await;
    assert!(scene.ledger.erase(&key("o-1"), None).await.unwrap());
    assert!(!scene.ledger.erase(&key("o-1"), None).await.unwrap());
    assert_gone(scene, "o-1").await;
    assert_eq!(kept(scene).await, ["o-2"]);
    // Whoever was at it brings nothing of it back.
    assert!(!scene.release(&claim, rest(Some(minutes(0)))).await);
    for lease in [Some(claim.lease), None] {
        let saved = scene.write(&claim.order, lease, Due::Now).await;
        assert!(!matches!(saved, Saved::Written(_)));
    }
    assert!(scene.due().await.is_empty());
    // What it had is free, also its name.
    let mut other = scene.order("o-3");
    other.attempts[0].session = session;
    scene.written(&other, Due::Never).await;
    let again = scene.at_rest("o-1").await;
    assert_eq!(scene.found(&key("o-1")).await, again);
    assert_eq!(scene.ledger.callbacks(&key("o-1")).await.unwrap(), []);
    let settled = scene.ledger.settled_commands(&key("o-1")).await;
    assert_eq!(settled.unwrap(), []);
}

pub(super) async fn order_that_moved_on_is_not_erased(scene: &Scene<'_>) {
    let read = scene.at_rest("o-1").await;
    let mut changed = read.clone();
    tell(&mut changed, EventKind::AwaitsMerchant, scene.now());
    scene.written(&changed, Due::Never).await;
    let erase = async |version| {
        scene
            .ledger
            .erase(&key("o-1"), Some(version))
            .await
            .unwrap()
    };
    assert!(!erase(read.version).await);
    let now = scene.found(&key("o-1")).await;
    assert_ne!(now.version, read.version);
    assert!(erase(now.version).await);
    assert_gone(scene, "o-1").await;
}

pub(super) async fn measures_count_what_waits(scene: &Scene<'_>) {
    let shops = [main_shop()];
    let measure = async || scene.ledger.measure(&shops, scene.now()).await.unwrap();
    let quiet = measure().await;
    assert_eq!((quiet.due, quiet.undelivered), (0, 0));
    assert_eq!((quiet.oldest_due, quiet.oldest_undelivered), (None, None));
    assert_eq!((quiet.aside, quiet.unclear), (0, 0));
    for name in ["leased", "aside"] {
        scene.due_order(name).await;
    }
    let put_aside = Rest {
        aside: true,
        ..rest(None)
    };
    for claim in scene.claim().await {
        if claim.order.key == key("aside") {
            assert!(scene.release(&claim, put_aside).await);
        }
    }
    for name in ["due", "due too"] {
        let mut order = scene.order(&name.replace(' ', "-"));
        for _ in 0..2 {
            tell(&mut order, EventKind::AwaitsMerchant, scene.now());
        }
        order.attempts[0].command = Some(StandingCommand {
            command: Command::Approve,
            by: Decider::Platform,
            stage: if name == "due" {
                CommandStage::Unclear
            } else {
                CommandStage::Acknowledged
            },
            wanted_at: scene.now(),
            sent_at: None,
            sends: 1,
            acknowledged_at: None,
        });
        scene.written(&order, Due::In(minutes(0))).await;
        scene.pass(minutes(4)).await;
    }
    let mut elsewhere = scene.order_of(second_shop(), "o-1");
    tell(&mut elsewhere, EventKind::AwaitsMerchant, scene.now());
    scene.written(&elsewhere, Due::Now).await;
    let measures = measure().await;
    assert_eq!((measures.due, measures.undelivered), (2, 4));
    assert_eq!((measures.aside, measures.unclear), (1, 1));
    let oldest = measures.oldest_due.unwrap();
    assert!((minutes(8)..minutes(10)).contains(&oldest), "{oldest:?}");
    // By when they happened, as the caller has said.
    assert!(measures.oldest_undelivered.unwrap() < minutes(10));
    let both = [main_shop(), second_shop()];
    let measures = scene.ledger.measure(&both, scene.now()).await.unwrap();
    assert_eq!((measures.due, measures.undelivered), (3, 5));
    let none = scene.ledger.measure(&[], scene.now()).await.unwrap();
    assert_eq!((none.due, none.undelivered), (0, 0));
}

pub(super) async fn shops_are_those_of_which_there_are_orders(scene: &Scene<'_>) {
    assert_eq!(scene.ledger.shops().await.unwrap(), []);
    for name in ["o-1", "o-2"] {
        scene.at_rest(name).await;
    }
    assert_eq!(scene.ledger.shops().await.unwrap(), [main_shop()]);
    let elsewhere = scene.order_of(second_shop(), "o-1");
    scene.written(&elsewhere, Due::Never).await;
    // One that can't be read is there all the same.
    scene.break_order(&elsewhere.key).await;
    let both = [main_shop(), second_shop()];
    assert_eq!(scene.ledger.shops().await.unwrap(), both);
    assert!(scene.ledger.erase(&elsewhere.key, None).await.unwrap());
    assert_eq!(scene.ledger.shops().await.unwrap(), [main_shop()]);
}

pub(super) async fn statistics_count_every_order(scene: &Scene<'_>) {
    let shops = [main_shop(), second_shop()];
    let none = scene.ledger.statistics(&shops, scene.now()).await.unwrap();
    assert_eq!(none, shops.clone().map(ShopStatistics::none));
    for name in ["o-1", "o-2", "o-3"] {
        scene.at_rest(name).await;
    }
    let mut declined = scene.order_that_is_over("o-4");
    declined.needs_person = Some("why".to_owned());
    scene.written(&declined, Due::Never).await;
    let elsewhere = scene.order_of(second_shop(), "o-1");
    scene.written(&elsewhere, Due::Never).await;
    // The first is leased when the second comes.
    for (name, ago) in [("o-1", 7), ("o-2", 5)] {
        let callback = ReceivedCallback {
            received_at: scene.now() - minutes(ago),
            ..scene.callback(name, "k-1")
        };
        assert_eq!(scene.keep(&callback).await, Kept::Written);
        if name == "o-1" {
            assert_eq!(scene.claim().await.len(), 1);
        }
    }
    let statistics = scene.ledger.statistics(&shops, scene.now()).await.unwrap();
    let [main, second] = &statistics[..] else {
        panic!("{statistics:?}");
    };
    assert_eq!((&main.shop, &second.shop), (&shops[0], &shops[1]));
    let counted = [("not_paid", 1), ("pending", 3)];
    assert_eq!(main.orders, counted.into());
    assert_eq!(second.orders, [("pending", 1)].into());
    assert_eq!((main.needs_person, second.needs_person), (1, 0));
    assert_eq!((main.callbacks, second.callbacks), (2, 0));
    let oldest = main.oldest_callback.unwrap();
    assert!((minutes(7)..minutes(9)).contains(&oldest), "{oldest:?}");
    let one = scene.ledger.statistics(&shops[1..], scene.now()).await;
    assert_eq!(one.unwrap(), statistics[1..]);
}
