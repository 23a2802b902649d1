//! Empty stores, and orders to put into them.

use std::time::Duration;

use inbank_adapters_sql::{LedgerOptions, SqlLedger};
use inbank_domain::{
    Attempt, AttemptId, AttemptKind, AttemptState, EventKind, Fingerprint, Order, OrderEvent,
    OrderKey, OrderReference, ProductCode, ProductFamily, SessionId, ShopName, Terms,
};
use inbank_ports::{
    Claim, ClaimRequest, Claimed, Due, Lease, Ledger, ReceivedCallback, Rest, Saved, ShopSlots,
    Subject, Write,
};
use inbank_testkit::Postgres;
use tempfile::TempDir;
use time::OffsetDateTime;

pub(crate) const LEASE: Duration = Duration::from_hours(1);

pub(crate) struct Store {
    pub(crate) url: String,
    folder: Option<TempDir>,
}

impl Store {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite://{}/ledger.db", folder.path().display()),
            folder: Some(folder),
        }
    }

    pub(crate) fn postgres() -> Self {
        Self {
            url: Postgres::shared().database(),
            folder: None,
        }
    }

    /// By the tests' clock.
    pub(crate) async fn connect(&self) -> SqlLedger {
        connect(&self.url).await
    }

    /// Runs statements past the ledger.
    pub(crate) fn execute(&self, sql: &str) {
        match &self.folder {
            Some(folder) => {
                let file = folder.path().join("ledger.db");
                let direct = rusqlite::Connection::open(file).unwrap();
                direct.execute_batch(sql).unwrap();
            }
            None => {
                Postgres::shared().psql(&self.url, sql);
            }
        }
    }
}

pub(crate) async fn connect(url: &str) -> SqlLedger {
    let options = LedgerOptions::new().callers_clock();
    options.connect(url).await.unwrap()
}

pub(crate) fn minute(n: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000 + 60 * n).unwrap()
}

pub(crate) fn shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

pub(crate) fn key(name: &str) -> OrderKey {
    OrderKey::new(shop(), OrderReference::parse(name).unwrap())
}

/// With one attempt, which is called after it.
pub(crate) fn order(name: &str) -> Order {
    let now = minute(0);
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
    let id = AttemptId::parse(format!("{name}-1")).unwrap();
    let mut attempt = Attempt::new(id, 1, terms, now, now, now);
    attempt.state = AttemptState::Pending;
    let mut order = Order::new(key(name), now);
    order.attempts.push(attempt);
    order
}

pub(crate) fn tell(order: &mut Order, kind: EventKind) {
    order.events += 1;
    order.news.push(OrderEvent {
        shop: order.key.shop.clone(),
        order: order.key.reference.clone(),
        number: order.events,
        attempt: 1,
        attempt_id: order.attempts[0].id.clone(),
        kind,
        amount: None,
        occurred_at: minute(0),
        follows_refused: false,
    });
}

pub(crate) async fn save(
    ledger: &dyn Ledger,
    order: &Order,
    lease: Option<Lease>,
    due: Due,
) -> Saved {
    let write = Write {
        order: order.clone(),
        lease,
        due,
        worked_on: Vec::new(),
        now: minute(1),
    };
    ledger.write(write).await.unwrap()
}

/// Written, and as it then is.
pub(crate) async fn written(ledger: &dyn Ledger, mut order: Order, due: Due) -> Order {
    let saved = save(ledger, &order, None, due).await;
    assert_eq!(saved, Saved::Written(order.version + 1));
    order.version += 1;
    order.news.clear();
    order
}

pub(crate) async fn at_rest(ledger: &dyn Ledger, name: &str) -> Order {
    written(ledger, order(name), Due::Never).await
}

pub(crate) fn callback(name: &str, key: &str) -> ReceivedCallback {
    ReceivedCallback {
        shop: shop(),
        attempt: AttemptId::parse(format!("{name}-1")).unwrap(),
        key: key.to_owned(),
        subject: Some(Subject::Session(SessionId::parse("s-1").unwrap())),
        status: "completed".to_owned(),
        content: b"message=%7B%7D&hmac=00&timestamp=1".to_vec(),
        received_at: minute(1),
    }
}

pub(crate) fn request(free: u32) -> ClaimRequest {
    ClaimRequest {
        shops: vec![ShopSlots { shop: shop(), free }],
        lease: LEASE,
        now: minute(1),
    }
}

pub(crate) async fn claim(ledger: &dyn Ledger, free: u32) -> Vec<Claim> {
    let claimed = ledger.claim(&request(free)).await.unwrap();
    let claims = claimed.into_iter().map(|claimed| match claimed {
        Claimed::Order(claim) => *claim,
        Claimed::Unreadable { key, error, .. } => panic!("{key} can't be read: {error}"),
    });
    claims.collect()
}

pub(crate) async fn release(ledger: &dyn Ledger, claim: &Claim, due_in: Option<Duration>) -> bool {
    let rest = Rest {
        due_in,
        failures: 0,
        aside: false,
    };
    let released = ledger.release(&claim.order.key, claim.lease, rest, minute(1));
    released.await.unwrap()
}
