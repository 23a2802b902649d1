//! Attempts whose place another took, and orders that two attempts finance.

use super::*;
use crate::Signature;

fn command(order: &Order, number: u32) -> Option<Command> {
    let standing = order.attempt(number).unwrap().command.as_ref();
    standing.map(|standing| standing.command.clone())
}

#[test]
fn a_superseded_attempt_is_cancelled_by_a_command_as_soon_as_it_has_a_contract() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    opened(&mut order, 2, at(1));
    order.tend(at(2));
    assert_eq!(command(&order, old), None);
    order.observe(old, &of_session_with_contract(old, "granted"), at(3));
    order.tend(at(3));
    assert_eq!(command(&order, old), Some(Command::Cancel));
    assert!(order.sending(old, at(3)));
    // Whoever tends it again asks for nothing more.
    order.sent(old, &Command::Cancel, &acknowledged(), at(3));
    order.tend(at(4));
    assert!(!order.sending(old, at(4)));
    order.observe(old, &of_session(old, "cancelled"), at(5));
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn a_superseded_application_is_cancelled_before_it_has_a_contract() {
    let mut order = new_order();
    let old = asked(&mut order, APPLICATION, 1, at(0));
    order.observe(old, &of_application(old, "pending"), at(0));
    asked(&mut order, APPLICATION, 2, at(1));
    order.tend(at(1));
    assert_eq!(command(&order, old), Some(Command::Cancel));
}

#[test]
fn a_refused_cancellation_is_told_once_and_tried_again_only_after_a_move() {
    let mut order = new_order();
    let old = granted(&mut order, 1, at(0));
    opened(&mut order, 2, at(1));
    told(&mut order);
    order.tend(at(2));
    assert!(order.sending(old, at(2)));
    let refused = SendOutcome::Refused("can_not_cancel".to_owned());
    order.sent(old, &Command::Cancel, &refused, at(2));
    order.tend(at(3));
    order.tend(at(2 * DAY));
    assert_eq!(command(&order, old), None);
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the bank refused to cancel attempt 1, whose place another took: can_not_cancel"
        ]
    );
    let verification = Reading {
        state: Ok(AttemptState::VerificationWanted),
        ..of_session(old, "granted")
    };
    order.observe(old, &verification, at(3 * DAY));
    order.tend(at(3 * DAY));
    assert_eq!(command(&order, old), Some(Command::Cancel));
}

#[test]
fn a_cancellation_by_the_rules_stands_until_it_can_be_sent() {
    let mut order = new_order();
    let old = granted(&mut order, 1, at(0));
    opened(&mut order, 2, at(1));
    told(&mut order);
    order.tend(at(2));
    for days in 1..4 {
        order.tend(at(days * DAY + 2));
        assert_eq!(command(&order, old), Some(Command::Cancel));
    }
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the bank could not be told to cancel attempt 1, whose place another took for a day; nothing was done"
        ]
    );
}

#[test]
fn what_was_decided_and_not_sent_is_dropped_with_the_attempt() {
    let mut order = new_order();
    let old = granted(&mut order, 1, at(0));
    want(&mut order, old, Command::Approve).unwrap();
    opened(&mut order, 2, at(2));
    assert_eq!(command(&order, old), None);
}

#[test]
fn what_was_sent_for_an_attempt_is_not_repeated_once_another_took_its_place() {
    for read_before in [false, true] {
        let mut order = new_order();
        let old = granted(&mut order, 1, at(0));
        send(&mut order, old, Command::Approve, at(0));
        order.sent(old, &Command::Approve, &SendOutcome::Unclear, at(0));
        if read_before {
            // It was about to be sent once more.
            order.observe(old, &of_session(old, "granted"), at(40));
        }
        opened(&mut order, 2, at(41));
        order.observe(old, &of_session(old, "granted"), at(60));
        assert!(!order.sending(old, at(60)), "read before: {read_before}");
        order.tend(at(60));
        assert_eq!(command(&order, old), Some(Command::Cancel));
    }
}

#[test]
fn an_approval_waits_while_another_attempt_was_approved_by_somebody_else() {
    let mut order = new_order();
    let old = granted(&mut order, 1, at(0));
    let new = granted(&mut order, 1, at(1));
    want(&mut order, new, Command::Approve).unwrap();
    let mut contract = Contract::new(contract_id(old), "signed".into());
    contract.partner_approval_at = Some(at(2));
    let approved = Reading::of_session(&session(old, "granted"), Some(&contract));
    order.observe(old, &approved, at(3));
    assert!(!order.sending(new, at(3)));
    order.observe(old, &of_session(old, "cancelled"), at(4));
    assert!(order.sending(new, at(4)));
}

#[test]
fn for_a_superseded_attempt_nothing_is_decided_but_to_cancel() {
    let mut order = new_order();
    let old = offered(&mut order, 1, at(0));
    order.observe(old, &of_contract(old, "unsigned", None), at(0));
    asked(&mut order, APPLICATION, 2, at(1));
    let sign = Command::Sign(Signature::Digital);
    assert_eq!(want(&mut order, old, sign), Err(CommandRefused::Superseded));
    assert_eq!(want(&mut order, old, Command::Cancel), Ok(Wanted::Written));
}

#[test]
fn nobody_is_asked_to_do_anything_for_a_superseded_attempt() {
    let mut order = new_order();
    let old = offered(&mut order, 1, at(0));
    asked(&mut order, APPLICATION, 2, at(1));
    told(&mut order);
    order.observe(old, &of_application(8, "positive"), at(2));
    order.observe(old, &of_contract(8, "unsigned", None), at(3));
    let merchant = Some("waiting_for_partners_confirmation");
    order.observe(old, &of_contract(8, "signed", merchant), at(4));
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn the_end_of_a_superseded_attempt_is_not_the_orders_end() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    let new = opened(&mut order, 2, at(1));
    order.observe(old, &of_session(old, "expired"), at(2));
    assert_eq!(told(&mut order), [] as [&str; 0]);
    order.observe(new, &of_session(new, "declined"), at(3));
    assert_eq!(told(&mut order), ["not_paid: declined"]);
}

#[test]
fn an_attempt_that_expires_after_another_paid_is_not_the_orders_end() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    let new = opened(&mut order, 2, at(1));
    order.observe(new, &of_session(new, "completed"), at(2));
    order.observe(old, &of_session(old, "expired"), at(14 * DAY));
    assert_eq!(told(&mut order), ["paid"]);
    assert_eq!(order.status(), OrderStatus::Paid);
}

#[test]
fn a_former_cart_that_is_completed_is_for_a_person_with_both_amounts() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    let new = granted(&mut order, 2, at(1));
    told(&mut order);
    order.observe(old, &of_session(old, "completed"), at(2));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: attempt 1 is completed with 100.00 EUR, and the order was changed to 200.00 EUR before: the customer pays for the former cart"
        ]
    );
    assert_eq!(order.status(), OrderStatus::NeedsPerson);
    // The customer must not pay for the other cart as well.
    order.tend(at(3));
    assert_eq!(command(&order, new), Some(Command::Cancel));
}

#[test]
fn the_same_cart_in_an_older_attempt_pays_for_the_order_and_the_loser_is_cancelled() {
    let mut order = new_order();
    let old = asked(&mut order, SESSION, 1, at(0));
    order.opening_unclear(old);
    let new = granted(&mut order, 1, at(1));
    told(&mut order);
    order.observe(old, &of_session(old, "completed"), at(2));
    order.tend(at(2));
    assert_eq!(told(&mut order), ["paid"]);
    assert_eq!(order.paid_by, Some(old));
    assert_eq!(command(&order, new), Some(Command::Cancel));
}

#[test]
fn two_that_the_bank_completes_at_the_same_moment_are_one_payment_and_a_person() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    let new = opened(&mut order, 1, at(1));
    order.observe(new, &of_session(new, "completed"), at(2));
    order.observe(old, &of_session(old, "completed"), at(2));
    assert_eq!(
        told(&mut order),
        [
            "paid",
            "needs_person: attempt 1 is completed with 100.00 EUR, and attempt 2 with 100.00 EUR as well: the customer pays twice"
        ]
    );
    assert!(order.needs_person.is_some());
}

#[test]
fn taking_back_one_of_two_is_not_the_orders_termination() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    let new = opened(&mut order, 1, at(1));
    order.observe(new, &of_session(new, "completed"), at(2));
    order.observe(old, &of_session(old, "completed"), at(2));
    told(&mut order);
    order.observe(old, &of_both(old, "completed", "terminated"), at(3));
    assert_eq!(told_names(&mut order), ["needs_person"]);
    assert_eq!(order.status(), OrderStatus::Paid);
    order.observe(new, &of_both(new, "completed", "terminated"), at(4));
    assert_eq!(told(&mut order), ["terminated"]);
    assert_eq!(order.status(), OrderStatus::Terminated);
}

#[test]
fn an_attempt_that_comes_back_from_its_end_leaves_its_place_to_the_next() {
    let mut order = new_order();
    let old = offered(&mut order, 1, at(0));
    order.observe(old, &of_application(old, "failed"), at(1));
    let new = opened(&mut order, 1, at(2));
    told(&mut order);
    order.observe(old, &of_application(old, "positive"), at(3));
    order.tend(at(3));
    assert_eq!(order.present().unwrap().number, new);
    assert_eq!(command(&order, old), Some(Command::Cancel));
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn an_attempt_that_comes_back_when_the_next_is_over_counts_again() {
    let mut order = new_order();
    let old = offered(&mut order, 1, at(0));
    order.observe(old, &of_application(old, "failed"), at(1));
    let new = opened(&mut order, 1, at(2));
    order.observe(new, &of_session(new, "declined"), at(3));
    told(&mut order);
    order.observe(old, &of_application(old, "positive"), at(4));
    assert_eq!(told(&mut order), ["action_wanted: offer"]);
    assert_eq!(order.status(), OrderStatus::ActionWanted(Action::Offer));
}

#[test]
fn a_payment_leaves_a_rival_that_can_not_be_cancelled_to_a_person() {
    let mut order = new_order();
    let old = granted(&mut order, 1, at(0));
    let new = opened(&mut order, 1, at(1));
    order.tend(at(1));
    assert!(order.sending(old, at(1)));
    let refused = SendOutcome::Refused("can_not_cancel".to_owned());
    order.sent(old, &Command::Cancel, &refused, at(2));
    order.observe(new, &of_session(new, "completed"), at(3));
    assert!(order.needs_person.is_some());
    order.observe(old, &of_session(old, "cancelled"), at(4));
    assert_eq!(order.status(), OrderStatus::Paid);
}

#[test]
fn a_former_cart_that_had_ended_and_is_completed_late_is_for_a_person_with_both_amounts() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    order.observe(old, &of_session(old, "cancelled"), at(1));
    let new = opened(&mut order, 2, at(2));
    told(&mut order);
    order.observe(old, &of_session(old, "completed"), at(3_600));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: attempt 1 is completed with 100.00 EUR, and the order was changed to 200.00 EUR before: the customer pays for the former cart"
        ]
    );
    assert_eq!(order.status(), OrderStatus::NeedsPerson);
    assert!(order.attempt(new).unwrap().superseded);
}

#[test]
fn a_former_cart_that_comes_back_from_its_end_is_not_taken_up_again_when_the_present_one_is_over() {
    let mut order = new_order();
    let old = offered(&mut order, 1, at(0));
    order.observe(old, &of_application(old, "failed"), at(1));
    let new = opened(&mut order, 2, at(2));
    order.observe(new, &of_session(new, "declined"), at(3));
    told(&mut order);
    order.observe(old, &of_application(old, "positive"), at(4));
    order.tend(at(4));
    assert_eq!(told(&mut order), [] as [&str; 0]);
    assert_eq!(command(&order, old), Some(Command::Cancel));
    assert_eq!(order.status(), OrderStatus::NotPaid(NotPaid::Declined));
}

#[test]
fn an_order_that_an_older_attempt_had_paid_is_terminated_and_not_what_became_of_the_loser() {
    let mut order = new_order();
    let old = asked(&mut order, SESSION, 1, at(0));
    order.opening_unclear(old);
    let new = granted(&mut order, 1, at(1));
    order.observe(old, &of_session(old, "completed"), at(2));
    order.observe(new, &of_session(new, "cancelled"), at(3));
    order.observe(old, &of_both(old, "completed", "terminated"), at(4));
    assert_eq!(told(&mut order), ["awaits_merchant", "paid", "terminated"]);
    assert_eq!(order.status(), OrderStatus::Terminated);
}
