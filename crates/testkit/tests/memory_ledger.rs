//! The ledger in memory passes the conformance suite, also where its callers wait for each other.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank_domain::OrderKey;
use inbank_ports::{AuditLog, Clock as _, Ledger};
use inbank_testkit::conformance::audit::{self, AuditHarness};
use inbank_testkit::conformance::ledger::{LedgerHarness, cases};
use inbank_testkit::{ManualClock, MemoryLedger};
use libtest_mimic::{Arguments, Trial};
use time::OffsetDateTime;

struct InMemory {
    ledger: Arc<MemoryLedger>,
    clock: ManualClock,
}

#[async_trait]
impl LedgerHarness for InMemory {
    async fn ledger(&self) -> Arc<dyn Ledger> {
        self.ledger.clone()
    }
    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
    async fn pass(&self, by: Duration) {
        self.clock.advance(by);
    }
    async fn break_order(&self, key: &OrderKey) {
        self.ledger.break_order(key);
    }
    async fn break_event(&self, key: &OrderKey, number: u64) {
        self.ledger.break_event(key, number);
    }
}

#[async_trait]
impl AuditHarness for InMemory {
    async fn log(&self) -> Arc<dyn AuditLog> {
        self.ledger.clone()
    }
    fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }
}

fn harness(ledger: MemoryLedger) -> InMemory {
    let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
    InMemory {
        ledger: Arc::new(ledger),
        clock: ManualClock::new(start),
    }
}

fn main() {
    let trials = ["at_once", "one_at_a_time"].into_iter().flat_map(|name| {
        cases().iter().map(move |case| {
            Trial::test(format!("{name}::{}", case.name), move || {
                let ledger = if name == "at_once" {
                    MemoryLedger::new()
                } else {
                    MemoryLedger::with_connections(1)
                };
                let harness = harness(ledger);
                let runtime = tokio::runtime::Builder::new_current_thread().build()?;
                runtime.block_on(case.run(&harness));
                Ok(())
            })
        })
    });
    let audit = audit::cases().iter().map(|case| {
        Trial::test(format!("audit::{}", case.name), move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            runtime.block_on(case.run(&harness(MemoryLedger::new())));
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.chain(audit).collect()).exit();
}
