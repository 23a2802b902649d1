//! The annual percentage rate of charge, by Annex I of Directive 2008/48/EC.
//!
//! The rate X at which the present value of all instalments equals the credit paid out:
//! the sum of `instalment / (1 + X)^t`, `t` being the interval in years since the payout.

use rust_decimal::{
    Decimal, RoundingStrategy,
    prelude::{FromPrimitive, ToPrimitive},
};
use time::Date;

/// The rate when no payout date is known: one instalment after every twelfth of a year.
///
/// Annex I, Part I, remark (c) counts a year as twelve equal months.
#[expect(
    clippy::float_arithmetic,
    reason = "an interval in years is an exponent, not money"
)]
pub(crate) fn over_equal_months(
    credit: Decimal,
    instalments: impl IntoIterator<Item = Decimal>,
) -> Decimal {
    let flows: Vec<Flow> = (1_u32..)
        .zip(instalments)
        .map(|(month, amount)| Flow {
            years: f64::from(month) / 12.0,
            amount: float(amount),
        })
        .collect();
    solve(float(credit), &flows)
}

/// The rate between known dates: whole years, and then days over the length of the year they fall in.
///
/// Annex I, Part I, remark (c) counts a year as 365 days, or 366 for leap years.
pub(crate) fn between_dates(
    payout: Date,
    credit: Decimal,
    instalments: impl IntoIterator<Item = (Date, Decimal)>,
) -> Decimal {
    let flows: Vec<Flow> = instalments
        .into_iter()
        .map(|(date, amount)| Flow {
            years: years_between(payout, date),
            amount: float(amount),
        })
        .collect();
    solve(float(credit), &flows)
}

struct Flow {
    years: f64,
    amount: f64,
}

#[expect(
    clippy::float_arithmetic,
    reason = "an interval in years is an exponent, not money"
)]
fn years_between(from: Date, to: Date) -> f64 {
    let mut whole = to.year() - from.year();
    if anniversary(from, whole) > to {
        whole -= 1;
    }
    let start = anniversary(from, whole);
    let days = (to - start).whole_days();
    let length = (anniversary(from, whole + 1) - start).whole_days();
    let [days, length] =
        [days, length].map(|count| f64::from(i32::try_from(count).unwrap_or(i32::MAX)));
    f64::from(whole) + days / length
}

/// The same day some years later; 29 February becomes 28 in a common year.
fn anniversary(date: Date, years: i32) -> Date {
    let year = date.year() + years;
    date.replace_year(year)
        .or_else(|_| {
            date.replace_day(28)
                .and_then(|date| date.replace_year(year))
        })
        .unwrap_or(date)
}

#[expect(
    clippy::float_arithmetic,
    reason = "the equation has no closed form: its root is found numerically and rounded to four decimals, far above the error of a float"
)]
fn solve(credit: f64, flows: &[Flow]) -> Decimal {
    let present_value = |rate: f64| -> f64 {
        flows
            .iter()
            .map(|flow| flow.amount / (1.0 + rate).powf(flow.years))
            .sum()
    };
    // Bisection: the present value falls as the rate grows, so the root stays between the two.
    let (mut low, mut high) = (0.0, 1.0);
    if credit <= 0.0 || present_value(low) <= credit {
        return Decimal::ZERO;
    }
    while present_value(high) > credit && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if present_value(middle) > credit {
            low = middle;
        } else {
            high = middle;
        }
    }
    Decimal::from_f64(low)
        .unwrap_or_default()
        .round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)
}

fn float(amount: Decimal) -> f64 {
    amount.to_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;
    use time::{Month, macros::date};

    use super::*;

    #[test]
    fn a_credit_with_a_published_rate_has_that_rate() {
        // 1001.00 paid out on 5 November 2020 and repaid by 12 × 96.57 from 15 December on: 30.1 %.
        let dates = (0..12_u8).map(|month| {
            let (year, month) = if month == 0 {
                (2020, 12)
            } else {
                (2021, month)
            };
            Date::from_calendar_date(year, Month::try_from(month).unwrap(), 15).unwrap()
        });
        let rate = between_dates(
            date!(2020 - 11 - 05),
            dec!(1001.00),
            dates.map(|date| (date, dec!(96.57))),
        );
        assert_eq!(rate, dec!(0.3010));
    }

    #[test]
    fn the_guides_calculator_sample_has_its_rate() {
        let instalments = (1..=12).map(|number| {
            if number < 12 {
                dec!(177.86)
            } else {
                dec!(177.80)
            }
        });
        assert_eq!(over_equal_months(dec!(2000), instalments), dec!(0.1287));
    }

    #[test]
    fn a_credit_without_cost_has_no_rate() {
        assert_eq!(
            over_equal_months(dec!(300), [dec!(100), dec!(100), dec!(100)]),
            Decimal::ZERO
        );
    }

    #[test]
    fn a_year_is_a_year_in_a_leap_year_too() {
        assert!((years_between(date!(2023 - 03 - 01), date!(2024 - 03 - 01)) - 1.0).abs() < 1e-12);
        assert!((years_between(date!(2024 - 02 - 29), date!(2025 - 02 - 28)) - 1.0).abs() < 1e-12);
    }
}
