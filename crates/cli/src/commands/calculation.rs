mod example;

use std::fmt;

use clap::{Args, ValueEnum};
use comfy_table::{CellAlignment, Table};
use inbank::ports::Calculator;
use inbank::{
    Calculation, CalculationRequest, CostBreakdown, Detail, Instalment, Language, Money, Months,
    PaymentDay, ProductCode,
};
use serde::Serialize;

use self::example::Example;
use crate::commands::checked::Findings;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank calculate --product hire_purchase --amount 499.90 --period 12
  inbank calculate --product hire_purchase --amount 499.90 --period 12 --down-payment 99.90 --detail payment-schedule --output json
  inbank calculate --product hire_purchase --amount 499.90 --period 12 --example --language et

The bank's figures are held against each other, and its APRC against the one that follows from the payments: \
what doesn't agree is said beside them. With --example the fees are asked for as well, and the figures come \
in a sentence, as they have to stand wherever an instalment is advertised. Its words are ours: whether they \
suffice is for the shop's lawyer to decide.")]
pub(crate) struct Calculate {
    /// The product's code
    #[arg(long, value_name = "CODE")]
    product: String,
    /// The price in the region's currency, down payment included
    #[arg(long, allow_negative_numbers = true)]
    amount: String,
    /// How long to repay
    #[arg(long, value_name = "MONTHS")]
    period: u16,
    /// The part of the amount that is paid at once
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    down_payment: Option<String>,
    /// The day of the month to pay on; the product's own unless given
    #[arg(long, value_name = "DAY")]
    payment_day: Option<u8>,
    /// How much to be told
    #[arg(long, value_enum, default_value_t)]
    detail: Level,
    /// Add the representative example
    #[arg(long)]
    example: bool,
    /// The example's language: cs, en, et, lt, lv, pl or ru; the region's unless given
    #[arg(long, value_name = "CODE", requires = "example")]
    language: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Level {
    /// The monthly payment, the rates, the totals
    #[default]
    Simple,
    /// The fees as well
    Advanced,
    /// Every instalment as well
    PaymentSchedule,
}

#[derive(Serialize)]
struct Answer {
    product_code: String,
    amount: String,
    currency: String,
    period: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_payment_amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_day: Option<u8>,
    payment_amount_monthly: String,
    interest_rate_annual: String,
    credit_cost_rate_annual: String,
    total_cost: String,
    total_cost_of_credit: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    costs: Option<Costs>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schedule: Vec<Row>,
    checked: Findings,
    #[serde(skip_serializing_if = "Option::is_none")]
    representative_example: Option<Example>,
    /// As percentages, for people.
    #[serde(skip)]
    rates: [String; 2],
}

#[derive(Serialize)]
struct Costs {
    interest_total: Option<String>,
    contract_fee_total: Option<String>,
    contract_fee_percentage: Option<String>,
    contract_fee_minimum: Option<String>,
    admin_fee_monthly: Option<String>,
    admin_fee_total: Option<String>,
    insurance_fee_total: Option<String>,
    net_credit_amount: Option<String>,
}

/// An instalment.
#[derive(Serialize)]
pub(super) struct Row {
    number: u32,
    due: String,
    balance_before: Option<String>,
    principal: Option<String>,
    interest: Option<String>,
    contract_fee: Option<String>,
    admin_fee: Option<String>,
    insurance_fee: Option<String>,
    total: String,
}

pub(crate) async fn run(calculate: Calculate, settings: &Settings) -> Result<(), Failure> {
    let api = settings.api()?;
    let region = api.region();
    let product = ProductCode::parse(calculate.product)?;
    let amount = Money::parse(&calculate.amount, region.currency)?;
    let period = Months::new(calculate.period)?;
    let mut request = CalculationRequest::new(region, product, amount, period)?;
    if let Some(down_payment) = &calculate.down_payment {
        let down_payment = Money::parse(down_payment, region.currency)
            .map_err(|error| error.named("down_payment_amount"))?;
        request = request.with_down_payment(down_payment)?;
    }
    request.payment_day = calculate.payment_day.map(PaymentDay::new).transpose()?;
    let language = calculate.language.as_deref().map(str::parse::<Language>);
    let language = language.transpose()?;
    request.detail = match calculate.detail {
        // Charges are told by name then only.
        Level::Simple if calculate.example => Detail::Advanced,
        Level::Simple => Detail::Simple,
        Level::Advanced => Detail::Advanced,
        Level::PaymentSchedule => Detail::PaymentSchedule,
    };
    let calculation = Calculator::calculate(&api, &request).await?;
    let mut answer = Answer::new(&calculation);
    if calculate.example {
        let language = language.unwrap_or_else(|| Language::of_region(region));
        answer.representative_example = Some(Example::new(&calculation, language));
    }
    output::answer(settings.output, &answer)
}

impl Answer {
    fn new(calculation: &Calculation) -> Self {
        Self {
            product_code: calculation.product_code.to_string(),
            amount: output::amount(calculation.amount),
            currency: calculation.amount.currency().to_string(),
            period: calculation.period.get(),
            down_payment_amount: calculation.down_payment.map(output::amount),
            payment_day: calculation.payment_day.map(PaymentDay::get),
            payment_amount_monthly: output::amount(calculation.monthly_payment),
            interest_rate_annual: calculation.interest_rate.fraction().to_string(),
            credit_cost_rate_annual: calculation.aprc.fraction().to_string(),
            total_cost: output::amount(calculation.total_cost),
            total_cost_of_credit: output::amount(calculation.cost_of_credit),
            costs: calculation.costs.as_ref().map(Costs::new),
            schedule: calculation.schedule.iter().map(Row::new).collect(),
            checked: calculation.checked().into(),
            representative_example: None,
            rates: [calculation.interest_rate, calculation.aprc].map(|rate| rate.to_string()),
        }
    }
}

impl Costs {
    fn new(costs: &CostBreakdown) -> Self {
        Self {
            interest_total: costs.interest_total.map(output::amount),
            contract_fee_total: costs.contract_fee_total.map(output::amount),
            contract_fee_percentage: costs
                .contract_fee_rate
                .map(|rate| rate.fraction().to_string()),
            contract_fee_minimum: costs.contract_fee_minimum.map(output::amount),
            admin_fee_monthly: costs.admin_fee_monthly.map(output::amount),
            admin_fee_total: costs.admin_fee_total.map(output::amount),
            insurance_fee_total: costs.insurance_fee_total.map(output::amount),
            net_credit_amount: costs.net_credit_amount.map(output::amount),
        }
    }
}

impl Row {
    pub(super) fn new(instalment: &Instalment) -> Self {
        Self {
            number: instalment.number,
            due: instalment.due.to_string(),
            balance_before: instalment.balance_before.map(output::amount),
            principal: instalment.principal.map(output::amount),
            interest: instalment.interest.map(output::amount),
            contract_fee: instalment.contract_fee.map(output::amount),
            admin_fee: instalment.admin_fee.map(output::amount),
            insurance_fee: instalment.insurance_fee.map(output::amount),
            total: output::amount(instalment.total),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = |amount: &str| Some(format!("{} {}", output::readable(amount), self.currency));
        let [interest, aprc] = &self.rates;
        let mut facts = vec![
            ("Product", Some(self.product_code.clone())),
            ("Amount", money(&self.amount)),
            (
                "Down payment",
                self.down_payment_amount.as_deref().and_then(money),
            ),
            ("Period", Some(format!("{} months", self.period))),
            ("Payment day", self.payment_day.map(|day| day.to_string())),
            ("Monthly payment", money(&self.payment_amount_monthly)),
            ("Interest, annual", Some(interest.clone())),
            ("APRC", Some(aprc.clone())),
            ("Total cost", money(&self.total_cost)),
            ("Cost of credit", money(&self.total_cost_of_credit)),
        ];
        if let Some(costs) = &self.costs {
            let cost = |amount: &Option<String>| amount.as_deref().and_then(money);
            facts.extend([
                ("  interest", cost(&costs.interest_total)),
                ("  contract fee", cost(&costs.contract_fee_total)),
                ("  administration, monthly", cost(&costs.admin_fee_monthly)),
                ("  administration", cost(&costs.admin_fee_total)),
                ("  insurance", cost(&costs.insurance_fee_total)),
                ("Net credit", cost(&costs.net_credit_amount)),
            ]);
        }
        output::facts(f, &facts)?;
        if !self.schedule.is_empty() {
            let table = schedule(&self.schedule, &self.currency);
            writeln!(f, "\n{}", output::fitted(&table))?;
        }
        write!(f, "\n{}", self.checked)?;
        match &self.representative_example {
            Some(example) => write!(f, "\n{example}"),
            None => Ok(()),
        }
    }
}

/// Instalments for people.
pub(super) fn schedule(rows: &[Row], currency: &str) -> Table {
    let mut table = output::table();
    table.set_header([
        "#".to_owned(),
        "Due".to_owned(),
        format!("Balance, {currency}"),
        "Principal".to_owned(),
        "Interest".to_owned(),
        "Contract fee".to_owned(),
        "Admin fee".to_owned(),
        "Insurance".to_owned(),
        "Payment".to_owned(),
    ]);
    for row in rows {
        let part =
            |part: &Option<String>| part.as_deref().map(output::readable).unwrap_or_default();
        table.add_row([
            row.number.to_string(),
            row.due.clone(),
            part(&row.balance_before),
            part(&row.principal),
            part(&row.interest),
            part(&row.contract_fee),
            part(&row.admin_fee),
            part(&row.insurance_fee),
            output::readable(&row.total),
        ]);
    }
    for column in table.column_iter_mut().filter(|column| column.index != 1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}
