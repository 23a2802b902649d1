//! Which attempt a call to pay is about, and what becomes of asking for it.

use super::*;
use crate::{OPENINGS_AN_HOUR, OpeningPlan};

fn plan(order: &Order, cart: u8, now: OffsetDateTime) -> OpeningPlan {
    order.plan_opening(SESSION, &print(cart), now)
}

#[test]
fn the_same_cart_finds_the_attempt_that_lives() {
    let mut order = new_order();
    assert_eq!(plan(&order, 1, at(0)), OpeningPlan::Open);
    let number = opened(&mut order, 1, at(0));
    assert_eq!(plan(&order, 1, at(5)), OpeningPlan::Standing(number));
}

#[test]
fn a_call_waits_for_the_one_that_is_opening_the_same_attempt() {
    let mut order = new_order();
    asked(&mut order, SESSION, 1, at(0));
    assert_eq!(plan(&order, 1, at(5)), OpeningPlan::Wait(at(120)));
}

#[test]
fn a_changed_cart_is_another_attempt_and_nobody_is_sent_to_the_old_one() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    assert_eq!(plan(&order, 2, at(5)), OpeningPlan::Open);
    let new = opened(&mut order, 2, at(5));
    assert!(order.attempt(old).unwrap().superseded);
    assert_eq!(order.present().unwrap().number, new);
    // Changed back, it is yet another one.
    assert_eq!(plan(&order, 1, at(9)), OpeningPlan::Open);
}

#[test]
fn an_attempt_that_is_over_makes_room_for_the_next() {
    for status in ["cancelled", "declined", "expired"] {
        let mut order = new_order();
        let number = opened(&mut order, 1, at(0));
        order.observe(number, &of_session(number, status), at(5));
        assert_eq!(plan(&order, 1, at(9)), OpeningPlan::Open, "{status}");
    }
}

#[test]
fn an_unanswered_session_makes_room_and_an_unanswered_application_does_not() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.opening_unclear(number);
    assert_eq!(plan(&order, 1, at(5)), OpeningPlan::Open);

    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    // The process died: nobody said that it is unclear.
    let plan = order.plan_opening(APPLICATION, &print(1), at(120));
    assert_eq!(plan, OpeningPlan::Standing(number));
}

#[test]
fn a_session_whose_address_is_not_known_makes_room_until_it_needs_no_customer() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.opening_unclear(number);
    order.observe(number, &of_session(number, "pending"), at(5));
    assert_eq!(plan(&order, 1, at(9)), OpeningPlan::Open);
    order.observe(number, &of_session(number, "granted"), at(10));
    assert_eq!(plan(&order, 1, at(11)), OpeningPlan::Standing(number));
}

#[test]
fn what_never_left_is_asked_for_again_as_long_as_it_is_waited_for() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.opening_not_sent(number, at(120));
    assert_eq!(plan(&order, 1, at(5)), OpeningPlan::Reopen(number));
    assert_eq!(plan(&order, 1, at(8 * DAY)), OpeningPlan::Open);
    order.reopen(number, at(130));
    assert_eq!(plan(&order, 1, at(5)), OpeningPlan::Wait(at(130)));
}

#[test]
fn what_a_former_call_says_again_does_not_count_for_the_call_that_asks_by_now() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.opening_not_sent(number, at(120));
    order.reopen(number, at(130));
    // It was written, and the ledger's answer was lost.
    order.opening_not_sent(number, at(120));
    assert_eq!(plan(&order, 1, at(11)), OpeningPlan::Wait(at(130)));
    order.opening_not_sent(number, at(130));
    assert_eq!(plan(&order, 1, at(12)), OpeningPlan::Reopen(number));
}

#[test]
fn an_order_that_an_attempt_has_taken_opens_nothing_for_any_cart() {
    let mut paid = new_order();
    opened(&mut paid, 1, at(0));
    paid.observe(1, &of_session(1, "completed"), at(5));
    let mut decided = new_order();
    granted(&mut decided, 1, at(0));
    want(&mut decided, 1, Command::Approve).unwrap();
    let mut unclear = new_order();
    offered(&mut unclear, 1, at(0));
    send(&mut unclear, 1, accept(1), at(1));
    unclear.sent(1, &accept(1), &SendOutcome::Unclear, at(2));
    unclear.tend(at(2 * DAY));
    assert_eq!(unclear.attempt(1).unwrap().command, None);
    for order in [&paid, &decided, &unclear] {
        assert_eq!(plan(order, 2, at(9)), OpeningPlan::Standing(1));
    }
}

#[test]
fn a_loop_in_a_shop_is_held_to_so_many_openings_an_hour() {
    let mut order = new_order();
    for n in 0..OPENINGS_AN_HOUR {
        let now = at(i64::try_from(n).unwrap());
        assert_eq!(plan(&order, 1, now), OpeningPlan::Open);
        let number = opened(&mut order, 1, now);
        order.observe(number, &of_session(number, "cancelled"), now);
    }
    assert_eq!(plan(&order, 1, at(60)), OpeningPlan::TooMany(at(3600)));
    assert_eq!(plan(&order, 1, at(3600)), OpeningPlan::Open);
}

#[test]
fn what_is_never_heard_of_expires_in_its_time_and_is_told_once() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    order.opening_unclear(number);
    order.tend(at(8 * DAY - 1));
    assert_eq!(state(&order, number), AttemptState::Opening);
    order.tend(at(8 * DAY));
    order.tend(at(9 * DAY));
    assert_eq!(state(&order, number), AttemptState::Expired);
    assert_eq!(told(&mut order), ["not_paid: expired"]);
    assert_eq!(order.due_at(), None);
}

#[test]
fn cancelling_what_was_never_heard_of_gives_it_up_but_not_while_a_call_is_under_way() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    let early = order.want(number, Command::Cancel, Decider::Platform, at(5));
    assert!(matches!(early, Err(CommandRefused::NotNow { .. })));
    order.opening_unclear(number);
    assert_eq!(
        want(&mut order, number, Command::Cancel),
        Ok(Wanted::GivenUp)
    );
    assert_eq!(told(&mut order), ["not_paid: cancelled"]);
    assert_eq!(want(&mut order, number, Command::Cancel), Ok(Wanted::Done));
}

#[test]
fn a_refused_opening_fails_and_is_told() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.opening_refused(number, at(1));
    assert_eq!(told(&mut order), ["not_paid: failed"]);
    assert_eq!(order.status(), OrderStatus::NotPaid(crate::NotPaid::Failed));
}

#[test]
fn a_refusal_of_what_was_heard_of_meanwhile_changes_nothing() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.observe(number, &of_session(number, "granted"), at(1));
    order.opening_refused(number, at(2));
    order.opening_unclear(number);
    order.opening_not_sent(number, at(120));
    assert_eq!(state(&order, number), AttemptState::Granted);
    assert_eq!(told(&mut order), ["awaits_merchant"]);
}

#[test]
fn an_application_that_had_expired_unheard_of_lives_again_when_it_is_heard_of() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    order.tend(at(8 * DAY));
    order.observe(number, &of_application(number, "manual"), at(9 * DAY));
    assert_eq!(order.status(), OrderStatus::Pending);
    order.observe(number, &of_application(number, "positive"), at(10 * DAY));
    assert_eq!(
        told(&mut order),
        ["not_paid: expired", "action_wanted: offer"]
    );
}

#[test]
fn an_application_that_the_platform_gave_up_is_cancelled_at_the_bank_once_it_is_heard_of() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    order.opening_unclear(number);
    want(&mut order, number, Command::Cancel).unwrap();
    order.observe(number, &of_application(number, "positive"), at(9));
    order.tend(at(9));
    let standing = order.attempt(number).unwrap().command.as_ref().unwrap();
    assert_eq!(
        (&standing.command, standing.by),
        (&Command::Cancel, Decider::Rules)
    );
    order.observe(number, &of_application(number, "negative"), at(10));
    assert_eq!(told(&mut order), ["not_paid: cancelled"]);
}

#[test]
fn what_the_bank_refused_to_open_and_then_shows_all_the_same_lives() {
    for status in ["pending", "granted"] {
        let mut order = new_order();
        let number = asked(&mut order, SESSION, 1, at(0));
        order.opening_refused(number, at(1));
        order.observe(number, &of_session(number, status), at(5));
        assert!(order.attempt(number).unwrap().is_open(), "{status}");
    }
}

#[test]
fn what_was_given_up_and_is_heard_of_as_ended_is_not_told_again() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.tend(at(8 * DAY));
    order.observe(number, &of_session(number, "cancelled"), at(9 * DAY));
    assert_eq!(told(&mut order), ["not_paid: expired"]);
    assert_eq!(state(&order, number), AttemptState::Expired);
}

#[test]
fn a_word_that_is_not_known_of_what_was_given_up_does_not_hide_the_next() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    order.tend(at(8 * DAY));
    order.observe(number, &of_session(number, "on_hold"), at(9 * DAY));
    order.observe(number, &of_session(number, "pending"), at(10 * DAY));
    assert_eq!(order.status(), OrderStatus::Pending);
}

#[test]
fn what_was_given_up_does_not_take_its_successors_place() {
    let mut order = new_order();
    let old = asked(&mut order, APPLICATION, 1, at(0));
    order.tend(at(8 * DAY));
    let new = opened(&mut order, 1, at(8 * DAY));
    order.observe(old, &of_application(old, "positive"), at(9 * DAY));
    order.tend(at(9 * DAY));
    let old = order.attempt(old).unwrap();
    assert!(old.superseded);
    assert_eq!(old.command.as_ref().unwrap().command, Command::Cancel);
    assert_eq!(order.present().unwrap().number, new);
    assert_eq!(told(&mut order), ["not_paid: expired"]);
}

#[test]
fn an_answer_that_comes_after_it_was_given_up_sends_nobody_there() {
    let mut order = new_order();
    let number = asked(&mut order, SESSION, 1, at(0));
    let late = at(121);
    let given_up = order.want(number, Command::Cancel, Decider::Platform, late);
    assert_eq!(given_up, Ok(Wanted::GivenUp));
    order.opened(number, session_id(number), page(number), at(122));
    let attempt = order.attempt(number).unwrap();
    assert_eq!(attempt.state, AttemptState::Pending);
    assert!(attempt.superseded);
}
