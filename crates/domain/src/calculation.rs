use std::cmp::Ordering;

use rust_decimal::Decimal;
use time::Date;

use crate::{Invalid, Money, Months, PaymentDay, ProductCode, Rate, Region};

/// How much an answer to a calculation tells (`response_level`).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Detail {
    /// The monthly payment, the rates, the totals.
    #[default]
    Simple,
    /// The fees as well.
    Advanced,
    /// Every instalment as well.
    PaymentSchedule,
}

impl Detail {
    /// The bank's text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Advanced => "advanced",
            Self::PaymentSchedule => "payment_schedule",
        }
    }
}

/// What `POST /calculations` is asked (*Calculator*).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct CalculationRequest {
    /// The product.
    pub product_code: ProductCode,
    /// How long to repay.
    pub period: Months,
    /// The day of the month to pay on; the product's own where none is given.
    pub payment_day: Option<PaymentDay>,
    /// How much to be told.
    pub detail: Detail,
    amount: Money,
    down_payment: Option<Money>,
}

impl CalculationRequest {
    /// Asks for the conditions of financing `amount`, which includes a down payment.
    ///
    /// # Errors
    /// [`Invalid`] (`amount`) unless it is positive, (`currency`) when it is not the region's.
    pub fn new(
        region: &Region,
        product_code: ProductCode,
        amount: Money,
        period: Months,
    ) -> Result<Self, Invalid> {
        if !amount.is_positive() {
            return Err(Invalid::new("amount", "must be positive"));
        }
        region.check_currency(amount)?;
        Ok(Self {
            product_code,
            period,
            payment_day: None,
            detail: Detail::Simple,
            amount,
            down_payment: None,
        })
    }

    /// With a down payment, which is part of the amount.
    ///
    /// # Errors
    /// [`Invalid`] (`down_payment_amount`) when it is negative, more than the amount, or of another
    /// currency.
    pub fn with_down_payment(mut self, down_payment: Money) -> Result<Self, Invalid> {
        let invalid = |problem| Err(Invalid::new("down_payment_amount", problem));
        if down_payment.amount() < Decimal::ZERO {
            return invalid("must not be negative");
        }
        match down_payment.compare(self.amount) {
            Err(_) => return invalid("must be in the amount's currency"),
            Ok(Ordering::Greater) => {
                return invalid("must not be more than the amount, which includes it");
            }
            Ok(_) => {}
        }
        self.down_payment = Some(down_payment);
        Ok(self)
    }

    /// The amount to finance, down payment included.
    pub const fn amount(&self) -> Money {
        self.amount
    }

    /// The part of it that is paid at once.
    pub const fn down_payment(&self) -> Option<Money> {
        self.down_payment
    }
}

/// Preliminary conditions, not yet the customer's own (*Calculator*). All money is in the request's
/// currency.
///
/// Figures are the bank's: `monthly_payment` × `period` is not `total_cost`, since the last
/// instalment levels. Nothing is recomputed here.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Calculation {
    /// The day of the answer, by the clock of whoever asked; the bank prints none.
    pub made_on: Option<Date>,
    /// The product.
    pub product_code: ProductCode,
    /// The amount financed, down payment included.
    pub amount: Money,
    /// How long to repay.
    pub period: Months,
    /// The part paid at once.
    pub down_payment: Option<Money>,
    /// The day of the month to pay on.
    pub payment_day: Option<PaymentDay>,
    /// The instalment (`payment_amount_monthly`).
    pub monthly_payment: Money,
    /// The yearly interest rate (`interest_rate_annual`).
    pub interest_rate: Rate,
    /// The annual percentage rate of charge, APRC (`credit_cost_rate_annual`).
    pub aprc: Rate,
    /// All that the customer pays (`total_cost`).
    pub total_cost: Money,
    /// What of that is the credit's price (`total_cost_of_credit`).
    pub cost_of_credit: Money,
    /// The fees, where asked for.
    pub costs: Option<CostBreakdown>,
    /// Every instalment, where asked for.
    pub schedule: Vec<Instalment>,
}

impl Calculation {
    /// A calculation without its optional parts.
    #[expect(
        clippy::too_many_arguments,
        reason = "the bank always answers all of them"
    )]
    pub const fn new(
        product_code: ProductCode,
        amount: Money,
        period: Months,
        monthly_payment: Money,
        interest_rate: Rate,
        aprc: Rate,
        total_cost: Money,
        cost_of_credit: Money,
    ) -> Self {
        Self {
            made_on: None,
            product_code,
            amount,
            period,
            down_payment: None,
            payment_day: None,
            monthly_payment,
            interest_rate,
            aprc,
            total_cost,
            cost_of_credit,
            costs: None,
            schedule: Vec::new(),
        }
    }
}

/// What a credit costs, part by part (`advanced`); what the bank leaves out is none.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct CostBreakdown {
    /// Interest over the whole period.
    pub interest_total: Option<Money>,
    /// The contract fee.
    pub contract_fee_total: Option<Money>,
    /// The contract fee as a fraction of the credit.
    pub contract_fee_rate: Option<Rate>,
    /// The smallest contract fee.
    pub contract_fee_minimum: Option<Money>,
    /// The administration fee of a month.
    pub admin_fee_monthly: Option<Money>,
    /// The administration fee over the whole period.
    pub admin_fee_total: Option<Money>,
    /// Insurance over the whole period.
    pub insurance_fee_total: Option<Money>,
    /// The credit itself, without the down payment.
    pub net_credit_amount: Option<Money>,
}

impl CostBreakdown {
    /// What adds up to the cost of the credit.
    pub(crate) fn parts(&self) -> Vec<Option<Money>> {
        vec![
            self.interest_total,
            self.contract_fee_total,
            self.admin_fee_total,
            self.insurance_fee_total,
        ]
    }
}

/// One row of a payment schedule.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Instalment {
    /// Its number, from 1; a row 0 is what is paid on the day of the payout.
    pub number: u32,
    /// When it is due.
    pub due: Date,
    /// What is owed before it.
    pub balance_before: Option<Money>,
    /// The part that repays.
    pub principal: Option<Money>,
    /// The part that is interest.
    pub interest: Option<Money>,
    /// The part that is the contract fee.
    pub contract_fee: Option<Money>,
    /// The part that is the administration fee.
    pub admin_fee: Option<Money>,
    /// The part that is insurance.
    pub insurance_fee: Option<Money>,
    /// What is paid.
    pub total: Money,
}

impl Instalment {
    /// A row of which only the payment is known.
    pub const fn new(number: u32, due: Date, total: Money) -> Self {
        Self {
            number,
            due,
            balance_before: None,
            principal: None,
            interest: None,
            contract_fee: None,
            admin_fee: None,
            insurance_fee: None,
            total,
        }
    }

    /// Every part of the payment that the bank names: together they are the payment.
    pub fn parts(&self) -> impl Iterator<Item = Money> {
        self.columns().into_iter().flatten()
    }

    /// The columns that add up to the payment; none for one that is left out.
    pub(crate) const fn columns(&self) -> [Option<Money>; 5] {
        [
            self.principal,
            self.interest,
            self.contract_fee,
            self.admin_fee,
            self.insurance_fee,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn request(amount: &str) -> Result<CalculationRequest, Invalid> {
        CalculationRequest::new(
            &Region::ESTONIA,
            ProductCode::parse("p").unwrap(),
            Money::parse(amount, Currency::EUR).unwrap(),
            Months::new(12).unwrap(),
        )
    }

    #[test]
    fn the_amount_is_positive() {
        for bad in ["0", "-1"] {
            assert_eq!(request(bad).unwrap_err().field(), "amount");
        }
    }

    #[test]
    fn a_down_payment_is_part_of_the_amount() {
        let euro = |text| Money::parse(text, Currency::EUR).unwrap();
        for good in ["0", "2000.0"] {
            assert!(
                request("2000")
                    .unwrap()
                    .with_down_payment(euro(good))
                    .is_ok()
            );
        }
        let zloty = Money::parse("1", Currency::PLN).unwrap();
        for bad in [euro("-1"), euro("2000.01"), zloty] {
            let error = request("2000").unwrap().with_down_payment(bad).unwrap_err();
            assert_eq!(error.field(), "down_payment_amount");
        }
    }
}
