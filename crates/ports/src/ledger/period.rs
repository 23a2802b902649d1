use std::collections::BTreeMap;
use std::time::Duration;

use inbank_domain::{Currency, Money, ShopName};
use rust_decimal::Decimal;

/// What came of a shop's orders in a period, by what was told of them in it: an order counts where one of
/// its events occurred. One of which several things were told counts once under each of them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShopPeriod {
    /// The shop.
    pub shop: ShopName,
    /// Orders that were paid.
    pub paid: u64,
    /// Orders that the bank declined.
    pub declined: u64,
    /// Orders that ended unpaid, whichever way; those that were declined among them.
    pub not_paid: u64,
    /// Orders to which the bank said yes: told to await the merchant, or to be paid.
    pub approved: u64,
    /// What was financed, by what the paid attempts are for. A rental is for no amount that is known here.
    pub financed: BTreeMap<Currency, Decimal>,
    /// What waits for the merchant **now**, whenever it began to.
    pub waiting: BTreeMap<Currency, Decimal>,
    /// How long it took from an attempt's opening until it was told to be paid; none where nothing was.
    pub until_paid: Option<UntilPaid>,
}

impl ShopPeriod {
    /// Of a shop of whose orders nothing was told.
    pub const fn none(shop: ShopName) -> Self {
        Self {
            shop,
            paid: 0,
            declined: 0,
            not_paid: 0,
            approved: 0,
            financed: BTreeMap::new(),
            waiting: BTreeMap::new(),
            until_paid: None,
        }
    }

    /// Adds what was financed, so many times the same.
    pub fn add_financed(&mut self, amount: Money, times: u64) {
        add(&mut self.financed, amount, times);
    }

    /// Adds what waits for the merchant, so many times the same.
    pub fn add_waiting(&mut self, amount: Money, times: u64) {
        add(&mut self.waiting, amount, times);
    }
}

fn add(amounts: &mut BTreeMap<Currency, Decimal>, amount: Money, times: u64) {
    let sum = amounts.entry(amount.currency()).or_default();
    let all = amount.amount().saturating_mul(Decimal::from(times));
    *sum = sum.saturating_add(all);
}

/// How long it took until orders were paid.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UntilPaid {
    /// Half of them took no longer.
    pub median: Duration,
    /// Of twenty, nineteen took no longer.
    pub p95: Duration,
}

impl UntilPaid {
    /// So many of those that were paid last in a period are looked at.
    pub const MOST: u32 = 10_000;

    /// Of these; none of none. Both figures are among those given: nothing is interpolated.
    pub fn of(mut took: Vec<Duration>) -> Option<Self> {
        took.sort_unstable();
        let at = |percent: usize| {
            let rank = (took.len() * percent).div_ceil(100);
            took.get(rank.checked_sub(1)?).copied()
        };
        Some(Self {
            median: at(50)?,
            p95: at(95)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_took_no_longer_than_the_median_and_nineteen_of_twenty_no_longer_than_p95() {
        let of = |seconds: &[u64]| {
            let took = seconds.iter().copied().map(Duration::from_secs);
            UntilPaid::of(took.collect()).map(|until| (until.median.as_secs(), until.p95.as_secs()))
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[7]), Some((7, 7)));
        assert_eq!(of(&[9, 1]), Some((1, 9)));
        let hundred: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(of(&hundred), Some((50, 95)));
    }

    #[test]
    fn amounts_are_added_by_currency_to_the_digit() {
        let mut amounts = BTreeMap::new();
        for (text, currency, times) in [
            ("0.10", Currency::EUR, 3),
            ("499.90", Currency::PLN, 2),
            ("0.05", Currency::EUR, 1),
        ] {
            add(&mut amounts, Money::parse(text, currency).unwrap(), times);
        }
        let text = |currency| amounts.get(&currency).map(Decimal::to_string);
        assert_eq!(text(Currency::EUR).as_deref(), Some("0.35"));
        assert_eq!(text(Currency::PLN).as_deref(), Some("999.80"));
    }
}
