use inbank_app::{ApplyOutcome, CommandOutcome, OrderError};
use inbank_domain::{
    ApplicationId, AttemptState, CommandRefused, ConfirmationCode, DecisionStatus, OrderStatus,
    Signature, SigningMethod,
};
use inbank_testkit::{Effects, FakeBank};

use crate::stage::{DAY, HOUR, MINUTE, SECOND, Stage, application, eur, hang_up_after};

async fn submitted(stage: &Stage) -> inbank_domain::ApplicationId {
    let order = stage.order("1001");
    let sent = order.apply(&application("400")).await.unwrap();
    assert!(matches!(sent, ApplyOutcome::Sent(_, Some(_))), "{sent:?}");
    let order = order.find().await.unwrap().unwrap();
    order.attempts[0].application.clone().unwrap()
}

async fn offered(stage: &Stage) -> inbank_domain::ApplicationId {
    let application = submitted(stage).await;
    stage.bank.decide(&application, DecisionStatus::Positive);
    stage.order("1001").refresh().await.unwrap();
    stage.pass(SECOND).await;
    application
}

#[test]
fn a_decision_is_noticed_within_seconds_without_a_callback() {
    let stage = Stage::new();
    stage.play(async {
        let application = submitted(&stage).await;
        stage.pass(10 * SECOND).await;
        stage.bank.decide(&application, DecisionStatus::Positive);
        stage.pass(2 * SECOND).await;
    });
    assert_eq!(stage.told("1001"), ["action_wanted: offer"]);
}

#[test]
fn an_acceptance_keeps_the_contract_that_only_its_answer_names() {
    let stage = Stage::new();
    stage.play(async {
        let offer = offered(&stage).await;
        stage.bank.hide_contracts(true);
        stage.bank.set_effects(Effects::AfterReads(5));
        let order = stage.order("1001");
        let accepted = order.accept(&offer).await.unwrap();
        assert!(matches!(accepted, CommandOutcome::Done(_)), "{accepted:?}");
        stage.pass(MINUTE).await;
        let order = order.find().await.unwrap().unwrap();
        assert!(order.attempts[0].contract.is_some());
    });
    assert_eq!(stage.bank.calls("application.accept"), 1);
    assert_eq!(stage.bank.contract_count(), 1);
    assert_eq!(
        stage.told("1001"),
        ["action_wanted: offer", "action_wanted: signature"]
    );
}

#[test]
fn an_acceptance_that_was_lost_is_never_sent_again_by_itself() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        let offer = offered(&stage).await;
        stage.bank.set_effects(Effects::WhenSettled);
        stage.bank.lose_next_answer();
        let unclear = stage.order("1001").accept(&offer).await.unwrap();
        assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
        stage.pass(HOUR).await;
        assert_eq!(stage.bank.calls("application.accept"), 1);
        stage.bank.settle();
        stage.pass(HOUR).await;
        let order = stage.order("1001").find().await.unwrap().unwrap();
        assert_eq!(order.attempts[0].state, AttemptState::SignatureWanted);
    });
    assert_eq!(stage.bank.contract_count(), 1);
}

#[test]
fn changed_conditions_are_told_again_and_the_former_offer_is_not_accepted() {
    let stage = Stage::new();
    stage.play(async {
        let former = offered(&stage).await;
        let present = stage.bank.change_conditions(&former, eur("400")).unwrap();
        stage.bank.decide(&present, DecisionStatus::Positive);
        stage.order("1001").refresh().await.unwrap();
        stage.pass(SECOND).await;
        assert_eq!(
            stage.told("1001"),
            ["action_wanted: offer", "action_wanted: offer"]
        );
        let refused = stage.order("1001").accept(&former).await.unwrap_err();
        let OrderError::Refused(CommandRefused::Changed(offer)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(offer, present);
        stage.order("1001").accept(&present).await.unwrap();
    });
}

#[test]
fn a_signature_is_a_command_and_the_contract_is_read_each_second_from_then_on() {
    let stage = Stage::polling(SECOND);
    stage.play(async {
        let offer = offered(&stage).await;
        stage.order("1001").accept(&offer).await.unwrap();
        // The customer reads for an hour.
        stage.pass(HOUR).await;
        stage.bank.set_effects(Effects::AfterReads(4));
        let signed = stage
            .order("1001")
            .signed(Signature::Digital)
            .await
            .unwrap();
        assert!(
            matches!(signed, CommandOutcome::Acknowledged(_)),
            "{signed:?}"
        );
        stage.pass(10 * SECOND).await;
        assert_eq!(stage.status("1001").await, OrderStatus::AwaitsMerchant);
    });
    assert_eq!(stage.bank.calls("contract.sign"), 1);
}

#[test]
fn an_application_that_was_lost_is_not_submitted_again_until_it_is_given_up() {
    let stage = Stage::polling(10 * MINUTE);
    stage.play(async {
        stage.bank.lose_next_answer();
        let order = stage.order("1001");
        let request = application("400");
        let lost = order.apply(&request).await.unwrap();
        assert!(matches!(lost, ApplyOutcome::Unclear(Some(_))), "{lost:?}");
        stage.pass(DAY).await;
        let again = order.apply(&request).await.unwrap();
        assert!(matches!(again, ApplyOutcome::Unclear(None)), "{again:?}");
        assert_eq!(stage.bank.application_count(), 1);
        order.cancel().await.unwrap();
        let sent = order.apply(&request).await.unwrap();
        assert!(matches!(sent, ApplyOutcome::Sent(..)), "{sent:?}");
    });
    assert_eq!(stage.bank.application_count(), 2);
}

#[test]
fn a_decision_that_failed_and_then_came_is_told() {
    let stage = Stage::polling(10 * SECOND);
    stage.play(async {
        let application = submitted(&stage).await;
        stage.bank.decide(&application, DecisionStatus::Failed);
        stage.pass(MINUTE).await;
        stage.bank.decide(&application, DecisionStatus::Positive);
        stage.pass(10 * MINUTE).await;
    });
    assert_eq!(
        stage.told("1001"),
        ["not_paid: failed", "action_wanted: offer"]
    );
}

#[test]
fn a_callback_that_comes_before_the_bank_shows_what_it_is_about_is_not_lost() {
    let stage = Stage::polling(SECOND);
    stage.play(async {
        stage.bank.lag_reads(3);
        stage.bank.lose_next_answer();
        let lost = stage.order("1001").apply(&application("400")).await;
        assert!(matches!(lost, Ok(ApplyOutcome::Unclear(_))), "{lost:?}");
        let submitted = ApplicationId::parse("application-1").unwrap();
        stage.bank.decide(&submitted, DecisionStatus::Positive);
        stage.deliver_callbacks("1001", 1, 1).await;
        stage.pass(10 * MINUTE).await;
    });
    assert_eq!(stage.told("1001"), ["action_wanted: offer"]);
}

#[test]
fn an_attempts_own_callback_is_not_lost_behind_another_orders_that_came_to_its_address() {
    let stage = Stage::polling(SECOND);
    stage.play(async {
        let other = stage.order("1000").apply(&application("400")).await;
        assert!(matches!(other, Ok(ApplyOutcome::Sent(..))), "{other:?}");
        stage.bank.lag_reads(3);
        stage.bank.lose_next_answer();
        let lost = stage.order("1001").apply(&application("400")).await;
        assert!(matches!(lost, Ok(ApplyOutcome::Unclear(_))), "{lost:?}");
        for name in ["application-1", "application-2"] {
            let submitted = ApplicationId::parse(name).unwrap();
            stage.bank.decide(&submitted, DecisionStatus::Positive);
        }
        // Neither can be read yet, so both are there when the first of them can.
        stage.deliver_callbacks("1001", 1, 2).await;
        stage.pass(10 * MINUTE).await;
    });
    assert_eq!(
        stage.told("1001"),
        [
            "needs_person: a callback named a session or application of another attempt",
            "action_wanted: offer"
        ]
    );
}

#[test]
fn a_callback_about_what_the_bank_never_shows_is_read_for_a_day_and_seldom() {
    let stage = Stage::polling(10 * MINUTE);
    stage.play(async {
        stage.bank.lag_reads(u32::MAX);
        stage.bank.lose_next_answer();
        let lost = stage.order("1001").apply(&application("400")).await;
        assert!(matches!(lost, Ok(ApplyOutcome::Unclear(_))), "{lost:?}");
        let submitted = ApplicationId::parse("application-1").unwrap();
        stage.bank.decide(&submitted, DecisionStatus::Positive);
        stage.deliver_callbacks("1001", 1, 1).await;
        stage.pass(2 * DAY).await;
        let reads = stage.bank.calls("application.show");
        assert!((5..60).contains(&reads), "{reads}");
        stage.pass(DAY).await;
        assert_eq!(stage.bank.calls("application.show"), reads);
    });
}

#[test]
fn a_browser_that_hangs_up_while_its_code_is_confirmed_leaves_a_signature_that_is_noticed() {
    for polls in [1, 2, 3, 4, 5, 6, 8, 10] {
        let stage = Stage::polling(SECOND);
        stage.play(async {
            let offer = offered(&stage).await;
            let order = stage.order("1001");
            order.accept(&offer).await.unwrap();
            order.sign(&SigningMethod::Sms).await.unwrap();
            stage.pass(20 * MINUTE).await;
            let code = ConfirmationCode::parse(FakeBank::CODE).unwrap();
            hang_up_after(polls, order.confirm(&code)).await;
            stage.pass(20 * SECOND).await;
            if stage.bank.calls("contract.confirm") > 0 {
                let status = stage.status("1001").await;
                assert_eq!(status, OrderStatus::AwaitsMerchant, "after {polls} polls");
            }
        });
    }
}
