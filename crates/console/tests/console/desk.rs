//! A service's desk that remembers what it was told.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use inbank_console::{
    Check, DeliveryCard, Desk, DeskError, NewShop, Origin, Resent, ShopCard, WebhookCard,
    WebhookHealth, WebhookState,
};
use inbank_domain::{Invalid, OrderKey, OrderReference, ShopName};
use inbank_ports::{AuditEntry, LedgerError, LedgerErrorKind, async_trait};
use time::OffsetDateTime;

#[derive(Default)]
pub(crate) struct FakeDesk {
    pub(crate) done: Mutex<Vec<(String, AuditEntry)>>,
    pub(crate) added: Mutex<Option<NewShop>>,
    pub(crate) switched_on: AtomicBool,
    pub(crate) sent_again: AtomicBool,
    /// What is said of all webhooks; none is an answer that does not come.
    pub(crate) webhooks: Mutex<Option<Vec<WebhookHealth>>>,
    /// What becomes of what is sent again; it is sent where nothing else is said.
    pub(crate) resent: Mutex<Option<Resent>>,
    /// Of the order 1001, besides one that failed.
    pub(crate) deliveries: Mutex<Vec<DeliveryCard>>,
    pub(crate) checks: AtomicUsize,
    /// Whether shops are removed on demand alone.
    pub(crate) has_open_orders: AtomicBool,
}

impl FakeDesk {
    fn note(&self, what: String, by: &AuditEntry) {
        self.done.lock().unwrap().push((what, by.clone()));
    }

    fn resent(&self) -> Resent {
        self.resent.lock().unwrap().unwrap_or(Resent::Sent)
    }

    pub(crate) fn done(&self) -> Vec<String> {
        let done = self.done.lock().unwrap();
        done.iter().map(|(what, _)| what.clone()).collect()
    }
}

/// The webhook of a shop that is as it should be.
pub(crate) fn healthy(shop: &ShopName) -> WebhookHealth {
    WebhookHealth {
        shop: shop.clone(),
        state: WebhookState::Active,
        since: None,
        disabled_because: None,
        paused_until: None,
        last_status: Some(204),
        last_problem: None,
        dead: 0,
        oldest: None,
    }
}

pub(crate) fn delivery() -> DeliveryCard {
    DeliveryCard {
        order: OrderReference::parse("1001").unwrap(),
        number: 1,
        kind: "awaits_merchant".to_owned(),
        tries: 3,
        tried_at: Some(OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()),
        next_at: None,
        dead_at: None,
        taken_at: None,
        to: None,
        status: Some(500),
        problem: Some("<b>it answered 500</b>".to_owned()),
    }
}

#[async_trait]
impl Desk for FakeDesk {
    async fn shop(&self, shop: &ShopName) -> Result<ShopCard, DeskError> {
        Ok(ShopCard {
            origin: if shop.as_str() == "other" {
                Origin::File
            } else {
                Origin::Call
            },
            environment: "demo".to_owned(),
            api_version: "v3".to_owned(),
            base_url: None,
            shop_uuid: if shop.as_str() == "other" {
                "another-than-the-banks".to_owned()
            } else {
                "a93f1f44-d5dd-4469-bfcc-c1de9e969213".to_owned()
            },
            key_fingerprints: vec![if self.done().iter().any(|done| done.starts_with("keys")) {
                "the-fingerprint-of-another".to_owned()
            } else {
                "5f3a-fingerprint".to_owned()
            }],
            return_url: None,
        })
    }

    fn wrong(&self, new: &NewShop) -> Vec<Invalid> {
        let mut wrong = Vec::new();
        if new.shop_uuid == "a b" {
            wrong.push(Invalid::new("shop_uuid", "must have no space"));
        }
        if new.base_url.as_deref() == Some("ftp://here") {
            wrong.push(Invalid::new("base_url", "must be https"));
        }
        wrong
    }

    async fn add_shop(
        &self,
        shop: &ShopName,
        new: NewShop,
        by: &AuditEntry,
    ) -> Result<(), DeskError> {
        if new.shop_uuid == "refused" {
            let why = "the service has no key to keep secrets with";
            return Err(DeskError::Refused(why.to_owned()));
        }
        self.note(format!("add {shop}"), by);
        *self.added.lock().unwrap() = Some(new);
        Ok(())
    }

    async fn change_keys(
        &self,
        shop: &ShopName,
        mut keys: Vec<String>,
        keep_present: bool,
        _seen: &ShopCard,
        by: &AuditEntry,
    ) -> Result<(), DeskError> {
        if keep_present {
            keys.push("those it has".to_owned());
        }
        self.note(format!("keys {shop} {}", keys.join(",")), by);
        Ok(())
    }

    async fn remove_shop(
        &self,
        shop: &ShopName,
        anyway: bool,
        _seen: &ShopCard,
        by: &AuditEntry,
    ) -> Result<(), DeskError> {
        if self.has_open_orders.load(Ordering::SeqCst) && !anyway {
            let why = "orders of this shop are open";
            return Err(DeskError::Refused(why.to_owned()));
        }
        self.note(format!("remove {shop}"), by);
        Ok(())
    }

    async fn check(&self, _: &ShopName) -> Vec<Check> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        vec![Check {
            name: "The clocks agree".to_owned(),
            passed: false,
            detail: "set both by NTP".to_owned(),
        }]
    }

    async fn webhook(&self, shop: &ShopName) -> Result<Option<WebhookCard>, DeskError> {
        if shop.as_str() == "other" {
            return Ok(None);
        }
        Ok(Some(WebhookCard {
            url: "https://shop.example/<hook>".to_owned(),
            origin: Origin::Call,
            state: if self.switched_on.load(Ordering::Relaxed) {
                WebhookState::Active
            } else {
                WebhookState::Disabled
            },
            disabled_because: Some("gone".to_owned()),
            disabled_at: None,
            failing_since: None,
            paused_until: None,
            tried_at: None,
            last_status: Some(410),
            last_problem: None,
            delivered_at: None,
            waiting: 2,
            dead: u64::from(!self.sent_again.load(Ordering::Relaxed)),
            failures: vec![delivery()],
        }))
    }

    async fn webhooks(&self) -> Result<Vec<WebhookHealth>, DeskError> {
        let webhooks = self.webhooks.lock().unwrap().clone();
        webhooks.ok_or(LedgerError::new(LedgerErrorKind::Unavailable).into())
    }

    async fn deliveries(&self, key: &OrderKey) -> Result<Vec<DeliveryCard>, DeskError> {
        if key.reference.as_str() != "1001" {
            return Ok(Vec::new());
        }
        let mut deliveries = self.deliveries.lock().unwrap().clone();
        deliveries.push(delivery());
        Ok(deliveries)
    }

    async fn resend(
        &self,
        key: &OrderKey,
        number: u64,
        by: &AuditEntry,
    ) -> Result<Resent, DeskError> {
        self.note(format!("resend {key} {number}"), by);
        Ok(self.resent())
    }

    async fn resend_dead(&self, shop: &ShopName, by: &AuditEntry) -> Result<Resent, DeskError> {
        self.note(format!("resend dead of {shop}"), by);
        self.sent_again.store(true, Ordering::Relaxed);
        Ok(self.resent())
    }

    async fn enable(&self, shop: &ShopName, by: &AuditEntry) -> Result<(), DeskError> {
        self.note(format!("enable {shop}"), by);
        self.switched_on.store(true, Ordering::Relaxed);
        Ok(())
    }
}
