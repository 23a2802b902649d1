use super::asset::{check_prices, not_negative};
use super::{AddOn, AssetModel, Hero, InsuranceRequirement};
use crate::{Invalid, Money, Months, Region};

/// What is to be rented: asked of the calculator, and sent inside a session (*Smart Rent 3.04*,
/// Calculator; `rental_application_data` in Session Initiation). All money is in the region's
/// currency.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RentalRequest {
    /// How long, in months; which periods there are is the model's setup.
    pub period: Months,
    /// Whether insurance is added. The bank's own default, where a document leaves it out, is yes.
    pub insurance_used: bool,
    hero: Hero,
    add_ons: Vec<AddOn>,
    trade_in: Option<Money>,
    campaign_discount: Option<Money>,
}

impl RentalRequest {
    /// A device, insured, and what is rented along with it. The one hero comes first by
    /// construction, as the guide wants it.
    ///
    /// # Errors
    /// [`Invalid`]: (`currency`) when the hero's price is not in the region's, (`assets[n].…`) for a
    /// price that is negative or of another currency, a hero that nothing names, or an add-on without
    /// name or category.
    pub fn new(
        region: &Region,
        period: Months,
        hero: Hero,
        add_ons: Vec<AddOn>,
    ) -> Result<Self, Invalid> {
        region.check_currency(hero.net_price)?;
        let like = hero.net_price;
        let prices = check_prices(hero.net_price, hero.gross_price, like);
        let checked = prices.and_then(|()| hero.check());
        checked.map_err(|error| error.inside(&asset(0)))?;
        for (n, add_on) in add_ons.iter().enumerate() {
            let prices = check_prices(add_on.net_price, add_on.gross_price, like);
            let checked = prices.and_then(|()| add_on.check());
            checked.map_err(|error| error.inside(&asset(n + 1)))?;
        }
        Ok(Self {
            period,
            insurance_used: true,
            hero,
            add_ons,
            trade_in: None,
            campaign_discount: None,
        })
    }

    /// With an old device traded in, by what it is worth with VAT.
    ///
    /// # Errors
    /// [`Invalid`] (`gross_trade_in_amount`) when it is negative or of another currency.
    pub fn with_trade_in(mut self, gross: Money) -> Result<Self, Invalid> {
        not_negative("gross_trade_in_amount", gross, self.hero.net_price)?;
        self.trade_in = Some(gross);
        Ok(self)
    }

    /// With a campaign's discount, with VAT.
    ///
    /// # Errors
    /// [`Invalid`] (`gross_campaign_discount`) when it is negative or of another currency.
    pub fn with_campaign_discount(mut self, gross: Money) -> Result<Self, Invalid> {
        not_negative("gross_campaign_discount", gross, self.hero.net_price)?;
        self.campaign_discount = Some(gross);
        Ok(self)
    }

    /// The main device.
    pub const fn hero(&self) -> &Hero {
        &self.hero
    }

    /// What is rented along with it.
    pub fn add_ons(&self) -> &[AddOn] {
        &self.add_ons
    }

    /// What the old device is worth, with VAT.
    pub const fn trade_in(&self) -> Option<Money> {
        self.trade_in
    }

    /// What the campaign takes off, with VAT.
    pub const fn campaign_discount(&self) -> Option<Money> {
        self.campaign_discount
    }

    /// The whole cart's price without VAT, before deductions.
    ///
    /// # Errors
    /// [`Invalid`] (`assets`) when the exact sum has more than 28 digits.
    pub fn total_net_price(&self) -> Result<Money, Invalid> {
        let add_ons = self.add_ons.iter().map(|add_on| add_on.net_price);
        sum(self.hero.net_price, add_ons)
    }

    /// The same with VAT; none where a gross price isn't known.
    ///
    /// # Errors
    /// [`Invalid`] (`assets`) as above.
    pub fn total_gross_price(&self) -> Result<Option<Money>, Invalid> {
        let add_ons: Option<Vec<Money>> = self.add_ons.iter().map(|a| a.gross_price).collect();
        let known = self.hero.gross_price.zip(add_ons);
        known.map(|(hero, add_ons)| sum(hero, add_ons)).transpose()
    }

    /// Checks the cart against its hero's conditions (*Smart Rent 3.04*, Rental Conditions). A
    /// deduction of nothing counts as none. The limits are "the minimum and maximum product price
    /// values": those of the hero, whatever is rented along with it.
    ///
    /// # Errors
    /// [`Invalid`], which names the field of the first condition that isn't kept.
    pub fn check(&self, model: &AssetModel) -> Result<(), Invalid> {
        let invalid =
            |field: &'static str, problem: &'static str| Err(Invalid::new(field, problem));
        if self
            .hero
            .model_id
            .as_ref()
            .is_some_and(|id| *id != model.id)
        {
            return invalid(
                "assets[0].model_id",
                "must be the model whose conditions these are",
            );
        }
        if !model.periods.is_empty() && !model.periods.contains(&self.period) {
            return invalid("period", "must be one of the model's periods");
        }
        match (&model.insurance, self.insurance_used) {
            (InsuranceRequirement::Always, false) => {
                return invalid(
                    "insurance_used",
                    "must be true: the model is always insured",
                );
            }
            (InsuranceRequirement::Never, true) => {
                return invalid(
                    "insurance_used",
                    "must be false: the model is never insured",
                );
            }
            (InsuranceRequirement::Always, true)
            | (InsuranceRequirement::Never, false)
            | (InsuranceRequirement::Optional | InsuranceRequirement::Unrecognised(_), _) => {}
        }
        let given = |amount: Option<Money>| amount.is_some_and(|amount| amount.is_positive());
        if given(self.trade_in) && model.trade_in_available == Some(false) {
            return invalid("gross_trade_in_amount", "must be left out for this model");
        }
        if given(self.campaign_discount) && model.campaign_discount_available == Some(false) {
            return invalid("gross_campaign_discount", "must be left out for this model");
        }
        let hero = &self.hero;
        if !model.limits.allow(hero.net_price, hero.gross_price) {
            let problem = "must be within the limits of the model's price";
            return invalid("assets[0].net_price", problem);
        }
        self.check_add_ons(model)
    }

    fn check_add_ons(&self, model: &AssetModel) -> Result<(), Invalid> {
        if model.add_on_categories.is_empty() {
            return Ok(());
        }
        for (n, add_on) in self.add_ons.iter().enumerate() {
            let invalid = |field, problem| Err(Invalid::new(field, problem).inside(&asset(n + 1)));
            let mut listed = model.add_on_categories.iter();
            let Some(listed) = listed.find(|listed| listed.category == add_on.category) else {
                return invalid(
                    "category_code",
                    "must be one of the model's add-on categories",
                );
            };
            if !listed.limits.allow(add_on.net_price, add_on.gross_price) {
                return invalid("net_price", "must be within the limits of its category");
            }
        }
        Ok(())
    }
}

fn asset(n: usize) -> String {
    format!("assets[{n}]")
}

fn sum(first: Money, rest: impl IntoIterator<Item = Money>) -> Result<Money, Invalid> {
    let mut rest = rest.into_iter();
    let sum = rest.try_fold(first, Money::checked_add);
    sum.map_err(|_| Invalid::new("assets", "must cost a sum of at most 28 digits"))
}

#[cfg(test)]
mod tests;
