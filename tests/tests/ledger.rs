//! The ledger in SQL, on both engines: the port's cases, and what only a store can get wrong.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use inbank::domain::{
    Event, Financing, FinancingId, FinancingState, Occurrence, OrderReference, ProductCode,
    ProductFamily, SessionId, ShopName,
};
use inbank::ports::{
    Claim, Committed, Entry, FinancingLedger, LedgerErrorKind, Listing, Opened, ReceivedCallback,
    Recorded, Rest, Subject,
};
use inbank_adapters_sql::{ConnectError, SqlLedger};
use inbank_testkit::conformance::ledger::cases;
use inbank_tests::Postgres;
use libtest_mimic::{Arguments, Trial};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sqlx::{AnyConnection, Connection, Executor};
use time::OffsetDateTime;
use tokio::runtime::{Builder, Runtime};

type Running = Pin<Box<dyn Future<Output = ()>>>;
type Case = (&'static str, fn(String) -> Running);

macro_rules! cases {
    ($($name:ident,)+) => { [$((stringify!($name), |url| Box::pin($name(url))),)+] };
}

const BOTH: [Case; 8] = cases![
    what_was_written_is_there_after_connecting_again,
    ledgers_that_start_at_once_on_an_empty_store_share_it,
    a_later_versions_store_is_refused_and_left_alone,
    an_embedders_own_migrations_stay_its_own,
    a_thousand_copies_at_once_are_one_callback,
    a_callback_that_nobody_waits_for_any_more_harms_no_other,
    every_byte_of_a_callback_is_kept,
    two_ledgers_under_load_neither_block_nor_share_a_claim,
];

fn main() {
    let mut trials = Vec::new();
    for engine in ["sqlite", "postgres"] {
        for case in cases() {
            let name = format!("{engine}::{}", case.name);
            trials.push(trial(name, engine, move |url| async move {
                case.run(&connect(&url).await).await;
            }));
        }
        for (name, case) in BOTH {
            trials.push(trial(format!("{engine}::{name}"), engine, case));
        }
        let name = format!("{engine}::claims_at_the_same_moment_never_overlap");
        trials.push(Trial::test(name, move || {
            let (url, _folder) = store(engine);
            claims_at_the_same_moment_never_overlap(&url);
            Ok(())
        }));
    }
    for (name, case) in SERVER {
        let name = format!("postgres::{name}");
        trials.push(Trial::test(name, move || {
            let server = Arc::new(Postgres::start());
            runtime().block_on(case(server));
            Ok(())
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn trial<F: Future<Output = ()>>(
    name: String,
    engine: &'static str,
    case: impl FnOnce(String) -> F + Send + 'static,
) -> Trial {
    Trial::test(name, move || {
        let (url, _folder) = store(engine);
        runtime().block_on(case(url));
        Ok(())
    })
}

/// A new, empty store.
fn store(engine: &str) -> (String, Option<tempfile::TempDir>) {
    if engine == "postgres" {
        return (Postgres::shared().database(), None);
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/ledger.db", folder.path().display());
    (url, Some(folder))
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

async fn connect(url: &str) -> SqlLedger {
    SqlLedger::connect(url).await.unwrap()
}

const LATER: Duration = Duration::from_hours(24);

fn minute(n: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000 + 60 * n).unwrap()
}

fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

fn id(name: &str) -> FinancingId {
    FinancingId::parse(name).unwrap()
}

/// Opened and released, to be looked at again when `due`.
async fn at_rest(ledger: &SqlLedger, name: &str, due: Option<OffsetDateTime>) -> Entry {
    let order = OrderReference::parse(name).unwrap();
    let financing = Financing::new(id(name), order, ProductFamily::HirePurchase);
    let product = ProductCode::parse("hp").unwrap();
    let entry = Entry::new(shop(), 1, product, financing, minute(0), minute(9));
    let Opened::Written(claim) = ledger.open(&entry, minute(0) + LATER).await.unwrap() else {
        panic!("{name} stands already");
    };
    assert!(ledger.release(&claim, &rest(due)).await.unwrap());
    claim.entry
}

fn rest(due: Option<OffsetDateTime>) -> Rest {
    Rest {
        delivered: None,
        failures: 0,
        due,
        at: minute(1),
    }
}

fn callback(name: &str, key: &str) -> ReceivedCallback {
    ReceivedCallback {
        shop: shop(),
        financing: id(name),
        key: key.to_owned(),
        subject: Subject::Session(SessionId::parse("s-1").unwrap()),
        body: b"message=%7B%7D&hmac=00&timestamp=1".to_vec(),
        received_at: minute(1),
    }
}

async fn claim(ledger: &SqlLedger, limit: usize) -> Vec<Claim> {
    let (at, until) = (minute(1), minute(1) + LATER);
    ledger.claim(at, until, limit).await.unwrap()
}

async fn what_was_written_is_there_after_connecting_again(url: String) {
    let ledger = connect(&url).await;
    at_rest(&ledger, "f-1", Some(minute(1))).await;
    ledger.record(&callback("f-1", "k-1")).await.unwrap();
    let leased = claim(&ledger, 1).await.remove(0);
    let mut entry = leased.entry.clone();
    entry.financing.state = FinancingState::Granted;
    let events = [Occurrence::Moved(Event::Granted)];
    let committed = ledger.commit(&leased, &entry, &events, minute(2)).await;
    let Ok(Committed::Written(committed)) = committed else {
        panic!("{committed:?}")
    };
    drop(ledger);
    let ledger = connect(&url).await;
    let found = ledger.find(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(found.as_ref(), Some(&committed.entry));
    let kept = ledger.callbacks(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(kept, [callback("f-1", "k-1")]);
    let told = ledger.events(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(told, committed.undelivered);
    // The lease is the process's that took it, until it lapses; whoever has it may end it from anywhere.
    assert_eq!(claim(&ledger, 9).await, []);
    assert!(ledger.release(&committed, &rest(None)).await.unwrap());
}

async fn ledgers_that_start_at_once_on_an_empty_store_share_it(url: String) {
    // On several threads, as an embedder would.
    let starts = (0..8).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { connect(&url).await })
    });
    let ledgers: Vec<_> = join_all(starts)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    at_rest(&ledgers[0], "f-1", None).await;
    for ledger in &ledgers {
        let found = ledger.find(&shop(), &id("f-1")).await.unwrap();
        assert!(found.is_some());
    }
    let opened = ledgers.iter().map(|ledger| async {
        let mut entry = ledger.find(&shop(), &id("f-1")).await.unwrap().unwrap();
        entry.attempt = 2;
        entry.financing.id = id("f-2");
        ledger.open(&entry, minute(9)).await.unwrap()
    });
    let opened = join_all(opened).await;
    let written = opened
        .iter()
        .filter(|opened| matches!(opened, Opened::Written(_)));
    assert_eq!(written.count(), 1);
}

async fn a_later_versions_store_is_refused_and_left_alone(url: String) {
    at_rest(&connect(&url).await, "f-1", None).await;
    let mut direct = AnyConnection::connect(&url).await.unwrap();
    let later = "INSERT INTO inbank_migrations (version, description, success, checksum, execution_time) \
         VALUES (999, 'later', TRUE, '', 0)";
    direct.execute(later).await.unwrap();
    let Err(ConnectError::Ledger(error)) = SqlLedger::connect(&url).await else {
        panic!("a later version's tables were taken");
    };
    assert_eq!(error.kind(), LedgerErrorKind::Unreadable);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("later version (migration 999)"), "{source}");
    direct
        .execute("DELETE FROM inbank_migrations WHERE version = 999")
        .await
        .unwrap();
    let listed = connect(&url).await.list(&Listing::default()).await.unwrap();
    assert_eq!(listed.len(), 1);
}

async fn an_embedders_own_migrations_stay_its_own(url: String) {
    sqlx::any::install_default_drivers();
    let separator = if url.contains("sqlite") {
        "?mode=rwc"
    } else {
        ""
    };
    let mut direct = AnyConnection::connect(&format!("{url}{separator}"))
        .await
        .unwrap();
    let own = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, checksum BIGINT); \
         INSERT INTO _sqlx_migrations VALUES (7, 7); CREATE TABLE event (id BIGINT)";
    direct.execute(own).await.unwrap();
    at_rest(&connect(&url).await, "f-1", None).await;
    let changed = direct
        .execute("DELETE FROM _sqlx_migrations")
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 1);
}

async fn a_thousand_copies_at_once_are_one_callback(url: String) {
    let ledgers = [connect(&url).await, connect(&url).await];
    at_rest(&ledgers[0], "f-1", None).await;
    let (first, unknown) = (callback("f-1", "k-1"), callback("f-2", "k-1"));
    let copies = (0..1000).map(|n| ledgers[n % 2].record(&first));
    let strays = (0..100).map(|n| ledgers[n % 2].record(&unknown));
    let (copies, strays) = futures::join!(join_all(copies), join_all(strays));
    let said = |recorded| {
        let same = copies
            .iter()
            .filter(|said| *said.as_ref().unwrap() == recorded);
        same.count()
    };
    assert_eq!((said(Recorded::Written), said(Recorded::Copy)), (1, 999));
    for said in strays {
        assert_eq!(said.unwrap(), Recorded::NoFinancing);
    }
    let kept = ledgers[1].callbacks(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(kept, [first]);
    assert_eq!(claim(&ledgers[1], 9).await[0].roused, 1);
}

async fn a_callback_that_nobody_waits_for_any_more_harms_no_other(url: String) {
    let ledger = connect(&url).await;
    at_rest(&ledger, "f-1", None).await;
    for n in 0..50 {
        let (dropped, kept) = (
            callback("f-1", &format!("d-{n}")),
            callback("f-1", &format!("k-{n}")),
        );
        let dropped = ledger.record(&dropped);
        let kept = ledger.record(&kept);
        // Both are under way when the one that is kept has its answer.
        let recorded = tokio::select! {
            biased;
            recorded = kept => recorded,
            () = async { dropped.await.unwrap(); std::future::pending::<()>().await } => unreachable!(),
        };
        assert_eq!(recorded.unwrap(), Recorded::Written);
    }
    let kept = ledger.callbacks(&shop(), &id("f-1")).await.unwrap();
    let kept: BTreeSet<_> = kept.into_iter().map(|callback| callback.key).collect();
    assert!((0..50).all(|n| kept.contains(&format!("k-{n}"))));
}

async fn every_byte_of_a_callback_is_kept(url: String) {
    let ledger = connect(&url).await;
    at_rest(&ledger, "f-1", None).await;
    let mut odd = callback("f-1", "k'\"\\ õ\u{1F600}");
    odd.body = (0..=255).collect();
    let mut empty = callback("f-1", "k-2");
    empty.body.clear();
    empty.received_at += Duration::from_micros(1);
    for callback in [&odd, &empty] {
        assert_eq!(ledger.record(callback).await.unwrap(), Recorded::Written);
    }
    let kept = ledger.callbacks(&shop(), &id("f-1")).await.unwrap();
    assert_eq!(kept, [odd, empty]);
}

fn claims_at_the_same_moment_never_overlap(url: &str) {
    let runtime = runtime();
    let ledgers = runtime.block_on(async { [connect(url).await, connect(url).await] });
    let names = AtomicUsize::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    });
    let shapes = (0_usize..40, prop::collection::vec(1_usize..9, 1..9));
    let property = |(financings, limits): (usize, Vec<usize>)| {
        runtime.block_on(async {
            for _ in 0..financings {
                let name = format!("f-{}", names.fetch_add(1, Ordering::Relaxed));
                at_rest(&ledgers[0], &name, Some(minute(1))).await;
            }
            let claims = limits.iter().zip(ledgers.iter().cycle());
            let claims = claims.map(|(limit, ledger)| async move {
                let claims = claim(ledger, *limit).await;
                assert!(claims.len() <= *limit);
                claims
            });
            let mut claims: Vec<_> = join_all(claims).await.into_iter().flatten().collect();
            claims.extend(claim(&ledgers[0], usize::MAX).await);
            let leased: BTreeSet<_> = claims
                .iter()
                .map(|claim| &claim.entry.financing.id)
                .collect();
            assert_eq!((leased.len(), claims.len()), (financings, financings));
            for claim in &claims {
                assert!(ledgers[1].release(claim, &rest(None)).await.unwrap());
            }
        });
        Ok(())
    };
    runner.run(&shapes, property).unwrap();
}

async fn two_ledgers_under_load_neither_block_nor_share_a_claim(url: String) {
    const FINANCINGS: usize = 20;
    const CALLBACKS: usize = 600;
    let ledgers = [connect(&url).await, connect(&url).await];
    for n in 0..FINANCINGS {
        at_rest(&ledgers[0], &format!("f-{n}"), None).await;
    }
    let (recorded, committed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let held = Mutex::new(BTreeSet::new());
    let recorders = (0..16).map(|task| {
        let (ledger, recorded) = (&ledgers[task % 2], &recorded);
        async move {
            for n in (task..CALLBACKS).step_by(16) {
                let callback = callback(&format!("f-{}", n * 7 % FINANCINGS), &format!("k-{n}"));
                let said = ledger.record(&callback).await.unwrap();
                assert_eq!(said, Recorded::Written);
                recorded.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    let workers = (0..8).map(|task| {
        let (ledger, recorded, committed, held) =
            (&ledgers[task % 2], &recorded, &committed, &held);
        async move {
            loop {
                let all = recorded.load(Ordering::SeqCst) == CALLBACKS;
                let claims = claim(ledger, 5).await;
                if claims.is_empty() && all {
                    return;
                }
                for claim in claims {
                    let id = claim.entry.financing.id.clone();
                    assert!(
                        held.lock().unwrap().insert(id.clone()),
                        "{id} is held twice"
                    );
                    let anomaly = [Occurrence::Anomaly(format!("{task}"))];
                    let entry = claim.entry.clone();
                    let written = ledger
                        .commit(&claim, &entry, &anomaly, minute(2))
                        .await
                        .unwrap();
                    let Committed::Written(claim) = written else {
                        panic!("{written:?}");
                    };
                    committed.fetch_add(1, Ordering::SeqCst);
                    held.lock().unwrap().remove(&id);
                    assert!(ledger.release(&claim, &rest(None)).await.unwrap());
                }
            }
        }
    });
    futures::join!(join_all(recorders), join_all(workers));
    let (mut kept, mut told) = (0, 0);
    for n in 0..FINANCINGS {
        let id = id(&format!("f-{n}"));
        kept += ledgers[0].callbacks(&shop(), &id).await.unwrap().len();
        told += ledgers[0].events(&shop(), &id).await.unwrap().len();
    }
    assert_eq!((kept, told), (CALLBACKS, committed.into_inner()));
    // Whoever finds nothing may have been early by one that another was just releasing.
    for claim in claim(&ledgers[0], 99).await {
        assert!(claim.roused > 0);
    }
}

type ServerCase = (&'static str, fn(Arc<Postgres>) -> Running);

const SERVER: [ServerCase; 2] = [
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

async fn a_server_that_comes_back_is_used_again(server: Arc<Postgres>) {
    let url = server.database();
    let ledger = connect(&url).await;
    at_rest(&ledger, "f-1", None).await;
    server.stop_now();
    let start = Instant::now();
    let (callback, shop, id) = (callback("f-1", "k-1"), shop(), id("f-1"));
    let (recorded, found, claimed, connected) = futures::join!(
        ledger.record(&callback),
        ledger.find(&shop, &id),
        ledger.claim(minute(1), minute(2), 9),
        SqlLedger::connect(&url),
    );
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    let Err(ConnectError::Ledger(connected)) = connected else {
        panic!("connected to nothing");
    };
    for error in [
        recorded.unwrap_err(),
        found.unwrap_err(),
        claimed.unwrap_err(),
        connected,
    ] {
        assert_eq!(error.kind(), LedgerErrorKind::Unavailable);
    }
    server.restart();
    assert_eq!(ledger.record(&callback).await.unwrap(), Recorded::Written);
    assert_eq!(claim(&ledger, 9).await.len(), 1);
}

async fn a_crash_under_load_loses_no_callback_that_was_answered(server: Arc<Postgres>) {
    let ledger = connect(&server.database()).await;
    at_rest(&ledger, "f-1", None).await;
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    let (half, mut past_half) = tokio::sync::mpsc::channel(1);
    let senders: Vec<_> = (0..16)
        .map(|task| {
            let (ledger, answered, half) = (ledger.clone(), Arc::clone(&answered), half.clone());
            tokio::spawn(async move {
                for n in 0..100 {
                    let callback = callback("f-1", &format!("k-{task}-{n}"));
                    // As the bank does: again, until there is an answer.
                    while let Err(error) = ledger.record(&callback).await {
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
    let kept = ledger.callbacks(&shop(), &id("f-1")).await.unwrap();
    let kept: Vec<_> = kept.into_iter().map(|callback| callback.key).collect();
    let distinct: BTreeSet<_> = kept.iter().cloned().collect();
    assert_eq!((kept.len(), &distinct), (1600, &*answered.lock().unwrap()));
}
