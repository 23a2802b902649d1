//! Shops that calls have added.

use inbank_adapters_sql::{KeptShop, Replaces, WebhookOrigin};
use inbank_ports::AuditLog as _;

use crate::service::{AUDITED, Kept, entry};
use crate::store::{Store, minute, shop};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    shops_are_kept_and_changes_are_seen,
    a_shop_takes_the_place_of_what_it_is_said_to_alone,
];

async fn shops_are_kept_and_changes_are_seen(store: Store) {
    let kept = Kept::in_(&store).await;
    let revision = || kept.store.shops_revision(minute(1));
    assert_eq!(revision().await.unwrap(), 0);
    let mut outlet = KeptShop {
        name: shop(),
        settings: r#"{"region":"estonia"}"#.to_owned(),
        secrets: Some(vec![0, 1, 255]),
    };
    let set = async |shop: &KeptShop| {
        let by = entry("shop.set");
        let set = kept
            .store
            .set_shop(shop, Replaces::Whatever, &by, minute(1));
        assert!(set.await.unwrap());
    };
    set(&outlet).await;
    assert_eq!(kept.store.shops(minute(1)).await.unwrap(), [outlet.clone()]);
    let first = revision().await.unwrap();
    outlet.secrets = None;
    set(&outlet).await;
    assert_eq!(kept.store.shops(minute(1)).await.unwrap(), [outlet]);
    assert!(revision().await.unwrap() > first);
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    let by = entry("shop.remove");
    assert!(
        kept.store
            .remove_shop(&shop(), None, &by, minute(1))
            .await
            .unwrap()
    );
    assert!(
        !kept
            .store
            .remove_shop(&shop(), None, &by, minute(1))
            .await
            .unwrap()
    );
    assert!(kept.store.shops(minute(1)).await.unwrap().is_empty());
    assert_eq!(kept.store.webhook(&shop(), minute(1)).await.unwrap(), None);
    // The ledger's own log is the same.
    let audited = kept.ledger.records(&AUDITED).await.unwrap();
    let whats: Vec<_> = audited
        .iter()
        .map(|record| record.entry.what.as_str())
        .collect();
    assert_eq!(whats, ["shop.remove", "shop.set", "shop.set"]);
    assert_eq!(kept.store.records(&AUDITED).await.unwrap(), audited);
}

async fn a_shop_takes_the_place_of_what_it_is_said_to_alone(store: Store) {
    let kept = Kept::in_(&store).await;
    let with = |secrets: Option<&[u8]>| KeptShop {
        name: shop(),
        settings: r#"{"region":"estonia"}"#.to_owned(),
        secrets: secrets.map(<[u8]>::to_vec),
    };
    let (first, second, elsewhere) = (with(Some(&[1])), with(Some(&[2])), with(None));
    let moved = KeptShop {
        settings: "{}".to_owned(),
        ..first.clone()
    };
    let by = entry("shop.keys");
    let set = async |shop: &KeptShop, replaces| {
        let set = kept.store.set_shop(shop, replaces, &by, minute(1));
        set.await.unwrap()
    };
    assert!(!set(&second, Replaces::This(&first)).await, "there is none");
    assert!(set(&first, Replaces::Nothing).await);
    assert!(!set(&second, Replaces::Nothing).await);
    let revision = kept.store.shops_revision(minute(1)).await.unwrap();
    for former in [&second, &elsewhere, &moved] {
        assert!(!set(&second, Replaces::This(former)).await, "{former:?}");
    }
    assert_eq!(
        kept.store.shops(minute(1)).await.unwrap(),
        std::slice::from_ref(&first)
    );
    assert_eq!(
        kept.store.shops_revision(minute(1)).await.unwrap(),
        revision
    );
    assert!(set(&elsewhere, Replaces::This(&first)).await);
    assert!(!set(&first, Replaces::This(&first)).await);
    assert!(set(&second, Replaces::This(&elsewhere)).await);
    let remove = async |seen: &KeptShop| {
        let remove = kept
            .store
            .remove_shop(&seen.name, Some(seen), &by, minute(1));
        remove.await.unwrap()
    };
    assert!(!remove(&first).await && !remove(&elsewhere).await);
    assert_eq!(
        kept.store.shops(minute(1)).await.unwrap(),
        std::slice::from_ref(&second)
    );
    assert!(remove(&second).await);
    let audited = kept.ledger.records(&AUDITED).await.unwrap();
    assert_eq!(audited.len(), 4, "who was refused has changed nothing");
}
