use rust_decimal::Decimal;

use super::*;
use crate::{CostBreakdown, Currency, ProductCode, Region};

/// The sample of *e-POS 2.10*, Calculator, with the fees of an advanced answer.
fn printed() -> Calculation {
    let euros = |text| Money::parse(text, Currency::EUR).unwrap();
    let rate = |text: &str| Rate::from_fraction(text.parse().unwrap());
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
    let costs = CostBreakdown {
        contract_fee_total: Some(euros("33.88")),
        admin_fee_total: Some(euros("0")),
        ..CostBreakdown::default()
    };
    calculation.costs = Some(costs);
    calculation
}

#[test]
fn each_figure_has_its_name() {
    let example = printed().representative_example();
    let euros = |text| Money::parse(text, Currency::EUR).unwrap();
    assert_eq!(example.borrowing_rate.to_string(), "8.99 %");
    assert_eq!(example.aprc.to_string(), "12.87 %");
    assert_eq!(example.duration.get(), 12);
    for (figure, known) in [
        (example.cash_price, "2000"),
        (example.down_payment, "0"),
        (example.total_credit, "2000"),
        (example.instalment, "177.86"),
        (example.total_payable, "2134.26"),
        (example.cost_of_credit, "134.26"),
        (example.charges.unwrap().contract_fee.unwrap(), "33.88"),
    ] {
        assert_eq!(figure.compare(euros(known)), Ok(std::cmp::Ordering::Equal));
    }
    assert_eq!(example.charges.unwrap().insurance, None);
}

#[test]
fn what_is_paid_at_once_is_no_credit() {
    let mut calculation = printed();
    calculation.down_payment = Money::parse("500", Currency::EUR).ok();
    let example = calculation.representative_example();
    assert_eq!(example.total_credit.amount(), Decimal::from(1500));
}

#[test]
fn the_sentence_is_in_each_language_with_its_numbers() {
    let example = printed().representative_example();
    for (language, sentence) in [
        (
            Language::English,
            "Representative example: cash price €2,000.00, down payment €0.00, total amount of credit €2,000.00, \
             annual borrowing rate 8.99%, contract fee €33.88, administration fees €0.00, total cost of credit \
             €134.26, annual percentage rate of charge (APRC) 12.87%, duration 12 months, monthly instalment \
             €177.86, total amount payable €2,134.26.",
        ),
        (
            Language::Estonian,
            "Tüüpnäide: kauba hind 2000,00 €, sissemakse 0,00 €, krediidi kogusumma 2000,00 €, aastane \
             intressimäär 8,99%, lepingutasu 33,88 €, haldustasud kokku 0,00 €, krediidi kogukulu 134,26 €, \
             krediidi kulukuse määr aastas 12,87%, krediidi kestus 12 kuud, kuumakse 177,86 €, tagasimakstav \
             kogusumma 2134,26 €.",
        ),
        (
            Language::Czech,
            "Reprezentativní příklad: cena zboží 2 000,00 €, přímá platba 0,00 €, celková výše úvěru 2 000,00 €, \
             roční výpůjční úroková sazba 8,99 %, poplatek za uzavření smlouvy 33,88 €, poplatky za správu celkem \
             0,00 €, celkové náklady úvěru 134,26 €, roční procentní sazba nákladů (RPSN) 12,87 %, doba trvání \
             úvěru 12 měs., měsíční splátka 177,86 €, celková částka splatná spotřebitelem 2 134,26 €.",
        ),
    ] {
        // Spaces in numbers are such that no line breaks at them.
        assert_eq!(example.sentence(language).replace('\u{a0}', " "), sentence);
    }
}

#[test]
fn every_language_names_every_figure_and_leaves_the_law_to_a_lawyer() {
    let example = printed().representative_example();
    let mut texts = std::collections::BTreeSet::new();
    for language in Language::ALL {
        let text = example.text(language);
        for figure in [
            language.money(example.cash_price),
            language.money(example.total_payable),
            language.money(example.instalment),
            language.money(example.cost_of_credit),
            language.percentage(example.borrowing_rate),
            language.percentage(example.aprc),
            "12\u{a0}".to_owned(),
        ] {
            assert!(text.contains(&figure), "{figure} in {text}");
        }
        assert!(text.ends_with(&format!("({})", example.notice(language))));
        assert!(text.contains(example.warning(language)));
        let code = language.code();
        assert_eq!(code.parse::<Language>(), Ok(language));
        texts.insert(text);
    }
    assert_eq!(texts.len(), 7);
    assert_eq!("et-EE".parse(), Ok(Language::Estonian));
    let unknown = "fi".parse::<Language>().unwrap_err();
    assert_eq!(unknown.field(), "language");
}

/// As the Unicode CLDR 48 has them.
#[test]
fn numbers_are_written_as_in_the_language() {
    for (language, currency, small, large) in [
        (
            Language::Estonian,
            Currency::EUR,
            "1234,50 €",
            "12 345,67 €",
        ),
        (Language::Latvian, Currency::EUR, "1234,50 €", "12 345,67 €"),
        (
            Language::Lithuanian,
            Currency::EUR,
            "1 234,50 €",
            "12 345,67 €",
        ),
        (
            Language::Polish,
            Currency::PLN,
            "1234,50 zł",
            "12 345,67 zł",
        ),
        (
            Language::Czech,
            Currency::CZK,
            "1 234,50 Kč",
            "12 345,67 Kč",
        ),
        (Language::English, Currency::EUR, "€1,234.50", "€12,345.67"),
        (
            Language::English,
            Currency::PLN,
            "PLN 1,234.50",
            "PLN 12,345.67",
        ),
        (
            Language::Russian,
            Currency::EUR,
            "1 234,50 €",
            "12 345,67 €",
        ),
        (
            Language::Estonian,
            Currency::PLN,
            "1234,50 PLN",
            "12 345,67 PLN",
        ),
    ] {
        for (amount, written) in [("1234.5", small), ("12345.67", large)] {
            let money = Money::parse(amount, currency).unwrap();
            assert_eq!(language.money(money).replace('\u{a0}', " "), written);
        }
    }
    let million = Money::parse("-1234567.1234", Currency::EUR).unwrap();
    let written = Language::Lithuanian.money(million);
    assert_eq!(
        written, "-1\u{a0}234\u{a0}567,1234\u{a0}€",
        "nothing is rounded"
    );
    let rate = Rate::from_fraction(Decimal::new(3, 1));
    assert_eq!(Language::Polish.percentage(rate), "30,0%");
    assert_eq!(Language::Lithuanian.percentage(rate), "30,0\u{a0}%");
}

#[test]
fn a_region_has_the_language_of_its_country() {
    for (region, language) in [
        (Region::CZECHIA, Language::Czech),
        (Region::ESTONIA, Language::Estonian),
        (Region::LATVIA, Language::Latvian),
        (Region::LITHUANIA, Language::Lithuanian),
        (Region::POLAND, Language::Polish),
    ] {
        assert_eq!(Language::of_region(&region), language);
    }
    let elsewhere = Region::new("finland", "FI", Currency::EUR, &["fi-FI"]);
    assert_eq!(Language::of_region(&elsewhere), Language::English);
}

#[test]
fn no_figures_make_it_panic() {
    for (amount, down_payment, rate) in [
        (Decimal::MAX, Decimal::MIN, Decimal::MAX),
        (Decimal::MIN, Decimal::MAX, Decimal::MIN),
        (Decimal::ZERO, Decimal::new(1, 28), Decimal::new(-1, 28)),
    ] {
        let mut calculation = printed();
        calculation.amount = Money::new(amount, Currency::EUR);
        calculation.down_payment = Some(Money::new(down_payment, Currency::PLN));
        calculation.aprc = Rate::from_fraction(rate);
        for language in Language::ALL {
            assert!(
                !calculation
                    .representative_example()
                    .text(language)
                    .is_empty()
            );
        }
    }
}
