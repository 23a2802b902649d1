use rust_decimal::Decimal;

use crate::status::open_enum;
use crate::{AssetModelId, Invalid, Money};

open_enum! {
    /// What kind of thing is rented (`category_code`).
    AssetCategory {
        /// Goes along with a device.
        AddOn = "add_on",
        /// A computer.
        Computer = "computer",
        /// The fee for private copying; in Latvia only.
        CopyingFee = "copying_fee",
        /// A phone.
        Phone = "phone",
        /// Delivery.
        ShippingFee = "shipping_fee",
        /// A tablet.
        Tablet = "tablet",
        /// A watch.
        Watch = "watch",
    }
}

impl AssetCategory {
    /// Whether things of this category are rented by themselves: not what goes along with a device. One
    /// that this version doesn't know is the bank's to judge.
    pub const fn is_device(&self) -> bool {
        match self {
            Self::AddOn | Self::CopyingFee | Self::ShippingFee => false,
            Self::Computer | Self::Phone | Self::Tablet | Self::Watch | Self::Unrecognised(_) => {
                true
            }
        }
    }
}

/// The main device of a rental: by its model, the bank's `MODEL_BASED` asset, or by a category of the
/// bank's list and a name, its `CATEGORY_BASED` one.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Hero {
    /// Its model; none where it is told by its category.
    pub model_id: Option<AssetModelId>,
    /// Its name, if it is told besides.
    pub name: Option<String>,
    /// Its category, if it is told besides. The guide's sample puts a tablet under `computer`.
    pub category: Option<AssetCategory>,
    /// The price without VAT, with all its decimals.
    pub net_price: Money,
    /// The price with VAT; the bank adds its own where none is given.
    pub gross_price: Option<Money>,
}

impl Hero {
    /// A device of a model.
    pub const fn new(model_id: AssetModelId, net_price: Money) -> Self {
        Self {
            model_id: Some(model_id),
            name: None,
            category: None,
            net_price,
            gross_price: None,
        }
    }

    /// A device of a category.
    pub fn of_category(name: impl Into<String>, category: AssetCategory, net_price: Money) -> Self {
        Self {
            model_id: None,
            name: Some(name.into()),
            category: Some(category),
            net_price,
            gross_price: None,
        }
    }

    /// What names it: a model, or a category of devices and a name.
    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.model_id.is_some() {
            return Ok(());
        }
        if self.name.as_deref().unwrap_or_default().trim().is_empty() {
            return Err(Invalid::new("model_name", "must not be blank"));
        }
        match &self.category {
            Some(category) if category.is_device() && !category.as_str().is_empty() => Ok(()),
            Some(_) | None => {
                let problem = "must be a category of devices, such as phone: the hero comes first";
                Err(Invalid::new("category_code", problem))
            }
        }
    }
}

/// What is rented along with the hero, the bank's `CATEGORY_BASED` asset.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AddOn {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: AssetCategory,
    /// Its model, if it is told besides.
    pub model_id: Option<AssetModelId>,
    /// The price without VAT, with all its decimals.
    pub net_price: Money,
    /// The price with VAT; the bank adds its own where none is given.
    pub gross_price: Option<Money>,
}

impl AddOn {
    /// A thing of a category.
    pub fn new(name: impl Into<String>, category: AssetCategory, net_price: Money) -> Self {
        Self {
            name: name.into(),
            category,
            model_id: None,
            net_price,
            gross_price: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.name.trim().is_empty() {
            return Err(Invalid::new("model_name", "must not be blank"));
        }
        if self.category.as_str().trim().is_empty() {
            return Err(Invalid::new("category_code", "must not be blank"));
        }
        Ok(())
    }
}

/// Checks both prices: of one currency, and not negative.
pub(super) fn check_prices(net: Money, gross: Option<Money>, like: Money) -> Result<(), Invalid> {
    not_negative("net_price", net, like)?;
    gross.map_or(Ok(()), |gross| not_negative("gross_price", gross, like))
}

/// Checks an amount: of the currency of another, and not negative.
pub(super) fn not_negative(field: &'static str, amount: Money, like: Money) -> Result<(), Invalid> {
    if amount.amount() < Decimal::ZERO {
        return Err(Invalid::new(field, "must not be negative"));
    }
    if amount.currency() != like.currency() {
        return Err(Invalid::new(field, "must be in the hero's currency"));
    }
    Ok(())
}
