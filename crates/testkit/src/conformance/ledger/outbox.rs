use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::{join, join_all};
use inbank_domain::{EventKind, Order, OrderEvent, ShopName};
use inbank_ports::{Delivered, Delivery, Due, Ledger};

use super::scene::{LEASE, Scene, found_after, key, main_shop, minutes, second_shop, slots, tell};
use crate::runtime::yield_now;

/// With so many more events than it had.
async fn told(scene: &Scene<'_>, order: &Order, events: usize) -> Order {
    let mut order = order.clone();
    for _ in 0..events {
        tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    }
    scene.written(&order, Due::Never).await
}

async fn deliveries(scene: &Scene<'_>) -> Vec<Delivery> {
    scene.ledger.claim_deliveries(&scene.any()).await.unwrap()
}

/// The only one that waits.
async fn only(scene: &Scene<'_>) -> Delivery {
    let mut deliveries = deliveries(scene).await;
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    deliveries.remove(0)
}

fn numbers(events: &[OrderEvent]) -> Vec<u64> {
    events.iter().map(|event| event.number).collect()
}

const fn up_to(number: u64) -> Delivered {
    Delivered {
        up_to: Some(number),
        put_aside: None,
        failures: 0,
        pause: Duration::ZERO,
    }
}

async fn delivered(scene: &Scene<'_>, delivery: &Delivery, outcome: Delivered) -> bool {
    let delivered = scene.ledger.delivered(delivery, outcome, scene.now()).await;
    delivered.unwrap()
}

pub(super) async fn events_are_numbered_in_order(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    let anomaly = EventKind::NeedsPerson("on_hold, with \"quotes\"".to_owned());
    tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    let mut expected = order.news.clone();
    let mut order = scene.written(&order, Due::Never).await;
    tell(&mut order, anomaly, scene.now() + minutes(1));
    // Of the same moment, and of an earlier one by a clock that was put back.
    tell(&mut order, EventKind::Paid { late: false }, scene.now());
    expected.append(&mut order.news.clone());
    let order = scene.written(&order, Due::Never).await;
    assert_eq!(numbers(&expected), [1, 2, 3]);
    let events = scene.ledger.events(&order.key).await.unwrap();
    assert_eq!(events, expected);
    assert_eq!(only(scene).await.events, expected);
    let feed = scene.ledger.feed(&main_shop(), 0, 9).await.unwrap();
    let events: Vec<_> = feed.events.into_iter().map(|fed| fed.event).collect();
    assert_eq!(events, expected);
    assert_eq!(scene.ledger.events(&key("o-2")).await.unwrap(), []);
}

pub(super) async fn events_are_delivered_by_one(scene: &Scene<'_>) {
    let names = ["o-1", "o-2", "o-3", "o-4", "o-5", "o-6"];
    for name in names {
        told(scene, &scene.order(name), 2).await;
    }
    let ledgers = scene.ledgers(4).await;
    let some = scene.request(vec![slots(main_shop(), 2)]);
    let claims = ledgers.iter().map(|ledger| ledger.claim_deliveries(&some));
    let mut claimed = Vec::new();
    for deliveries in join_all(claims).await {
        let deliveries = deliveries.unwrap();
        assert!(deliveries.len() <= 2);
        claimed.extend(deliveries);
    }
    // Who looks at the same moment may pass by what another takes; it is still there afterwards.
    claimed.extend(deliveries(scene).await);
    let mut keys: Vec<_> = claimed
        .iter()
        .map(|delivery| delivery.key.clone())
        .collect();
    keys.sort();
    assert_eq!(keys, names.map(key));
    for delivery in &claimed {
        assert_eq!(numbers(&delivery.events), [1, 2]);
        assert_eq!(delivery.failures, 0);
    }
    assert_eq!(deliveries(scene).await, []);
    // Work on an order waits for no delivery of its events, and no delivery for work.
    assert!(scene.claim_one("o-1").await.is_some());
    let of_first = claimed.iter().find(|delivery| delivery.key == key("o-1"));
    assert!(delivered(scene, of_first.unwrap(), up_to(1)).await);
    assert_eq!(only(scene).await.key, key("o-1"));
    assert!(scene.claim_one("o-1").await.is_none());
}

pub(super) async fn deliveries_are_limited_per_shop(scene: &Scene<'_>) {
    for name in ["o-1", "o-2", "o-3"] {
        told(scene, &scene.order(name), 1).await;
        told(scene, &scene.order_of(second_shop(), name), 1).await;
    }
    let claim = async |shops| {
        let request = scene.request(shops);
        let claimed = scene.ledger.claim_deliveries(&request).await.unwrap();
        let of = |shop| claimed.iter().filter(|d| d.key.shop == shop).count();
        (of(main_shop()), of(second_shop()))
    };
    assert_eq!(claim(Vec::new()).await, (0, 0));
    assert_eq!(claim(vec![slots(second_shop(), 1)]).await, (0, 1));
    let both = vec![slots(main_shop(), 2), slots(second_shop(), 0)];
    assert_eq!(claim(both).await, (2, 0));
    let both = vec![slots(main_shop(), 9), slots(second_shop(), 9)];
    assert_eq!(claim(both).await, (1, 2));
}

pub(super) async fn undelivered_events_come_again(scene: &Scene<'_>) {
    scene.at_rest("o-0").await;
    told(scene, &scene.order("o-1"), 3).await;
    let first = only(scene).await;
    assert_eq!(numbers(&first.events), [1, 2, 3]);
    let paused = Delivered {
        failures: 4,
        pause: minutes(5),
        ..up_to(2)
    };
    assert!(delivered(scene, &first, paused).await);
    assert!(!delivered(scene, &first, up_to(3)).await, "it has ended");
    scene.pass(minutes(4)).await;
    assert_eq!(deliveries(scene).await, []);
    scene.pass(minutes(2)).await;
    let second = only(scene).await;
    assert!(second.lease > first.lease);
    assert_eq!((numbers(&second.events), second.failures), (vec![3], 4));
    // Nothing is delivered backwards, and none may be.
    assert!(delivered(scene, &second, up_to(1)).await);
    let third = only(scene).await;
    assert_eq!((numbers(&third.events), third.failures), (vec![3], 0));
    let none = Delivered {
        up_to: None,
        failures: 1,
        ..up_to(0)
    };
    assert!(delivered(scene, &third, none).await);
    let fourth = only(scene).await;
    assert_eq!((numbers(&fourth.events), fourth.failures), (vec![3], 1));
    assert!(delivered(scene, &fourth, up_to(3)).await);
    assert_eq!(deliveries(scene).await, []);
    // What was delivered is kept.
    let events = scene.ledger.events(&key("o-1")).await.unwrap();
    assert_eq!(numbers(&events), [1, 2, 3]);
}

pub(super) async fn event_during_a_delivery_is_not_overlooked(scene: &Scene<'_>) {
    let order = told(scene, &scene.order("o-1"), 1).await;
    let delivery = only(scene).await;
    told(scene, &order, 1).await;
    assert_eq!(deliveries(scene).await, []);
    assert!(delivered(scene, &delivery, up_to(1)).await);
    assert_eq!(numbers(&only(scene).await.events), [2]);
}

pub(super) async fn lapsed_delivery_passes_on(scene: &Scene<'_>) {
    told(scene, &scene.order("o-1"), 2).await;
    let first = only(scene).await;
    scene.pass(LEASE / 2).await;
    assert_eq!(deliveries(scene).await, []);
    scene.pass(LEASE).await;
    let second = only(scene).await;
    assert!(second.lease > first.lease);
    assert_eq!(second.events, first.events);
    assert!(!delivered(scene, &first, up_to(2)).await);
    assert_eq!(deliveries(scene).await, []);
    assert!(delivered(scene, &second, up_to(1)).await);
    assert_eq!(numbers(&only(scene).await.events), [2]);
}

pub(super) async fn refused_event_is_put_aside(scene: &Scene<'_>) {
    let order = told(scene, &scene.order("o-1"), 3).await;
    let delivery = only(scene).await;
    assert!(delivery.events.iter().all(|event| !event.follows_refused));
    let refused = Delivered {
        put_aside: Some(2),
        ..up_to(2)
    };
    assert!(delivered(scene, &delivery, refused).await);
    // Those after it follow, marked; also those that are yet to happen.
    let next = only(scene).await;
    assert_eq!(numbers(&next.events), [3]);
    assert!(next.events[0].follows_refused);
    assert!(delivered(scene, &next, up_to(3)).await);
    told(scene, &order, 1).await;
    let last = only(scene).await;
    assert_eq!(numbers(&last.events), [4]);
    assert!(last.events[0].follows_refused);
    let events = scene.ledger.events(&order.key).await.unwrap();
    let marked: Vec<_> = events.iter().map(|event| event.follows_refused).collect();
    assert_eq!(marked, [false, false, true, true]);
    // Another order's are not.
    told(scene, &scene.order("o-2"), 1).await;
    assert!(!only(scene).await.events[0].follows_refused);
}

pub(super) async fn unreadable_event_is_put_aside(scene: &Scene<'_>) {
    let order = told(scene, &scene.order("o-1"), 3).await;
    told(scene, &scene.order("o-2"), 1).await;
    scene.break_event(&order.key, 2).await;
    let mut both = deliveries(scene).await;
    both.sort_by_key(|delivery| delivery.key.clone());
    let [first, other] = &both[..] else {
        panic!("{both:?}")
    };
    assert_eq!(
        (numbers(&other.events), &other.unreadable),
        (vec![1], &None)
    );
    assert!(delivered(scene, other, up_to(1)).await);
    // Those before it are given as always, and it is named.
    assert_eq!(numbers(&first.events), [1]);
    let named = |delivery: &Delivery| {
        let unreadable = delivery.unreadable.as_ref().unwrap();
        (unreadable.key.clone(), unreadable.number)
    };
    assert_eq!(named(first), (key("o-1"), 2));
    let tried = Delivered {
        failures: 3,
        pause: minutes(5),
        ..up_to(1)
    };
    assert!(delivered(scene, first, tried).await);
    assert_eq!(deliveries(scene).await, []);
    scene.pass(minutes(6)).await;
    let again = only(scene).await;
    assert_eq!((numbers(&again.events), again.failures), (Vec::new(), 3));
    assert_eq!(named(&again), (key("o-1"), 2));
    let aside = Delivered {
        put_aside: Some(2),
        ..up_to(2)
    };
    assert!(delivered(scene, &again, aside).await);
    // The later ones follow, marked.
    let next = only(scene).await;
    assert_eq!((numbers(&next.events), &next.unreadable), (vec![3], &None));
    assert!(next.events[0].follows_refused);
    assert!(delivered(scene, &next, up_to(3)).await);
    assert_eq!(deliveries(scene).await, []);
}

pub(super) async fn unreadable_event_stops_no_feed(scene: &Scene<'_>) {
    let order = told(scene, &scene.order("o-1"), 3).await;
    told(scene, &scene.order("o-2"), 1).await;
    let shop = main_shop();
    let whole = scene.ledger.feed(&shop, 0, 9).await.unwrap();
    assert_eq!((whole.events.len(), whole.unreadable.len()), (4, 0));
    let broken = whole
        .events
        .iter()
        .find(|fed| fed.event.order == order.key.reference && fed.event.number == 2);
    let broken = broken.unwrap().position;
    scene.break_event(&order.key, 2).await;
    let readable = whole.events.iter().filter(|fed| fed.position != broken);
    let readable: Vec<_> = readable.cloned().collect();
    let feed = scene.ledger.feed(&shop, 0, 9).await.unwrap();
    assert_eq!(feed.events, readable);
    let [unreadable] = &feed.unreadable[..] else {
        panic!("{feed:?}")
    };
    assert_eq!((&unreadable.key, unreadable.number), (&order.key, 2));
    // Also for whoever reads one at a time, and goes on from the last.
    let (mut after, mut read) = (0, Vec::new());
    loop {
        let one = scene.ledger.feed(&shop, after, 1).await.unwrap();
        let Some(positioned) = one.events.into_iter().next() else {
            break;
        };
        after = positioned.position;
        read.push(positioned);
    }
    assert_eq!(read, readable);
}

const FED_ORDERS: usize = 12;
const FED_EVENTS: usize = 5;

pub(super) async fn feed_misses_no_event(scene: &Scene<'_>) {
    told(scene, &scene.order_of(second_shop(), "elsewhere"), 1).await;
    let writing = AtomicUsize::new(FED_ORDERS);
    let ledgers = scene.ledgers(FED_ORDERS + 1).await;
    let (reader, writers) = (&ledgers[0], &ledgers[1..]);
    let writers = join_all(writers.iter().enumerate().map(async |(n, ledger)| {
        let mut order = scene.order(&format!("o-{n}"));
        for _ in 0..FED_EVENTS {
            tell(&mut order, EventKind::AwaitsMerchant, scene.now());
            let write = scene.as_write(&order, None, Due::Never);
            let saved = ledger.write(write).await.unwrap();
            order = found_after(&order, saved);
            yield_now().await;
        }
        writing.fetch_sub(1, Ordering::SeqCst);
    }));
    let shop = main_shop();
    let reader = read_on(reader.as_ref(), &shop, &writing);
    let (read, _) = join(reader, writers).await;
    let mut ids: Vec<String> = read.iter().map(OrderEvent::id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(read.len(), FED_ORDERS * FED_EVENTS);
    assert_eq!(ids.len(), read.len(), "none comes twice");
    assert!(read.iter().all(|event| event.shop == main_shop()));
    for n in 0..FED_ORDERS {
        let key = key(&format!("o-{n}"));
        let of_order = read.iter().filter(|event| event.order == key.reference);
        let of_order: Vec<OrderEvent> = of_order.cloned().collect();
        assert_eq!(numbers(&of_order), [1, 2, 3, 4, 5]);
    }
    // Read in one go, it is the same.
    let feed = scene.ledger.feed(&main_shop(), 0, 1000).await.unwrap();
    let events: Vec<_> = feed.events.into_iter().map(|fed| fed.event).collect();
    assert_eq!(events, read);
}

/// Reads on from the last position until nobody writes any more and nothing is left.
async fn read_on(ledger: &dyn Ledger, shop: &ShopName, writing: &AtomicUsize) -> Vec<OrderEvent> {
    let mut read = Vec::new();
    let mut last = 0;
    loop {
        let done = writing.load(Ordering::SeqCst) == 0;
        let feed = ledger.feed(shop, last, 7).await.unwrap();
        assert!(feed.events.len() <= 7);
        if done && feed.events.is_empty() {
            return read;
        }
        for fed in feed.events {
            assert!(fed.position > last, "positions grow");
            last = fed.position;
            read.push(fed.event);
        }
        yield_now().await;
    }
}
