//! What only a file can get wrong. The rest is in the workspace's tests, for both engines.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;

use inbank_adapters_sql::{ConnectError, SqlLedger};
use inbank_domain::{
    Financing, FinancingId, OrderReference, ProductCode, ProductFamily, SessionId, ShopName,
};
use inbank_ports::{
    Entry, FinancingLedger, LedgerErrorKind, Opened, ReceivedCallback, Recorded, Subject,
};
use sqlx::{AnyConnection, Connection, Executor};
use time::OffsetDateTime;
use tokio::runtime::Runtime;

fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

fn id() -> FinancingId {
    FinancingId::parse("f-1").unwrap()
}

async fn opened(ledger: &SqlLedger) {
    let order = OrderReference::parse("1").unwrap();
    let financing = Financing::new(id(), order, ProductFamily::HirePurchase);
    let product = ProductCode::parse("hp").unwrap();
    let now = OffsetDateTime::UNIX_EPOCH;
    let entry = Entry::new(shop(), 1, product, financing, now, now);
    let opened = ledger.open(&entry, now).await.unwrap();
    assert!(matches!(opened, Opened::Written(_)));
}

fn callback(n: usize) -> ReceivedCallback {
    ReceivedCallback {
        shop: shop(),
        financing: id(),
        key: n.to_string(),
        subject: Subject::Session(SessionId::parse("s-1").unwrap()),
        body: vec![b'x'; 3000],
        received_at: OffsetDateTime::UNIX_EPOCH,
    }
}

async fn kept(ledger: &SqlLedger) -> usize {
    ledger.callbacks(&shop(), &id()).await.unwrap().len()
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
        .args(["--exact", name])
        .env(SMALL, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
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
    opened(&ledger).await;
    let mut answered = 0;
    let error = loop {
        match ledger.record(&callback(answered)).await {
            Ok(recorded) => assert_eq!(recorded, Recorded::Written),
            Err(error) => break error,
        }
        answered += 1;
        assert!(answered < 10_000, "there is room after all");
    };
    assert_eq!(error.kind(), LedgerErrorKind::Unavailable);
    assert!(answered > 10, "{answered}");
    assert_eq!(kept(&ledger).await, answered);
    // Moves the log into the file, after which the log has room again.
    let mut direct = AnyConnection::connect(&url(folder)).await.unwrap();
    direct
        .execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .unwrap();
    let recorded = ledger.record(&callback(answered)).await.unwrap();
    assert_eq!(recorded, Recorded::Written);
    answered += 1;
    std::fs::write(folder.join("answered"), answered.to_string()).unwrap();
}

fn url(folder: &Path) -> String {
    format!("sqlite:{}/ledger.db", folder.display())
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_unavailable_and_one_of_another_kind_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let kind = async |url: &str| match SqlLedger::connect(url).await {
        Err(ConnectError::Ledger(error)) => error.kind(),
        other => panic!("{other:?}"),
    };
    let nowhere = format!(
        "sqlite:{}/no/such/folder/ledger.db",
        folder.path().display()
    );
    assert_eq!(kind(&nowhere).await, LedgerErrorKind::Unavailable);
    std::fs::write(
        folder.path().join("ledger.db"),
        "a letter, not a database".repeat(99),
    )
    .unwrap();
    assert_eq!(kind(&url(folder.path())).await, LedgerErrorKind::Unreadable);
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
        opened(&SqlLedger::connect(&url).await.unwrap()).await;
    }
    for file in ["a.db", "b.db", "c.db", "with space.db"] {
        assert!(folder.path().join(file).exists(), "{file}");
    }
}

#[tokio::test]
async fn what_is_stored_by_a_later_version_is_unreadable() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqlLedger::connect(&url(folder.path())).await.unwrap();
    opened(&ledger).await;
    let mut direct = AnyConnection::connect(&url(folder.path())).await.unwrap();
    direct
        .execute("UPDATE inbank_financing SET state = 'refinanced'")
        .await
        .unwrap();
    let error = ledger.find(&shop(), &id()).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Unreadable);
}
