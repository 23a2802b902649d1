//! How much goes on at once, and how often.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use inbank_app::{ApplyOutcome, Concurrency, InboxError, OrderError, PayOutcome};
use inbank_domain::{Cart, Region, ShopName};
use inbank_ports::{Clock as _, GatewayErrorKind, Headers, Kept};
use inbank_testkit::FakeBank;

use crate::stage::{MINUTE, SECOND, Stage, application, eur, hang_up_after};

fn cart() -> Cart {
    Cart::new("hp", eur("100"))
}

async fn wake(stage: &Stage, shop: &str, reference: &str) {
    let shop = stage.worker.shop(&ShopName::parse(shop).unwrap()).unwrap();
    let order = shop.order(reference).find().await.unwrap().unwrap();
    let now = stage.process.now();
    assert!(stage.worker.ledger().wake(&order.key, now).await.unwrap());
}

/// Whether no more calls than these are under way, for as long as the bank gives no answer.
async fn no_more_than(stage: &Stage, bank: &FakeBank, calls: usize) -> bool {
    bank.holds(calls).await;
    let more = Box::pin(bank.holds(calls + 1));
    let time = Box::pin(stage.pass(10 * SECOND));
    matches!(select(more, time).await, Either::Right(_))
}

#[test]
fn as_many_orders_are_worked_on_at_once_as_there_are_slots_and_no_more() {
    for seed in 0..10 {
        let mut stage = Stage::seeded(seed);
        let other = Arc::new(FakeBank::new(Region::ESTONIA));
        stage.worker = stage.worker.with_concurrency(Concurrency {
            orders_of_a_shop: 3,
            orders: 5,
            deliveries_of_a_shop: 1,
            ..Concurrency::default()
        });
        stage.add("other", other.clone());
        stage.play(async {
            for shop in ["main", "other"] {
                let shop = ShopName::parse(shop).unwrap();
                let shop = stage.worker.shop(&shop).unwrap();
                for n in 0..8 {
                    shop.order(format!("order-{n}")).pay(&cart()).await.unwrap();
                }
            }
            stage.pass(MINUTE).await;
            let banks = [&*stage.bank, &*other];
            let before = banks.map(|bank| bank.calls("session.show"));
            for bank in banks {
                bank.hold_answers();
            }
            for shop in ["main", "other"] {
                for n in 0..8 {
                    wake(&stage, shop, &format!("order-{n}")).await;
                }
            }
            let in_all = async {
                let (main, other) = (
                    no_more_than(&stage, &stage.bank, 3),
                    no_more_than(&stage, &other, 2),
                );
                futures::join!(main, other)
            };
            assert_eq!(in_all.await, (true, true), "seed {seed}");
            for bank in banks {
                bank.let_go();
            }
            stage.pass(10 * SECOND).await;
            for (bank, before) in banks.iter().zip(before) {
                assert!(bank.calls("session.show") >= before + 8, "seed {seed}");
            }
        });
    }
}

#[test]
fn rounds_that_ask_the_bank_nothing_say_nothing_of_it() {
    let stage = Stage::new();
    stage.play(async {
        stage.order("asks").pay(&cart()).await.unwrap();
        for n in 0..5 {
            stage.bank.lose_next_answer();
            let silent = stage.order(&format!("silent-{n}"));
            let lost = silent.pay(&cart()).await.unwrap_err();
            assert!(matches!(lost, OrderError::Unclear(_)), "{lost:?}");
        }
        stage.bank.break_down(GatewayErrorKind::Unreachable);
        let before = stage.bank.calls("session.show");
        for _ in 0..60 {
            wake(&stage, "main", "asks").await;
            for n in 0..5 {
                wake(&stage, "main", &format!("silent-{n}")).await;
            }
            stage.pass(SECOND).await;
        }
        let calls = stage.bank.calls("session.show") - before;
        // Five that fail, and then a probe after 1, 2, 4, 8 … seconds.
        assert!((6..=12).contains(&calls), "{calls} calls in a minute");
        stage.bank.recover();
        for _ in 0..180 {
            wake(&stage, "main", "asks").await;
            stage.pass(SECOND).await;
        }
        assert_eq!(stage.worker.health().open_breakers, [""; 0]);
    });
}

#[test]
fn returns_of_a_browser_have_an_order_read_once_a_second_at_the_most() {
    let stage = Stage::new();
    stage.play(async {
        let session = stage.session("1001", &cart()).await;
        let order = stage.order("1001").find().await.unwrap().unwrap();
        let attempt = order.attempts[0].id.as_str();
        stage.pass(MINUTE).await;
        let before = stage.bank.calls("session.show");
        let come_back = async || {
            let returned = stage.worker.inbox().returned("main", attempt).await;
            assert_eq!(returned.unwrap(), order.key.reference);
        };
        for _ in 0..100 {
            come_back().await;
            stage.pass(Duration::from_millis(9)).await;
        }
        // What happens within that second is noticed at its end.
        stage.bank.customer_applies(&session);
        come_back().await;
        stage.sink.delivered(1).await;
        let calls = stage.bank.calls("session.show") - before;
        assert!(calls <= 3, "{calls} calls in two seconds");
    });
    assert_eq!(stage.told("1001"), ["paid"]);
}

/// Three openings of a shop at once, and four of all.
fn with_little_room(mut stage: Stage) -> Stage {
    stage.worker = stage.worker.with_concurrency(Concurrency {
        openings_of_a_shop: 3,
        openings: 4,
        intake_of_a_shop: 3,
        intake: 4,
        ..Concurrency::default()
    });
    stage
}

#[test]
fn while_the_bank_hangs_the_next_customer_is_told_when_to_try_again_and_nothing_is_written() {
    let stage = with_little_room(Stage::new());
    stage.play(async {
        stage.bank.hold_answers();
        let orders: Vec<_> = (0..3).map(|n| stage.order(&format!("o-{n}"))).collect();
        let cart = cart();
        let openings = futures::future::join_all(orders.iter().map(|order| order.pay(&cart)));
        let turned_away = async {
            stage.bank.holds(3).await;
            let next = stage.order("next");
            let PayOutcome::Busy(wait) = next.pay(&cart).await.unwrap() else {
                panic!("a fourth is under way");
            };
            assert!((4 * SECOND..=5 * SECOND).contains(&wait), "{wait:?}");
            assert!(next.find().await.unwrap().is_none());
            let applied = next.apply(&application("100")).await.unwrap();
            assert!(matches!(applied, ApplyOutcome::Busy(_)), "{applied:?}");
            stage.bank.let_go();
        };
        let (opened, ()) = futures::join!(openings, turned_away);
        for paid in opened {
            assert!(matches!(paid.unwrap(), PayOutcome::Redirect(_)));
        }
        let again = stage.order("next").pay(&cart).await.unwrap();
        assert!(matches!(again, PayOutcome::Redirect(_)), "{again:?}");
    });
    assert_eq!(stage.bank.session_count(), 4);
}

#[test]
fn a_shop_whose_bank_hangs_makes_no_other_shop_busy() {
    let stage = with_little_room(Stage::new());
    let other = Arc::new(FakeBank::new(Region::ESTONIA));
    stage.add("other", other.clone());
    stage.add("third", Arc::new(FakeBank::new(Region::ESTONIA)));
    stage.play(async {
        stage.bank.hold_answers();
        let orders: Vec<_> = (0..3).map(|n| stage.order(&format!("o-{n}"))).collect();
        let cart = cart();
        let openings = futures::future::join_all(orders.iter().map(|order| order.pay(&cart)));
        let meanwhile = async {
            stage.bank.holds(3).await;
            for n in 0..10 {
                for shop in ["other", "third"] {
                    let shop = stage.worker.shop(&ShopName::parse(shop).unwrap()).unwrap();
                    let paid = shop.order(format!("o-{n}")).pay(&cart).await.unwrap();
                    assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
                }
            }
            stage.bank.let_go();
        };
        futures::join!(openings, meanwhile);
    });
}

#[test]
fn what_a_browser_that_hung_up_has_begun_takes_its_place_until_the_bank_has_answered() {
    let stage = with_little_room(Stage::new());
    stage.play(async {
        let cart = cart();
        stage.order("first").pay(&cart).await.unwrap();
        stage.bank.hold_answers();
        for n in 0..3 {
            let order = stage.order(&format!("o-{n}"));
            let call = Box::pin(order.pay(&cart));
            futures::future::select(call, Box::pin(stage.bank.holds(n + 1))).await;
        }
        let next = stage.order("next").pay(&cart).await.unwrap();
        assert!(matches!(next, PayOutcome::Busy(_)), "{next:?}");
        stage.bank.let_go();
        stage.pass(SECOND).await;
        let next = stage.order("next").pay(&cart).await.unwrap();
        assert!(matches!(next, PayOutcome::Redirect(_)), "{next:?}");
        // One that gives up before anything has begun leaves nothing behind.
        for polls in 1..30 {
            let order = stage.order(&format!("given-up-{polls}"));
            hang_up_after(polls, order.pay(&cart)).await;
            stage.pass(SECOND).await;
        }
        let last = stage.order("last").pay(&cart).await.unwrap();
        assert!(matches!(last, PayOutcome::Redirect(_)), "{last:?}");
    });
}

#[test]
fn of_more_callbacks_than_are_kept_at_once_the_rest_comes_again_and_all_are_settled() {
    for seed in 0..10 {
        let stage = with_little_room(Stage::seeded(seed));
        stage.play(async {
            let mut callbacks = Vec::new();
            for n in 0..8 {
                let reference = format!("o-{n}");
                let session = stage.session(&reference, &cart()).await;
                stage.bank.customer_applies(&session);
                let order = stage.order(&reference).find().await.unwrap().unwrap();
                let body = stage.bank.callbacks().last().unwrap().clone();
                callbacks.push((order.attempts[0].id.clone(), body));
            }
            let inbox = stage.worker.inbox();
            let mut turned_away = 0;
            while !callbacks.is_empty() {
                let at_once = callbacks.iter().map(async |(attempt, body)| {
                    inbox
                        .receive("main", attempt.as_str(), &Headers::NONE, body)
                        .await
                });
                let answers = futures::future::join_all(at_once).await;
                let mut answers = answers.into_iter();
                callbacks.retain(|_| match answers.next().unwrap() {
                    Ok(Kept::Written) => false,
                    Err(InboxError::Busy) => true,
                    other => panic!("{other:?}"),
                });
                turned_away += callbacks.len();
            }
            assert_eq!(turned_away, 5 + 2, "three at once");
            stage.sink.delivered(8).await;
            for n in 0..8 {
                let reference = format!("o-{n}");
                let kept = stage.order(&reference).callbacks().await.unwrap();
                assert_eq!(kept.len(), 1, "seed {seed}");
                assert_eq!(stage.told(&reference), ["paid"], "seed {seed}");
            }
        });
    }
}

#[test]
fn a_shop_that_settles_less_than_it_takes_is_busy_until_it_has_caught_up_and_the_others_are_not() {
    let mut stage = Stage::new();
    stage.worker = stage.worker.with_concurrency(Concurrency {
        orders_of_a_shop: 2,
        ..Concurrency::default()
    });
    stage.add("other", Arc::new(FakeBank::new(Region::ESTONIA)));
    stage.play(async {
        let mut told = Vec::new();
        for n in 0..8 {
            let reference = format!("o-{n}");
            let session = stage.session(&reference, &cart()).await;
            told.push((reference, session));
        }
        stage.pass(MINUTE).await;
        stage.bank.hold_answers();
        for (reference, session) in &told {
            stage.bank.customer_applies(session);
            stage.deliver_callbacks(reference, 1, 1).await;
        }
        // Two are read, and the others wait.
        stage.bank.holds(2).await;
        stage.pass(10 * SECOND).await;
        stage.bank.let_go();
        stage.sink.delivered(4).await;
        let next = stage.order("next");
        let busy = next.pay(&cart()).await.unwrap();
        assert!(matches!(busy, PayOutcome::Busy(_)), "{busy:?}");
        let other = stage.worker.shop(&ShopName::parse("other").unwrap());
        let paid = other.unwrap().order("1").pay(&cart()).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
        stage.sink.delivered(8).await;
        stage.pass(2 * SECOND).await;
        let paid = next.pay(&cart()).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
    });
}
