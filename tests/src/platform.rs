//! A platform that embeds us, with all that is around it: banks over HTTP, its routes on loopback, a
//! ledger of any kind, a clock that stands still, and a sink that remembers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use inbank::app::{CheckedOut, Desk, Filed};
use inbank::domain::{
    ApiKey, ApplicationRequest, Contact, Customer, Email, FinancingEvent, FinancingId,
    FinancingState as State, Hero, IdentityCode, Locale, Money, OrderReference, PhoneNumber,
    ProductFamily, Purchase, RentalRequest, SessionRequest, ShopName, WebAddress,
};
use inbank::http::{ApiVersion, HmacAuthenticator, RegionProfile, callback_form};
use inbank::ports::conformance::{Approval, Bank};
use inbank::ports::fake::{ManualClock, MemoryLedger};
use inbank::ports::{Clock, Entry, EventSink, FinancingLedger, Rentals, SinkError};
use inbank::sql::SqlLedger;
use inbank::{Platform, PlatformBuilder, PlatformShop};
use inbank_sandbox::{Operation, Sandbox};
use reqwest::StatusCode;
use tokio::net::TcpListener;

use crate::{Postgres, SandboxBank, uuid, uuid_of};

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
        $crate::on_both_databases!($($name),+);
    };
}

/// Makes a test of each function, which takes a [`Store`], for SQLite and for PostgreSQL.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
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
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    super::$name($crate::platform::Store::$store).await;
                }
            )+
        }
    };
}

/// A ledger's address, and what keeps it.
pub struct Home {
    url: Option<String>,
    memory: Arc<MemoryLedger>,
    folder: tempfile::TempDir,
}

impl Home {
    /// A new, empty one.
    pub fn new(store: Store) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match store {
            Store::Memory => None,
            Store::Sqlite => Some(format!("sqlite:{}/ledger.db", folder.path().display())),
            Store::Postgres => Some(Postgres::shared().database()),
        };
        Self {
            url,
            memory: Arc::default(),
            folder,
        }
    }

    /// One in a given database.
    pub fn at(url: String) -> Self {
        Self {
            url: Some(url),
            ..Self::new(Store::Memory)
        }
    }

    /// A file's folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Connections of their own to the same ledger.
    pub async fn connect(&self) -> Arc<dyn FinancingLedger> {
        match &self.url {
            Some(url) => Arc::new(SqlLedger::connect(url).await.unwrap()),
            None => self.memory.clone(),
        }
    }
}

/// What a platform was told, as often as it was told; it may refuse.
#[derive(Default)]
pub struct Told {
    events: Mutex<Vec<FinancingEvent>>,
    refusals: Mutex<usize>,
    news: tokio::sync::Notify,
}

#[async_trait]
impl EventSink for Told {
    async fn deliver(&self, event: &FinancingEvent) -> Result<(), SinkError> {
        {
            let mut refusals = self.refusals.lock().unwrap();
            if *refusals > 0 {
                *refusals -= 1;
                return Err("the shop's queue is full".into());
            }
        }
        self.events.lock().unwrap().push(event.clone());
        self.news.notify_waiters();
        Ok(())
    }
}

impl Told {
    /// Refuses the next events.
    pub fn refuse(&self, events: usize) {
        *self.refusals.lock().unwrap() = events;
    }

    /// Every delivery, also of the same event again.
    pub fn deliveries(&self) -> Vec<FinancingEvent> {
        self.events.lock().unwrap().clone()
    }

    /// Resolves when so many deliveries were taken.
    pub async fn heard(&self, deliveries: usize) {
        loop {
            let news = self.news.notified();
            if self.events.lock().unwrap().len() >= deliveries {
                return;
            }
            news.await;
        }
    }

    /// What an order was told, each event once by its id.
    pub fn names(&self, order: &str) -> Vec<&'static str> {
        let deliveries = self.deliveries().into_iter();
        let mut of_order: Vec<_> = deliveries
            .filter(|event| event.order.as_str() == order)
            .collect();
        of_order.sort_by_key(|event| (event.attempt, event.number));
        of_order.dedup_by_key(|event| event.id());
        let names = of_order.iter().map(|event| event.occurrence.name());
        names.collect()
    }

    /// One id is one event; a financing's events come in order without gaps, no kind of them twice,
    /// and after an end comes none but the termination of what was completed.
    #[track_caller]
    pub fn is_sound(&self) {
        let mut financings: BTreeMap<_, Vec<FinancingEvent>> = BTreeMap::new();
        for event in self.deliveries() {
            let name = (event.shop.clone(), event.financing.clone());
            let told = financings.entry(name).or_default();
            if let Some(before) = told.iter().find(|before| before.number == event.number) {
                assert_eq!(*before, event, "one id is two events");
            } else {
                let next = told.len() as u64 + 1;
                assert_eq!(event.number, next, "out of order: {event:?}");
                told.push(event);
            }
        }
        for told in financings.values() {
            let names = told.iter().map(|event| event.occurrence.name());
            let moves: Vec<_> = names.filter(|name| *name != "anomaly").collect();
            let end = moves.iter().position(|name| ENDS.contains(name));
            let after = end.map_or(&[][..], |end| &moves[end + 1..]);
            assert!(matches!(after, [] | ["terminated"]), "{moves:?}");
            for (n, name) in moves.iter().enumerate() {
                assert!(!moves[..n].contains(name), "twice {name}: {moves:?}");
            }
        }
    }
}

const ENDS: [&str; 6] = [
    "completed",
    "cancelled",
    "declined",
    "expired",
    "failed",
    "terminated",
];

/// A platform and its surroundings.
pub struct Stage {
    /// The bank of each shop, in the order of the shops.
    pub banks: Vec<SandboxBank>,
    /// The platform's clock.
    pub clock: Arc<ManualClock>,
    /// What it was told.
    pub told: Arc<Told>,
    /// Where its ledger is.
    pub home: Home,
    /// The platform.
    pub platform: Platform,
    /// The desk of the first shop.
    pub desk: Desk,
    /// Where it is mounted.
    pub url: String,
    /// A client of its routes.
    pub http: reqwest::Client,
    names: Vec<String>,
}

impl Stage {
    /// The first shop's name.
    pub const SHOP: &str = "main";

    /// A shop in Estonia.
    pub async fn new(store: Store) -> Self {
        Self::at(Home::new(store)).await
    }

    /// The same, with a ledger that is somewhere already.
    pub async fn at(home: Home) -> Self {
        let builder = Sandbox::builder(inbank_sandbox::Region::Estonia).seed(1);
        let sandbox = builder.callback_retries([]).start().await.unwrap();
        let bank = SandboxBank::of(&RegionProfile::ESTONIA, ApiVersion::V2, sandbox);
        Self::with(home, vec![(Self::SHOP, bank)]).await
    }

    /// Shops by their names, each at a bank of its own.
    pub async fn with(home: Home, shops: Vec<(&str, SandboxBank)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/inbank", listener.local_addr().unwrap());
        let (names, banks): (Vec<_>, Vec<_>) = shops.into_iter().unzip();
        let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
        let clock = Arc::new(ManualClock::new(banks[0].sandbox.now()));
        let told = Arc::new(Told::default());
        let shops = shops_at(&names, &banks);
        let ledger = home.connect().await;
        let platform = platform(shops, &url, ledger, &told, &clock);
        let router = axum::Router::new().nest("/inbank", platform.router());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            desk: platform.desk(&names[0]).unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            banks,
            clock,
            told,
            home,
            platform,
            url,
            names,
        }
    }

    /// The same platform in another process, as far as the ledger can tell.
    pub async fn another(&self) -> Platform {
        let shops = shops_at(&self.names, &self.banks);
        self.another_with(shops).await
    }

    /// The same with other shops.
    pub async fn another_with(&self, shops: Vec<PlatformShop>) -> Platform {
        let ledger = self.home.connect().await;
        platform(shops, &self.url, ledger, &self.told, &self.clock)
    }

    /// The same platform's routes with other keys for the first shop, mounted elsewhere; its URL.
    pub async fn mounted_with_keys(&self, keys: &[&ApiKey]) -> String {
        let authenticator = HmacAuthenticator::new(keys.iter().copied()).unwrap();
        let name = ShopName::parse(Self::SHOP).unwrap();
        let shop = PlatformShop::new(name, self.bank().api.clone(), authenticator);
        let platform = self.another_with(vec![shop]).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/inbank", listener.local_addr().unwrap());
        let router = axum::Router::new().nest("/inbank", platform.router());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// The first shop's bank.
    pub fn bank(&self) -> &SandboxBank {
        &self.banks[0]
    }

    /// The first shop's bank itself.
    pub fn sandbox(&self) -> &Sandbox {
        &self.banks[0].sandbox
    }

    /// How often the first shop's bank was asked for an operation.
    pub fn asked(&self, operation: Operation) -> usize {
        self.bank().asked(operation)
    }

    /// The key of the first shop.
    pub fn key(&self) -> ApiKey {
        ApiKey::parse(self.sandbox().api_key()).unwrap()
    }

    /// Everybody's time passes.
    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
        for bank in &self.banks {
            bank.sandbox.advance(time);
        }
    }

    /// Works until nothing is due, once the banks have sent what they had to say: on PostgreSQL a claim
    /// passes over a financing whose callback is just being written.
    pub async fn work(&self) {
        for bank in &self.banks {
            bank.sandbox.idle().await;
        }
        while self.platform.worker().turn().await.unwrap() > 0 {}
    }

    /// Works and lets time pass in steps, until so much has passed.
    pub async fn work_for(&self, time: Duration, step: Duration) {
        let end = self.clock.now() + time;
        while self.clock.now() < end {
            self.work().await;
            self.pass(step);
        }
        self.work().await;
    }

    /// What a session is asked for with, at the first shop.
    pub fn session_request(&self, order: &str, attempt: u32, approval: Approval) -> SessionRequest {
        let mut request = self.bank().request(approval, order);
        let order = OrderReference::parse(order).unwrap();
        request.urls = self.desk.urls(&order, attempt).unwrap();
        request
    }

    /// Opens a session for an order at the first shop, whose contract waits for approval.
    pub async fn check_out(&self, order: &str, attempt: u32) -> CheckedOut {
        let request = self.session_request(order, attempt, Approval::Needed);
        let family = ProductFamily::HirePurchase;
        let checked_out = self.desk.checkout(&request, family, attempt).await;
        checked_out.unwrap()
    }

    /// The same, and it is open.
    pub async fn open(&self, order: &str) -> Entry {
        match self.check_out(order, 1).await {
            CheckedOut::Open { entry, .. } => *entry,
            other => panic!("{other:?}"),
        }
    }

    /// The customer goes through the dialog to its end, and the callbacks arrive.
    pub async fn customer_applies(&self, entry: &Entry) {
        let session = uuid(entry.financing.session.as_ref().unwrap());
        self.sandbox().customer_applies(session).unwrap();
        self.sandbox().idle().await;
    }

    /// An order that waits for the merchant.
    pub async fn granted(&self, order: &str) -> Entry {
        let entry = self.open(order).await;
        self.customer_applies(&entry).await;
        self.work().await;
        let entry = self.entry(&entry.financing.id).await;
        assert_eq!(entry.financing.state, State::Granted);
        entry
    }

    /// What a direct application is filed with.
    pub fn application_request(&self, order: &str) -> ApplicationRequest {
        let region = self.bank().api.region();
        let customer = Customer {
            identity_code: Some(IdentityCode::parse(region, "33333333333").unwrap()),
            first_name: Some("Mari".to_owned().into()),
            last_name: Some("Maasikas".to_owned().into()),
            gender: None,
        };
        let contact = Contact {
            email: Some(Email::parse("mari@example.com").unwrap()),
            mobile: Some(PhoneNumber::parse("+37253630000").unwrap()),
            phone: None,
        };
        let product = self.bank().product_code(Approval::Needed);
        let amount = self.bank().granted_total();
        let period = self.bank().period();
        let mut request =
            ApplicationRequest::new(region, product, amount, period, customer, contact).unwrap();
        let order = OrderReference::parse(order).unwrap();
        request.callback_url = Some(self.desk.urls(&order, 1).unwrap().callback_url);
        request
    }

    /// Files a direct application.
    pub async fn try_file(&self, order: &str) -> Filed {
        let request = self.application_request(order);
        let order = OrderReference::parse(order).unwrap();
        let family = ProductFamily::HirePurchase;
        self.desk.file(&order, &request, family, 1).await.unwrap()
    }

    /// The same, and it is sent.
    pub async fn file(&self, order: &str) -> Entry {
        match self.try_file(order).await {
            Filed::Sent { entry, .. } => *entry,
            other => panic!("{other:?}"),
        }
    }

    /// A direct application that the bank has decided about, with an offer.
    pub async fn offered(&self, order: &str) -> Entry {
        let entry = self.file(order).await;
        let application = entry.financing.application.as_ref().unwrap();
        let outcome = inbank_sandbox::Outcome::Positive;
        let decided = self.sandbox().decide(uuid_of(application), outcome);
        decided.unwrap();
        self.sandbox().idle().await;
        self.work().await;
        let entry = self.entry(&entry.financing.id).await;
        assert_eq!(entry.financing.state, State::Offered);
        entry
    }

    /// Opens a session for a rental at the first shop.
    pub async fn open_rental(&self, order: &str) -> Entry {
        let bank = self.bank();
        let product = bank.rental_product();
        let model = bank.api.asset_model(&product, &bank.rented_model()).await;
        let model = model.unwrap();
        let region = bank.api.region();
        let price = Money::parse("300", region.currency).unwrap();
        let hero = Hero::new(model.id.clone(), price);
        let cart = RentalRequest::new(region, model.periods[0], hero, Vec::new()).unwrap();
        let mut purchase = Purchase::new(OrderReference::parse(order).unwrap());
        purchase.description = Some("A phone".to_owned());
        let urls = self.desk.urls(&purchase.reference, 1).unwrap();
        let locale = Locale::parse(region.locales[0]).unwrap();
        let request = SessionRequest::rental(region, product, locale, urls, purchase, cart);
        let family = ProductFamily::SmartRent;
        let checked_out = self.desk.checkout(&request.unwrap(), family, 1).await;
        match checked_out.unwrap() {
            CheckedOut::Open { entry, .. } => *entry,
            other => panic!("{other:?}"),
        }
    }

    /// A financing of the first shop as it stands.
    pub async fn entry(&self, id: &FinancingId) -> Entry {
        self.desk.financing(id).await.unwrap()
    }

    /// The state that it stands in.
    pub async fn state(&self, id: &FinancingId) -> State {
        self.entry(id).await.financing.state
    }

    /// How many callbacks of a financing are kept.
    pub async fn kept(&self, id: &FinancingId) -> usize {
        let shop = ShopName::parse(Self::SHOP).unwrap();
        let kept = self.platform.ledger().callbacks(&shop, id).await;
        kept.unwrap().len()
    }

    /// The callback that tells of a session, signed at a time with a key.
    pub fn signed(&self, entry: &Entry, status: &str, key: &ApiKey, timestamp: i64) -> String {
        let session = entry.financing.session.as_ref().unwrap();
        let order = &entry.financing.order;
        let message =
            format!(r#"{{"uuid":"{session}","status":"{status}","purchase_reference":"{order}"}}"#);
        callback_form(key, timestamp.cast_unsigned(), &message).unwrap()
    }

    /// Posts a form to a route of the first shop's financing.
    pub async fn post(&self, route: &str, id: &str, body: impl Into<String>) -> StatusCode {
        self.post_to(&format!("{}/{route}/{}/{id}", self.url, Self::SHOP), body)
            .await
    }

    /// Posts a form to an address.
    pub async fn post_to(&self, url: &str, body: impl Into<String>) -> StatusCode {
        let request = self.http.post(url).body(body.into());
        let form = "application/x-www-form-urlencoded";
        let request = request.header("content-type", form);
        request.send().await.unwrap().status()
    }
}

fn shops_at(names: &[String], banks: &[SandboxBank]) -> Vec<PlatformShop> {
    let shops = names.iter().zip(banks);
    let shops = shops.map(|(name, bank)| {
        let name = ShopName::parse(name.as_str()).unwrap();
        PlatformShop::new(name, bank.api.clone(), bank.authenticator.clone())
    });
    shops.collect()
}

fn platform(
    shops: Vec<PlatformShop>,
    url: &str,
    ledger: Arc<dyn FinancingLedger>,
    told: &Arc<Told>,
    clock: &Arc<ManualClock>,
) -> Platform {
    let builder = Platform::builder()
        .public_url(WebAddress::parse(url).unwrap())
        .ledger(ledger)
        .events(told.clone())
        .clock(clock.clone());
    let builder = shops.into_iter().fold(builder, PlatformBuilder::shop);
    builder.build().unwrap()
}
