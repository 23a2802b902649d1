//! Commands of which it is not known whether they arrived.

use super::*;
use crate::CommandStage;

fn stage(order: &Order, number: u32) -> CommandStage {
    order
        .attempt(number)
        .unwrap()
        .command
        .as_ref()
        .unwrap()
        .stage
}

/// An approval that was sent at the start and not answered.
fn unclear_approval(order: &mut Order) -> u32 {
    let number = granted(order, 1, at(0));
    told(order);
    send(order, number, Command::Approve, at(0));
    order.sent(number, &Command::Approve, &SendOutcome::Unclear, at(0));
    number
}

fn read(order: &mut Order, number: u32, seconds: i64) {
    order.observe(number, &of_session(number, "granted"), at(seconds));
}

#[test]
fn an_unclear_command_is_read_for_half_a_minute_then_sent_once_more_and_never_again() {
    let mut order = new_order();
    let number = unclear_approval(&mut order);
    for seconds in [1, 15, 29] {
        read(&mut order, number, seconds);
        assert!(!order.sending(number, at(seconds)));
    }
    read(&mut order, number, 30);
    assert!(order.sending(number, at(30)));
    order.sent(number, &Command::Approve, &SendOutcome::Unclear, at(31));
    for seconds in [32, 90, 3_600] {
        read(&mut order, number, seconds);
        assert!(!order.sending(number, at(seconds)));
    }
}

#[test]
fn time_alone_repeats_nothing_that_was_not_read() {
    let mut order = new_order();
    let number = unclear_approval(&mut order);
    order.tend(at(3_600));
    assert!(!order.sending(number, at(3_600)));
}

#[test]
fn an_unclear_acceptance_is_never_sent_again_unless_it_is_decided_again() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    told(&mut order);
    send(&mut order, number, accept(number), at(0));
    order.sent(number, &accept(number), &SendOutcome::Unclear, at(0));
    for seconds in [1, 30, 3_600, DAY - 1] {
        order.observe(number, &of_application(number, "positive"), at(seconds));
        order.tend(at(seconds));
        assert!(!order.sending(number, at(seconds)));
    }
    order.tend(at(DAY));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the command to accept attempt 1 was sent a day ago and not answered, and the bank shows no effect: it is not known whether it arrived"
        ]
    );
    send(&mut order, number, accept(number), at(DAY));
}

#[test]
fn a_refusal_after_an_earlier_send_is_unclear_in_whatever_process() {
    let mut order = new_order();
    let number = unclear_approval(&mut order);
    read(&mut order, number, 30);
    // Another process has it now: only what was written down is known.
    let mut order = order.clone();
    assert!(order.sending(number, at(30)));
    let refused = SendOutcome::Refused("can_not_approve".to_owned());
    order.sent(number, &Command::Approve, &refused, at(31));
    assert_eq!(stage(&order, number), CommandStage::Unclear);
    assert_eq!(told(&mut order), [] as [&str; 0]);
    order.observe(number, &of_session(number, "completed"), at(40));
    assert_eq!(told(&mut order), ["paid"]);
}

#[test]
fn a_refused_second_acceptance_does_not_free_the_order_since_the_first_may_have_arrived() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    send(&mut order, number, accept(number), at(0));
    order.sent(number, &accept(number), &SendOutcome::Unclear, at(0));
    order.tend(at(DAY));
    send(&mut order, number, accept(number), at(DAY));
    let refused = SendOutcome::Refused("application_is_not_positive".to_owned());
    order.sent(number, &accept(number), &refused, at(DAY));
    assert!(order.attempt(number).unwrap().takes_the_order());
}

#[test]
fn what_did_not_leave_is_said_again_without_forgetting_the_send_before_it() {
    let mut order = new_order();
    let number = unclear_approval(&mut order);
    read(&mut order, number, 30);
    assert!(order.sending(number, at(30)));
    for _ in 0..2 {
        order.sent(number, &Command::Approve, &SendOutcome::NotSent, at(31));
        assert_eq!(stage(&order, number), CommandStage::Unclear);
    }
    read(&mut order, number, 60);
    assert!(order.sending(number, at(60)));
    let refused = SendOutcome::Refused("can_not_approve".to_owned());
    order.sent(number, &Command::Approve, &refused, at(61));
    assert_eq!(stage(&order, number), CommandStage::Unclear);
}

#[test]
fn a_second_send_that_did_not_leave_does_not_count() {
    let mut order = new_order();
    let number = unclear_approval(&mut order);
    for seconds in [30, 60, 90] {
        read(&mut order, number, seconds);
        assert!(order.sending(number, at(seconds)));
        order.sent(
            number,
            &Command::Approve,
            &SendOutcome::NotSent,
            at(seconds),
        );
        assert_eq!(stage(&order, number), CommandStage::Unclear);
    }
}

#[test]
fn what_could_not_be_repeated_for_two_days_is_not_said_to_be_undone() {
    let mut order = new_order();
    let number = unclear_approval(&mut order);
    read(&mut order, number, 30);
    assert_eq!(stage(&order, number), CommandStage::Wanted);
    order.tend(at(2 * DAY - 1));
    assert_eq!(told(&mut order), [] as [&str; 0]);
    order.tend(at(2 * DAY));
    let told = told(&mut order);
    assert!(
        told[0].ends_with("it is not known whether it arrived"),
        "{told:?}"
    );
    assert!(order.attempt(number).unwrap().takes_the_order());
}

#[test]
fn what_nobody_was_there_to_repeat_for_a_day_is_repeated_and_has_a_day_from_then_on() {
    let back = DAY + 3_600;
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    send(&mut order, number, Command::Approve, at(0));
    order.abandon_sent();
    read(&mut order, number, back);
    order.tend(at(back));
    assert_eq!(told(&mut order), [] as [&str; 0]);
    assert!(order.sending(number, at(back)));
    let acknowledged = SendOutcome::Acknowledged { contract: None };
    order.sent(number, &Command::Approve, &acknowledged, at(back));
    order.tend(at(back + DAY - 1));
    assert_eq!(told(&mut order), [] as [&str; 0]);
    order.tend(at(back + DAY));
    let told = told(&mut order);
    assert!(told[0].contains("took the command"), "{told:?}");
}

#[test]
fn a_command_on_its_way_in_a_process_that_is_gone_is_unclear() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    send(&mut order, number, Command::Approve, at(0));
    order.abandon_sent();
    assert_eq!(stage(&order, number), CommandStage::Unclear);
}

#[test]
fn an_acceptance_that_may_have_arrived_is_remembered_whatever_becomes_of_the_command() {
    let unclear = || {
        let mut order = new_order();
        let number = offered(&mut order, 1, at(0));
        send(&mut order, number, accept(number), at(0));
        order.sent(number, &accept(number), &SendOutcome::Unclear, at(0));
        order
    };
    let mut overdue = unclear();
    overdue.tend(at(DAY));
    let mut another_offer = unclear();
    another_offer.observe(1, &of_application(7, "positive"), at(1));
    let mut ended_and_back = unclear();
    ended_and_back.observe(1, &of_application(1, "failed"), at(1));
    ended_and_back.observe(1, &of_application(1, "positive"), at(2));
    let mut superseded = unclear();
    asked(&mut superseded, SESSION, 2, at(1));
    superseded.tend(at(2));
    for order in [overdue, another_offer, ended_and_back, superseded] {
        let attempt = order.attempt(1).unwrap();
        let standing = attempt.command.as_ref().map(|standing| &standing.command);
        assert_ne!(standing, Some(&accept(1)));
        assert!(attempt.takes_the_order(), "{attempt:?}");
    }
}

#[test]
fn a_contract_that_shows_the_approval_acknowledges_it_whatever_the_answer_was() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    send(&mut order, number, Command::Approve, at(0));
    let mut contract = Contract::new(contract_id(number), "signed".into());
    contract.partner_approval_at = Some(at(0));
    let shown = Reading::of_session(&session(number, "granted"), Some(&contract));
    order.observe(number, &shown, at(1));
    let late_answers = [
        SendOutcome::Unclear,
        SendOutcome::NotSent,
        SendOutcome::Refused("can_not_approve".to_owned()),
    ];
    for outcome in late_answers {
        order.sent(number, &Command::Approve, &outcome, at(2));
        assert_eq!(stage(&order, number), CommandStage::Acknowledged);
    }
    read(&mut order, number, 60);
    assert!(!order.sending(number, at(60)));
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn an_answer_that_came_after_the_effect_tells_nothing() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    send(&mut order, number, Command::Approve, at(0));
    order.observe(number, &of_session(number, "completed"), at(1));
    let refused = SendOutcome::Refused("can_not_approve".to_owned());
    order.sent(number, &Command::Approve, &refused, at(2));
    assert_eq!(told(&mut order), ["paid"]);
}
