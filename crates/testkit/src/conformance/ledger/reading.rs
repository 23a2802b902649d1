use std::cmp::Reverse;

use inbank_domain::{
    AttemptId, AttemptState, NotPaid, Order, OrderKey, OrderReference, OrderStatus,
};
use inbank_ports::{Claimed, Due, LedgerErrorKind, Listing, Rest};

use super::scene::{Scene, attempt, attempt_id, key, main_shop, minutes, rest, second_shop, slots};

pub(super) async fn order_is_found_by_its_attempt(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    order.attempts.push(attempt("o-1", 2, scene.now()));
    scene.written(&order, Due::Never).await;
    let elsewhere = scene.order_of(second_shop(), "o-2");
    scene.written(&elsewhere, Due::Never).await;
    let order_of = async |shop, attempt: &AttemptId| {
        let reference = scene.ledger.order_of(&shop, attempt).await.unwrap();
        reference.map(|reference: OrderReference| reference.to_string())
    };
    for number in [1, 2] {
        let found = order_of(main_shop(), &attempt_id("o-1", number)).await;
        assert_eq!(found.as_deref(), Some("o-1"));
    }
    let found = order_of(second_shop(), &attempt_id("o-2", 1)).await;
    assert_eq!(found.as_deref(), Some("o-2"));
    assert_eq!(order_of(main_shop(), &attempt_id("o-1", 3)).await, None);
    assert_eq!(order_of(main_shop(), &attempt_id("o-2", 1)).await, None);
}

async fn listed(scene: &Scene<'_>, listing: &Listing) -> Vec<String> {
    let listed = scene.ledger.orders(listing).await.unwrap();
    assert_eq!(listed.unreadable, []);
    let orders = listed.orders.iter();
    orders.map(|order| order.key.to_string()).collect()
}

pub(super) async fn orders_are_listed_by_shop_and_reference(scene: &Scene<'_>) {
    let opened = scene.now();
    let later = |order: Order, by| Order {
        opened_at: opened + minutes(by),
        ..order
    };
    for (by, name) in [(3, "o-3"), (1, "o-1"), (2, "o-2")] {
        let order = later(scene.order(name), by);
        scene.written(&order, Due::Never).await;
    }
    let elsewhere = later(scene.order_of(second_shop(), "o-1"), 9);
    scene.written(&elsewhere, Due::Never).await;
    let mut listing = Listing::default();
    let all = ["second/o-1", "main/o-3", "main/o-2", "main/o-1"];
    assert_eq!(listed(scene, &listing).await, all);
    listing.limit = Some(2);
    assert_eq!(listed(scene, &listing).await, all[..2]);
    listing.shops = Some(vec![main_shop()]);
    assert_eq!(listed(scene, &listing).await, all[1..3]);
    listing.opened_before = Some(opened + minutes(3));
    assert_eq!(listed(scene, &listing).await, all[2..]);
    listing.reference = Some(key("o-1").reference);
    assert_eq!(listed(scene, &listing).await, all[3..]);
    listing.shops = Some(Vec::new());
    assert_eq!(listed(scene, &listing).await, [""; 0], "of no shop");
    listing.shops = Some(vec![main_shop(), second_shop()]);
    let both = listed(scene, &listing).await;
    assert_eq!(both, [all[3]], "the other was opened later");
    listing.shops = None;
    listing.opened_before = None;
    assert_eq!(listed(scene, &listing).await, [all[0], all[3]]);
    listing.opened_from = Some(opened + minutes(2));
    assert_eq!(listed(scene, &listing).await, all[..1]);
    listing.reference = None;
    assert_eq!(listed(scene, &listing).await, all[..2], "a limit of two");
    listing.limit = None;
    assert_eq!(listed(scene, &listing).await, all[..3]);
    listing.shops = Some(vec![main_shop()]);
    listing.opened_before = Some(opened + minutes(3));
    assert_eq!(listed(scene, &listing).await, all[2..3]);
    listing.statuses = vec![OrderStatus::Pending];
    assert_eq!(listed(scene, &listing).await, all[2..3]);
}

pub(super) async fn orders_are_listed_by_status(scene: &Scene<'_>) {
    let opened = scene.now();
    let stands = async |name: &str, shop, by, state: AttemptState| {
        let mut order = scene.order_of(shop, name);
        order.opened_at = opened + minutes(by);
        order.attempts[0].state = state;
        scene.written(&order, Due::Never).await
    };
    stands("o-1", main_shop(), 1, AttemptState::Pending).await;
    stands("o-2", main_shop(), 2, AttemptState::Declined).await;
    stands("o-3", second_shop(), 3, AttemptState::Cancelled).await;
    let mut granted = stands("o-4", main_shop(), 4, AttemptState::Granted).await;
    let not_paid = OrderStatus::NotPaid(NotPaid::Expired);
    let mut listing = Listing {
        statuses: vec![not_paid],
        ..Listing::default()
    };
    assert_eq!(listed(scene, &listing).await, ["second/o-3", "main/o-2"]);
    listing.shops = Some(vec![main_shop()]);
    assert_eq!(listed(scene, &listing).await, ["main/o-2"]);
    listing.statuses = vec![not_paid, OrderStatus::AwaitsMerchant];
    assert_eq!(listed(scene, &listing).await, ["main/o-4", "main/o-2"]);
    granted.attempts[0].state = AttemptState::Declined;
    granted.needs_person = Some("why".to_owned());
    scene.written(&granted, Due::Never).await;
    listing.statuses = vec![not_paid];
    assert_eq!(listed(scene, &listing).await, ["main/o-4", "main/o-2"]);
    listing.needs_person = true;
    assert_eq!(listed(scene, &listing).await, ["main/o-4"]);
    listing.statuses = vec![OrderStatus::AwaitsMerchant];
    assert_eq!(listed(scene, &listing).await, [""; 0]);
}

pub(super) async fn orders_are_listed_page_by_page(scene: &Scene<'_>) {
    let opened = scene.now();
    let mut all = Vec::new();
    // Two of each moment in a shop, so that the name decides as well.
    for n in 0..6 {
        for shop in [main_shop(), second_shop()] {
            let mut order = scene.order_of(shop, &format!("o-{n}"));
            order.opened_at = opened + minutes(n / 2);
            order.attempts[0].state = if n == 3 {
                AttemptState::Declined
            } else {
                AttemptState::Pending
            };
            all.push(scene.written(&order, Due::Never).await);
        }
    }
    all.sort_by_key(|order| (Reverse(order.opened_at), order.key.clone()));
    let of = |statuses: Vec<OrderStatus>, shops| Listing {
        statuses,
        shops,
        limit: Some(2),
        ..Listing::default()
    };
    let both = Some(vec![main_shop(), second_shop()]);
    for mut listing in [
        of(Vec::new(), None),
        of(Vec::new(), both.clone()),
        of(vec![OrderStatus::Pending], None),
        of(vec![OrderStatus::Pending], both),
        of(vec![OrderStatus::Pending], Some(vec![second_shop()])),
    ] {
        let is_wanted = |order: &&Order| {
            let status = order.status();
            let shops = listing.shops.as_ref();
            (listing.statuses.is_empty() || listing.statuses.contains(&status))
                && shops.is_none_or(|shops| shops.contains(&order.key.shop))
        };
        let wanted = all.iter().filter(is_wanted).map(|order| &order.key);
        let wanted: Vec<OrderKey> = wanted.cloned().collect();
        let mut read = Vec::new();
        loop {
            let page = scene.ledger.orders(&listing).await.unwrap();
            assert!(page.orders.len() <= 2);
            read.extend(page.orders.into_iter().map(|order| order.key));
            listing.after = page.next;
            if listing.after.is_none() {
                break;
            }
        }
        assert_eq!(read, wanted, "{:?} {:?}", listing.statuses, listing.shops);
    }
}

pub(super) async fn orders_for_a_person_are_listed(scene: &Scene<'_>) {
    scene.at_rest("o-1").await;
    let mut order = scene.order("o-2");
    order.needs_person = Some("why".to_owned());
    let mut order = scene.written(&order, Due::Never).await;
    let listing = Listing {
        needs_person: true,
        ..Listing::default()
    };
    assert_eq!(listed(scene, &listing).await, ["main/o-2"]);
    order.needs_person = None;
    scene.written(&order, Due::Never).await;
    assert_eq!(listed(scene, &listing).await, [""; 0]);
}

pub(super) async fn unreadable_order_hides_no_other(scene: &Scene<'_>) {
    for name in ["o-1", "o-2", "o-3"] {
        scene.due_order(name).await;
    }
    scene.break_order(&key("o-2")).await;
    let error = scene.ledger.order(&key("o-2")).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Unreadable);
    scene.found(&key("o-1")).await;
    let listed = scene.ledger.orders(&Listing::default()).await.unwrap();
    assert_eq!(listed.orders.len(), 2);
    assert_eq!(listed.unreadable, [key("o-2")]);
    let claimed = scene.ledger.claim(&scene.any()).await.unwrap();
    let mut readable = Vec::new();
    let mut unreadable = Vec::new();
    for claimed in claimed {
        match claimed {
            Claimed::Order(claim) => readable.push(claim.order.key),
            Claimed::Unreadable { key, error, .. } => {
                assert_eq!(error.kind(), LedgerErrorKind::Unreadable);
                unreadable.push(key);
            }
        }
    }
    readable.sort();
    assert_eq!(readable, [key("o-1"), key("o-3")]);
    assert_eq!(unreadable, [key("o-2")]);
    assert!(scene.claim_one("o-2").await.is_none(), "it is leased");
}

pub(super) async fn unreadable_order_is_put_aside(scene: &Scene<'_>) {
    let broken = scene.due_order("o-1").await.key;
    scene.break_order(&broken).await;
    let claim = async || {
        let request = scene.request(vec![slots(main_shop(), 1)]);
        let mut claimed = scene.ledger.claim(&request).await.unwrap();
        claimed.pop().map(|claimed| match claimed {
            Claimed::Order(claim) => panic!("{} can be read", claim.order.key),
            Claimed::Unreadable {
                key,
                lease,
                failures,
                ..
            } => {
                assert_eq!(key, OrderKey::clone(&broken));
                (lease, failures)
            }
        })
    };
    let release = async |lease, rest| {
        let released = scene.ledger.release(&broken, lease, rest, scene.now());
        assert!(released.await.unwrap());
    };
    let (lease, failures) = claim().await.unwrap();
    assert_eq!(failures, 0);
    let again = Rest {
        failures: 3,
        ..rest(Some(minutes(5)))
    };
    release(lease, again).await;
    assert_eq!(claim().await, None);
    scene.pass(minutes(6)).await;
    let (lease, failures) = claim().await.unwrap();
    assert_eq!(failures, 3);
    let aside = Rest {
        failures: 4,
        aside: true,
        ..rest(None)
    };
    release(lease, aside).await;
    scene.pass(minutes(600)).await;
    assert_eq!(claim().await, None);
    let measures = scene.ledger.measure(&[main_shop()], scene.now()).await;
    assert_eq!(measures.unwrap().aside, 1);
}
