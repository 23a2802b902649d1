//! One shop with one attempt at an order, and the bank's signature.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use inbank::http::{HmacAuthenticator, callback_form, sign_callback};
use inbank::ports::{ClaimRequest, Due, Ledger as _, Saved, ShopSlots, Write};
use inbank::{
    ApiKey, Attempt, AttemptId, AttemptKind, Bank, Concurrency, Fingerprint, Limits, Order,
    OrderKey, OrderReference, Platform, ProductCode, ProductFamily, Region, SessionId, Shop,
    ShopName, Terms,
};
use inbank_testkit::{FakeBank, MemoryLedger, RecordingSink};
use time::OffsetDateTime;
use tower::ServiceExt as _;

pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const MESSAGE: &str =
    r#"{"uuid":"s-1","status":"completed","purchase_reference":"o 1"}"#;

pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) id: AttemptId,
    pub(crate) key: OrderKey,
    pub(crate) platform: Platform,
    pub(crate) bank: Arc<FakeBank>,
}

/// How a house differs from the usual one.
pub(crate) struct Plan<'a> {
    pub(crate) order: &'a str,
    pub(crate) page: Option<&'a str>,
    pub(crate) public_url: &'a str,
    pub(crate) limits: Limits,
    pub(crate) drain: Duration,
    pub(crate) concurrency: Concurrency,
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self {
            order: "order-1",
            page: Some("https://shop.example/orders/{order_reference}"),
            public_url: "https://pay.example",
            limits: Limits::default(),
            drain: Duration::from_secs(25),
            concurrency: Concurrency::default(),
        }
    }
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap();
        value.to_str().unwrap()
    }
}

pub(crate) fn key(name: &str) -> ApiKey {
    ApiKey::parse(&format!("{name}-key-of-the-shop-0123456789")).unwrap()
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::by(Plan::default()).await
    }

    /// A shop `main` that has `order`, and where its customers return to.
    pub(crate) async fn open(order: &str, page: Option<&str>) -> Self {
        let plan = Plan::default();
        Self::by(Plan {
            order,
            page,
            ..plan
        })
        .await
    }

    pub(crate) async fn by(plan: Plan<'_>) -> Self {
        let at = OffsetDateTime::from_unix_timestamp(NOW.cast_signed()).unwrap();
        let fake = Arc::new(FakeBank::new(Region::ESTONIA));
        let authenticator = HmacAuthenticator::new([&key("new"), &key("old")]).unwrap();
        let bank = Bank::new(Region::ESTONIA, "bank", ["main"], Arc::new(authenticator));
        let mut shop = Shop::at("main", bank.with_all(fake.clone()));
        if let Some(page) = plan.page {
            shop = shop.with_return_url(page);
        }
        let ledger = Arc::new(MemoryLedger::new());
        let platform = Platform::builder()
            .public_url(plan.public_url)
            .ledger(ledger.clone())
            .event_sink(Arc::new(RecordingSink::new()))
            .shop(shop)
            .limits(plan.limits)
            .drain(plan.drain)
            .concurrency(plan.concurrency)
            .build()
            .await
            .unwrap();
        let key = OrderKey::new(
            ShopName::parse("main").unwrap(),
            OrderReference::parse(plan.order).unwrap(),
        );
        let id = AttemptId::from_bytes([7; 16]);
        let mut order = Order::new(key.clone(), at);
        let mut attempt = Attempt::new(id.clone(), 1, terms(), at, at, at);
        attempt.session = Some(SessionId::parse("s-1").unwrap());
        order.open(attempt, at);
        let write = Write {
            order,
            lease: None,
            due: Due::Never,
            worked_on: Vec::new(),
            now: at,
        };
        assert!(matches!(
            ledger.write(write).await.unwrap(),
            Saved::Written(_)
        ));
        Self {
            router: platform.router(),
            platform,
            ledger,
            id,
            key,
            bank: fake,
        }
    }

    /// The path of the attempt under a route.
    pub(crate) fn path(&self, route: &str) -> String {
        format!("/{route}/main/{}", self.id)
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(path);
        self.ask(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// How many orders are due.
    pub(crate) async fn due(&self) -> usize {
        let shop = self.key.shop.clone();
        let request = ClaimRequest {
            shops: vec![ShopSlots { shop, free: 10 }],
            lease: Duration::from_mins(1),
            now: OffsetDateTime::now_utc(),
        };
        self.ledger.claim(&request).await.unwrap().len()
    }

    pub(crate) async fn kept(&self) -> usize {
        self.ledger.callbacks(&self.key).await.unwrap().len()
    }
}

fn terms() -> Terms {
    Terms {
        kind: AttemptKind::Session,
        product: ProductCode::parse("hp").unwrap(),
        family: ProductFamily::HirePurchase,
        amount: None,
        period: None,
        fingerprint: Fingerprint::from_bytes([0; 16]),
        merchant_approval: false,
        application_signature: false,
    }
}

/// What the bank sends.
pub(crate) fn signed() -> String {
    callback_form(&key("new"), NOW, MESSAGE).unwrap()
}

/// The same as a browser might send it: another order of the fields, everything escaped.
pub(crate) fn signed_by_a_browser() -> String {
    use std::fmt::Write;
    let mut message = String::new();
    for byte in MESSAGE.bytes() {
        write!(message, "%{byte:02x}").unwrap();
    }
    let hmac = sign_callback(&key("new"), NOW, MESSAGE).unwrap();
    let hmac = hmac.to_uppercase();
    format!("timestamp={NOW}&hmac={hmac}&message={message}")
}
