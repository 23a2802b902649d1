use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::Currency;

fn euros(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn date(text: &str) -> Date {
    let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap());
    let (year, month, day) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    let month = time::Month::try_from(u8::try_from(month).unwrap()).unwrap();
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).unwrap()).unwrap()
}

/// The offer that *Direct API EE/LV 2.05* prints: 1001 on 5 November 2020, 12 × 96.57 from 15 December on.
fn printed() -> (Date, Money, Vec<(Date, Money)>) {
    let first = date("2020-12-15");
    let payments = (0..12).map(|n| (years::shifted(first, n).unwrap(), euros("96.57")));
    (date("2020-11-05"), euros("1001"), payments.collect())
}

#[test]
fn the_offer_that_the_guide_prints_has_the_rate_that_it_prints() {
    let (paid_out, credit, payments) = printed();
    let rate = aprc_between(paid_out, credit, &payments).unwrap();
    assert_eq!(rate.rounded(3).to_string(), "30.1 %");
    // To the last digit, by floats of sixteen digits: 0.30097814906418.
    assert_eq!(rate.fraction().to_string(), "0.30097815");
}

#[test]
fn days_are_counted_in_the_way_that_is_asked_for() {
    let (paid_out, credit, payments) = printed();
    for (count, rate) in [
        (DayCount::DaysOfTheYear, "0.30097815"),
        (DayCount::Days365, "0.30097815"),
        // A month and ten days of the 366 up to 15 November 2020.
        (DayCount::MonthsAndDays, "0.2999624"),
    ] {
        let counted = aprc_counted(paid_out, credit, &payments, count).unwrap();
        assert_eq!(counted.fraction().to_string(), rate, "{count:?}");
    }
}

#[test]
fn the_calculation_that_the_guide_prints_has_the_rate_that_it_prints() {
    // *e-POS 2.10*, Calculator: 2000 in twelve months, 177.86 each, 2134.26 in all.
    let payments = (1..=12).map(|n| {
        let payment = if n < 12 { "177.86" } else { "177.80" };
        (Years::months(n), euros(payment))
    });
    let rate = aprc(euros("2000"), &payments.collect::<Vec<_>>()).unwrap();
    assert_eq!(rate.rounded(4).to_string(), "12.87 %");
}

/// Directive 98/7/EC, Annex III, printed them for the same equation; 2008/48/EC prints none.
#[test]
fn the_examples_that_the_law_once_printed_come_out() {
    let day = Years::days;
    let month = Years::months;
    for (credit, payments, known) in [
        // By the calendar: a year and a half is 546 days.
        ("1000", vec![(day(546), "1200")], "12.96 %"),
        // 50 of charges are kept back.
        ("950", vec![(day(546), "1200")], "16.9 %"),
        (
            "1000",
            vec![(day(365), "600"), (day(730), "600")],
            "13.07 %",
        ),
        // By equal months.
        ("1000", vec![(month(18), "1200")], "12.92 %"),
        ("950", vec![(month(18), "1200")], "16.85 %"),
        (
            "1000",
            vec![(month(12), "600"), (month(24), "600")],
            "13.07 %",
        ),
        (
            "1000",
            vec![(month(3), "272"), (month(6), "272"), (month(12), "544")],
            "13.19 %",
        ),
    ] {
        let payments: Vec<_> = payments.into_iter().map(|(t, m)| (t, euros(m))).collect();
        let rate = aprc(euros(credit), &payments).unwrap();
        assert_eq!(rate.rounded(4).to_string(), known);
    }
}

#[test]
fn whole_months_are_equal_months_whatever_their_length() {
    let paid_out = date("2026-01-31");
    let payments: Vec<_> = ["2026-02-28", "2026-03-31", "2026-04-30"]
        .map(|due| (date(due), euros("34")))
        .into();
    let by_dates = aprc_between(paid_out, euros("100"), &payments).unwrap();
    let months: Vec<_> = (1..=3).map(|n| (Years::months(n), euros("34"))).collect();
    assert_eq!(by_dates, aprc(euros("100"), &months).unwrap());
}

#[test]
fn a_year_is_a_year_in_a_leap_year_too() {
    for (from, to) in [("2023-03-01", "2024-03-01"), ("2024-02-29", "2025-02-28")] {
        let years = Years::between(date(from), date(to), DayCount::DaysOfTheYear);
        assert_eq!(years, Some(Years::months(12)), "{from}");
    }
}

#[test]
fn a_credit_without_cost_has_a_rate_of_nothing() {
    let payments: Vec<_> = (1..=3).map(|n| (Years::months(n), euros("100"))).collect();
    let rate = aprc(euros("300"), &payments).unwrap();
    assert_eq!(rate.to_string(), "0 %");
}

#[test]
fn what_is_paid_on_the_first_day_lowers_the_credit() {
    let kept_back = [
        (Years::months(0), euros("50")),
        (Years::months(18), euros("1200")),
    ];
    let less = [(Years::months(18), euros("1200"))];
    assert_eq!(aprc(euros("1000"), &kept_back), aprc(euros("950"), &less));
}

#[test]
fn where_there_is_no_rate_it_is_said_why() {
    let later = Years::months(1);
    let zloty = Money::parse("10", Currency::PLN).unwrap();
    for (credit, payments, why) in [
        ("0", vec![(later, euros("1"))], NoAprc::NothingLent),
        ("-1", vec![(later, euros("1"))], NoAprc::NothingLent),
        ("9", vec![(later, zloty)], NoAprc::Currencies),
        ("9", vec![(later, euros("-1"))], NoAprc::Payment),
        ("9", vec![(later, euros("8.99"))], NoAprc::LessRepaid),
        ("9", vec![], NoAprc::LessRepaid),
        ("9", vec![(later, euros("1")); 601], NoAprc::TooMany),
        // More at once than was lent; a thousand times as much in a month.
        (
            "9",
            vec![(Years::months(0), euros("10"))],
            NoAprc::OutOfRange,
        ),
        ("9", vec![(later, euros("9000"))], NoAprc::OutOfRange),
        (
            "0.0000000001",
            vec![(later, euros("9000000000"))],
            NoAprc::OutOfRange,
        ),
    ] {
        assert_eq!(aprc(euros(credit), &payments), Err(why), "{credit}");
    }
    let before = [(date("2026-01-01"), euros("10"))];
    let rate = aprc_between(date("2026-01-02"), euros("9"), &before);
    assert_eq!(rate, Err(NoAprc::Payment));
}

#[test]
fn what_most_costs_has_a_rate_too() {
    // A small fee over a few days is a large rate: (1.1)^36.5 - 1.
    let rate = aprc(euros("100"), &[(Years::days(10), euros("110"))]).unwrap();
    assert_eq!(rate.rounded(3).to_string(), "3142.1 %");
}

/// The largest mantissa of a decimal: 96 bits.
const MOST: i128 = (1 << 96) - 1;

proptest! {
    #[test]
    fn at_its_rate_what_is_repaid_is_worth_what_was_lent(
        credit in 10_000_u32..2_000_000, surcharge in 1_u32..5_000, period in 1_u32..=120,
    ) {
        let instalment = Decimal::from(credit) * (Decimal::ONE + Decimal::new(surcharge.into(), 4))
            / Decimal::from(period);
        let instalment = Money::new(instalment.round_dp(2), Currency::EUR);
        let credit = Money::new(Decimal::from(credit), Currency::EUR);
        let payments: Vec<_> = (1..=period).map(|n| (Years::months(n), instalment)).collect();
        let Ok(rate) = aprc(credit, &payments) else {
            // Rounded down to less than the credit.
            return Ok(());
        };
        // A twelfth root of the growth by bisection of powers alone, which has nothing in common with it.
        let growth = Decimal::ONE + rate.fraction();
        let (mut low, mut high) = (Decimal::ZERO, Decimal::ONE);
        for _ in 0..80 {
            let middle = (low + high) / Decimal::TWO;
            let year = (0..12).fold(growth, |power, _| power * middle);
            if year > Decimal::ONE { high = middle } else { low = middle }
        }
        let (worth, _) = (0..period).fold((Decimal::ZERO, Decimal::ONE), |(worth, power), _| {
            let power = power * low;
            (worth + instalment.amount() * power, power)
        });
        let off = (worth / credit.amount() - Decimal::ONE).abs();
        prop_assert!(off < Decimal::new(1, 6), "{off} at {rate}");
    }

    #[test]
    fn no_amounts_and_dates_make_it_panic(
        credit in -MOST..=MOST, scale in 0_u32..=28,
        rows in prop::collection::vec((any::<i128>(), 0_u32..=28, any::<i32>()), 0..20),
    ) {
        let money = |mantissa: i128, scale| {
            Money::new(Decimal::from_i128_with_scale(mantissa % (MOST + 1), scale), Currency::EUR)
        };
        let day = |number: i32| {
            let span = i64::from(Date::MAX.to_julian_day()) - i64::from(Date::MIN.to_julian_day()) + 1;
            let offset = i64::from(number).rem_euclid(span) + i64::from(Date::MIN.to_julian_day());
            Date::from_julian_day(i32::try_from(offset).unwrap()).unwrap()
        };
        let payments: Vec<_> = rows.iter().map(|row| (day(row.2), money(row.0, row.1))).collect();
        for paid_out in [Date::MIN, Date::MAX, day(0), day(i32::MAX)] {
            let credit = money(credit, scale);
            let _ = aprc_between(paid_out, credit, &payments);
            for count in DayCount::ALL {
                let _ = aprc_counted(paid_out, credit, &payments, count);
            }
        }
    }
}
