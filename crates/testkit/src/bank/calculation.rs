use async_trait::async_trait;
use inbank_domain::{Calculation, CalculationRequest, Detail, Instalment, Money, Rate};
use inbank_ports::{Calculator, GatewayError, GatewayErrorKind};
use rust_decimal::Decimal;
use time::{Date, Month};

use super::FakeBank;

#[async_trait]
impl Calculator for FakeBank {
    async fn calculate(&self, request: &CalculationRequest) -> Result<Calculation, GatewayError> {
        self.turn(|| {
            let operation = "calculation";
            let invalid = |error| GatewayError::invalid(operation, error);
            self.region
                .check_currency(request.amount())
                .map_err(invalid)?;
            let mut state = self.state();
            state.fail(operation)?;
            if !state.products.contains_key(&request.product_code) {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            Ok(interest_free(request))
        })
        .await
    }
}

/// Equal parts in cents, the last of which levels; the first is due on 1 February 2000.
pub(super) fn interest_free(request: &CalculationRequest) -> Calculation {
    let amount = request.amount();
    let money = |value| Money::new(value, amount.currency());
    let owed = amount.amount() - request.down_payment().map_or(Decimal::ZERO, |d| d.amount());
    let months = request.period.get();
    let part = (owed / Decimal::from(months)).round_dp(2);
    let mut calculation = Calculation::new(
        request.product_code.clone(),
        amount,
        request.period,
        money(part),
        Rate::from_fraction(Decimal::ZERO),
        Rate::from_fraction(Decimal::ZERO),
        money(owed),
        money(Decimal::ZERO),
    );
    calculation.down_payment = request.down_payment();
    calculation.payment_day = request.payment_day;
    if request.detail == Detail::PaymentSchedule {
        let mut left = owed;
        let mut due = Date::from_calendar_date(2000, Month::February, 1).unwrap_or(Date::MIN);
        for number in 1..=months {
            let paid = if number == months { left } else { part };
            left -= paid;
            let row = Instalment::new(u32::from(number), due, money(paid));
            calculation.schedule.push(row);
            due += time::Duration::days(i64::from(due.month().length(due.year())));
        }
    }
    calculation
}
