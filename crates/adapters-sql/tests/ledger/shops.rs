//! Shops that calls have added.

use inbank_adapters_sql::{KeptShop, WebhookOrigin};
use inbank_ports::AuditLog as _;

use crate::service::{AUDITED, Kept, entry};
use crate::store::{Store, minute, shop};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![shops_are_kept_and_changes_are_seen,];

async fn shops_are_kept_and_changes_are_seen(store: Store) {
    let kept = Kept::in_(&store).await;
    let revision = || kept.store.shops_revision(minute(1));
    assert_eq!(revision().await.unwrap(), 0);
    let mut outlet = KeptShop {
        name: shop(),
        settings: r#"{"region":"estonia"}"#.to_owned(),
        secrets: Some(vec![0, 1, 255]),
    };
    kept.store
        .set_shop(&outlet, &entry("shop.set"), minute(1))
        .await
        .unwrap();
    assert_eq!(kept.store.shops(minute(1)).await.unwrap(), [outlet.clone()]);
    let first = revision().await.unwrap();
    outlet.secrets = None;
    kept.store
        .set_shop(&outlet, &entry("shop.set"), minute(1))
        .await
        .unwrap();
    assert_eq!(kept.store.shops(minute(1)).await.unwrap(), [outlet]);
    assert!(revision().await.unwrap() > first);
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    let by = entry("shop.remove");
    assert!(
        kept.store
            .remove_shop(&shop(), &by, minute(1))
            .await
            .unwrap()
    );
    assert!(
        !kept
            .store
            .remove_shop(&shop(), &by, minute(1))
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
