//! How the server finds what a statement names: a plan that reads a table whole answers correctly, and slower with every order.

use std::time::Duration;

use futures::future::join_all;
use inbank_adapters_sql::SqlLedger;
use inbank_domain::{EventKind, NotPaid, OrderReference, OrderStatus, ShopName};
use inbank_ports::{
    AuditLog as _, AuditQuery, Delivered, Due, Kept, Ledger as _, Listing, Saved, Write,
};
use inbank_testkit::Postgres;
use time::OffsetDateTime;

use crate::store::{Store, callback, claim, minute, order, release, request, shop, tell, written};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    what_is_done_among_many_orders_that_have_ended_reads_none_of_them,
    a_page_of_a_list_reads_little_more_than_it_shows,
    a_page_of_events_or_records_reads_little_more_than_it_shows,
];

/// Fewer than these the server reads whole, and is right to.
const ENDED: u32 = 12_000;

/// Orders that have ended, each with its attempt, two callbacks and an event that was told, as months leave them.
const FILL: &str = "
    INSERT INTO inbank_order (shop, reference, version, opened_at, is_over, touched_at, lease, woken, woken_again, failures, aside,
        events, delivered, outbox_lease, outbox_failures, status)
    SELECT 'main', 'old-' || n, 4, n, 1, 1, 3, 0, 0, 0, 0, 1, 1, 1, 0, 'not_paid' FROM generate_series(1, @ended) AS n;
    INSERT INTO inbank_attempt SELECT (jsonb_populate_record(a, jsonb_build_object(
            'reference', 'old-' || n, 'id', 'old-' || n || '-1', 'session', 'old-' || n))).*
        FROM inbank_attempt AS a CROSS JOIN generate_series(1, @ended) AS n WHERE a.reference = 'first';
    INSERT INTO inbank_callback
            (shop, reference, key, attempt, status, content, received_at, worked_on)
        SELECT 'main', 'old-' || n, 'k-' || k, 'old-' || n || '-1', 'completed', '', 1, 1
        FROM generate_series(1, @ended) AS n CROSS JOIN generate_series(1, 2) AS k;
    INSERT INTO inbank_event (shop, reference, number, attempt, attempt_id, kind, occurred_at)
        SELECT 'main', 'old-' || n, 1, 1, 'old-' || n || '-1', 'awaits_merchant', 1 FROM generate_series(1, @ended) AS n;
    ANALYZE";

async fn what_is_done_among_many_orders_that_have_ended_reads_none_of_them(store: Store) {
    let ledger = store.connect().await;
    written(&ledger, order("first"), Due::Never).await;
    drop(ledger);
    store.execute(&FILL.replace("@ended", &ENDED.to_string()));
    let before = rows_of_tables_read_whole(&store);
    let ledger = store.connect().await;
    // A session plans a statement five times for what it is given, and then once for all.
    for round in 0..8 {
        for several in [1, 16] {
            let names = (0..several).map(|n| format!("o-{round}-{several}-{n}"));
            from_opened_to_told(&ledger, &names.collect::<Vec<_>>()).await;
        }
    }
    drop(ledger);
    let read = rows_of_tables_read_whole(&store) - before;
    assert!(
        read < 100,
        "{read} rows of orders that have ended were read"
    );
}

async fn a_page_of_a_list_reads_little_more_than_it_shows(store: Store) {
    let ledger = store.connect().await;
    written(&ledger, order("first"), Due::Never).await;
    drop(ledger);
    store.execute(&FILL.replace("@ended", &ENDED.to_string()));
    let before = rows_read(&store);
    let ledger = store.connect().await;
    let (own, no_such) = (vec![shop()], ShopName::parse("none").unwrap());
    let not_paid = OrderStatus::NotPaid(NotPaid::Declined);
    let mut pages = 0;
    for shops in [None, Some(own.clone()), Some(vec![no_such])] {
        for statuses in [
            vec![],
            vec![not_paid],
            vec![OrderStatus::Paid],
            vec![not_paid, OrderStatus::Pending],
        ] {
            for needs_person in [false, true] {
                let mut listing = Listing {
                    shops: shops.clone(),
                    statuses: statuses.clone(),
                    needs_person,
                    limit: Some(10),
                    ..Listing::default()
                };
                for _ in 0..2 {
                    let page = ledger.orders(&listing).await.unwrap();
                    pages += 1;
                    listing.after = page.next;
                }
            }
        }
    }
    drop(ledger);
    let read = (rows_read(&store) - before) / pages;
    assert!(read < 150, "{read} rows a page");
}

async fn a_page_of_events_or_records_reads_little_more_than_it_shows(store: Store) {
    let ledger = store.connect().await;
    written(&ledger, order("first"), Due::Never).await;
    drop(ledger);
    store.execute(&FILL.replace("@ended", &ENDED.to_string()));
    // Of a shop few of many, and of an order few of many.
    let decided = "INSERT INTO inbank_audit (at, who, what, shop, reference)
        SELECT n, 'token', 'order.approve', CASE WHEN n % 3000 = 0 THEN 'main' ELSE 'second' END, 'old-' || n
        FROM generate_series(1, @ended) AS n; ANALYZE";
    store.execute(&decided.replace("@ended", &ENDED.to_string()));
    let spread = "UPDATE inbank_event SET occurred_at = id; ANALYZE";
    store.execute(spread);
    let before = rows_read(&store);
    let ledger = store.connect().await;
    let mut asked = 0;
    // A session plans a statement five times for what it is given, and then once for all.
    for _ in 0..4 {
        let from = OffsetDateTime::UNIX_EPOCH + Duration::from_micros(u64::from(ENDED) / 2);
        let until = minute(1);
        let mut after = None;
        for _ in 0..2 {
            let shops = [shop(), ShopName::parse("second").unwrap()];
            let page = ledger.events_between(&shops, from, until, after, 10);
            let page = page.await.unwrap();
            assert_eq!(page.events.len(), 10);
            after = page.next;
            asked += 1;
        }
        let order = OrderReference::parse("old-3000").unwrap();
        for (shops, order, found) in [
            (None, None, 3),
            (None, Some(order.clone()), 1),
            (Some(vec![shop()]), None, 3),
            (Some(vec![shop()]), Some(order), 1),
        ] {
            let about = AuditQuery {
                shops,
                order,
                before: None,
                limit: 3,
            };
            assert_eq!(ledger.records(&about).await.unwrap().len(), found);
            asked += 1;
        }
    }
    drop(ledger);
    let read = (rows_read(&store) - before) / asked;
    assert!(read < 150, "{read} rows each");
}

/// Orders are opened, called back, worked on, put to rest and told, all at once.
async fn from_opened_to_told(ledger: &SqlLedger, names: &[String]) {
    join_all(names.iter().map(async |name| {
        let mut order = order(name);
        tell(&mut order, EventKind::AwaitsMerchant);
        written(ledger, order, Due::Now).await;
        let kept = ledger.keep(&callback(name, "k-1")).await.unwrap();
        assert_eq!(kept, Kept::Written);
    }))
    .await;
    let claims = claim(ledger, 99).await;
    assert_eq!(claims.len(), names.len());
    join_all(claims.iter().map(async |claim| {
        let write = Write {
            order: claim.order.clone(),
            lease: Some(claim.lease),
            due: Due::Leased,
            worked_on: vec!["k-1".to_owned()],
            now: minute(1),
        };
        let saved = ledger.write(write).await.unwrap();
        assert_eq!(saved, Saved::Written(claim.order.version + 1));
        assert!(release(ledger, claim, None).await);
    }))
    .await;
    let deliveries = ledger.claim_deliveries(&request(99)).await.unwrap();
    assert_eq!(deliveries.len(), names.len());
    join_all(deliveries.iter().map(async |delivery| {
        let all = Delivered {
            up_to: Some(1),
            put_aside: None,
            failures: 0,
            pause: Duration::ZERO,
        };
        let delivered = ledger.delivered(delivery, all, minute(1));
        assert!(delivered.await.unwrap());
        assert!(ledger.order(&delivery.key).await.unwrap().is_some());
    }))
    .await;
}

/// Counted when a session ends, so that all others must have.
fn rows_of_tables_read_whole(store: &Store) -> u64 {
    counted(
        store,
        "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables",
    )
}

/// The same of all rows, and of all entries of indexes.
fn rows_read(store: &Store) -> u64 {
    let by_index = "SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes";
    rows_of_tables_read_whole(store) + counted(store, by_index)
}

fn counted(store: &Store, counter: &'static str) -> u64 {
    const OTHERS: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'";
    let ask = |sql| Postgres::shared().psql(&store.url, sql).trim().to_owned();
    let gone = (0..200).any(|_| ask(OTHERS) == "0");
    assert!(gone, "a session stays");
    ask(counter).parse().unwrap()
}
