//! The ledger on SQLite passes every case, each on a file of its own.

use inbank_adapters_sql::SqlLedger;
use inbank_testkit::conformance::ledger::cases;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials = cases().iter().map(|case| {
        Trial::test(case.name, move || {
            let folder = tempfile::tempdir()?;
            let url = format!("sqlite:{}/ledger.db", folder.path().display());
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?;
            runtime.block_on(async {
                case.run(&SqlLedger::connect(&url).await?).await;
                Ok(())
            })
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
