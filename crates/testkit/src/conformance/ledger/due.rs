use std::time::Duration;

use inbank_domain::EventKind;
use inbank_ports::{ClaimRequest, Delivered, ShopSlots};
use inbank_ports::{Due, Saved};

use super::scene::{Scene, found_after, key, main_shop, minutes, rest, tell};

pub(super) async fn order_is_due_in_as_long_as_written(scene: &Scene<'_>) {
    let order = scene.order("o-1");
    scene.written(&order, Due::In(minutes(5))).await;
    scene.pass(minutes(4)).await;
    assert!(scene.due().await.is_empty());
    scene.pass(minutes(2)).await;
    let claim = scene.claim_only().await;
    assert!(!claim.woken);
    // Also with the lease, which ends.
    let saved = scene.write(&claim.order, Some(claim.lease), Due::In(minutes(5)));
    found_after(&claim.order, saved.await);
    scene.pass(minutes(4)).await;
    assert!(scene.due().await.is_empty());
    scene.pass(minutes(2)).await;
    assert_eq!(scene.due().await, ["o-1"]);
}

pub(super) async fn earlier_due_time_stays(scene: &Scene<'_>) {
    for (name, first, second) in [("o-1", 5, 60), ("o-2", 60, 5)] {
        let order = scene.order(name);
        let order = scene.written(&order, Due::In(minutes(first))).await;
        let order = scene.written(&order, Due::In(minutes(second))).await;
        scene.written(&order, Due::Never).await;
    }
    scene.pass(minutes(4)).await;
    assert!(scene.due().await.is_empty());
    scene.pass(minutes(2)).await;
    assert_eq!(scene.due().await, ["o-1", "o-2"]);
}

pub(super) async fn order_may_never_be_due(scene: &Scene<'_>) {
    let order = scene.at_rest("o-1").await;
    scene.due_order("o-2").await;
    let claim = scene.claim_only().await;
    let saved = scene.write(&claim.order, Some(claim.lease), Due::Never);
    let after = found_after(&claim.order, saved.await);
    scene.pass(minutes(600_000)).await;
    assert!(scene.due().await.is_empty());
    // It may be leased by name, and be due later.
    assert_eq!(scene.claim_one("o-2").await.unwrap().order, after);
    scene.written(&order, Due::In(minutes(5))).await;
    scene.pass(minutes(6)).await;
    assert_eq!(scene.due().await, ["o-1"]);
}

pub(super) async fn order_may_be_due_at_once(scene: &Scene<'_>) {
    let order = scene.order("o-1");
    let order = scene.written(&order, Due::In(minutes(60))).await;
    scene.written(&order, Due::Now).await;
    let claim = scene.claim_only().await;
    assert!(claim.woken);
    // Also with the lease, which ends.
    let saved = scene.write(&claim.order, Some(claim.lease), Due::Now);
    found_after(&claim.order, saved.await);
    let claim = scene.claim_only().await;
    assert!(claim.woken);
    // The round ends that it was woken for.
    assert!(scene.release(&claim, rest(Some(Duration::ZERO))).await);
    assert!(!scene.claim_only().await.woken);
}

pub(super) async fn leased_write_keeps_the_lease(scene: &Scene<'_>) {
    scene.due_order("o-1").await;
    let claim = scene.claim_only().await;
    let saved = scene.write(&claim.order, Some(claim.lease), Due::Leased);
    let order = found_after(&claim.order, saved.await);
    assert!(scene.due().await.is_empty());
    assert!(scene.claim_one("o-1").await.is_none());
    let saved = scene.write(&order, Some(claim.lease), Due::Leased).await;
    let order = found_after(&order, saved);
    // What woke it meanwhile still counts when the lease ends.
    assert!(scene.ledger.wake(&order.key, scene.now()).await.unwrap());
    let saved = scene.write(&order, Some(claim.lease), Due::Leased).await;
    let order = found_after(&order, saved);
    let saved = scene.write(&order, Some(claim.lease), Due::Never).await;
    assert!(matches!(saved, Saved::Written(_)));
    assert!(scene.claim_only().await.woken);
}

pub(super) async fn no_wait_is_too_long(scene: &Scene<'_>) {
    let mut order = scene.order("o-1");
    tell(&mut order, EventKind::AwaitsMerchant, scene.now());
    let order = scene.written(&order, Due::In(Duration::MAX)).await;
    assert!(scene.due().await.is_empty());
    let claimed = scene
        .ledger
        .claim_one(&order.key, scene.now(), Duration::MAX)
        .await;
    let claim = claimed.unwrap().unwrap();
    assert!(scene.release(&claim, rest(Some(Duration::MAX))).await);
    assert!(scene.due().await.is_empty());
    let request = ClaimRequest {
        shops: vec![ShopSlots {
            shop: main_shop(),
            free: u32::MAX,
        }],
        lease: Duration::MAX,
        now: scene.now(),
    };
    assert!(scene.ledger.claim(&request).await.unwrap().is_empty());
    let deliveries = scene.ledger.claim_deliveries(&request).await.unwrap();
    let outcome = Delivered {
        up_to: None,
        put_aside: None,
        failures: 1,
        pause: Duration::MAX,
    };
    let delivered = scene.ledger.delivered(&deliveries[0], outcome, scene.now());
    assert!(delivered.await.unwrap());
    let deliveries = scene.ledger.claim_deliveries(&request).await.unwrap();
    assert_eq!(deliveries, []);
    assert!(
        scene
            .claim_one(key("o-1").reference.as_str())
            .await
            .is_some()
    );
}
