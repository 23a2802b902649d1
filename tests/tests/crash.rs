//! A platform that is killed at every step, on both databases, and started again: no order is lost, none
//! is stuck, none is paid twice, and the platform is told of each thing at least once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use inbank_sandbox::{Operation, Sandbox, SessionStatus};
use inbank_testkit::Postgres;
use uuid::Uuid;

/// More steps than there are: the first run in which nobody dies ends the test.
const STEPS: u32 = 200;
/// Far longer than anything takes: only to end a test that would hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a platform has said over all its lives.
#[derive(Default)]
struct Said {
    redirects: Vec<Uuid>,
    events: BTreeSet<(u64, String)>,
}

struct Life {
    process: Child,
    out: BufReader<ChildStdout>,
}

impl Life {
    fn start(database: &str, sandbox: &Sandbox, start: i64, die_at: u32) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_embedder"))
            .args([database, sandbox.base_url(), sandbox.shop(), sandbox.api_key()])
            .args([start.to_string(), die_at.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        Self { process, out }
    }

    /// Lives until the order is paid, or death; whether it is paid.
    fn live(mut self, sandbox: &Sandbox, said: &mut Said) -> bool {
        let began = Instant::now();
        let mut line = String::new();
        let paid = loop {
            assert!(began.elapsed() < PATIENCE, "stuck; last said: {line}");
            line.clear();
            if self.out.read_line(&mut line).unwrap() == 0 {
                break false;
            }
            let (word, rest) = line.trim().split_once(' ').unwrap();
            match word {
                "redirect" => {
                    let session = rest.rsplit('/').next().unwrap().parse().unwrap();
                    if !said.redirects.contains(&session) {
                        said.redirects.push(session);
                    }
                    if status(sandbox, session) == Some(SessionStatus::Pending) {
                        sandbox.customer_applies(session).unwrap();
                    }
                }
                "event" => {
                    let (number, kind) = rest.split_once(' ').unwrap();
                    said.events.insert((number.parse().unwrap(), kind.to_owned()));
                    if kind.ends_with("paid") {
                        break true;
                    }
                }
                _ => {}
            }
        };
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        paid
    }
}

/// Plays one order over two lives, the first of which ends at a step; whether it ended there.
async fn play(database: &str, step: u32) -> bool {
    let builder = Sandbox::builder(inbank_sandbox::Region::Estonia);
    let sandbox = builder.instant().callback_retries([]).start().await.unwrap();
    tokio::task::block_in_place(|| {
        let mut said = Said::default();
        let start = 1_800_000_000;
        let first = Life::start(database, &sandbox, start, step);
        if first.live(&sandbox, &mut said) {
            return false;
        }
        // An hour later: whatever the first had leased has lapsed.
        let second = Life::start(database, &sandbox, start + 3600, 0);
        assert!(second.live(&sandbox, &mut said), "step {step}");
        reckon(&sandbox, &said, step);
        true
    })
}

/// What must be true whatever happened.
fn reckon(sandbox: &Sandbox, said: &Said, step: u32) {
    let kinds: Vec<&str> = said.events.iter().map(|(_, kind)| kind.as_str()).collect();
    assert_eq!(kinds, ["1001 awaits_merchant", "1001 paid"], "step {step}");
    let numbers: Vec<u64> = said.events.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 2], "step {step}");
    assert_eq!(said.redirects.len(), 1, "step {step}: a customer was sent to two sessions");
    let sessions = sandbox.sessions();
    assert!(sessions.len() <= 2, "step {step}: {} sessions", sessions.len());
    let active = sessions
        .iter()
        .filter(|session| status(sandbox, **session) == Some(SessionStatus::Completed))
        .count();
    assert_eq!(active, 1, "step {step}: paid {active} times");
    let requests = sandbox.requests();
    let approvals = requests
        .iter()
        .filter(|request| request.operation == Some(Operation::ApproveContract))
        .count();
    assert!((1..=2).contains(&approvals), "step {step}: {approvals} approvals");
    assert_eq!(sandbox.contract_count(), 1, "step {step}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_on_sqlite() {
    for step in 1..STEPS {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}/ledger.db", folder.path().display());
        if !play(&database, step).await {
            assert!(step > 20, "only {step} steps: is it still killed?");
            return;
        }
    }
    panic!("more than {STEPS} steps");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_on_postgresql() {
    for step in 1..STEPS {
        let database = Postgres::shared().database();
        if !play(&database, step).await {
            assert!(step > 20, "only {step} steps: is it still killed?");
            return;
        }
    }
    panic!("more than {STEPS} steps");
}

fn status(sandbox: &Sandbox, session: Uuid) -> Option<SessionStatus> {
    sandbox.session(session).map(|session| session.status)
}
