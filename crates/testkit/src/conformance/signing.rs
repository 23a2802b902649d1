use inbank_domain::{
    ApplicationId, ConfirmationCode, ContractId, ContractStatus, DecisionStatus, Regeneration,
    SigningMethod, WebAddress,
};
use inbank_ports::GatewayErrorKind;

use super::{BankUnderTest, accepted, application, application_for};

/// A contract that can be signed so.
async fn contract(bank: &dyn BankUnderTest, method: &SigningMethod) -> ContractId {
    let (product, period) = bank.product_signed_by(method);
    let request = application_for(bank, product, period, bank.granted_total());
    accepted(bank, &request).await
}

async fn is_activated(bank: &dyn BankUnderTest, id: &ContractId) -> bool {
    bank.time_passes().await;
    let contract = bank.contracts().contract(id).await.unwrap();
    contract.status == ContractStatus::Activated
}

async fn is_unsigned(bank: &dyn BankUnderTest, id: &ContractId) -> bool {
    let contract = bank.contracts().contract(id).await.unwrap();
    contract.status == ContractStatus::Unsigned && !contract.is_signed()
}

pub(super) async fn printout_has_a_link(bank: &dyn BankUnderTest) {
    let id = accepted(bank, &application(bank)).await;
    for regeneration in [Regeneration::NotNeeded, Regeneration::Forced] {
        let printout = bank.signing().printout(&id, regeneration).await.unwrap();
        assert_ne!(printout.id.as_deref(), Some(""));
        assert!(printout.link.as_str().starts_with("http"));
    }
    let nobody = ContractId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let error = bank
        .signing()
        .printout(&nobody, Regeneration::NotNeeded)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::NotFound);
}

pub(super) async fn digital_signature_activates(bank: &dyn BankUnderTest) {
    for method in [SigningMethod::Digital, SigningMethod::Paper] {
        let id = contract(bank, &method).await;
        assert!(is_unsigned(bank, &id).await);
        bank.signing().sign(&id, &method).await.unwrap();
        assert!(is_activated(bank, &id).await, "{method}");
    }
}

pub(super) async fn sms_signature_activates_once_confirmed(bank: &dyn BankUnderTest) {
    let method = SigningMethod::Sms;
    let id = contract(bank, &method).await;
    bank.signing().sign(&id, &method).await.unwrap();
    assert!(is_unsigned(bank, &id).await);
    let code = bank.confirmation_code();
    let signed = bank.signing().confirm(&id, &code).await.unwrap();
    assert_eq!(signed.method, method);
    assert!(is_activated(bank, &id).await);
}

pub(super) async fn signing_twice_is_refused(bank: &dyn BankUnderTest) {
    let method = SigningMethod::Digital;
    let id = contract(bank, &method).await;
    bank.signing().sign(&id, &method).await.unwrap();
    bank.time_passes().await;
    let error = bank.signing().sign(&id, &method).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
}

pub(super) async fn wrong_code_is_refused(bank: &dyn BankUnderTest) {
    let method = SigningMethod::Sms;
    let id = contract(bank, &method).await;
    let refused = GatewayErrorKind::Refused;
    let code = bank.confirmation_code();
    let error = bank.signing().confirm(&id, &code).await.unwrap_err();
    assert_eq!(error.kind(), refused, "none was sent");
    bank.signing().sign(&id, &method).await.unwrap();
    let wrong = ConfirmationCode::parse(&format!("{}9", code.expose())).unwrap();
    let error = bank.signing().confirm(&id, &wrong).await.unwrap_err();
    assert_eq!(error.kind(), refused);
    assert!(is_unsigned(bank, &id).await);
    bank.signing().confirm(&id, &code).await.unwrap();
}

pub(super) async fn lost_answer_of_signing_is_an_unknown_outcome(bank: &dyn BankUnderTest) {
    let method = SigningMethod::Digital;
    let id = contract(bank, &method).await;
    bank.lose_next_answer().await;
    let error = bank.signing().sign(&id, &method).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    assert!(is_activated(bank, &id).await);
}

pub(super) async fn payment_link_wants_a_place_for_the_status(bank: &dyn BankUnderTest) {
    let amount = bank.granted_total();
    let part = inbank_domain::Money::parse("50", amount.currency()).unwrap();
    let request = application(bank).with_down_payment(part).unwrap();
    let id = accepted(bank, &request).await;
    let url = |text| WebAddress::parse(text).unwrap();
    for nowhere in [
        "https://shop.example/paid",
        "https://shop.example/{status}/x",
    ] {
        let link = bank.signing().payment_link(&id, &url(nowhere)).await;
        assert_eq!(link.unwrap_err().kind(), GatewayErrorKind::Invalid);
    }
    let fitting = url("https://shop.example/paid?status={status}");
    let link = bank.signing().payment_link(&id, &fitting).await.unwrap();
    assert!(link.as_str().starts_with("http"));
    bank.signing().payment_link(&id, &fitting).await.unwrap();
    let without = accepted(bank, &application(bank)).await;
    let link = bank.signing().payment_link(&without, &fitting).await;
    assert_eq!(link.unwrap_err().kind(), GatewayErrorKind::Refused);
}

/// An application that waits to be signed; none where the bank has no such product.
async fn unsigned(bank: &dyn BankUnderTest) -> Option<ApplicationId> {
    let (product, period) = bank.product_with_signed_applications()?;
    let request = application_for(bank, product, period, bank.granted_total());
    let application = bank.applications().submit(&request).await.unwrap();
    assert_eq!(application.decision, DecisionStatus::Pending);
    assert_eq!(application.confirmed_at, None);
    Some(application.id)
}

async fn is_confirmed(bank: &dyn BankUnderTest, id: &ApplicationId) -> bool {
    let application = bank.applications().application(id).await.unwrap();
    application.confirmed_at.is_some()
}

pub(super) async fn signed_application_is_decided_about(bank: &dyn BankUnderTest) {
    let Some(id) = unsigned(bank).await else {
        return;
    };
    let signing = bank.signing();
    bank.time_passes().await;
    let shown = bank.applications().application(&id).await.unwrap();
    assert_eq!(
        shown.decision,
        DecisionStatus::Pending,
        "before it is signed"
    );
    signing
        .sign_application(&id, &SigningMethod::Sms)
        .await
        .unwrap();
    assert!(!is_confirmed(bank, &id).await);
    let code = bank.confirmation_code();
    let signed = signing.confirm_application(&id, &code).await.unwrap();
    assert!(signed.at.is_some());
    assert!(is_confirmed(bank, &id).await);
    let again = signing.sign_application(&id, &SigningMethod::Sms).await;
    assert_eq!(again.unwrap_err().kind(), GatewayErrorKind::Refused);
    bank.application_decided(&id, DecisionStatus::Positive)
        .await;
    bank.applications().accept(&id).await.unwrap();
}

pub(super) async fn wrong_code_for_an_application_is_refused(bank: &dyn BankUnderTest) {
    let Some(id) = unsigned(bank).await else {
        return;
    };
    let signing = bank.signing();
    let refused = GatewayErrorKind::Refused;
    let code = bank.confirmation_code();
    let error = signing.confirm_application(&id, &code).await.unwrap_err();
    assert_eq!(error.kind(), refused, "none was sent");
    signing
        .sign_application(&id, &SigningMethod::Sms)
        .await
        .unwrap();
    let wrong = ConfirmationCode::parse(&format!("{}9", code.expose())).unwrap();
    let error = signing.confirm_application(&id, &wrong).await.unwrap_err();
    assert_eq!(error.kind(), refused);
    assert!(!is_confirmed(bank, &id).await);
    signing.confirm_application(&id, &code).await.unwrap();
}

pub(super) async fn application_that_needs_no_signature_is_refused_one(bank: &dyn BankUnderTest) {
    let request = application(bank);
    let id = bank.applications().submit(&request).await.unwrap().id;
    let signing = bank.signing();
    let error = signing.sign_application(&id, &SigningMethod::Sms).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::Refused);
    let nobody = ApplicationId::parse("00000000-0000-4000-8000-000000000000").unwrap();
    let error = signing.sign_application(&nobody, &SigningMethod::Sms).await;
    assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::NotFound);
}

pub(super) async fn lost_answer_of_signing_an_application_is_an_unknown_outcome(
    bank: &dyn BankUnderTest,
) {
    let Some(id) = unsigned(bank).await else {
        return;
    };
    let signing = bank.signing();
    signing
        .sign_application(&id, &SigningMethod::Sms)
        .await
        .unwrap();
    bank.lose_next_answer().await;
    let code = bank.confirmation_code();
    let error = signing.confirm_application(&id, &code).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::OutcomeUnknown);
    assert!(is_confirmed(bank, &id).await);
}
