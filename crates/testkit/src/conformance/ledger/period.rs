use std::time::Duration;

use inbank_domain::{
    Action, AttemptState, Command, CommandStage, Currency, Decider, EventKind, Money, NotPaid,
    Order, OrderKey, OrderReference, StandingCommand,
};
use inbank_ports::{
    Delivered, Due, EventPage, EventPlace, OutboxState, ShopPeriod, UnreadableEvent, UntilPaid,
};
use time::OffsetDateTime;

use super::scene::{Scene, attempt, key, main_shop, minutes, second_shop, tell};

const PAID: EventKind = EventKind::Paid { late: false };

fn eur(amount: &str) -> Money {
    Money::parse(amount, Currency::EUR).unwrap()
}

/// As texts, since an amount has to keep its digits.
fn sums(amounts: &std::collections::BTreeMap<Currency, rust_decimal::Decimal>) -> Vec<String> {
    let amounts = amounts.iter();
    amounts
        .map(|(currency, amount)| format!("{amount} {currency}"))
        .collect()
}

/// Tells an order's things, each so many minutes after a start.
async fn told(
    scene: &Scene<'_>,
    mut order: Order,
    start: OffsetDateTime,
    what: &[(u64, EventKind)],
) {
    for (at, kind) in what {
        tell(&mut order, kind.clone(), start + minutes(*at));
    }
    scene.written(&order, Due::Never).await;
}

async fn of_main(scene: &Scene<'_>, since: OffsetDateTime, now: OffsetDateTime) -> ShopPeriod {
    let mut periods = scene
        .ledger
        .period(&[main_shop()], since, now)
        .await
        .unwrap();
    assert_eq!(periods.len(), 1);
    periods.remove(0)
}

pub(super) async fn period_counts_what_was_told_in_it(scene: &Scene<'_>) {
    let start = scene.now();
    let shops = [second_shop(), main_shop()];
    let none = scene
        .ledger
        .period(&shops, start, start + minutes(60))
        .await;
    assert_eq!(none.unwrap(), shops.clone().map(ShopPeriod::none));
    let waits = EventKind::AwaitsMerchant;
    let not_paid = EventKind::NotPaid;
    let asks = EventKind::ActionWanted(Action::Offer);
    for (name, what) in [
        ("early", vec![(9, PAID)]),
        ("first", vec![(10, PAID)]),
        ("both", vec![(11, waits.clone()), (12, PAID)]),
        ("waits", vec![(13, waits.clone())]),
        // A customer who tries again is one order all the same.
        (
            "tries",
            vec![
                (14, not_paid(NotPaid::Declined)),
                (15, not_paid(NotPaid::Declined)),
            ],
        ),
        (
            "late",
            vec![
                (14, not_paid(NotPaid::Expired)),
                (16, EventKind::Paid { late: true }),
            ],
        ),
        (
            "asks",
            vec![(17, asks), (18, EventKind::NeedsPerson("why".to_owned()))],
        ),
        ("ends", vec![(9, PAID), (19, EventKind::Terminated)]),
        ("last", vec![(20, not_paid(NotPaid::Cancelled))]),
        ("after", vec![(21, not_paid(NotPaid::Declined))]),
    ] {
        told(scene, scene.order(name), start, &what).await;
    }
    let elsewhere = scene.order_of(second_shop(), "first");
    told(scene, elsewhere, start, &[(10, PAID)]).await;
    let (since, now) = (start + minutes(10), start + minutes(20));
    let periods = scene.ledger.period(&shops, since, now).await.unwrap();
    let [second, main] = &periods[..] else {
        panic!("{periods:?}");
    };
    assert_eq!(
        (&second.shop, second.paid, second.approved),
        (&shops[0], 1, 1)
    );
    assert_eq!(&main.shop, &shops[1]);
    assert_eq!((main.paid, main.approved), (3, 4));
    assert_eq!((main.declined, main.not_paid), (1, 3));
}

pub(super) async fn period_adds_what_was_financed_and_what_waits(scene: &Scene<'_>) {
    let start = scene.now();
    let now = start + minutes(60);
    let zloty = Some(Money::parse("0.05", Currency::PLN).unwrap());
    // The last is a rental's, which has none.
    for (n, amount) in [
        Some(eur("0.10")),
        Some(eur("0.10")),
        Some(eur("0.100")),
        zloty,
        None,
    ]
    .into_iter()
    .enumerate()
    {
        let mut order = scene.order(&format!("paid-{n}"));
        order.attempts[0].terms.amount = amount;
        told(
            scene,
            order,
            start,
            &[(1, EventKind::AwaitsMerchant), (2, PAID)],
        )
        .await;
    }
    let granted = |name: &str, amount| {
        let mut order = scene.order(name);
        order.attempts[0].state = AttemptState::Granted;
        order.attempts[0].terms.amount = amount;
        order
    };
    // Waiting since before the period, and never told of.
    for n in 0..2 {
        let order = granted(&format!("waits-{n}"), Some(eur("20.00")));
        scene.written(&order, Due::Never).await;
    }
    // A changed cart: the former attempt is granted too.
    let mut changed = granted("changed", Some(eur("1000.00")));
    changed.attempts[0].superseded = true;
    let mut second = attempt("changed", 2, start);
    second.state = AttemptState::Granted;
    second.terms.amount = Some(eur("300.00"));
    changed.attempts.push(second.clone());
    scene.written(&changed, Due::Never).await;
    // The same, where the former has taken the order.
    for (name, by_command) in [("bound", false), ("approved", true)] {
        let mut taken = granted(name, Some(eur("4000.00")));
        let former = &mut taken.attempts[0];
        former.superseded = true;
        former.bound = !by_command;
        former.command = by_command.then_some(StandingCommand {
            command: Command::Approve,
            by: Decider::Platform,
            stage: CommandStage::Acknowledged,
            wanted_at: start,
            sent_at: Some(start),
            sends: 1,
            acknowledged_at: Some(start),
        });
        let mut later = attempt(name, 2, start);
        later.state = AttemptState::Granted;
        later.terms.amount = Some(eur("9.00"));
        taken.attempts.push(later);
        scene.written(&taken, Due::Never).await;
    }
    // The bank names another amount, so a person waits, not the merchant.
    let mut disputed = granted("disputed", Some(eur("7.00")));
    disputed.attempts[0].other_amount = Some(eur("8.00"));
    scene.written(&disputed, Due::Never).await;
    let period = of_main(scene, start, now).await;
    assert_eq!(sums(&period.financed), ["0.300 EUR", "0.05 PLN"]);
    assert_eq!(sums(&period.waiting), ["8340.00 EUR"]);
    let later = of_main(scene, now, now + minutes(1)).await;
    assert_eq!(sums(&later.financed), [""; 0]);
    assert_eq!(sums(&later.waiting), ["8340.00 EUR"]);
}

pub(super) async fn period_says_how_long_paying_took(scene: &Scene<'_>) {
    let start = scene.now();
    let now = start + minutes(1000);
    assert_eq!(of_main(scene, start, now).await.until_paid, None);
    for took in 1..=20 {
        let mut order = scene.order(&format!("o-{took}"));
        // The attempt that was paid is not the first.
        let mut second = attempt(&format!("o-{took}"), 2, start + minutes(500));
        second.state = AttemptState::Completed;
        order.attempts.push(second);
        tell(&mut order, PAID, start + minutes(500 + took));
        let event = &mut order.news[0];
        (event.attempt, event.attempt_id) = (2, order.attempts[1].id.clone());
        scene.written(&order, Due::Never).await;
    }
    let until = UntilPaid {
        median: minutes(10),
        p95: minutes(19),
    };
    assert_eq!(of_main(scene, start, now).await.until_paid, Some(until));
    let last = of_main(scene, start + minutes(520), now).await.until_paid;
    let until = UntilPaid {
        median: minutes(20),
        p95: minutes(20),
    };
    assert_eq!(last, Some(until));
}

pub(super) async fn unreadable_event_spoils_no_period(scene: &Scene<'_>) {
    let start = scene.now();
    for name in ["o-1", "o-2"] {
        told(scene, scene.order(name), start, &[(1, PAID)]).await;
    }
    scene.break_event(&key("o-1"), 1).await;
    let period = of_main(scene, start, start + minutes(2)).await;
    assert_eq!((period.paid, period.approved), (1, 1));
    assert_eq!(sums(&period.financed), ["499.90 EUR"]);
}

async fn page(
    scene: &Scene<'_>,
    (from, until): (OffsetDateTime, OffsetDateTime),
    after: Option<EventPlace>,
    limit: u32,
) -> EventPage {
    let shops = [main_shop(), second_shop()];
    let page = scene
        .ledger
        .events_between(&shops, from, until, after, limit);
    page.await.unwrap()
}

pub(super) async fn events_of_a_period_are_read_page_by_page(scene: &Scene<'_>) {
    let start = scene.now();
    // Two of one moment in each order, and of different orders too; one before the period, one at its end.
    let at = [4, 5, 6, 6, 8, 10];
    for (shop, name) in [
        (main_shop(), "o-1"),
        (second_shop(), "o-1"),
        (main_shop(), "o-2"),
    ] {
        let waits = at.map(|at| (at, EventKind::AwaitsMerchant));
        told(scene, scene.order_of(shop, name), start, &waits).await;
    }
    let refused = key("o-2");
    for delivery in scene.ledger.claim_deliveries(&scene.any()).await.unwrap() {
        let outcome = Delivered {
            up_to: (delivery.key == refused).then_some(3),
            put_aside: (delivery.key == refused).then_some(3),
            failures: 0,
            pause: Duration::ZERO,
        };
        let delivered = scene.ledger.delivered(&delivery, outcome, scene.now());
        assert!(delivered.await.unwrap());
    }
    let within = (start + minutes(5), start + minutes(10));
    let whole = page(scene, within, None, 100).await;
    assert_eq!((whole.events.len(), whole.next), (12, None));
    assert_eq!(whole.unreadable, []);
    let times: Vec<_> = whole.events.iter().map(|event| event.occurred_at).collect();
    assert!(times.is_sorted(), "{times:?}");
    assert!(times.iter().all(|at| (within.0..within.1).contains(at)));
    for event in &whole.events {
        let key = OrderKey::new(event.shop.clone(), event.order.clone());
        let marked = key == refused && event.number > 3;
        assert_eq!(event.follows_refused, marked, "{key} {}", event.number);
    }
    for limit in [1, 2, 5, 12] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = page(scene, within, after, limit).await;
            assert!(page.events.len() <= limit as usize);
            read.extend(page.events);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, whole.events, "{limit} a page");
    }
    // A place before the period is its start.
    let before = page(scene, (start, start + minutes(5)), None, 1).await.next;
    assert_eq!(page(scene, within, before, 100).await, whole);
    let read = async |shops: &[_]| {
        let (from, until) = within;
        let page = scene.ledger.events_between(shops, from, until, None, 100);
        page.await.unwrap().events
    };
    let main = read(&[main_shop()]).await;
    assert_eq!(main.len(), 8);
    assert!(main.iter().all(|event| event.shop == main_shop()));
    assert_eq!(read(&[main_shop(), main_shop()]).await, main);
    assert_eq!(read(&[]).await, []);
}

pub(super) async fn unreadable_event_stops_no_export(scene: &Scene<'_>) {
    let start = scene.now();
    let waits = [1, 2, 3].map(|at| (at, EventKind::AwaitsMerchant));
    told(scene, scene.order("o-1"), start, &waits).await;
    scene.break_event(&key("o-1"), 2).await;
    let within = (start, start + minutes(9));
    let (mut read, mut unreadable, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = page(scene, within, after, 1).await;
        read.extend(page.events.into_iter().map(|event| event.number));
        unreadable.extend(page.unreadable);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(read, [1, 3]);
    let [
        UnreadableEvent {
            key: of, number: 2, ..
        },
    ] = &unreadable[..]
    else {
        panic!("{unreadable:?}");
    };
    assert_eq!(*of, key("o-1"));
}

pub(super) async fn outbox_says_how_far_it_is(scene: &Scene<'_>) {
    let start = scene.now();
    let outbox = async |name: &str| scene.ledger.outbox(&key(name)).await.unwrap();
    assert_eq!(outbox("o-1").await, None);
    scene.at_rest("o-0").await;
    let none = OutboxState {
        events: 0,
        delivered: 0,
        refused: None,
        waits_since: None,
        failures: 0,
    };
    assert_eq!(outbox("o-0").await, Some(none));
    let waits = [1, 2, 3].map(|at| (at, EventKind::AwaitsMerchant));
    told(scene, scene.order("o-1"), start, &waits).await;
    let all = OutboxState {
        events: 3,
        waits_since: Some(start + minutes(1)),
        ..none
    };
    assert_eq!(outbox("o-1").await, Some(all));
    let deliver = async |up_to, put_aside, failures| {
        let mut deliveries = scene.ledger.claim_deliveries(&scene.any()).await.unwrap();
        let outcome = Delivered {
            up_to: Some(up_to),
            put_aside,
            failures,
            pause: Duration::ZERO,
        };
        let delivery = deliveries.remove(0);
        let delivered = scene.ledger.delivered(&delivery, outcome, scene.now());
        assert!(delivered.await.unwrap());
    };
    deliver(2, Some(2), 4).await;
    let some = OutboxState {
        delivered: 2,
        refused: Some(2),
        waits_since: Some(start + minutes(3)),
        failures: 4,
        ..all
    };
    assert_eq!(outbox("o-1").await, Some(some));
    scene.break_event(&key("o-1"), 3).await;
    assert_eq!(outbox("o-1").await, Some(some), "what waits can't be read");
    deliver(3, None, 0).await;
    let done = OutboxState {
        delivered: 3,
        waits_since: None,
        failures: 0,
        ..some
    };
    assert_eq!(outbox("o-1").await, Some(done));
    let elsewhere = OrderKey::new(second_shop(), OrderReference::parse("o-1").unwrap());
    assert_eq!(scene.ledger.outbox(&elsewhere).await.unwrap(), None);
}
