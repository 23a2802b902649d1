//! The device models that the bank rents out, and what it tells about one.

use std::fmt;

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize, Serializer};
use uuid::{Uuid, uuid};

use crate::{answer::Node, region::Region};

/// How a model is looked up (smart rent 3.04, Rental Conditions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ModelIdentifierType {
    /// The European article number.
    Ean,
    /// The code that the manufacturer gives it.
    ManufacturerProductCode,
}

impl ModelIdentifierType {
    /// The bank's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ean => "EAN",
            Self::ManufacturerProductCode => "MANUFACTURER_PRODUCT_CODE",
        }
    }

    pub(super) fn read(name: &str) -> Option<Self> {
        [Self::Ean, Self::ManufacturerProductCode]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// What identifies one device of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AssetIdentifierType {
    /// The number of a phone: fifteen digits, the last one a check digit.
    Imei,
    /// The manufacturer's serial number.
    SerialNumber,
}

impl AssetIdentifierType {
    /// The bank's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imei => "IMEI",
            Self::SerialNumber => "SERIAL_NUMBER",
        }
    }

    pub(super) fn read(name: &str) -> Option<Self> {
        [Self::Imei, Self::SerialNumber]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl fmt::Display for AssetIdentifierType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether a rented device is insured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum InsuranceRequirement {
    /// It cannot be.
    #[serde(rename = "INSURANCE_NEVER_APPLIED")]
    Never,
    /// The customer chooses.
    #[serde(rename = "INSURANCE_OPTIONAL")]
    Optional,
    /// It always is.
    #[serde(rename = "INSURANCE_ALWAYS_APPLIED")]
    Always,
}

impl InsuranceRequirement {
    /// The bank's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "INSURANCE_NEVER_APPLIED",
            Self::Optional => "INSURANCE_OPTIONAL",
            Self::Always => "INSURANCE_ALWAYS_APPLIED",
        }
    }
}

/// The smallest and the largest price, both inclusive, without and with VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PriceLimits {
    /// Without VAT, the smallest.
    #[serde(serialize_with = "as_text")]
    pub min_net_price: Decimal,
    /// Without VAT, the largest.
    #[serde(serialize_with = "as_text")]
    pub max_net_price: Decimal,
    /// With VAT, the smallest.
    #[serde(serialize_with = "as_text")]
    pub min_gross_price: Decimal,
    /// With VAT, the largest.
    #[serde(serialize_with = "as_text")]
    pub max_gross_price: Decimal,
}

impl PriceLimits {
    const fn new(net: (Decimal, Decimal), gross: (Decimal, Decimal)) -> Self {
        Self {
            min_net_price: net.0,
            max_net_price: net.1,
            min_gross_price: gross.0,
            max_gross_price: gross.1,
        }
    }

    pub(super) fn allow(&self, net: Decimal, gross: Decimal) -> bool {
        (self.min_net_price..=self.max_net_price).contains(&net)
            && (self.min_gross_price..=self.max_gross_price).contains(&gross)
    }

    fn fields(&self) -> [(&'static str, Node); 4] {
        [
            ("min_net_price", Node::Number(self.min_net_price)),
            ("max_net_price", Node::Number(self.max_net_price)),
            ("min_gross_price", Node::Number(self.min_gross_price)),
            ("max_gross_price", Node::Number(self.max_gross_price)),
        ]
    }
}

fn as_text<S: Serializer>(price: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(price)
}

/// What may be rented along with a device, each piece within its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AddOnCategory {
    /// The category's code.
    pub category_code: &'static str,
    /// The limits of one piece's price.
    pub limits: PriceLimits,
}

/// A device model in the bank's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AssetModel {
    /// The identifier by which carts name it (`modelId`).
    pub id: Uuid,
    /// Its name.
    pub name: &'static str,
    /// The category: phone, tablet, computer or watch.
    pub category_code: &'static str,
    /// The European article number.
    pub ean: &'static str,
    /// The code that the manufacturer gives it.
    pub manufacturer_product_code: &'static str,
    /// The periods it is rented for, in months.
    pub periods: &'static [u32],
    /// What has to be told about the device before its contract is activated.
    pub asset_identifier_types: &'static [AssetIdentifierType],
    /// The limits of its price, before anything is deducted.
    pub limits: PriceLimits,
    /// Whether it is insured.
    pub insurance_requirement: InsuranceRequirement,
    /// Whether an old device can be traded in.
    pub trade_in_available: bool,
    /// Whether a campaign can lower the price.
    pub campaign_discount_available: bool,
    /// What may be rented along with it.
    pub add_on_categories: &'static [AddOnCategory],
    /// Whether the bank has approved it. To the API a model that is not approved does not exist.
    pub approved: bool,
}

impl AddOnCategory {
    /// A copying fee is known in Latvia alone: it is neither listed nor taken elsewhere.
    pub(super) fn is_rented_out_in(&self, region: Region) -> bool {
        self.category_code != "copying_fee" || region == Region::Latvia
    }
}

impl AssetModel {
    fn identifier(&self, kind: ModelIdentifierType) -> &'static str {
        match kind {
            ModelIdentifierType::Ean => self.ean,
            ModelIdentifierType::ManufacturerProductCode => self.manufacturer_product_code,
        }
    }

    /// Finds an approved model by what is printed on its box.
    pub(super) fn find(kind: ModelIdentifierType, identifier: &str) -> Option<&'static Self> {
        CATALOGUE
            .iter()
            .find(|model| model.approved && model.identifier(kind) == identifier)
    }

    /// Finds an approved model by the bank's own identifier.
    pub(super) fn by_id(id: &str) -> Option<&'static Self> {
        let id: Uuid = id.parse().ok()?;
        CATALOGUE
            .iter()
            .find(|model| model.approved && model.id == id)
    }

    /// The answer about a model (smart rent 3.04, Rental Conditions).
    ///
    /// The guide calls `id` a product code and prints a UUID, the one that carts send as `modelId`. Its lists of identifiers and of
    /// add-on categories are printed as `{}`; guides silent; chosen: the names that the request and the limits beside them use.
    pub(super) fn node(&self, region: Region) -> Node {
        let identifier = |kind: ModelIdentifierType| {
            Node::object([
                ("identifier_type", kind.name().into()),
                ("identifier", self.identifier(kind).into()),
            ])
        };
        let add_on = |category: &AddOnCategory| {
            let [a, b, c, d] = category.limits.fields();
            Node::object([("category_code", category.category_code.into()), a, b, c, d])
        };
        let periods = self.periods.iter().copied().map(Node::Whole);
        let types = self.asset_identifier_types.iter();
        Node::object([
            ("id", self.id.to_string().into()),
            ("name", self.name.into()),
            ("periods", Node::List(periods.collect())),
            (
                "identifiers",
                Node::List(vec![
                    identifier(ModelIdentifierType::Ean),
                    identifier(ModelIdentifierType::ManufacturerProductCode),
                ]),
            ),
            (
                "asset_identifier_types",
                Node::List(types.map(|kind| kind.name().into()).collect()),
            ),
            (
                "subscription_total_limits",
                Node::object(self.limits.fields()),
            ),
            (
                "insurance_requirement",
                self.insurance_requirement.name().into(),
            ),
            ("trade_in_available", Node::Bool(self.trade_in_available)),
            (
                "campaign_discount_available",
                Node::Bool(self.campaign_discount_available),
            ),
            (
                "add_on_categories",
                Node::List(
                    self.add_on_categories
                        .iter()
                        .filter(|category| category.is_rented_out_in(region))
                        .map(add_on)
                        .collect(),
                ),
            ),
        ])
    }
}

/// The limits of the guide's sample.
const USUAL: PriceLimits = PriceLimits::new((dec!(5), dec!(5000)), (dec!(6), dec!(6000)));

const ADD_ONS: &[AddOnCategory] = &[
    AddOnCategory {
        category_code: "add_on",
        limits: PriceLimits::new((dec!(1), dec!(500)), (dec!(1.20), dec!(620))),
    },
    AddOnCategory {
        category_code: "shipping_fee",
        limits: PriceLimits::new((dec!(0.50), dec!(50)), (dec!(0.60), dec!(62))),
    },
    AddOnCategory {
        category_code: "copying_fee",
        limits: PriceLimits::new((dec!(0.50), dec!(100)), (dec!(0.60), dec!(124))),
    },
];

const PHONE: AssetModel = AssetModel {
    id: uuid!("b748b6b0-58d0-421d-9d52-c7edd22511f1"),
    name: "F731B Galaxy Flip5 5G 512GB Green",
    category_code: "phone",
    ean: "88845632734657",
    manufacturer_product_code: "SM-F731BLGHEUE",
    periods: &[12, 24, 36],
    asset_identifier_types: &[AssetIdentifierType::Imei, AssetIdentifierType::SerialNumber],
    limits: USUAL,
    insurance_requirement: InsuranceRequirement::Optional,
    trade_in_available: true,
    campaign_discount_available: false,
    add_on_categories: ADD_ONS,
    approved: true,
};

/// Every model. The first three are those that the guide's samples name, with what these samples ask of them.
pub(super) const CATALOGUE: &[AssetModel] = &[
    PHONE,
    AssetModel {
        id: uuid!("2797a67c-b0e0-4b64-be81-7c136e16741a"),
        name: "S928B Galaxy S24 Ultra 5G 512GB Black",
        ean: "8806095299501",
        manufacturer_product_code: "SM-S928BZKHEUE",
        campaign_discount_available: true,
        ..PHONE
    },
    AssetModel {
        id: uuid!("c1234c56-0000-1111-2222-f1bc23456e7a"),
        name: "iPad 10.2\" 2021 WiFi 64GB - Space Grey",
        category_code: "tablet",
        ean: "194252515709",
        manufacturer_product_code: "MK2K3HC/A",
        asset_identifier_types: &[AssetIdentifierType::SerialNumber],
        campaign_discount_available: true,
        ..PHONE
    },
    AssetModel {
        id: uuid!("4a1f0c7e-5b7d-4a55-9a0c-2f6a5d0e9b11"),
        name: "ThinkBook 14 G6 16GB 512GB",
        category_code: "computer",
        ean: "197530128592",
        manufacturer_product_code: "21KG001XMH",
        asset_identifier_types: &[AssetIdentifierType::SerialNumber],
        limits: PriceLimits::new((dec!(300), dec!(4000)), (dec!(360), dec!(4960))),
        insurance_requirement: InsuranceRequirement::Always,
        trade_in_available: false,
        campaign_discount_available: true,
        ..PHONE
    },
    AssetModel {
        id: uuid!("9d0e3f52-6c1b-4e0f-8f0e-7b1d0a4c5e22"),
        name: "Watch Series 9 45mm Midnight",
        category_code: "watch",
        ean: "195949013331",
        manufacturer_product_code: "MR993ET/A",
        periods: &[12, 24],
        asset_identifier_types: &[AssetIdentifierType::SerialNumber],
        limits: PriceLimits::new((dec!(50), dec!(1000)), (dec!(60), dec!(1240))),
        insurance_requirement: InsuranceRequirement::Never,
        trade_in_available: false,
        campaign_discount_available: false,
        add_on_categories: &[],
        ..PHONE
    },
    AssetModel {
        id: uuid!("e5c2b1a0-7f3d-4c9e-8a6b-1d2e3f4a5b33"),
        name: "Phone that is not approved",
        ean: "4006381333931",
        manufacturer_product_code: "NOT-APPROVED-1",
        approved: false,
        ..PHONE
    },
];
