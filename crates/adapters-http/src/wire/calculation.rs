use inbank_domain::{
    Calculation, CalculationRequest, CostBreakdown, Currency, Instalment, Invalid, Money, Months,
    PaymentDay, ProductCode,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::lenient::{Lenient, says_something};
use super::moment::Day;
use super::number::{Number, Quoted, Whole};
use crate::failure::DecodeError;

/// *Calculator*, request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Request<'a> {
    product_code: &'a str,
    amount: Number,
    // Text, as the sample has these two and not the amount.
    period: Quoted<Whole>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_day: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_payment_amount: Option<Quoted<Number>>,
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
            period: Quoted(Whole(request.period.get().into())),
            payment_day: request.payment_day.map(PaymentDay::get),
            down_payment_amount: Number::maybe("down_payment_amount", down_payment, *currency)?
                .map(Quoted),
            currency: currency.as_str(),
            response_level: request.detail.as_str(),
        })
    }
}

/// *Calculator*, answer. It is read for its figures; what repeats the request is held against it where
/// it can be read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer<'a> {
    #[serde(default)]
    product_code: Lenient<String>,
    #[serde(default)]
    amount: Lenient<Number>,
    #[serde(default)]
    period: Lenient<Whole>,
    #[serde(default)]
    down_payment_amount: Lenient<Number>,
    #[serde(default)]
    payment_day: Lenient<Whole>,
    #[serde(default)]
    currency: Lenient<String>,
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
    #[serde(default)]
    payment_schedule_items: Lenient<Vec<Row>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Advanced {
    #[serde(default)]
    interest_amount_total: Lenient<Number>,
    #[serde(default)]
    contract_fee_amount_total: Lenient<Number>,
    #[serde(default)]
    contract_fee_percentage: Lenient<Number>,
    #[serde(default)]
    contract_fee_minimum: Lenient<Number>,
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
    #[serde(default)]
    item_number: Lenient<Whole>,
    payment_date: Day,
    #[serde(default)]
    balance_before: Lenient<Number>,
    #[serde(default)]
    principal: Lenient<Number>,
    #[serde(default)]
    interest: Lenient<Number>,
    #[serde(default)]
    contract_fee: Lenient<Number>,
    #[serde(default)]
    admin_fee: Lenient<Number>,
    #[serde(default)]
    insurance_fee: Lenient<Number>,
    total_payment: Number,
}

impl Answer<'_> {
    /// The calculation, if it is about what was asked.
    pub(crate) fn into_calculation(
        self,
        request: &CalculationRequest,
    ) -> Result<Calculation, DecodeError> {
        let currency = request.amount().currency();
        match self.currency {
            Lenient::Missing => {}
            Lenient::Read(named) if !says_something(&named) => {}
            // In a currency that nobody can name, no figure is known.
            Lenient::Unreadable => return Err(DecodeError::Field("currency".to_owned())),
            Lenient::Read(named) if named.trim().eq_ignore_ascii_case(currency.as_str()) => {}
            Lenient::Read(_) => return Err(DecodeError::Another("currency")),
        }
        let months = |whole: Whole| Months::new(u16::try_from(whole.0).unwrap_or_default());
        let product = self.product_code.id("product_code", ProductCode::parse);
        let amount = self.amount.take("amount").map(|n| n.money(currency));
        let period = self.period.parse("period", months);
        let schedule = schedule(self.payment_schedule, self.payment_schedule_items);
        let mut calculation = Calculation::new(
            product.unwrap_or_else(|| request.product_code.clone()),
            amount.unwrap_or_else(|| request.amount()),
            period.unwrap_or(request.period),
            self.payment_amount_monthly.money(currency),
            self.interest_rate_annual.rate(),
            self.credit_cost_rate_annual.rate(),
            self.total_cost.money(currency),
            self.total_cost_of_credit.money(currency),
        );
        let down_payment = self.down_payment_amount.take("down_payment_amount");
        calculation.down_payment = down_payment.map(|n| n.money(currency));
        calculation.payment_day = self.payment_day.parse("payment_day", Whole::payment_day);
        let advanced = self.advanced.take("advanced");
        calculation.costs = advanced.map(|advanced| advanced.into_costs(currency));
        calculation.schedule = instalments(schedule, currency);
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

/// The rows, from wherever they stand: all of them or none, since a schedule with a gap would be a wrong
/// one.
fn schedule(held: Option<&RawValue>, items: Lenient<Vec<Row>>) -> Vec<Row> {
    let held = held.map_or("", RawValue::get);
    let rows = match held.as_bytes().first() {
        Some(b'[') => Lenient::of(held),
        Some(b'{') => match Lenient::<Schedule>::of(held) {
            Lenient::Missing => Lenient::Missing,
            Lenient::Read(schedule) => Lenient::Read(schedule.payment_schedule_items),
            Lenient::Unreadable => Lenient::Unreadable,
        },
        _ => items,
    };
    rows.take("payment_schedule").unwrap_or_default()
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
        let rate = self.contract_fee_percentage.take("contract_fee_percentage");
        costs.contract_fee_rate = rate.map(Number::rate);
        costs.contract_fee_minimum = money(self.contract_fee_minimum, "contract_fee_minimum");
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

/// The rows as instalments; one whose number can't be read is the one after the former.
pub(crate) fn instalments(rows: Vec<Row>, currency: Currency) -> Vec<Instalment> {
    let mut next = 1;
    let rows = rows.into_iter().map(|row| {
        let instalment = row.into_instalment(next, currency);
        next = instalment.number.saturating_add(1);
        instalment
    });
    rows.collect()
}

impl Row {
    fn into_instalment(self, next: u32, currency: Currency) -> Instalment {
        let number = self.item_number.take("item_number");
        let number = number.map_or(next, |number| number.0);
        let money = |number: Lenient<Number>, field| {
            number.take(field).map(|number| number.money(currency))
        };
        let total = self.total_payment.money(currency);
        let mut row = Instalment::new(number, self.payment_date.0, total);
        row.balance_before = money(self.balance_before, "balance_before");
        row.principal = money(self.principal, "principal");
        row.interest = money(self.interest, "interest");
        row.contract_fee = money(self.contract_fee, "contract_fee");
        row.admin_fee = money(self.admin_fee, "admin_fee");
        row.insurance_fee = money(self.insurance_fee, "insurance_fee");
        row
    }
}
