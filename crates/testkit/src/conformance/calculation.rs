use inbank_domain::{CalculationRequest, Detail, Money, ProductCode, Region};
use inbank_ports::GatewayErrorKind;

use super::{Approval, BankUnderTest, foreign};

fn request(bank: &dyn BankUnderTest) -> CalculationRequest {
    let code = bank.product_code(Approval::NotNeeded);
    CalculationRequest::new(&bank.region(), code, bank.granted_total(), bank.period()).unwrap()
}

pub(super) async fn calculation_is_about_what_was_asked(bank: &dyn BankUnderTest) {
    let request = request(bank);
    let calculation = bank.calculator().calculate(&request).await.unwrap();
    assert_eq!(calculation.product_code, request.product_code);
    assert_eq!(calculation.amount, request.amount());
    assert_eq!(calculation.period, request.period);
    assert!(
        calculation.schedule.is_empty(),
        "no schedule unless asked for"
    );
}

pub(super) async fn schedule_adds_up(bank: &dyn BankUnderTest) {
    let mut request = request(bank);
    request.detail = Detail::PaymentSchedule;
    let calculation = bank.calculator().calculate(&request).await.unwrap();
    assert_eq!(
        calculation.schedule.len(),
        usize::from(request.period.get())
    );
    let mut sum = calculation.schedule[0].total;
    for row in &calculation.schedule[1..] {
        sum = sum.checked_add(row.total).unwrap();
    }
    assert_eq!(sum, calculation.total_cost);
    assert!(
        calculation
            .schedule
            .is_sorted_by(|a, b| a.due < b.due && a.number + 1 == b.number)
    );
}

pub(super) async fn calculation_in_another_currency_is_invalid(bank: &dyn BankUnderTest) {
    let amount: Money = foreign(bank.granted_total());
    let elsewhere = Region::new("elsewhere", "XX", amount.currency(), &["en"]);
    let code = bank.product_code(Approval::NotNeeded);
    let request = CalculationRequest::new(&elsewhere, code, amount, bank.period()).unwrap();
    let error = bank.calculator().calculate(&request).await.unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Invalid);
}

pub(super) async fn calculation_for_an_unknown_product_is_refused(bank: &dyn BankUnderTest) {
    let mut request = request(bank);
    request.product_code = ProductCode::parse("no_such_product").unwrap();
    let error = bank.calculator().calculate(&request).await.unwrap_err();
    let refusals = [GatewayErrorKind::NotFound, GatewayErrorKind::Refused];
    assert!(refusals.contains(&error.kind()), "{error}");
}
