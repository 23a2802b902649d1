use std::fmt;

use inbank::{FeeKind, Money, PaymentDay, Rate};
use serde::Serialize;
use time::Date;

use crate::commands::calculation::{self, Row};
use crate::commands::checked::Findings;
use crate::output;

/// The customer's own conditions.
#[derive(Serialize)]
pub(super) struct Offer {
    amount: String,
    currency: String,
    period: u16,
    payment_amount_monthly: String,
    interest_rate_annual: String,
    credit_cost_rate_annual: String,
    total_cost: Option<String>,
    total_cost_of_credit: Option<String>,
    net_credit_amount: Option<String>,
    interest_total: Option<String>,
    interest_bearing_amount: Option<String>,
    contract_fee_total: Option<String>,
    contract_fee_prc: Option<String>,
    contract_fee_type: Option<String>,
    admin_fee_monthly: Option<String>,
    admin_fee_total: Option<String>,
    admin_fee_type: Option<String>,
    insurance_fee_monthly: Option<String>,
    insurance_fee_total: Option<String>,
    insurance_fee_type: Option<String>,
    residual_amount_total: Option<String>,
    residual_amount_prc: Option<String>,
    down_payment_amount: Option<String>,
    down_payment_main_part: Option<String>,
    payment_day: Option<u8>,
    first_payment: Option<Payment>,
    last_payment: Option<Payment>,
    valid_to: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schedule: Vec<Row>,
    checked: Findings,
    /// As percentages, for people.
    #[serde(skip)]
    rates: [String; 2],
}

#[derive(Serialize)]
struct Payment {
    due: String,
    total: String,
}

impl Offer {
    pub(super) fn new(offer: &inbank::Offer, valid_to: Option<Date>) -> Self {
        let payment = |(due, total): (Date, Money)| Payment {
            due: due.to_string(),
            total: output::amount(total),
        };
        let fraction = |rate: Rate| rate.fraction().to_string();
        let kind = |kind: Option<&FeeKind>| kind.map(ToString::to_string);
        Self {
            amount: output::amount(offer.amount),
            currency: offer.amount.currency().to_string(),
            period: offer.period.get(),
            payment_amount_monthly: output::amount(offer.monthly_payment),
            interest_rate_annual: offer.interest_rate.fraction().to_string(),
            credit_cost_rate_annual: offer.aprc.fraction().to_string(),
            total_cost: offer.total_cost.map(output::amount),
            total_cost_of_credit: offer.cost_of_credit.map(output::amount),
            net_credit_amount: offer.net_credit_amount.map(output::amount),
            interest_total: offer.interest_total.map(output::amount),
            interest_bearing_amount: offer.interest_bearing_amount.map(output::amount),
            contract_fee_total: offer.contract_fee.map(output::amount),
            contract_fee_prc: offer.contract_fee_rate.map(fraction),
            contract_fee_type: kind(offer.contract_fee_kind.as_ref()),
            admin_fee_monthly: offer.admin_fee_monthly.map(output::amount),
            admin_fee_total: offer.admin_fee_total.map(output::amount),
            admin_fee_type: kind(offer.admin_fee_kind.as_ref()),
            insurance_fee_monthly: offer.insurance_fee_monthly.map(output::amount),
            insurance_fee_total: offer.insurance_fee_total.map(output::amount),
            insurance_fee_type: kind(offer.insurance_fee_kind.as_ref()),
            residual_amount_total: offer.residual.map(output::amount),
            residual_amount_prc: offer.residual_rate.map(fraction),
            down_payment_amount: offer.down_payment.map(output::amount),
            down_payment_main_part: offer.down_payment_main_part.map(output::amount),
            payment_day: offer.payment_day.map(PaymentDay::get),
            first_payment: offer.first_payment.map(payment),
            last_payment: offer.last_payment.map(payment),
            valid_to: valid_to.map(|date| date.to_string()),
            schedule: offer.schedule.iter().map(Row::new).collect(),
            checked: offer.checked().into(),
            rates: [offer.interest_rate, offer.aprc].map(|rate| rate.to_string()),
        }
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = |amount: &str| format!("{} {}", output::readable(amount), self.currency);
        let cost = |amount: &Option<String>| amount.as_deref().map(money);
        let payment = |payment: &Option<Payment>| {
            let payment = payment.as_ref()?;
            Some(format!("{} on {}", money(&payment.total), payment.due))
        };
        let [interest, aprc] = &self.rates;
        output::facts(
            f,
            &[
                ("Amount", Some(money(&self.amount))),
                ("Down payment", cost(&self.down_payment_amount)),
                ("Period", Some(format!("{} months", self.period))),
                ("Payment day", self.payment_day.map(|day| day.to_string())),
                ("Monthly payment", Some(money(&self.payment_amount_monthly))),
                ("Interest, annual", Some(interest.clone())),
                ("APRC", Some(aprc.clone())),
                ("Interest", cost(&self.interest_total)),
                ("Contract fee", cost(&self.contract_fee_total)),
                ("Admin fee, monthly", cost(&self.admin_fee_monthly)),
                ("Admin fee", cost(&self.admin_fee_total)),
                ("Insurance", cost(&self.insurance_fee_total)),
                ("Residual", cost(&self.residual_amount_total)),
                ("Total cost", cost(&self.total_cost)),
                ("Cost of credit", cost(&self.total_cost_of_credit)),
                ("Net credit", cost(&self.net_credit_amount)),
                ("First payment", payment(&self.first_payment)),
                ("Last payment", payment(&self.last_payment)),
                ("Valid until", self.valid_to.clone()),
            ],
        )?;
        if !self.schedule.is_empty() {
            let schedule = calculation::schedule(&self.schedule, &self.currency);
            writeln!(f, "\n{}", output::fitted(&schedule))?;
        }
        write!(f, "\n{}", self.checked)
    }
}
