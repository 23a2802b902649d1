//! The ledger in memory passes the conformance suite.

use inbank_testkit::MemoryLedger;
use inbank_testkit::conformance::ledger::cases;
use libtest_mimic::{Arguments, Trial};

fn main() {
    let trials = cases().iter().map(|case| {
        Trial::test(case.name, move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            runtime.block_on(case.run(&MemoryLedger::new()));
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}
