//! What renting costs a month, with VAT.

use rust_decimal::{Decimal, RoundingStrategy, dec};
use time::{Date, Month};

use crate::{
    answer::{Name, Node, known},
    region::Region,
};

/// The standard rate of VAT on a day, as a fraction.
///
/// - Estonia: 24 % from 1 July 2025; 22 % from 1 January 2024 until then, the rate behind the guide's sample of January 2025.
/// - Latvia: 21 % since 1 July 2012.
/// - The other regions have no rental guide; should a test sell there, it is 21 % in Lithuania and Czechia and 23 % in Poland.
pub(super) fn vat_rate(region: Region, day: Date) -> Decimal {
    match region {
        Region::Estonia if (day.year(), day.month()) < (2025, Month::July) => dec!(0.22),
        Region::Estonia => dec!(0.24),
        Region::Latvia | Region::Lithuania | Region::Czechia => dec!(0.21),
        Region::Poland => dec!(0.23),
    }
}

/// The rental charge: this fraction of the net price for each month.
const MONTHLY_CHARGE: Decimal = dec!(0.005);

/// Insurance: this fraction of the main device's net price, a month.
const MONTHLY_INSURANCE: Decimal = dec!(0.004);

/// The price of a cart. Guides silent on the bank's formula, and the figures of the sample do not follow from each other; chosen:
///
/// - `total_gross` is the sum of the gross prices, each of them `cents(net × (1 + VAT))` unless it is given;
/// - `total_gross_with_discount = total_gross − trade-in − campaign discount`;
/// - `total_net_with_discount = total_net − cents((trade-in + campaign discount) ÷ (1 + VAT))`;
/// - `rent(net) = cents(net × (1 + 0.005 × period) ÷ period)`;
/// - `monthly_discount = rent(total_net) − rent(total_net_with_discount)`;
/// - `monthly_net = rent(total_net_with_discount) + insurance`, where `insurance = cents(0.004 × net price of the main device)`, if used;
/// - `vat = cents(monthly_net × VAT)` and `monthly_gross = monthly_net + vat`.
///
/// Prices keep all their decimals; `cents` rounds half away from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) monthly_gross: Decimal,
    pub(crate) vat: Decimal,
    pub(crate) monthly_net: Decimal,
    pub(crate) monthly_discount: Decimal,
    pub(crate) total_net: Decimal,
    pub(crate) total_gross: Decimal,
    pub(crate) total_net_with_discount: Decimal,
    pub(crate) total_gross_with_discount: Decimal,
}

/// What a quote is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) period: u32,
    pub(super) insured: bool,
    /// Trade-in and campaign discount, with VAT.
    pub(super) deductions: Decimal,
    pub(super) vat_rate: Decimal,
}

impl Quote {
    /// Prices are pairs of net and gross, the main device first.
    pub(super) fn new(prices: &[(Decimal, Decimal)], terms: Terms) -> Self {
        let total_net: Decimal = prices.iter().map(|(net, _)| *net).sum();
        let total_gross: Decimal = prices.iter().map(|(_, gross)| *gross).sum();
        let total_net_with_discount =
            total_net - cents(terms.deductions / (Decimal::ONE + terms.vat_rate));
        let rent = |net: Decimal| {
            let period = Decimal::from(terms.period);
            cents(net * (Decimal::ONE + MONTHLY_CHARGE * period) / period)
        };
        let hero = prices.first().map_or(Decimal::ZERO, |(net, _)| *net);
        let insurance = if terms.insured {
            cents(hero * MONTHLY_INSURANCE)
        } else {
            Decimal::ZERO
        };
        let monthly_net = rent(total_net_with_discount) + insurance;
        let vat = cents(monthly_net * terms.vat_rate);
        Self {
            monthly_gross: monthly_net + vat,
            vat,
            monthly_net,
            monthly_discount: rent(total_net) - rent(total_net_with_discount),
            total_net,
            total_gross,
            total_net_with_discount,
            total_gross_with_discount: total_gross - terms.deductions,
        }
    }

    /// Amounts are JSON numbers, as the guide's list of fields has them; its sample prints some as strings with a comma inside.
    pub(super) fn monthly_fields(&self) -> impl Iterator<Item = (Name, Node)> + use<> {
        known([
            ("gross_monthly_payment", Node::Number(self.monthly_gross)),
            ("vat", Node::Number(self.vat)),
            ("net_monthly_payment", Node::Number(self.monthly_net)),
        ])
    }

    pub(super) fn total_fields(&self) -> impl Iterator<Item = (Name, Node)> + use<> {
        known([
            (
                "total_net_price_with_discount",
                Node::Number(self.total_net_with_discount),
            ),
            (
                "total_gross_price_with_discount",
                Node::Number(self.total_gross_with_discount),
            ),
            ("total_net_price", Node::Number(self.total_net)),
            ("total_gross_price", Node::Number(self.total_gross)),
        ])
    }
}

pub(super) fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn estonias_rate_depends_on_the_day() {
        let rate = |day| vat_rate(Region::Estonia, day);
        assert_eq!(rate(date!(2025 - 06 - 30)), dec!(0.22));
        assert_eq!(rate(date!(2025 - 07 - 01)), dec!(0.24));
        assert_eq!(vat_rate(Region::Latvia, date!(2025 - 07 - 01)), dec!(0.21));
    }

    #[test]
    fn a_quote_adds_up_to_the_cent() {
        let terms = Terms {
            period: 24,
            insured: true,
            deductions: dec!(90),
            vat_rate: dec!(0.22),
        };
        let quote = Quote::new(&[(dec!(1000), dec!(1220)), (dec!(80), dec!(97.60))], terms);
        // Totals as in the guide's sample.
        assert_eq!(quote.total_net, dec!(1080));
        assert_eq!(quote.total_gross, dec!(1317.60));
        assert_eq!(quote.total_gross_with_discount, dec!(1227.60));
        assert_eq!(quote.total_net_with_discount, dec!(1006.23));
        assert_eq!(quote.monthly_discount, dec!(50.40) - dec!(46.96));
        assert_eq!(quote.monthly_net, dec!(46.96) + dec!(4));
        assert_eq!(quote.vat, dec!(11.21));
        assert_eq!(quote.monthly_gross, quote.monthly_net + quote.vat);
    }
}
