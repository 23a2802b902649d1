//! What may be decided, and what becomes of it.

use super::*;
use crate::{CommandStage, Signature};

fn signature_wanted(order: &mut Order) -> u32 {
    let number = offered(order, 1, at(0));
    order.observe(number, &of_contract(number, "unsigned", None), at(0));
    told(order);
    number
}

#[test]
fn a_command_is_written_down_once_and_done_once_the_bank_shows_it() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    let first = want(&mut order, number, Command::Approve);
    let again = want(&mut order, number, Command::Approve);
    assert_eq!((first, again), (Ok(Wanted::Written), Ok(Wanted::Standing)));
    assert!(order.sending(number, at(1)));
    order.sent(number, &Command::Approve, &acknowledged(), at(2));
    order.observe(number, &of_session(number, "completed"), at(3));
    assert_eq!(order.attempt(number).unwrap().command, None);
    assert_eq!(want(&mut order, number, Command::Approve), Ok(Wanted::Done));
}

#[test]
fn what_the_bank_has_taken_is_never_sent_again_however_long_it_takes() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    send(&mut order, number, Command::Approve, at(0));
    order.sent(number, &Command::Approve, &acknowledged(), at(0));
    for seconds in [1, 6, 40, 3_600, DAY - 1] {
        order.observe(number, &of_session(number, "granted"), at(seconds));
        order.tend(at(seconds));
        assert!(!order.sending(number, at(seconds)));
    }
    assert_eq!(told(&mut order), [] as [&str; 0]);
    order.tend(at(DAY));
    order.tend(at(DAY));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the bank took the command to approve attempt 1 a day ago, and shows no effect"
        ]
    );
}

#[test]
fn the_contract_that_an_acceptance_made_is_kept_though_the_application_does_not_show_it() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    send(&mut order, number, accept(number), at(0));
    let contract = Some(contract_id(9));
    let outcome = SendOutcome::Acknowledged { contract };
    order.sent(number, &accept(number), &outcome, at(1));
    order.observe(number, &of_application(number, "positive"), at(2));
    let attempt = order.attempt(number).unwrap();
    assert_eq!(attempt.contract, Some(contract_id(9)));
    assert_eq!(attempt.state, AttemptState::SignatureWanted);
    assert_eq!(
        told(&mut order),
        ["action_wanted: offer", "action_wanted: signature"]
    );
    assert_eq!(want(&mut order, number, accept(number)), Ok(Wanted::Done));
}

#[test]
fn nothing_is_sent_that_was_sent_and_awaits_its_answer() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    send(&mut order, number, Command::Approve, at(0));
    assert!(!order.sending(number, at(1)));
    assert_eq!(
        order
            .attempt(number)
            .unwrap()
            .command
            .as_ref()
            .unwrap()
            .sends,
        1
    );
}

#[test]
fn a_command_that_did_not_leave_is_sent_later_and_binds_nothing() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    send(&mut order, number, Command::Approve, at(0));
    order.sent(number, &Command::Approve, &SendOutcome::NotSent, at(1));
    assert!(!order.attempt(number).unwrap().bound);
    assert!(order.sending(number, at(60)));
    let standing = order.attempt(number).unwrap().command.as_ref().unwrap();
    assert_eq!((standing.sends, standing.sent_at), (1, Some(at(60))));
}

#[test]
fn a_refusal_is_told_in_the_banks_words_and_frees_the_order() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    for _ in 0..2 {
        send(&mut order, number, Command::Approve, at(1));
        let refused = SendOutcome::Refused("can_not_approve".to_owned());
        order.sent(number, &Command::Approve, &refused, at(2));
        // Decided anew, it is told anew.
        assert_eq!(
            told(&mut order),
            ["needs_person: the bank refused to approve attempt 1: can_not_approve"]
        );
        assert!(!order.attempt(number).unwrap().takes_the_order());
    }
}

#[test]
fn a_refused_approval_undoes_no_acceptance() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    let waits = Some("waiting_for_partners_confirmation");
    order.observe(number, &of_contract(number, "signed", waits), at(1));
    send(&mut order, number, Command::Approve, at(2));
    let refused = SendOutcome::Refused("can_not_approve".to_owned());
    order.sent(number, &Command::Approve, &refused, at(3));
    assert!(order.attempt(number).unwrap().takes_the_order());
}

#[test]
fn a_command_that_could_not_be_sent_for_a_day_is_for_a_person_and_nothing_was_done() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    want(&mut order, number, Command::Approve).unwrap();
    order.tend(at(DAY));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the bank could not be told to approve attempt 1 for a day; nothing was done"
        ]
    );
    assert!(!order.attempt(number).unwrap().takes_the_order());
}

#[test]
fn at_most_one_attempt_is_accepted_approved_or_activated() {
    // The first had expired, the second was decided for, and then the bank was late.
    let mut order = new_order();
    let first = granted(&mut order, 1, at(0));
    order.observe(first, &of_session(first, "expired"), at(1));
    let second = granted(&mut order, 1, at(2));
    order.observe(first, &of_session(first, "completed"), at(3));
    for command in [Command::Approve, accept(second)] {
        let refused = want(&mut order, second, command).unwrap_err();
        assert!(matches!(
            refused,
            CommandRefused::Superseded | CommandRefused::NotNow { .. }
        ));
    }

    let mut order = new_order();
    let first = offered(&mut order, 1, at(0));
    want(&mut order, first, accept(first)).unwrap();
    let second = asked(&mut order, APPLICATION, 2, at(1));
    order.observe(second, &of_application(second, "positive"), at(2));
    // It was not sent yet: the changed cart has dropped it.
    assert!(!order.sending(first, at(3)));
    assert_eq!(
        want(&mut order, second, accept(second)),
        Ok(Wanted::Written)
    );
    assert_eq!(
        want(&mut order, first, accept(first)),
        Err(CommandRefused::Superseded)
    );
}

#[test]
fn while_an_acceptance_may_have_arrived_no_other_attempt_is_accepted() {
    let mut order = new_order();
    let first = offered(&mut order, 1, at(0));
    send(&mut order, first, accept(first), at(1));
    order.sent(first, &accept(first), &SendOutcome::Unclear, at(2));
    let second = asked(&mut order, APPLICATION, 2, at(3));
    order.observe(second, &of_application(second, "positive"), at(4));
    let taken = CommandRefused::FinancedAlready {
        attempt: first,
        state: AttemptState::Offered,
    };
    assert_eq!(want(&mut order, second, accept(second)), Err(taken));
    order.tend(at(5));
    let cancelled = of_application(first, "negative");
    order.observe(first, &cancelled, at(6));
    assert_eq!(
        want(&mut order, second, accept(second)),
        Ok(Wanted::Written)
    );
}

#[test]
fn an_approval_waits_for_the_contracts_name() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.observe(number, &of_session(number, "granted"), at(1));
    want(&mut order, number, Command::Approve).unwrap();
    assert!(!order.sending(number, at(2)));
    order.observe(number, &of_session_with_contract(number, "granted"), at(3));
    assert!(order.sending(number, at(3)));
}

#[test]
fn an_approval_waits_while_the_bank_wants_something_else_of_the_customer() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    let merchant = Some("waiting_for_partners_confirmation");
    order.observe(number, &of_contract(number, "signed", merchant), at(1));
    want(&mut order, number, Command::Approve).unwrap();
    let down_payment = Some("waiting_for_downpayment");
    order.observe(number, &of_contract(number, "signed", down_payment), at(2));
    assert!(!order.sending(number, at(2)));
    order.observe(number, &of_contract(number, "signed", merchant), at(3));
    assert!(order.sending(number, at(3)));
}

#[test]
fn a_decision_to_cancel_takes_the_place_of_one_that_was_not_sent_and_of_no_other() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    want(&mut order, number, Command::Approve).unwrap();
    assert_eq!(
        want(&mut order, number, Command::Cancel),
        Ok(Wanted::Written)
    );
    assert_eq!(
        want(&mut order, number, Command::Approve),
        Err(CommandRefused::Otherwise(Command::Cancel))
    );

    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    send(&mut order, number, Command::Approve, at(0));
    assert_eq!(
        want(&mut order, number, Command::Cancel),
        Err(CommandRefused::Otherwise(Command::Approve))
    );
}

#[test]
fn a_cancellation_is_sent_once_while_reads_lag_and_whatever_the_bank_calls_it() {
    for word in ["cancelled", "canceled", "withdrawn"] {
        let mut order = new_order();
        let number = granted(&mut order, 1, at(0));
        told(&mut order);
        send(&mut order, number, Command::Cancel, at(0));
        order.sent(number, &Command::Cancel, &acknowledged(), at(0));
        for seconds in [1, 20, 90] {
            order.observe(number, &of_both(number, "granted", "signed"), at(seconds));
            assert!(!order.sending(number, at(seconds)));
        }
        order.observe(number, &of_both(number, "granted", word), at(100));
        order.observe(number, &of_both(number, "granted", "signed"), at(101));
        assert_eq!(told(&mut order), ["not_paid: cancelled"], "{word}");
    }
}

#[test]
fn a_person_is_told_when_what_the_platform_cancelled_is_completed() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    told(&mut order);
    send(&mut order, number, Command::Cancel, at(0));
    order.sent(number, &Command::Cancel, &acknowledged(), at(0));
    order.observe(number, &of_session(number, "completed"), at(1));
    assert_eq!(
        told(&mut order),
        [
            "paid",
            "needs_person: it was decided to cancel attempt 1, and it is completed"
        ]
    );
}

#[test]
fn only_a_known_application_or_a_contract_can_be_cancelled() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    let refused = want(&mut order, number, Command::Cancel).unwrap_err();
    assert!(matches!(refused, CommandRefused::NotNow { .. }));
    // The bank's first word of it was not understood: it is known all the same.
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    order.observe(number, &of_application(number, "on_hold"), at(1));
    assert_eq!(
        want(&mut order, number, Command::Cancel),
        Ok(Wanted::Written)
    );
}

#[test]
fn an_offer_that_took_the_place_of_another_is_not_accepted_by_the_others_name() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    want(&mut order, number, accept(number)).unwrap();
    told(&mut order);
    order.observe(number, &of_application(7, "positive"), at(1));
    // What was decided of the former offer is not sent for this one.
    assert!(!order.sending(number, at(2)));
    assert_eq!(told(&mut order), ["action_wanted: offer"]);
    assert_eq!(
        want(&mut order, number, accept(number)),
        Err(CommandRefused::Changed(application_id(7)))
    );
    assert_eq!(want(&mut order, number, accept(7)), Ok(Wanted::Written));
}

#[test]
fn a_signature_is_a_command_and_done_once_the_contract_shows_it() {
    let mut order = new_order();
    let number = signature_wanted(&mut order);
    let sign = Command::Sign(Signature::Paper);
    send(&mut order, number, sign.clone(), at(1));
    order.abandon_sent();
    let stage = order
        .attempt(number)
        .unwrap()
        .command
        .as_ref()
        .unwrap()
        .stage;
    assert_eq!(stage, CommandStage::Unclear);
    let mut contract = Contract::new(contract_id(number), "unsigned".into());
    contract.customer_signed = true;
    let reading = Reading::of_contract(&application(number, "positive"), &contract, true);
    order.observe(number, &reading, at(40));
    assert!(!order.sending(number, at(41)));
    assert_eq!(want(&mut order, number, sign), Ok(Wanted::Done));
    // It is on its way, and nothing is asked of the customer.
    assert_eq!(order.status(), OrderStatus::Pending);
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn what_an_attempt_is_not_is_not_decided_for_it() {
    let mut order = new_order();
    let session = granted(&mut order, 1, at(0));
    for command in [
        Command::Activate,
        accept(session),
        Command::Sign(Signature::Digital),
    ] {
        let refused = want(&mut order, session, command.clone()).unwrap_err();
        let state = AttemptState::Granted;
        assert_eq!(refused, CommandRefused::NotNow { command, state });
    }
    assert_eq!(
        want(&mut order, 7, Command::Cancel),
        Err(CommandRefused::NoAttempt)
    );
}

#[test]
fn a_rental_is_activated_and_not_approved() {
    let mut order = new_order();
    let number = asked(&mut order, AttemptKind::Rental, 1, at(0));
    order.opened(number, session_id(number), page(number), at(0));
    order.observe(number, &of_session_with_contract(number, "granted"), at(1));
    let refused = want(&mut order, number, Command::Approve).unwrap_err();
    assert!(matches!(refused, CommandRefused::NotNow { .. }));
    send(&mut order, number, Command::Activate, at(2));
    order.sent(number, &Command::Activate, &acknowledged(), at(2));
    order.observe(number, &of_session(number, "completed"), at(3));
    assert_eq!(
        want(&mut order, number, Command::Activate),
        Ok(Wanted::Done)
    );
    let refused = want(&mut order, number, Command::Approve).unwrap_err();
    assert!(matches!(refused, CommandRefused::NotNow { .. }));
}
