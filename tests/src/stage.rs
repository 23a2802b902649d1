//! A platform as an embedder builds it, at a bank over HTTP that takes its time: its worker runs, its
//! routes are served, its ledger is of any kind. Time is the bank's and moves when the test says so.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::http::{ApiVersion, RegionProfile, callback_form};
use inbank::ports::{Clock, Ledger, Spawner};
use inbank::sql::{LedgerOptions, SqlLedger};
use inbank::{
    ApiKey, Cart, Money, Order, OrderHandle, OsRandom, PayOutcome, Platform, Runtime, Shop,
    TokioSpawner,
};
use inbank_sandbox::{Operation, Sandbox, SandboxBuilder};
use inbank_testkit::{MemoryLedger, RecordingSink};
use reqwest::StatusCode;
use time::OffsetDateTime;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::yield_now;
use uuid::Uuid;

use crate::Postgres;

/// Where the ledger of a test is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Store {
    /// In memory.
    Memory,
    /// In a file.
    Sqlite,
    /// On the server that the tests share.
    Postgres,
}

/// Makes a test of each function, which takes a [`Store`], for every kind of ledger.
#[macro_export]
macro_rules! on_every_store {
    ($($name:ident),+ $(,)?) => {
        $crate::on_store!(memory, Memory, $($name),+);
        $crate::on_store!(sqlite, Sqlite, $($name),+);
        $crate::on_store!(postgres, Postgres, $($name),+);
    };
}

/// Makes a test of each function for one kind of ledger.
#[macro_export]
macro_rules! on_store {
    ($module:ident, $store:ident, $($name:ident),+) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name($crate::stage::Store::$store).await;
                }
            )+
        }
    };
}

/// A platform and its surroundings.
pub struct Stage {
    /// The bank.
    pub sandbox: Arc<Sandbox>,
    /// The platform.
    pub platform: Platform,
    /// What it was told.
    pub sink: Arc<RecordingSink>,
    /// Where its routes are.
    pub url: String,
    clock: Arc<SandboxClock>,
    tasks: Arc<Tasks>,
    /// Keeps a file.
    _folder: tempfile::TempDir,
}

impl Stage {
    /// The shop's name.
    pub const SHOP: &str = "main";
    /// A product whose contracts wait for the merchant.
    pub const APPROVAL: &str = "hire_purchase_approval";
    /// A product whose contracts don't.
    pub const AT_ONCE: &str = "hirepurchase_epos_0.0%_ab12";

    /// A shop in Estonia, spoken to in version 2.
    pub async fn new(store: Store) -> Self {
        Self::at(store, ApiVersion::V2, |bank| bank).await
    }

    /// The same in a version, at a bank that is set up by the test.
    pub async fn at(
        store: Store,
        version: ApiVersion,
        set_up: impl FnOnce(SandboxBuilder) -> SandboxBuilder,
    ) -> Self {
        let bank = Sandbox::builder(inbank_sandbox::Region::Estonia).seed(1);
        let bank = set_up(bank.callback_retries([])).start().await.unwrap();
        let sandbox = Arc::new(bank);
        let clock = Arc::new(SandboxClock::new(sandbox.clone()));
        let tasks = Arc::new(Tasks::new());
        let folder = tempfile::tempdir().unwrap();
        let ledger: Arc<dyn Ledger> = match store {
            Store::Memory => Arc::new(MemoryLedger::new()),
            Store::Sqlite => {
                let file = format!("sqlite:{}/ledger.db", folder.path().display());
                Arc::new(SqlLedger::connect(&file).await.unwrap())
            }
            Store::Postgres => {
                let url = Postgres::shared().database();
                let options = LedgerOptions::new().callers_clock();
                Arc::new(options.connect(&url).await.unwrap())
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/inbank", listener.local_addr().unwrap());
        let sink = Arc::new(RecordingSink::new());
        let shop = Shop::new(
            Self::SHOP,
            RegionProfile::ESTONIA.region.clone(),
            sandbox.shop(),
            sandbox.api_key(),
        );
        let platform = Platform::builder()
            .public_url(&url)
            .ledger(ledger)
            .event_sink(sink.clone())
            .runtime(Runtime::new(
                clock.clone(),
                Arc::new(OsRandom),
                tasks.clone(),
            ))
            .shop(
                shop.with_version(version)
                    .with_base_url(sandbox.base_url())
                    .with_return_url("https://shop.example/orders/{order_reference}"),
            )
            .build()
            .await
            .unwrap();
        let serving = platform.clone();
        tokio::spawn(async move {
            let never = std::future::pending();
            let served = serving.serve_until(listener, axum::Router::new(), never);
            served.await.unwrap();
        });
        Self {
            sandbox,
            platform,
            sink,
            url,
            clock,
            tasks,
            _folder: folder,
        }
    }

    /// An order of the shop.
    pub fn order(&self, reference: &str) -> OrderHandle {
        self.platform.shop(Self::SHOP).unwrap().order(reference)
    }

    /// An order as the ledger has it.
    pub async fn found(&self, reference: &str) -> Order {
        self.order(reference).find().await.unwrap().unwrap()
    }

    /// A cart.
    pub fn cart(product: &str, amount: &str) -> Cart {
        Cart::new(
            product,
            Money::parse(amount, inbank::Currency::EUR).unwrap(),
        )
    }

    /// Pays, and says which session the bank opened.
    pub async fn session(&self, reference: &str, cart: &Cart) -> Uuid {
        let paid = self.order(reference).pay(cart).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
        let order = self.found(reference).await;
        let session = order.attempts.last().unwrap().session.clone().unwrap();
        session.as_str().parse().unwrap()
    }

    /// An order that waits for the merchant.
    pub async fn granted(&self, reference: &str) -> Uuid {
        let session = self
            .session(reference, &Self::cart(Self::APPROVAL, "499.90"))
            .await;
        self.sandbox.customer_applies(session).unwrap();
        self.pass(Duration::from_secs(10)).await;
        assert_eq!(self.told(reference), ["awaits_merchant"]);
        session
    }

    /// What the platform was told of an order, in order, each event once.
    pub fn told(&self, reference: &str) -> Vec<String> {
        let events = self.sink.events(reference);
        events.iter().map(|event| event.kind.to_string()).collect()
    }

    /// How often the bank was asked for something.
    pub fn asked(&self, operation: Operation) -> usize {
        let requests = self.sandbox.requests().into_iter();
        requests
            .filter(|request| request.operation == Some(operation))
            .count()
    }

    /// Lets time pass, second by second at first, and what is due be done.
    pub async fn pass(&self, time: Duration) {
        let mut left = time;
        let mut step = Duration::from_secs(1);
        self.calm().await;
        while !left.is_zero() {
            let by = step.min(left);
            self.clock.advance(by);
            left = left.saturating_sub(by);
            self.calm().await;
            // A minute by seconds, then ever larger steps.
            if time.saturating_sub(left) > Duration::from_mins(1) {
                step = (step * 2).min(Duration::from_hours(12));
            }
        }
    }

    /// Returns when the bank has delivered what it has to say by now, and the platform has nothing to
    /// do by now.
    pub async fn calm(&self) {
        for _ in 0..3 {
            loop {
                self.tasks.idle().await;
                self.sandbox.idle().await;
                yield_now().await;
                if self.tasks.is_idle() {
                    break;
                }
            }
            // The supervisor looks at the ledger at least once more.
            self.clock.advance(Duration::from_millis(300));
            yield_now().await;
        }
        self.tasks.idle().await;
        self.sandbox.idle().await;
    }

    /// Posts a signed message to an attempt's address.
    pub async fn post(&self, attempt: &str, message: &str) -> StatusCode {
        let key = ApiKey::parse(self.sandbox.api_key()).unwrap();
        let now = self.sandbox.now().unix_timestamp().unsigned_abs();
        let form = callback_form(&key, now, message).unwrap();
        self.post_form(attempt, form).await
    }

    /// Posts a form to an attempt's address.
    pub async fn post_form(&self, attempt: &str, form: String) -> StatusCode {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/callbacks/{}/{attempt}", self.url, Self::SHOP);
        let request = client.post(url).body(form).header(
            reqwest::header::CONTENT_TYPE,
            "application/x-www-form-urlencoded",
        );
        request.send().await.unwrap().status()
    }
}

/// The sandbox's clock for the platform. Moving it wakes whoever waits by it.
struct SandboxClock {
    sandbox: Arc<Sandbox>,
    moved: watch::Sender<()>,
}

impl SandboxClock {
    fn new(sandbox: Arc<Sandbox>) -> Self {
        Self {
            sandbox,
            moved: watch::Sender::new(()),
        }
    }

    fn advance(&self, by: Duration) {
        self.sandbox.advance(by);
        self.moved.send_replace(());
    }
}

#[async_trait]
impl Clock for SandboxClock {
    fn now(&self) -> OffsetDateTime {
        self.sandbox.now()
    }

    async fn sleep(&self, wait: Duration) {
        let mut moved = self.moved.subscribe();
        let wait = wait.try_into().unwrap_or(time::Duration::MAX);
        let until = self.now().saturating_add(wait);
        while let Ok(left) = Duration::try_from(until - self.now())
            && !left.is_zero()
        {
            // Real time passes as well.
            let _ = tokio::time::timeout(left, moved.changed()).await;
        }
    }
}

/// Tokio's tasks, counted: so that it is known when the platform has nothing to do.
struct Tasks(watch::Sender<usize>);

struct Running(watch::Sender<usize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Tasks {
    fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    fn is_idle(&self) -> bool {
        *self.0.borrow() == 0
    }

    async fn idle(&self) {
        let mut running = self.0.subscribe();
        running.wait_for(|running| *running == 0).await.unwrap();
    }
}

impl Spawner for Tasks {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        self.0.send_modify(|running| *running += 1);
        let running = Running(self.0.clone());
        TokioSpawner.spawn(Box::pin(async move {
            let _running = running;
            task.await;
        }));
    }
}
