use inbank_domain::{
    Currency, Invalid, Money, Months, PaymentDay, Product, ProductCode, ProductFamily,
    SigningMethod,
};
use serde::Deserialize;

use super::lenient::{LONGEST_TEXT, Lenient, List, says_something};
use super::moment::Day;
use super::number::{MaybeFlag, MaybeNumber, TextOrNumber, Whole};

/// A product; facts beyond the guides say that its limits stand inside `parameters`, field lists
/// that they stand beside it, so both are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    code: String,
    #[serde(default)]
    name: Lenient<TextOrNumber>,
    #[serde(default, rename = "type")]
    kind: Lenient<String>,
    // Where both stand, `type` is `loan` and `subtype` the family.
    #[serde(default)]
    subtype: Lenient<String>,
    #[serde(default)]
    valid_to: Lenient<Day>,
    #[serde(default)]
    parameters: Lenient<Parameters>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parameters {
    #[serde(default)]
    min_amount: MaybeNumber,
    #[serde(default)]
    max_amount: MaybeNumber,
    #[serde(default)]
    period_options: List<Whole>,
    #[serde(default)]
    payment_day_options: List<Whole>,
    #[serde(default)]
    contract_activation_requires_partner_approval: MaybeFlag,
    #[serde(default)]
    application_required_params: List<String>,
    #[serde(default)]
    allowed_application_signing_methods: List<String>,
    #[serde(default)]
    allowed_contract_signing_methods: List<String>,
    #[serde(default)]
    down_payment_enabled: MaybeFlag,
    #[serde(default)]
    down_payment_min_prc: Lenient<MaybeNumber>,
    #[serde(default)]
    min_financeable_amount: Lenient<MaybeNumber>,
    #[serde(default)]
    max_financeable_amount: Lenient<MaybeNumber>,
    #[serde(default)]
    default_period: Lenient<MaybeNumber>,
    #[serde(default)]
    default_payment_day: Lenient<MaybeNumber>,
    #[serde(default)]
    blue_media_verification_required: MaybeFlag,
}

/// The names of the list inside the parameters, or else of the one beside them; `"null"` is none.
fn names(inside: List<String>, beside: List<String>) -> Vec<String> {
    let names = |list: List<String>| {
        let names = list.0.into_iter().map(|name| name.trim().to_owned());
        let names = names.filter(|name| says_something(name) && name.len() <= LONGEST_TEXT);
        names.take(MOST_NAMES).collect::<Vec<_>>()
    };
    let inside = names(inside);
    if inside.is_empty() {
        names(beside)
    } else {
        inside
    }
}

/// They end up in errors, and requests have far fewer fields.
const MOST_NAMES: usize = 200;

impl Details {
    /// The product, with `beside` read from the level above its parameters.
    pub(crate) fn into_product(
        self,
        beside: Parameters,
        currency: Currency,
    ) -> Result<Product, Invalid> {
        let (subtype, kind) = (self.subtype.word("subtype"), self.kind.word("type"));
        let family = ProductFamily::from(&*subtype.or(kind).unwrap_or_default());
        let name = self.name.text("name").unwrap_or_default();
        let mut product = Product::new(ProductCode::parse(self.code.trim())?, name, family);
        let inside = self.parameters.take("parameters").unwrap_or_default();
        let money = |amount: Option<_>| amount.map(|amount| Money::new(amount, currency));
        product.min_amount = money(inside.min_amount.0.or(beside.min_amount.0));
        product.max_amount = money(inside.max_amount.0.or(beside.max_amount.0));
        let either = |inside: List<Whole>, beside: List<Whole>| {
            let list = if inside.0.is_empty() { beside } else { inside };
            list.0.into_iter()
        };
        product.periods = either(inside.period_options, beside.period_options)
            .filter_map(|whole| {
                u16::try_from(whole.0)
                    .ok()
                    .and_then(|n| Months::new(n).ok())
            })
            .collect();
        product.payment_days = either(inside.payment_day_options, beside.payment_day_options)
            .filter_map(|whole| {
                u8::try_from(whole.0)
                    .ok()
                    .and_then(|n| PaymentDay::new(n).ok())
            })
            .collect();
        product.requires_merchant_approval = inside
            .contract_activation_requires_partner_approval
            .0
            .or(beside.contract_activation_requires_partner_approval.0);
        product.required_parameters = names(
            inside.application_required_params,
            beside.application_required_params,
        );
        product.application_signing = methods(
            inside.allowed_application_signing_methods,
            beside.allowed_application_signing_methods,
        );
        product.contract_signing = methods(
            inside.allowed_contract_signing_methods,
            beside.allowed_contract_signing_methods,
        );
        product.down_payment = inside
            .down_payment_enabled
            .0
            .or(beside.down_payment_enabled.0);
        let number = |inside: Lenient<MaybeNumber>, beside: Lenient<MaybeNumber>, field| {
            let read = |number: Lenient<MaybeNumber>| number.take(field)?.0;
            read(inside).or_else(|| read(beside))
        };
        product.min_down_payment = number(
            inside.down_payment_min_prc,
            beside.down_payment_min_prc,
            "down_payment_min_prc",
        );
        product.min_financed = money(number(
            inside.min_financeable_amount,
            beside.min_financeable_amount,
            "min_financeable_amount",
        ));
        product.max_financed = money(number(
            inside.max_financeable_amount,
            beside.max_financeable_amount,
            "max_financeable_amount",
        ));
        let period = number(
            inside.default_period,
            beside.default_period,
            "default_period",
        );
        product.default_period = period
            .and_then(|number| u16::try_from(number).ok())
            .and_then(|number| Months::new(number).ok());
        let day = number(
            inside.default_payment_day,
            beside.default_payment_day,
            "default_payment_day",
        );
        product.default_payment_day = day
            .and_then(|number| u8::try_from(number).ok())
            .and_then(|number| PaymentDay::new(number).ok());
        product.requires_verification = inside
            .blue_media_verification_required
            .0
            .or(beside.blue_media_verification_required.0);
        product.valid_to = self.valid_to.take("valid_to").map(|day| day.0);
        Ok(product)
    }
}

fn methods(inside: List<String>, beside: List<String>) -> Vec<SigningMethod> {
    let names = names(inside, beside);
    let methods = names.iter().map(|name| SigningMethod::from(name.as_str()));
    methods.collect()
}
