//! How much goes on at once, and how often.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use inbank_app::{Concurrency, OrderError};
use inbank_domain::{Cart, Region, ShopName};
use inbank_ports::{Clock as _, GatewayErrorKind};
use inbank_testkit::FakeBank;

use crate::stage::{MINUTE, SECOND, Stage, eur};

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
