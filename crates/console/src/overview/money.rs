//! Sums by currency, and how long paying took.

use std::collections::BTreeMap;
use std::time::Duration;

use inbank_domain::{Currency, Money};
use inbank_ports::ShopPeriod;
use rust_decimal::Decimal;

use crate::chart::{Bar, Chart};
use crate::moment::span;

/// Amounts, each of one currency.
pub(super) struct Sums(pub(super) Vec<String>);

impl Sums {
    pub(super) fn of<'a>(parts: impl Iterator<Item = &'a BTreeMap<Currency, Decimal>>) -> Self {
        let mut sums = BTreeMap::<Currency, Decimal>::new();
        for (currency, amount) in parts.flatten() {
            let sum = sums.entry(*currency).or_default();
            *sum = sum.saturating_add(*amount);
        }
        let sums = sums.into_iter();
        Self(
            sums.map(|(currency, amount)| Money::new(amount, currency).in_coins().to_string())
                .collect(),
        )
    }
}

/// How long it took from an attempt's opening until it was paid. Shops are not mixed: the median of several can't be told from theirs.
pub(super) struct Took {
    pub(super) shops: Vec<(String, String, String)>,
    pub(super) chart: Option<Chart>,
}

/// So many shops are drawn: the slowest.
const DRAWN: usize = 4;

impl Took {
    pub(super) fn of(periods: &[&ShopPeriod]) -> Self {
        let mut shops: Vec<(String, Duration, Duration)> = (periods.iter())
            .filter_map(|of| {
                let until = of.until_paid?;
                Some((of.shop.to_string(), until.median, until.p95))
            })
            .collect();
        shops.sort_by_key(|(_, _, p95)| std::cmp::Reverse(*p95));
        let drawn = shops.iter().take(DRAWN);
        let bars: Vec<_> = drawn
            .flat_map(|(shop, median, p95)| {
                [("median", median), ("95th", p95)].map(|(what, time)| Bar {
                    label: format!("{shop}, {what}"),
                    value: span(*time),
                    weight: time.as_secs().max(1),
                    class: "quiet",
                })
            })
            .collect();
        let heads = ["Shop, percentile", "Time"];
        let title = "From paying to paid";
        Self {
            chart: (!bars.is_empty()).then(|| Chart::new("took", title, heads, bars)),
            shops: (shops.iter())
                .map(|(shop, median, p95)| (shop.clone(), span(*median), span(*p95)))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_of_one_currency_each() {
        let of = |pairs: &[(Currency, &str)]| {
            let pairs = pairs.iter();
            let pairs = pairs.map(|(currency, text)| (*currency, text.parse().unwrap()));
            pairs.collect::<BTreeMap<Currency, Decimal>>()
        };
        let parts = [
            of(&[(Currency::EUR, "0.10"), (Currency::PLN, "5.00")]),
            of(&[(Currency::EUR, "0.20")]),
        ];
        assert_eq!(Sums::of(parts.iter()).0, ["0.30 EUR", "5.00 PLN"]);
        assert_eq!(Sums::of(std::iter::empty()).0, [""; 0]);
    }
}
