use std::borrow::Cow;

use inbank_domain::{
    AddOn, AddOnCategory, AssetCategory, AssetIdentifiers, AssetModel, AssetModelId, Currency,
    Hero, InsuranceRequirement, Invalid, Money, Months, PriceLimits, Region, RentalCalculation,
    RentalRequest,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::number::{CalculatedNumber, MaybeNumber, Number, Whole};
use crate::dialect::decode;
use crate::failure::DecodeError;

type Text<'a> = Option<Cow<'a, str>>;

/// What is to be rented: the body of a calculation, and `rental_application_data` of a session.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request<'a> {
    period: Whole,
    // "If no value is passed in the request, default value true is used": always sent, and read so.
    #[serde(default = "insured")]
    insurance_used: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_trade_in_amount: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gross_campaign_discount: Option<Number>,
    assets: Vec<Asset<'a>>,
}

const fn insured() -> bool {
    true
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

const HERO: &str = "MODEL_BASED";
const ADD_ON: &str = "CATEGORY_BASED";

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
            insurance_used: request.insurance_used,
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
            model_id: Some(hero.model_id.as_str().into()),
            kind: HERO.into(),
        })
    }

    fn add_on(add_on: &'a AddOn, currency: Currency) -> Result<Self, Invalid> {
        Ok(Self {
            net_price: Number::of("net_price", add_on.net_price, currency)?,
            gross_price: Number::maybe("gross_price", add_on.gross_price, currency)?,
            category_code: Some(add_on.category.as_str().into()),
            model_name: Some(add_on.name.as_str().into()),
            model_id: add_on.model_id.as_ref().map(|id| id.as_str().into()),
            kind: ADD_ON.into(),
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
        request.insurance_used = self.insurance_used;
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
    fn into_hero(self, currency: Currency) -> Result<Hero, Invalid> {
        if self.kind != HERO {
            let problem = "must be MODEL_BASED: the hero comes first";
            return Err(Invalid::new("type", problem));
        }
        let model = needed("model_id", self.model_id)?;
        let price = self.net_price.money(currency);
        let mut hero = Hero::new(AssetModelId::parse(model)?, price);
        hero.name = self.model_name.map(Cow::into_owned);
        hero.category = self.category_code.as_deref().map(AssetCategory::from);
        hero.gross_price = self.gross_price.map(|number| number.money(currency));
        Ok(hero)
    }

    fn into_add_on(self, currency: Currency) -> Result<AddOn, Invalid> {
        if self.kind != ADD_ON {
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

/// *Rental Conditions*, answer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model<'a> {
    id: String,
    name: String,
    periods: Vec<Whole>,
    asset_identifier_types: Vec<String>,
    #[serde(default)]
    subscription_total_limits: Limits,
    insurance_requirement: String,
    trade_in_available: bool,
    campaign_discount_available: bool,
    #[serde(borrow, default)]
    add_on_categories: Vec<&'a RawValue>,
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
        let types = self.asset_identifier_types.iter();
        let mut model = AssetModel::new(
            AssetModelId::parse(self.id)?,
            self.name,
            InsuranceRequirement::from(self.insurance_requirement.as_str()),
            types.map(|text| text.as_str().into()).collect(),
        );
        let periods = self.periods.into_iter();
        let periods = periods.map(|whole| Months::new(u16::try_from(whole.0).unwrap_or_default()));
        model.periods = periods.collect::<Result<_, _>>()?;
        model.limits = self.subscription_total_limits.into_limits(currency);
        model.trade_in_available = self.trade_in_available;
        model.campaign_discount_available = self.campaign_discount_available;
        // The sample prints them as `{}`: the names are those of the request and of the limits
        // beside them. A list of which one can't be read refuses nothing.
        let categories = self.add_on_categories.into_iter().map(|raw| {
            let body = raw.get().as_bytes();
            let code = decode::<Category>(body).ok()?.category_code;
            let limits = decode::<Limits>(body).ok()?;
            let mut category = AddOnCategory::new(AssetCategory::from(code.as_str()));
            category.limits = limits.into_limits(currency);
            Some(category)
        });
        model.add_on_categories = categories.collect::<Option<_>>().unwrap_or_default();
        Ok(model)
    }
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

/// *Calculator*, answer. Its assets, `{}` in the sample, are not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    gross_monthly_payment: CalculatedNumber,
    vat: CalculatedNumber,
    net_monthly_payment: CalculatedNumber,
    gross_trade_in_amount: Option<CalculatedNumber>,
    gross_campaign_discount: Option<CalculatedNumber>,
    net_monthly_payment_discount: Option<CalculatedNumber>,
    total_net_price_with_discount: Option<CalculatedNumber>,
    total_gross_price_with_discount: Option<CalculatedNumber>,
    period: Whole,
    total_net_price: CalculatedNumber,
    total_gross_price: CalculatedNumber,
    insurance_requirement: Option<String>,
    insurance_used: Option<bool>,
}

impl Answer {
    /// The calculation, if it is about what was asked. What an answer leaves out doesn't contradict.
    pub(crate) fn into_calculation(
        self,
        request: &RentalRequest,
    ) -> Result<RentalCalculation, DecodeError> {
        if self.period.0 != u32::from(request.period.get()) {
            return Err(DecodeError::Another("period"));
        }
        if self.insurance_used.unwrap_or(request.insurance_used) != request.insurance_used {
            return Err(DecodeError::Another("insurance"));
        }
        let currency = request.hero().net_price.currency();
        let money = |number: CalculatedNumber| number.0.money(currency);
        let mut calculation = RentalCalculation::new(
            request.period,
            money(self.gross_monthly_payment),
            money(self.vat),
            money(self.net_monthly_payment),
            money(self.total_net_price),
            money(self.total_gross_price),
        );
        calculation.net_monthly_payment_discount = self.net_monthly_payment_discount.map(money);
        calculation.gross_trade_in_amount = self.gross_trade_in_amount.map(money);
        calculation.gross_campaign_discount = self.gross_campaign_discount.map(money);
        calculation.total_net_price_with_discount = self.total_net_price_with_discount.map(money);
        calculation.total_gross_price_with_discount =
            self.total_gross_price_with_discount.map(money);
        let insurance = self.insurance_requirement.as_deref();
        calculation.insurance = insurance.map(InsuranceRequirement::from);
        calculation.insurance_used = self.insurance_used;
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
