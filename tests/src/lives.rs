//! The lives of a platform's processes, and what came of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use inbank_sandbox::{ContractStatus, Operation, Sandbox, SessionStatus};
use uuid::Uuid;

use crate::{Told, audit};

/// Far longer than anything takes: only to end a test that would hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// What all lives of a process share.
pub struct Setting<'a> {
    /// The program `embedder`.
    pub program: &'a str,
    /// The ledger.
    pub database: &'a str,
    /// The bank.
    pub sandbox: &'a Sandbox,
    /// Where it is reached.
    pub port: u16,
}

impl Setting<'_> {
    /// A port at which nobody listens.
    pub fn free_port() -> u16 {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    }
}

/// One process of a platform: the program `embedder`.
pub struct Life {
    process: Child,
    lines: Receiver<String>,
}

impl Life {
    /// Starts one. Its clock is `later` seconds ahead of the bank's; it dies at a step of its ledger,
    /// counted from 1.
    pub fn start(setting: &Setting<'_>, later: u32, die_at: u32, orders: &[String]) -> Self {
        let sandbox = setting.sandbox;
        let now = sandbox.now().unix_timestamp() + i64::from(later);
        let mut process = Command::new(setting.program)
            .args([setting.database, sandbox.base_url()])
            .args([sandbox.shop(), sandbox.api_key()])
            .args([
                setting.port.to_string(),
                now.to_string(),
                die_at.to_string(),
            ])
            .args(orders)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let (said, lines): (Sender<String>, _) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    break;
                }
            }
        });
        Self { process, lines }
    }

    /// The next line; none once it is dead, or has said nothing for so long.
    fn line(&self, patience: Duration) -> Result<String, RecvTimeoutError> {
        self.lines.recv_timeout(patience)
    }

    /// SIGTERM; returns when it has ended by itself.
    pub fn stop(mut self, reckoning: &mut Reckoning) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        while let Ok(line) = self.line(PATIENCE) {
            reckoning.hear(&line);
        }
        assert!(self.process.wait().unwrap().success());
    }

    /// SIGKILL.
    pub fn kill(mut self, reckoning: &mut Reckoning) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while let Ok(line) = self.line(PATIENCE) {
            reckoning.hear(&line);
        }
    }
}

/// A test that fails leaves none behind.
impl Drop for Life {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What processes have said, and what the bank has.
pub struct Reckoning<'a> {
    sandbox: &'a Sandbox,
    /// With the moments at which the processes were told.
    told: Vec<(u128, Told)>,
    /// The sessions to which each order's customer was sent.
    redirects: BTreeMap<String, BTreeSet<Uuid>>,
    /// The steps of the ledger that the processes came to, the last of which they may have died at.
    pub steps: BTreeSet<String>,
    /// Lines so far.
    pub lines: usize,
}

impl<'a> Reckoning<'a> {
    /// Nothing was said yet.
    pub const fn new(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            told: Vec::new(),
            redirects: BTreeMap::new(),
            steps: BTreeSet::new(),
            lines: 0,
        }
    }

    /// Takes a line in; a customer who is sent to the bank applies there.
    fn hear(&mut self, line: &str) {
        if let Some(step) = line.strip_prefix("step ") {
            self.steps.insert(step.to_owned());
            return;
        }
        self.lines += 1;
        let words: Vec<&str> = line.splitn(5, ' ').collect();
        match words[..] {
            ["redirect", order, url] => {
                let session: Uuid = url.rsplit('/').next().unwrap().parse().unwrap();
                let sessions = self.redirects.entry(order.to_owned()).or_default();
                sessions.insert(session);
                let state = self.sandbox.session(session).map(|session| session.status);
                if state == Some(SessionStatus::Pending) {
                    self.sandbox.customer_applies(session).unwrap();
                }
            }
            ["event", at, number, order, kind] => {
                let told = Told {
                    order: order.to_owned(),
                    number: number.parse().unwrap(),
                    kind: kind.to_owned(),
                };
                self.told.push((at.parse().unwrap(), told));
            }
            _ => {}
        }
    }

    /// Lives on with these processes until something is so, or the last of them is dead. Whether it is
    /// so.
    ///
    /// # Panics
    /// Where nothing is said for a long time.
    pub fn live(&mut self, lives: &[&Life], is: impl Fn(&Self) -> bool) -> bool {
        let is_so = self.live_until_silent(lives, is, PATIENCE);
        is_so.unwrap_or_else(|| panic!("stuck: {:?}", self.told))
    }

    /// The same; none where nothing was said for so long.
    pub fn live_until_silent(
        &mut self,
        lives: &[&Life],
        is: impl Fn(&Self) -> bool,
        patience: Duration,
    ) -> Option<bool> {
        let mut silent = Duration::ZERO;
        let moment = Duration::from_millis(20);
        while !is(self) {
            let mut dead = 0;
            let mut said = false;
            for life in lives {
                match life.line(moment) {
                    Ok(line) => {
                        self.hear(&line);
                        said = true;
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => dead += 1,
                }
            }
            if dead == lives.len() {
                return Some(false);
            }
            silent = if said {
                Duration::ZERO
            } else {
                silent + moment
            };
            if silent >= patience {
                return None;
            }
        }
        Some(true)
    }

    /// Whether an order has come to its end.
    pub fn is_over(&self, order: &str) -> bool {
        let end = end(order);
        let mut told = self.told.iter();
        told.any(|(_, told)| told.order == order && told.kind == end)
    }

    /// What must be true of these orders whatever happened: each came to its end once, in as few steps
    /// as there are; at the bank it is financed once, or not at all; and no customer was sent to two
    /// sessions.
    ///
    /// # Panics
    /// Where it is not.
    pub fn check(&self, orders: &[String], when: &str) {
        let mut told = self.told.clone();
        told.sort_by_key(|(at, _)| *at);
        let told: Vec<Told> = told.into_iter().map(|(_, told)| told).collect();
        let told = audit(&told);
        for order in orders {
            let expected: &[&str] = match aim(order) {
                "direct" => &["action_wanted: offer", "action_wanted: signature"],
                _ => &[],
            };
            let expected = [expected, &["awaits_merchant", end(order)]].concat();
            // An application that was lost is given up, and told so, before it is sent anew.
            let given_up = aim(order) == "direct" && told[order][0] == "not_paid: cancelled";
            let told = told[order].iter().skip(usize::from(given_up));
            let lost = |kind: &&String| kind.contains("not known whether it arrived");
            let told: Vec<&String> = told.filter(|kind| !lost(kind)).collect();
            assert_eq!(told, expected, "{when}: {order}");
        }
        for (order, sessions) in &self.redirects {
            assert_eq!(sessions.len(), 1, "{when}: {order}");
        }
        let paid = orders.iter().filter(|order| end(order) == "paid").count();
        let sandbox = self.sandbox;
        let contracts = sandbox.contracts().into_iter();
        let active = contracts
            .filter(|id| sandbox.contract(*id) == Some(ContractStatus::Activated))
            .count();
        assert_eq!(active, paid, "{when}: active contracts");
        assert_eq!(sandbox.contract_count(), orders.len(), "{when}: contracts");
        let count = |operation| {
            let requests = sandbox.requests().into_iter();
            requests
                .filter(|request| request.operation == Some(operation))
                .count()
        };
        let accepted = orders.iter().filter(|order| aim(order) == "direct").count();
        assert_eq!(count(Operation::AcceptApplication), accepted, "{when}");
    }
}

fn aim(order: &str) -> &str {
    order.split('-').next().unwrap()
}

fn end(order: &str) -> &'static str {
    match aim(order) {
        "cancel" => "not_paid: cancelled",
        _ => "paid",
    }
}
