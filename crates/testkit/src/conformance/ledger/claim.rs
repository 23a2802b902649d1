use std::time::Duration;

use futures::future::join_all;
use inbank_ports::{ClaimRequest, Due, Rest};

use super::scene::{
    LEASE, Scene, key, main_shop, minutes, names, readable, rest, second_shop, slots,
};

pub(super) async fn due_order_is_claimed_once(scene: &Scene<'_>) {
    let expected = ["o-1", "o-2", "o-3", "o-4", "o-5", "o-6"];
    for name in expected {
        scene.due_order(name).await;
    }
    let ledgers = scene.ledgers(4).await;
    let some = scene.request(vec![slots(main_shop(), 2)]);
    let claims = join_all(ledgers.iter().map(|ledger| ledger.claim(&some))).await;
    let mut claimed = Vec::new();
    for claims in claims {
        let claims = readable(claims.unwrap());
        assert!(claims.len() <= 2);
        claimed.extend(claims);
    }
    // Who looks at the same moment may pass by what another takes; it is still there afterwards.
    claimed.extend(scene.claim().await);
    assert_eq!(names(&claimed), expected);
    assert!(scene.due().await.is_empty());
}

pub(super) async fn claim_is_limited_per_shop(scene: &Scene<'_>) {
    for name in ["o-1", "o-2", "o-3"] {
        scene.due_order(name).await;
        let elsewhere = scene.order_of(second_shop(), name);
        scene.written(&elsewhere, Due::Now).await;
    }
    let claim = async |shops| {
        let claimed = scene.ledger.claim(&scene.request(shops)).await.unwrap();
        let claims = readable(claimed);
        let of = |shop| claims.iter().filter(|c| c.order.key.shop == shop).count();
        (of(main_shop()), of(second_shop()))
    };
    assert_eq!(claim(Vec::new()).await, (0, 0));
    assert_eq!(claim(vec![slots(second_shop(), 1)]).await, (0, 1));
    let both = vec![slots(main_shop(), 2), slots(second_shop(), 0)];
    assert_eq!(claim(both).await, (2, 0));
    let both = vec![slots(main_shop(), 9), slots(second_shop(), 9)];
    assert_eq!(claim(both).await, (1, 2));
}

pub(super) async fn longest_due_is_claimed_first(scene: &Scene<'_>) {
    for (name, due) in [("o-1", 3), ("o-2", 1), ("o-3", 2)] {
        let order = scene.order(name);
        scene.written(&order, Due::In(minutes(due))).await;
    }
    scene.pass(minutes(9)).await;
    for name in ["o-2", "o-3", "o-1"] {
        let one = scene.request(vec![slots(main_shop(), 1)]);
        let claims = readable(scene.ledger.claim(&one).await.unwrap());
        assert_eq!(names(&claims), [name]);
    }
}

pub(super) async fn lapsed_lease_passes_on(scene: &Scene<'_>) {
    scene.due_order("o-1").await;
    let first = scene.claim_only().await;
    scene.pass(LEASE / 2).await;
    assert!(scene.due().await.is_empty());
    scene.pass(LEASE).await;
    let second = scene.claim_only().await;
    assert!(second.lease > first.lease);
    assert_eq!(second.order, first.order);
    // Whoever had it can't end the other's.
    assert!(!scene.release(&first, rest(None)).await);
    assert!(scene.due().await.is_empty());
    assert!(scene.release(&second, rest(None)).await);
}

pub(super) async fn lapsed_lease_keeps_its_wake(scene: &Scene<'_>) {
    scene.at_rest("o-1").await;
    scene.at_rest("o-2").await;
    // Woken before the round that never ended, and during it.
    scene.ledger.wake(&key("o-1"), scene.now()).await.unwrap();
    assert!(scene.claim_one("o-2").await.is_some_and(|c| !c.woken));
    assert!(scene.claim_only().await.woken);
    scene.ledger.wake(&key("o-2"), scene.now()).await.unwrap();
    scene.pass(LEASE + minutes(1)).await;
    let claims = scene.claim().await;
    assert_eq!(claims.len(), 2);
    assert!(claims.iter().all(|claim| claim.woken));
}

pub(super) async fn lease_of_a_wrong_clock_passes_on(scene: &Scene<'_>) {
    scene.due_order("o-1").await;
    scene.at_rest("o-2").await;
    let ten_years_ahead = scene.now() + minutes(10 * 365 * 24 * 60);
    let request = ClaimRequest {
        now: ten_years_ahead,
        ..scene.any()
    };
    let claims = readable(scene.ledger.claim(&request).await.unwrap());
    assert_eq!(names(&claims), ["o-1"]);
    let second = key("o-2");
    let by_name = scene.ledger.claim_one(&second, ten_years_ahead, LEASE);
    assert!(by_name.await.unwrap().is_some());
    scene.pass(LEASE + minutes(1)).await;
    assert!(scene.claim_one("o-2").await.is_some());
    assert_eq!(scene.due().await, ["o-1"]);
    assert!(scene.due().await.is_empty());
}

pub(super) async fn claim_that_waited_takes_no_lease(scene: &Scene<'_>) {
    scene.due_order("o-1").await;
    scene.at_rest("o-2").await;
    let first = scene.claim_only().await;
    assert!(scene.claim_one("o-2").await.is_some());
    // Both calls looked at the clock before the leases were given, and get their turn after that.
    let looked = scene.now() - Duration::from_secs(20);
    let request = ClaimRequest {
        now: looked,
        ..scene.any()
    };
    assert!(scene.ledger.claim(&request).await.unwrap().is_empty());
    let second = key("o-2");
    let by_name = scene.ledger.claim_one(&second, looked, LEASE);
    assert!(by_name.await.unwrap().is_none());
    assert!(scene.release(&first, rest(None)).await);
}

pub(super) async fn order_is_claimed_by_name(scene: &Scene<'_>) {
    assert!(scene.claim_one("o-1").await.is_none());
    let order = scene.at_rest("o-1").await;
    let claim = scene.claim_one("o-1").await.unwrap();
    assert_eq!((&claim.order, claim.woken), (&order, false));
    assert!(scene.claim_one("o-1").await.is_none());
    assert!(scene.due().await.is_empty());
    scene.pass(LEASE + minutes(1)).await;
    let again = scene.claim_one("o-1").await.unwrap();
    assert!(again.lease > claim.lease);
    assert!(scene.release(&again, rest(None)).await);
    // What is due may be claimed by name, and is then not due.
    scene.ledger.wake(&order.key, scene.now()).await.unwrap();
    assert!(scene.claim_one("o-1").await.is_some_and(|c| c.woken));
    assert!(scene.due().await.is_empty());
}

pub(super) async fn order_is_claimed_by_one_of_many(scene: &Scene<'_>) {
    let key = scene.at_rest("o-1").await.key;
    let ledgers = scene.ledgers(8).await;
    let claims = ledgers
        .iter()
        .map(|ledger| ledger.claim_one(&key, scene.now(), LEASE));
    let claims = join_all(claims).await.into_iter().map(Result::unwrap);
    assert_eq!(claims.flatten().count(), 1);
}

pub(super) async fn released_order_is_due_as_told(scene: &Scene<'_>) {
    let order = scene.due_order("o-1").await;
    let claim = scene.claim_only().await;
    let again = Rest {
        failures: 2,
        ..rest(Some(minutes(5)))
    };
    assert!(scene.release(&claim, again).await);
    assert!(!scene.release(&claim, again).await, "it has ended");
    scene.pass(minutes(4)).await;
    assert!(scene.due().await.is_empty());
    scene.pass(minutes(2)).await;
    let claim = scene.claim_only().await;
    assert_eq!((claim.order.failures, claim.woken), (2, false));
    // Nothing else was written, so whoever had read it may write.
    assert_eq!(claim.order.version, order.version);
    assert_eq!(scene.found(&order.key).await, claim.order);
    assert!(scene.release(&claim, rest(None)).await);
    scene.pass(minutes(600_000)).await;
    assert!(scene.due().await.is_empty());
    assert_eq!(scene.found(&order.key).await, order);
}

pub(super) async fn order_is_put_aside_until_it_is_woken(scene: &Scene<'_>) {
    scene.due_order("o-1").await;
    let aside = async || {
        let measures = scene.ledger.measure(&[main_shop()], scene.now()).await;
        measures.unwrap().aside
    };
    let put_aside = Rest {
        failures: 9,
        aside: true,
        ..rest(None)
    };
    let claim = scene.claim_only().await;
    assert_eq!(aside().await, 0);
    assert!(scene.release(&claim, put_aside).await);
    assert_eq!(aside().await, 1);
    assert!(scene.due().await.is_empty());
    scene.ledger.wake(&key("o-1"), scene.now()).await.unwrap();
    assert_eq!(aside().await, 0);
    let claim = scene.claim_only().await;
    assert!(claim.woken);
    assert_eq!(claim.order.failures, 9);
    // Woken meanwhile it is due, whatever the round says.
    scene.ledger.wake(&key("o-1"), scene.now()).await.unwrap();
    assert!(scene.release(&claim, put_aside).await);
    assert_eq!(aside().await, 0);
    assert_eq!(scene.due().await, ["o-1"]);
}
