//! What either engine could get wrong.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use inbank_adapters_sql::{LedgerOptions, SqlLedger};
use inbank_domain::{AttemptState, EventKind};
use inbank_ports::{Due, Kept, Ledger, LedgerErrorKind, Listing, Saved};

use crate::store::{
    LEASE, Store, at_rest, callback, claim, key, minute, order, release, request, save, shop, tell,
    written,
};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    what_was_written_is_there_after_connecting_again,
    ledgers_that_start_at_once_on_an_empty_store_share_it,
    a_later_versions_store_is_refused_and_left_alone,
    who_only_looks_makes_no_tables_and_brings_none_up_to_date,
    an_embedders_own_migrations_stay_its_own,
    a_thousand_copies_at_once_are_one_callback,
    a_callback_that_nobody_waits_for_any_more_harms_no_other,
    every_byte_of_a_callback_is_kept,
    one_refusal_spoils_no_other_write_that_waits_with_it,
    an_order_that_a_wrong_clock_put_off_is_due,
    ten_thousand_orders_are_listed_measured_claimed_and_forgotten,
    a_feed_that_many_read_at_once_gives_each_event_one_position,
];

async fn what_was_written_is_there_after_connecting_again(store: Store) {
    let ledger = store.connect().await;
    written(&ledger, order("o-1"), Due::Now).await;
    ledger.keep(&callback("o-1", "k-1")).await.unwrap();
    let leased = claim(&ledger, 1).await.remove(0);
    let mut changed = leased.order.clone();
    changed.attempts[0].state = AttemptState::Granted;
    tell(&mut changed, EventKind::AwaitsMerchant);
    let saved = save(&ledger, &changed, Some(leased.lease), Due::Leased).await;
    assert_eq!(saved, Saved::Written(2));
    drop(ledger);
    let ledger = store.connect().await;
    let told = std::mem::take(&mut changed.news);
    changed.version = 2;
    let found = ledger.order(&changed.key).await.unwrap();
    assert_eq!(found.as_ref(), Some(&changed));
    let kept = ledger.callbacks(&changed.key).await.unwrap();
    assert_eq!(kept, [callback("o-1", "k-1")]);
    assert_eq!(ledger.events(&changed.key).await.unwrap(), told);
    // The lease is the process's that took it, until it lapses; whoever has it may end it from anywhere.
    assert_eq!(claim(&ledger, 9).await, []);
    assert!(release(&ledger, &leased, None).await);
}

async fn ledgers_that_start_at_once_on_an_empty_store_share_it(store: Store) {
    // On several threads, as an embedder would.
    let starts = (0..8).map(|_| {
        let url = store.url.clone();
        tokio::spawn(async move { SqlLedger::connect(&url).await })
    });
    let ledgers: Vec<_> = join_all(starts)
        .await
        .into_iter()
        .map(|started| started.unwrap().unwrap())
        .collect();
    at_rest(&ledgers[0], "o-1").await;
    for ledger in &ledgers {
        let found = ledger.order(&key("o-1")).await.unwrap();
        assert!(found.is_some());
    }
    let second = order("o-2");
    let saved = ledgers
        .iter()
        .map(|ledger| save(ledger, &second, None, Due::Never));
    let saved = join_all(saved).await;
    let written = saved.iter().filter(|saved| **saved == Saved::Written(1));
    assert_eq!(written.count(), 1);
}

async fn who_only_looks_makes_no_tables_and_brings_none_up_to_date(store: Store) {
    let looking = LedgerOptions::new().without_migrating();
    let list =
        "CREATE TABLE inbank_migrations (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL)";
    // Nothing is there; then tables of before the first version. Had any been made, there would be two.
    for before in ["", list] {
        store.execute(before);
        let error = looking.connect(&store.url).await.unwrap_err();
        assert_eq!(error.kind(), Some(LedgerErrorKind::Unreadable));
        assert!(
            error.to_string().contains("inbank ledger migrate"),
            "{error}"
        );
    }
    SqlLedger::migrate(&store.url).await.unwrap();
    at_rest(&looking.connect(&store.url).await.unwrap(), "o-1").await;
}

async fn a_later_versions_store_is_refused_and_left_alone(store: Store) {
    at_rest(&store.connect().await, "o-1").await;
    store.execute("INSERT INTO inbank_migrations (version, checksum) VALUES (999, 'later')");
    let error = SqlLedger::connect(&store.url).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unreadable));
    let said = error.to_string();
    assert!(said.contains("later version's (migration 999)"), "{said}");
    store.execute("DELETE FROM inbank_migrations WHERE version = 999");
    let ledger = store.connect().await;
    let listed = ledger.orders(&Listing::default()).await.unwrap();
    assert_eq!(listed.orders.len(), 1);
    store.execute("UPDATE inbank_migrations SET checksum = 'another'");
    let error = SqlLedger::connect(&store.url).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unreadable));
}

async fn an_embedders_own_migrations_stay_its_own(store: Store) {
    let own = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, checksum BIGINT); \
         INSERT INTO _sqlx_migrations VALUES (7, 7); CREATE TABLE event (id BIGINT);";
    store.execute(own);
    at_rest(&store.connect().await, "o-1").await;
    store.execute("INSERT INTO _sqlx_migrations VALUES (8, 8); INSERT INTO event VALUES (1);");
}

async fn a_thousand_copies_at_once_are_one_callback(store: Store) {
    let ledgers = [store.connect().await, store.connect().await];
    at_rest(&ledgers[0], "o-1").await;
    let (first, unknown) = (callback("o-1", "k-1"), callback("o-2", "k-1"));
    let copies = (0..1000).map(|n| ledgers[n % 2].keep(&first));
    let strays = (0..100).map(|n| ledgers[n % 2].keep(&unknown));
    let (copies, strays) = futures::join!(join_all(copies), join_all(strays));
    let said = |kept| {
        let same = copies.iter().filter(|said| *said.as_ref().unwrap() == kept);
        same.count()
    };
    assert_eq!((said(Kept::Written), said(Kept::Copy)), (1, 999));
    for said in strays {
        assert_eq!(said.unwrap(), Kept::NoAttempt);
    }
    let kept = ledgers[1].callbacks(&key("o-1")).await.unwrap();
    assert_eq!(kept, [first]);
}

async fn a_callback_that_nobody_waits_for_any_more_harms_no_other(store: Store) {
    let ledger = store.connect().await;
    at_rest(&ledger, "o-1").await;
    for n in 0..50 {
        let (dropped, kept) = (
            callback("o-1", &format!("d-{n}")),
            callback("o-1", &format!("k-{n}")),
        );
        let dropped = ledger.keep(&dropped);
        let kept = ledger.keep(&kept);
        // Both are under way when the one that is kept has its answer.
        let kept = tokio::select! {
            biased;
            kept = kept => kept,
            () = async { dropped.await.unwrap(); std::future::pending::<()>().await } => unreachable!(),
        };
        assert_eq!(kept.unwrap(), Kept::Written);
    }
    let kept = ledger.callbacks(&key("o-1")).await.unwrap();
    let kept: BTreeSet<_> = kept.into_iter().map(|callback| callback.key).collect();
    assert!((0..50).all(|n| kept.contains(&format!("k-{n}"))));
}

async fn every_byte_of_a_callback_is_kept(store: Store) {
    let ledger = store.connect().await;
    at_rest(&ledger, "o-1").await;
    let mut odd = callback("o-1", "k'\"\\ õ\u{1F600}");
    odd.content = (0..=255).collect();
    odd.subject = None;
    let mut empty = callback("o-1", "k-2");
    empty.content.clear();
    empty.status.clear();
    empty.received_at += Duration::from_micros(1);
    for callback in [&odd, &empty] {
        assert_eq!(ledger.keep(callback).await.unwrap(), Kept::Written);
    }
    let kept = ledger.callbacks(&key("o-1")).await.unwrap();
    assert_eq!(kept, [odd, empty]);
    // The bank's words may hold anything; a store that can't keep a character keeps the callback.
    let mut nul = callback("o-1", "k-3");
    "a\0b".clone_into(&mut nul.status);
    assert_eq!(ledger.keep(&nul).await.unwrap(), Kept::Written);
    let mut order = ledger.order(&key("o-1")).await.unwrap().unwrap();
    order.needs_person = Some("the bank says \0".to_owned());
    order.attempts[0].anomaly.clone_from(&order.needs_person);
    tell(&mut order, EventKind::NeedsPerson("\0".to_owned()));
    written(&ledger, order, Due::Never).await;
    assert_eq!(ledger.events(&key("o-1")).await.unwrap().len(), 1);
}

async fn one_refusal_spoils_no_other_write_that_waits_with_it(store: Store) {
    let ledger = store.connect().await;
    let first = at_rest(&ledger, "o-1").await;
    // Its attempt's name is the first order's.
    let mut thief = order("o-2");
    thief.attempts = first.attempts.clone();
    let mut late = first.clone();
    late.version = 7;
    let honest: Vec<_> = (10..60).map(|n| order(&format!("o-{n}"))).collect();
    let thefts = join_all((0..50).map(|_| save(&ledger, &thief, None, Due::Never)));
    let lates = join_all((0..50).map(|_| save(&ledger, &late, None, Due::Never)));
    let writes = join_all(
        honest
            .iter()
            .map(|order| save(&ledger, order, None, Due::Never)),
    );
    let (thefts, lates, writes) = futures::join!(thefts, lates, writes);
    assert!(thefts.iter().all(|said| *said == Saved::Taken));
    assert!(lates.iter().all(|said| *said == Saved::Outdated));
    assert!(writes.iter().all(|said| *said == Saved::Written(1)));
    assert_eq!(ledger.order(&key("o-2")).await.unwrap(), None);
    let listed = ledger.orders(&Listing::default()).await.unwrap();
    assert_eq!(listed.orders.len(), 51);
}

async fn an_order_that_a_wrong_clock_put_off_is_due(store: Store) {
    let ledger = store.connect().await;
    let mut order = order("o-1");
    tell(&mut order, EventKind::AwaitsMerchant);
    let order = written(&ledger, order, Due::Now).await;
    // Both are leased and put off by a clock that is ten years ahead.
    let ahead = minute(10 * 365 * 24 * 60);
    let mut wrong = request(9);
    wrong.now = ahead;
    let claimed = ledger.claim(&wrong).await.unwrap();
    assert_eq!(claimed.len(), 1);
    let delivery = ledger.claim_deliveries(&wrong).await.unwrap().remove(0);
    let rest = inbank_ports::Rest {
        due_in: Some(LEASE),
        failures: 0,
        aside: false,
    };
    let lease = inbank_ports::Lease(1);
    let released = ledger.release(&order.key, lease, rest, ahead).await;
    assert!(released.unwrap());
    let later = inbank_ports::Delivered {
        up_to: None,
        put_aside: None,
        failures: 1,
        pause: LEASE,
    };
    let delivered = ledger.delivered(&delivery, later, ahead).await;
    assert!(delivered.unwrap());
    assert_eq!(claim(&ledger, 9).await.len(), 1);
    let deliveries = ledger.claim_deliveries(&request(9)).await.unwrap();
    assert_eq!(deliveries.len(), 1);
}

async fn ten_thousand_orders_are_listed_measured_claimed_and_forgotten(store: Store) {
    const ORDERS: usize = 10_000;
    let ledger = store.connect().await;
    let names: Vec<_> = (0..ORDERS).map(|n| format!("o-{n}")).collect();
    for some in names.chunks(500) {
        let writes = some.iter().map(|name| {
            let mut order = order(name);
            order.attempts[0].state = AttemptState::Declined;
            tell(&mut order, EventKind::AwaitsMerchant);
            written(&ledger, order, Due::Now)
        });
        join_all(writes).await;
    }
    let listed = ledger.orders(&Listing::default()).await.unwrap();
    let listed: BTreeSet<_> = listed.orders.into_iter().map(|order| order.key).collect();
    assert_eq!(listed.len(), ORDERS);
    let measures = ledger.measure(&[shop()], minute(2)).await.unwrap();
    assert_eq!((measures.due, measures.undelivered), (10_000, 10_000));
    assert_eq!(measures.oldest_due, Some(Duration::from_mins(1)));
    assert_eq!(measures.oldest_undelivered, Some(Duration::from_mins(2)));
    let mut claimed = 0;
    loop {
        let claims = claim(&ledger, 1000).await;
        if claims.is_empty() {
            break;
        }
        claimed += claims.len();
        let released = claims.iter().map(|claim| release(&ledger, claim, None));
        assert!(
            join_all(released)
                .await
                .into_iter()
                .all(|released| released)
        );
    }
    assert_eq!(claimed, ORDERS);
    // What was not delivered is not forgotten.
    assert_eq!(ledger.forget(minute(9), 100_000).await.unwrap(), 0);
    store.execute("UPDATE inbank_order SET delivered = events, outbox_due_at = NULL");
    let mut forgotten = 0;
    while forgotten < ORDERS as u64 {
        let some = ledger.forget(minute(9), 3000).await.unwrap();
        assert!((1..=3000).contains(&some));
        forgotten += some;
    }
    let listed = ledger.orders(&Listing::default()).await.unwrap();
    assert_eq!((forgotten, listed.orders.len()), (10_000, 0));
    let events = ledger.events(&key("o-1")).await.unwrap();
    assert_eq!(events, []);
}

async fn a_feed_that_many_read_at_once_gives_each_event_one_position(store: Store) {
    const EVENTS: u64 = 300;
    let ledgers = [store.connect().await, store.connect().await];
    let write = |task: u64| {
        let ledger = &ledgers[usize::from(task.is_multiple_of(2))];
        async move {
            let mut order = order(&format!("o-{task}"));
            for _ in 0..EVENTS / 6 {
                tell(&mut order, EventKind::AwaitsMerchant);
                order = written(ledger, order, Due::Never).await;
            }
        }
    };
    // Each reads on from the last position, while others write and read.
    let read = |task: usize| {
        let ledger = &ledgers[task % 2];
        async move {
            let (mut after, mut seen) = (0, Vec::new());
            while seen.len() < 300 {
                let feed = ledger.feed(&shop(), after, 7).await.unwrap();
                for positioned in feed.events {
                    assert!(positioned.position > after);
                    after = positioned.position;
                    seen.push(positioned);
                }
                tokio::task::yield_now().await;
            }
            seen
        }
    };
    let writers = join_all((0..6).map(write));
    let (_, read) = futures::join!(writers, join_all((0..4).map(read)));
    for seen in &read {
        assert_eq!(seen, &read[0]);
        for n in 0..6 {
            let reference = key(&format!("o-{n}")).reference;
            let numbers = seen
                .iter()
                .filter(|positioned| positioned.event.order == reference)
                .map(|positioned| positioned.event.number);
            assert!(numbers.eq(1..=EVENTS / 6), "{reference}");
        }
    }
}
