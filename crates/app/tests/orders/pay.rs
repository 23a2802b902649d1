use std::sync::Arc;

use inbank_app::{NotOffered, OrderError, PayOutcome};
use inbank_domain::{
    ApplicationPrefill, AttemptState, Cart, EventKind, Months, NotPaid, OrderStatus, Region,
};
use inbank_ports::{Clock as _, GatewayErrorKind};
use inbank_testkit::FakeBank;

use crate::stage::{
    DAY, HOUR, MINUTE, SECOND, Stage, cart, disturbed_after, eur, hang_up_after, shop,
};

#[test]
fn a_double_click_opens_one_session_and_both_are_sent_to_it() {
    for seed in 0..20 {
        let stage = Stage::seeded(seed);
        let (first, second) = stage.play(async {
            let (a, b) = (stage.order("1001"), stage.order("1001"));
            let cart = cart("499.90");
            futures::join!(a.pay(&cart), b.pay(&cart))
        });
        let (first, second) = (first.unwrap(), second.unwrap());
        let (PayOutcome::Redirect(first), PayOutcome::Redirect(second)) = (first, second) else {
            panic!("seed {seed}: a customer is not sent on");
        };
        assert_eq!(first, second);
        assert_eq!(stage.bank.session_count(), 1, "seed {seed}");
    }
}

#[test]
fn a_call_that_comes_while_another_waits_for_the_bank_waits_with_it() {
    let stage = Stage::new();
    stage.play(async {
        stage.bank.hold_answers();
        let cart = cart("499.90");
        let orders = (stage.order("1001"), stage.order("1001"));
        let calls = futures::future::join(orders.0.pay(&cart), orders.1.pay(&cart));
        let letting_go = async {
            stage.bank.holds(1).await;
            stage.pass(20 * SECOND).await;
            stage.bank.let_go();
        };
        let ((first, second), ()) = futures::join!(calls, letting_go);
        assert!(matches!(first.unwrap(), PayOutcome::Redirect(_)));
        assert!(matches!(second.unwrap(), PayOutcome::Redirect(_)));
    });
    assert_eq!(stage.bank.session_count(), 1);
}

#[test]
fn a_browser_that_hangs_up_leaves_a_session_that_the_next_call_finds() {
    let stage = Stage::new();
    stage.play(async {
        stage.bank.hold_answers();
        let order = stage.order("1001");
        let cart = cart("499.90");
        {
            let call = Box::pin(order.pay(&cart));
            futures::future::select(call, Box::pin(stage.bank.holds(1))).await;
        }
        stage.bank.let_go();
        let again = order.pay(&cart).await.unwrap();
        assert!(matches!(again, PayOutcome::Redirect(_)), "{again:?}");
    });
    assert_eq!(stage.bank.session_count(), 1);
}

#[test]
fn a_browser_that_hangs_up_at_any_moment_burns_no_attempt() {
    for polls in 1..30 {
        let stage = Stage::new();
        stage.play(async {
            let order = stage.order("1001");
            let cart = cart("499.90");
            hang_up_after(polls, order.pay(&cart)).await;
            let began = stage.process.now();
            let again = order.pay(&cart).await.unwrap();
            assert!(matches!(again, PayOutcome::Redirect(_)), "{again:?}");
            let waited = stage.process.now() - began;
            assert!(waited < 5 * SECOND, "after {polls} polls: {waited}");
        });
        assert_eq!(stage.bank.session_count(), 1, "after {polls} polls");
    }
}

#[test]
fn a_ledger_whose_answer_is_lost_burns_no_attempt() {
    for polls in 0..30 {
        let stage = Stage::new();
        stage.play(async {
            let order = stage.order("1001");
            let cart = cart("499.90");
            let lose = || stage.ledger.lose_answers(1);
            let began = stage.process.now();
            let first = disturbed_after(polls, order.pay(&cart), lose).await;
            stage.ledger.lose_answers(0);
            let again = order.pay(&cart).await.unwrap();
            assert!(
                matches!(again, PayOutcome::Redirect(_)),
                "{first:?}, {again:?}"
            );
            let waited = stage.process.now() - began;
            assert!(waited < 10 * SECOND, "after {polls} polls: {waited}");
        });
        assert_eq!(stage.bank.session_count(), 1, "after {polls} polls");
    }
}

#[test]
fn another_period_is_another_cart() {
    let stage = Stage::new();
    stage.play(async {
        let over = |months| {
            let mut cart = cart("499.90");
            cart.application = Some(ApplicationPrefill {
                period: Some(Months::new(months).unwrap()),
                ..ApplicationPrefill::default()
            });
            cart
        };
        let former = stage.session("1001", &over(6)).await;
        let present = stage.session("1001", &over(12)).await;
        assert_ne!(former, present);
        assert_eq!(stage.session("1001", &over(12)).await, present);
    });
}

#[test]
fn a_changed_cart_opens_another_session_and_the_former_is_cancelled_once_it_is_granted() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        let former = stage.session("1001", &cart("499.90")).await;
        let present = stage.session("1001", &cart("120")).await;
        assert_ne!(former, present);
        // In a second tab.
        stage.bank.customer_applies(&former);
        stage.pass(HOUR).await;
        let order = stage.order("1001").find().await.unwrap().unwrap();
        assert_eq!(order.attempts[0].state, AttemptState::Cancelled);
        assert_eq!(order.attempts[1].state, AttemptState::Pending);
        assert_eq!(
            stage.told("1001"),
            [""; 0],
            "nothing that concerns the platform"
        );
        stage.bank.customer_applies(&present);
        stage.pass(HOUR).await;
    });
    assert_eq!(stage.told("1001"), ["awaits_merchant"]);
    assert_eq!(stage.bank.calls("contract.cancel"), 1);
}

#[test]
fn a_former_cart_that_completes_all_the_same_is_for_a_person_with_both_amounts() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        let instant = |amount| Cart::new("hp", eur(amount));
        let former = stage.session("1001", &instant("499.90")).await;
        stage.session("1001", &instant("120")).await;
        stage.bank.customer_applies(&former);
        stage.pass(HOUR).await;
        assert_eq!(stage.status("1001").await, OrderStatus::NeedsPerson);
        let again = stage.order("1001").pay(&instant("120")).await.unwrap();
        assert!(matches!(
            again,
            PayOutcome::Standing(OrderStatus::NeedsPerson)
        ));
    });
    let told = stage.sink.events("1001");
    let [told] = &told[..] else {
        panic!("{told:?}")
    };
    let EventKind::NeedsPerson(why) = &told.kind else {
        panic!("{told:?}")
    };
    assert!(why.contains("499.90") && why.contains("120"), "{why}");
}

#[test]
fn an_attempt_that_is_over_makes_room_for_the_next_call() {
    let stage = Stage::new();
    stage.play(async {
        let cart = cart("499.90");
        let given_up = stage.session("1001", &cart).await;
        stage.bank.customer_cancels(&given_up);
        stage.order("1001").refresh().await.unwrap();
        let status = stage.status("1001").await;
        assert_eq!(status, OrderStatus::NotPaid(NotPaid::Cancelled));
        let next = stage.session("1001", &cart).await;
        stage.bank.customer_applies(&next);
        stage.order("1001").refresh().await.unwrap();
        stage.pass(SECOND).await;
    });
    assert_eq!(
        stage.told("1001"),
        ["not_paid: cancelled", "awaits_merchant"]
    );
}

#[test]
fn an_earlier_attempt_that_expires_after_the_order_is_paid_tells_nothing() {
    let stage = Stage::polling(HOUR);
    stage.play(async {
        let cart = |amount| Cart::new("hp", eur(amount));
        let former = stage.session("1001", &cart("499.90")).await;
        let present = stage.session("1001", &cart("120")).await;
        stage.bank.customer_applies(&present);
        stage.order("1001").refresh().await.unwrap();
        stage.bank.session_expires(&former);
        stage.pass(14 * DAY).await;
        assert_eq!(stage.status("1001").await, OrderStatus::Paid);
    });
    assert_eq!(stage.told("1001"), ["paid"]);
}

#[test]
fn a_session_whose_opening_was_not_answered_is_opened_anew_by_the_next_call_and_no_sooner() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        stage.bank.lose_next_answer();
        let order = stage.order("1001");
        let cart = cart("499.90");
        let lost = order.pay(&cart).await.unwrap_err();
        assert!(matches!(lost, OrderError::Unclear(Some(_))), "{lost:?}");
        stage.pass(HOUR).await;
        assert_eq!(stage.bank.session_count(), 1);
        assert!(matches!(
            order.pay(&cart).await.unwrap(),
            PayOutcome::Redirect(_)
        ));
        assert_eq!(stage.bank.session_count(), 2);
    });
}

#[test]
fn what_the_bank_refuses_or_the_product_does_not_cover_is_not_offered() {
    let stage = Stage::new();
    stage.play(async {
        let order = stage.order("1001");
        let dear = order.pay(&cart("10000.01")).await.unwrap();
        assert!(matches!(
            dear,
            PayOutcome::NotOffered(NotOffered::Unavailable(_))
        ));
        assert_eq!(order.find().await.unwrap(), None, "nothing was written");
        // The product is kept, so that the opening itself is what fails.
        stage.session("1000", &cart("499.90")).await;
        stage.bank.fail_next(GatewayErrorKind::Refused);
        let refused = order.pay(&cart("499.90")).await.unwrap();
        assert!(matches!(
            refused,
            PayOutcome::NotOffered(NotOffered::Refused(_))
        ));
        stage.pass(MINUTE).await;
    });
    assert_eq!(stage.told("1001"), ["not_paid: failed"]);
}

#[test]
fn a_bank_that_is_not_reached_leaves_the_attempt_for_the_next_call() {
    let stage = Stage::new();
    stage.play(async {
        stage.session("1000", &cart("499.90")).await;
        stage.bank.fail_next(GatewayErrorKind::Unreachable);
        let order = stage.order("1001");
        let error = order.pay(&cart("499.90")).await.unwrap_err();
        assert!(matches!(error, OrderError::Bank(_)), "{error:?}");
        let paid = order.pay(&cart("499.90")).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)));
        let order = order.find().await.unwrap().unwrap();
        assert_eq!(order.attempts.len(), 1);
    });
}

#[test]
fn another_amount_in_the_banks_answer_is_never_paid() {
    let stage = Stage::new();
    stage.play(async {
        let session = stage.session("1001", &Cart::new("hp", eur("499.90"))).await;
        stage.bank.name_amount(Some(eur("49.99")));
        stage.bank.customer_applies(&session);
        stage.order("1001").refresh().await.unwrap();
        stage.pass(MINUTE).await;
        assert_eq!(stage.status("1001").await, OrderStatus::NeedsPerson);
    });
    let told = stage.told("1001");
    let [why] = &told[..] else { panic!("{told:?}") };
    assert!(why.contains("the bank names 49.99 EUR"), "{why}");
}

#[test]
fn a_loop_in_a_shop_does_not_flood_the_bank() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        let order = stage.order("1001");
        let mut opened = 0;
        let refused = loop {
            let cart = cart(&format!("{}", 100 + opened));
            match order.pay(&cart).await {
                Ok(_) => opened += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refused, OrderError::TooMany(_)), "{refused:?}");
        assert_eq!(opened, inbank_domain::OPENINGS_AN_HOUR);
        stage.pass(HOUR).await;
        assert!(order.pay(&cart("50")).await.is_ok());
    });
}

#[test]
fn a_session_that_another_attempt_has_is_given_to_nobody_and_a_person_is_told() {
    for reference in ["1001", "1002"] {
        let stage = Stage::new();
        stage.play(async {
            stage.session("1001", &cart("499.90")).await;
            // Another bank in its place, whose numbers start anew.
            let bank = Arc::new(FakeBank::new(Region::ESTONIA));
            let shops = stage.worker.shops();
            shops.replace(shop("main", bank)).unwrap();
            let changed = Cart::new("hp", eur("100"));
            let error = stage.order(reference).pay(&changed).await.unwrap_err();
            assert!(matches!(error, OrderError::Taken), "{error:?}");
            stage.pass(SECOND).await;
            let told = stage.told(reference);
            assert!(
                told.iter()
                    .any(|told| told.starts_with("needs_person: the bank answered")),
                "{told:?}"
            );
            // The next has one of its own.
            let paid = stage.order(reference).pay(&changed).await.unwrap();
            assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
        });
    }
}
