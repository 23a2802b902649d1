//! What is kept of commands that stand no more.

use super::*;
use crate::{CommandStage, SettledCommand, Settlement, Signature};

/// The commands of an attempt that were settled: what, how far each was, and why it stands no more.
fn settled(order: &Order, number: u32) -> Vec<(Command, CommandStage, Settlement)> {
    let settled = order.attempt(number).unwrap().settled.iter();
    let settled = settled.map(|settled| {
        assert_eq!(settled.attempt, number);
        let command = settled.command.clone();
        (command.command, command.stage, settled.settlement)
    });
    settled.collect()
}

fn last(order: &Order, number: u32) -> &SettledCommand {
    order.attempt(number).unwrap().settled.last().unwrap()
}

#[test]
fn a_command_that_the_bank_shows_is_kept_with_all_its_times() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    want(&mut order, number, Command::Approve).unwrap();
    assert!(order.sending(number, at(1)));
    order.sent(number, &Command::Approve, &acknowledged(), at(2));
    assert_eq!(settled(&order, number), []);
    order.observe(number, &of_session(number, "completed"), at(30));
    let kept = last(&order, number);
    assert_eq!(kept.settlement, Settlement::Shown);
    assert_eq!(kept.command.wanted_at, at(0));
    assert_eq!(kept.command.sent_at, Some(at(1)));
    assert_eq!(kept.command.acknowledged_at, Some(at(2)));
    assert_eq!(kept.settled_at, at(30));
    assert_eq!(order.attempt(number).unwrap().settled.len(), 1);
    order.written(1);
    assert_eq!(settled(&order, number), []);
}

#[test]
fn an_acceptance_whose_answer_brings_the_contract_is_acknowledged_before_it_is_shown() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    send(&mut order, number, accept(number), at(1));
    let contract = Some(contract_id(9));
    let outcome = SendOutcome::Acknowledged { contract };
    order.sent(number, &accept(number), &outcome, at(2));
    let kept = last(&order, number);
    assert_eq!(kept.settlement, Settlement::Shown);
    assert_eq!(kept.command.stage, CommandStage::Acknowledged);
    assert_eq!(kept.command.acknowledged_at, Some(at(2)));
}

#[test]
fn a_command_that_the_bank_shows_to_have_arrived_was_acknowledged_when_that_was_read_first() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    send(&mut order, number, Command::Approve, at(1));
    order.sent(number, &Command::Approve, &SendOutcome::Unclear, at(2));
    let approved = Reading {
        approved: true,
        ..of_session_with_contract(number, "granted")
    };
    for seconds in [9, 10] {
        order.observe(number, &approved, at(seconds));
    }
    let standing = order.attempt(number).unwrap().command.as_ref().unwrap();
    assert_eq!(standing.acknowledged_at, Some(at(9)));
}

#[test]
fn a_signature_that_the_bank_shows_is_kept_as_shown() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    order.observe(number, &of_contract(number, "unsigned", None), at(0));
    let sign = Command::Sign(Signature::Paper);
    send(&mut order, number, sign.clone(), at(1));
    let signed = Reading {
        signed: true,
        ..of_contract(number, "unsigned", None)
    };
    order.observe(number, &signed, at(2));
    let kept = (sign, CommandStage::Sent, Settlement::Shown);
    assert_eq!(settled(&order, number), [kept]);
}

#[test]
fn a_refused_command_an_overdue_one_and_one_that_gave_way_are_kept_each_as_that() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    send(&mut order, number, Command::Approve, at(1));
    let refused = SendOutcome::Refused("can_not_approve".to_owned());
    order.sent(number, &Command::Approve, &refused, at(2));
    let approve = |settlement| (Command::Approve, CommandStage::Sent, settlement);
    assert_eq!(settled(&order, number), [approve(Settlement::Refused)]);
    order.written(1);
    send(&mut order, number, Command::Approve, at(3));
    order.tend(at(3 + DAY));
    assert_eq!(settled(&order, number), [approve(Settlement::Overdue)]);
    order.written(2);
    want(&mut order, number, Command::Approve).unwrap();
    want(&mut order, number, Command::Cancel).unwrap();
    let gave_way = (Command::Approve, CommandStage::Wanted, Settlement::Dropped);
    assert_eq!(settled(&order, number), [gave_way]);
}

#[test]
fn a_command_whose_attempt_ends_otherwise_or_loses_its_place_is_kept_as_dropped() {
    let mut order = new_order();
    let old = granted(&mut order, 1, at(0));
    want(&mut order, old, Command::Approve).unwrap();
    let new = opened(&mut order, 2, at(1));
    let gave_way = (Command::Approve, CommandStage::Wanted, Settlement::Dropped);
    assert_eq!(settled(&order, old), [gave_way]);
    order.observe(new, &of_session_with_contract(new, "granted"), at(2));
    send(&mut order, new, Command::Approve, at(3));
    order.observe(new, &of_session(new, "expired"), at(4));
    let in_vain = (Command::Approve, CommandStage::Sent, Settlement::Dropped);
    assert_eq!(settled(&order, new), [in_vain]);
}
