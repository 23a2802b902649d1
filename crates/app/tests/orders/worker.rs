use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::channel::oneshot;
use inbank_app::{CommandOutcome, PayOutcome, Retention, Runtime, Shops, Worker};
use inbank_domain::{Cart, OrderEvent, Region, ShopName};
use inbank_ports::{Clock as _, EventSink, SinkError, Spawner as _};
use inbank_testkit::FakeBank;

use crate::stage::{self, DAY, HOUR, MINUTE, SECOND, Stage, cart, eur};

async fn pay(stage: &Stage, shop: &str, reference: &str) {
    let shop = stage.worker.shop(&ShopName::parse(shop).unwrap()).unwrap();
    let cart = Cart::new("hp", eur("100"));
    let paid = shop.order(reference).pay(&cart).await.unwrap();
    assert!(matches!(paid, PayOutcome::Redirect(_)));
}

#[test]
fn many_due_orders_are_carried_on_over_a_ledger_with_one_connection() {
    let stage = Stage::new();
    stage.play(async {
        for n in 0..300 {
            pay(&stage, "main", &format!("order-{n}")).await;
        }
        for n in 0..300 {
            let order = stage
                .order(&format!("order-{n}"))
                .find()
                .await
                .unwrap()
                .unwrap();
            let session = order.attempts[0].session.clone().unwrap();
            stage.bank.customer_applies(&session);
            stage.deliver_callbacks(&format!("order-{n}"), 1, 1).await;
        }
        let began = stage.process.now();
        stage.sink.delivered(300).await;
        assert!(stage.process.now() - began < MINUTE);
    });
    assert!(stage.sim.panics().is_empty(), "{:?}", stage.sim.panics());
}

#[test]
fn a_shop_whose_bank_hangs_holds_up_no_other() {
    let stage = Stage::new();
    let other = Arc::new(FakeBank::new(Region::ESTONIA));
    stage.add("other", other.clone());
    stage.play(async {
        for n in 0..200 {
            pay(&stage, "main", &format!("order-{n}")).await;
        }
        pay(&stage, "other", "quiet").await;
        stage.bank.hold_answers();
        stage.pass(10 * SECOND).await;
        let shop = stage
            .worker
            .shop(&ShopName::parse("other").unwrap())
            .unwrap();
        let order = shop.order("quiet").find().await.unwrap().unwrap();
        other.customer_applies(order.attempts[0].session.as_ref().unwrap());
        let began = stage.process.now();
        stage.worker.ledger().wake(&order.key, began).await.unwrap();
        stage.sink.delivered(1).await;
        assert!(stage.process.now() - began < 2 * SECOND);
    });
    assert_eq!(stage.told("quiet"), ["paid"]);
}

#[test]
fn a_sink_that_hangs_or_panics_on_one_order_holds_up_no_other() {
    let stage = Stage::new();
    stage.sink.panic_on("bad", 1);
    stage.play(async {
        for reference in ["bad", "good"] {
            pay(&stage, "main", reference).await;
            let order = stage.order(reference).find().await.unwrap().unwrap();
            stage
                .bank
                .customer_applies(order.attempts[0].session.as_ref().unwrap());
            stage.order(reference).refresh().await.unwrap();
        }
        stage.pass(MINUTE).await;
    });
    assert_eq!(stage.told("good"), ["paid"]);
    // What it panics on is put aside after some times, and told of.
    let told = stage.told("bad");
    assert!(
        told[0].starts_with("needs_person: the platform refused event 1"),
        "{told:?}"
    );
}

#[test]
fn an_order_whose_answers_stay_unreadable_for_an_hour_is_told_to_a_person_and_moves_afterwards() {
    let stage = Stage::polling(MINUTE);
    stage.play(async {
        pay(&stage, "main", "odd").await;
        let order = stage.order("odd").find().await.unwrap().unwrap();
        stage
            .bank
            .break_down(inbank_ports::GatewayErrorKind::Undecodable);
        stage.pass(30 * MINUTE).await;
        assert!(stage.told("odd").is_empty());
        stage.pass(HOUR).await;
        stage.bank.recover();
        let session = order.attempts[0].session.as_ref().unwrap();
        stage.bank.customer_applies(session);
        stage.pass(30 * MINUTE).await;
    });
    let told = stage.told("odd");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("have been unreadable for an hour: session.show"));
    assert_eq!(told[1], "paid");
}

#[test]
fn a_bank_that_was_away_is_taken_up_again_within_a_minute_of_its_return() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        for n in 0..50 {
            pay(&stage, "main", &format!("order-{n}")).await;
        }
        stage
            .bank
            .break_down(inbank_ports::GatewayErrorKind::Unreachable);
        stage.pass(HOUR).await;
        let asked = stage.bank.calls("session.show");
        for n in 0..50 {
            let order = stage
                .order(&format!("order-{n}"))
                .find()
                .await
                .unwrap()
                .unwrap();
            stage
                .bank
                .customer_applies(order.attempts[0].session.as_ref().unwrap());
            stage
                .worker
                .ledger()
                .wake(&order.key, stage.process.now())
                .await
                .unwrap();
        }
        stage.pass(MINUTE).await;
        let while_away = stage.bank.calls("session.show") - asked;
        assert!(
            while_away < 60,
            "{while_away} calls in a minute to a host that is away"
        );
        stage.bank.recover();
        stage.pass(2 * MINUTE).await;
        assert_eq!(stage.sink.deliveries().len(), 50);
    });
}

#[test]
fn stopping_finishes_what_was_sent_and_gives_leases_back() {
    let stage = Stage::new();
    let (stop, stopped) = oneshot::channel::<()>();
    let (ended, has_ended) = oneshot::channel::<()>();
    let worker = stage.worker.clone();
    stage.process.spawn(Box::pin(async move {
        worker
            .run(async { stopped.await.unwrap_or_default() })
            .await;
        let _ = ended.send(());
    }));
    stage.sim.block_on(async {
        let session = stage.session("1001", &cart("499.90")).await;
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.bank.hold_answers();
        let order = stage.order("1001");
        let approving = order.approve();
        let stopping = async {
            stage.bank.holds(1).await;
            drop(stop);
            stage.pass(5 * SECOND).await;
            stage.bank.let_go();
            has_ended.await.unwrap();
        };
        let (approved, ()) = futures::join!(approving, stopping);
        assert!(matches!(approved.unwrap(), CommandOutcome::Done(_)));
        // Another process takes up at once.
        let now = stage.process.now();
        let key = order.find().await.unwrap().unwrap().key;
        let claim = stage
            .worker
            .ledger()
            .claim_one(&key, now, Duration::from_mins(2))
            .await;
        assert!(claim.unwrap().is_some());
    });
}

#[test]
fn what_a_caller_has_not_sent_when_the_worker_stops_is_left_to_the_next_process() {
    let stage = Stage::new();
    let (stop, stopped) = oneshot::channel::<()>();
    let (ended, has_ended) = oneshot::channel::<()>();
    let worker = stage.worker.clone();
    stage.process.spawn(Box::pin(async move {
        worker
            .run(async { stopped.await.unwrap_or_default() })
            .await;
        let _ = ended.send(());
    }));
    stage.sim.block_on(async {
        let session = stage.session("1001", &cart("499.90")).await;
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.bank.hold_answers();
        let order = stage.order("1001");
        let rest = async {
            stage.bank.holds(1).await;
            drop(stop);
            let let_go = async {
                stage.pass(SECOND).await;
                stage.bank.let_go();
            };
            futures::join!(order.approve(), let_go).0
        };
        // One caller's round has asked; another's command waits for it to end.
        let (_, approved) = futures::join!(order.refresh(), rest);
        let approved = approved.unwrap();
        assert!(
            matches!(approved, CommandOutcome::Pending(_)),
            "{approved:?}"
        );
        has_ended.await.unwrap();
    });
    assert_eq!(stage.bank.calls("contract.approve"), 0);
    let second = stage.sim.process();
    let worker = stage::worker(&second, stage.ledger.clone(), stage.sink.clone());
    stage::add(&worker, "main", stage.bank.clone());
    second.spawn(Box::pin(
        async move { worker.run(std::future::pending()).await },
    ));
    stage.sim.block_on(second.pass(MINUTE));
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
    assert_eq!(stage.bank.calls("contract.approve"), 1);
}

#[test]
fn a_killed_process_loses_nothing_and_another_takes_up() {
    for seed in 0..10 {
        let stage = Stage::seeded(seed);
        stage.play(async {
            let session = stage.session("1001", &cart("499.90")).await;
            stage.bank.customer_applies(&session);
            stage.order("1001").refresh().await.unwrap();
            stage.bank.hold_answers();
            let order = stage.order("1001");
            futures::future::select(Box::pin(order.approve()), Box::pin(stage.bank.holds(1))).await;
            stage.process.kill();
            stage.bank.let_go();
        });
        let second = stage.sim.process();
        let worker = stage::worker(&second, stage.ledger.clone(), stage.sink.clone());
        stage::add(&worker, "main", stage.bank.clone());
        second.spawn(Box::pin(
            async move { worker.run(std::future::pending()).await },
        ));
        stage.sim.block_on(second.pass(10 * MINUTE));
        assert_eq!(
            stage.told("1001"),
            ["awaits_merchant", "paid"],
            "seed {seed}"
        );
        assert_eq!(stage.bank.calls("contract.approve"), 1, "seed {seed}");
    }
}

#[test]
fn what_is_over_is_read_for_a_month_and_then_no_more() {
    let stage = Stage::polling(HOUR);
    stage.play(async {
        let session = stage.session("1001", &Cart::new("hp", eur("100"))).await;
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.pass(40 * DAY).await;
        let reads = stage.bank.calls("session.show");
        assert!((20..100).contains(&reads), "{reads}");
        stage.pass(400 * DAY).await;
        assert_eq!(stage.bank.calls("session.show"), reads);
    });
}

#[test]
fn an_order_does_not_wait_for_its_lease_after_the_ledger_was_away_for_a_moment() {
    let stage = Stage::new();
    stage.play(async {
        let session = stage.session("1001", &Cart::new("hp", eur("100"))).await;
        stage.bank.customer_applies(&session);
        stage.bank.hold_answers();
        stage.deliver_callbacks("1001", 1, 1).await;
        stage.bank.holds(1).await;
        stage.ledger.fail_next(usize::MAX);
        stage.bank.let_go();
        stage.pass(SECOND).await;
        stage.ledger.fail_next(0);
        let began = stage.process.now();
        stage.sink.delivered(1).await;
        assert!(stage.process.now() - began < MINUTE);
    });
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let stage = Stage::seeded(seed);
        stage.play(async {
            for n in 0..10 {
                pay(&stage, "main", &format!("order-{n}")).await;
            }
            stage.pass(MINUTE).await;
        });
        stage.sim.trace()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn what_follows_a_refused_event_is_marked_also_when_it_is_delivered_with_it() {
    let stage = Stage::new();
    stage.sink.refuse_for_good("1001", 1);
    stage.sink.refuse_for_good("1001", 2);
    // Nobody delivers yet.
    stage.sim.block_on(async {
        let session = stage.session("1001", &cart("499.90")).await;
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.order("1001").cancel().await.unwrap();
        let next = stage.session("1001", &Cart::new("hp", eur("100"))).await;
        stage.bank.customer_applies(&next);
        stage.order("1001").refresh().await.unwrap();
    });
    stage.play(stage.pass(MINUTE));
    let events = stage.sink.events("1001");
    assert_eq!(events[0].number, 3);
    for event in events {
        assert!(event.follows_refused, "{event:?}");
    }
    let history = stage.sim.block_on(stage.order("1001").history()).unwrap();
    let marked = history.iter().map(|event| event.follows_refused);
    assert_eq!(marked.collect::<Vec<_>>()[..3], [false, true, true]);
}

#[test]
fn a_shop_whose_bank_wants_fewer_calls_is_left_alone_though_the_bank_does_not_say_for_how_long() {
    let stage = Stage::polling(5 * SECOND);
    stage.play(async {
        for n in 0..100 {
            pay(&stage, "main", &format!("order-{n}")).await;
        }
        stage.pass(HOUR).await;
        stage
            .bank
            .break_down(inbank_ports::GatewayErrorKind::RateLimited);
        let now = stage.process.now();
        for n in 0..100 {
            let key = stage.order(&format!("order-{n}")).find().await.unwrap();
            let key = key.unwrap().key;
            stage.worker.ledger().wake(&key, now).await.unwrap();
        }
        let before = stage.bank.calls("session.show");
        stage.pass(MINUTE).await;
        let calls = stage.bank.calls("session.show") - before;
        assert!(calls < 400, "{calls} calls in a minute");
        stage.bank.recover();
        stage.pass(10 * MINUTE).await;
    });
}

#[test]
fn what_is_to_be_kept_for_ever_is_kept_and_panics_nowhere() {
    let mut stage = Stage::polling(HOUR);
    let orders = Duration::MAX;
    stage.worker = stage.worker.with_retention(Retention { orders });
    stage.play(async {
        let session = stage.session("1001", &Cart::new("hp", eur("100"))).await;
        stage.bank.customer_cancels(&session);
        stage.pass(3 * DAY).await;
        assert!(stage.order("1001").find().await.unwrap().is_some());
    });
    assert!(stage.sim.panics().is_empty(), "{:?}", stage.sim.panics());
}

/// A sink that is away for some deliveries, then panics on one, and then takes everything.
#[derive(Default)]
struct Recovering {
    tries: AtomicUsize,
    taken: AtomicUsize,
}

#[async_trait]
impl EventSink for Recovering {
    async fn deliver(&self, _: &OrderEvent) -> Result<(), SinkError> {
        match self.tries.fetch_add(1, Ordering::Relaxed) {
            0..5 => return Err(SinkError::Later("away".into())),
            5 => panic!("half back"),
            _ => {}
        }
        self.taken.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[test]
fn a_sink_that_was_away_and_panics_once_when_it_comes_back_is_told_all_the_same() {
    let mut stage = Stage::polling(SECOND);
    let sink = Arc::new(Recovering::default());
    let process = Arc::new(stage.process.clone());
    let runtime = Runtime::new(process.clone(), process.clone(), process);
    let ledger = stage.ledger.clone();
    stage.worker = Worker::new(Shops::default(), ledger, sink.clone(), runtime);
    stage.add("main", stage.bank.clone());
    stage.play(async {
        let session = stage.session("1001", &Cart::new("hp", eur("100"))).await;
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.pass(10 * MINUTE).await;
    });
    assert_eq!(sink.taken.load(Ordering::Relaxed), 1);
    assert_eq!(stage.worker.health().events_put_aside, 0);
}
