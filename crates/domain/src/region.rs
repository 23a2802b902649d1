use crate::{Currency, Invalid, Money, ProductFamily};

/// A country's market: what a request must keep to there.
///
/// Plain data, so that a new region is a new value. Where its servers are is the HTTP adapter's
/// matter.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Region {
    /// Lower-case English name, as in settings: `estonia`.
    pub name: &'static str,
    /// ISO 3166 code: `EE`.
    pub country: &'static str,
    /// The one currency of its sessions.
    pub currency: Currency,
    /// Locales that the guides print for it, the usual one first. Others are the bank's to refuse.
    pub locales: &'static [&'static str],
    /// The forms of identity codes, `0` standing for a digit; none where any text may be one.
    pub identity_codes: &'static [&'static str],
    /// Families whose contracts must not be read: their sessions alone decide (*Contract Details*:
    /// not with Indivy).
    pub families_without_contract: &'static [ProductFamily],
    /// Whether devices can be rented there (*Smart Rent 3.04*).
    pub smart_rent: bool,
}

/// *Contract Details* and the facts on later names: Indivy is now Pay next month.
const INDIVY: &[ProductFamily] = &[ProductFamily::Indivy, ProductFamily::PayNextMonth];

impl Region {
    /// Czechia: CZK.
    pub const CZECHIA: Self = Self::new("czechia", "CZ", Currency::CZK, &["cs-CS", "cs-CZ"])
        .with_identity_codes(&["000000000", "0000000000"]);
    /// Estonia: EUR.
    pub const ESTONIA: Self = Self::new("estonia", "EE", Currency::EUR, &["et-ET", "et-EE"])
        .with_identity_codes(&["00000000000"])
        .with_smart_rent();
    /// Latvia: EUR.
    pub const LATVIA: Self = Self::new("latvia", "LV", Currency::EUR, &["lv-LV"])
        .with_identity_codes(&["000000-00000"])
        .with_smart_rent();
    /// Lithuania: EUR.
    pub const LITHUANIA: Self = Self::new("lithuania", "LT", Currency::EUR, &["lt-LT"])
        .with_identity_codes(&["00000000000"]);
    /// Poland: PLN.
    pub const POLAND: Self =
        Self::new("poland", "PL", Currency::PLN, &["pl-PL"]).with_identity_codes(&["00000000000"]);

    /// A region in which Indivy's contracts must not be read, as everywhere so far, and nothing is
    /// rented.
    pub const fn new(
        name: &'static str,
        country: &'static str,
        currency: Currency,
        locales: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            country,
            currency,
            locales,
            identity_codes: &[],
            families_without_contract: INDIVY,
            smart_rent: false,
        }
    }

    /// The same region with forms of identity codes, `0` standing for a digit.
    #[must_use]
    pub const fn with_identity_codes(mut self, forms: &'static [&'static str]) -> Self {
        self.identity_codes = forms;
        self
    }

    /// The same region with Smart Rent.
    #[must_use]
    pub const fn with_smart_rent(mut self) -> Self {
        self.smart_rent = true;
        self
    }

    /// Whether contracts of a family may be read here.
    pub fn reads_contracts_of(&self, family: &ProductFamily) -> bool {
        !self.families_without_contract.contains(family)
    }

    /// Checks that an amount is in the region's currency.
    ///
    /// # Errors
    /// [`Invalid`] (`currency`) when it isn't.
    pub fn check_currency(&self, amount: Money) -> Result<(), Invalid> {
        if amount.currency() == self.currency {
            Ok(())
        } else {
            Err(Invalid::new(
                "currency",
                format!("must be {} in {}", self.currency, self.name),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_one_currency() {
        let zloty = Money::parse("1", Currency::PLN).unwrap();
        assert!(Region::POLAND.check_currency(zloty).is_ok());
        let error = Region::ESTONIA.check_currency(zloty).unwrap_err();
        assert_eq!(error.to_string(), "currency: must be EUR in estonia");
    }

    #[test]
    fn contracts_of_indivy_are_never_read() {
        for family in [ProductFamily::Indivy, ProductFamily::PayNextMonth] {
            assert!(!Region::ESTONIA.reads_contracts_of(&family));
        }
        assert!(Region::ESTONIA.reads_contracts_of(&ProductFamily::HirePurchase));
        assert!(Region::ESTONIA.reads_contracts_of(&ProductFamily::from("car_loan")));
    }
}
