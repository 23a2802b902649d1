//! A platform as an embedder builds it, at a bank over HTTP that takes its time: its worker runs, its
//! routes are served, its ledger is of any kind. Time is the bank's and moves when the test says so.

mod clock;
mod direct;
mod process;
mod store;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use inbank::http::{ApiVersion, RegionProfile, callback_form};
use inbank::ports::Ledger;
use inbank::{
    ApiKey, Cart, Money, Order, OrderHandle, OsRandom, PayOutcome, Platform, Runtime, Shop,
};
use inbank_sandbox::{Operation, Sandbox, SandboxBuilder};
use inbank_testkit::{MemoryLedger, RecordingSink};
use reqwest::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::yield_now;
use tokio::time::timeout;
use uuid::Uuid;

use self::clock::SandboxClock;
pub use self::process::Process;
use self::store::Place;
pub use self::store::Store;
use self::tasks::Tasks;

/// After which a task that does not end is held to pause, not to work.
const MOMENT: Duration = Duration::from_millis(3);

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
    around: Surroundings,
    client: reqwest::Client,
    first: Option<Process>,
    place: Place,
}

/// What all processes of a platform share.
struct Surroundings {
    sandbox: Arc<Sandbox>,
    sink: Arc<RecordingSink>,
    url: String,
    profile: &'static RegionProfile,
    version: ApiVersion,
    clock: Arc<SandboxClock>,
    running: watch::Sender<usize>,
}

impl Surroundings {
    async fn platform(&self, ledger: Arc<dyn Ledger>) -> (Platform, Arc<Tasks>) {
        let (shop, key) = (self.sandbox.shop(), self.sandbox.api_key());
        let shop = Shop::in_region(Stage::SHOP, self.profile.clone(), shop, key)
            .with_version(self.version)
            .with_base_url(self.sandbox.base_url())
            .with_return_url("https://shop.example/orders/{order_reference}");
        let tasks = Arc::new(Tasks::new(self.running.clone()));
        let runtime = Runtime::new(self.clock.clone(), Arc::new(OsRandom), tasks.clone());
        let builder = Platform::builder()
            .public_url(&self.url)
            .ledger(ledger)
            .event_sink(self.sink.clone())
            .runtime(runtime)
            .shop(shop);
        (builder.build().await.unwrap(), tasks)
    }
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
        let place = Place::of(store);
        Self::build(place, &RegionProfile::ESTONIA, version, set_up).await
    }

    /// A shop in a region.
    pub async fn in_region(
        store: Store,
        profile: &'static RegionProfile,
        version: ApiVersion,
    ) -> Self {
        Self::build(Place::of(store), profile, version, |bank| bank).await
    }

    /// The same at a bank that is set up by the test.
    pub async fn in_region_at(
        store: Store,
        profile: &'static RegionProfile,
        version: ApiVersion,
        set_up: impl FnOnce(SandboxBuilder) -> SandboxBuilder,
    ) -> Self {
        Self::build(Place::of(store), profile, version, set_up).await
    }

    /// A shop in Estonia whose ledger is in this database.
    pub async fn over(database: String) -> Self {
        let place = Place::Database(database, None);
        Self::build(place, &RegionProfile::ESTONIA, ApiVersion::V2, |bank| bank).await
    }

    async fn build(
        place: Place,
        profile: &'static RegionProfile,
        version: ApiVersion,
        set_up: impl FnOnce(SandboxBuilder) -> SandboxBuilder,
    ) -> Self {
        let region = profile.region.name.parse().unwrap();
        let bank = Sandbox::builder(region).seed(1).callback_retries([]);
        let sandbox = Arc::new(set_up(bank).start().await.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/inbank", listener.local_addr().unwrap());
        let around = Surroundings {
            clock: Arc::new(SandboxClock::new(sandbox.clone())),
            sandbox: sandbox.clone(),
            sink: Arc::new(RecordingSink::new()),
            url: url.clone(),
            profile,
            version,
            running: watch::Sender::new(0),
        };
        let ledger = place.ledger().await;
        let (platform, tasks) = around.platform(ledger).await;
        let client = reqwest::Client::builder().no_proxy();
        let client = client.redirect(reqwest::redirect::Policy::none());
        Self {
            platform: platform.clone(),
            sink: around.sink.clone(),
            first: Some(Process::serve(platform, tasks, listener)),
            client: client.build().unwrap(),
            sandbox,
            url,
            around,
            place,
        }
    }

    /// The process that serves the routes, to be stopped; the platform can be asked on.
    pub fn first_process(&mut self) -> Process {
        self.first.take().unwrap()
    }

    /// The ledger in memory.
    ///
    /// # Panics
    /// Where it is elsewhere.
    pub fn memory(&self) -> &MemoryLedger {
        match &self.place {
            Place::Memory(ledger) => ledger,
            Place::Database(..) => panic!("the ledger is in a database"),
        }
    }

    /// Where the ledger's files are.
    ///
    /// # Panics
    /// Where it has none of its own.
    pub fn folder(&self) -> &std::path::Path {
        self.place.folder().unwrap()
    }

    /// An order of the shop.
    pub fn order(&self, reference: &str) -> OrderHandle {
        self.platform.shop(Self::SHOP).unwrap().order(reference)
    }

    /// An order as the ledger has it.
    pub async fn found(&self, reference: &str) -> Order {
        self.order(reference).find().await.unwrap().unwrap()
    }

    /// An amount in the region's currency.
    pub fn money(&self, amount: &str) -> Money {
        Money::parse(amount, self.around.profile.region.currency).unwrap()
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
        let cart = Cart::new(Self::APPROVAL, self.money("499.90"));
        let session = self.session(reference, &cart).await;
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
            self.around.clock.advance(by);
            left = left.saturating_sub(by);
            self.calm().await;
            // A minute by seconds, then ever larger steps.
            if time.saturating_sub(left) > Duration::from_mins(1) {
                step = (step * 2).min(Duration::from_hours(12));
            }
        }
    }

    /// Moves time on while something hangs: nobody is waited for.
    pub async fn advance(&self, by: Duration) {
        self.around.clock.advance(by);
        for _ in 0..20 {
            yield_now().await;
        }
    }

    /// Lets time pass by seconds until something is so.
    ///
    /// # Panics
    /// Where it is not so within an hour.
    pub async fn until(&self, what: &str, mut is: impl AsyncFnMut() -> bool) {
        for _ in 0..3600 {
            if is().await {
                return;
            }
            self.advance(Duration::from_secs(1)).await;
            // A database answers in time of ours: a second of its time is not over before that.
            let mut running = self.around.running.subscribe();
            let _ = timeout(MOMENT, running.wait_for(|running| *running == 0)).await;
        }
        panic!("an hour has passed, and not: {what}");
    }

    /// Returns when the bank has delivered what it has to say by now, and the platform has nothing to
    /// do by now.
    pub async fn calm(&self) {
        for _ in 0..3 {
            loop {
                self.idle().await;
                self.sandbox.idle().await;
                yield_now().await;
                if *self.around.running.borrow() == 0 {
                    break;
                }
            }
            // The supervisor looks at the ledger at least once more.
            self.around.clock.advance(Duration::from_millis(300));
            yield_now().await;
        }
        self.idle().await;
        self.sandbox.idle().await;
    }

    async fn idle(&self) {
        let mut running = self.around.running.subscribe();
        let none = |running: &usize| *running == 0;
        while timeout(MOMENT, running.wait_for(none)).await.is_err() {
            self.around.clock.end_a_pause();
        }
    }

    /// A message, signed by the shop's key.
    pub fn signed(&self, message: &str) -> String {
        let key = ApiKey::parse(self.sandbox.api_key()).unwrap();
        let now = self.sandbox.now().unix_timestamp().unsigned_abs();
        callback_form(&key, now, message).unwrap()
    }

    /// Posts a signed message to an attempt's address.
    pub async fn post(&self, attempt: &str, message: &str) -> StatusCode {
        self.post_form(attempt, self.signed(message)).await
    }

    /// Posts a form to an attempt's address.
    pub async fn post_form(&self, attempt: &str, form: String) -> StatusCode {
        self.send("callbacks", attempt, form).await
    }

    /// A browser brings a form back from the bank.
    pub async fn return_with(&self, attempt: &str, form: String) -> StatusCode {
        self.send("return", attempt, form).await
    }

    /// A browser comes back from the bank with nothing in its hands.
    pub async fn browse(&self, attempt: &str) -> StatusCode {
        let url = format!("{}/return/{}/{attempt}", self.url, Self::SHOP);
        self.client.get(url).send().await.unwrap().status()
    }

    async fn send(&self, route: &str, attempt: &str, form: String) -> StatusCode {
        let url = format!("{}/{route}/{}/{attempt}", self.url, Self::SHOP);
        let request = self.client.post(url).body(form).header(
            reqwest::header::CONTENT_TYPE,
            "application/x-www-form-urlencoded",
        );
        request.send().await.unwrap().status()
    }
}
