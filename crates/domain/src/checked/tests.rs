use proptest::prelude::*;
use rust_decimal::Decimal;
use time::Date;

use super::*;
use crate::{CostBreakdown, Currency, Instalment, Months, ProductCode, aprc};

fn euros(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn rate(text: &str) -> Rate {
    Rate::from_fraction(text.parse().unwrap())
}

fn date(year: i32, month: u8, day: u8) -> Date {
    Date::from_calendar_date(year, time::Month::try_from(month).unwrap(), day).unwrap()
}

/// The sample of *e-POS 2.10*, Calculator.
fn calculation() -> Calculation {
    let mut calculation = Calculation::new(
        ProductCode::parse("product_code_here").unwrap(),
        euros("2000.0"),
        Months::new(12).unwrap(),
        euros("177.86"),
        rate("0.0899"),
        rate("0.1287"),
        euros("2134.26"),
        euros("134.26"),
    );
    calculation.down_payment = Some(euros("0.0"));
    calculation
}

/// The sample of *Direct API EE/LV 2.05*, Get the application.
fn offer() -> Offer {
    let mut offer = Offer::new(
        euros("1001.0"),
        Months::new(12).unwrap(),
        euros("96.57"),
        rate("0.149"),
        rate("0.301"),
    );
    offer.made_on = Some(date(2020, 11, 5));
    offer.total_cost = Some(euros("1158.84"));
    offer.cost_of_credit = Some(euros("157.84"));
    offer.net_credit_amount = Some(euros("1001.0"));
    offer.contract_fee = Some(euros("11.0"));
    offer.down_payment = Some(euros("0.0"));
    offer.first_payment = Some((date(2020, 12, 15), euros("96.57")));
    offer.last_payment = Some((date(2021, 11, 15), euros("96.57")));
    offer
}

/// Two rows that pay 100 back with 2 of interest.
fn rows() -> Vec<Instalment> {
    let row = |number: u32, balance, principal, interest, total| {
        let month = u8::try_from(number).unwrap();
        let mut row = Instalment::new(number, date(2026, month, 10), euros(total));
        row.balance_before = Some(euros(balance));
        row.principal = Some(euros(principal));
        row.interest = Some(euros(interest));
        row
    };
    vec![
        row(1, "100", "49.75", "1.25", "51.00"),
        row(2, "50.25", "50.25", "0.75", "51.00"),
    ]
}

fn with_rows() -> Calculation {
    let months = [1, 2].map(|month| (crate::Years::months(month), euros("51")));
    let rate = aprc(euros("100"), &months).unwrap().rounded(4);
    let mut calculation = Calculation::new(
        ProductCode::parse("p").unwrap(),
        euros("100"),
        Months::new(2).unwrap(),
        euros("51"),
        self::rate("0.15"),
        rate,
        euros("102"),
        euros("2"),
    );
    calculation.schedule = rows();
    calculation
}

fn verdict(checked: &Checked, name: CheckName) -> &Verdict {
    let check = checked.checks().iter().find(|check| check.name == name);
    &check.unwrap().verdict
}

/// The names and texts of what doesn't agree.
fn said(checked: &Checked) -> Vec<String> {
    let differences = checked.checks().iter().filter_map(|check| {
        let Verdict::Differs(difference) = &check.verdict else {
            return None;
        };
        Some(format!("{}: {difference}", check.name))
    });
    differences.collect()
}

#[test]
fn what_the_guides_print_agrees() {
    let checked = calculation().checked();
    assert!(checked.agrees(), "{checked:?}");
    for name in [CheckName::Cost, CheckName::Aprc] {
        assert_eq!(verdict(&checked, name), &Verdict::Agrees);
    }
    let checked = offer().checked();
    assert!(checked.agrees(), "{checked:?}");
    for name in [
        CheckName::Total,
        CheckName::NetCredit,
        CheckName::Cost,
        CheckName::Aprc,
    ] {
        assert_eq!(verdict(&checked, name), &Verdict::Agrees, "{name}");
    }
}

/// Two rows that leave 20 of 100 to be paid with the last of them.
fn with_residual(residual: Option<&str>, total: &str) -> Checked {
    let paid_out = date(2025, 12, 10);
    let due = |row: usize| rows()[row].due;
    let payments = [(due(0), euros("51")), (due(1), euros("51"))];
    let rate = crate::aprc_between(paid_out, euros("100"), &payments).unwrap();
    let mut offer = Offer::new(
        euros("100"),
        Months::new(2).unwrap(),
        euros("51"),
        self::rate("0.15"),
        rate.rounded(4),
    );
    offer.made_on = Some(paid_out);
    offer.total_cost = Some(euros(total));
    offer.residual = residual.map(euros);
    offer.schedule = rows();
    offer.schedule[1].principal = Some(euros("30.25"));
    offer.schedule[1].total = euros("31.00");
    offer.checked()
}

#[test]
fn what_is_left_after_the_last_instalment_is_no_contradiction() {
    for total in ["82", "102"] {
        let checked = with_residual(Some("20"), total);
        assert!(checked.agrees(), "{total}: {checked:?}");
        let aprc = verdict(&checked, CheckName::Aprc);
        assert_eq!(aprc, &Verdict::Agrees, "{total}");
    }
    for residual in [None, Some("0"), Some("19")] {
        let said = said(&with_residual(residual, "102"));
        let expected = ["row_balances", "total", "aprc"];
        for name in expected {
            let is_said = said.iter().any(|text| text.starts_with(name));
            assert!(is_said, "{residual:?}: {name}: {said:?}");
        }
    }
}

#[test]
fn a_schedule_that_adds_up_agrees_in_everything_that_it_has() {
    let checked = with_rows().checked();
    assert!(checked.agrees(), "{checked:?}");
    for name in [
        CheckName::Rows,
        CheckName::RowParts,
        CheckName::RowBalances,
        CheckName::Total,
    ] {
        assert_eq!(verdict(&checked, name), &Verdict::Agrees, "{name}");
    }
}

#[test]
fn each_thing_that_does_not_agree_is_named() {
    let change = |change: fn(&mut Calculation)| {
        let mut calculation = with_rows();
        change(&mut calculation);
        said(&calculation.checked())
    };
    assert_eq!(
        change(|all| all.period = Months::new(3).unwrap()),
        ["rows: the bank says 2 rows, its other figures 3 rows"]
    );
    assert_eq!(
        change(|all| all.schedule[0].interest = Some(euros("1.26"))),
        ["row_parts: row 1: the bank says 51.00 EUR, its other figures 51.01 EUR"]
    );
    assert_eq!(
        change(|all| all.schedule[1].balance_before = Some(euros("50.26"))),
        ["row_balances: row 2: the bank says 50.26 EUR, its other figures 50.25 EUR"]
    );
    assert_eq!(
        change(|all| {
            all.schedule[1].principal = Some(euros("50.24"));
            all.schedule[1].interest = Some(euros("0.76"));
        }),
        ["row_balances: row 2: the bank says 50.24 EUR, its other figures 50.25 EUR"]
    );
    assert_eq!(
        change(|all| {
            all.total_cost = euros("102.01");
            all.cost_of_credit = euros("2.01");
        }),
        ["total: the bank says 102.01 EUR, its other figures 102.00 EUR"]
    );
    assert_eq!(
        change(|all| all.cost_of_credit = euros("2.50")),
        ["cost: the bank says 2.50 EUR, its other figures 2 EUR"]
    );
    assert_eq!(
        change(|all| {
            let told = |text| Some(euros(text));
            let costs = CostBreakdown {
                net_credit_amount: told("100"),
                interest_total: told("1.5"),
                contract_fee_total: told("0.25"),
                admin_fee_total: told("0"),
                insurance_fee_total: told("0"),
                ..CostBreakdown::default()
            };
            all.costs = Some(costs);
        }),
        ["cost_parts: the bank says 2 EUR, its other figures 1.75 EUR"]
    );
    let told = change(|all| all.aprc = rate("0.15"));
    assert!(
        told[0].starts_with("aprc: the bank says 15 %, its other figures 17"),
        "{told:?}"
    );
}

#[test]
fn a_net_credit_that_is_none_of_the_amount_is_named() {
    let mut offer = offer();
    offer.down_payment = Some(euros("1"));
    let told = said(&offer.checked());
    assert_eq!(
        told,
        ["net_credit: the bank says 1001.0 EUR, its other figures 1000.0 EUR"]
    );
}

#[test]
fn a_rate_that_is_off_by_its_last_digit_is_named() {
    for wrong in ["0.302", "0.3", "0.299", "0.3011", "0.031"] {
        let mut offer = offer();
        offer.aprc = rate(wrong);
        let told = said(&offer.checked());
        // The law's newer wording of days gives 30.0 %.
        assert_eq!(told.is_empty(), wrong == "0.3", "{wrong}: {told:?}");
    }
    for wrong in ["0.1286", "0.1288", "0.13"] {
        let mut calculation = calculation();
        calculation.aprc = rate(wrong);
        let told = said(&calculation.checked());
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

#[test]
fn as_many_digits_count_as_the_bank_prints_and_three_at_least() {
    for right in ["0.301", "0.3010", "0.30098", "0.30097815"] {
        let mut offer = offer();
        offer.aprc = rate(right);
        assert_eq!(said(&offer.checked()), [""; 0], "{right}");
    }
}

#[test]
fn a_total_with_the_down_payment_in_it_adds_up_as_one_without_does() {
    for (total, cost) in [("102", "2"), ("122", "2")] {
        let mut calculation = with_rows();
        calculation.amount = euros("120");
        calculation.down_payment = Some(euros("20"));
        calculation.total_cost = euros(total);
        calculation.cost_of_credit = euros(cost);
        for rows in [rows(), Vec::new()] {
            calculation.schedule = rows;
            let told = said(&calculation.checked());
            assert!(told.is_empty(), "{total}: {told:?}");
        }
    }
}

#[test]
fn rows_by_date_may_explain_the_rate_where_equal_months_do_not() {
    let mut calculation = with_rows();
    let (today, payments) = (
        date(2025, 12, 20),
        [
            (date(2026, 1, 10), euros("51")),
            (date(2026, 2, 10), euros("51")),
        ],
    );
    calculation.aprc = crate::aprc_between(today, euros("100"), &payments)
        .unwrap()
        .rounded(4);
    assert!(!calculation.checked().agrees());
    calculation.made_on = Some(today);
    assert!(calculation.checked().agrees());
}

#[test]
fn what_is_left_out_is_said_to_be_not_checked() {
    let checked = calculation().checked();
    for name in [
        CheckName::Rows,
        CheckName::RowParts,
        CheckName::Total,
        CheckName::CostParts,
    ] {
        assert!(
            matches!(verdict(&checked, name), Verdict::NotChecked(_)),
            "{name}"
        );
    }
    let mut offer = offer();
    offer.made_on = None;
    let checked = offer.checked();
    assert!(matches!(
        verdict(&checked, CheckName::Aprc),
        Verdict::NotChecked(_)
    ));
    offer.made_on = Some(date(2020, 11, 5));
    offer.last_payment = Some((date(2021, 12, 15), euros("96.57")));
    let checked = offer.checked();
    assert!(matches!(
        verdict(&checked, CheckName::Aprc),
        Verdict::NotChecked(_)
    ));
    // A row's fees have no column, so a payment above its parts proves nothing.
    let mut calculation = with_rows();
    calculation.schedule[0].interest = Some(euros("1"));
    let checked = calculation.checked();
    assert!(matches!(
        verdict(&checked, CheckName::RowParts),
        Verdict::NotChecked(_)
    ));
}

#[test]
fn where_no_rate_is_possible_that_is_said() {
    let mut calculation = calculation();
    calculation.total_cost = euros("1990");
    calculation.cost_of_credit = euros("-10");
    let told = said(&calculation.checked());
    assert_eq!(
        told,
        ["aprc: the bank says 12.87 %, its other figures none, since less is repaid than is lent"]
    );
    calculation.period = Months::new(u16::MAX).unwrap();
    let checked = calculation.checked();
    assert!(matches!(
        verdict(&checked, CheckName::Aprc),
        Verdict::NotChecked(_)
    ));
}

/// The largest mantissa of a decimal: 96 bits.
const MOST: i128 = (1 << 96) - 1;

proptest! {
    #[test]
    fn no_figures_make_it_panic(
        amounts in prop::collection::vec((-MOST..=MOST, 0_u32..=28, any::<bool>()), 12),
        period in 1_u16.., day in -100_000_i32..100_000, last in -100_000_i32..100_000,
    ) {
        let money = |n: usize| {
            let (mantissa, scale, euro) = amounts[n];
            let currency = if euro { Currency::EUR } else { Currency::PLN };
            Money::new(Decimal::from_i128_with_scale(mantissa, scale), currency)
        };
        let day = Date::from_julian_day(2_460_000 + day).unwrap();
        let last = Date::from_julian_day(2_460_000 + last).unwrap();
        let mut calculation = calculation();
        calculation.amount = money(0);
        calculation.down_payment = Some(money(1));
        calculation.monthly_payment = money(2);
        calculation.total_cost = money(3);
        calculation.cost_of_credit = money(4);
        calculation.aprc = Rate::from_fraction(money(5).amount());
        calculation.period = Months::new(period).unwrap();
        calculation.made_on = Some(day);
        let _ = calculation.checked();
        let mut row = Instalment::new(u32::from(period), last, money(6));
        row.principal = Some(money(7));
        row.balance_before = Some(money(8));
        calculation.schedule = vec![row.clone(), row];
        let _ = calculation.checked();
        let mut offer = offer();
        offer.made_on = Some(day);
        offer.amount = money(0);
        offer.net_credit_amount = Some(money(9));
        offer.first_payment = Some((day, money(10)));
        offer.last_payment = Some((last, money(11)));
        offer.period = Months::new(period).unwrap();
        let _ = offer.checked();
        offer.schedule = calculation.schedule;
        let _ = offer.checked();
    }
}
