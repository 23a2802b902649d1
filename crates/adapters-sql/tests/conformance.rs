//! The ledger on SQLite passes every case, each on a file of its own.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank_adapters_sql::SqlLedger;
use inbank_domain::OrderKey;
use inbank_ports::{AuditLog, Clock as _, Ledger};
use inbank_testkit::ManualClock;
use inbank_testkit::conformance::audit::{self, AuditHarness};
use inbank_testkit::conformance::ledger::{LedgerHarness, cases};
use libtest_mimic::{Arguments, Failed, Trial};
use time::OffsetDateTime;

struct OnSqlite {
    file: PathBuf,
    clock: ManualClock,
}

impl OnSqlite {
    async fn connected(&self) -> SqlLedger {
        let url = format!("sqlite:{}", self.file.display());
        SqlLedger::connect(&url).await.unwrap()
    }

    fn new(folder: &Path) -> Self {
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        Self {
            file: folder.join("ledger.db"),
            clock: ManualClock::new(start),
        }
    }
}

#[async_trait]
impl LedgerHarness for OnSqlite {
    async fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::new(self.connected().await)
    }

    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    async fn pass(&self, by: Duration) {
        self.clock.advance(by);
    }

    async fn break_order(&self, key: &OrderKey) {
        let direct = rusqlite::Connection::open(&self.file).unwrap();
        let sql =
            "UPDATE inbank_attempt SET state = 'refinanced' WHERE shop = ?1 AND reference = ?2";
        let broken = direct.execute(sql, [key.shop.as_str(), key.reference.as_str()]);
        assert!(broken.unwrap() > 0);
    }

    async fn break_event(&self, key: &OrderKey, number: u64) {
        let direct = rusqlite::Connection::open(&self.file).unwrap();
        let sql = "UPDATE inbank_event SET kind = 'refinanced' WHERE shop = ?1 AND reference = ?2 AND number = ?3";
        let named = (
            key.shop.as_str(),
            key.reference.as_str(),
            number.cast_signed(),
        );
        assert!(direct.execute(sql, named).unwrap() > 0);
    }
}

#[async_trait]
impl AuditHarness for OnSqlite {
    async fn log(&self) -> Arc<dyn AuditLog> {
        Arc::new(self.connected().await)
    }

    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}

fn on_sqlite(test: impl AsyncFnOnce(&OnSqlite)) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let harness = OnSqlite::new(folder.path());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(test(&harness));
    Ok(())
}

fn main() {
    let ledger = cases().iter().map(|case| {
        Trial::test(case.name, move || {
            on_sqlite(async |harness| case.run(harness).await)
        })
    });
    let audit = audit::cases().iter().map(|case| {
        Trial::test(format!("audit::{}", case.name), move || {
            on_sqlite(async |harness| case.run(harness).await)
        })
    });
    let trials = ledger.chain(audit).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
