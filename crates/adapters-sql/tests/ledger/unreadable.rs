//! What a later version wrote, or what is damaged, is in nobody else's way.

use inbank_domain::EventKind;
use inbank_ports::{Claimed, Due, Ledger, LedgerErrorKind};

use crate::store::{LEASE, Store, callback, key, minute, order, request, shop, tell, written};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    a_callback_that_cannot_be_read_sets_its_own_order_aside,
    an_event_that_cannot_be_read_holds_up_its_own_order,
    a_feed_ends_before_an_event_that_cannot_be_read,
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

async fn an_event_that_cannot_be_read_holds_up_its_own_order(store: Store) {
    let ledger = store.connect().await;
    for name in ["o-1", "o-2", "o-3"] {
        let mut order = order(name);
        tell(&mut order, EventKind::AwaitsMerchant);
        tell(&mut order, EventKind::Paid { late: false });
        written(&ledger, order, Due::Never).await;
    }
    // One's first, another's second.
    store.execute(
        "UPDATE inbank_event SET kind = 'refinanced'
        WHERE (reference = 'o-1' AND number = 1) OR (reference = 'o-2' AND number = 2)",
    );
    let mut deliveries = ledger.claim_deliveries(&request(9)).await.unwrap();
    deliveries.sort_by_key(|delivery| delivery.key.clone());
    let given: Vec<_> = deliveries
        .iter()
        .map(|delivery| (delivery.key.clone(), delivery.events.len()))
        .collect();
    assert_eq!(given, [(key("o-2"), 1), (key("o-3"), 2)]);
    // It is tried again, in a while.
    assert_eq!(ledger.claim_deliveries(&request(9)).await.unwrap(), []);
    store.execute(
        "UPDATE inbank_event SET kind = 'terminated' WHERE reference = 'o-1' AND number = 1",
    );
    let mut later = request(9);
    later.now = minute(2 * 60);
    let deliveries = ledger.claim_deliveries(&later).await.unwrap();
    let again = deliveries
        .iter()
        .find(|delivery| delivery.key == key("o-1"));
    assert_eq!(again.unwrap().events.len(), 2);
}

async fn a_feed_ends_before_an_event_that_cannot_be_read(store: Store) {
    let ledger = store.connect().await;
    let mut order = order("o-1");
    for _ in 0..3 {
        tell(&mut order, EventKind::AwaitsMerchant);
    }
    written(&ledger, order, Due::Never).await;
    store.execute("UPDATE inbank_event SET kind = 'refinanced' WHERE number = 2");
    let feed = ledger.feed(&shop(), 0, 9).await.unwrap();
    assert_eq!(feed.events.len(), 1);
    let after = feed.events[0].position;
    let error = ledger.feed(&shop(), after, 9).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Unreadable);
    store.execute("UPDATE inbank_event SET kind = 'terminated' WHERE number = 2");
    let feed = ledger.feed(&shop(), after, 9).await.unwrap();
    assert_eq!(feed.events.len(), 2);
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
