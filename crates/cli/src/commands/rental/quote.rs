use std::fmt;

use clap::{ArgGroup, Args};
use inbank::http::read_rental_request;
use inbank::ports::Rentals;
use inbank::{
    AssetModel, InsuranceRequirement, ModelIdentifier, Money, PriceLimits, ProductCode,
    RentalCalculation,
};
use serde::Serialize;

use crate::commands::document;
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank rental model --product smart_rent --ean 88845632734657
  inbank rental model --product smart_rent --manufacturer-code SM-F731BLGHEUE --output json

Only models that Inbank has approved are found: exit code 3 otherwise. The answer's id goes into the cart \
as the hero's model_id.", group = ArgGroup::new("identifier").args(["ean", "manufacturer_code"]).required(true))]
pub(crate) struct Model {
    /// The product's code
    #[arg(long, value_name = "CODE")]
    product: String,
    /// The model's European article number
    #[arg(long)]
    ean: Option<String>,
    /// The code that the manufacturer gives the model
    #[arg(long, value_name = "CODE")]
    manufacturer_code: Option<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank rental calculate --product smart_rent --from cart.json
  inbank rental calculate --product smart_rent --from - --output json < cart.json")]
pub(crate) struct Calculate {
    /// The product's code
    #[arg(long, value_name = "CODE")]
    product: String,
    /// The guide's own request body, in either spelling; `-` reads stdin
    #[arg(long, value_name = "FILE")]
    from: String,
}

#[derive(Serialize)]
struct Conditions {
    id: String,
    name: String,
    periods: Vec<u16>,
    identifiers: Vec<Identifier>,
    asset_identifier_types: Vec<String>,
    insurance_requirement: String,
    trade_in_available: Option<bool>,
    campaign_discount_available: Option<bool>,
    currency: String,
    #[serde(flatten)]
    limits: Limits,
    add_on_categories: Vec<Category>,
}

#[derive(Serialize)]
struct Identifier {
    identifier_type: &'static str,
    identifier: String,
}

#[derive(Serialize)]
struct Limits {
    min_net_price: Option<String>,
    max_net_price: Option<String>,
    min_gross_price: Option<String>,
    max_gross_price: Option<String>,
}

#[derive(Serialize)]
struct Category {
    category_code: String,
    #[serde(flatten)]
    limits: Limits,
}

#[derive(Serialize)]
struct Answer {
    currency: String,
    period: u16,
    gross_monthly_payment: String,
    vat: Option<String>,
    net_monthly_payment: Option<String>,
    net_monthly_payment_discount: Option<String>,
    gross_trade_in_amount: Option<String>,
    gross_campaign_discount: Option<String>,
    total_net_price: Option<String>,
    total_gross_price: Option<String>,
    total_net_price_with_discount: Option<String>,
    total_gross_price_with_discount: Option<String>,
    insurance_requirement: Option<String>,
    insurance_used: Option<bool>,
}

pub(super) async fn model(command: Model, settings: &Settings) -> Result<(), Failure> {
    let product = ProductCode::parse(command.product)?;
    let identifier = match (command.ean, command.manufacturer_code) {
        (Some(ean), _) => ModelIdentifier::ean(ean).map_err(|error| error.named("--ean")),
        (None, code) => ModelIdentifier::manufacturer_product_code(code.unwrap_or_default())
            .map_err(|error| error.named("--manufacturer-code")),
    }?;
    let api = settings.api()?;
    let model = api.asset_model(&product, &identifier).await?;
    let currency = api.region().currency.to_string();
    output::answer(settings.output, &Conditions::new(model, currency))
}

pub(super) async fn calculate(command: Calculate, settings: &Settings) -> Result<(), Failure> {
    let product = ProductCode::parse(command.product)?;
    let api = settings.api()?;
    let document = document::read(&command.from)?;
    let request = read_rental_request(&document, api.region())?;
    let calculation = Rentals::calculate(&api, &product, &request).await?;
    output::answer(settings.output, &Answer::from(calculation))
}

impl Conditions {
    fn new(model: AssetModel, currency: String) -> Self {
        let types = model.identifier_types.iter().map(ToString::to_string);
        let identifiers = model.identifiers.iter().map(|known| Identifier {
            identifier_type: known.kind(),
            identifier: known.as_str().to_owned(),
        });
        let categories = model.add_on_categories.iter().map(|category| Category {
            category_code: category.category.to_string(),
            limits: category.limits.into(),
        });
        Self {
            id: model.id.to_string(),
            periods: model.periods.iter().map(|period| period.get()).collect(),
            identifiers: identifiers.collect(),
            asset_identifier_types: types.collect(),
            insurance_requirement: model.insurance.to_string(),
            trade_in_available: model.trade_in_available,
            campaign_discount_available: model.campaign_discount_available,
            currency,
            limits: model.limits.into(),
            add_on_categories: categories.collect(),
            name: model.name,
        }
    }
}

impl From<PriceLimits> for Limits {
    fn from(limits: PriceLimits) -> Self {
        Self {
            min_net_price: limits.min_net.map(output::amount),
            max_net_price: limits.max_net.map(output::amount),
            min_gross_price: limits.min_gross.map(output::amount),
            max_gross_price: limits.max_gross.map(output::amount),
        }
    }
}

impl From<RentalCalculation> for Answer {
    fn from(found: RentalCalculation) -> Self {
        let amount = |amount: Option<Money>| amount.map(output::amount);
        Self {
            currency: found.gross_monthly_payment.currency().to_string(),
            period: found.period.get(),
            gross_monthly_payment: output::amount(found.gross_monthly_payment),
            vat: amount(found.vat),
            net_monthly_payment: amount(found.net_monthly_payment),
            net_monthly_payment_discount: amount(found.net_monthly_payment_discount),
            gross_trade_in_amount: amount(found.gross_trade_in_amount),
            gross_campaign_discount: amount(found.gross_campaign_discount),
            total_net_price: amount(found.total_net_price),
            total_gross_price: amount(found.total_gross_price),
            total_net_price_with_discount: amount(found.total_net_price_with_discount),
            total_gross_price_with_discount: amount(found.total_gross_price_with_discount),
            insurance_requirement: found.insurance.map(|insurance| insurance.to_string()),
            insurance_used: found.insurance_used,
        }
    }
}

impl Limits {
    /// From one price to another, for people: without VAT, and with it.
    fn readable(&self, currency: &str) -> [Option<String>; 2] {
        let range = |min: &Option<String>, max: &Option<String>| {
            let shown = |limit: &Option<String>, none: &str| {
                limit
                    .as_deref()
                    .map_or_else(|| none.to_owned(), output::readable)
            };
            let known = min.is_some() || max.is_some();
            known.then(|| format!("{} – {} {currency}", shown(min, "0"), shown(max, "any")))
        };
        [
            range(&self.min_net_price, &self.max_net_price),
            range(&self.min_gross_price, &self.max_gross_price),
        ]
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: Vec<String>| (!items.is_empty()).then(|| items.join(", "));
        let periods = list(self.periods.iter().map(ToString::to_string).collect());
        let insurance = match InsuranceRequirement::from(self.insurance_requirement.as_str()) {
            InsuranceRequirement::Always => "always".to_owned(),
            InsuranceRequirement::Never => "never".to_owned(),
            InsuranceRequirement::Optional => "as the customer likes".to_owned(),
            other @ InsuranceRequirement::Unrecognised(_) => other.to_string(),
        };
        let possible = |flag: Option<bool>| {
            flag.map(|yes| if yes { "possible" } else { "not possible" }.to_owned())
        };
        let [net, gross] = self.limits.readable(&self.currency);
        output::facts(
            f,
            &[
                ("Model", Some(self.id.clone())),
                ("Name", Some(self.name.clone())),
                ("Periods", periods.map(|list| format!("{list} months"))),
                ("Price without VAT", net),
                ("Price with VAT", gross),
                ("Identified by", list(self.asset_identifier_types.clone())),
                ("Insurance", Some(insurance)),
                ("Trade-in", possible(self.trade_in_available)),
                ("Campaign", possible(self.campaign_discount_available)),
            ],
        )?;
        for category in &self.add_on_categories {
            let [net, _] = category.limits.readable(&self.currency);
            let limits = net.map_or_else(String::new, |net| format!(", {net} without VAT"));
            writeln!(f, "Along with it      {}{limits}", category.category_code)?;
        }
        Ok(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = |amount: &str| Some(format!("{} {}", output::readable(amount), self.currency));
        let maybe = |amount: &Option<String>| amount.as_deref().and_then(money);
        let insured = self
            .insurance_used
            .map(|used| if used { "in the payment" } else { "none" }.to_owned());
        output::facts(
            f,
            &[
                ("Period", Some(format!("{} months", self.period))),
                ("Monthly payment", money(&self.gross_monthly_payment)),
                ("  without VAT", maybe(&self.net_monthly_payment)),
                ("  VAT", maybe(&self.vat)),
                (
                    "  deducted monthly",
                    maybe(&self.net_monthly_payment_discount),
                ),
                ("Insurance", insured),
                ("Trade-in", maybe(&self.gross_trade_in_amount)),
                ("Campaign", maybe(&self.gross_campaign_discount)),
                ("Cart without VAT", maybe(&self.total_net_price)),
                ("Cart with VAT", maybe(&self.total_gross_price)),
                (
                    "  after deductions",
                    maybe(&self.total_gross_price_with_discount),
                ),
            ],
        )
    }
}
