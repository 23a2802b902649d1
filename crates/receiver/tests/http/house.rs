//! One shop with one financing, and the bank's signature.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use inbank_adapters_http::{HmacAuthenticator, callback_form, sign_callback};
use inbank_app::{Intake, Shop, ShopPorts, Shops};
use inbank_domain::{
    ApiKey, Financing, FinancingId, OrderReference, ProductCode, ProductFamily, Region, ShopName,
    WebAddress,
};
use inbank_ports::fake::{FakeBank, ManualClock, MemoryLedger};
use inbank_ports::{Entry, FinancingLedger};
use inbank_receiver::{Receiver, ReturnPage};
use time::OffsetDateTime;
use tower::ServiceExt;

pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const MESSAGE: &str =
    r#"{"uuid":"s-1","status":"completed","purchase_reference":"o 1"}"#;

pub(crate) struct House {
    pub(crate) router: Router,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) id: FinancingId,
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
        let page = "https://shop.example/orders/{order_reference}";
        Self::open("order-1", Some(page)).await
    }

    /// A shop `main` that has `order`, and where its customers return to.
    pub(crate) async fn open(order: &str, page: Option<&str>) -> Self {
        let name = ShopName::parse("main").unwrap();
        let at = OffsetDateTime::from_unix_timestamp(NOW.cast_signed()).unwrap();
        let clock = Arc::new(ManualClock::new(at));
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let ports = ShopPorts {
            authenticator: Arc::new(HmacAuthenticator::new([&key("new"), &key("old")]).unwrap()),
            products: bank.clone(),
            sessions: bank.clone(),
            applications: bank.clone(),
            contracts: bank.clone(),
            rentals: bank,
            clock: clock.clone(),
        };
        let url = WebAddress::parse("https://pay.example").unwrap();
        let shop = Shop::new(name.clone(), Region::ESTONIA, &url, ports).unwrap();
        let order = OrderReference::parse(order).unwrap();
        let id = shop.financing_id(&order, 1);
        let ledger = Arc::new(MemoryLedger::new());
        let financing = Financing::new(id.clone(), order, ProductFamily::HirePurchase);
        let product = ProductCode::parse("hp").unwrap();
        let entry = Entry::new(name.clone(), 1, product, financing, at, at);
        ledger.open(&entry, at).await.unwrap();
        let intake = Intake::new(Shops::new([shop]).unwrap(), ledger.clone(), clock);
        let mut receiver = Receiver::new(intake);
        if let Some(page) = page {
            receiver = receiver.return_to(name, ReturnPage::parse(page).unwrap());
        }
        Self {
            router: receiver.into_router(),
            ledger,
            id,
        }
    }

    /// The path of the financing under a route.
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

    pub(crate) async fn kept(&self) -> usize {
        let shop = ShopName::parse("main").unwrap();
        self.ledger.callbacks(&shop, &self.id).await.unwrap().len()
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
