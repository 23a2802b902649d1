//! A bank in the process that answers after a set time, and orders at it that are due.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use inbank::http::{HmacAuthenticator, callback_form};
use inbank::ports::{Due, GatewayError, Ledger, ProductCatalogue, Saved, Sessions, Write};
use inbank::{
    ApiKey, Attempt, AttemptId, AttemptKind, AttemptState, Bank, Fingerprint, OpenedSession,
    Opening, Order, OrderKey, OrderReference, Product, ProductCode, ProductFamily, Region, Session,
    SessionId, SessionRequest, SessionStatus, Shop, ShopName, Terms, WebAddress,
};
use time::OffsetDateTime;

pub(crate) const KEY: &str = "the-key-of-the-shop";

/// Finances everything, after a while.
pub(crate) struct Instant {
    pub(crate) takes: Duration,
}

impl Instant {
    async fn answer(&self) {
        if !self.takes.is_zero() {
            let never = std::future::pending::<()>();
            let _ = tokio::time::timeout(self.takes, never).await;
        }
    }
}

#[async_trait]
impl Sessions for Instant {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        self.answer().await;
        let reference = request.purchase.reference.as_ref();
        let id = reference.map_or("", inbank::OrderReference::as_str);
        Ok(OpenedSession {
            id: SessionId::parse(format!("session-of-{id}")).unwrap(),
            status: SessionStatus::Pending,
            redirect_url: WebAddress::parse("https://bank.example/s").unwrap(),
        })
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        self.answer().await;
        Ok(Session::new(id.clone(), SessionStatus::Completed))
    }
}

#[async_trait]
impl ProductCatalogue for Instant {
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        Ok(Product::new(
            code.clone(),
            "hp",
            ProductFamily::HirePurchase,
        ))
    }
}

/// A shop whose bank takes so long for each answer.
pub(crate) fn shop(name: &str, takes: Duration) -> Shop {
    let key = ApiKey::parse(KEY).unwrap();
    let callbacks = Arc::new(HmacAuthenticator::new([&key]).unwrap());
    let bank = Arc::new(Instant { takes });
    let mut ports = Bank::new(Region::ESTONIA, name, [name], callbacks);
    ports.sessions = Some(bank.clone());
    ports.products = Some(bank);
    Shop::at(name, ports)
}

/// What the bank posts about the session of an order, at a time in seconds: another callback at each.
pub(crate) fn callback(n: usize, at: u64) -> String {
    let key = ApiKey::parse(KEY).unwrap();
    let message = format!(
        r#"{{"uuid":"session-{n}","status":"completed","purchase_reference":"order-{n}"}}"#
    );
    callback_form(&key, at, &message).unwrap()
}

/// Writes an order with an open session, due at once where `due`.
pub(crate) async fn order(ledger: &dyn Ledger, shop: &str, n: usize, due: bool) -> OrderKey {
    let now = OffsetDateTime::now_utc();
    let shop = ShopName::parse(shop).unwrap();
    let reference = OrderReference::parse(format!("order-{n}")).unwrap();
    let key = OrderKey::new(shop, reference);
    let terms = Terms {
        kind: AttemptKind::Session,
        product: ProductCode::parse("hp").unwrap(),
        family: ProductFamily::HirePurchase,
        amount: None,
        period: None,
        fingerprint: Fingerprint::from_bytes([0; 16]),
        merchant_approval: false,
        application_signature: false,
    };
    let id = AttemptId::parse(format!("attempt-{n}")).unwrap();
    let mut attempt = Attempt::new(id, 1, terms, now, now, now);
    attempt.session = Some(SessionId::parse(format!("session-{n}")).unwrap());
    attempt.opening = Opening::Answered;
    attempt.state = AttemptState::Pending;
    let mut order = Order::new(key.clone(), now);
    order.open(attempt, now);
    let write = Write {
        order,
        lease: None,
        due: if due { Due::Now } else { Due::Never },
        worked_on: Vec::new(),
        now,
    };
    assert!(matches!(
        ledger.write(write).await.unwrap(),
        Saved::Written(_)
    ));
    key
}
