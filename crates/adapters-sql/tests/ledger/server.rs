//! What only a server can get wrong.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use inbank_adapters_sql::{LedgerOptions, SqlLedger};
use inbank_domain::EventKind;
use inbank_ports::{Due, Kept, Ledger, LedgerErrorKind, Saved};
use inbank_testkit::Postgres;
use libtest_mimic::Trial;
use sqlx::postgres::PgPoolOptions;
use time::OffsetDateTime;
use tokio::net::TcpListener;

use crate::proxy::Proxy;
use crate::store::{
    LEASE, Store, at_rest, callback, claim, connect, key, minute, order, request, save, shop, tell,
    written,
};
use crate::{Case, Running, cases, runtime};

pub(crate) const CASES: &[Case] = cases![
    a_role_without_the_right_to_create_tables_runs_once_they_are_there,
    a_role_that_lacks_a_right_hears_which,
    a_database_that_is_not_there_is_named_without_the_password,
    a_server_that_takes_the_call_and_never_answers_is_named_in_time,
    a_call_that_is_dropped_while_its_transaction_begins_leaves_none_behind,
    an_answer_that_never_comes_costs_one_call_and_no_connection,
    writes_are_durable_and_done_whatever_the_database_has_set,
    an_embedders_pool_serves_and_stays_its_own,
    a_pooler_that_mixes_up_prepared_statements_is_named,
    the_servers_clock_decides_what_is_due_and_leased,
];

/// Tests that stop their server.
pub(crate) fn trials() -> Vec<Trial> {
    type ServerCase = (&'static str, fn(Arc<Postgres>) -> Running);
    let cases: [ServerCase; 2] = [
        ("a_server_that_comes_back_is_used_again", |server| {
            Box::pin(a_server_that_comes_back_is_used_again(server))
        }),
        (
            "a_crash_under_load_loses_no_callback_that_was_answered",
            |server| {
                Box::pin(a_crash_under_load_loses_no_callback_that_was_answered(
                    server,
                ))
            },
        ),
    ];
    let trials = cases.into_iter().map(|(name, case)| {
        Trial::test(format!("postgres::{name}"), move || {
            runtime().block_on(case(Arc::new(Postgres::start())));
            Ok(())
        })
    });
    trials.collect()
}

/// The address of another role.
fn as_role(url: &str, role: &str) -> String {
    url.replace(
        "postgres://postgres@",
        &format!("postgres://{role}:secret@"),
    )
}

/// `PgBouncer` in transaction mode hands out connections on which others have prepared statements of the same names.
async fn a_pooler_that_mixes_up_prepared_statements_is_named(store: Store) {
    const TAKEN: &str = "DO $$ BEGIN FOR n IN 1..50 LOOP \
        EXECUTE format('PREPARE sqlx_s_%s AS SELECT 1', n); END LOOP; END $$";
    let pool = PgPoolOptions::new().after_connect(|connection, _| {
        Box::pin(async move {
            sqlx::raw_sql(TAKEN).execute(connection).await?;
            Ok(())
        })
    });
    let pool = pool.connect(&store.url).await.unwrap();
    let Err(error) = LedgerOptions::new().with_pool(pool).await else {
        panic!("it prepared nothing")
    };
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unavailable), "{error}");
    let said = error.to_string();
    for word in ["PgBouncer", "max_prepared_statements", "transaction mode"] {
        assert!(said.contains(word), "{said}");
    }
}

/// A role of this database's own, since roles are the whole server's.
pub(crate) fn role(store: &Store, rights: &str) -> String {
    let name = store.url.rsplit('/').next().unwrap();
    let role = format!("{name}_app");
    store.execute(&format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"));
    store.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    if !rights.is_empty() {
        let grant = format!("GRANT {rights} ON ALL TABLES IN SCHEMA public TO {role}");
        store.execute(&grant);
    }
    as_role(&store.url, &role)
}

async fn a_role_without_the_right_to_create_tables_runs_once_they_are_there(store: Store) {
    let url = role(&store, "");
    let error = SqlLedger::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Forbidden));
    let said = error.to_string();
    assert!(
        said.contains("permission denied for schema public"),
        "{said}"
    );
    assert!(said.contains("inbank ledger migrate"), "{said}");
    assert!(!said.contains("secret"), "{said}");
    SqlLedger::migrate(&store.url).await.unwrap();
    SqlLedger::migrate(&store.url).await.unwrap();
    let app = url.split("://").nth(1).unwrap().split(':').next().unwrap();
    store.execute(&format!(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}"
    ));
    let ledger = SqlLedger::connect(&url).await.unwrap();
    let mut order = order("o-1");
    tell(&mut order, EventKind::AwaitsMerchant);
    written(&ledger, order, Due::Now).await;
    ledger.keep(&callback("o-1", "k-1")).await.unwrap();
    assert_eq!(claim(&ledger, 9).await.len(), 1);
    assert_eq!(ledger.claim_deliveries(&request(9)).await.unwrap().len(), 1);
    assert_eq!(ledger.feed(&shop(), 0, 9).await.unwrap().events.len(), 1);
    assert!(ledger.erase(&key("o-1"), None).await.unwrap());
}

async fn a_role_that_lacks_a_right_hears_which(store: Store) {
    SqlLedger::migrate(&store.url).await.unwrap();
    let url = role(&store, "SELECT, INSERT, DELETE");
    let error = SqlLedger::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Forbidden));
    let said = error.to_string();
    assert!(said.contains("lacks UPDATE on inbank_order"), "{said}");
}

async fn a_database_that_is_not_there_is_named_without_the_password(store: Store) {
    // Nobody listens where somebody has just stopped to.
    let closed = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let url = format!("postgres://app:secret@127.0.0.1:{port}/shop");
    let error = SqlLedger::connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unavailable));
    let said = error.to_string();
    assert!(
        said.contains(&format!("127.0.0.1:{port}/shop as app")),
        "{said}"
    );
    assert!(said.contains("refused"), "{said}");
    assert!(!format!("{error:?} {said}").contains("secret"), "{said}");
    let missing = format!("{}_missing", store.url);
    let error = SqlLedger::connect(&missing).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}

async fn a_server_that_takes_the_call_and_never_answers_is_named_in_time(_store: Store) {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = silent.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            held.push(stream);
        }
    });
    let options = LedgerOptions::new().patience(Duration::from_millis(200));
    let url = format!("postgres://app:secret@127.0.0.1:{port}/shop");
    let error = options.connect(&url).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unavailable));
    let said = error.to_string();
    assert!(said.contains(&format!("127.0.0.1:{port}/shop")), "{said}");
    assert!(said.contains("does not answer"), "{said}");
}

/// sqlx 0.9.0 takes a connection back that is in a transaction nobody ends, when the future that begins it is dropped. Whoever
/// writes next then writes into that, and nobody else ever sees it.
async fn a_call_that_is_dropped_while_its_transaction_begins_leaves_none_behind(store: Store) {
    let proxy = Proxy::start(Postgres::shared().port()).await;
    let url = proxy.url(&store.url);
    let options = LedgerOptions::new().connections(1).callers_clock();
    let pool = PgPoolOptions::new().max_connections(1);
    let pool = pool.connect(&url).await.unwrap();
    let ledgers = [
        options.connect(&url).await.unwrap(),
        options.with_pool(pool).await.unwrap(),
    ];
    for (n, ledger) in ledgers.into_iter().enumerate() {
        let mut first = order(&format!("first-{n}"));
        tell(&mut first, EventKind::AwaitsMerchant);
        written(&ledger, first, Due::Never).await;
        proxy.fall_silent_from("BEGIN");
        let main = shop();
        tokio::select! {
            biased;
            _ = ledger.feed(&main, 0, 9) => panic!("a server that is silent has answered"),
            () = proxy.is_silent() => {}
        }
        // The call is dropped; BEGIN has reached the server, and its answer has not come.
        proxy.speak_again();
        let second = format!("second-{n}");
        written(&ledger, order(&second), Due::Never).await;
        let other = connect(&store.url).await;
        assert!(other.order(&key(&second)).await.unwrap().is_some());
        assert_eq!(ledger.feed(&main, 0, 9).await.unwrap().events.len(), n + 1);
        let idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
        assert_eq!(Postgres::shared().psql(&store.url, idle), "0");
    }
}

async fn an_answer_that_never_comes_costs_one_call_and_no_connection(store: Store) {
    // To make the tables may take longer than what a call is given below.
    SqlLedger::migrate(&store.url).await.unwrap();
    let proxy = Proxy::start(Postgres::shared().port()).await;
    let options = LedgerOptions::new().connections(1).callers_clock();
    let options = options.time_limit(Duration::from_millis(300));
    let ledger = options.connect(&proxy.url(&store.url)).await.unwrap();
    at_rest(&ledger, "o-1").await;
    for _ in 0..3 {
        proxy.fall_silent();
        let started = Instant::now();
        let error = ledger.wake(&key("o-1"), minute(1)).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::Unavailable);
        assert!(started.elapsed() < Duration::from_secs(5));
        let said = std::error::Error::source(&error).unwrap().to_string();
        assert!(said.contains("no answer within 300ms"), "{said}");
        proxy.speak_again();
        // The only connection there may be is another one now.
        assert!(ledger.wake(&key("o-1"), minute(1)).await.unwrap());
    }
}

async fn writes_are_durable_and_done_whatever_the_database_has_set(store: Store) {
    SqlLedger::migrate(&store.url).await.unwrap();
    let name = store.url.rsplit('/').next().unwrap().to_owned();
    for setting in [
        "synchronous_commit = 'off'",
        "default_transaction_isolation = 'serializable'",
        "default_transaction_deferrable = 'on'",
    ] {
        store.execute(&format!("ALTER DATABASE {name} SET {setting}"));
    }
    store.execute(
        "CREATE TABLE seen (setting TEXT);
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
        CREATE TRIGGER see_order AFTER INSERT OR UPDATE OR DELETE ON inbank_order FOR EACH ROW EXECUTE FUNCTION see();
        CREATE TRIGGER see_callback AFTER INSERT ON inbank_callback FOR EACH ROW EXECUTE FUNCTION see();
        CREATE TRIGGER see_feed AFTER INSERT OR UPDATE ON inbank_feed FOR EACH ROW EXECUTE FUNCTION see();",
    );
    let ledgers = [store.connect().await, store.connect().await];
    let rounds = (0..8_usize).map(|task| {
        let ledger = &ledgers[task % 2];
        async move {
            let name = format!("o-{task}");
            let mut order = order(&name);
            tell(&mut order, EventKind::AwaitsMerchant);
            written(ledger, order, Due::Never).await;
            assert_eq!(
                ledger.keep(&callback(&name, "k-1")).await.unwrap(),
                Kept::Written
            );
            for claim in claim(ledger, 2).await {
                let saved = save(ledger, &claim.order, Some(claim.lease), Due::Now).await;
                assert_eq!(saved, Saved::Written(2));
            }
            for delivery in ledger.claim_deliveries(&request(2)).await.unwrap() {
                let done = inbank_ports::Delivered {
                    up_to: Some(1),
                    put_aside: None,
                    failures: 0,
                    pause: Duration::ZERO,
                };
                assert!(ledger.delivered(&delivery, done, minute(1)).await.unwrap());
            }
            ledger.wake(&key(&name), minute(1)).await.unwrap();
            ledger.feed(&shop(), 0, 99).await.unwrap();
            ledger.erase(&key(&name), None).await.unwrap();
        }
    });
    // One after the other, so that what one has done is not in the next one's way.
    for round in rounds {
        round.await;
    }
    let seen = Postgres::shared().psql(&store.url, "SELECT DISTINCT setting FROM seen");
    assert_eq!(seen, "on");
    // Now all at once: what gets in each other's way is done again.
    let keeps = (0..64).map(|n| {
        let ledger = &ledgers[n % 2];
        async move {
            let name = format!("p-{n}");
            written(ledger, order(&name), Due::Now).await;
            ledger.wake(&key(&name), minute(1)).await.unwrap()
        }
    });
    let woken = futures::future::join_all(keeps).await;
    assert!(woken.into_iter().all(|woken| woken));
}

async fn an_embedders_pool_serves_and_stays_its_own(store: Store) {
    let pool = PgPoolOptions::new().max_connections(2);
    let pool = pool.connect(&store.url).await.unwrap();
    let ledger = LedgerOptions::new().with_pool(pool.clone()).await.unwrap();
    let orders = (0..20).map(|n| {
        let ledger = &ledger;
        async move { at_rest(ledger, &format!("o-{n}")).await }
    });
    futures::future::join_all(orders).await;
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM inbank_order")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(count, 20);
    drop(ledger);
    assert!(!pool.is_closed());
    sqlx::query("SELECT 1").execute(&pool).await.unwrap();
}

async fn the_servers_clock_decides_what_is_due_and_leased(store: Store) {
    let ledger = SqlLedger::connect(&store.url).await.unwrap();
    let now = OffsetDateTime::now_utc();
    let (past, future) = (
        now - time::Duration::days(3650),
        now + time::Duration::days(3650),
    );
    let mut order = order("o-1");
    order.opened_at = now;
    let write = inbank_ports::Write {
        order,
        lease: None,
        due: Due::Now,
        worked_on: Vec::new(),
        now: future,
    };
    ledger.write(write).await.unwrap();
    // Whatever the callers say, it is due, and then leased.
    let mut request = request(9);
    request.now = past;
    assert_eq!(ledger.claim(&request).await.unwrap().len(), 1);
    for told in [past, now, future] {
        request.now = told;
        assert_eq!(ledger.claim(&request).await.unwrap().len(), 0);
        let by_name = ledger.claim_one(&key("o-1"), told, LEASE).await;
        assert_eq!(by_name.unwrap(), None);
    }
    let ahead = ledger
        .measure(&[shop()], now + time::Duration::hours(1))
        .await;
    let ahead = ahead.unwrap().clock_ahead_ms;
    assert!((3_500_000..3_600_100).contains(&ahead), "{ahead}");
}

async fn a_server_that_comes_back_is_used_again(server: Arc<Postgres>) {
    let url = server.database();
    let ledger = connect(&url).await;
    at_rest(&ledger, "o-1").await;
    server.stop_now();
    let start = Instant::now();
    let (callback, first, request) = (callback("o-1", "k-1"), key("o-1"), request(9));
    let (kept, found, claimed, connected) = futures::join!(
        ledger.keep(&callback),
        ledger.order(&first),
        ledger.claim(&request),
        SqlLedger::connect(&url),
    );
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    let connected = connected.unwrap_err();
    assert_eq!(connected.kind(), Some(LedgerErrorKind::Unavailable));
    for error in [kept.unwrap_err(), found.unwrap_err(), claimed.unwrap_err()] {
        assert_eq!(error.kind(), LedgerErrorKind::Unavailable);
    }
    server.restart();
    assert_eq!(ledger.keep(&callback).await.unwrap(), Kept::Written);
    assert_eq!(claim(&ledger, 9).await.len(), 1);
}

async fn a_crash_under_load_loses_no_callback_that_was_answered(server: Arc<Postgres>) {
    let ledger = connect(&server.database()).await;
    at_rest(&ledger, "o-1").await;
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    let (half, mut past_half) = tokio::sync::mpsc::channel(1);
    let senders: Vec<_> = (0..16)
        .map(|task| {
            let (ledger, answered, half) = (ledger.clone(), Arc::clone(&answered), half.clone());
            tokio::spawn(async move {
                for n in 0..100 {
                    let callback = callback("o-1", &format!("k-{task}-{n}"));
                    // As the bank does: again, until there is an answer.
                    while let Err(error) = ledger.keep(&callback).await {
                        assert_eq!(error.kind(), LedgerErrorKind::Unavailable);
                    }
                    let mut answered = answered.lock().unwrap();
                    answered.insert(callback.key);
                    if answered.len() == 800 {
                        half.try_send(()).unwrap();
                    }
                }
            })
        })
        .collect();
    past_half.recv().await.unwrap();
    let restarted = tokio::task::spawn_blocking(move || {
        server.restart();
        server
    });
    let _server = restarted.await.unwrap();
    for sender in senders {
        sender.await.unwrap();
    }
    let kept = ledger.callbacks(&key("o-1")).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|callback| callback.key).collect();
    let distinct: BTreeSet<_> = kept.iter().cloned().collect();
    assert_eq!((kept.len(), &distinct), (1600, &*answered.lock().unwrap()));
}
