use std::fmt;

use clap::Args;
use inbank::http::PartnerApi;
use inbank::ports::ProductCatalogue;
use inbank::{Months, PaymentDay, Product, ProductCode, SigningMethod};
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
    default_period: Option<u16>,
    default_payment_day: Option<u8>,
    down_payment: Option<bool>,
    min_down_payment: Option<String>,
    min_financed: Option<String>,
    max_financed: Option<String>,
    application_signing_methods: Vec<String>,
    contract_signing_methods: Vec<String>,
    required_parameters: Vec<String>,
    requires_verification: Option<bool>,
    valid_to: Option<String>,
}

pub(crate) async fn run(show: Show, settings: &Settings) -> Result<(), Failure> {
    let code = ProductCode::parse(show.code)?;
    let api = settings.api()?;
    let product = api.product(&code).await?;
    let currency = api.region().currency.to_string();
    output::answer(settings.output, &Answer::new(product, currency))
}

/// What the bank says of the product of something that it has; none where that can't be had.
pub(super) async fn of_code(api: &PartnerApi, code: Option<ProductCode>) -> Option<Product> {
    api.product(&code?).await.ok()
}

fn names(methods: &[SigningMethod]) -> Vec<String> {
    methods.iter().map(ToString::to_string).collect()
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
            default_period: product.default_period.map(Months::get),
            default_payment_day: product.default_payment_day.map(PaymentDay::get),
            down_payment: product.down_payment,
            min_down_payment: product.min_down_payment.map(|least| least.to_string()),
            min_financed: product.min_financed.map(output::amount),
            max_financed: product.max_financed.map(output::amount),
            application_signing_methods: names(&product.application_signing),
            contract_signing_methods: names(&product.contract_signing),
            required_parameters: product.required_parameters,
            requires_verification: product.requires_verification,
            valid_to: product.valid_to.map(|day| day.to_string()),
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
        let required = |flag: bool| if flag { "required" } else { "not required" }.to_owned();
        let approval = self.requires_merchant_approval.map(required);
        let possible = |flag: bool| if flag { "possible" } else { "not possible" }.to_owned();
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
                ("Down payment", self.down_payment.map(possible)),
                (
                    "Signing the application",
                    list(self.application_signing_methods.clone()),
                ),
                (
                    "Signing the contract",
                    list(self.contract_signing_methods.clone()),
                ),
                (
                    "An application has to have",
                    list(self.required_parameters.clone()),
                ),
                (
                    "Digital verification",
                    self.requires_verification.map(required),
                ),
                ("Sold until", self.valid_to.clone()),
            ],
        )
    }
}
