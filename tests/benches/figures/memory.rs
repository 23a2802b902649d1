//! What a process that takes callbacks through the mounted routes into SQLite holds in memory: after
//! 200,000 of them, against after 2,000. In a process of its own, which does nothing else.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::{Client, StatusCode};

use super::intake_overhead::{ORDERS, body, serve};
use super::runtime;
use super::store::Store;

const FEW: usize = 2_000;
const MANY: usize = 200_000;
const SENDERS: usize = 64;
/// The argument by which the benchmark runs itself.
pub(crate) const CHILD: &str = "--memory-child";

/// How many times as much, in some processes one after the other.
pub(crate) fn ratios() -> Vec<f64> {
    (0..3).map(|_| ratio()).collect()
}

fn ratio() -> f64 {
    let child = Command::new(std::env::current_exe().unwrap())
        .arg(CHILD)
        .stdout(Stdio::piped())
        .spawn();
    let output = child.unwrap().wait_with_output().unwrap();
    assert!(output.status.success(), "the child did not come to its end");
    let said = String::from_utf8(output.stdout).unwrap();
    let pages: Vec<f64> = said.lines().map(|line| line.parse().unwrap()).collect();
    eprintln!("  {} and {} pages", pages[0], pages[1]);
    pages[1] / pages[0]
}

/// Prints its resident pages after few and after many callbacks.
pub(crate) fn child() {
    runtime().block_on(async {
        let store = Store::sqlite();
        let ledger = store.ledger().await;
        store.fill(&ledger, u32::try_from(ORDERS).unwrap(), 0).await;
        let base = serve(Arc::new(ledger)).await;
        let client = Client::builder().no_proxy().build().unwrap();
        let sent = Arc::new(AtomicUsize::new(0));
        for until in [FEW, MANY] {
            let senders = (0..SENDERS).map(|_| {
                let (client, base, sent) = (client.clone(), base.clone(), Arc::clone(&sent));
                tokio::spawn(async move { send(&client, &base, &sent, until).await })
            });
            for sender in senders.collect::<Vec<_>>() {
                sender.await.unwrap();
            }
            sent.store(until, Ordering::SeqCst);
            println!("{}", resident());
        }
    });
}

async fn send(client: &Client, base: &str, sent: &AtomicUsize, until: usize) {
    loop {
        let n = sent.fetch_add(1, Ordering::SeqCst);
        if n >= until {
            return;
        }
        let url = format!("{base}/inbank/callbacks/main/attempt-{}", n % ORDERS);
        let request = client.post(url).body(body(n));
        let form = "application/x-www-form-urlencoded";
        let answer = request.header("content-type", form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
}

/// In pages.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split_whitespace().nth(1).unwrap().parse().unwrap()
}
