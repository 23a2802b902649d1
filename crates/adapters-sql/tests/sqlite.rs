//! What only a file can get wrong. What both engines can is in `ledger`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use inbank_adapters_sql::{ConnectError, SqlLedger};
use inbank_domain::{
    Attempt, AttemptId, AttemptKind, Fingerprint, Order, OrderKey, OrderReference, ProductCode,
    ProductFamily, ShopName, Terms,
};
use inbank_ports::{
    ClaimRequest, Due, Kept, Ledger, LedgerErrorKind, ReceivedCallback, Saved, ShopSlots, Write,
};
use rusqlite::Connection;
use time::OffsetDateTime;
use tokio::runtime::Runtime;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

fn key(name: &str) -> OrderKey {
    OrderKey::new(shop(), OrderReference::parse(name).unwrap())
}

fn order(name: &str) -> Order {
    let mut order = Order::new(key(name), NOW);
    let terms = Terms {
        kind: AttemptKind::Session,
        product: ProductCode::parse("hp").unwrap(),
        family: ProductFamily::HirePurchase,
        amount: None,
        period: None,
        fingerprint: Fingerprint::from_bytes([7; 16]),
        merchant_approval: false,
        application_signature: false,
    };
    let id = AttemptId::parse(format!("{name}-1")).unwrap();
    order
        .attempts
        .push(Attempt::new(id, 1, terms, NOW, NOW, NOW));
    order
}

fn write(order: &Order, due: Due) -> Write {
    Write {
        order: order.clone(),
        lease: None,
        due,
        worked_on: Vec::new(),
        now: NOW,
    }
}

async fn opened(ledger: &SqlLedger, name: &str) -> Order {
    let mut order = order(name);
    let saved = ledger.write(write(&order, Due::Now)).await.unwrap();
    assert_eq!(saved, Saved::Written(1));
    order.version = 1;
    order
}

fn callback(n: usize, size: usize) -> ReceivedCallback {
    ReceivedCallback {
        shop: shop(),
        attempt: AttemptId::parse("o-1-1").unwrap(),
        key: n.to_string(),
        subject: None,
        status: "completed".to_owned(),
        content: vec![b'x'; size],
        received_at: NOW,
    }
}

async fn kept(ledger: &SqlLedger) -> usize {
    ledger.callbacks(&key("o-1")).await.unwrap().len()
}

fn request() -> ClaimRequest {
    ClaimRequest {
        shops: vec![ShopSlots {
            shop: shop(),
            free: 9,
        }],
        lease: Duration::from_mins(1),
        now: NOW,
    }
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}/ledger.db", folder.display())
}

fn direct(folder: &Path) -> Connection {
    Connection::open(folder.join("ledger.db")).unwrap()
}

fn log_bytes(folder: &Path) -> u64 {
    std::fs::metadata(folder.join("ledger.db-wal")).map_or(0, |log| log.len())
}

/// Runs itself again with little room for each file, as on a full disk.
#[test]
fn a_full_disk_is_unavailable_loses_nothing_and_is_used_again_once_there_is_room() {
    const SMALL: &str = "INBANK_TEST_SMALL_DISK";
    if let Some(folder) = std::env::var_os(SMALL) {
        let runtime = Runtime::new().unwrap();
        return runtime.block_on(on_a_small_disk(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "a_full_disk_is_unavailable_loses_nothing_and_is_used_again_once_there_is_room";
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
    let answered = std::fs::read_to_string(folder.path().join("answered"));
    let answered: usize = answered.unwrap().parse().unwrap();
    Runtime::new().unwrap().block_on(async {
        let ledger = SqlLedger::connect(&url(folder.path())).await.unwrap();
        assert_eq!(kept(&ledger).await, answered);
    });
}

async fn on_a_small_disk(folder: &Path) {
    let ledger = SqlLedger::connect(&url(folder)).await.unwrap();
    opened(&ledger, "o-1").await;
    let mut answered = 0;
    let error = loop {
        // Several at once, which share a transaction.
        let callbacks: Vec<_> = (answered..answered + 3)
            .map(|n| callback(n, 3000))
            .collect();
        let said = join_all(callbacks.iter().map(|callback| ledger.keep(callback))).await;
        let full = said.iter().any(Result::is_err);
        for said in said {
            match said {
                Ok(kept) => {
                    assert_eq!(kept, Kept::Written);
                    answered += 1;
                }
                Err(error) => assert_eq!(error.kind(), LedgerErrorKind::Unavailable),
            }
        }
        if full {
            break ledger
                .keep(&callback(answered + 9, 3000))
                .await
                .unwrap_err();
        }
        assert!(answered < 10_000, "there is room after all");
    };
    assert_eq!(error.kind(), LedgerErrorKind::Unavailable);
    assert!(answered > 10, "{answered}");
    assert_eq!(kept(&ledger).await, answered);
    // Moves the log into the file, after which the log has room again.
    let empty = "PRAGMA wal_checkpoint(TRUNCATE)";
    direct(folder).query_row(empty, [], |_| Ok(())).unwrap();
    let kept_again = ledger.keep(&callback(answered + 99, 3000)).await.unwrap();
    assert_eq!(kept_again, Kept::Written);
    answered += 1;
    std::fs::write(folder.join("answered"), answered.to_string()).unwrap();
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_unavailable_and_one_of_another_kind_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = format!(
        "sqlite:{}/no/such/folder/ledger.db",
        folder.path().display()
    );
    let error = SqlLedger::connect(&nowhere).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unavailable));
    let said = error.to_string();
    assert!(said.contains("/no/such/folder/ledger.db"), "{said}");
    std::fs::write(
        folder.path().join("ledger.db"),
        "a letter, not a database".repeat(99),
    )
    .unwrap();
    let error = SqlLedger::connect(&url(folder.path())).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unreadable));
    let absent = format!("{}?mode=rw", nowhere.replace("/no/such/folder", ""));
    std::fs::remove_file(folder.path().join("ledger.db")).unwrap();
    let error = SqlLedger::connect(&absent).await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Unavailable));
    assert!(!folder.path().join("ledger.db").exists());
}

#[tokio::test]
async fn every_spelling_of_an_address_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    for url in [
        format!("sqlite:{path}/a.db"),
        format!("sqlite://{path}/b.db"),
        format!("sqlite://{path}/c.db?mode=rwc"),
        format!("sqlite:{path}/with%20space.db"),
    ] {
        opened(&SqlLedger::connect(&url).await.unwrap(), "o-1").await;
    }
    for file in ["a.db", "b.db", "c.db", "with space.db"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
    let Err(ConnectError::Address(_)) = SqlLedger::connect("sqlite::memory:").await else {
        panic!("what is lost with the process was taken");
    };
}

/// Another process holds the write lock: writes wait for it, all kinds of them, and are done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_waits_for_another_process_that_writes() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqlLedger::connect(&url(folder.path())).await.unwrap();
    let mut order = opened(&ledger, "o-1").await;
    let other = direct(folder.path());
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    order.failures = 1;
    let (callback, request) = (callback(1, 10), request());
    let changed = write(&order, Due::Never);
    let writes = async {
        futures::join!(
            ledger.write(changed),
            ledger.keep(&callback),
            ledger.claim(&request)
        )
    };
    // Longer than SQLite itself is told to wait.
    let release = async {
        let released = tokio::task::spawn_blocking(move || {
            let held = std::time::Instant::now();
            while held.elapsed() < Duration::from_millis(1500) {
                std::thread::yield_now();
            }
            other.execute_batch("COMMIT").unwrap();
        });
        released.await.unwrap();
    };
    let ((written, kept, claimed), ()) = futures::join!(writes, release);
    assert_eq!(written.unwrap(), Saved::Written(2));
    assert_eq!(kept.unwrap(), Kept::Written);
    assert_eq!(claimed.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_bounded_and_is_emptied_when_there_is_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Arc::new(SqlLedger::connect(&url(folder.path())).await.unwrap());
    opened(&ledger, "o-1").await;
    let mut longest = 0;
    // A hundred megabytes in all.
    for round in 0..100 {
        let callbacks: Vec<_> = (0..100)
            .map(|n| callback(100 * round + n, 10_000))
            .collect();
        let said = join_all(callbacks.iter().map(|callback| ledger.keep(callback))).await;
        assert!(said.iter().all(Result::is_ok));
        longest = longest.max(log_bytes(folder.path()));
    }
    assert!(longest < 80 << 20, "{longest}");
    let measures = ledger.measure(&[shop()], NOW).await.unwrap();
    assert_eq!(measures.wal_bytes, Some(log_bytes(folder.path())));
    let started = std::time::Instant::now();
    while log_bytes(folder.path()) > 0 {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the log is {} long",
            log_bytes(folder.path())
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_reader_that_stands_still_holds_up_no_write() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqlLedger::connect(&url(folder.path())).await.unwrap();
    opened(&ledger, "o-1").await;
    let other = direct(folder.path());
    other.execute_batch("BEGIN").unwrap();
    let count = "SELECT count(*) FROM inbank_order";
    let count = |c: &Connection| c.query_row(count, [], |row| row.get::<_, i64>(0));
    assert_eq!(count(&other).unwrap(), 1);
    opened(&ledger, "o-2").await;
    assert_eq!(count(&other).unwrap(), 1);
}

#[tokio::test]
async fn a_ledger_needs_no_runtime_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let address = url(folder.path());
    let thread = std::thread::spawn(move || {
        futures::executor::block_on(async {
            let ledger = SqlLedger::connect(&address).await.unwrap();
            opened(&ledger, "o-1").await;
            kept(&ledger).await
        })
    });
    assert_eq!(thread.join().unwrap(), 0);
}
