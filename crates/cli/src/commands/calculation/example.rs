//! The standard information that stands beside an advertised instalment.

use std::fmt;

use inbank::{Calculation, Charges, Language, RepresentativeExample};
use serde::Serialize;

use crate::output;

/// Each figure by its name, and the sentences.
#[derive(Serialize)]
pub(super) struct Example {
    borrowing_rate: String,
    charges: Option<Fees>,
    total_credit: String,
    aprc: String,
    duration: u16,
    cash_price: String,
    down_payment: String,
    instalment: String,
    total_payable: String,
    cost_of_credit: String,
    currency: String,
    language: &'static str,
    sentence: String,
    warning: &'static str,
    notice: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Fees {
    contract_fee: Option<String>,
    admin_fee: Option<String>,
    insurance: Option<String>,
}

impl Example {
    pub(super) fn new(calculation: &Calculation, language: Language) -> Self {
        let example: RepresentativeExample = calculation.representative_example();
        Self {
            borrowing_rate: example.borrowing_rate.fraction().to_string(),
            charges: example.charges.as_ref().map(Fees::new),
            total_credit: output::amount(example.total_credit),
            aprc: example.aprc.fraction().to_string(),
            duration: example.duration.get(),
            cash_price: output::amount(example.cash_price),
            down_payment: output::amount(example.down_payment),
            instalment: output::amount(example.instalment),
            total_payable: output::amount(example.total_payable),
            cost_of_credit: output::amount(example.cost_of_credit),
            currency: example.cash_price.currency().to_string(),
            language: language.code(),
            sentence: example.sentence(language),
            warning: example.warning(language),
            notice: example.notice(language),
            text: example.text(language),
        }
    }
}

impl Fees {
    fn new(charges: &Charges) -> Self {
        Self {
            contract_fee: charges.contract_fee.map(output::amount),
            admin_fee: charges.admin_fee.map(output::amount),
            insurance: charges.insurance.map(output::amount),
        }
    }
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n({})", self.sentence, self.warning, self.notice)
    }
}
