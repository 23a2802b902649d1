use anyhow::{Context as _, Result, ensure};
use inbank::{
    AddOn, AssetCategory, AssetModel, Hero, Invalid, Money, Months, Region, RentalRequest,
};
use inbank_sandbox::{AssetModel as CatalogueModel, Operation};
use serde_json::{Number, Value, json};

use crate::commands::demo::stage::Stage;

/// What is rented, in the words of the guide's samples.
pub(super) struct Cart {
    pub(super) period: u16,
    pub(super) insured: bool,
    /// The hero's price without VAT.
    pub(super) price: &'static str,
    pub(super) trade_in: Option<&'static str>,
    pub(super) campaign: Option<&'static str>,
    /// Names and prices without VAT.
    pub(super) add_ons: &'static [(&'static str, &'static str)],
}

/// The name has both kinds of quotes, the price four decimals.
const FOLIO: (&str, &str) = (
    "COMMA Magnet Leather \"Folio\" for iPad PRO 11'' Black*",
    "31.3167",
);

impl Cart {
    pub(super) const PLAIN: Self = Self {
        period: 24,
        insured: true,
        price: "300",
        trade_in: None,
        campaign: None,
        add_ons: &[],
    };

    /// With everything that can be in a cart.
    pub(super) const FULL: Self = Self {
        price: "332.5",
        trade_in: Some("50"),
        campaign: Some("40.5"),
        add_ons: &[("USB-C Charging cable", "80"), FOLIO],
        ..Self::PLAIN
    };

    /// That of the guide's session.
    pub(super) const GUIDES: Self = Self {
        period: 12,
        insured: false,
        price: "332.5",
        trade_in: Some("80"),
        campaign: Some("10"),
        add_ons: &[FOLIO],
    };

    pub(super) fn request(
        &self,
        region: &Region,
        model: &AssetModel,
    ) -> Result<RentalRequest, Invalid> {
        let money = |text: &str| Money::parse(text, region.currency);
        let hero = Hero::new(model.id.clone(), money(self.price)?);
        let add_on = |(name, price): &(&str, &str)| {
            Ok(AddOn::new(*name, AssetCategory::AddOn, money(price)?))
        };
        let add_ons = self.add_ons.iter().map(add_on).collect::<Result<_, _>>()?;
        let mut cart = RentalRequest::new(region, Months::new(self.period)?, hero, add_ons)?;
        cart.insurance_used = self.insured;
        if let Some(amount) = self.trade_in {
            cart = cart.with_trade_in(money(amount)?)?;
        }
        if let Some(amount) = self.campaign {
            cart = cart.with_campaign_discount(money(amount)?)?;
        }
        Ok(cart)
    }

    /// Holds what the bank was sent last to this cart, as the bank has recorded it: each amount with
    /// its digits, each name with its quotes. How names of fields are spelt is the version's matter.
    pub(super) fn check_arrived(
        &self,
        stage: &Stage,
        hero: &CatalogueModel,
        (operation, inside): (Operation, Option<&str>),
    ) -> Result<()> {
        let requests = stage.sandbox.requests();
        let mut latest = requests.iter().rev();
        let sent = latest.find(|sent| sent.operation == Some(operation));
        let mut arrived = plain(serde_json::from_str(
            &sent.context("the cart did not arrive")?.body,
        )?);
        if let Some(name) = inside {
            arrived = arrived[name].take();
        }
        ensure!(
            arrived == self.document(hero)?,
            "another cart arrived with {operation:?}"
        );
        Ok(())
    }

    fn document(&self, hero: &CatalogueModel) -> Result<Value> {
        let number = |text: &str| text.parse::<Number>();
        let mut assets = vec![json!({
            "type": "MODEL_BASED",
            "model_id": hero.id.to_string(),
            "net_price": number(self.price)?,
        })];
        for (name, price) in self.add_ons {
            assets.push(json!({
                "type": "CATEGORY_BASED",
                "category_code": "add_on",
                "model_name": name,
                "net_price": number(price)?,
            }));
        }
        Ok(plain(json!({
            "period": self.period,
            "insurance_used": self.insured,
            "gross_trade_in_amount": self.trade_in.map(number).transpose()?,
            "gross_campaign_discount": self.campaign.map(number).transpose()?,
            "assets": assets,
        })))
    }
}

/// A document without the differences between the versions: fields are named in small letters alone,
/// and what is null is left out.
fn plain(document: Value) -> Value {
    match document {
        Value::Object(fields) => {
            let given = fields.into_iter().filter(|(_, value)| !value.is_null());
            given
                .map(|(name, value)| (name.replace('_', "").to_lowercase(), plain(value)))
                .collect()
        }
        Value::Array(items) => items.into_iter().map(plain).collect(),
        value => value,
    }
}
