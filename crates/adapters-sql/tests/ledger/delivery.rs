//! What is known of deliveries that were taken, and of those that wait.

use std::time::Duration;

use inbank_adapters_sql::{Resend, ServiceStore, WebhookOrigin, WebhookTarget};
use inbank_ports::Ledger as _;
use time::OffsetDateTime;

use crate::service::{Kept, TAKEN, again, entry, two_orders, with};
use crate::store::{Store, key, minute, shop};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    what_was_delivered_is_known_for_a_month_with_where_when_and_how,
    the_oldest_event_that_waits_is_known_also_while_none_is_taken_up,
    events_that_were_not_taken_up_wait_as_well,
];

async fn what_was_delivered_is_known_for_a_month_with_where_when_and_how(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(2)).await.unwrap();
    let due = kept.due(&webhook, minute(2)).await;
    let outcomes = vec![again(&due[0], Duration::from_secs(5))];
    kept.settle(&webhook, outcomes, minute(2)).await.unwrap();
    let outcomes = vec![with(&due[0], TAKEN)];
    kept.settle(&webhook, outcomes, minute(3)).await.unwrap();
    let of_order = async || kept.store.deliveries(&key("a"), minute(3)).await.unwrap();
    let [taken, waits] = &of_order().await[..] else {
        panic!("{:?}", of_order().await);
    };
    assert_eq!((taken.taken_at, taken.tries), (Some(minute(3)), 2));
    assert_eq!((taken.status, &taken.problem), (Some(204), &None));
    assert_eq!(taken.url.as_deref(), Some("https://shop.example/a"));
    assert_eq!((taken.due_at, taken.dead_at), (None, None));
    assert_eq!((waits.taken_at, &waits.url), (None, &None));
    let stands = kept.store.webhook(&shop(), minute(3)).await.unwrap();
    assert_eq!(stands.unwrap().waiting, 3);
    let failed = async || kept.store.failed_deliveries(&shop(), 9, minute(3)).await;
    assert_eq!(failed().await.unwrap(), []);
    // Sent again, it waits, and has not failed.
    let one = Resend::Between {
        from: minute(0),
        until: minute(1),
    };
    let by = entry("webhook.resend");
    kept.store
        .resend(&shop(), &one, &by, minute(3))
        .await
        .unwrap();
    assert_eq!(failed().await.unwrap(), []);
    let again = &of_order().await[0];
    assert_eq!((again.tries, again.status, again.taken_at), (0, None, None));
    let outcomes = due.iter().map(|due| with(due, TAKEN)).collect();
    kept.settle(&webhook, outcomes, minute(4)).await.unwrap();
    // Where it went is not known any more once the webhook goes elsewhere.
    let target = WebhookTarget {
        shop: shop(),
        origin: WebhookOrigin::Call,
        url: "https://shop.example/b".to_owned(),
        secrets: None,
    };
    let set = kept.store.set_webhook(&target, 0, None, minute(5));
    set.await.unwrap();
    assert_eq!(of_order().await[0].url, None);
    let prune = |at: OffsetDateTime| kept.store.prune(100, at);
    assert_eq!(prune(minute(4) + ServiceStore::TAKEN).await.unwrap(), 0);
    assert_eq!(prune(minute(5) + ServiceStore::TAKEN).await.unwrap(), 4);
    assert_eq!(of_order().await, []);
}

async fn the_oldest_event_that_waits_is_known_also_while_none_is_taken_up(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    let oldest = async |now: OffsetDateTime| {
        let measured = kept.store.measure_webhooks(now).await.unwrap();
        measured[0].oldest
    };
    assert_eq!(oldest(minute(5)).await, None);
    // They happened in the minute 0, and have no place in the feed, then one, and then they are taken up.
    two_orders(&kept.ledger).await;
    let five = Some(Duration::from_mins(5));
    assert_eq!(oldest(minute(5)).await, five);
    kept.ledger.feed(&shop(), 0, 100).await.unwrap();
    assert_eq!(oldest(minute(5)).await, five);
    let webhook = kept.claim(minute(5)).await.unwrap();
    let due = kept.due(&webhook, minute(5)).await;
    assert_eq!(oldest(minute(5)).await, five);
    let outcomes = due.iter().map(|due| with(due, TAKEN)).collect();
    kept.settle(&webhook, outcomes, minute(5)).await.unwrap();
    assert_eq!(oldest(minute(5)).await, None);
}

async fn events_that_were_not_taken_up_wait_as_well(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    let waits = async |now| {
        let webhook = kept.store.webhook(&shop(), now).await.unwrap();
        let of_order = kept.store.deliveries(&key("a"), now).await.unwrap();
        (webhook.unwrap().waiting, of_order)
    };
    assert_eq!(waits(minute(2)).await, (0, Vec::new()));
    two_orders(&kept.ledger).await;
    // Without a place in the feed, and with one.
    for _ in 0..2 {
        let (waiting, of_order) = waits(minute(2)).await;
        let numbers: Vec<_> = of_order.iter().map(|kept| kept.number).collect();
        assert_eq!((waiting, &*numbers), (4, &[1, 2][..]));
        let first = &of_order[0];
        assert_eq!((first.tries, first.tried_at), (0, None));
        assert_eq!((first.due_at, &first.url), (Some(minute(2)), &None));
        kept.ledger.feed(&shop(), 0, 100).await.unwrap();
    }
    let webhook = kept.claim(minute(3)).await.unwrap();
    let due = kept.due(&webhook, minute(3)).await;
    assert_eq!(waits(minute(3)).await.0, 4);
    let outcomes = due.iter().map(|due| with(due, TAKEN)).collect();
    kept.settle(&webhook, outcomes, minute(3)).await.unwrap();
    let (waiting, of_order) = waits(minute(3)).await;
    assert_eq!((waiting, of_order.len()), (0, 2));
    assert!(of_order.iter().all(|kept| kept.taken_at.is_some()));
}
