//! What `inbank serve` keeps beside the ledger.

use std::time::Duration;

use inbank_adapters_sql::{
    ClaimedWebhook, DueDelivery, IdempotencyName, Outcome, Resend, Ruled, ServiceStore, Settled,
    SqlLedger, Standing, TryReport, WebhookOrigin, WebhookTarget,
};
use inbank_domain::{EventKind, NotPaid};
use inbank_ports::{AuditEntry, AuditLog as _, AuditQuery, Due, Ledger, LedgerErrorKind};
use time::OffsetDateTime;

use crate::server::role;
use crate::store::{Store, key, minute, order, shop, tell, written};
use crate::{Case, cases};

pub(crate) const CASES: &[Case] = cases![
    events_are_sent_in_order_and_a_failing_one_holds_up_its_own_order_alone,
    one_sends_at_a_time_and_what_an_ended_lease_writes_is_refused,
    a_delivery_that_is_given_up_lets_the_later_ones_go_on_and_is_sent_again_when_asked,
    what_was_delivered_is_sent_again_when_asked,
    a_webhook_that_fails_is_asked_less_often_and_then_switched_off,
    a_file_that_says_the_same_again_changes_nothing,
    what_a_file_says_no_more_is_removed_with_its_deliveries_and_what_a_call_said_stays,
    an_erased_order_takes_its_deliveries_with_it,
    what_is_old_is_deleted,
];

pub(crate) const SERVER_CASES: &[Case] =
    cases![who_may_not_use_the_services_tables_has_the_ledger_and_hears_what_is_lacking,];

pub(crate) const TAKEN: Ruled = Ruled::Delivered { status: Some(204) };
const LEASE: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_hours(120);

pub(crate) const AUDITED: AuditQuery = AuditQuery {
    shops: None,
    order: None,
    before: None,
    limit: 9,
};

pub(crate) fn entry(what: &str) -> AuditEntry {
    AuditEntry {
        who: "token 5f".to_owned(),
        what: what.to_owned(),
        shop: Some(shop()),
        reference: None,
        why: Some("asked to".to_owned()),
    }
}

pub(crate) struct Kept {
    pub(crate) ledger: SqlLedger,
    pub(crate) store: ServiceStore,
}

impl Kept {
    pub(crate) async fn in_(store: &Store) -> Self {
        let ledger = store.connect().await;
        let store = ledger.service_store().await.unwrap();
        Self { ledger, store }
    }

    pub(crate) async fn webhook(&self, url: &str, origin: WebhookOrigin) {
        let target = WebhookTarget {
            shop: shop(),
            origin,
            url: url.to_owned(),
            secrets: Some(b"sealed".to_vec()),
        };
        let set = self.store.set_webhook(&target, 0, None, minute(1));
        set.await.unwrap();
    }

    pub(crate) async fn claim(&self, now: OffsetDateTime) -> Option<ClaimedWebhook> {
        let claimed = self.store.claim_webhook(&shop(), LEASE, now).await;
        claimed.unwrap()
    }

    /// Takes up what there is, and says what is due.
    pub(crate) async fn due(
        &self,
        webhook: &ClaimedWebhook,
        now: OffsetDateTime,
    ) -> Vec<DueDelivery> {
        self.ledger.feed(&shop(), 0, 100).await.unwrap();
        let taken = self.store.take_up_events(webhook, LEASE, 100, now);
        assert!(taken.await.unwrap().is_some());
        self.store.due_deliveries(&shop(), 100, now).await.unwrap()
    }

    pub(crate) async fn settle(
        &self,
        webhook: &ClaimedWebhook,
        outcomes: Vec<Outcome>,
        now: OffsetDateTime,
    ) -> Option<Standing> {
        let settled = Settled {
            outcomes,
            last: failure(),
            patience: PATIENCE,
            ..Settled::default()
        };
        let settle = self.store.settle_deliveries(webhook, &settled, LEASE, now);
        settle.await.unwrap()
    }

    async fn has_work(&self, now: OffsetDateTime) -> bool {
        let shops = self.store.webhooks_with_work(LEASE, now).await.unwrap();
        shops == [shop()]
    }
}

fn failure() -> TryReport {
    TryReport {
        status: Some(503),
        problem: "answered 503\0".to_owned(),
    }
}

fn numbered(due: &[DueDelivery]) -> Vec<(String, u64, u32)> {
    let names = due.iter().map(|due| {
        assert_eq!(due.event.as_ref().unwrap().number, due.number);
        (due.key.reference.to_string(), due.number, due.tries)
    });
    names.collect()
}

pub(crate) fn with(due: &DueDelivery, ruled: Ruled) -> Outcome {
    Outcome {
        key: due.key.clone(),
        number: due.number,
        ruled,
    }
}

pub(crate) fn again(due: &DueDelivery, pause: Duration) -> Outcome {
    let report = failure();
    with(due, Ruled::Again { pause, report })
}

/// Orders with two events each.
pub(crate) async fn two_orders(ledger: &SqlLedger) {
    for name in ["a", "b"] {
        let mut order = order(name);
        tell(&mut order, EventKind::AwaitsMerchant);
        tell(&mut order, EventKind::NotPaid(NotPaid::Declined));
        written(ledger, order, Due::Never).await;
    }
}

fn named(name: &str, number: u64, tries: u32) -> (String, u64, u32) {
    (name.to_owned(), number, tries)
}

async fn events_are_sent_in_order_and_a_failing_one_holds_up_its_own_order_alone(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    assert!(!kept.has_work(minute(1)).await);
    two_orders(&kept.ledger).await;
    assert!(kept.has_work(minute(1)).await);
    let webhook = kept.claim(minute(1)).await.unwrap();
    let due = kept.due(&webhook, minute(1)).await;
    let all = [
        named("a", 1, 0),
        named("a", 2, 0),
        named("b", 1, 0),
        named("b", 2, 0),
    ];
    assert_eq!(numbered(&due), all);
    // Taken up once.
    assert_eq!(kept.due(&webhook, minute(1)).await, due);
    let outcomes = vec![again(&due[0], Duration::from_mins(5)), with(&due[2], TAKEN)];
    let standing = kept.settle(&webhook, outcomes, minute(1)).await.unwrap();
    assert_eq!((standing.disabled, standing.failing_for), (None, None));
    assert_eq!(
        numbered(&kept.due(&webhook, minute(2)).await),
        [named("b", 2, 0)]
    );
    // What is told of the order meanwhile waits too.
    let mut a = kept.ledger.order(&key("a")).await.unwrap().unwrap();
    tell(&mut a, EventKind::AwaitsMerchant);
    written(&kept.ledger, a, Due::Never).await;
    assert_eq!(
        numbered(&kept.due(&webhook, minute(2)).await),
        [named("b", 2, 0)]
    );
    let later = kept.due(&webhook, minute(6)).await;
    let waited = [
        named("b", 2, 0),
        named("a", 1, 1),
        named("a", 2, 0),
        named("a", 3, 0),
    ];
    assert_eq!(numbered(&later), waited);
}

async fn one_sends_at_a_time_and_what_an_ended_lease_writes_is_refused(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let first = kept.claim(minute(1)).await.unwrap();
    assert_eq!(first.secrets.as_deref(), Some(&b"sealed"[..]));
    assert!(kept.claim(minute(1)).await.is_none());
    assert!(!kept.has_work(minute(1)).await);
    let due = kept.due(&first, minute(1)).await;
    // It lapses, and another has it.
    let second = kept.claim(minute(3)).await.unwrap();
    let outcomes = vec![with(&due[0], TAKEN)];
    assert_eq!(kept.settle(&first, outcomes.clone(), minute(3)).await, None);
    kept.store.release_webhook(&first, minute(3)).await.unwrap();
    assert!(kept.claim(minute(3)).await.is_none());
    assert_eq!(kept.due(&second, minute(3)).await.len(), 4);
    assert!(kept.settle(&second, outcomes, minute(3)).await.is_some());
    assert_eq!(kept.due(&second, minute(3)).await.len(), 3);
    kept.store
        .release_webhook(&second, minute(3))
        .await
        .unwrap();
    assert!(kept.has_work(minute(3)).await);
    // Another address ends the lease of whoever sends to the former.
    let third = kept.claim(minute(3)).await.unwrap();
    kept.webhook("https://shop.example/b", WebhookOrigin::Call)
        .await;
    assert_eq!(kept.settle(&third, Vec::new(), minute(3)).await, None);
    let fourth = kept.claim(minute(3)).await.unwrap();
    assert_eq!(fourth.url, "https://shop.example/b");
}

async fn a_delivery_that_is_given_up_lets_the_later_ones_go_on_and_is_sent_again_when_asked(
    store: Store,
) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(1)).await.unwrap();
    let due = kept.due(&webhook, minute(1)).await;
    let report = failure();
    let outcomes = vec![with(&due[0], Ruled::Dead { report })];
    kept.settle(&webhook, outcomes, minute(1)).await.unwrap();
    let left = kept.due(&webhook, minute(1)).await;
    assert_eq!(
        numbered(&left),
        [named("a", 2, 0), named("b", 1, 0), named("b", 2, 0)]
    );
    let stands = kept
        .store
        .webhook(&shop(), minute(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stands.waiting, stands.dead), (3, 1));
    assert_eq!(stands.last_status, Some(503));
    let failed = kept
        .store
        .failed_deliveries(&shop(), 9, minute(2))
        .await
        .unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!((failed[0].id.as_str(), failed[0].tries), ("a-1/1", 1));
    assert_eq!(failed[0].dead_at, Some(minute(1)));
    let problem = failed[0].problem.as_deref();
    assert_eq!(problem, Some("answered 503\u{fffd}"));
    // What an order's events wait for, tried or not.
    for (name, expected) in [
        ("a", vec![(1, 1), (2, 0)]),
        ("b", vec![(1, 0), (2, 0)]),
        ("c", vec![]),
    ] {
        let waiting = kept.store.deliveries(&key(name), minute(2)).await.unwrap();
        let waiting: Vec<_> = waiting
            .iter()
            .map(|event| (event.number, event.tries))
            .collect();
        assert_eq!(waiting, expected, "{name}");
    }
    let resent = kept
        .store
        .resend(&shop(), &Resend::Dead, &entry("webhook.resend"), minute(2))
        .await
        .unwrap();
    assert_eq!(resent, 1);
    let left = kept.due(&webhook, minute(2)).await;
    assert_eq!(left.len(), 4);
    assert!(numbered(&left).contains(&named("a", 1, 0)));
}

async fn what_was_delivered_is_sent_again_when_asked(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(1)).await.unwrap();
    let due = kept.due(&webhook, minute(1)).await;
    let outcomes = due.iter().map(|due| with(due, TAKEN)).collect();
    kept.settle(&webhook, outcomes, minute(1)).await.unwrap();
    assert!(kept.due(&webhook, minute(1)).await.is_empty());
    let event = due[1].event.clone().unwrap();
    let mut one = Resend::Event {
        key: key("a"),
        attempt: event.attempt_id,
        number: 2,
    };
    let by = entry("webhook.resend");
    for _ in 0..2 {
        let resent = kept.store.resend(&shop(), &one, &by, minute(2)).await;
        assert_eq!(resent.unwrap(), 1);
        assert_eq!(
            numbered(&kept.due(&webhook, minute(2)).await),
            [named("a", 2, 0)]
        );
    }
    if let Resend::Event { number, .. } = &mut one {
        *number = 7;
    }
    let resent = kept.store.resend(&shop(), &one, &by, minute(2)).await;
    assert_eq!(resent.unwrap(), 0);
    // All of them happened in the minute 0.
    for (from, until, count) in [(0, 1, 4), (1, 2, 0)] {
        let between = Resend::Between {
            from: minute(from),
            until: minute(until),
        };
        let resent = kept.store.resend(&shop(), &between, &by, minute(2)).await;
        assert_eq!(resent.unwrap(), count);
    }
    let of_shop = AuditQuery {
        shops: Some(vec![shop()]),
        ..AUDITED
    };
    let audited = kept.store.records(&of_shop).await.unwrap();
    assert_eq!(audited.len(), 3, "of what did nothing nothing is recorded");
    assert_eq!(audited[0].entry, by);
}

async fn a_webhook_that_fails_is_asked_less_often_and_then_switched_off(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(1)).await.unwrap();
    let due = kept.due(&webhook, minute(1)).await;
    let fails = |now| {
        let outcomes = vec![again(&due[0], Duration::from_secs(5))];
        kept.settle(&webhook, outcomes, now)
    };
    let standing = fails(minute(1)).await.unwrap();
    assert_eq!(standing.failing_for, Some(Duration::ZERO));
    assert!(standing.paused && standing.disabled.is_none());
    kept.store
        .release_webhook(&webhook, minute(1))
        .await
        .unwrap();
    assert!(!kept.has_work(minute(1)).await, "it is paused");
    assert!(kept.has_work(minute(2)).await);
    let webhook = kept.claim(minute(60)).await.unwrap();
    assert!(webhook.failing);
    let outcomes = vec![again(&due[0], Duration::from_secs(5))];
    kept.settle(&webhook, outcomes.clone(), minute(60))
        .await
        .unwrap();
    let stands = kept
        .store
        .webhook(&shop(), minute(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stands.failing_since, Some(minute(1)));
    assert_eq!(stands.paused_until, Some(minute(61)));
    let long_after = minute(1 + 120 * 60);
    let standing = kept.settle(&webhook, outcomes, long_after).await.unwrap();
    assert_eq!(standing.disabled.as_deref(), Some("failing"));
    kept.store
        .release_webhook(&webhook, long_after)
        .await
        .unwrap();
    assert!(!kept.has_work(long_after + Duration::from_hours(1)).await);
    assert!(
        kept.claim(long_after + Duration::from_hours(1))
            .await
            .is_none()
    );
    let enabled = kept
        .store
        .enable_webhook(&shop(), &entry("webhook.enable"), long_after)
        .await
        .unwrap();
    assert!(enabled);
    let webhook = kept.claim(long_after).await.unwrap();
    assert!(!webhook.failing);
    // One that is gone is switched off at once.
    let settled = Settled {
        gone: true,
        patience: PATIENCE,
        ..Settled::default()
    };
    let settle = kept
        .store
        .settle_deliveries(&webhook, &settled, LEASE, long_after);
    let standing = settle.await.unwrap().unwrap();
    assert_eq!(standing.disabled.as_deref(), Some("gone"));
    let measured = kept.store.measure_webhooks(long_after).await.unwrap();
    assert_eq!(measured[0].disabled, Some((long_after, "gone".to_owned())));
    assert_eq!((measured[0].waiting, measured[0].failing_since), (4, None));
    assert_eq!(measured[0].last_status, Some(503));
    let oldest = (long_after - minute(0)).try_into().unwrap();
    assert_eq!(measured[0].oldest, Some(oldest));
    let removed = kept
        .store
        .remove_webhook(&shop(), &entry("webhook.remove"), long_after)
        .await
        .unwrap();
    assert!(removed);
    assert_eq!(kept.store.webhook(&shop(), long_after).await.unwrap(), None);
    let enabled = kept
        .store
        .enable_webhook(&shop(), &entry("webhook.enable"), long_after)
        .await
        .unwrap();
    assert!(!enabled);
}

async fn a_file_that_says_the_same_again_changes_nothing(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::File)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(1)).await.unwrap();
    kept.due(&webhook, minute(1)).await;
    assert_eq!(
        kept.store.last_in_feed(&shop(), minute(1)).await.unwrap(),
        4
    );
    kept.webhook("https://shop.example/a", WebhookOrigin::File)
        .await;
    assert!(
        kept.settle(&webhook, Vec::new(), minute(1)).await.is_some(),
        "its lease is held"
    );
    kept.webhook("https://shop.example/b", WebhookOrigin::File)
        .await;
    assert!(kept.settle(&webhook, Vec::new(), minute(1)).await.is_none());
    let stands = kept
        .store
        .webhook(&shop(), minute(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (stands.position, stands.waiting),
        (4, 4),
        "it goes on where it was"
    );
}

async fn what_a_file_says_no_more_is_removed_with_its_deliveries_and_what_a_call_said_stays(
    store: Store,
) {
    let kept = Kept::in_(&store).await;
    two_orders(&kept.ledger).await;
    for (origin, removed) in [(WebhookOrigin::Call, false), (WebhookOrigin::File, true)] {
        kept.webhook("https://shop.example/a", origin).await;
        let webhook = kept.claim(minute(1)).await.unwrap();
        let due = kept.due(&webhook, minute(1)).await;
        assert_eq!(due.len(), 4, "{origin:?}");
        let gone = kept.store.remove_filed_webhook(&shop(), minute(2)).await;
        assert_eq!(gone.unwrap(), removed, "{origin:?}");
        let left = kept.store.due_deliveries(&shop(), 9, minute(2)).await;
        assert_eq!(left.unwrap().is_empty(), removed, "{origin:?}");
        let settled = kept.settle(&webhook, Vec::new(), minute(2)).await;
        assert_eq!(settled.is_none(), removed, "who was sending hears of it");
    }
    assert_eq!(kept.store.webhook(&shop(), minute(2)).await.unwrap(), None);
    let again = kept.store.remove_filed_webhook(&shop(), minute(2)).await;
    assert!(!again.unwrap());
}

async fn an_erased_order_takes_its_deliveries_with_it(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(1)).await.unwrap();
    let due = kept.due(&webhook, minute(1)).await;
    assert!(kept.ledger.erase(&key("a"), None).await.unwrap());
    let left = kept.due(&webhook, minute(1)).await;
    assert_eq!(numbered(&left), [named("b", 1, 0), named("b", 2, 0)]);
    // What was under way meanwhile is written down all the same.
    let outcomes = due.iter().map(|due| with(due, TAKEN)).collect();
    assert!(kept.settle(&webhook, outcomes, minute(1)).await.is_some());
}

async fn what_is_old_is_deleted(store: Store) {
    let kept = Kept::in_(&store).await;
    kept.webhook("https://shop.example/a", WebhookOrigin::Call)
        .await;
    two_orders(&kept.ledger).await;
    let webhook = kept.claim(minute(1)).await.unwrap();
    let due = kept.due(&webhook, minute(1)).await;
    let dead = |due| {
        let report = failure();
        with(due, Ruled::Dead { report })
    };
    kept.settle(&webhook, due[..2].iter().map(dead).collect(), minute(1))
        .await
        .unwrap();
    let old = entry("old");
    kept.store.record(&old, minute(1)).await.unwrap();
    let name = IdempotencyName([1; 32]);
    let begun = kept.store.begin_request(name, &[2; 32], LEASE, minute(1));
    begun.await.unwrap();
    let prune = |after: Duration| kept.store.prune(100, minute(2) + after);
    assert_eq!(prune(Duration::ZERO).await.unwrap(), 0);
    assert_eq!(prune(ServiceStore::IDEMPOTENCY).await.unwrap(), 1);
    let limited = kept.store.prune(1, minute(2) + ServiceStore::DEAD);
    assert_eq!(limited.await.unwrap(), 1);
    assert_eq!(prune(ServiceStore::DEAD).await.unwrap(), 1);
    assert_eq!(prune(ServiceStore::AUDIT).await.unwrap(), 1);
    assert_eq!(prune(2 * ServiceStore::AUDIT).await.unwrap(), 0);
    let stands = kept
        .store
        .webhook(&shop(), minute(2))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stands.waiting, stands.dead), (2, 0), "what waits is kept");
}

async fn who_may_not_use_the_services_tables_has_the_ledger_and_hears_what_is_lacking(
    store: Store,
) {
    SqlLedger::migrate(&store.url).await.unwrap();
    let url = role(&store, "");
    let app = url.split("://").nth(1).unwrap().split(':').next().unwrap();
    for table in [
        "order",
        "attempt",
        "command",
        "callback",
        "event",
        "feed",
        "migrations",
    ] {
        store.execute(&format!(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON inbank_{table} TO {app}"
        ));
    }
    let ledger = SqlLedger::connect(&url).await.unwrap();
    let mut first = order("o-1");
    tell(&mut first, EventKind::AwaitsMerchant);
    written(&ledger, first, Due::Now).await;
    assert!(ledger.erase(&key("o-1"), None).await.unwrap());
    let error = ledger.service_store().await.unwrap_err();
    assert_eq!(error.kind(), Some(LedgerErrorKind::Forbidden));
    let said = error.to_string();
    assert!(said.contains("lacks SELECT on inbank_webhook"), "{said}");
}
