use inbank_domain::{
    Calculation, CalculationRequest, CostBreakdown, Currency, Instalment, Invalid, Money, Months,
    PaymentDay, ProductCode,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::lenient::Lenient;
use super::moment::Day;
use super::number::{Number, Whole};
use crate::dialect::decode;
use crate::failure::DecodeError;

/// *Calculator*, request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    product_code: &'a str,
    amount: Number,
    period: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_day: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_payment_amount: Option<Number>,
    currency: &'a str,
    response_level: &'static str,
}

impl<'a> Request<'a> {
    /// In the one currency of the region's documents.
    pub(crate) fn new(
        request: &'a CalculationRequest,
        currency: &'a Currency,
    ) -> Result<Self, Invalid> {
        let down_payment = request.down_payment();
        Ok(Self {
            product_code: request.product_code.as_str(),
            amount: Number::of("amount", request.amount(), *currency)?,
            period: request.period.get(),
            payment_day: request.payment_day.map(PaymentDay::get),
            down_payment_amount: Number::maybe("down_payment_amount", down_payment, *currency)?,
            currency: currency.as_str(),
            response_level: request.detail.as_str(),
        })
    }
}

/// *Calculator*, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer<'a> {
    product_code: String,
    amount: Number,
    period: Whole,
    down_payment_amount: Option<Number>,
    #[serde(default)]
    payment_day: Lenient<Whole>,
    currency: Option<String>,
    payment_amount_monthly: Number,
    interest_rate_annual: Number,
    credit_cost_rate_annual: Number,
    total_cost: Number,
    total_cost_of_credit: Number,
    #[serde(default)]
    advanced: Lenient<Advanced>,
    // The guides say that rows come with `payment_schedule` and not where: a list under that name,
    // or an object that holds the list, or the list under the items' own name.
    #[serde(borrow)]
    payment_schedule: Option<&'a RawValue>,
    payment_schedule_items: Option<Vec<Row>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advanced {
    #[serde(default)]
    interest_amount_total: Lenient<Number>,
    #[serde(default)]
    contract_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    admin_fee_amount_monthly: Lenient<Number>,
    #[serde(default)]
    admin_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    insurance_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    net_credit_amount: Lenient<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schedule {
    payment_schedule_items: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    item_number: Whole,
    payment_date: Day,
    #[serde(default)]
    balance_before: Lenient<Number>,
    #[serde(default)]
    principal: Lenient<Number>,
    #[serde(default)]
    interest: Lenient<Number>,
    total_payment: Number,
}

impl Answer<'_> {
    /// The calculation, if it is about what was asked.
    pub(crate) fn into_calculation(
        self,
        request: &CalculationRequest,
    ) -> Result<Calculation, DecodeError> {
        let currency = request.amount().currency();
        if self
            .currency
            .is_some_and(|answered| answered != currency.as_str())
        {
            return Err(DecodeError::Another("currency"));
        }
        let invalid = |field: &'static str| move |error: Invalid| error.named(field);
        let months = u16::try_from(self.period.0).unwrap_or_default();
        let schedule = match (self.payment_schedule, self.payment_schedule_items) {
            (Some(raw), _) if raw.get().starts_with('[') => decode(raw.get().as_bytes())?,
            (Some(raw), _) if raw.get().starts_with('{') => {
                decode::<Schedule>(raw.get().as_bytes())?.payment_schedule_items
            }
            (_, rows) => rows.unwrap_or_default(),
        };
        let mut calculation = Calculation::new(
            ProductCode::parse(self.product_code)?,
            self.amount.money(currency),
            Months::new(months).map_err(invalid("period"))?,
            self.payment_amount_monthly.money(currency),
            self.interest_rate_annual.rate(),
            self.credit_cost_rate_annual.rate(),
            self.total_cost.money(currency),
            self.total_cost_of_credit.money(currency),
        );
        calculation.down_payment = self.down_payment_amount.map(|n| n.money(currency));
        calculation.payment_day = self.payment_day.parse("payment_day", Whole::payment_day);
        let advanced = self.advanced.take("advanced");
        calculation.costs = advanced.map(|advanced| advanced.into_costs(currency));
        let rows = schedule.into_iter();
        calculation.schedule = rows.map(|row| row.into_instalment(currency)).collect();
        if calculation.product_code != request.product_code {
            return Err(DecodeError::Another("product"));
        }
        if calculation.amount != request.amount() || calculation.period != request.period {
            return Err(DecodeError::Another("amount or period"));
        }
        // What an answer leaves out doesn't contradict.
        let asked = request.down_payment();
        let amount = |money: Option<Money>| money.map(|money| money.amount()).unwrap_or_default();
        let told = calculation.down_payment.or(asked);
        if amount(told) != amount(asked) {
            return Err(DecodeError::Another("down payment"));
        }
        if calculation.payment_day.or(request.payment_day)
            != request.payment_day.or(calculation.payment_day)
        {
            return Err(DecodeError::Another("payment day"));
        }
        Ok(calculation)
    }
}

impl Advanced {
    fn into_costs(self, currency: Currency) -> CostBreakdown {
        let money = |number: Lenient<Number>, field| {
            number.take(field).map(|number| number.money(currency))
        };
        let mut costs = CostBreakdown::default();
        costs.interest_total = money(self.interest_amount_total, "interest_amount_total");
        costs.contract_fee_total =
            money(self.contract_fee_amount_total, "contract_fee_amount_total");
        costs.admin_fee_monthly = money(self.admin_fee_amount_monthly, "admin_fee_amount_monthly");
        costs.admin_fee_total = money(self.admin_fee_amount_total, "admin_fee_amount_total");
        costs.insurance_fee_total = money(
            self.insurance_fee_amount_total,
            "insurance_fee_amount_total",
        );
        costs.net_credit_amount = money(self.net_credit_amount, "net_credit_amount");
        costs
    }
}

impl Row {
    pub(crate) fn into_instalment(self, currency: Currency) -> Instalment {
        let money = |number: Lenient<Number>, field| {
            number.take(field).map(|number| number.money(currency))
        };
        let total = self.total_payment.money(currency);
        let mut row = Instalment::new(self.item_number.0, self.payment_date.0, total);
        row.balance_before = money(self.balance_before, "balance_before");
        row.principal = money(self.principal, "principal");
        row.interest = money(self.interest, "interest");
        row
    }
}
