//! Two shops with a console, and people who may do different things in it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use inbank_app::{OrderHandle, PayOutcome, Runtime, Shop, Shops, Worker};
use inbank_console::{Console, Scope, TokenUsers};
use inbank_domain::{
    Cart, Currency, Hero, ModelIdentifier, Money, Months, Order, OrderKey, OrderReference,
    ProductCode, Region, RentalRequest, SessionId, ShopName, WebAddress,
};
use inbank_ports::{
    AuditLog, AuditQuery, AuditRecord, Due, Ledger as _, Random, Saved, Spawner, Write,
};
use inbank_testkit::{FakeBank, Generator, ManualClock, MemoryLedger, RecordingSink};
use time::OffsetDateTime;

use crate::browser::Browser;
use crate::desk::FakeDesk;

pub(crate) const ADMIN: &str = "token-of-the-administrator";
pub(crate) const WRITER: &str = "token-of-somebody-who-decides";
pub(crate) const READER: &str = "token-of-somebody-who-looks";
/// Decides in the shop `other` alone.
pub(crate) const OTHER: &str = "token-of-the-other-shop";
/// Looks at the shop `main` alone.
pub(crate) const MAIN: &str = "token-of-the-main-shop";

pub(crate) struct House {
    pub(crate) bank: Arc<FakeBank>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) desk: Arc<FakeDesk>,
    pub(crate) worker: Worker,
    runtime: Runtime,
}

struct Tasks;

impl Spawner for Tasks {
    fn spawn(&self, task: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(tokio::spawn(task));
    }
}

struct Numbers(Mutex<Generator>);

impl Random for Numbers {
    fn bytes(&self) -> [u8; 16] {
        let mut numbers = self.0.lock().unwrap();
        let (high, low) = (u128::from(numbers.draw()), u128::from(numbers.draw()));
        ((high << 64) | low).to_be_bytes()
    }
}

pub(crate) fn shop(name: &str) -> ShopName {
    ShopName::parse(name).unwrap()
}

pub(crate) fn key(reference: &str) -> OrderKey {
    OrderKey::new(shop("main"), OrderReference::parse(reference).unwrap())
}

impl House {
    pub(crate) fn new() -> Self {
        Self::over(MemoryLedger::new())
    }

    pub(crate) fn over(ledger: MemoryLedger) -> Self {
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let random = Arc::new(Numbers(Mutex::new(Generator::new(1))));
        let runtime = Runtime::new(clock.clone(), random, Arc::new(Tasks));
        let ledger = Arc::new(ledger);
        let sink = Arc::new(RecordingSink::new());
        let worker = Worker::new(Shops::default(), ledger.clone(), sink, runtime.clone());
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let url = WebAddress::parse("https://pay.example/inbank").unwrap();
        for (name, bank) in [
            ("main", bank.clone()),
            ("other", Arc::new(FakeBank::new(Region::LATVIA))),
        ] {
            let shop = Shop::new(shop(name), bank.ports(), &url).unwrap();
            worker.shops().add(shop).unwrap();
        }
        Self {
            bank,
            ledger,
            clock,
            desk: Arc::new(FakeDesk {
                webhooks: Mutex::new(Some(Vec::new())),
                ..FakeDesk::default()
            }),
            worker,
            runtime,
        }
    }

    pub(crate) fn console(&self) -> Console {
        let others = Some(vec![shop("other")]);
        let users = TokenUsers::new()
            .with("Anna", ADMIN, Scope::Admin, None)
            .with("Berta", WRITER, Scope::Write, None)
            .with("Carl", READER, Scope::Read, None)
            .with("Olga", OTHER, Scope::Write, others)
            .with("Mari", MAIN, Scope::Read, Some(vec![shop("main")]));
        Console::new(self.worker.clone(), self.runtime.clone(), Arc::new(users))
    }

    pub(crate) fn router(&self) -> Router {
        let console = self.console().with_audit(self.ledger.clone());
        console.with_desk(self.desk.clone()).router()
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router())
    }

    /// A browser in which somebody has signed in.
    pub(crate) async fn signed_in(&self, token: &str) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(token).await;
        assert!(browser.cookie().is_some());
        browser
    }

    /// Adds a shop, as the service does once its desk has.
    pub(crate) fn add(&self, name: &str) {
        let url = WebAddress::parse("https://pay.example/inbank").unwrap();
        let bank = Arc::new(FakeBank::new(Region::LATVIA));
        let shop = Shop::new(shop(name), bank.ports(), &url).unwrap();
        self.worker.shops().add(shop).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        assert!(self.worker.shops().remove(&shop(name)));
    }

    pub(crate) fn order(&self, reference: &str) -> OrderHandle {
        let shop = self.worker.shop(&shop("main")).unwrap();
        shop.order(reference)
    }

    /// An order that is open at the bank, by its session.
    pub(crate) async fn paying(&self, reference: &str, product: &str, amount: &str) -> SessionId {
        let cart = Cart::new(product, Money::parse(amount, Currency::EUR).unwrap());
        let order = self.order(reference);
        let paid = order.pay(&cart).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
        let order = order.find().await.unwrap().unwrap();
        order.attempts.last().unwrap().session.clone().unwrap()
    }

    /// An order that waits for the merchant.
    pub(crate) async fn waiting(&self, reference: &str) {
        let session = self.paying(reference, "hp_approval", "499.90").await;
        self.bank.customer_applies(&session);
        self.order(reference).refresh().await.unwrap();
    }

    /// An order for which a person is wanted, of which nothing lives.
    pub(crate) async fn troubled(&self, reference: &str) -> String {
        let session = self.paying(reference, "hp", "100").await;
        self.bank.customer_cancels(&session);
        self.order(reference).refresh().await.unwrap();
        let concern = inbank_domain::Concern::NotKnownAnyMore { attempt: 1 };
        self.tell(reference, concern).await
    }

    /// Something to look at is found about the first attempt.
    pub(crate) async fn tell(&self, reference: &str, concern: inbank_domain::Concern) -> String {
        let now = inbank_ports::Clock::now(&*self.clock);
        let changed = |order: &mut Order| order.tell_person(1, concern, now);
        self.change(reference, changed).await.needs_person.unwrap()
    }

    /// An order that the bank has granted with another amount than was asked for, of which nobody was told yet.
    pub(crate) async fn disputed(&self, reference: &str) {
        self.waiting(reference).await;
        let named = Money::parse("399.9", Currency::EUR).unwrap();
        let changed = |order: &mut Order| order.attempts[0].other_amount = Some(named);
        self.change(reference, changed).await;
    }

    /// Changes an order as another process does.
    pub(crate) async fn change(&self, reference: &str, change: impl FnOnce(&mut Order)) -> Order {
        let mut order = self.ledger_order(&key(reference)).await;
        change(&mut order);
        let write = Write {
            order: order.clone(),
            lease: None,
            due: Due::Never,
            worked_on: Vec::new(),
            now: inbank_ports::Clock::now(&*self.clock),
        };
        let saved = self.ledger.write(write).await.unwrap();
        assert!(matches!(saved, Saved::Written(_)), "{saved:?}");
        order
    }

    /// A rental that waits for the device to be handed over.
    pub(crate) async fn renting(&self, reference: &str) {
        let product = ProductCode::parse("rent").unwrap();
        let phone = ModelIdentifier::ean(FakeBank::EAN).unwrap();
        let rentals = self
            .worker
            .shop(&shop("main"))
            .unwrap()
            .bank()
            .rentals
            .clone();
        let model = rentals
            .unwrap()
            .asset_model(&product, &phone)
            .await
            .unwrap();
        let price = Money::parse("400", Currency::EUR).unwrap();
        let hero = Hero::new(model.id.clone(), price);
        let months = Months::new(12).unwrap();
        let request = RentalRequest::new(&Region::ESTONIA, months, hero, Vec::new());
        let cart = Cart::rental("rent", request.unwrap(), "a telephone");
        let order = self.order(reference);
        order.pay(&cart).await.unwrap();
        let found = order.find().await.unwrap().unwrap();
        let session = found.attempts[0].session.clone().unwrap();
        self.bank.customer_applies(&session);
        order.refresh().await.unwrap();
    }

    pub(crate) async fn ledger_order(&self, key: &OrderKey) -> Order {
        self.ledger.order(key).await.unwrap().unwrap()
    }

    pub(crate) async fn records(&self) -> Vec<AuditRecord> {
        let about = AuditQuery {
            shops: None,
            order: None,
            before: None,
            limit: 100,
        };
        let audit: &dyn AuditLog = &*self.ledger;
        audit.records(&about).await.unwrap()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}
