//! What a database may do to a platform: be away, start again in the middle, be full.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use inbank::domain::FinancingState as State;
use inbank::ports::Clock;
use inbank_tests::Postgres;
use inbank_tests::platform::{Home, Stage};
use inbank_tests::uuid;
use sqlx::{AnyConnection, Connection, Executor};
use tokio::runtime::Runtime;

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// The callbacks that the bank may send of one session, signed at different times.
fn callbacks(stage: &Stage, entry: &inbank::ports::Entry, count: i64) -> Vec<String> {
    let now = stage.clock.now().unix_timestamp();
    let signed = |n| stage.signed(entry, "granted", &stage.key(), now + n);
    (0..count).map(signed).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_no_callback_is_answered_with_success_and_afterwards_all_goes_on()
 {
    const CALLBACKS: i64 = 50;
    let server = Arc::new(blocking(Postgres::start).await);
    let database = {
        let server = server.clone();
        blocking(move || server.database()).await
    };
    let stage = Stage::at(Home::at(database)).await;
    let entry = stage.open("1").await;
    stage.work().await;
    let id = entry.financing.id.as_str();
    let bodies = callbacks(&stage, &entry, CALLBACKS);
    {
        let server = server.clone();
        blocking(move || server.stop_now()).await;
    }
    let session = uuid(entry.financing.session.as_ref().unwrap());
    stage.sandbox().customer_applies(session).unwrap();
    let posts = bodies
        .iter()
        .map(|body| stage.post("callbacks", id, body.clone()));
    let (answers, worker, decided) = tokio::join!(
        join_all(posts),
        stage.platform.worker().turn(),
        stage.desk.approve(&entry.financing.id)
    );
    assert!(answers.iter().all(|status| *status == 503), "{answers:?}");
    assert!(worker.is_err() && decided.is_err());
    stage.sandbox().idle().await;
    let own = stage.sandbox().callbacks();
    // The bank may lose its patience before the pool does: then it has no answer at all.
    assert!(!own.last().unwrap().delivered());
    stage.pass(Duration::from_mins(1));

    {
        let server = server.clone();
        blocking(move || server.restart()).await;
    }
    let posts = bodies
        .iter()
        .map(|body| stage.post("callbacks", id, body.clone()));
    let answers = join_all(posts).await;
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    assert_eq!(stage.kept(&entry.financing.id).await, bodies.len());
    stage.work().await;
    stage.desk.approve(&entry.financing.id).await.unwrap();
    stage.work().await;
    assert_eq!(stage.told.names("1"), ["opened", "granted", "completed"]);
    stage.told.is_sound();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_starts_again_in_the_middle_of_work_loses_nothing_and_doubles_nothing() {
    const ORDERS: usize = 40;
    let server = Arc::new(blocking(Postgres::start).await);
    let database = {
        let server = server.clone();
        blocking(move || server.database()).await
    };
    let stage = Stage::at(Home::at(database)).await;
    let mut entries = Vec::new();
    for order in 0..ORDERS {
        let entry = stage.open(&format!("order-{order}")).await;
        let session = uuid(entry.financing.session.as_ref().unwrap());
        stage.sandbox().customer_applies(session).unwrap();
        entries.push(entry);
    }
    stage.sandbox().idle().await;
    let other = stage.another().await;
    let going = Arc::new(AtomicBool::new(true));
    // The first events are told within the first of their turns; the server goes while the rest is under way.
    let workers = [stage.platform.clone(), other].map(|platform| {
        let (going, clock) = (going.clone(), stage.clock.clone());
        tokio::spawn(async move {
            while going.load(Ordering::SeqCst) {
                // Time passes where there is nothing to do: what failed waits for it.
                if let Ok(0) = platform.worker().turn().await {
                    clock.advance(Duration::from_secs(1));
                }
                tokio::task::yield_now().await;
            }
        })
    });
    for round in 1..=3 {
        stage.told.heard(round * 8).await;
        let server = server.clone();
        blocking(move || server.restart()).await;
    }
    stage.told.heard(2 * ORDERS).await;
    going.store(false, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }
    stage.clock.advance(Duration::from_mins(10));
    stage.work().await;
    for (order, entry) in entries.iter().enumerate() {
        let names = stage.told.names(&format!("order-{order}"));
        assert_eq!(names, ["opened", "granted"]);
        assert_eq!(stage.state(&entry.financing.id).await, State::Granted);
    }
    stage.told.is_sound();
}

/// Runs itself again with little room for each file, as on a full disk.
#[test]
fn on_a_full_disk_callbacks_are_refused_and_once_there_is_room_all_goes_on() {
    const SMALL: &str = "INBANK_TEST_SMALL_DISK";
    if let Some(folder) = std::env::var_os(SMALL) {
        let runtime = Runtime::new().unwrap();
        return runtime.block_on(on_a_small_disk(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "on_a_full_disk_callbacks_are_refused_and_once_there_is_room_all_goes_on";
    let script = "trap '' XFSZ; ulimit -f 1500; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(SMALL, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let full = folder.path().join("was full");
    assert!(full.exists(), "the child did not run: {said}");
}

async fn on_a_small_disk(folder: &Path) {
    let url = format!("sqlite:{}/ledger.db", folder.display());
    let stage = Stage::at(Home::at(url.clone())).await;
    let entry = stage.open("1").await;
    stage.work().await;
    let id = entry.financing.id.as_str();
    let bodies = callbacks(&stage, &entry, 3000);
    let mut kept = 0;
    for body in &bodies {
        match stage.post("callbacks", id, body.clone()).await.as_u16() {
            200 => kept += 1,
            status => {
                assert_eq!(status, 503);
                break;
            }
        }
    }
    assert!((10..bodies.len()).contains(&kept), "{kept}");
    std::fs::write(folder.join("was full"), "").unwrap();
    // It stays so, for as many as come; what reads goes on, what writes says so.
    let more = bodies[kept..kept + 20].iter();
    let more = join_all(more.map(|body| stage.post("callbacks", id, body.clone()))).await;
    assert!(more.iter().all(|status| *status == 503), "{more:?}");
    assert_eq!(stage.kept(&entry.financing.id).await, kept);
    assert!(stage.platform.worker().turn().await.is_err());

    // Moves the log into the file, after which the log has room again.
    let mut direct = AnyConnection::connect(&url).await.unwrap();
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    direct.execute(checkpoint).await.unwrap();
    for body in &bodies[kept..kept + 20] {
        assert_eq!(stage.post("callbacks", id, body.clone()).await, 200);
    }
    assert_eq!(stage.kept(&entry.financing.id).await, kept + 20);
    let session = uuid(entry.financing.session.as_ref().unwrap());
    stage.sandbox().customer_applies(session).unwrap();
    stage.pass(Duration::from_mins(10));
    stage.work().await;
    assert_eq!(stage.told.names("1"), ["opened", "granted"]);
    stage.told.is_sound();
}
