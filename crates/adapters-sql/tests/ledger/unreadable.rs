//! What a later version wrote, or what is damaged, is in nobody else's way.

use inbank_domain::EventKind;
use inbank_ports::{Claimed, Delivered, Due, Ledger, LedgerErrorKind};

use crate::store::{LEASE, Store, callback, key, minute, order, request, shop, tell, written};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    a_callback_that_cannot_be_read_sets_its_own_order_aside,
    a_damaged_column_of_an_event_is_that_events_alone,
    an_event_that_is_missing_is_named_as_unreadable,
    a_damaged_column_of_any_kind_is_that_orders_alone,
];

async fn a_callback_that_cannot_be_read_sets_its_own_order_aside(store: Store) {
    let ledger = store.connect().await;
    for name in ["o-1", "o-2"] {
        written(&ledger, order(name), Due::Never).await;
        ledger.keep(&callback(name, "k-1")).await.unwrap();
    }
    store.execute("UPDATE inbank_callback SET subject_kind = 'parcel' WHERE reference = 'o-1'");
    let mut claimed = ledger.claim(&request(9)).await.unwrap();
    claimed.sort_by_key(|claimed| match claimed {
        Claimed::Order(claim) => claim.order.key.clone(),
        Claimed::Unreadable { key, .. } => key.clone(),
    });
    let [Claimed::Unreadable { key: bad, .. }, Claimed::Order(good)] = &claimed[..] else {
        panic!("{claimed:?}")
    };
    assert_eq!((bad, &good.order.key), (&key("o-1"), &key("o-2")));
    let error = ledger.callbacks(&key("o-1")).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Unreadable);
}

/// An order with so many events.
async fn told(ledger: &dyn Ledger, name: &str, events: usize) {
    let mut order = order(name);
    for _ in 0..events {
        tell(&mut order, EventKind::AwaitsMerchant);
    }
    written(ledger, order, Due::Never).await;
}

async fn a_damaged_column_of_an_event_is_that_events_alone(store: Store) {
    let ledger = store.connect().await;
    let damages = [
        "attempt = -1",
        "attempt_id = 'a/b'",
        "kind = 'refinanced'",
        "amount = '1'",
        "amount = 'much', currency = 'EUR'",
        "occurred_at = 9000000000000000000",
    ];
    told(&ledger, "good", 3).await;
    for (n, damage) in damages.iter().enumerate() {
        let name = format!("bad-{n}");
        told(&ledger, &name, 3).await;
        store.execute(&format!(
            "UPDATE inbank_event SET {damage} WHERE reference = '{name}' AND number = 2"
        ));
        let error = ledger.events(&key(&name)).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::Unreadable, "{damage}");
    }
    let deliveries = ledger.claim_deliveries(&request(99)).await.unwrap();
    assert_eq!(deliveries.len(), damages.len() + 1);
    for delivery in deliveries {
        let unreadable = delivery.unreadable.map(|event| (event.key, event.number));
        if delivery.key == key("good") {
            assert_eq!((delivery.events.len(), unreadable), (3, None));
        } else {
            let named = Some((delivery.key.clone(), 2));
            assert_eq!((delivery.events.len(), unreadable), (1, named));
        }
    }
    for limit in [1, 2, 99] {
        let (mut after, mut read) = (0, 0);
        loop {
            let feed = ledger.feed(&shop(), after, limit).await.unwrap();
            let Some(last) = feed.events.last() else {
                break;
            };
            after = last.position;
            read += feed.events.len();
        }
        assert_eq!(read, 3 + 2 * damages.len(), "{limit} at a time");
    }
}

async fn an_event_that_is_missing_is_named_as_unreadable(store: Store) {
    let ledger = store.connect().await;
    told(&ledger, "o-1", 1).await;
    store.execute("DELETE FROM inbank_event");
    let delivery = ledger
        .claim_deliveries(&request(9))
        .await
        .unwrap()
        .remove(0);
    let unreadable = delivery.unreadable.clone().map(|event| event.number);
    assert_eq!((delivery.events.len(), unreadable), (0, Some(1)));
    let aside = Delivered {
        up_to: Some(1),
        put_aside: Some(1),
        failures: 0,
        pause: std::time::Duration::ZERO,
    };
    assert!(ledger.delivered(&delivery, aside, minute(1)).await.unwrap());
    assert_eq!(ledger.claim_deliveries(&request(9)).await.unwrap(), []);
}

async fn a_damaged_column_of_any_kind_is_that_orders_alone(store: Store) {
    let ledger = store.connect().await;
    let damages = [
        "UPDATE inbank_order SET paid_by = -1",
        "UPDATE inbank_order SET opened_at = 9000000000000000000",
        "UPDATE inbank_order SET failures = 5000000000",
        "UPDATE inbank_attempt SET id = 'a/b'",
        "UPDATE inbank_attempt SET kind = 'gift'",
        "UPDATE inbank_attempt SET product = ''",
        "UPDATE inbank_attempt SET amount = '1'",
        "UPDATE inbank_attempt SET amount = 'much', currency = 'EUR'",
        "UPDATE inbank_attempt SET period = 0",
        "UPDATE inbank_attempt SET fingerprint = 'thumb'",
        "UPDATE inbank_attempt SET state = 'refinanced'",
        "UPDATE inbank_attempt SET opening = 'sent', opening_until = NULL",
        "UPDATE inbank_attempt SET redirect_url = 'mailto:x'",
        "UPDATE inbank_attempt SET command = 'pay'",
        "UPDATE inbank_attempt SET command = 'cancel', command_by = 'somebody'",
        "UPDATE inbank_attempt SET news_at = -9000000000000000000",
    ];
    written(&ledger, order("good"), Due::Now).await;
    for (n, damage) in damages.iter().enumerate() {
        let name = format!("bad-{n}");
        written(&ledger, order(&name), Due::Now).await;
        store.execute(&format!("{damage} WHERE reference = '{name}'"));
        let error = ledger.order(&key(&name)).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::Unreadable, "{damage}");
        let bad = key(&name);
        let by_name = ledger.claim_one(&bad, minute(1), LEASE);
        let error = by_name.await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::Unreadable, "{damage}");
    }
    let listed = ledger.orders(&inbank_ports::Listing::default()).await;
    let listed = listed.unwrap();
    assert_eq!(
        (listed.orders.len(), listed.unreadable.len()),
        (1, damages.len())
    );
    let claimed = ledger.claim(&request(99)).await.unwrap();
    let readable = claimed
        .iter()
        .filter(|claimed| matches!(claimed, Claimed::Order(_)));
    assert_eq!((readable.count(), claimed.len()), (1, damages.len() + 1));
}
