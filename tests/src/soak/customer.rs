//! Customers: they come at a rate, pay in the shop, do at the bank what is to be done, and come again where
//! they are told to.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, StatusCode, header};
use tokio::time::{Instant, interval, sleep_until};

use super::Aim;
use super::bank::Controls;

/// A customer gives up after so many tries, …
const TRIES: u32 = 40;
/// … and comes again after this, unless told when.
const AGAIN: Duration = Duration::from_secs(1);
/// As often customers are let in.
const TICK: Duration = Duration::from_millis(10);

/// What a customer does who is told that the shop is busy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Patience {
    /// Comes again when told to.
    ComesAgain,
    /// Buys elsewhere.
    Leaves,
}

/// What has become of a customer in the shop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Came {
    /// Pays, or is at the bank.
    Under,
    /// The shop took the order, and the customer has done at the bank what was to be done.
    Taken,
    /// The shop said that it was busy, and the customer went away.
    Busy,
    /// Got no answer with which to do anything.
    Failed,
}

/// The shops' customers, all of them.
pub(crate) struct Market {
    client: Client,
    ports: Vec<u16>,
    banks: Vec<Controls>,
    orders: Mutex<BTreeMap<String, (Aim, Came)>>,
    next: AtomicU64,
    /// How long the shop took to send customers on, in microseconds, since they were last taken.
    took: Mutex<Vec<i64>>,
    /// Answers that said busy.
    busy: AtomicU64,
    /// The last answer that was none.
    last_failure: Mutex<String>,
}

/// How many customers have become what.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) came: u64,
    pub(crate) taken: u64,
    pub(crate) busy: u64,
    pub(crate) failed: u64,
}

impl Market {
    pub(crate) fn new(client: Client, ports: Vec<u16>, banks: Vec<Controls>) -> Arc<Self> {
        Arc::new(Self {
            client,
            ports,
            banks,
            orders: Mutex::default(),
            next: AtomicU64::new(0),
            took: Mutex::default(),
            busy: AtomicU64::new(0),
            last_failure: Mutex::default(),
        })
    }

    /// Lets customers of a shop in, so many a second for so long. Returns when the last has come; they go
    /// on.
    pub(crate) async fn come(
        self: &Arc<Self>,
        shop: usize,
        rate: u32,
        time: Duration,
        patience: Patience,
    ) {
        let began = Instant::now();
        let mut tick = interval(TICK);
        let mut let_in = 0;
        loop {
            tick.tick().await;
            let now = began.elapsed().min(time);
            let due = now.as_millis() * u128::from(rate) / 1_000;
            while let_in < due {
                let_in += 1;
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                let customer = self.clone().customer(shop, number, patience);
                tokio::spawn(customer);
            }
            if now == time {
                return;
            }
        }
    }

    async fn customer(self: Arc<Self>, shop: usize, number: u64, patience: Patience) {
        let aim = Aim::of(number);
        let order = format!("{}-{number}", aim.as_str());
        let bank = &self.banks[shop];
        let name = format!("{}/{order}", bank.address.name);
        self.note(&name, aim, Came::Under);
        let came = self.visit(bank, number, &order, aim, patience).await;
        self.note(&name, aim, came);
    }

    async fn visit(
        &self,
        bank: &Controls,
        number: u64,
        order: &str,
        aim: Aim,
        patience: Patience,
    ) -> Came {
        for again in 0..TRIES {
            // As a load balancer has it: another process each time.
            let turn = usize::try_from(number + u64::from(again)).unwrap_or_default();
            let port = self.ports[turn % self.ports.len()];
            let shop = &bank.address.name;
            let url = format!("http://127.0.0.1:{port}/shops/{shop}/orders/{order}/pay");
            let began = Instant::now();
            let mut pause = AGAIN;
            match self.client.post(url).send().await {
                Ok(answer) if answer.status() == StatusCode::SEE_OTHER => {
                    let took = i64::try_from(began.elapsed().as_micros());
                    lock(&self.took).extend(took);
                    let location = answer.headers().get(header::LOCATION);
                    let location = location.and_then(|location| location.to_str().ok());
                    let session = location.and_then(|url| url.rsplit('/').next());
                    let Some(session) = session else {
                        return Came::Failed;
                    };
                    return at_the_bank(bank, session, number, aim).await;
                }
                Ok(answer) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    self.busy.fetch_add(1, Ordering::Relaxed);
                    if patience == Patience::Leaves {
                        return Came::Busy;
                    }
                    let wait = answer.headers().get(header::RETRY_AFTER);
                    let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
                    pause = wait.map_or(pause, Duration::from_secs);
                }
                Ok(answer) => {
                    let status = answer.status();
                    let text = answer.text().await.unwrap_or_default();
                    *lock(&self.last_failure) = format!("{status}: {text}");
                }
                Err(error) => *lock(&self.last_failure) = error.to_string(),
            }
            sleep_until(Instant::now() + pause).await;
        }
        Came::Failed
    }

    fn note(&self, order: &str, aim: Aim, came: Came) {
        lock(&self.orders).insert(order.to_owned(), (aim, came));
    }

    /// Every order, what it was to come to, and what became of its customer.
    pub(crate) fn orders(&self) -> BTreeMap<String, (Aim, Came)> {
        lock(&self.orders).clone()
    }

    /// The orders that were taken.
    pub(crate) fn taken(&self) -> Vec<String> {
        let orders = lock(&self.orders);
        let taken = orders.iter().filter(|(_, (_, came))| *came == Came::Taken);
        taken.map(|(order, _)| order.clone()).collect()
    }

    /// How many customers there were of a shop, or of all.
    pub(crate) fn counts(&self, shop: Option<usize>) -> Counts {
        let prefix = shop.map(|shop| format!("{}/", self.banks[shop].address.name));
        let mut counts = Counts::default();
        for (order, (_, came)) in lock(&self.orders).iter() {
            if prefix
                .as_ref()
                .is_some_and(|prefix| !order.starts_with(prefix))
            {
                continue;
            }
            counts.came += 1;
            match came {
                Came::Under => {}
                Came::Taken => counts.taken += 1,
                Came::Busy => counts.busy += 1,
                Came::Failed => counts.failed += 1,
            }
        }
        counts
    }

    /// How many answers have said busy.
    pub(crate) fn busy(&self) -> u64 {
        self.busy.load(Ordering::Relaxed)
    }

    /// How long the shop took since this was last asked, in microseconds, the quickest first.
    pub(crate) fn take_took(&self) -> Vec<i64> {
        let mut took = std::mem::take(&mut *lock(&self.took));
        took.sort_unstable();
        took
    }

    /// What the last customer heard who got no answer to do anything with.
    pub(crate) fn last_failure(&self) -> String {
        lock(&self.last_failure).clone()
    }
}

/// A customer reads for a while, and does what is to be done; again where the bank could not be reached.
async fn at_the_bank(bank: &Controls, session: &str, number: u64, aim: Aim) -> Came {
    let reads = Duration::from_millis(200 + number * 7_919 % 1_800);
    sleep_until(Instant::now() + reads).await;
    for _ in 0..TRIES {
        match bank.customer(session, aim == Aim::Leave).await {
            Ok(true) => return Came::Taken,
            Ok(false) => return Came::Failed,
            Err(_) => sleep_until(Instant::now() + AGAIN).await,
        }
    }
    Came::Failed
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
