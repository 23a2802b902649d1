use inbank_app::{OrderError, SigningOutcome};
use inbank_domain::{
    ApplicationRequest, ConfirmationCode, DecisionStatus, OrderStatus, Product, ProductCode,
    ProductFamily, SigningMethod,
};
use inbank_ports::GatewayErrorKind;
use inbank_testkit::FakeBank;

use crate::stage::{SECOND, Stage, application};

fn code() -> ConfirmationCode {
    ConfirmationCode::parse(FakeBank::CODE).unwrap()
}

fn application_by(product: &str) -> ApplicationRequest {
    let mut request = application("400");
    request.product_code = ProductCode::parse(product).unwrap();
    request
}

/// A product of which applications and contracts are signed by these.
fn signed_by(code: &str, application: &[SigningMethod], contract: &[SigningMethod]) -> Product {
    let code = ProductCode::parse(code).unwrap();
    let mut product = Product::new(code, "Hire purchase", ProductFamily::HirePurchase);
    product.application_signing = application.to_vec();
    product.contract_signing = contract.to_vec();
    product
}

async fn submitted(stage: &Stage, product: &str) -> inbank_domain::ApplicationId {
    let order = stage.order("1001");
    order.apply(&application_by(product)).await.unwrap();
    let order = order.find().await.unwrap().unwrap();
    order.attempts[0].application.clone().unwrap()
}

#[test]
fn by_text_message_the_application_is_signed_before_the_decision_and_the_contract_after_it() {
    let stage = Stage::new();
    stage.play(async {
        let id = submitted(&stage, "hp_sms").await;
        let order = stage.order("1001");
        let sign = || order.sign(&SigningMethod::Sms);
        assert!(matches!(sign().await, Ok(SigningOutcome::Started(_))));
        let wrong = ConfirmationCode::parse("1").unwrap();
        let error = order.confirm(&wrong).await.unwrap_err();
        assert!(
            matches!(&error, OrderError::Bank(error) if error.kind() == GatewayErrorKind::Refused)
        );
        assert!(order.confirm(&code()).await.unwrap().at.is_some());
        assert_eq!(order.status().await.unwrap(), OrderStatus::Pending);
        stage.pass(2 * SECOND).await;
        stage.bank.decide(&id, DecisionStatus::Positive);
        stage.pass(2 * SECOND).await;
        order.accept(&id).await.unwrap();
        stage.pass(2 * SECOND).await;
        assert!(matches!(sign().await, Ok(SigningOutcome::Started(_))));
        order.confirm(&code()).await.unwrap();
        stage.pass(2 * SECOND).await;
    });
    assert_eq!(
        stage.told("1001"),
        [
            "action_wanted: application_signature",
            "action_wanted: offer",
            "action_wanted: signature",
            "paid"
        ]
    );
    assert_eq!(stage.bank.calls("application.confirm"), 2);
    assert_eq!(stage.bank.calls("contract.confirm"), 1);
}

#[test]
fn a_confirmation_whose_answer_is_lost_is_found_by_reading() {
    let stage = Stage::new();
    stage.play(async {
        submitted(&stage, "hp_sms").await;
        let order = stage.order("1001");
        order.sign(&SigningMethod::Sms).await.unwrap();
        stage.bank.lose_next_answer();
        let error = order.confirm(&code()).await.unwrap_err();
        let unknown = GatewayErrorKind::OutcomeUnknown;
        assert!(matches!(&error, OrderError::Bank(error) if error.kind() == unknown));
        stage.pass(2 * SECOND).await;
        assert_eq!(order.status().await.unwrap(), OrderStatus::Pending);
    });
}

#[test]
fn an_application_signed_by_the_platforms_own_means_is_told_once() {
    let stage = Stage::new();
    let digital = [SigningMethod::Digital];
    stage.bank.add_product(signed_by("own", &digital, &digital));
    stage.play(async {
        submitted(&stage, "own").await;
        let order = stage.order("1001");
        for _ in 0..2 {
            let told = order.sign(&SigningMethod::Digital).await.unwrap();
            assert!(matches!(told, SigningOutcome::Told(_)), "{told:?}");
        }
        assert_eq!(order.status().await.unwrap(), OrderStatus::Pending);
    });
    assert_eq!(stage.bank.calls("application.sign"), 1);
}

#[test]
fn a_method_that_the_product_has_not_is_refused_before_it_is_sent() {
    let stage = Stage::new();
    stage.play(async {
        let id = submitted(&stage, "hp_sms").await;
        let order = stage.order("1001");
        for method in [SigningMethod::Digital, SigningMethod::Redirect] {
            let error = order.sign(&method).await.unwrap_err();
            assert!(
                matches!(&error, OrderError::Invalid(invalid) if invalid.field() == "method"),
                "{error:?}"
            );
        }
        order.sign(&SigningMethod::Sms).await.unwrap();
        order.confirm(&code()).await.unwrap();
        stage.bank.decide(&id, DecisionStatus::Positive);
        order.refresh().await.unwrap();
        order.accept(&id).await.unwrap();
        let error = order.sign(&SigningMethod::Paper).await.unwrap_err();
        assert!(matches!(error, OrderError::Invalid(_)), "{error:?}");
    });
    assert_eq!(stage.bank.calls("application.sign"), 1);
    assert_eq!(stage.bank.calls("contract.sign"), 0);
}

#[test]
fn what_has_ended_is_not_signed() {
    let stage = Stage::new();
    stage.play(async {
        let id = submitted(&stage, "hp").await;
        stage.bank.decide(&id, DecisionStatus::Positive);
        let order = stage.order("1001");
        order.refresh().await.unwrap();
        order.accept(&id).await.unwrap();
        order.cancel().await.unwrap();
        stage.pass(2 * SECOND).await;
        for method in [SigningMethod::Sms, SigningMethod::Paper] {
            let error = order.sign(&method).await.unwrap_err();
            assert!(matches!(error, OrderError::Refused(_)), "{error:?}");
        }
        let error = order.confirm(&code()).await.unwrap_err();
        assert!(matches!(error, OrderError::Refused(_)), "{error:?}");
    });
    assert_eq!(stage.bank.calls("contract.sign"), 0);
    assert_eq!(stage.bank.calls("contract.confirm"), 0);
}

#[test]
fn without_anything_to_sign_nothing_is_signed() {
    let stage = Stage::new();
    stage.play(async {
        let id = submitted(&stage, "hp").await;
        stage.bank.decide(&id, DecisionStatus::Positive);
        let order = stage.order("1001");
        order.refresh().await.unwrap();
        let error = order.sign(&SigningMethod::Sms).await.unwrap_err();
        assert!(matches!(error, OrderError::NotFound), "{error:?}");
        let error = order.confirm(&code()).await.unwrap_err();
        assert!(matches!(error, OrderError::NotFound), "{error:?}");
    });
}
