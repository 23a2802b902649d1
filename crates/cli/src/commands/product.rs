use std::fmt;

use clap::Args;
use inbank::ports::ProductCatalogue;
use inbank::{Product, ProductCode};
use serde::Serialize;

use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank product hire_purchase
  inbank product 'hirepurchase_epos_0.0%_ab12' --output json")]
pub(crate) struct Show {
    /// The product's code, as Inbank gave it
    code: String,
}

#[derive(Serialize)]
struct Answer {
    code: String,
    name: String,
    family: String,
    currency: String,
    min_amount: Option<String>,
    max_amount: Option<String>,
    periods: Vec<u16>,
    payment_days: Vec<u8>,
    requires_merchant_approval: Option<bool>,
}

pub(crate) async fn run(show: Show, settings: &Settings) -> Result<(), Failure> {
    let code = ProductCode::parse(show.code)?;
    let api = settings.api()?;
    let product = api.product(&code).await?;
    let currency = api.region().currency.to_string();
    output::answer(settings.output, &Answer::new(product, currency))
}

impl Answer {
    fn new(product: Product, currency: String) -> Self {
        Self {
            code: product.code.to_string(),
            name: product.name,
            family: product.family.to_string(),
            currency,
            min_amount: product.min_amount.map(output::amount),
            max_amount: product.max_amount.map(output::amount),
            periods: product.periods.iter().map(|period| period.get()).collect(),
            payment_days: product.payment_days.iter().map(|day| day.get()).collect(),
            requires_merchant_approval: product.requires_merchant_approval,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = |amount: &Option<String>| {
            amount
                .as_ref()
                .map(|amount| format!("{} {}", output::readable(amount), self.currency))
        };
        let list = |numbers: Vec<String>| (!numbers.is_empty()).then(|| numbers.join(", "));
        let periods = list(self.periods.iter().map(ToString::to_string).collect());
        let approval = self
            .requires_merchant_approval
            .map(|required| if required { "required" } else { "not required" }.to_owned());
        output::facts(
            f,
            &[
                ("Product", Some(self.code.clone())),
                ("Name", Some(self.name.clone())),
                ("Family", Some(self.family.clone())),
                ("Smallest amount", amount(&self.min_amount)),
                ("Largest amount", amount(&self.max_amount)),
                (
                    "Periods",
                    periods.map(|periods| format!("{periods} months")),
                ),
                (
                    "Payment days",
                    list(self.payment_days.iter().map(ToString::to_string).collect()),
                ),
                ("Merchant approval", approval),
            ],
        )
    }
}
