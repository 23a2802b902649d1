use inbank_app::{CommandOutcome, OrderError};
use inbank_domain::{Cart, CommandRefused, OrderStatus};
use inbank_ports::GatewayErrorKind;
use inbank_testkit::Effects;

use crate::stage::{DAY, HOUR, MINUTE, SECOND, Stage, cart, eur};

/// An order that the bank has granted.
async fn granted(stage: &Stage, reference: &str) {
    let session = stage.session(reference, &cart("499.90")).await;
    stage.bank.customer_applies(&session);
    stage.order(reference).refresh().await.unwrap();
    assert_eq!(stage.status(reference).await, OrderStatus::AwaitsMerchant);
}

#[test]
fn what_the_bank_has_taken_is_never_sent_again() {
    let stage = Stage::new();
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.set_effects(Effects::AfterReads(6));
        let order = stage.order("1001");
        let taken = order.approve().await.unwrap();
        assert_eq!(
            taken,
            CommandOutcome::Acknowledged(OrderStatus::AwaitsMerchant)
        );
        let again = order.approve().await.unwrap();
        assert!(
            matches!(again, CommandOutcome::Acknowledged(_)),
            "{again:?}"
        );
        stage.pass(MINUTE).await;
        assert_eq!(stage.status("1001").await, OrderStatus::Paid);
        let done = order.approve().await.unwrap();
        assert_eq!(done, CommandOutcome::Done(OrderStatus::Paid));
    });
    assert_eq!(stage.bank.calls("contract.approve"), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

#[test]
fn a_cancellation_that_the_bank_has_taken_is_never_sent_again() {
    let stage = Stage::new();
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.set_effects(Effects::AfterReads(6));
        let order = stage.order("1001");
        assert!(matches!(
            order.cancel().await.unwrap(),
            CommandOutcome::Acknowledged(_)
        ));
        stage.pass(MINUTE).await;
    });
    assert_eq!(stage.bank.calls("contract.cancel"), 1);
    assert_eq!(
        stage.told("1001"),
        ["awaits_merchant", "not_paid: cancelled"]
    );
}

#[test]
fn a_command_whose_answer_is_lost_is_read_and_not_sent_again_while_it_may_take_effect() {
    let stage = Stage::new();
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.set_effects(Effects::AfterReads(4));
        stage.bank.lose_next_answer();
        let unclear = stage.order("1001").approve().await.unwrap();
        assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
        stage.pass(MINUTE).await;
    });
    assert_eq!(stage.bank.calls("contract.approve"), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

#[test]
fn a_harmless_command_that_was_lost_is_sent_once_more_and_never_a_third_time() {
    let stage = Stage::polling(30 * SECOND);
    stage.play(async {
        granted(&stage, "1001").await;
        // It never takes effect.
        stage.bank.set_effects(Effects::WhenSettled);
        stage.bank.lose_next_answer();
        stage.order("1001").approve().await.unwrap();
        stage.bank.lose_next_answer();
        stage.pass(20 * SECOND).await;
        assert_eq!(stage.bank.calls("contract.approve"), 1);
        stage.pass(HOUR).await;
        assert_eq!(stage.bank.calls("contract.approve"), 2);
        stage.pass(2 * DAY).await;
    });
    assert_eq!(stage.bank.calls("contract.approve"), 2);
    let told = stage.told("1001");
    assert!(told[1].contains("not known whether it arrived"), "{told:?}");
    assert_eq!(told.len(), 2);
}

#[test]
fn a_refusal_after_a_lost_answer_is_no_refusal() {
    for later in [GatewayErrorKind::Refused, GatewayErrorKind::NotAuthorised] {
        let stage = Stage::polling(10 * SECOND);
        stage.play(async {
            granted(&stage, "1001").await;
            stage.bank.set_effects(Effects::WhenSettled);
            stage.bank.lose_next_answer();
            stage.order("1001").approve().await.unwrap();
            stage.pass(29 * SECOND).await;
            // The next write, which is the approval sent once more.
            while stage.bank.calls("contract.approve") < 2 {
                stage.bank.recover();
                stage.bank.refuse_next_command(later);
                stage.pass(SECOND).await;
            }
            stage.bank.recover();
            stage.pass(MINUTE).await;
            assert_eq!(stage.told("1001"), ["awaits_merchant"], "{later:?}");
            stage.bank.settle();
            stage.pass(HOUR).await;
        });
        assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"], "{later:?}");
    }
}

#[test]
fn a_refused_command_is_dropped_and_a_person_is_told() {
    let stage = Stage::new();
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.refuse_next_command(GatewayErrorKind::Refused);
        let refused = stage.order("1001").approve().await.unwrap_err();
        assert!(matches!(refused, OrderError::Bank(_)), "{refused:?}");
        stage.pass(MINUTE).await;
        // It may be decided anew.
        assert!(stage.order("1001").cancel().await.is_ok());
        stage.pass(MINUTE).await;
    });
    let told = stage.told("1001");
    assert!(
        told[1].starts_with("needs_person: the bank refused to approve"),
        "{told:?}"
    );
    assert_eq!(told[2], "not_paid: cancelled");
}

#[test]
fn an_acknowledged_command_without_effect_is_for_a_person_after_a_day() {
    let stage = Stage::polling(10 * MINUTE);
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.set_effects(Effects::WhenSettled);
        stage.order("1001").approve().await.unwrap();
        stage.pass(23 * HOUR).await;
        assert_eq!(stage.told("1001"), ["awaits_merchant"]);
        stage.pass(4 * HOUR).await;
        assert_eq!(stage.told("1001").len(), 2);
        stage.bank.settle();
        stage.pass(DAY).await;
    });
    assert_eq!(stage.bank.calls("contract.approve"), 1);
    let told = stage.told("1001");
    assert!(told[1].contains("shows no effect"), "{told:?}");
    assert_eq!(told[2], "paid");
}

#[test]
fn of_approve_and_cancel_at_the_same_moment_one_is_carried_out() {
    for seed in 0..20 {
        let stage = Stage::seeded(seed);
        stage.play(async {
            granted(&stage, "1001").await;
            let (a, b) = (stage.order("1001"), stage.order("1001"));
            let (approved, cancelled) = futures::join!(a.approve(), b.cancel());
            assert!(
                approved.is_ok() != cancelled.is_ok(),
                "{approved:?} {cancelled:?}"
            );
        });
        let sent = stage.bank.calls("contract.approve") + stage.bank.calls("contract.cancel");
        assert_eq!(sent, 1, "seed {seed}");
    }
}

#[test]
fn an_order_that_another_attempt_has_taken_is_not_approved() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        let former = stage.session("1001", &cart("499.90")).await;
        let present = stage.session("1001", &Cart::new("hp", eur("499.90"))).await;
        stage.bank.customer_applies(&present);
        stage.order("1001").refresh().await.unwrap();
        assert_eq!(stage.status("1001").await, OrderStatus::Paid);
        // In a second tab; the order's rules cancel it, and nobody can approve it.
        stage.bank.break_down(GatewayErrorKind::Unreachable);
        stage.bank.customer_applies(&former);
        let order = stage.order("1001").on_attempt(1);
        let refused = order.approve().await.unwrap_err();
        assert!(
            matches!(
                refused,
                OrderError::Refused(
                    CommandRefused::NotNow { .. }
                        | CommandRefused::Superseded
                        | CommandRefused::FinancedAlready { .. }
                )
            ),
            "{refused:?}"
        );
        stage.bank.recover();
        stage.pass(HOUR).await;
        let refused = order.approve().await.unwrap_err();
        assert!(matches!(refused, OrderError::Refused(_)), "{refused:?}");
    });
    assert_eq!(stage.bank.calls("contract.approve"), 0);
    assert_eq!(stage.bank.calls("contract.cancel"), 1);
    assert_eq!(stage.told("1001"), ["paid"]);
}

#[test]
fn a_command_is_carried_out_by_the_worker_when_the_bank_was_away() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.break_down(GatewayErrorKind::Unreachable);
        let pending = stage.order("1001").approve().await.unwrap();
        assert!(matches!(pending, CommandOutcome::Pending(_)), "{pending:?}");
        stage.pass(10 * MINUTE).await;
        stage.bank.recover();
        stage.pass(10 * MINUTE).await;
        assert_eq!(stage.status("1001").await, OrderStatus::Paid);
    });
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

#[test]
fn a_caller_that_goes_away_leaves_a_command_that_is_carried_out() {
    let stage = Stage::new();
    stage.play(async {
        granted(&stage, "1001").await;
        stage.bank.hold_answers();
        {
            let order = stage.order("1001");
            let call = Box::pin(order.approve());
            futures::future::select(call, Box::pin(stage.bank.holds(1))).await;
        }
        stage.bank.let_go();
        stage.pass(MINUTE).await;
    });
    assert_eq!(stage.bank.calls("contract.approve"), 1);
    assert_eq!(stage.told("1001"), ["awaits_merchant", "paid"]);
}

#[test]
fn an_approval_that_waits_for_its_contract_does_not_flood_the_bank() {
    let stage = Stage::polling(SECOND);
    stage.play(async {
        stage.bank.hide_contracts(true);
        granted(&stage, "1001").await;
        let order = stage.order("1001");
        let waits = order.approve().await.unwrap();
        assert!(matches!(waits, CommandOutcome::Pending(_)), "{waits:?}");
        stage.pass(HOUR).await;
        let reads = stage.bank.calls("session.show");
        assert!(reads < 100, "{reads}");
        stage.bank.hide_contracts(false);
        stage.pass(HOUR).await;
        assert_eq!(stage.status("1001").await, OrderStatus::Paid);
    });
}
