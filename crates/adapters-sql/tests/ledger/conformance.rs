//! PostgreSQL passes the port's cases: by the server's clock, and by the callers'.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank_adapters_sql::{LedgerOptions, SqlLedger};
use inbank_domain::OrderKey;
use inbank_ports::{AuditLog, Clock, Ledger};
use inbank_testkit::conformance::audit::{self, AuditHarness};
use inbank_testkit::conformance::ledger::{LedgerHarness, cases};
use inbank_testkit::{ManualClock, Postgres};
use libtest_mimic::Trial;
use time::OffsetDateTime;

use crate::runtime;
use crate::store::minute;

struct OnPostgres {
    url: String,
    /// None where the ledger goes by the server's.
    clock: Option<ManualClock>,
}

/// Every time that a lease, a pause or an age is reckoned from.
const TIMES: [(&str, &str); 5] = [
    ("inbank_order", "due_at"),
    ("inbank_order", "leased_until"),
    ("inbank_order", "outbox_due_at"),
    ("inbank_order", "outbox_leased_until"),
    ("inbank_order", "touched_at"),
];

impl OnPostgres {
    async fn connected(&self) -> SqlLedger {
        let options = LedgerOptions::new();
        let options = match self.clock {
            Some(_) => options.callers_clock(),
            None => options,
        };
        options.connect(&self.url).await.unwrap()
    }
}

#[async_trait]
impl AuditHarness for OnPostgres {
    async fn log(&self) -> Arc<dyn AuditLog> {
        Arc::new(self.connected().await)
    }

    fn now(&self) -> OffsetDateTime {
        LedgerHarness::now(self)
    }
}

#[async_trait]
impl LedgerHarness for OnPostgres {
    async fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::new(self.connected().await)
    }

    fn now(&self) -> OffsetDateTime {
        let clock = self.clock.as_ref();
        clock.map_or_else(OffsetDateTime::now_utc, Clock::now)
    }

    async fn pass(&self, by: Duration) {
        if let Some(clock) = &self.clock {
            return clock.advance(by);
        }
        let by = by.as_micros();
        for (table, column) in TIMES {
            let sql = format!("UPDATE {table} SET {column} = {column} - {by}");
            Postgres::shared().psql(&self.url, &sql);
        }
    }

    async fn break_order(&self, key: &OrderKey) {
        let (shop, reference) = (key.shop.as_str(), key.reference.as_str());
        let sql = format!(
            "UPDATE inbank_attempt SET state = 'refinanced' WHERE shop = '{shop}' AND reference = '{reference}'"
        );
        Postgres::shared().psql(&self.url, &sql);
    }

    async fn break_event(&self, key: &OrderKey, number: u64) {
        let (shop, reference) = (key.shop.as_str(), key.reference.as_str());
        let sql = format!(
            "UPDATE inbank_event SET kind = 'refinanced'
            WHERE shop = '{shop}' AND reference = '{reference}' AND number = {number}"
        );
        Postgres::shared().psql(&self.url, &sql);
    }
}

pub(crate) fn trials() -> Vec<Trial> {
    let servers = cases().iter().map(|case| {
        Trial::test(format!("postgres::{}", case.name), move || {
            let harness = OnPostgres {
                url: Postgres::shared().database(),
                clock: None,
            };
            runtime().block_on(case.run(&harness));
            Ok(())
        })
    });
    let callers = Trial::test("postgres::every_case_passes_by_the_callers_clock", || {
        for case in cases() {
            eprintln!("{}", case.name);
            let harness = OnPostgres {
                url: Postgres::shared().database(),
                clock: Some(ManualClock::new(minute(0))),
            };
            runtime().block_on(case.run(&harness));
        }
        Ok(())
    });
    let audit = audit::cases().iter().map(|case| {
        Trial::test(format!("postgres::audit::{}", case.name), move || {
            let harness = OnPostgres {
                url: Postgres::shared().database(),
                clock: None,
            };
            runtime().block_on(case.run(&harness));
            Ok(())
        })
    });
    servers.chain([callers]).chain(audit).collect()
}
