//! Three processes of one platform on one PostgreSQL, under load, of which one is killed: no order is
//! lost, none told of twice, none stuck.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use inbank_sandbox::{Region, Sandbox};
use inbank_tests::{Postgres, reckon};
use serde_json::json;
use tempfile::TempDir;

const AIMS: [&str; 5] = ["approve", "cancel", "decline", "direct", "rent"];
const PROCESSES: usize = 3;
const ORDERS_EACH: usize = 20;
/// Longer than a lease: what the killed one held passes on at once. The living lose theirs as well.
const LAPSE: u64 = 180;
const SILENCE: Duration = Duration::from_millis(500);
const FOR_GOOD: u64 = 40 * 24 * 3600;

#[tokio::test(flavor = "multi_thread")]
async fn of_three_processes_under_load_one_is_killed_and_every_order_comes_to_its_end_once() {
    let sandbox = Sandbox::builder(Region::Estonia).callback_retries([]);
    let sandbox = sandbox.instant().processing(1, Duration::from_secs(10));
    let crowd = Crowd {
        sandbox: sandbox.start().await.unwrap(),
        listener: TcpListener::bind("127.0.0.1:0").unwrap(),
        database: Postgres::shared().database(),
        folder: TempDir::new().unwrap(),
    };
    let crowd = tokio::task::spawn_blocking(move || {
        // Soon after it has begun, in the middle, and near the end.
        for (round, lines) in [5, 60, 120].into_iter().enumerate() {
            crowd.lives_through_the_end_of_one(round, lines);
        }
        crowd
    });
    crowd.await.unwrap().check().await;
}

struct Crowd {
    sandbox: Sandbox,
    /// All processes take requests from it, and it outlives each of them.
    listener: TcpListener,
    database: String,
    folder: TempDir,
}

fn orders(round: usize, process: usize) -> Vec<String> {
    let orders = (0..ORDERS_EACH).map(|n| {
        let aim = AIMS[n % AIMS.len()];
        format!("{aim}-{round}-{process}-{n}")
    });
    orders.collect()
}

impl Crowd {
    fn lives_through_the_end_of_one(&self, round: usize, lines: usize) {
        let already = round as u64 * 2 * FOR_GOOD;
        self.set_clocks(already);
        let (said, heard) = channel();
        let mut processes: Vec<_> = (0..PROCESSES)
            .map(|n| self.process(n, &orders(round, n), &said))
            .collect();
        let mut done = vec![false; PROCESSES];
        for _ in 0..lines {
            let (n, line) = next(&heard);
            done[n] |= line == "done";
        }
        let victim = round % PROCESSES;
        processes[victim].kill().unwrap();
        processes[victim].wait().unwrap();
        self.set_clocks(already + LAPSE);
        // The platform starts it again, as anything that watches processes does.
        done[victim] = false;
        let heir = self.process(PROCESSES, &orders(round, victim), &said);
        processes[victim] = heir;
        done.push(false);
        let mut ahead = already + LAPSE;
        while !(0..=PROCESSES).all(|n| done[n] || n == victim) {
            if let Ok((n, line)) = heard.recv_timeout(SILENCE) {
                done[n] |= line == "done";
                continue;
            }
            // A callback that the killed one had in its hands is lost: time has to pass until
            // somebody looks.
            ahead += 60;
            assert!(ahead < already + FOR_GOOD, "they are stuck");
            self.sandbox.advance(Duration::from_mins(1));
            self.set_clocks(ahead);
        }
        // What was asked for and never heard of ends with its time.
        self.sandbox.advance(Duration::from_secs(FOR_GOOD));
        self.set_clocks(already + FOR_GOOD);
        for mut process in processes {
            assert!(process.wait().unwrap().success());
        }
    }

    fn set_clocks(&self, ahead: u64) {
        let new = self.folder.path().join("ahead.new");
        fs::write(&new, ahead.to_string()).unwrap();
        fs::rename(new, self.folder.path().join("ahead")).unwrap();
    }

    fn process(&self, n: usize, orders: &[String], said: &Sender<(usize, String)>) -> Child {
        let job = json!({
            "sandbox": self.sandbox.base_url(),
            "shop": self.sandbox.shop(),
            "key": self.sandbox.api_key(),
            "database": self.database,
            "public_url": format!("http://{}", self.listener.local_addr().unwrap()),
            "told": self.told(),
            "start": 0,
            "orders": orders,
            "to_the_end": true,
            "ahead": self.folder.path().join("ahead"),
        });
        let socket = OwnedFd::from(self.listener.try_clone().unwrap());
        let mut process = Command::new(env!("CARGO_BIN_EXE_embedder"))
            .env("EMBEDDER_JOB", job.to_string())
            .stdin(Stdio::from(socket))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let said = said.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = said.send((n, line));
            }
        });
        process
    }

    fn told(&self) -> impl AsRef<Path> + serde::Serialize + use<> {
        self.folder.path().join("told")
    }

    async fn check(&self) {
        let told = fs::read_to_string(self.told()).unwrap();
        let all = (0..3).flat_map(|round| (0..PROCESSES).flat_map(move |n| orders(round, n)));
        reckon(&self.sandbox, &told, &all.collect::<Vec<_>>()).await;
    }
}

fn next(heard: &Receiver<(usize, String)>) -> (usize, String) {
    let patience = Duration::from_secs(30);
    heard.recv_timeout(patience).unwrap()
}
