use std::borrow::Cow;

use inbank_domain::{
    AddOn, AddOnCategory, AssetCategory, AssetIdentifiers, AssetModel, AssetModelId, Currency,
    Hero, InsuranceRequirement, Invalid, ModelIdentifier, Money, Months, PriceLimits, Region,
    RentalCalculation, RentalRequest,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::absent;
use super::lenient::{Lenient, List};
use super::number::{CalculatedNumber, Flag, MaybeFlag, MaybeNumber, Number, TextOrNumber, Whole};
use crate::dialect::decode;
use crate::failure::DecodeError;

type Text<'a> = Option<Cow<'a, str>>;

/// What is to be rented: the body of a calculation, and `rental_application_data` of a session.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request<'a> {
    period: Whole,
    // "If no value is passed in the request, default value true is used": always sent, and read so.
    #[serde(default)]
    insurance_used: Option<Flag>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_trade_in_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_campaign_discount: Option<Number>,
    #[serde(deserialize_with = "absent::or_default")]
    assets: Vec<Asset<'a>>,
}

/// `assets[n]`; the first is the hero.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Asset<'a> {
    net_price: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_price: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category_code: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_name: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model_id: Text<'a>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
}

const BY_MODEL: &str = "MODEL_BASED";
const BY_CATEGORY: &str = "CATEGORY_BASED";

impl<'a> Request<'a> {
    /// For a document whose amounts are in a currency.
    pub(crate) fn new(request: &'a RentalRequest, currency: Currency) -> Result<Self, Invalid> {
        let number = |field, amount| Number::maybe(field, amount, currency);
        let hero = std::iter::once(Asset::hero(request.hero(), currency));
        let add_ons = request.add_ons().iter();
        let add_ons = add_ons.map(|add_on| Asset::add_on(add_on, currency));
        let assets = hero
            .chain(add_ons)
            .enumerate()
            .map(|(n, asset)| asset.map_err(|error| error.inside(&format!("assets[{n}]"))));
        Ok(Self {
            period: Whole(request.period.get().into()),
            insurance_used: Some(Flag(request.insurance_used)),
            gross_trade_in_amount: number("gross_trade_in_amount", request.trade_in())?,
            gross_campaign_discount: number(
                "gross_campaign_discount",
                request.campaign_discount(),
            )?,
            assets: assets.collect::<Result<_, _>>()?,
        })
    }
}

impl<'a> Asset<'a> {
    fn hero(hero: &'a Hero, currency: Currency) -> Result<Self, Invalid> {
        Ok(Self {
            net_price: Number::of("net_price", hero.net_price, currency)?,
            gross_price: Number::maybe("gross_price", hero.gross_price, currency)?,
            category_code: hero.category.as_ref().map(|c| c.as_str().into()),
            model_name: hero.name.as_deref().map(Into::into),
            model_id: hero.model_id.as_ref().map(|id| id.as_str().into()),
            kind: hero
                .model_id
                .as_ref()
                .map_or(BY_CATEGORY, |_| BY_MODEL)
                .into(),
        })
    }

    fn add_on(add_on: &'a AddOn, currency: Currency) -> Result<Self, Invalid> {
        Ok(Self {
            net_price: Number::of("net_price", add_on.net_price, currency)?,
            gross_price: Number::maybe("gross_price", add_on.gross_price, currency)?,
            category_code: Some(add_on.category.as_str().into()),
            model_name: Some(add_on.name.as_str().into()),
            model_id: add_on.model_id.as_ref().map(|id| id.as_str().into()),
            kind: BY_CATEGORY.into(),
        })
    }
}

impl Request<'_> {
    /// The request that a partner's own document stands for, its prices in a currency.
    pub(crate) fn into_rental(
        self,
        region: &Region,
        currency: Currency,
    ) -> Result<RentalRequest, Invalid> {
        let months = u16::try_from(self.period.0);
        let months = months.map_err(|_| Invalid::new("period", "must be a number of months"))?;
        let period = Months::new(months)?;
        let mut assets = self.assets.into_iter();
        let hero = assets.next().ok_or_else(|| {
            Invalid::new("assets", "must have the hero, the device that is rented")
        })?;
        let hero = hero.into_hero(currency);
        let hero = hero.map_err(|error| error.inside("assets[0]"))?;
        let add_ons = assets.enumerate().map(|(n, asset)| {
            let add_on = asset.into_add_on(currency);
            add_on.map_err(|error| error.inside(&format!("assets[{}]", n + 1)))
        });
        let add_ons = add_ons.collect::<Result<_, _>>()?;
        let mut request = RentalRequest::new(region, period, hero, add_ons)?;
        request.insurance_used = self.insurance_used.is_none_or(|flag| flag.0);
        if let Some(amount) = self.gross_trade_in_amount {
            request = request.with_trade_in(amount.money(currency))?;
        }
        if let Some(amount) = self.gross_campaign_discount {
            request = request.with_campaign_discount(amount.money(currency))?;
        }
        Ok(request)
    }
}

impl Asset<'_> {
    /// The device: by its model, or by a category of devices. Whether a category is one is said of its
    /// type: what goes along with a device may stand anywhere but first.
    fn into_hero(self, currency: Currency) -> Result<Hero, Invalid> {
        let price = self.net_price.money(currency);
        let category = self.category_code.as_deref().map(AssetCategory::from);
        let mut hero = match &*self.kind {
            BY_MODEL => {
                let model = needed("model_id", self.model_id)?;
                Hero::new(AssetModelId::parse(model)?, price)
            }
            BY_CATEGORY if category.as_ref().is_some_and(AssetCategory::is_device) => {
                let category = needed("category_code", self.category_code)?;
                let name = needed("model_name", self.model_name.clone())?;
                Hero::of_category(name, AssetCategory::from(&*category), price)
            }
            _ => {
                let problem = "must be MODEL_BASED, or CATEGORY_BASED with a category of devices: the hero comes first";
                return Err(Invalid::new("type", problem));
            }
        };
        hero.name = self.model_name.map(Cow::into_owned);
        hero.category = category;
        hero.gross_price = self.gross_price.map(|number| number.money(currency));
        Ok(hero)
    }

    fn into_add_on(self, currency: Currency) -> Result<AddOn, Invalid> {
        if self.kind != BY_CATEGORY {
            let problem = "must be CATEGORY_BASED: the first asset is the one hero";
            return Err(Invalid::new("type", problem));
        }
        let category = needed("category_code", self.category_code)?;
        let name = needed("model_name", self.model_name)?;
        let price = self.net_price.money(currency);
        let mut add_on = AddOn::new(name, AssetCategory::from(&*category), price);
        add_on.model_id = self.model_id.map(AssetModelId::parse).transpose()?;
        add_on.gross_price = self.gross_price.map(|number| number.money(currency));
        Ok(add_on)
    }
}

fn needed<'a>(field: &'static str, text: Text<'a>) -> Result<Cow<'a, str>, Invalid> {
    text.ok_or_else(|| Invalid::new(field, "must be there for an asset of this type"))
}

/// *Rental Conditions*, answer. Its `id` is what a cart needs; everything else is a help.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model<'a> {
    id: String,
    #[serde(default)]
    name: Lenient<TextOrNumber>,
    #[serde(default)]
    periods: List<Whole>,
    #[serde(default)]
    identifiers: List<KnownBy>,
    #[serde(default)]
    asset_identifier_types: List<String>,
    #[serde(default)]
    subscription_total_limits: Lenient<Limits>,
    #[serde(default)]
    insurance_requirement: Lenient<String>,
    #[serde(default)]
    trade_in_available: MaybeFlag,
    #[serde(default)]
    campaign_discount_available: MaybeFlag,
    #[serde(borrow, default)]
    add_on_categories: Option<&'a RawValue>,
}

/// `identifiers[n]`, `{}` in the sample: the names are those of the request.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KnownBy {
    #[serde(default)]
    identifier_type: Lenient<String>,
    #[serde(default, rename = "type")]
    kind: Lenient<String>,
    #[serde(default)]
    identifier: Lenient<TextOrNumber>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Limits {
    #[serde(default)]
    min_net_price: MaybeNumber,
    #[serde(default)]
    max_net_price: MaybeNumber,
    #[serde(default)]
    min_gross_price: MaybeNumber,
    #[serde(default)]
    max_gross_price: MaybeNumber,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    category_code: String,
}

impl Model<'_> {
    pub(crate) fn into_model(self, currency: Currency) -> Result<AssetModel, Invalid> {
        let insurance = self.insurance_requirement.word("insuranceRequirement");
        let types = self.asset_identifier_types.0.iter();
        let mut model = AssetModel::new(
            AssetModelId::parse(self.id.trim())?,
            self.name.text("name").unwrap_or_default(),
            // An unknown word refuses nothing.
            InsuranceRequirement::from(&*insurance.unwrap_or_default()),
            types.map(|text| text.as_str().into()).collect(),
        );
        let periods = self.periods.0.into_iter();
        let periods = periods.filter_map(|whole| Months::new(u16::try_from(whole.0).ok()?).ok());
        model.periods = periods.collect();
        let identifiers = self.identifiers.0.into_iter().filter_map(|known| {
            let kind = known.identifier_type.word("identifierType");
            let kind = kind.or_else(|| known.kind.word("type"))?;
            let text = known.identifier.take("identifier")?;
            ModelIdentifier::named(&kind, &text.0)
        });
        model.identifiers = identifiers.collect();
        let limits = self
            .subscription_total_limits
            .take("subscriptionTotalLimits");
        model.limits = limits.unwrap_or_default().into_limits(currency);
        model.trade_in_available = self.trade_in_available.0;
        model.campaign_discount_available = self.campaign_discount_available.0;
        let categories = self.add_on_categories.and_then(|raw| {
            let list = serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok()?;
            add_on_categories(&list, currency)
        });
        model.add_on_categories = categories.unwrap_or_default();
        Ok(model)
    }
}

/// The sample prints them as `{}`: the names are those of the request and of the limits beside them. A
/// list of which one can't be read refuses nothing.
fn add_on_categories(list: &[&RawValue], currency: Currency) -> Option<Vec<AddOnCategory>> {
    let categories = list.iter().map(|raw| {
        let body = raw.get().as_bytes();
        let code = decode::<Category>(body).ok()?.category_code;
        let limits = decode::<Limits>(body).ok()?;
        let mut category = AddOnCategory::new(AssetCategory::from(code.as_str()));
        category.limits = limits.into_limits(currency);
        Some(category)
    });
    categories.collect()
}

impl Limits {
    fn into_limits(self, currency: Currency) -> PriceLimits {
        let money = |number: MaybeNumber| number.0.map(|amount| Money::new(amount, currency));
        let mut limits = PriceLimits::default();
        limits.min_net = money(self.min_net_price);
        limits.max_net = money(self.max_net_price);
        limits.min_gross = money(self.min_gross_price);
        limits.max_gross = money(self.max_gross_price);
        limits
    }
}

/// *Calculator*, answer: it is read for the monthly payment. Its assets, `{}` in the sample, are not
/// read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    gross_monthly_payment: CalculatedNumber,
    #[serde(default)]
    vat: Lenient<CalculatedNumber>,
    #[serde(default)]
    net_monthly_payment: Lenient<CalculatedNumber>,
    #[serde(default)]
    gross_trade_in_amount: Lenient<CalculatedNumber>,
    #[serde(default)]
    gross_campaign_discount: Lenient<CalculatedNumber>,
    #[serde(default)]
    net_monthly_payment_discount: Lenient<CalculatedNumber>,
    #[serde(default)]
    total_net_price_with_discount: Lenient<CalculatedNumber>,
    #[serde(default)]
    total_gross_price_with_discount: Lenient<CalculatedNumber>,
    #[serde(default)]
    period: Lenient<Whole>,
    #[serde(default)]
    total_net_price: Lenient<CalculatedNumber>,
    #[serde(default)]
    total_gross_price: Lenient<CalculatedNumber>,
    #[serde(default)]
    insurance_requirement: Lenient<String>,
    #[serde(default)]
    insurance_used: MaybeFlag,
}

impl Answer {
    /// The calculation, if it is about what was asked. What an answer leaves out doesn't contradict.
    pub(crate) fn into_calculation(
        self,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, DecodeError> {
        let asked = u32::from(request.period.get());
        if self
            .period
            .take("period")
            .is_some_and(|period| period.0 != asked)
        {
            return Err(DecodeError::Another("period"));
        }
        let insured = self.insurance_used.0;
        if insured.is_some_and(|insured| insured != request.insurance_used) {
            return Err(DecodeError::Another("insurance"));
        }
        let currency = request.hero().net_price.currency();
        let money = |number: Lenient<CalculatedNumber>, field| {
            number.take(field).map(|number| number.0.money(currency))
        };
        let monthly = self.gross_monthly_payment.0.money(currency);
        let mut calculation = RentalCalculation::new(request.period, monthly);
        calculation.vat = money(self.vat, "vat");
        calculation.net_monthly_payment = money(self.net_monthly_payment, "netMonthlyPayment");
        calculation.net_monthly_payment_discount = money(
            self.net_monthly_payment_discount,
            "netMonthlyPaymentDiscount",
        );
        calculation.gross_trade_in_amount = money(self.gross_trade_in_amount, "grossTradeInAmount");
        calculation.gross_campaign_discount =
            money(self.gross_campaign_discount, "grossCampaignDiscount");
        calculation.total_net_price = money(self.total_net_price, "totalNetPrice");
        calculation.total_gross_price = money(self.total_gross_price, "totalGrossPrice");
        calculation.total_net_price_with_discount = money(
            self.total_net_price_with_discount,
            "totalNetPriceWithDiscount",
        );
        calculation.total_gross_price_with_discount = money(
            self.total_gross_price_with_discount,
            "totalGrossPriceWithDiscount",
        );
        let insurance = self.insurance_requirement.word("insuranceRequirement");
        calculation.insurance = insurance.as_deref().map(InsuranceRequirement::from);
        calculation.insurance_used = insured;
        let other = |told: Option<Money>, asked: Option<Money>| {
            let amount = |money: Option<Money>| money.map(|m| m.amount()).unwrap_or_default();
            amount(told.or(asked)) != amount(asked)
        };
        if other(calculation.gross_trade_in_amount, request.trade_in())
            || other(
                calculation.gross_campaign_discount,
                request.campaign_discount(),
            )
        {
            return Err(DecodeError::Another("deduction"));
        }
        Ok(calculation)
    }
}

/// *Asset Identifier assignment*: a list of these, as the curl has it; the table has an object round
/// it, but the bank's own error texts speak of `resources[0]`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identifier<'a> {
    identifier_type: &'static str,
    identifier: &'a str,
}

impl<'a> Identifier<'a> {
    pub(crate) fn all(identifiers: &'a AssetIdentifiers) -> Vec<Self> {
        let imei = identifiers.imei.as_ref().map(|imei| Self {
            identifier_type: "IMEI",
            identifier: imei.expose(),
        });
        let serial = identifiers.serial_number.as_ref().map(|number| Self {
            identifier_type: "SERIAL_NUMBER",
            identifier: number.expose(),
        });
        imei.into_iter().chain(serial).collect()
    }
}

#[cfg(test)]
mod tests;
