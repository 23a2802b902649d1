//! A platform that embeds us is killed at every step that it takes, and again while it recovers: no
//! order is lost, none completed twice, none stuck.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use inbank_sandbox::{Region, Sandbox};
use inbank_tests::{Postgres, reckon};
use serde_json::json;
use tempfile::TempDir;

/// Every port that a platform's orders pass.
const PLACES: [&str; 15] = [
    "FinancingLedger.open",
    "FinancingLedger.record",
    "FinancingLedger.claim",
    "FinancingLedger.intend",
    "FinancingLedger.commit",
    "FinancingLedger.release",
    "Sessions.open",
    "Sessions.session",
    "Applications.submit",
    "Applications.accept",
    "Contracts.approve",
    "Contracts.cancel",
    "Rentals.assign",
    "Rentals.activate",
    "EventSink.deliver",
];
const ALL: [&str; 5] = ["approve", "cancel", "decline", "direct", "rent"];
/// What the orders of one group are to come to. Together they go every way there is.
const GROUPS: [&[&str]; 3] = [
    &["approve", "direct"],
    &["cancel", "rent"],
    &["decline", "approve"],
];

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_lost_doubled_or_stuck_on_sqlite_wherever_the_process_is_killed() {
    let folder = TempDir::new().unwrap();
    let database = format!("sqlite:{}", folder.path().join("ledger.db").display());
    Crashes::new(database, 1).await.everywhere().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_lost_doubled_or_stuck_on_postgresql_wherever_the_process_is_killed() {
    let database = Postgres::shared().database();
    Crashes::new(database, 2).await.everywhere().await;
}

/// Every step once takes minutes; the two databases take turns at them.
const STRIDE: usize = 3;

struct Crashes {
    first_step: usize,
    sandbox: Sandbox,
    /// Outlives every process: what is sent to it meanwhile waits for the next.
    listener: TcpListener,
    database: String,
    folder: TempDir,
    orders: usize,
    lives: usize,
    /// Where the processes ended, and how often.
    ended: BTreeMap<String, usize>,
}

/// When a process is killed.
enum Kill {
    Never,
    AfterSteps(usize),
    At(String),
}

/// How a process ended.
#[derive(Debug, PartialEq)]
enum End {
    Killed,
    Done,
}

impl Crashes {
    async fn new(database: String, first_step: usize) -> Self {
        let sandbox = Sandbox::builder(Region::Estonia).callback_retries([]);
        let sandbox = sandbox.instant().processing(1, Duration::from_secs(10));
        Self {
            first_step,
            sandbox: sandbox.start().await.unwrap(),
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            database,
            folder: TempDir::new().unwrap(),
            orders: 0,
            lives: 0,
            ended: BTreeMap::new(),
        }
    }

    async fn everywhere(mut self) {
        let mut orders = Vec::new();
        // Each place by its name, so that none is left to chance …
        for place in PLACES {
            for side in ["before", "after"] {
                let group = self.group(&ALL);
                let place = format!("{side} {place}");
                assert_eq!(self.live(&group, &Kill::At(place), false), End::Killed);
                assert_eq!(self.live(&group, &Kill::Never, true), End::Done);
                orders.extend(group);
            }
        }
        // … and whatever else lies on the way, and on the way back from there.
        for aims in GROUPS {
            for step in (self.first_step..).step_by(STRIDE) {
                let group = self.group(aims);
                let first = self.live(&group, &Kill::AfterSteps(step), false);
                if first == End::Killed {
                    self.live(&group, &Kill::AfterSteps(step % 23 + 1), false);
                }
                assert_eq!(self.live(&group, &Kill::Never, true), End::Done);
                orders.extend(group);
                if first == End::Done {
                    break;
                }
            }
        }
        let kills: usize = self.ended.values().sum();
        eprintln!("{kills} kills at {} places", self.ended.len());
        assert!(kills >= 200, "only {kills}: {:#?}", self.ended);
        let told = fs::read_to_string(self.folder.path().join("told")).unwrap();
        reckon(&self.sandbox, &told, &orders).await;
    }

    fn group(&mut self, aims: &[&str]) -> Vec<String> {
        aims.iter().map(|aim| self.order(aim)).collect()
    }

    fn order(&mut self, aim: &str) -> String {
        self.orders += 1;
        format!("{aim}-{}", self.orders)
    }

    /// One process, until it is killed or has nothing left to do.
    fn live(&mut self, orders: &[String], kill: &Kill, to_the_end: bool) -> End {
        self.lives += 1;
        let (last_step, last_call) = match kill {
            Kill::Never => (None, None),
            Kill::AfterSteps(step) => (Some(step), None),
            Kill::At(place) => (None, Some(place)),
        };
        let job = json!({
            "sandbox": self.sandbox.base_url(),
            "shop": self.sandbox.shop(),
            "key": self.sandbox.api_key(),
            "database": self.database,
            "public_url": format!("http://{}", self.listener.local_addr().unwrap()),
            "told": self.folder.path().join("told"),
            // Each life begins long after the one before: leases have lapsed, and much is due.
            "start": 1_790_000_000 + 100 * 24 * 3600 * self.lives,
            "last_step": last_step,
            "last_call": last_call,
            "orders": orders,
            "to_the_end": to_the_end,
        });
        let socket = OwnedFd::from(self.listener.try_clone().unwrap());
        let output = Command::new(env!("CARGO_BIN_EXE_embedder"))
            .env("EMBEDDER_JOB", job.to_string())
            .stdin(Stdio::from(socket))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let killed = said.lines().find(|line| line.starts_with("killed "));
        match killed {
            Some(place) if output.status.code().is_none() => {
                *self.ended.entry(place.to_owned()).or_default() += 1;
                End::Killed
            }
            _ => {
                assert!(output.status.success(), "{orders:?}: {said}");
                End::Done
            }
        }
    }
}
