//! Services that send webhooks, over a ledger that tests write events into.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use inbank::ports::Clock as _;
use inbank::ports::{Due, Ledger as _, Saved, Write};
use inbank::sql::{LedgerOptions, SqlLedger};
use inbank::{
    Attempt, AttemptId, AttemptKind, AttemptState, Currency, EventKind, Fingerprint, Money, Order,
    OrderEvent, OrderKey, OrderReference, Platform, ProductCode, ProductFamily, Region, Shop,
    ShopName, Terms,
};
use inbank_adapters_sql::{Webhook, WebhookOrigin, WebhookTarget};
use inbank_service::{
    FileWebhook, Scope, Service, ServiceStore, Token, Tokens, Vault, WebhookOptions, WebhookSecret,
    WebhookTargets, routes,
};
use inbank_testkit::{FakeBank, RecordingSink};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::ADMIN;
use crate::hands::Hands;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const FORMER: &str = "whsec_C2FtZV9sZW5ndGhfYXNfdGhlX290aGVy";

pub(crate) fn shop(name: &str) -> ShopName {
    ShopName::parse(name).unwrap()
}

/// A ledger with its clock, for services that are started and stopped.
pub(crate) struct House {
    pub(crate) clock: Arc<Hands>,
    pub(crate) ledger: SqlLedger,
    pub(crate) store: ServiceStore,
    url: String,
    /// The shops' addresses, by which webhooks are in the file.
    file: Vec<(&'static str, String)>,
    time_limit: Option<Duration>,
    _folder: Option<TempDir>,
}

/// A service that sends.
pub(crate) struct Running {
    pub(crate) router: Router,
    wake: Arc<Notify>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl House {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("inbank.db").display());
        Self::at(url, Some(folder)).await
    }

    pub(crate) async fn at(url: String, folder: Option<TempDir>) -> Self {
        let ledger = LedgerOptions::new()
            .callers_clock()
            .connect(&url)
            .await
            .unwrap();
        Self {
            clock: Arc::new(Hands::new()),
            store: ledger.service_store().await.unwrap(),
            ledger,
            url,
            file: Vec::new(),
            time_limit: None,
            _folder: folder,
        }
    }

    /// With a webhook that the file has, there since before anything happened.
    pub(crate) async fn with_webhook(mut self, name: &'static str, url: &str) -> Self {
        let target = WebhookTarget {
            shop: shop(name),
            origin: WebhookOrigin::File,
            url: url.to_owned(),
            secrets: None,
        };
        let set = self.store.set_webhook(&target, 0, None, self.clock.now());
        set.await.unwrap();
        self.file.push((name, url.to_owned()));
        self
    }

    /// With a file that has no webhook any more.
    pub(crate) fn without_webhooks(mut self) -> Self {
        self.file.clear();
        self
    }

    pub(crate) fn with_time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Starts a service with connections of its own, as another process has.
    pub(crate) async fn start(&self) -> Running {
        let ledger = LedgerOptions::new()
            .callers_clock()
            .connect(&self.url)
            .await
            .unwrap();
        let store = ledger.service_store().await.unwrap();
        let mut builder = Platform::builder()
            .public_url("https://pay.example")
            .ledger(Arc::new(ledger))
            .event_sink(Arc::new(RecordingSink::new()));
        for name in ["main", "other", "metered"] {
            let bank = Arc::new(FakeBank::new(Region::ESTONIA));
            builder = builder.shop(Shop::at(name, bank.ports()));
        }
        let platform = builder.build().await.unwrap();
        let secrets = [SECRET, FORMER].map(|secret| WebhookSecret::parse(secret).unwrap());
        let file = self.file.iter().map(|(name, url)| FileWebhook {
            shop: shop(name),
            url: url.clone(),
            secrets: secrets.to_vec(),
        });
        let wake = Arc::new(Notify::new());
        let options = WebhookOptions {
            file: file.collect(),
            targets: WebhookTargets::allowing(["127.0.0.0/8"]).unwrap(),
            vault: Vault::new(["a-key-that-nobody-would-ever-guess"]),
            wake: wake.clone(),
            clock: self.clock.clone(),
            time_limit: self.time_limit,
        };
        let tokens = Tokens::new(vec![Token::new(ADMIN, Scope::Admin)]);
        let service = Service::new(platform, tokens, store, options).unwrap();
        let (stop, stopping) = watch::channel(false);
        service.load().await.unwrap();
        let router = routes(service.clone(), stopping.clone());
        let router = router.merge(service.platform().router::<()>());
        let task = tokio::spawn(async move { service.run(stopping).await });
        Running {
            router,
            wake,
            stop,
            task,
        }
    }

    /// Has something happen to an order.
    pub(crate) async fn tell(&self, name: &str, reference: &str, kind: EventKind) {
        let key = OrderKey::new(shop(name), OrderReference::parse(reference).unwrap());
        let now = self.clock.now();
        let found = self.ledger.order(&key).await.unwrap();
        let mut order = found.unwrap_or_else(|| opened(&key, now));
        order.events += 1;
        order.news.push(OrderEvent {
            shop: key.shop.clone(),
            order: key.reference.clone(),
            number: order.events,
            attempt: 1,
            attempt_id: order.attempts[0].id.clone(),
            kind,
            amount: Some(Money::parse("499.90", Currency::EUR).unwrap()),
            occurred_at: now,
            follows_refused: false,
        });
        let write = Write {
            order,
            lease: None,
            due: Due::Never,
            worked_on: Vec::new(),
            now,
        };
        let saved = self.ledger.write(write).await.unwrap();
        assert!(matches!(saved, Saved::Written(_)), "{saved:?}");
    }

    pub(crate) async fn webhook(&self, name: &str) -> Webhook {
        let webhook = self.store.webhook(&shop(name), self.clock.now()).await;
        webhook.unwrap().unwrap()
    }

    /// Waits until a webhook stands as a test says.
    pub(crate) async fn until(&self, name: &str, stands: impl Fn(&Webhook) -> bool) -> Webhook {
        let since = Instant::now();
        loop {
            let webhook = self.webhook(name).await;
            if stands(&webhook) {
                return webhook;
            }
            assert!(since.elapsed() < Duration::from_secs(20), "{webhook:?}");
        }
    }

    /// Waits until a shop has no webhook.
    pub(crate) async fn until_none(&self, name: &str) {
        let (shop, since) = (shop(name), Instant::now());
        let webhook = || self.store.webhook(&shop, self.clock.now());
        while webhook().await.unwrap().is_some() {
            assert!(since.elapsed() < Duration::from_secs(20), "it stays");
        }
    }

    /// When the delivery that failed last is tried next.
    pub(crate) async fn next_try(&self, name: &str) -> Option<time::OffsetDateTime> {
        let (shop, now) = (shop(name), self.clock.now());
        let failed = self.store.failed_deliveries(&shop, 1, now).await.unwrap();
        failed.first().and_then(|failed| failed.due_at)
    }
}

impl Running {
    /// Something happened.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Time has passed.
    pub(crate) fn after(&self, house: &House, time: Duration) {
        house.clock.advance(time);
        self.wake();
    }

    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        let stopped = timeout(Duration::from_secs(20), self.task).await;
        stopped.unwrap().unwrap();
    }

    /// As a process that is killed.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err());
    }
}

fn opened(key: &OrderKey, now: time::OffsetDateTime) -> Order {
    let terms = Terms {
        kind: AttemptKind::Session,
        product: ProductCode::parse("hp").unwrap(),
        family: ProductFamily::HirePurchase,
        amount: None,
        period: None,
        fingerprint: Fingerprint::from_bytes([7; 16]),
        merchant_approval: false,
        application_signature: false,
    };
    let id = AttemptId::parse(format!("{}-{}", key.shop, key.reference)).unwrap();
    let mut attempt = Attempt::new(id, 1, terms, now, now, now);
    attempt.state = AttemptState::Pending;
    let mut order = Order::new(key.clone(), now);
    order.attempts.push(attempt);
    order
}
