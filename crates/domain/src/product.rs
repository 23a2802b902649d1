use crate::status::open_enum;
use crate::{Money, Months, PaymentDay, ProductCode};

open_enum! {
    /// The kind of a product (`type`, or `subtype` where the bank sends both).
    ///
    /// The guides name the families in prose and print `hire_purchase` only; the other spellings
    /// are ours until the bank's are seen. An embedder who knows its product's family says so.
    ProductFamily {
        /// Payment by instalments.
        HirePurchase = "hire_purchase",
        /// The former name of pay next month; its contracts must not be read.
        Indivy = "indivy",
        /// Pay the whole next month.
        PayNextMonth = "pay_next_month",
        /// Rental of a device (*Smart Rent 3.04*); activated with the device's identifiers.
        SmartRent = "smart_rent",
        /// A few equal parts, free for the customer (formerly Indivy Pay in parts).
        SplitIntoParts = "split_into_parts",
    }
}

/// A product of the shop, as `GET /products` describes it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Product {
    /// Its code.
    pub code: ProductCode,
    /// Its name, for people.
    pub name: String,
    /// Its family.
    pub family: ProductFamily,
    /// The smallest cart that it finances, in the region's currency.
    pub min_amount: Option<Money>,
    /// The largest cart that it finances, in the region's currency.
    pub max_amount: Option<Money>,
    /// The periods to choose from; none where the bank doesn't list them.
    pub periods: Vec<Months>,
    /// The payment days to choose from; none where the bank doesn't list them.
    pub payment_days: Vec<PaymentDay>,
    /// Whether a contract waits for the merchant's approval before it is activated.
    pub requires_merchant_approval: Option<bool>,
    /// What an application for it must have (`application_required_params`), such as
    /// `credit_application.monthly_income`.
    pub required_parameters: Vec<String>,
}

impl Product {
    /// A product of which nothing but its code, name and family is known.
    pub fn new(code: ProductCode, name: impl Into<String>, family: ProductFamily) -> Self {
        Self {
            code,
            name: name.into(),
            family,
            min_amount: None,
            max_amount: None,
            periods: Vec::new(),
            payment_days: Vec::new(),
            requires_merchant_approval: None,
            required_parameters: Vec::new(),
        }
    }

    /// Whether a cart lies within the price range; a limit that isn't known doesn't exclude it, and
    /// a cart of another currency never fits.
    pub fn finances(&self, cart: Money) -> bool {
        let within = |limit: Option<Money>, outside: std::cmp::Ordering| match limit {
            None => true,
            Some(limit) => cart.compare(limit).is_ok_and(|order| order != outside),
        };
        within(self.min_amount, std::cmp::Ordering::Less)
            && within(self.max_amount, std::cmp::Ordering::Greater)
    }

    /// Whether a period can be chosen; any can where the bank lists none.
    pub fn offers(&self, period: Months) -> bool {
        self.periods.is_empty() || self.periods.contains(&period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Currency;

    fn euro(text: &str) -> Money {
        Money::parse(text, Currency::EUR).unwrap()
    }

    #[test]
    fn a_cart_fits_up_to_and_including_the_limits() {
        let code = ProductCode::parse("p").unwrap();
        let mut product = Product::new(code, "P", ProductFamily::HirePurchase);
        assert!(product.finances(euro("0.01")));
        product.min_amount = Some(euro("100"));
        product.max_amount = Some(euro("500.0"));
        for (cart, fits) in [
            ("99.99", false),
            ("100", true),
            ("500", true),
            ("500.01", false),
        ] {
            assert_eq!(product.finances(euro(cart)), fits, "{cart}");
        }
        assert!(!product.finances(Money::parse("200", Currency::PLN).unwrap()));
    }

    #[test]
    fn a_family_that_is_not_known_keeps_its_name() {
        let family = ProductFamily::from("green_loan");
        assert_eq!(family.as_str(), "green_loan");
        assert!(matches!(family, ProductFamily::Unrecognised(_)));
    }
}
