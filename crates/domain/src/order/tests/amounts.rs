//! Amounts that the bank names, against what was asked for.

use super::*;

fn of_total(number: u32, status: &str, total: Money) -> Reading {
    let mut session = session(number, status);
    session.total = Some(total);
    Reading::of_session(&session, None)
}

#[test]
fn an_amount_that_is_absent_or_written_otherwise_is_no_difference() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.observe(number, &of_total(number, "pending", euros("100.00")), at(1));
    order.observe(number, &of_session(number, "completed"), at(2));
    assert_eq!(told(&mut order), ["paid"]);
}

#[test]
fn another_amount_or_currency_is_told_when_it_comes_to_light_and_never_paid() {
    for other in [euros("99.99"), Money::parse("100", Currency::PLN).unwrap()] {
        let shown = other.in_coins();
        let mut order = new_order();
        let number = opened(&mut order, 1, at(0));
        order.observe(number, &of_total(number, "pending", other), at(1));
        order.observe(number, &of_total(number, "pending", other), at(2));
        assert_eq!(
            told(&mut order),
            [format!(
                "needs_person: the bank names {shown} where 100.00 EUR was asked for"
            )]
        );
        order.observe(number, &of_total(number, "granted", other), at(3));
        order.observe(number, &of_total(number, "completed", other), at(4));
        assert_eq!(
            told(&mut order),
            [
                format!(
                    "needs_person: attempt 1 waits for the merchant, but the bank names {shown} where 100.00 EUR was asked for"
                ),
                format!(
                    "needs_person: attempt 1 is completed, but the bank names {shown} where 100.00 EUR was asked for"
                )
            ]
        );
        assert_eq!(order.status(), OrderStatus::NeedsPerson);
    }
}

#[test]
fn a_difference_is_not_forgotten_by_a_reading_that_leaves_it_out() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    let contract = {
        let mut contract = Contract::new(contract_id(number), "signed".into());
        contract.amount = Some(euros("50"));
        contract
    };
    let reading = Reading::of_session(&session(number, "granted"), Some(&contract));
    order.observe(number, &reading, at(1));
    order.observe(number, &of_total(number, "completed", euros("100")), at(2));
    assert_eq!(told_names(&mut order), ["needs_person", "needs_person"]);
}

#[test]
fn a_difference_that_comes_to_light_after_the_payment_is_for_a_person() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.observe(number, &of_session(number, "completed"), at(1));
    for seconds in [2, 3] {
        let reading = of_total(number, "completed", euros("50"));
        order.observe(number, &reading, at(seconds));
    }
    assert_eq!(told_names(&mut order), ["paid", "needs_person"]);
    assert!(order.needs_person.is_some());
}

#[test]
fn the_next_offers_amount_is_compared_anew() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    let mut changed = application(7, "positive");
    changed.amount = Some(euros("50"));
    order.observe(number, &Reading::of_application(&changed), at(1));
    assert!(order.attempt(number).unwrap().other_amount.is_some());
    let mut changed = application(8, "positive");
    changed.amount = Some(euros("100"));
    order.observe(number, &Reading::of_application(&changed), at(2));
    assert_eq!(order.attempt(number).unwrap().other_amount, None);
}

#[test]
fn a_rental_is_compared_with_nothing_since_the_bank_works_out_its_total() {
    let mut order = new_order();
    let number = asked(&mut order, AttemptKind::Rental, 1, at(0));
    order.set_terms(
        number,
        Terms {
            amount: None,
            ..terms(AttemptKind::Rental, 1)
        },
    );
    order.opened(number, session_id(number), page(number), at(0));
    order.observe(number, &of_total(number, "completed", euros("50")), at(1));
    assert_eq!(told(&mut order), ["paid"]);
}
