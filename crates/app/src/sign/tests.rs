use inbank_domain::{FinancingId, OrderReference, ProductFamily};
use inbank_ports::{MockContracts, MockSigning};

use super::*;

fn financing(contract: Option<&str>) -> Financing {
    let id = FinancingId::parse("f-1").unwrap();
    let order = OrderReference::parse("ORDER 1").unwrap();
    let mut financing = Financing::new(id, order, ProductFamily::HirePurchase);
    financing.contract = contract.map(|id| ContractId::parse(id).unwrap());
    financing
}

fn error(kind: GatewayErrorKind) -> GatewayError {
    GatewayError::new(kind, "contract.sign")
}

/// Signing that ends so, over a contract that then reads so.
fn sign(outcome: GatewayErrorKind, reads: Option<(&'static str, &'static str)>) -> Sign {
    let mut signing = MockSigning::new();
    signing
        .expect_sign()
        .returning(move |_, _| Err(error(outcome)));
    signing
        .expect_confirm()
        .returning(move |_, _| Err(error(outcome)));
    let mut contracts = MockContracts::new();
    if let Some((status, process_status)) = reads {
        contracts.expect_contract().times(1).returning(move |id| {
            let mut contract = Contract::new(id.clone(), status.into());
            contract.process_status = Some(process_status.into());
            Ok(contract)
        });
    }
    Sign::new(Arc::new(signing), Arc::new(contracts))
}

#[tokio::test]
async fn a_signature_whose_answer_was_lost_is_found_on_the_contract() {
    for (status, process_status, signed) in [
        ("signed", "", true),
        ("activated", "activated", true),
        (
            "unsigned",
            "waiting_for_customer_digital_verification",
            true,
        ),
        ("unsigned", "", false),
        ("cancelled", "", false),
    ] {
        for outcome in [GatewayErrorKind::OutcomeUnknown, GatewayErrorKind::Refused] {
            let sign = sign(outcome, Some((status, process_status)));
            let result = sign
                .start(&financing(Some("c-1")), &SigningMethod::Digital)
                .await;
            assert_eq!(result.is_ok(), signed, "{status} {process_status}");
        }
    }
}

#[tokio::test]
async fn a_wrong_code_is_refused_and_nothing_is_signed() {
    let sign = sign(GatewayErrorKind::Refused, Some(("unsigned", "")));
    let code = ConfirmationCode::parse("0001").unwrap();
    let refused = sign
        .confirm(&financing(Some("c-1")), &code)
        .await
        .unwrap_err();
    let SignError::Gateway(refused) = refused else {
        panic!("{refused}")
    };
    assert_eq!(refused.kind(), GatewayErrorKind::Refused);
}

#[tokio::test]
async fn an_error_that_settles_itself_is_not_read_after() {
    let sign = sign(GatewayErrorKind::Unreachable, None);
    let result = sign
        .start(&financing(Some("c-1")), &SigningMethod::Paper)
        .await;
    assert!(matches!(result, Err(SignError::Gateway(_))));
}

#[tokio::test]
async fn there_is_nothing_to_sign_before_an_offer_is_accepted() {
    let sign = sign(GatewayErrorKind::Refused, None);
    let result = sign.start(&financing(None), &SigningMethod::Sms).await;
    assert!(matches!(result, Err(SignError::NoContract)));
}

#[tokio::test]
async fn an_answer_that_comes_is_enough() {
    let mut signing = MockSigning::new();
    let signed = |_: &ContractId, _: &ConfirmationCode| Ok(Signed::new(SigningMethod::Sms));
    signing.expect_confirm().times(1).returning(signed);
    let sign = Sign::new(Arc::new(signing), Arc::new(MockContracts::new()));
    let code = ConfirmationCode::parse("0000").unwrap();
    sign.confirm(&financing(Some("c-1")), &code).await.unwrap();
}
