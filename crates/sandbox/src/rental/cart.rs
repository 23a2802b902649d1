//! The cart that a customer wants to rent: the body of a calculation, and the rental part of a session.

use rust_decimal::{Decimal, dec, prelude::ToPrimitive};
use serde_json::value::RawValue;

use super::{
    Rental,
    calculation::{Quote, Terms, cents, vat_rate},
    model::{AssetModel, InsuranceRequirement},
    problem::{Broken, Problems},
};
use crate::{
    answer::{Name, Node, known},
    bank::Bank,
    document::{Document, exact},
    region::Region,
};

/// The categories of main devices. What is left of the public list goes along with one.
const DEVICES: [&str; 4] = ["phone", "tablet", "computer", "watch"];

/// A piece of a cart.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    model_id: Option<String>,
    model_name: Option<String>,
    category_code: Option<String>,
    model_based: bool,
    given_gross: Option<Decimal>,
    /// The name for the customer to read.
    pub(crate) name: String,
    pub(crate) net: Decimal,
    pub(crate) gross: Decimal,
}

impl Asset {
    /// As it was submitted; the calculation fills the gross price in.
    pub(super) fn node(&self, gross: Option<Decimal>) -> Node {
        let kind = if self.model_based {
            "MODEL_BASED"
        } else {
            "CATEGORY_BASED"
        };
        let optional = [
            ("gross_price", gross.or(self.given_gross).map(Node::Number)),
            ("category_code", self.category_code.clone().map(Node::from)),
            ("model_name", self.model_name.clone().map(Node::from)),
            ("model_id", self.model_id.clone().map(Node::from)),
        ];
        let mut fields: Vec<(Name, Node)> =
            known([("net_price", Node::Number(self.net))]).collect();
        fields.extend(
            optional
                .into_iter()
                .filter_map(|(name, node)| Some((Name::Known(name), node?))),
        );
        fields.extend(known([("type", kind.into())]));
        Node::Object(fields)
    }
}

/// Reads the fields of a cart, in the names of the document's version.
pub(super) fn read(
    document: &mut Document<'_>,
    bank: &Bank,
    problems: &mut Problems,
) -> Option<Rental> {
    let vat = vat_rate(bank.region, bank.now().date());
    let period = number(document, "", "period", problems).and_then(|period| {
        let whole = period.is_integer().then(|| period.to_u32()).flatten();
        if whole.is_none() {
            problems.constraint("period", Broken::Invalid);
        }
        whole
    });
    let insurance = flag(document, "insurance_used", problems);
    let trade_in = deduction(document, "gross_trade_in_amount", problems);
    let campaign = deduction(document, "gross_campaign_discount", problems);
    let items = match document.raw("assets") {
        None => {
            problems.constraint("assets", Broken::Empty);
            Vec::new()
        }
        Some(raw) => list(raw, "assets", problems),
    };
    let read: Vec<_> = items
        .into_iter()
        .enumerate()
        .filter_map(|(position, item)| {
            let path = format!("assets[{position}]");
            let Some(mut item) = Document::parse(item.get(), document.dialect()) else {
                problems.constraint(path, Broken::Invalid);
                return None;
            };
            let asset = read_asset(&mut item, &format!("{path}."), vat, problems);
            misspelt(&item, &format!("{path}."), problems);
            asset
        })
        .collect();
    misspelt(document, "", problems);
    if problems.refusal().is_some() {
        return None;
    }
    let (period, model) = (period?, hero(&read, bank.region, problems)?);
    // The guide's default is insurance; for a model that is never insured, silence can only mean none.
    let insured = insurance.unwrap_or(model.insurance_requirement != InsuranceRequirement::Never);
    let prices: Vec<_> = read.iter().map(|asset| (asset.net, asset.gross)).collect();
    let deductions = trade_in.unwrap_or_default() + campaign.unwrap_or_default();
    let quote = Quote::new(
        &prices,
        Terms {
            period,
            insured,
            deductions,
            vat_rate: vat,
        },
    );
    check_terms(model, period, insured, problems);
    let given = |amount: Option<Decimal>| amount.is_some_and(|amount| !amount.is_zero());
    problems.rule(
        model.trade_in_available || !given(trade_in),
        "TRADE_IN_NOT_AVAILABLE",
        "trade-in is not available for the model",
    );
    problems.rule(
        model.campaign_discount_available || !given(campaign),
        "CAMPAIGN_DISCOUNT_NOT_AVAILABLE",
        "campaign discount is not available for the model",
    );
    // "Minimum and maximum product price values" (Rental Conditions): the device's, whatever goes along with it.
    problems.rule(
        read.first()
            .is_none_or(|device| model.limits.allow(device.net, device.gross)),
        "SUBSCRIPTION_TOTAL_LIMITS_VIOLATED",
        "price is outside the limits of the model",
    );
    problems.rule(
        quote.total_gross_with_discount > Decimal::ZERO,
        "DEDUCTIONS_TOO_HIGH",
        "trade-in and campaign discount leave nothing to rent",
    );
    check_add_ons(model, read.get(1..).unwrap_or_default(), problems);
    if problems.refusal().is_some() {
        return None;
    }
    Some(Rental {
        model,
        period,
        insurance_used: insured,
        trade_in,
        campaign,
        assets: read,
        quote,
        identifiers: Vec::new(),
    })
}

/// The main device: the first piece and the only one, and of a model, since nothing else tells which identifiers it has.
///
/// The guide's own sample puts a tablet under `computer`, so the category of a piece that names its model is not held against it.
fn hero(assets: &[Asset], region: Region, problems: &mut Problems) -> Option<&'static AssetModel> {
    let is_device = |asset: &Asset| {
        let category = asset.category_code.as_deref().unwrap_or_default();
        asset.model_based || DEVICES.contains(&category)
    };
    let devices = assets.iter().filter(|asset| is_device(asset)).count();
    let first = assets.first()?;
    problems.rule(
        devices == 1 && first.model_based,
        "HERO_ASSET_NOT_VALID",
        "exactly one main device is expected, by its model and before everything else",
    );
    problems.rule(
        region == Region::Latvia
            || assets
                .iter()
                .all(|asset| asset.category_code.as_deref() != Some("copying_fee")),
        "CATEGORY_NOT_ALLOWED",
        "copying_fee is not available in this country",
    );
    let model = first.model_id.as_deref().and_then(AssetModel::by_id);
    problems.rule(
        model.is_some() || !first.model_based,
        super::MODEL_NOT_FOUND,
        "asset model not found",
    );
    model
}

fn check_terms(model: &AssetModel, period: u32, insured: bool, problems: &mut Problems) {
    problems.rule(
        model.periods.contains(&period),
        "PERIOD_NOT_ALLOWED",
        "the model is not rented for this period",
    );
    problems.rule(
        insured || model.insurance_requirement != InsuranceRequirement::Always,
        "INSURANCE_REQUIRED",
        "insurance is always applied to the model",
    );
    problems.rule(
        !insured || model.insurance_requirement != InsuranceRequirement::Never,
        "INSURANCE_NOT_AVAILABLE",
        "insurance is never applied to the model",
    );
}

fn check_add_ons(model: &AssetModel, assets: &[Asset], problems: &mut Problems) {
    for asset in assets {
        let category = model
            .add_on_categories
            .iter()
            .find(|category| Some(category.category_code) == asset.category_code.as_deref());
        problems.rule(
            category.is_some(),
            "CATEGORY_NOT_ALLOWED",
            "the category cannot be rented along with the model",
        );
        problems.rule(
            category.is_none_or(|category| category.limits.allow(asset.net, asset.gross)),
            "ADD_ON_LIMITS_VIOLATED",
            "the price is outside the limits of its category",
        );
    }
}

/// `MODEL_BASED` needs the model, `CATEGORY_BASED` a category and a name.
fn read_asset(
    item: &mut Document<'_>,
    path: &str,
    vat: Decimal,
    problems: &mut Problems,
) -> Option<Asset> {
    let kind = text(item, path, "type", true, problems);
    let model_based = kind.as_deref() == Some("MODEL_BASED");
    let category_based = kind.as_deref() == Some("CATEGORY_BASED");
    if kind.is_some() && !model_based && !category_based {
        problems.constraint(format!("{path}type"), Broken::Invalid);
    }
    let model_id = text(item, path, "model_id", model_based, problems);
    let model_name = text(item, path, "model_name", category_based, problems);
    let category_code = text(item, path, "category_code", category_based, problems);
    let known_category = category_code.as_deref().is_none_or(|code| {
        DEVICES.contains(&code) || matches!(code, "add_on" | "copying_fee" | "shipping_fee")
    });
    if !known_category {
        problems.constraint(format!("{path}category_code"), Broken::Invalid);
    }
    let net = number(item, path, "net_price", problems);
    let given_gross = optional_number(item, path, "gross_price", problems);
    let net = net?;
    if net <= Decimal::ZERO {
        problems.constraint(format!("{path}net_price"), Broken::Invalid);
    }
    // A cent of difference is a matter of rounding; more is another rate of VAT.
    let with_vat = net * (Decimal::ONE + vat);
    if given_gross.is_some_and(|gross| (gross - with_vat).abs() > dec!(0.01)) {
        problems.constraint(format!("{path}gross_price"), Broken::Invalid);
    }
    let model = model_id.as_deref().and_then(AssetModel::by_id);
    let name = model_name
        .clone()
        .or_else(|| model.map(|model| model.name.to_owned()));
    Some(Asset {
        model_id,
        model_name,
        category_code,
        model_based,
        given_gross,
        name: name.unwrap_or_default(),
        net,
        gross: given_gross.unwrap_or_else(|| cents(with_vat)),
    })
}

pub(super) fn text(
    document: &mut Document<'_>,
    path: &str,
    name: &'static str,
    required: bool,
    problems: &mut Problems,
) -> Option<String> {
    let full = || format!("{path}{name}");
    let Some(raw) = document.raw(name) else {
        if required {
            problems.constraint(full(), Broken::Blank);
        }
        return None;
    };
    let Ok(text) = serde_json::from_str::<String>(raw.get()) else {
        problems.constraint(full(), Broken::Invalid);
        return None;
    };
    if required && text.trim().is_empty() {
        problems.constraint(full(), Broken::Blank);
        return None;
    }
    Some(text)
}

/// A number or a numeric string, as everywhere in the API.
fn optional_number(
    document: &mut Document<'_>,
    path: &str,
    name: &'static str,
    problems: &mut Problems,
) -> Option<Decimal> {
    let value = exact(document.raw(name)?);
    // Larger ones than any limit would not fit into the calculation.
    let value = value.filter(|value| value.abs() < dec!(1_000_000_000));
    if value.is_none() {
        problems.constraint(format!("{path}{name}"), Broken::Invalid);
    }
    value
}

fn number(
    document: &mut Document<'_>,
    path: &str,
    name: &'static str,
    problems: &mut Problems,
) -> Option<Decimal> {
    if !document.has(name) {
        problems.constraint(format!("{path}{name}"), Broken::Null);
    }
    optional_number(document, path, name, problems)
}

fn deduction(
    document: &mut Document<'_>,
    name: &'static str,
    problems: &mut Problems,
) -> Option<Decimal> {
    let amount = optional_number(document, "", name, problems)?;
    if amount < Decimal::ZERO {
        problems.constraint(name, Broken::Invalid);
    }
    Some(amount)
}

fn flag(document: &mut Document<'_>, name: &'static str, problems: &mut Problems) -> Option<bool> {
    let value = serde_json::from_str(document.raw(name)?.get()).ok();
    if value.is_none() {
        problems.constraint(name, Broken::Invalid);
    }
    value
}

pub(super) fn list<'a>(
    raw: &'a RawValue,
    path: &str,
    problems: &mut Problems,
) -> Vec<&'a RawValue> {
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
        problems.constraint(path, Broken::Invalid);
        return Vec::new();
    };
    if items.is_empty() {
        problems.constraint(path, Broken::Empty);
    }
    items
}

pub(super) fn misspelt(document: &Document<'_>, path: &str, problems: &mut Problems) {
    for name in document.misspelt() {
        problems.constraint(format!("{path}{name}"), Broken::Invalid);
    }
}
