//! Callbacks to orders that are awake already, which are kept without a write of the order.

use std::sync::Arc;

use inbank_ports::{Due, Kept, Ledger};
use inbank_testkit::Postgres;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::store::{Store, at_rest, callback, claim, order, release, written};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] =
    cases![callbacks_to_an_order_that_is_awake_are_kept_and_wake_it_again_once_it_is_leased,];

pub(crate) const SERVER_CASES: &[Case] =
    cases![a_callback_that_waits_while_its_order_is_leased_wakes_it_all_the_same,];

async fn callbacks_to_an_order_that_is_awake_are_kept_and_wake_it_again_once_it_is_leased(
    store: Store,
) {
    let ledger = store.connect().await;
    at_rest(&ledger, "o-1").await;
    for key in ["a", "b"] {
        let kept = ledger.keep(&callback("o-1", key)).await.unwrap();
        assert_eq!(kept, Kept::Written);
    }
    let first = claim(&ledger, 10).await.pop().unwrap();
    assert!(first.woken && first.inbox.len() == 2);
    for key in ["c", "d"] {
        let kept = ledger.keep(&callback("o-1", key)).await.unwrap();
        assert_eq!(kept, Kept::Written);
    }
    assert!(release(&ledger, &first, None).await);
    let second = claim(&ledger, 10).await.pop().unwrap();
    assert!(second.woken && second.inbox.len() == 4);
}

/// The order is awake to whoever looks before the lease is given, and not after it: what counts is how it is once locked.
async fn a_callback_that_waits_while_its_order_is_leased_wakes_it_all_the_same(store: Store) {
    const LEASED: &str =
        "UPDATE inbank_order SET lease = lease + 1, leased_until = due_at + 1, woken_again = 0";
    const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let ledger = Arc::new(store.connect().await);
    written(&*ledger, order("o-1"), Due::Never).await;
    ledger.keep(&callback("o-1", "a")).await.unwrap();
    let mut other = PgConnection::connect(&store.url).await.unwrap();
    let mut leasing = other.begin().await.unwrap();
    leasing.execute(LEASED).await.unwrap();
    let keeping = Arc::clone(&ledger);
    let kept = tokio::spawn(async move { keeping.keep(&callback("o-1", "b")).await });
    while Postgres::shared().psql(&store.url, WAITING) != "1" {
        assert!(!kept.is_finished(), "nothing was waited for");
    }
    leasing.commit().await.unwrap();
    assert_eq!(kept.await.unwrap().unwrap(), Kept::Written);
    let woken = "SELECT woken_again FROM inbank_order";
    assert_eq!(Postgres::shared().psql(&store.url, woken), "1");
}
