//! An application that its customer signs before the bank decides about it.

use super::*;
use crate::{Action, AttemptState, CommandRefused, OrderStatus, SendOutcome, Signature, Wanted};

const SIGN: Command = Command::SignApplication(Signature::Digital);

/// An order whose application was just submitted.
fn submitted(signature: bool) -> (Order, u32) {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    order
        .attempt_mut(number)
        .unwrap()
        .terms
        .application_signature = signature;
    order.observe(number, &of_application(number, "pending"), at(0));
    (order, number)
}

fn state(order: &Order, number: u32) -> AttemptState {
    order.attempt(number).unwrap().state
}

#[test]
fn a_pending_application_waits_for_its_customer_where_the_product_has_it_signed() {
    let (mut order, number) = submitted(true);
    assert_eq!(told(&mut order), ["action_wanted: application_signature"]);
    assert_eq!(
        order.status(),
        OrderStatus::ActionWanted(Action::ApplicationSignature)
    );
    order.observe(number, &of_application(number, "pending"), at(1));
    assert!(told(&mut order).is_empty());

    let (order, number) = submitted(false);
    assert_eq!(state(&order, number), AttemptState::Pending);
}

#[test]
fn an_application_that_shows_its_signature_is_pending() {
    let (mut order, number) = submitted(true);
    let mut application = application(number, "pending");
    application.confirmed_at = Some(at(5));
    order.observe(number, &Reading::of_application(&application), at(5));
    assert_eq!(state(&order, number), AttemptState::Pending);
    order.observe(number, &of_application(number, "pending"), at(6));
    assert_eq!(
        state(&order, number),
        AttemptState::Pending,
        "an old answer"
    );
}

#[test]
fn a_decision_overtakes_a_signature_that_was_never_shown() {
    let (mut order, number) = submitted(true);
    order.observe(number, &of_application(number, "positive"), at(9));
    assert_eq!(state(&order, number), AttemptState::Offered);
    let refused = order.want(number, SIGN, Decider::Platform, at(9));
    assert_eq!(refused, Ok(Wanted::Done));
}

#[test]
fn a_signature_that_the_bank_has_taken_is_the_last_that_the_customer_is_asked_for() {
    let (mut order, number) = submitted(true);
    let wanted = order.want(number, SIGN, Decider::Platform, at(1));
    assert_eq!(wanted, Ok(Wanted::Written));
    assert!(order.sending(number, at(1)));
    let taken = SendOutcome::Acknowledged { contract: None };
    order.sent(number, &SIGN, &taken, at(2));
    let attempt = order.attempt(number).unwrap();
    assert_eq!(
        (attempt.state, &attempt.command),
        (AttemptState::Pending, &None)
    );
    assert!(attempt.shows(&SIGN));
    order.observe(number, &of_application(number, "pending"), at(3));
    assert_eq!(order.status(), OrderStatus::Pending);
}

#[test]
fn a_signature_is_taken_once_and_for_an_application_that_waits_for_it() {
    let (mut order, number) = submitted(true);
    order.application_signed(number, at(1));
    assert_eq!(state(&order, number), AttemptState::Pending);
    order.observe(number, &of_application(number, "negative"), at(2));
    order.application_signed(number, at(3));
    assert_eq!(state(&order, number), AttemptState::Declined);

    let (mut order, number) = submitted(false);
    assert_eq!(
        order.want(number, SIGN, Decider::Platform, at(1)),
        Ok(Wanted::Done),
        "nothing is asked for"
    );
    let mut session = new_order();
    let number = opened(&mut session, 1, at(0));
    assert!(matches!(
        session.want(number, SIGN, Decider::Platform, at(1)),
        Err(CommandRefused::NotNow { .. })
    ));
}

#[test]
fn an_application_that_waits_to_be_signed_can_be_cancelled() {
    let (mut order, number) = submitted(true);
    assert_eq!(
        order.want(number, Command::Cancel, Decider::Platform, at(1)),
        Ok(Wanted::Written)
    );
}
