//! An amount in another currency than its document's is never sent as so much of the document's.

use std::collections::BTreeSet;

use inbank_domain::{
    ApplicationPrefill, ApplicationRequest, CalculationRequest, Currency, Invalid, Money, Months,
    Personal, ProductCode, Region, RentalRequest, SessionRequest,
};
use serde::Serialize;

use super::{Step, fixture, places, spelled};
use crate::document::{read_application_request, read_rental_request, read_session_request};
use crate::wire::{application, calculation, rental, session};
use crate::{ApiVersion, wire};

/// Which money is changed.
type Place<T> = (&'static str, fn(&mut T, Money));

fn zloty() -> Money {
    Money::parse("100", Currency::PLN).unwrap()
}

fn euro(digits: &str) -> Money {
    Money::parse(digits, Currency::EUR).unwrap()
}

/// A session with an amount in every place that has one.
fn session() -> SessionRequest {
    let document = fixture!("epos-2.10/session-open.request.json");
    let mut request = read_session_request(document, &Region::ESTONIA).unwrap();
    request.application = Some(ApplicationPrefill {
        monthly_income: Some(Personal::new(euro("2900"))),
        monthly_household_costs: Some(Personal::new(euro("300"))),
        ..ApplicationPrefill::default()
    });
    request
}

/// An application likewise.
fn application() -> ApplicationRequest {
    let document = fixture!("direct-ee-lv-2.05/application.request.json");
    let request = read_application_request(document, &Region::ESTONIA).unwrap();
    let mut request = request.with_down_payment(euro("10")).unwrap();
    request.means.monthly_household_costs = Some(Personal::new(euro("300")));
    request.purchase = Some(session().purchase);
    request
}

/// A cart likewise.
fn rented(region: &Region) -> RentalRequest {
    let document = fixture!("smart-rent-3.04/calculation.request.json");
    let priced = document.replace("\"grossPrice\": null", "\"grossPrice\": 1220");
    read_rental_request(&priced, region).unwrap()
}

/// Every change of one amount is refused by the name of its field, and no field that goes out as an
/// amount is left out of the table.
fn refuses<T: Clone, W: Serialize>(
    request: &T,
    amounts_in_the_table: &[Place<T>],
    other_amounts: &[&str],
    encode: impl Fn(&T) -> Result<W, Invalid>,
) {
    for (field, put) in amounts_in_the_table {
        let mut foreign = request.clone();
        put(&mut foreign, zloty());
        let error = encode(&foreign).map(drop).unwrap_err();
        assert_eq!(error.field(), *field);
        assert!(error.problem().contains("EUR"), "{error}");
    }
    let sent = ApiVersion::V2.encode(&encode(request).unwrap()).unwrap();
    let sent: serde_json::Value = serde_json::from_slice(&sent).unwrap();
    let amounts: BTreeSet<_> = places(&sent)
        .iter()
        .filter(|place| {
            let name = place.iter().rev().find_map(|step| match step {
                Step::Field(name) => Some(name.as_str()),
                Step::Item(_) => None,
            });
            let words = [
                "amount",
                "price",
                "discount",
                "income",
                "obligations",
                "costs",
            ];
            let own = spelled(place).contains("additional_details");
            let name = name.unwrap_or_default().to_ascii_lowercase();
            !own && words.iter().any(|word| name.ends_with(word))
        })
        .map(|place| spelled(place))
        .collect();
    let named = amounts_in_the_table.iter().map(|(field, _)| *field);
    let named: BTreeSet<_> = named.chain(other_amounts.iter().copied()).collect();
    assert_eq!(amounts, named.into_iter().map(str::to_owned).collect());
}

#[test]
fn no_amount_of_a_session_is_sent_in_another_currency() {
    refuses(
        &session(),
        &[
            ("purchase.items[0].amount", |request, money| {
                request.purchase.items[0].amount = Some(money);
            }),
            ("purchase.items[1].amount", |request, money| {
                request.purchase.items[1].amount = Some(money);
            }),
            (
                "credit_application_data.monthly_income",
                |request, money| {
                    let prefill = request.application.as_mut().unwrap();
                    prefill.monthly_income = Some(Personal::new(money));
                },
            ),
            (
                "credit_application_data.monthly_household_costs",
                |request, money| {
                    let prefill = request.application.as_mut().unwrap();
                    prefill.monthly_household_costs = Some(Personal::new(money));
                },
            ),
        ],
        &["total_amount"],
        |request| session::Request::new(request, &Currency::EUR).map(written),
    );
    let request = session();
    let error = session::Request::new(&request, &Currency::PLN);
    assert_eq!(error.map(drop).unwrap_err().field(), "total_amount");
}

#[test]
fn no_amount_of_an_application_is_sent_in_another_currency() {
    refuses(
        &application(),
        &[
            ("credit_application.monthly_income", |request, money| {
                request.means.monthly_income = Some(Personal::new(money));
            }),
            (
                "credit_application.monthly_financial_obligations",
                |request, money| {
                    request.means.monthly_financial_obligations = Some(Personal::new(money));
                },
            ),
            (
                "credit_application.monthly_household_costs",
                |request, money| {
                    request.means.monthly_household_costs = Some(Personal::new(money));
                },
            ),
            ("purchase.items[0].amount", |request, money| {
                request.purchase.as_mut().unwrap().items[0].amount = Some(money);
            }),
            ("purchase.items[1].amount", |request, money| {
                request.purchase.as_mut().unwrap().items[1].amount = Some(money);
            }),
        ],
        &[
            "credit_application.amount",
            "credit_application.down_payment_amount",
        ],
        |request| application::request::Request::new(request, Currency::EUR).map(written),
    );
    let request = application();
    let error = application::request::Request::new(&request, Currency::PLN);
    let error = error.map(drop).unwrap_err();
    assert_eq!(error.field(), "credit_application.amount");
}

#[test]
fn no_price_of_a_rental_is_sent_in_another_currency() {
    // Its own constructors keep it to one currency; which, the document says.
    refuses(
        &rented(&Region::ESTONIA),
        &[],
        &[
            // The guide's v2 sample spells these two as v3 does.
            "grossTradeInAmount",
            "grossCampaignDiscount",
            "assets[0].net_price",
            "assets[0].gross_price",
            "assets[1].net_price",
            "assets[1].gross_price",
        ],
        |request| rental::Request::new(request, Currency::EUR).map(written),
    );
    let abroad = rented(&Region::POLAND);
    let error = rental::Request::new(&abroad, Currency::EUR);
    assert_eq!(
        error.map(drop).unwrap_err().field(),
        "gross_trade_in_amount"
    );
    let document = fixture!("smart-rent-3.04/session-open.request.json");
    let document = document.replace("\"EUR\"", "\"PLN\"");
    let mut request = read_session_request(&document, &Region::POLAND).unwrap();
    request.purchase.items.clear();
    let error = session::Request::new(&request, &Currency::EUR);
    let error = error.map(drop).unwrap_err();
    assert!(
        error.field().starts_with("rental_application_data."),
        "{error}"
    );
}

#[test]
fn no_amount_of_a_calculation_is_sent_in_another_currency() {
    let product = ProductCode::parse("p").unwrap();
    let months = Months::new(12).unwrap();
    let request = CalculationRequest::new(&Region::POLAND, product, zloty(), months).unwrap();
    let request = request.with_down_payment(zloty()).unwrap();
    refuses(
        &request,
        &[],
        &["amount", "down_payment_amount"],
        |request| calculation::Request::new(request, &Currency::PLN).map(written),
    );
    let error = calculation::Request::new(&request, &Currency::EUR);
    assert_eq!(error.map(drop).unwrap_err().field(), "amount");
}

/// What goes out, of a payload that borrows from its request.
fn written(payload: impl Serialize) -> serde_json::Value {
    let body = ApiVersion::V2.encode(&payload).unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn a_number_on_the_wire_comes_from_money_of_its_documents_currency_alone() {
    use proptest::prelude::*;

    let currency = "[A-Z]{3}".prop_map(|code| code.parse::<Currency>().unwrap());
    let amount = (any::<i64>(), 0_u32..=18);
    proptest!(|(one in currency.clone(), other in currency, (mantissa, scale) in amount)| {
        let money = Money::new(rust_decimal::Decimal::new(mantissa, scale), one);
        let number = wire::number::Number::of("amount", money, other);
        match number {
            Ok(number) => {
                prop_assert_eq!(one, other);
                let text = serde_json::to_string(&number).unwrap();
                prop_assert_eq!(text, money.amount().to_string());
            }
            Err(error) => {
                prop_assert!(one != other);
                prop_assert_eq!(error.field(), "amount");
            }
        }
    });
}
