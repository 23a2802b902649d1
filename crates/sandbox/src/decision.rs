//! The demo environment's decisions, which depend on the amount alone.

use rust_decimal::Decimal;

use crate::{product::Family, region::Region};

/// What the bank decides about an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Decision {
    /// The customer gets an offer.
    Positive,
    /// The credit is denied.
    Negative,
}

/// Amounts with a positive decision, both ends inclusive; no upper end means any amount above.
pub(crate) type PositiveRange = (u32, Option<u32>);

/// The amounts for which the demo environment decides positively.
///
/// - Estonia, hire purchase and pay in parts; Indivy: e-POS 2.10, Demo Environment. Indivy carries no country there, so it holds everywhere.
/// - Latvia and Poland: the ranges that the direct guides give for those countries.
/// - Rental: smart rent 3.04, Demo Environment; 1001 – 1100 is negative there, and nothing is said of what lies between the ranges.
/// - Lithuania and Czechia: guides silent; chosen: as Latvia and Poland, because what two countries share is the likelier rule.
/// - Loans: guides silent; chosen: as hire purchase of the same country.
pub(crate) const fn positive_ranges(region: Region, family: Family) -> &'static [PositiveRange] {
    match (family, region) {
        (Family::SmartRent, _) => &[(0, Some(500)), (1426, None)],
        (Family::PayNextMonth, _) => &[(0, Some(100)), (150, None)],
        (_, Region::Estonia) => &[(0, Some(500)), (1001, Some(3000)), (15_000, Some(16_000))],
        (_, Region::Latvia | Region::Lithuania | Region::Poland | Region::Czechia) => {
            &[(0, Some(500)), (15_000, Some(16_000))]
        }
    }
}

/// Decides about an amount. Guides silent on amounts outside the ranges; chosen: negative, so that both decisions can be had on purpose.
pub(crate) fn decide(region: Region, family: Family, amount: Decimal) -> Decision {
    let positive = positive_ranges(region, family).iter().any(|&(from, to)| {
        amount >= Decimal::from(from) && to.is_none_or(|to| amount <= Decimal::from(to))
    });
    if positive {
        Decision::Positive
    } else {
        Decision::Negative
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn estonia_decides_by_the_guides_ranges() {
        for (amount, decision) in [
            (dec!(0.01), Decision::Positive),
            (dec!(500), Decision::Positive),
            (dec!(500.01), Decision::Negative),
            (dec!(1000.99), Decision::Negative),
            (dec!(1001), Decision::Positive),
            (dec!(3000), Decision::Positive),
            (dec!(3000.01), Decision::Negative),
            (dec!(14999.99), Decision::Negative),
            (dec!(15000), Decision::Positive),
            (dec!(16000), Decision::Positive),
            (dec!(16000.01), Decision::Negative),
        ] {
            assert_eq!(
                decide(Region::Estonia, Family::HirePurchase, amount),
                decision,
                "{amount}"
            );
            assert_eq!(
                decide(Region::Estonia, Family::SplitIntoParts, amount),
                decision,
                "{amount}"
            );
        }
    }

    #[test]
    fn pay_next_month_has_its_own_ranges() {
        for (amount, decision) in [
            (dec!(100), Decision::Positive),
            (dec!(100.01), Decision::Negative),
            (dec!(149.99), Decision::Negative),
            (dec!(150), Decision::Positive),
            (dec!(19999), Decision::Positive),
        ] {
            assert_eq!(
                decide(Region::Latvia, Family::PayNextMonth, amount),
                decision,
                "{amount}"
            );
        }
    }

    #[test]
    fn outside_estonia_the_middle_range_is_negative() {
        for region in [
            Region::Latvia,
            Region::Lithuania,
            Region::Poland,
            Region::Czechia,
        ] {
            assert_eq!(
                decide(region, Family::HirePurchase, dec!(2000)),
                Decision::Negative
            );
            assert_eq!(
                decide(region, Family::HirePurchase, dec!(15500)),
                Decision::Positive
            );
        }
    }
}
