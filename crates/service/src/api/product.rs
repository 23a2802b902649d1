//! What can be offered for a cart.

use axum::Json;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use inbank::{
    Calculation, CalculationRequest, Detail, Language, Money, Months, PaymentDay, ProductCode,
    Quote,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Sent;
use super::caller::{Caller, Named};
use super::command::{model, product};
use super::problem::{Problem, Problems};
use crate::answer::{currency, digits};

/// A product's conditions, as far as the bank names them.
#[derive(Serialize, ToSchema)]
pub(super) struct ProductAnswer {
    code: String,
    name: String,
    currency: String,
    min_amount: Option<String>,
    max_amount: Option<String>,
    /// In months.
    periods: Vec<u16>,
    /// Days of the month.
    payment_days: Vec<u8>,
    requires_merchant_approval: Option<bool>,
    down_payment: Option<bool>,
    contract_signing_methods: Vec<String>,
    application_signing_methods: Vec<String>,
}

/// Describes a product. Kept for five minutes.
#[utoipa::path(get, operation_id = "show_product", path = "/v1/shops/{shop}/products/{code}", tag = "conditions",
    params(("shop" = String, Path, description = "The shop"), ("code" = String, Path, description = "The product's code")),
    responses((status = 200, description = "The product", body = ProductAnswer),
        Problems))]
pub(super) async fn show(
    caller: Caller,
    Named((shop, code)): Named<(String, String)>,
) -> Result<Json<ProductAnswer>, Problem> {
    let shop = caller.reads(&shop)?;
    let product = shop
        .product(&ProductCode::parse(code).map_err(|error| error.named("code"))?)
        .await?;
    let methods =
        |methods: &[inbank::SigningMethod]| methods.iter().map(ToString::to_string).collect();
    Ok(Json(ProductAnswer {
        code: product.code.to_string(),
        currency: shop.bank().region.currency.to_string(),
        min_amount: product.min_amount.map(digits),
        max_amount: product.max_amount.map(digits),
        periods: product.periods.iter().map(|period| period.get()).collect(),
        payment_days: product.payment_days.iter().map(|day| day.get()).collect(),
        requires_merchant_approval: product.requires_merchant_approval,
        down_payment: product.down_payment,
        contract_signing_methods: methods(&product.contract_signing),
        application_signing_methods: methods(&product.application_signing),
        name: product.name,
    }))
}

/// What is to be quoted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The product's code.
    #[schema(example = "hire_purchase")]
    product: String,
    /// The price, down payment included, in the region's currency.
    #[schema(example = "499.90")]
    amount: String,
    /// In months.
    #[schema(example = 12)]
    period: u16,
    /// The part of the amount that is paid at once.
    down_payment: Option<String>,
    /// The day of the month to pay on.
    payment_day: Option<u8>,
    /// The language of the representative example: cs, en, et, lt, lv, pl or ru; the region's without it.
    language: Option<String>,
}

/// Preliminary conditions, as the bank has calculated them.
#[derive(Serialize, ToSchema)]
pub(super) struct QuoteAnswer {
    product: String,
    amount: String,
    currency: String,
    period: u16,
    payment_amount_monthly: String,
    /// A fraction: `0.099` is 9.9 %.
    interest_rate_annual: String,
    /// The APRC, as a fraction.
    credit_cost_rate_annual: String,
    total_cost: String,
    total_cost_of_credit: String,
    /// What has to stand wherever the instalment is advertised (Directive (EU) 2023/2225).
    representative_example: Example,
}

/// The standard information, in a country's language.
#[derive(Serialize, ToSchema)]
pub(super) struct Example {
    language: &'static str,
    sentence: String,
    warning: &'static str,
    notice: &'static str,
    text: String,
}

/// Quotes a cart. Changes nothing at the bank.
#[utoipa::path(post, path = "/v1/shops/{shop}/quotes", tag = "conditions", request_body = Asked,
    params(("shop" = String, Path, description = "The shop")),
    responses((status = 200, description = "Preliminary conditions", body = QuoteAnswer),
        Problems))]
pub(super) async fn quote(
    caller: Caller,
    Named(shop): Named<String>,
    body: Sent,
) -> Result<Json<QuoteAnswer>, Problem> {
    let shop = caller.reads(&shop)?;
    let asked: Asked = body.json()?;
    let region = &shop.bank().region;
    let language = match asked.language.as_deref() {
        None => Language::of_region(region),
        Some(code) => code.parse()?,
    };
    let amount = Money::parse(&asked.amount, region.currency)?;
    amount.checked_coins()?;
    let product = product(asked.product)?;
    let ours = |invalid: inbank::Invalid| Problem::from(invalid).called(called);
    let period = Months::new(asked.period).map_err(ours)?;
    let request = CalculationRequest::new(region, product, amount, period);
    let mut request = request.map_err(ours)?;
    if let Some(part) = &asked.down_payment {
        let of_down_payment = |error: inbank::Invalid| error.named("down_payment");
        let part = Money::parse(part, region.currency).map_err(of_down_payment)?;
        part.checked_coins().map_err(of_down_payment)?;
        request = request.with_down_payment(part).map_err(of_down_payment)?;
    }
    request.payment_day = asked
        .payment_day
        .map(PaymentDay::new)
        .transpose()
        .map_err(ours)?;
    request.detail = Detail::Advanced;
    match shop.quote(&request).await? {
        Quote::Offered(calculation) => Ok(Json(QuoteAnswer::new(&calculation, language))),
        Quote::Unavailable(why) => Err(Problem::from(why).called(called)),
    }
}

/// What the service calls a field of the guide's calculation.
fn called(field: &str) -> String {
    let name = match field {
        "product_code" => "product",
        "down_payment_amount" => "down_payment",
        field => field.strip_prefix("credit_application.").unwrap_or(field),
    };
    name.to_owned()
}

impl QuoteAnswer {
    fn new(found: &Calculation, language: Language) -> Self {
        let example = found.representative_example();
        Self {
            product: found.product_code.to_string(),
            amount: digits(found.amount),
            currency: currency(found.amount),
            period: found.period.get(),
            payment_amount_monthly: digits(found.monthly_payment),
            interest_rate_annual: found.interest_rate.fraction().to_string(),
            credit_cost_rate_annual: found.aprc.fraction().to_string(),
            total_cost: digits(found.total_cost),
            total_cost_of_credit: digits(found.cost_of_credit),
            representative_example: Example {
                language: language.code(),
                sentence: example.sentence(language),
                warning: example.warning(language),
                notice: example.notice(language),
                text: example.text(language),
            },
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Model {
    /// The product's code.
    product: String,
    /// The model's European article number; or its code.
    ean: Option<String>,
    /// The code that the manufacturer gives the model.
    manufacturer_code: Option<String>,
}

/// The conditions of renting a model.
#[derive(Serialize, ToSchema)]
pub(super) struct ModelAnswer {
    /// Goes into the cart as the hero's.
    id: String,
    name: String,
    /// In months.
    periods: Vec<u16>,
    currency: String,
    min_net_price: Option<String>,
    max_net_price: Option<String>,
    /// By which the device is told when it is handed over.
    asset_identifier_types: Vec<String>,
    insurance_requirement: String,
}

/// Reads the conditions of renting a model.
#[utoipa::path(get, path = "/v1/shops/{shop}/rental-models", tag = "conditions",
    params(("shop" = String, Path, description = "The shop"), Model),
    responses((status = 200, description = "The model", body = ModelAnswer),
        Problems))]
pub(super) async fn rental_model(
    caller: Caller,
    Named(shop): Named<String>,
    wanted: Result<Query<Model>, QueryRejection>,
) -> Result<Json<ModelAnswer>, Problem> {
    let shop = caller.reads(&shop)?;
    let Query(wanted) = wanted.map_err(|_| {
        Problem::malformed(
            "the query needs `product`, and `ean` or `manufacturer_code`, and nothing else",
        )
    })?;
    let product = product(wanted.product)?;
    let identifier = model(wanted.ean, wanted.manufacturer_code)?;
    let model = shop.rental_model(&product, &identifier).await?;
    Ok(Json(ModelAnswer {
        id: model.id.to_string(),
        periods: model.periods.iter().map(|period| period.get()).collect(),
        currency: shop.bank().region.currency.to_string(),
        min_net_price: model.limits.min_net.map(digits),
        max_net_price: model.limits.max_net.map(digits),
        asset_identifier_types: model
            .identifier_types
            .iter()
            .map(ToString::to_string)
            .collect(),
        insurance_requirement: model.insurance.to_string(),
        name: model.name,
    }))
}
