//! Direct applications: the platform hosts every step, and the bank takes its time over each.

use inbank::http::{ApiVersion, RegionProfile};
use inbank::{
    ApplyOutcome, AttemptState, CommandOutcome, CommandRefused, ConfirmationCode, FreeForm,
    FurtherField, Months, OrderError, OrderStatus, Personal, Place, Regeneration, SigningMethod,
    SigningOutcome,
};
use inbank_sandbox::{Alteration, CallbackFault, Family, Fault, Operation, Outcome, Product};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{on_every_store, on_store};

use crate::{DAY, HOUR, MINUTE, SECOND};

on_every_store!(
    an_acceptance_keeps_the_contract_that_no_reading_shows,
    an_acceptance_behind_a_gateway_that_gave_up_is_sent_once,
    a_signature_that_could_not_be_sent_is_sent_by_another_process,
);

on_store!(
    bank,
    Memory,
    a_submission_whose_answer_is_lost_is_found_by_its_callback_and_sent_once,
    a_signature_is_learnt_within_seconds_however_long_the_customer_reads,
    a_signature_by_message_is_learnt_within_seconds,
    a_signature_at_the_bank_is_learnt_when_the_browser_returns,
    an_offer_whose_last_day_is_over_expires_and_is_read_no_more,
    a_rate_that_is_missing_costs_no_status,
    a_decision_that_failed_and_then_came_is_told,
    conditions_that_changed_are_told_again_and_the_former_offer_is_not_accepted,
    proof_of_income_that_is_asked_for_again_is_told_again,
    verification_after_the_down_payment_is_told,
    a_signed_contract_that_waits_for_something_unknown_is_never_granted,
    a_product_that_asks_for_everything_is_sold_in_every_direct_country,
);

async fn an_acceptance_keeps_the_contract_that_no_reading_shows(store: Store) {
    let stage = Stage::new(store).await;
    let offer = stage.offered("1001").await;
    // As the guide prints it.
    let unseen = Alteration::set("contract", serde_json::Value::Null);
    stage
        .sandbox
        .alter(Operation::GetApplication, unseen, u32::MAX);
    let order = stage.order("1001");
    let accepted = order.accept(&offer).await.unwrap();
    assert!(
        matches!(
            accepted,
            CommandOutcome::Acknowledged(_) | CommandOutcome::Done(_)
        ),
        "{accepted:?}"
    );
    // In whatever process, the bank's answer is known.
    let other = stage.process().await;
    let contract = stage.contract_of("1001").await;
    assert!(stage.sandbox.contract(contract).is_some());
    assert!(other.order("1001").accept(&offer).await.is_ok());
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::AcceptApplication), 1);
    assert_eq!(
        stage.told("1001"),
        ["action_wanted: offer", "action_wanted: signature"]
    );
}

async fn an_acceptance_behind_a_gateway_that_gave_up_is_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    let offer = stage.offered("1001").await;
    let late = Fault::CommitLater { seconds: 3 };
    stage.sandbox.fault(Operation::AcceptApplication, late, 1);
    let unclear = stage.order("1001").accept(&offer).await.unwrap();
    assert!(matches!(unclear, CommandOutcome::Unclear(_)), "{unclear:?}");
    let other = stage.process().await;
    let again = other.order("1001").accept(&offer).await.unwrap();
    assert!(matches!(again, CommandOutcome::Unclear(_)), "{again:?}");
    stage.pass(HOUR).await;
    assert_eq!(stage.asked(Operation::AcceptApplication), 1);
    assert_eq!(stage.sandbox.contract_count(), 1);
    assert_eq!(
        stage.told("1001"),
        ["action_wanted: offer", "action_wanted: signature"]
    );
}

async fn a_signature_that_could_not_be_sent_is_sent_by_another_process(store: Store) {
    let mut stage = Stage::new(store).await;
    stage.accepted("1001").await;
    let busy = Fault::Status {
        status: 429,
        retry_after: None,
    };
    stage.sandbox.fault(Operation::SignContract, busy, u32::MAX);
    let pending = stage.order("1001").sign(&SigningMethod::Digital).await;
    assert!(
        matches!(
            pending,
            Ok(SigningOutcome::Told(CommandOutcome::Pending(_)))
        ),
        "{pending:?}"
    );
    // The process dies between the customer's signature and telling the bank.
    stage.first_process().kill();
    stage.sandbox.clear_faults();
    let _other = stage.process().await;
    stage.pass(10 * MINUTE).await;
    assert_eq!(stage.told("1001").last().unwrap(), "awaits_merchant");
}

async fn a_submission_whose_answer_is_lost_is_found_by_its_callback_and_sent_once(store: Store) {
    let stage = Stage::new(store).await;
    let lost = Fault::AnswerLost;
    stage.sandbox.fault(Operation::CreateApplication, lost, 1);
    let request = stage.application(Stage::APPROVAL, "400");
    for _ in 0..2 {
        let unclear = stage.order("1001").apply(&request).await.unwrap();
        assert!(matches!(unclear, ApplyOutcome::Unclear(_)), "{unclear:?}");
    }
    stage.pass(MINUTE).await;
    assert_eq!(stage.told("1001"), ["action_wanted: offer"]);
    assert_eq!(stage.sandbox.application_count(), 1);
    assert_eq!(stage.found("1001").await.attempts.len(), 1);
}

async fn a_signature_is_learnt_within_seconds_however_long_the_customer_reads(store: Store) {
    let stage = Stage::new(store).await;
    stage.accepted("1001").await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    stage.pass(20 * MINUTE).await;
    let signed = stage.order("1001").sign(&SigningMethod::Digital).await;
    assert!(matches!(signed, Ok(SigningOutcome::Told(_))), "{signed:?}");
    stage.pass(10 * SECOND).await;
    assert_eq!(stage.told("1001").last().unwrap(), "awaits_merchant");
    assert_eq!(stage.asked(Operation::SignContract), 1);
}

async fn a_signature_by_message_is_learnt_within_seconds(store: Store) {
    let stage = Stage::new(store).await;
    let mut request = stage.application("split_into_parts", "400");
    request.period = Months::new(3).unwrap();
    let offer = stage.applied_with("1001", &request).await;
    stage.decided("1001", Outcome::Positive).await;
    let order = stage.order("1001");
    order.accept(&offer).await.unwrap();
    stage.pass(10 * SECOND).await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    stage.pass(20 * MINUTE).await;
    order.sign(&SigningMethod::Sms).await.unwrap();
    stage.pass(10 * MINUTE).await;
    let code = ConfirmationCode::parse("0000").unwrap();
    order.confirm(&code).await.unwrap();
    stage.pass(10 * SECOND).await;
    assert_eq!(stage.told("1001").last().unwrap(), "paid");
}

async fn a_signature_at_the_bank_is_learnt_when_the_browser_returns(store: Store) {
    let stage = Stage::new(store).await;
    let contract = stage.accepted("1001").await;
    stage.sandbox.callback_fault(CallbackFault::Drop, u32::MAX);
    let order = stage.order("1001");
    order.sign(&SigningMethod::Redirect).await.unwrap();
    stage.pass(20 * MINUTE).await;
    stage.sandbox.customer_signs(contract).unwrap();
    let attempt = stage.found("1001").await.attempts[0].id.clone();
    assert!(stage.browse(attempt.as_str()).await.is_redirection());
    stage.pass(15 * SECOND).await;
    assert_eq!(stage.told("1001").last().unwrap(), "awaits_merchant");
}

async fn an_offer_whose_last_day_is_over_expires_and_is_read_no_more(store: Store) {
    let stage = Stage::new(store).await;
    let offer = stage.offered("1001").await;
    stage.pass(60 * DAY).await;
    assert_eq!(
        stage.told("1001"),
        ["action_wanted: offer", "not_paid: expired"]
    );
    assert!(stage.order("1001").accept(&offer).await.is_err());
    assert_eq!(stage.asked(Operation::AcceptApplication), 0);
    stage.pass(60 * DAY).await;
    let reads = stage.asked(Operation::GetApplication);
    assert!(reads < 300, "{reads} reads");
    stage.pass(365 * DAY).await;
    assert_eq!(stage.asked(Operation::GetApplication), reads);
}

async fn a_rate_that_is_missing_costs_no_status(store: Store) {
    for version in [ApiVersion::V2, ApiVersion::V3] {
        let stage = Stage::at(store, version, |bank| bank).await;
        for (operation, field) in [
            (
                Operation::GetApplication,
                "payment_schedule.interest_rate_annual",
            ),
            (
                Operation::GetApplication,
                "payment_schedule.first_payment_date",
            ),
            (Operation::GetContract, "interest_rate_annual"),
        ] {
            let without = Alteration::remove(field);
            stage.sandbox.alter(operation, without, u32::MAX);
        }
        stage.accepted("1001").await;
        let order = stage.order("1001");
        order.sign(&SigningMethod::Digital).await.unwrap();
        stage.pass(MINUTE).await;
        order.approve().await.unwrap();
        stage.pass(MINUTE).await;
        assert_eq!(stage.told("1001").last().unwrap(), "paid");
    }
}

async fn a_decision_that_failed_and_then_came_is_told(store: Store) {
    let stage = Stage::new(store).await;
    stage.applied("1001").await;
    stage.decided("1001", Outcome::Failed).await;
    assert_eq!(stage.told("1001"), ["not_paid: failed"]);
    stage.decided("1001", Outcome::Positive).await;
    assert_eq!(
        stage.told("1001"),
        ["not_paid: failed", "action_wanted: offer"]
    );
}

async fn conditions_that_changed_are_told_again_and_the_former_offer_is_not_accepted(store: Store) {
    let stage = Stage::new(store).await;
    let former = stage.offered("1001").await;
    stage.decided("1001", Outcome::ChangedConditions).await;
    stage.pass(MINUTE).await;
    let told = stage.told("1001");
    let offers = told
        .iter()
        .filter(|what| *what == "action_wanted: offer")
        .count();
    assert_eq!(offers, 2, "{told:?}");
    let refused = stage.order("1001").accept(&former).await;
    let Err(OrderError::Refused(CommandRefused::Changed(present))) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(stage.asked(Operation::AcceptApplication), 0);
    stage.order("1001").accept(&present).await.unwrap();
    stage.pass(MINUTE).await;
    // Nine tenths of what the order costs: whoever delivers must know.
    let told = stage.told("1001");
    let person = told.iter().find(|what| what.starts_with("needs_person"));
    assert!(person.unwrap().contains("360"), "{told:?}");
}

async fn proof_of_income_that_is_asked_for_again_is_told_again(store: Store) {
    let stage = Stage::new(store).await;
    stage.applied("1001").await;
    stage.decided("1001", Outcome::ProofByUpload).await;
    stage.decided("1001", Outcome::ProofByUpload).await;
    stage.decided("1001", Outcome::ProofByBankOrUpload).await;
    assert_eq!(
        stage.told("1001"),
        [
            "action_wanted: statements",
            "action_wanted: statements",
            "action_wanted: income_proof"
        ]
    );
}

async fn verification_after_the_down_payment_is_told(store: Store) {
    let stage = Stage::new(store).await;
    let request = stage.application("hire_purchase_down_payment", "400");
    let request = request.with_down_payment(stage.money("50")).unwrap();
    let offer = stage.applied_with("1001", &request).await;
    stage.decided("1001", Outcome::Positive).await;
    let order = stage.order("1001");
    order.accept(&offer).await.unwrap();
    stage.pass(10 * SECOND).await;
    order.sign(&SigningMethod::Digital).await.unwrap();
    stage.pass(10 * SECOND).await;
    let contract = stage.contract_of("1001").await;
    stage.sandbox.ask_verification(contract).unwrap();
    stage.sandbox.down_payment_paid(contract).unwrap();
    stage.pass(10 * MINUTE).await;
    assert_eq!(
        stage.told("1001"),
        [
            "action_wanted: offer",
            "action_wanted: signature",
            "action_wanted: down_payment",
            "action_wanted: verification",
        ]
    );
}

async fn a_signed_contract_that_waits_for_something_unknown_is_never_granted(store: Store) {
    let stage = Stage::new(store).await;
    stage.accepted("1001").await;
    let odd = Alteration::set("process_status", "notary_visit");
    stage
        .sandbox
        .alter(Operation::GetContract, odd.clone(), u32::MAX);
    stage
        .sandbox
        .alter(Operation::GetApplication, odd, u32::MAX);
    let order = stage.order("1001");
    order.sign(&SigningMethod::Digital).await.unwrap();
    stage.pass(10 * MINUTE).await;
    let told = stage.told("1001");
    assert!(!told.contains(&"awaits_merchant".to_owned()), "{told:?}");
    assert!(told.last().unwrap().contains("notary_visit"), "{told:?}");
    assert_ne!(order.status().await.unwrap(), OrderStatus::AwaitsMerchant);
    stage.sandbox.clear_faults();
    stage.pass(HOUR).await;
    assert_eq!(stage.told("1001").last().unwrap(), "awaits_merchant");
    let found = stage.found("1001").await;
    assert_eq!(found.attempts[0].state, AttemptState::Granted);
}

/// Signed by message before the decision and at the contract, with a down payment, verification and the
/// merchant's approval, and with fields of which the bank's answers alone speak.
async fn a_product_that_asks_for_everything_is_sold_in_every_direct_country(store: Store) {
    let direct = [
        &RegionProfile::ESTONIA,
        &RegionProfile::LATVIA,
        &RegionProfile::POLAND,
    ];
    for (profile, version) in direct
        .iter()
        .flat_map(|p| ApiVersion::ALL.iter().map(|v| (*p, *v)))
    {
        let product = Product::new("everything", Family::HirePurchase)
            .with_sms_signing()
            .with_merchant_approval()
            .with_required_params(["credit_application.monthly_income"]);
        let stage =
            Stage::in_region_at(store, profile, version, |bank| bank.product(product)).await;
        let mut request = stage.application("everything", "400");
        request = request.with_down_payment(stage.money("50")).unwrap();
        let order = stage.order("1001");
        let wanting = order.apply(&request).await;
        assert!(
            !matches!(wanting, Ok(ApplyOutcome::Sent(..))),
            "{wanting:?}"
        );
        request.means.monthly_income = Some(Personal::new(stage.money("2900")));
        request.means.dependants_over_18 = Some(Personal::new(1));
        request.means.civil_status = Some("married".to_owned().into());
        let further = FurtherField::new(Place::Customer, "education_level", FreeForm::Bool(true));
        request = request.with_further(further.unwrap()).unwrap();
        stage.applied_with("1001", &request).await;
        let code = ConfirmationCode::parse("0000").unwrap();
        let wants = |stage: &Stage, action: &str| {
            let told = stage.told("1001");
            assert_eq!(
                told.last().unwrap(),
                action,
                "{} {version}",
                profile.region.name
            );
        };
        stage.pass(10 * SECOND).await;
        wants(&stage, "action_wanted: application_signature");
        assert!(order.sign(&SigningMethod::Digital).await.is_err());
        order.sign(&SigningMethod::Sms).await.unwrap();
        order.confirm(&code).await.unwrap();
        stage.pass(10 * SECOND).await;
        wants(&stage, "action_wanted: offer");
        order.payment_schedule().await.unwrap();
        order.recalculate(stage.money("60")).await.unwrap();
        order
            .accept(&stage.application_of("1001").await)
            .await
            .unwrap();
        stage.pass(10 * SECOND).await;
        wants(&stage, "action_wanted: signature");
        order.printout(Regeneration::NotNeeded).await.unwrap();
        order.sign(&SigningMethod::Sms).await.unwrap();
        order.confirm(&code).await.unwrap();
        stage.pass(10 * SECOND).await;
        wants(&stage, "action_wanted: down_payment");
        let contract = stage.contract_of("1001").await;
        stage.sandbox.down_payment_paid(contract).unwrap();
        stage.pass(MINUTE).await;
        wants(&stage, "awaits_merchant");
        order.approve().await.unwrap();
        stage.pass(MINUTE).await;
        wants(&stage, "paid");
    }
}
