use std::sync::Arc;
use std::time::Duration;

use inbank_domain::{
    Attempt, AttemptId, AttemptKind, AttemptState, Command, CommandStage, Currency, Decider,
    EventKind, Fingerprint, Money, Opening, Order, OrderEvent, OrderKey, OrderReference,
    ProductCode, ProductFamily, SessionId, SettledCommand, Settlement, ShopName, StandingCommand,
    Terms,
};
use inbank_ports::{
    Claim, ClaimRequest, Claimed, Due, Kept, Lease, Ledger, ReceivedCallback, Rest, Saved,
    ShopSlots, Subject, Write,
};
use time::OffsetDateTime;

use super::LedgerHarness;

/// How long things are leased; far longer than a case takes by a clock that can't be moved.
pub(super) const LEASE: Duration = minutes(10);

pub(super) const fn minutes(n: u64) -> Duration {
    Duration::from_secs(60 * n)
}

pub(super) fn main_shop() -> ShopName {
    ShopName::parse("main").unwrap()
}

pub(super) fn second_shop() -> ShopName {
    ShopName::parse("second").unwrap()
}

pub(super) fn key(name: &str) -> OrderKey {
    OrderKey::new(main_shop(), OrderReference::parse(name).unwrap())
}

pub(super) fn slots(shop: ShopName, free: u32) -> ShopSlots {
    ShopSlots { shop, free }
}

pub(super) const fn rest(due_in: Option<Duration>) -> Rest {
    Rest {
        due_in,
        failures: 0,
        aside: false,
    }
}

/// A ledger, and orders to keep in it.
pub(super) struct Scene<'a> {
    harness: &'a dyn LedgerHarness,
    pub(super) ledger: Arc<dyn Ledger>,
}

impl<'a> Scene<'a> {
    pub(super) async fn new(harness: &'a dyn LedgerHarness) -> Self {
        let ledger = harness.ledger().await;
        Self { harness, ledger }
    }

    /// As many ways to the same ledger.
    pub(super) async fn ledgers(&self, count: usize) -> Vec<Arc<dyn Ledger>> {
        let mut ledgers = Vec::new();
        for _ in 0..count {
            ledgers.push(self.harness.ledger().await);
        }
        ledgers
    }

    /// Now, to the microsecond.
    pub(super) fn now(&self) -> OffsetDateTime {
        let now = self.harness.now();
        now.replace_nanosecond(now.microsecond() * 1000).unwrap()
    }

    pub(super) async fn pass(&self, by: Duration) {
        self.harness.pass(by).await;
    }

    pub(super) async fn break_order(&self, key: &OrderKey) {
        self.harness.break_order(key).await;
    }

    pub(super) async fn break_event(&self, key: &OrderKey, number: u64) {
        self.harness.break_event(key, number).await;
    }

    /// An order of the main shop that nobody has heard of, with one attempt that is pending.
    pub(super) fn order(&self, name: &str) -> Order {
        self.order_of(main_shop(), name)
    }

    pub(super) fn order_of(&self, shop: ShopName, name: &str) -> Order {
        let now = self.now();
        let key = OrderKey::new(shop, OrderReference::parse(name).unwrap());
        let mut order = Order::new(key, now);
        order.attempts.push(attempt(name, 1, now));
        order
    }

    /// As that, and over.
    pub(super) fn order_that_is_over(&self, name: &str) -> Order {
        let mut order = self.order(name);
        order.attempts[0].state = AttemptState::Declined;
        order
    }

    pub(super) async fn write(&self, order: &Order, lease: Option<Lease>, due: Due) -> Saved {
        let write = self.as_write(order, lease, due);
        self.ledger.write(write).await.unwrap()
    }

    pub(super) fn as_write(&self, order: &Order, lease: Option<Lease>, due: Due) -> Write {
        Write {
            order: order.clone(),
            lease,
            due,
            worked_on: Vec::new(),
            now: self.now(),
        }
    }

    /// Writes it without a lease; as it is then found.
    pub(super) async fn written(&self, order: &Order, due: Due) -> Order {
        found_after(order, self.write(order, None, due).await)
    }

    /// A new order that is not due.
    pub(super) async fn at_rest(&self, name: &str) -> Order {
        self.written(&self.order(name), Due::Never).await
    }

    /// A new order that is due.
    pub(super) async fn due_order(&self, name: &str) -> Order {
        self.written(&self.order(name), Due::In(Duration::ZERO))
            .await
    }

    pub(super) async fn found(&self, key: &OrderKey) -> Order {
        self.ledger.order(key).await.unwrap().unwrap()
    }

    pub(super) fn request(&self, shops: Vec<ShopSlots>) -> ClaimRequest {
        ClaimRequest {
            shops,
            lease: LEASE,
            now: self.now(),
        }
    }

    /// Of the main shop, as many as there are.
    pub(super) fn any(&self) -> ClaimRequest {
        self.request(vec![slots(main_shop(), 100)])
    }

    pub(super) async fn claim(&self) -> Vec<Claim> {
        readable(self.ledger.claim(&self.any()).await.unwrap())
    }

    /// The only order that is due.
    pub(super) async fn claim_only(&self) -> Claim {
        let mut claims = self.claim().await;
        assert_eq!(claims.len(), 1, "{claims:?}");
        claims.remove(0)
    }

    /// The names of the orders that are due, which are then leased.
    pub(super) async fn due(&self) -> Vec<String> {
        names(&self.claim().await)
    }

    pub(super) async fn claim_one(&self, name: &str) -> Option<Claim> {
        let claimed = self.ledger.claim_one(&key(name), self.now(), LEASE).await;
        claimed.unwrap()
    }

    pub(super) async fn release(&self, claim: &Claim, rest: Rest) -> bool {
        let (key, now) = (&claim.order.key, self.now());
        let released = self.ledger.release(key, claim.lease, rest, now).await;
        released.unwrap()
    }

    /// A callback to an order's first attempt.
    pub(super) fn callback(&self, name: &str, key: &str) -> ReceivedCallback {
        ReceivedCallback {
            shop: main_shop(),
            attempt: attempt_id(name, 1),
            key: key.to_owned(),
            subject: Some(Subject::Session(SessionId::parse("s-1").unwrap())),
            status: "completed".to_owned(),
            content: b"1.{\"\xc3\xb5\"}\0\xff".to_vec(),
            received_at: self.now(),
        }
    }

    pub(super) async fn keep(&self, callback: &ReceivedCallback) -> Kept {
        self.ledger.keep(callback).await.unwrap()
    }
}

pub(super) fn readable(claimed: Vec<Claimed>) -> Vec<Claim> {
    let claims = claimed.into_iter().map(|claimed| match claimed {
        Claimed::Order(claim) => *claim,
        Claimed::Unreadable { key, .. } => panic!("{key} can't be read"),
    });
    claims.collect()
}

/// The names of claimed orders, sorted.
pub(super) fn names(claims: &[Claim]) -> Vec<String> {
    let names = claims
        .iter()
        .map(|claim| claim.order.key.reference.as_str());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    names
}

pub(super) fn attempt_id(name: &str, number: u32) -> AttemptId {
    AttemptId::parse(format!("{name}-{number}")).unwrap()
}

pub(super) fn attempt(name: &str, number: u32, now: OffsetDateTime) -> Attempt {
    let terms = Terms {
        kind: AttemptKind::Session,
        product: ProductCode::parse("hp_0.0%_x").unwrap(),
        family: ProductFamily::HirePurchase,
        amount: Some(Money::parse("499.90", Currency::EUR).unwrap()),
        period: None,
        fingerprint: Fingerprint::from_bytes([7; 16]),
        merchant_approval: true,
        application_signature: false,
    };
    let id = attempt_id(name, number);
    let mut attempt = Attempt::new(id, number, terms, now, now, now);
    attempt.state = AttemptState::Pending;
    attempt.opening = Opening::Answered;
    attempt
}

/// An order as it is found after a write.
pub(super) fn found_after(order: &Order, saved: Saved) -> Order {
    let version = match saved {
        Saved::Written(version) => version,
        refused => panic!("{} is not written but {refused:?}", order.key),
    };
    assert!(version > order.version, "{version} is no new version");
    let mut found = order.clone();
    found.written(version);
    found
}

/// A command of an attempt that was decided on and stands no more, since its bank refused it at once.
pub(super) fn settle(order: &mut Order, command: Command, now: OffsetDateTime) {
    let attempt = &mut order.attempts[0];
    attempt.settled.push(SettledCommand {
        attempt: attempt.number,
        command: StandingCommand {
            command,
            by: Decider::Platform,
            stage: CommandStage::Sent,
            wanted_at: now,
            sent_at: Some(now),
            sends: 1,
            acknowledged_at: None,
        },
        settlement: Settlement::Refused,
        settled_at: now,
    });
}

/// Something more to tell of an order.
pub(super) fn tell(order: &mut Order, kind: EventKind, now: OffsetDateTime) {
    order.events += 1;
    let attempt = &order.attempts[0];
    let event = OrderEvent {
        shop: order.key.shop.clone(),
        order: order.key.reference.clone(),
        number: order.events,
        attempt: attempt.number,
        attempt_id: attempt.id.clone(),
        kind,
        amount: attempt.terms.amount,
        occurred_at: now,
        follows_refused: false,
    };
    order.news.push(event);
}
