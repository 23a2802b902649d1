use inbank_domain::{
    ApplicationId, Contact, Currency, Customer, DecisionStatus, FinancingState, Money, Months,
    Product, ProductCode, Region,
};
use inbank_ports::{GatewayErrorKind, MockApplications, MockProductCatalogue};

use super::*;

fn catalogue(required: &'static [&'static str], approval: bool) -> MockProductCatalogue {
    let mut products = MockProductCatalogue::new();
    products.expect_product().times(1).returning(move |code| {
        let mut product = Product::new(code.clone(), "P", ProductFamily::HirePurchase);
        product.required_parameters = required.iter().map(|&name| name.to_owned()).collect();
        product.requires_merchant_approval = Some(approval);
        Ok(product)
    });
    products
}

async fn submit(products: MockProductCatalogue, applications: MockApplications) -> Submitted {
    let request = ApplicationRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("p").unwrap(),
        Money::parse("400", Currency::EUR).unwrap(),
        Months::new(12).unwrap(),
        Customer::default(),
        Contact::default(),
    );
    let apply = Apply::new(Arc::new(products), Arc::new(applications));
    let (id, order) = (
        FinancingId::parse("f-1").unwrap(),
        OrderReference::parse("ORDER 1").unwrap(),
    );
    apply
        .submit(id, order, ProductFamily::HirePurchase, &request.unwrap())
        .await
}

fn answering(decision: &'static str) -> MockApplications {
    let mut applications = MockApplications::new();
    applications.expect_submit().times(1).returning(move |_| {
        let id = ApplicationId::parse("a-1").unwrap();
        Ok(Application::new(id, DecisionStatus::from(decision)))
    });
    applications
}

#[tokio::test]
async fn a_submitted_application_stands_where_its_first_decision_puts_it() {
    for (decision, state) in [
        ("pending", FinancingState::Pending),
        ("positive", FinancingState::Offered),
        ("negative", FinancingState::Declined),
        ("income_proof_required", FinancingState::IncomeProofWanted),
        ("on_hold", FinancingState::Pending),
    ] {
        let submitted = submit(catalogue(&[], true), answering(decision)).await;
        let Submitted::Sent { financing, .. } = submitted else {
            panic!("{submitted:?}")
        };
        assert_eq!(financing.state, state, "{decision}");
        assert_eq!(financing.application.unwrap().as_str(), "a-1");
        assert!(financing.merchant_approval);
    }
}

#[tokio::test]
async fn what_the_product_requires_is_checked_before_anything_is_sent() {
    // A mock without expectations panics when it is called.
    let nobody = MockApplications::new();
    let required = &["credit_application.monthly_income"];
    let submitted = submit(catalogue(required, false), nobody).await;
    let Submitted::Refused { financing, error } = submitted else {
        panic!("{submitted:?}")
    };
    assert_eq!(financing.state, FinancingState::Failed);
    assert_eq!(error.kind(), GatewayErrorKind::Invalid);
    assert!(
        error
            .to_string()
            .contains("credit_application.monthly_income"),
        "{error}"
    );
}

#[tokio::test]
async fn a_lost_answer_is_neither_success_nor_failure_and_is_not_sent_again() {
    for (kind, state) in [
        (GatewayErrorKind::OutcomeUnknown, FinancingState::Opening),
        (GatewayErrorKind::Unreachable, FinancingState::Opening),
        (GatewayErrorKind::Refused, FinancingState::Failed),
    ] {
        let mut applications = MockApplications::new();
        applications
            .expect_submit()
            .times(1)
            .returning(move |_| Err(GatewayError::new(kind, "application.submit")));
        let submitted = submit(catalogue(&[], false), applications).await;
        let (unknown, financing) = match submitted {
            Submitted::Unknown { financing, .. } => (true, financing),
            Submitted::Refused { financing, .. } => (false, financing),
            Submitted::Sent { .. } => panic!("sent"),
        };
        assert_eq!(unknown, kind == GatewayErrorKind::OutcomeUnknown);
        assert_eq!(financing.state, state);
    }
}
