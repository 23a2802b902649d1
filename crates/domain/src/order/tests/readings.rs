//! What the bank says, and what is told of it.

use time::Date;

use super::*;

#[test]
fn a_session_is_told_by_its_steps() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    for status in ["pending", "granted", "granted", "completed", "completed"] {
        order.observe(number, &of_session(number, status), at(1));
    }
    order.observe(number, &of_both(number, "completed", "activated"), at(2));
    assert_eq!(told(&mut order), ["awaits_merchant", "paid"]);
}

#[test]
fn a_completed_session_whose_contract_is_not_active_pays_nothing() {
    let mut order = new_order();
    let number = granted(&mut order, 1, at(0));
    order.observe(number, &of_both(number, "completed", "signed"), at(1));
    assert_eq!(order.status(), OrderStatus::AwaitsMerchant);
    order.observe(number, &of_both(number, "completed", "activated"), at(2));
    assert_eq!(order.status(), OrderStatus::Paid);
}

#[test]
fn a_direct_application_is_told_by_what_the_customer_is_to_do() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    let readings = [
        of_application(number, "income_proof_required"),
        of_application(number, "pending"),
        of_application(number, "positive"),
        of_contract(number, "unsigned", None),
        of_contract(number, "signed", Some("waiting_for_downpayment")),
        of_contract(
            number,
            "signed",
            Some("waiting_for_customer_digital_verification"),
        ),
        of_contract(number, "signed", Some("waiting_for_partners_confirmation")),
        of_contract(number, "activated", None),
    ];
    for reading in &readings {
        order.observe(number, reading, at(1));
    }
    assert_eq!(
        told(&mut order),
        [
            "action_wanted: income_proof",
            "action_wanted: offer",
            "action_wanted: signature",
            "action_wanted: down_payment",
            "action_wanted: verification",
            "awaits_merchant",
            "paid"
        ]
    );
}

#[test]
fn an_order_may_be_tried_again_and_its_payment_is_not_late() {
    let mut order = new_order();
    let first = opened(&mut order, 1, at(0));
    order.observe(first, &of_session(first, "declined"), at(1));
    let second = opened(&mut order, 1, at(2));
    order.observe(second, &of_session(second, "completed"), at(3));
    assert_eq!(told(&mut order), ["not_paid: declined", "paid"]);
}

#[test]
fn what_the_customer_cancelled_and_the_bank_completes_is_paid_late() {
    for end in ["cancelled", "declined", "expired"] {
        let mut order = new_order();
        let number = opened(&mut order, 1, at(0));
        order.observe(number, &of_session(number, end), at(1));
        order.observe(number, &of_session(number, "completed"), at(3_600));
        let not_paid = format!("not_paid: {end}");
        assert_eq!(told(&mut order), [not_paid.as_str(), "paid: late"]);
    }
}

#[test]
fn an_older_attempt_that_pays_after_the_order_was_told_not_paid_is_late() {
    let mut order = new_order();
    let old = opened(&mut order, 1, at(0));
    let new = opened(&mut order, 1, at(1));
    order.observe(new, &of_session(new, "declined"), at(2));
    order.observe(old, &of_session(old, "completed"), at(3));
    assert_eq!(told(&mut order), ["not_paid: declined", "paid: late"]);
}

#[test]
fn a_payment_is_not_late_when_the_platform_knew_that_the_attempt_was_back() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    order.observe(number, &of_application(number, "failed"), at(1));
    order.observe(number, &of_application(number, "positive"), at(2));
    order.observe(number, &of_contract(number, "activated", None), at(3));
    assert_eq!(
        told(&mut order),
        [
            "action_wanted: offer",
            "not_paid: failed",
            "action_wanted: offer",
            "paid"
        ]
    );
}

#[test]
fn an_offer_whose_last_day_is_over_has_expired() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    let mut application = application(number, "positive");
    application.offer_valid_to = at(5 * DAY).date().into();
    let reading = Reading::of_application(&application);
    order.observe(number, &reading, at(6 * DAY));
    assert_eq!(state(&order, number), AttemptState::Offered);
    order.observe(number, &reading, at(8 * DAY));
    order.observe(number, &reading, at(9 * DAY));
    // An answer that leaves the day out doesn't bring it back; a later day does.
    order.observe(number, &of_application(number, "positive"), at(9 * DAY));
    assert_eq!(
        told(&mut order),
        ["action_wanted: offer", "not_paid: expired"]
    );
    application.offer_valid_to = at(30 * DAY).date().into();
    order.observe(number, &Reading::of_application(&application), at(10 * DAY));
    assert_eq!(told(&mut order), ["action_wanted: offer"]);
}

#[test]
fn an_offer_that_may_have_been_accepted_in_time_does_not_expire_by_its_date() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    let mut application = application(number, "positive");
    application.offer_valid_to = Some(at(0).date());
    let reading = Reading::of_application(&application);
    order.observe(number, &reading, at(0));
    send(&mut order, number, accept(number), at(2 * DAY - 60));
    order.sent(number, &accept(number), &acknowledged(), at(2 * DAY - 59));
    order.observe(number, &reading, at(2 * DAY + 60));
    assert_eq!(state(&order, number), AttemptState::Offered);
    order.observe(
        number,
        &of_contract(number, "unsigned", None),
        at(2 * DAY + 90),
    );
    assert_eq!(
        told(&mut order),
        ["action_wanted: offer", "action_wanted: signature"]
    );
}

#[test]
fn each_time_that_the_bank_asks_again_is_told_again() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    order.observe(number, &of_application(number, "failed"), at(1));
    order.observe(number, &of_application(number, "positive"), at(2));
    assert_eq!(
        told(&mut order),
        ["not_paid: failed", "action_wanted: offer"]
    );
    // The bank changed the conditions after the offer was told.
    order.observe(number, &of_application(7, "positive"), at(3));
    order.observe(number, &of_application(7, "positive"), at(4));
    assert_eq!(told(&mut order), ["action_wanted: offer"]);
    // Verification after the down payment.
    let down_payment = of_contract(7, "signed", Some("waiting_for_downpayment"));
    order.observe(number, &down_payment, at(5));
    let verification = Some("waiting_for_customer_digital_verification");
    order.observe(number, &of_contract(7, "signed", verification), at(6));
    assert_eq!(
        told(&mut order),
        ["action_wanted: down_payment", "action_wanted: verification"]
    );
    // A word that is not known on a signed contract is for a person, and not granted.
    let unknown = of_contract(7, "signed", Some("waiting_for_godot"));
    order.observe(number, &unknown, at(7));
    order.observe(number, &unknown, at(8));
    assert_eq!(
        told(&mut order),
        ["needs_person: the bank gave a status that is not known here: \"waiting_for_godot\""]
    );
}

#[test]
fn proof_of_income_that_is_called_for_once_more_is_told_once_more() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    let wanted = of_application(number, "income_proof_required");
    // Read first, called back for after that: the same question.
    order.observe(number, &wanted, at(1));
    order.proof_called_for(number, at(2));
    assert_eq!(told(&mut order), ["action_wanted: income_proof"]);
    // The status has not changed, but the bank calls for it again.
    order.observe(number, &wanted, at(3));
    order.proof_called_for(number, at(4));
    assert_eq!(told(&mut order), ["action_wanted: income_proof"]);
    // A callback that comes before what it tells of can be read.
    order.observe(number, &of_application(number, "pending"), at(5));
    order.proof_called_for(number, at(6));
    order.observe(number, &wanted, at(7));
    assert_eq!(told(&mut order), ["action_wanted: income_proof"]);
}

#[test]
fn proof_of_income_of_another_kind_is_told_once_more_without_any_callback() {
    let mut order = new_order();
    let number = asked(&mut order, APPLICATION, 1, at(0));
    let mut wanted = of_application(number, "income_proof_required");
    order.observe(number, &wanted, at(1));
    assert_eq!(told(&mut order), ["action_wanted: income_proof"]);
    // The account statement was not enough: the type is all that the bank's answer shows of that.
    wanted.state = Ok(AttemptState::StatementsWanted);
    order.observe(number, &wanted, at(2));
    assert_eq!(told(&mut order), ["action_wanted: statements"]);
    // Another question of the same kind looks like the one before.
    order.observe(number, &wanted, at(3));
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn a_callback_for_proof_asks_nothing_where_no_proof_is_wanted() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    told(&mut order);
    order.proof_called_for(number, at(1));
    assert_eq!(told(&mut order), [] as [&str; 0]);
}

#[test]
fn what_the_bank_terminates_after_completion_is_told_and_undoes_nothing() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.observe(number, &of_session(number, "completed"), at(1));
    order.observe(number, &of_both(number, "completed", "terminated"), at(DAY));
    order.observe(number, &of_session(number, "completed"), at(2 * DAY));
    assert_eq!(told(&mut order), ["paid", "terminated"]);
    assert_eq!(order.status(), OrderStatus::Terminated);
}

#[test]
fn a_terminated_order_may_be_paid_anew() {
    let mut order = new_order();
    let first = opened(&mut order, 1, at(0));
    order.observe(first, &of_session(first, "completed"), at(1));
    order.observe(first, &of_both(first, "completed", "terminated"), at(2));
    let second = opened(&mut order, 1, at(3));
    order.observe(second, &of_session(second, "completed"), at(4));
    assert_eq!(told(&mut order), ["paid", "terminated", "paid"]);
}

#[test]
fn a_session_that_the_bank_does_not_know_for_a_day_ends_for_a_person() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.missing(number, at(10));
    order.missing(number, at(DAY + 9));
    assert_eq!(state(&order, number), AttemptState::Pending);
    order.missing(number, at(DAY + 10));
    order.missing(number, at(DAY + 20));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the bank has not known attempt 1 any more for a day",
            "not_paid: failed"
        ]
    );
    assert_eq!(order.due_at(), None);
}

#[test]
fn a_session_that_is_known_again_is_not_missing() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.missing(number, at(10));
    order.observe(number, &of_session(number, "pending"), at(20));
    order.missing(number, at(DAY + 15));
    assert_eq!(state(&order, number), AttemptState::Pending);
}

#[test]
fn answers_that_stay_unreadable_for_an_hour_are_told_once_with_where_they_failed() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.unreadable(number, "line 1, column 7", at(10));
    order.unreadable(number, "line 1, column 7", at(10 + 3_599));
    assert!(told(&mut order).is_empty());
    order.unreadable(number, "line 1, column 7", at(10 + 3_600));
    order.unreadable(number, "line 1, column 9", at(10 + 7_200));
    assert_eq!(
        told(&mut order),
        [
            "needs_person: the bank's answers about attempt 1 have been unreadable for an hour: line 1, column 7"
        ]
    );
    assert_eq!(state(&order, number), AttemptState::Pending);
    // One that can be read begins the hour anew, and the order moves.
    order.observe(number, &of_session(number, "pending"), at(8_000));
    order.unreadable(number, "line 1, column 7", at(9_000));
    order.observe(number, &of_session(number, "completed"), at(20_000));
    assert_eq!(told(&mut order), ["paid"]);
}

#[test]
fn an_anomaly_is_told_once_until_the_attempt_moves() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    for _ in 0..3 {
        order.observe(number, &of_session(number, "on_hold"), at(1));
        order.observe(number, &of_session(number, "pending"), at(2));
    }
    assert_eq!(told_names(&mut order), ["needs_person"]);
    order.observe(number, &of_session(number, "granted"), at(3));
    order.observe(number, &of_session(number, "on_hold"), at(4));
    assert_eq!(told_names(&mut order), ["awaits_merchant", "needs_person"]);
}

#[test]
fn a_contradiction_of_a_payment_is_for_a_person_and_the_order_stays_paid() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.observe(number, &of_session(number, "completed"), at(1));
    order.observe(number, &of_session(number, "declined"), at(2));
    assert_eq!(
        told(&mut order),
        [
            "paid",
            "needs_person: the bank says declined, which can't follow completed"
        ]
    );
    assert_eq!(order.status(), OrderStatus::Paid);
}

#[test]
fn what_names_another_order_or_session_is_not_ours() {
    let mut order = new_order();
    let known = opened(&mut order, 1, at(0));
    let unheard = asked(&mut order, SESSION, 1, at(1));
    let mut foreign = session(unheard, "completed");
    foreign.order_reference = Some(OrderReference::parse("1002").unwrap());
    let foreign = Reading::of_session(&foreign, None);
    assert_eq!(order.check_is_ours(unheard, &foreign), Err(Foreign));
    let nameless = Session::new(session_id(unheard), "completed".into());
    let nameless = Reading::of_session(&nameless, None);
    assert_eq!(order.check_is_ours(unheard, &nameless), Err(Foreign));
    let other_session = of_session(unheard, "completed");
    assert_eq!(order.check_is_ours(known, &other_session), Err(Foreign));
    let other_kind = of_application(9, "positive");
    assert_eq!(order.check_is_ours(unheard, &other_kind), Err(Foreign));
    assert_eq!(order.check_is_ours(unheard, &other_session), Ok(()));
    // A session that is known to be ours may leave the order out.
    let own = Session::new(session_id(known), "pending".into());
    let own = Reading::of_session(&own, None);
    assert_eq!(order.check_is_ours(known, &own), Ok(()));
}

#[test]
fn a_reading_of_another_session_is_for_a_person_and_changes_nothing() {
    let mut order = new_order();
    let number = opened(&mut order, 1, at(0));
    order.observe(number, &of_session(9, "completed"), at(1));
    order.observe(number, &of_session(9, "completed"), at(2));
    assert_eq!(told_names(&mut order), ["needs_person"]);
    let attempt = order.attempt(number).unwrap();
    assert_eq!(attempt.session, Some(session_id(number)));
    assert_eq!(attempt.state, AttemptState::Pending);
}

#[test]
fn a_contract_that_is_signed_and_needs_no_approval_asks_nothing_of_the_customer() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    told(&mut order);
    let contract = Contract::new(contract_id(number), "signed".into());
    let reading = Reading::of_contract(&application(number, "positive"), &contract, false);
    order.observe(number, &reading, at(1));
    assert_eq!(told(&mut order), [] as [&str; 0]);
    assert_eq!(order.status(), OrderStatus::Pending);
}

#[test]
fn the_signature_of_one_contract_is_not_that_of_the_next() {
    let mut order = new_order();
    let number = offered(&mut order, 1, at(0));
    let contract = Contract::new(contract_id(1), "signed".into());
    let signed = Reading::of_contract(&application(number, "positive"), &contract, false);
    order.observe(number, &signed, at(1));
    let contract = Contract::new(contract_id(2), "unsigned".into());
    let unsigned = Reading::of_contract(&application(number, "positive"), &contract, false);
    order.observe(number, &unsigned, at(2));
    assert_eq!(order.status(), OrderStatus::ActionWanted(Action::Signature));
}

#[test]
fn no_time_and_no_date_is_too_late() {
    let mut order = new_order();
    let end_of_time = Date::MAX.midnight().assume_utc();
    let number = offered(&mut order, 1, at(0));
    send(&mut order, number, accept(number), at(0));
    order.sent(number, &accept(number), &SendOutcome::Unclear, at(0));
    let mut application = application(number, "positive");
    application.offer_valid_to = Some(Date::MAX);
    order.observe(number, &Reading::of_application(&application), end_of_time);
    order.missing(number, end_of_time);
    order.tend(end_of_time);
    order.tend(Date::MIN.midnight().assume_utc());
    let plan = order.plan_opening(SESSION, &print(2), Date::MIN.midnight().assume_utc());
    assert_eq!(plan, crate::OpeningPlan::Standing(number));
}
