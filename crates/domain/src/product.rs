use std::cmp::Ordering;

use rust_decimal::Decimal;
use time::Date;

use crate::status::open_enum;
use crate::{Money, Months, PaymentDay, ProductCode, SigningMethod};

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
    /// How the customer signs an application before it is decided about
    /// (`allowed_application_signing_methods`); none where they don't.
    pub application_signing: Vec<SigningMethod>,
    /// How contracts are signed (`allowed_contract_signing_methods`); none where the bank doesn't say.
    pub contract_signing: Vec<SigningMethod>,
    /// Whether a down payment may be made (`down_payment_enabled`).
    pub down_payment: Option<bool>,
    /// The least down payment (`down_payment_min_prc`), by the number that the bank gives. Whether 10 %
    /// is `10` or `0.1` is printed nowhere.
    pub min_down_payment: Option<Decimal>,
    /// The smallest amount that may be left to finance after a down payment.
    pub min_financed: Option<Money>,
    /// The largest amount that may be left to finance after a down payment.
    pub max_financed: Option<Money>,
    /// The period that customers are shown first.
    pub default_period: Option<Months>,
    /// The payment day where none is asked for.
    pub default_payment_day: Option<PaymentDay>,
    /// The last day on which it is sold.
    pub valid_to: Option<Date>,
    /// Whether its customers have to go through digital verification once they have signed
    /// (`blue_media_verification_required`).
    pub requires_verification: Option<bool>,
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
            application_signing: Vec::new(),
            contract_signing: Vec::new(),
            down_payment: None,
            min_down_payment: None,
            min_financed: None,
            max_financed: None,
            default_period: None,
            default_payment_day: None,
            valid_to: None,
            requires_verification: None,
        }
    }

    /// Whether a cart lies within the price range; a limit that isn't known doesn't exclude it, and
    /// a cart of another currency never fits.
    pub fn finances(&self, cart: Money) -> bool {
        is_within(cart, self.min_amount, self.max_amount)
    }

    /// Whether what is left of a cart after a down payment may be financed.
    pub fn finances_with(&self, cart: Money, down_payment: Option<Money>) -> bool {
        let left = match down_payment {
            None => Some(cart),
            // Of another currency it is refused elsewhere.
            Some(part) => cart
                .amount()
                .checked_sub(part.amount())
                .map(|left| Money::new(left, cart.currency())),
        };
        left.is_none_or(|left| is_within(left, self.min_financed, self.max_financed))
    }

    /// Whether a cart can be had with this down payment. The least one counts as the lower of its two
    /// readings, so that nothing is excluded which the bank might take.
    pub fn takes_down_payment(&self, cart: Money, down_payment: Option<Money>) -> bool {
        let part = down_payment.map_or(Decimal::ZERO, |part| part.amount());
        if self.down_payment == Some(false) {
            return part.is_zero();
        }
        let least = self.min_down_payment.filter(|_| !part.is_zero());
        let least = least.and_then(|percent| cart.amount().checked_mul(percent));
        least.is_none_or(|hundredfold| {
            part.checked_mul(Decimal::ONE_HUNDRED)
                .is_none_or(|part| part >= hundredfold)
        })
    }

    /// Whether a payment day can be chosen; any can where the bank lists none.
    pub fn pays_on(&self, day: PaymentDay) -> bool {
        self.payment_days.is_empty() || self.payment_days.contains(&day)
    }

    /// Whether it is sold no more. The bank's dates are local, so its last day is over when it has ended
    /// everywhere.
    pub fn has_ended(&self, today: Date) -> bool {
        let day_after = self.valid_to.and_then(Date::next_day);
        day_after.is_some_and(|day_after| day_after < today)
    }

    /// Whether a period can be chosen; any can where the bank lists none.
    pub fn offers(&self, period: Months) -> bool {
        self.periods.is_empty() || self.periods.contains(&period)
    }
}

/// Whether an amount lies between limits; one that isn't known excludes nothing, and an amount of another
/// currency never fits.
fn is_within(amount: Money, min: Option<Money>, max: Option<Money>) -> bool {
    let within = |limit: Option<Money>, outside: Ordering| match limit {
        None => true,
        Some(limit) => amount.compare(limit).is_ok_and(|order| order != outside),
    };
    within(min, Ordering::Less) && within(max, Ordering::Greater)
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

    fn product() -> Product {
        let code = ProductCode::parse("p").unwrap();
        Product::new(code, "P", ProductFamily::HirePurchase)
    }

    #[test]
    fn what_a_down_payment_leaves_has_limits_of_its_own() {
        let mut product = product();
        product.min_amount = Some(euro("100"));
        product.min_financed = Some(euro("80"));
        product.max_financed = Some(euro("400"));
        for (cart, part, fits) in [
            ("100", None, true),
            ("100", Some("20"), true),
            ("100", Some("20.01"), false),
            ("450", Some("49.99"), false),
            ("450", Some("50"), true),
        ] {
            let part = part.map(euro);
            assert_eq!(
                product.finances_with(euro(cart), part),
                fits,
                "{cart} {part:?}"
            );
        }
    }

    #[test]
    fn a_down_payment_is_refused_only_where_no_reading_of_the_least_one_allows_it() {
        let mut product = product();
        let takes = |product: &Product, part: Option<&str>| {
            product.takes_down_payment(euro("200"), part.map(euro))
        };
        product.min_down_payment = Some(Decimal::from(10));
        for (part, taken) in [
            (None, true),
            (Some("0"), true),
            (Some("19.99"), false),
            (Some("20"), true),
        ] {
            assert_eq!(takes(&product, part), taken, "{part:?}");
        }
        // 0.1 may be ten per cent or a tenth of one.
        product.min_down_payment = Some(Decimal::new(1, 1));
        assert!(takes(&product, Some("0.20")) && !takes(&product, Some("0.19")));
        product.down_payment = Some(false);
        assert!(takes(&product, None) && takes(&product, Some("0")));
        assert!(!takes(&product, Some("20")));
    }

    #[test]
    fn a_product_is_sold_until_its_last_day_has_ended_everywhere() {
        let mut product = product();
        let day = |ordinal| Date::from_ordinal_date(2026, ordinal).unwrap();
        assert!(!product.has_ended(day(100)));
        product.valid_to = Some(day(100));
        assert!(!product.has_ended(day(101)));
        assert!(product.has_ended(day(102)));
    }

    #[test]
    fn a_family_that_is_not_known_keeps_its_name() {
        let family = ProductFamily::from("green_loan");
        assert_eq!(family.as_str(), "green_loan");
        assert!(matches!(family, ProductFamily::Unrecognised(_)));
    }
}
