use std::cmp::Ordering;

use super::{AssetCategory, AssetIdentifierType};
use crate::id::short_text;
use crate::status::open_enum;
use crate::{AssetModelId, Invalid, Money, Months};

/// By what a model is looked up: the kind of identifier is agreed with Inbank (*Smart Rent 3.04*,
/// Rental Conditions).
///
/// Two are one [where they say the same](Self::is_same_as); `==` compares them to the letter.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct ModelIdentifier {
    kind: &'static str,
    text: String,
}

const EAN: &str = "EAN";

impl ModelIdentifier {
    /// By the article number of the model (`EAN`).
    ///
    /// # Errors
    /// [`Invalid`] (`identifier`) unless it is 1 to 64 digits.
    pub fn ean(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        if (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self { kind: EAN, text })
        } else {
            Err(Invalid::new("identifier", "must be an EAN, digits only"))
        }
    }

    /// By the manufacturer's own code (`MANUFACTURER_PRODUCT_CODE`), such as `SM-F731BLGHEUE`.
    ///
    /// # Errors
    /// [`Invalid`] (`identifier`) when it is blank, longer than 255 characters, or has a control
    /// character.
    pub fn manufacturer_product_code(text: impl Into<String>) -> Result<Self, Invalid> {
        let text = text.into();
        short_text("identifier", &text)?;
        Ok(Self {
            kind: "MANUFACTURER_PRODUCT_CODE",
            text,
        })
    }

    /// The bank's name of its kind: `EAN` or `MANUFACTURER_PRODUCT_CODE`.
    pub const fn kind(&self) -> &'static str {
        self.kind
    }

    /// The identifier as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether two are one: article numbers whatever zeros they begin with, which a JSON number drops, and
    /// codes in whichever letter case.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let (one, two) = (self.text.trim(), other.text.trim());
        // Only article numbers have no letters; a code may begin with a zero that counts.
        let (one, two) = match self.kind {
            EAN => (one.trim_start_matches('0'), two.trim_start_matches('0')),
            _ => (one, two),
        };
        self.kind == other.kind && one.eq_ignore_ascii_case(two)
    }

    /// An identifier of a kind that the bank names; none of another kind, or of another form.
    pub fn named(kind: &str, text: &str) -> Option<Self> {
        let (kind, text) = (kind.trim(), text.trim());
        if kind.eq_ignore_ascii_case(EAN) {
            Self::ean(text).ok()
        } else if kind.eq_ignore_ascii_case("MANUFACTURER_PRODUCT_CODE") {
            Self::manufacturer_product_code(text).ok()
        } else {
            None
        }
    }
}

open_enum! {
    /// Whether a rented device is insured (`insuranceRequirement`).
    InsuranceRequirement {
        /// It always is.
        Always = "INSURANCE_ALWAYS_APPLIED",
        /// It can't be.
        Never = "INSURANCE_NEVER_APPLIED",
        /// The customer chooses.
        Optional = "INSURANCE_OPTIONAL",
    }
}

/// The smallest and the largest price, both included, without (net) and with (gross) VAT, in the
/// region's currency. A limit that isn't known excludes nothing.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PriceLimits {
    /// The smallest, without VAT.
    pub min_net: Option<Money>,
    /// The largest, without VAT.
    pub max_net: Option<Money>,
    /// The smallest, with VAT.
    pub min_gross: Option<Money>,
    /// The largest, with VAT.
    pub max_gross: Option<Money>,
}

impl PriceLimits {
    /// Whether a price lies within; a gross price that isn't known is the bank's to judge, and one of
    /// another currency never fits.
    pub fn allow(&self, net: Money, gross: Option<Money>) -> bool {
        let within = |price: Money, limit: Option<Money>, outside: Ordering| match limit {
            None => true,
            Some(limit) => price.compare(limit).is_ok_and(|order| order != outside),
        };
        within(net, self.min_net, Ordering::Less)
            && within(net, self.max_net, Ordering::Greater)
            && gross.is_none_or(|gross| {
                within(gross, self.min_gross, Ordering::Less)
                    && within(gross, self.max_gross, Ordering::Greater)
            })
    }
}

/// What may be rented along with a model (`addOnCategories`).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AddOnCategory {
    /// The category.
    pub category: AssetCategory,
    /// The limits of one add-on's price.
    pub limits: PriceLimits,
}

impl AddOnCategory {
    /// A category without limits.
    pub fn new(category: AssetCategory) -> Self {
        Self {
            category,
            limits: PriceLimits::default(),
        }
    }
}

/// A device model and the conditions of renting it (*Smart Rent 3.04*, Rental Conditions). Worth
/// storing: activation needs its identifier types again.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AssetModel {
    /// The bank's name for it, by which a cart names its hero. The guide calls it a product code.
    pub id: AssetModelId,
    /// Its name, for people.
    pub name: String,
    /// The periods to choose from; any where the bank lists none.
    pub periods: Vec<Months>,
    /// Which identifiers the device must have got before its contract is activated.
    pub identifier_types: Vec<AssetIdentifierType>,
    /// What it is known by (`identifiers`); none where the bank's list can't be read, as in the guide's
    /// sample.
    pub identifiers: Vec<ModelIdentifier>,
    /// The limits of the device's price, before anything is deducted. The guide's name for them is
    /// `subscriptionTotalLimits`; its prose, "minimum and maximum product price".
    pub limits: PriceLimits,
    /// Whether it is insured.
    pub insurance: InsuranceRequirement,
    /// Whether an old device can be traded in; the bank decides where it doesn't say.
    pub trade_in_available: Option<bool>,
    /// Whether a campaign can lower the price; the bank decides where it doesn't say.
    pub campaign_discount_available: Option<bool>,
    /// What may be rented along with it; the bank decides where it lists nothing.
    pub add_on_categories: Vec<AddOnCategory>,
}

impl AssetModel {
    /// Whether it may be the model that was asked for: not where its list has identifiers of that kind,
    /// and all of them are others.
    pub fn may_be(&self, identifier: &ModelIdentifier) -> bool {
        let of_kind = |known: &&ModelIdentifier| known.kind() == identifier.kind();
        let mut known = self.identifiers.iter().filter(of_kind).peekable();
        known.peek().is_none() || known.any(|known| known.is_same_as(identifier))
    }

    /// A model that has no limits, in any period.
    pub fn new(
        id: AssetModelId,
        name: impl Into<String>,
        insurance: InsuranceRequirement,
        identifier_types: Vec<AssetIdentifierType>,
    ) -> Self {
        Self {
            id,
            name: name.into(),
            periods: Vec::new(),
            identifier_types,
            identifiers: Vec::new(),
            limits: PriceLimits::default(),
            insurance,
            trade_in_available: None,
            campaign_discount_available: None,
            add_on_categories: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    #[test]
    fn an_article_number_is_digits_and_a_manufacturers_code_any_text() {
        assert_eq!(
            ModelIdentifier::ean("88845632734657").unwrap().kind(),
            "EAN"
        );
        for bad in ["", "8884563273465X", " 1", "-1"] {
            assert_eq!(ModelIdentifier::ean(bad).unwrap_err().field(), "identifier");
        }
        let code = ModelIdentifier::manufacturer_product_code("MK2K3HC/A \"2\"").unwrap();
        assert_eq!(code.kind(), "MANUFACTURER_PRODUCT_CODE");
        assert_eq!(code.as_str(), "MK2K3HC/A \"2\"");
        for bad in ["", " ", "a\nb", &"x".repeat(256)] {
            assert!(ModelIdentifier::manufacturer_product_code(bad).is_err());
        }
    }

    #[test]
    fn an_identifier_is_the_same_without_its_first_zeros_and_in_other_letters() {
        let ean = |text| ModelIdentifier::ean(text).unwrap();
        let code = |text| ModelIdentifier::manufacturer_product_code(text).unwrap();
        assert!(ean("0888456").is_same_as(&ean("888456")));
        assert!(!ean("0888456").is_same_as(&ean("8884560")));
        assert!(code("SM-F731B").is_same_as(&code("sm-f731b ")));
        assert!(!code("0123").is_same_as(&code("123")));
        assert!(!code("888456").is_same_as(&ean("888456")));
        let id = AssetModelId::parse("m-1").unwrap();
        let mut model = AssetModel::new(id, "Phone", InsuranceRequirement::Optional, Vec::new());
        model.identifiers = vec![ean("888456")];
        assert!(model.may_be(&ean("0888456")));
        assert!(!model.may_be(&ean("999")));
    }

    #[test]
    fn limits_are_included_and_an_unknown_gross_price_is_not_judged() {
        let euro = |text| Money::parse(text, Currency::EUR).unwrap();
        let limits = PriceLimits {
            min_net: Some(euro("5")),
            max_net: Some(euro("5000")),
            min_gross: Some(euro("6")),
            max_gross: Some(euro("6000")),
        };
        for (net, gross, fits) in [
            ("5", Some("6"), true),
            ("5000", Some("6000.0"), true),
            ("4.9999", None, false),
            ("5000.01", None, false),
            ("100", None, true),
            ("100", Some("5.99"), false),
            ("100", Some("6000.01"), false),
        ] {
            assert_eq!(limits.allow(euro(net), gross.map(euro)), fits, "{net}");
        }
        let zloty = Money::parse("100", Currency::PLN).unwrap();
        assert!(!limits.allow(zloty, None));
        assert!(PriceLimits::default().allow(zloty, None));
    }
}
