//! What each of the bank's words means.

use AttemptState as S;
use time::{Date, Duration, Month, OffsetDateTime};

use super::super::*;
use crate::{
    Application, Contract, ContractStatus, Currency, DecisionStatus, Offer, ProcessStatus, Rate,
    Session, SessionStatus,
};

fn session(status: &str) -> Session {
    Session::new(SessionId::parse("s").unwrap(), status.into())
}

fn contract(status: &str) -> Contract {
    Contract::new(ContractId::parse("c").unwrap(), status.into())
}

fn application(decision: &str) -> Application {
    Application::new(ApplicationId::parse("a").unwrap(), decision.into())
}

fn euros(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn of_signed(process_status: Option<&str>, merchant_approval: bool) -> Result<S, String> {
    let mut contract = contract("signed");
    contract.process_status = process_status.map(Into::into);
    Reading::of_contract(&application("positive"), &contract, merchant_approval).state
}

#[test]
fn each_status_of_a_session_means_its_state() {
    for (status, expected) in [
        ("pending", S::Pending),
        ("granted", S::Granted),
        ("completed", S::Completed),
        ("cancelled", S::Cancelled),
        ("canceled", S::Cancelled),
        ("withdrawn", S::Cancelled),
        ("declined", S::Declined),
        ("expired", S::Expired),
    ] {
        let reading = Reading::of_session(&session(status), None);
        assert_eq!(reading.state, Ok(expected), "{status}");
    }
    assert_eq!(SessionStatus::KNOWN.len(), 6);
}

#[test]
fn a_completed_session_waits_for_its_contract() {
    for (status, expected) in [
        ("unsigned", S::Pending),
        ("signed", S::Pending),
        ("activated", S::Completed),
        ("cancelled", S::Cancelled),
        ("terminated", S::Terminated),
    ] {
        let reading = Reading::of_session(&session("completed"), Some(&contract(status)));
        assert_eq!(reading.state, Ok(expected), "{status}");
    }
    assert_eq!(ContractStatus::KNOWN.len(), 6);
}

#[test]
fn a_contract_that_is_active_or_ended_is_believed_before_a_session_that_lags() {
    for lagging in ["pending", "granted"] {
        for (status, expected) in [
            ("activated", S::Completed),
            ("terminated", S::Terminated),
            ("cancelled", S::Cancelled),
            ("canceled", S::Cancelled),
        ] {
            let reading = Reading::of_session(&session(lagging), Some(&contract(status)));
            assert_eq!(reading.state, Ok(expected), "{lagging}, {status}");
        }
        let reading = Reading::of_session(&session(lagging), Some(&contract("signed")));
        let alone = Reading::of_session(&session(lagging), None);
        assert_eq!(reading.state, alone.state);
    }
    let reading = Reading::of_session(&session("expired"), Some(&contract("cancelled")));
    assert_eq!(reading.state, Ok(S::Expired));
}

#[test]
fn an_unknown_word_is_no_state_and_a_long_one_is_cut() {
    let on_hold = || Err("on_hold".to_owned());
    let state = Reading::of_session(&session("on_hold"), None).state;
    assert_eq!(state, on_hold());
    let state = Reading::of_session(&session("completed"), Some(&contract("on_hold"))).state;
    assert_eq!(state, on_hold());
    let state = Reading::of_application(&application("on_hold")).state;
    assert_eq!(state, on_hold());
    let read = Reading::of_contract(&application("positive"), &contract("on_hold"), true);
    assert_eq!(read.state, on_hold());
    let long = "x".repeat(65);
    let state = Reading::of_application(&application(&long)).state;
    assert_eq!(state, Err("x".repeat(64)));
}

#[test]
fn an_unknown_word_of_a_contract_costs_no_status_that_stands_without_it() {
    let reading = Reading::of_session(&session("granted"), Some(&contract("on_hold")));
    assert_eq!(reading.state, Ok(S::Granted));
}

#[test]
fn a_withdrawn_contract_is_terminated_if_it_was_active_and_cancelled_if_not() {
    let mut withdrawn = contract("withdrawn");
    for session in [session("granted"), session("completed")] {
        let reading = Reading::of_session(&session, Some(&withdrawn));
        assert_eq!(reading.state, Ok(S::Cancelled));
    }
    withdrawn.activated_at = Some(OffsetDateTime::UNIX_EPOCH);
    let reading = Reading::of_session(&session("completed"), Some(&withdrawn));
    assert_eq!(reading.state, Ok(S::Terminated));
    let reading = Reading::of_contract(&application("positive"), &withdrawn, true);
    assert_eq!(reading.state, Ok(S::Terminated));
}

#[test]
fn each_decision_means_its_state() {
    for (decision, expected) in [
        ("pending", S::Pending),
        ("manual", S::Pending),
        ("positive", S::Offered),
        ("negative", S::Declined),
        ("manual_negative", S::Declined),
        ("failed", S::Failed),
        ("income_proof_required", S::IncomeProofWanted),
    ] {
        let reading = Reading::of_application(&application(decision));
        assert_eq!(reading.state, Ok(expected), "{decision}");
    }
    assert_eq!(DecisionStatus::KNOWN.len(), 7);
}

#[test]
fn income_is_proved_as_the_application_says() {
    let mut application = application("income_proof_required");
    for (how, expected) in [
        (
            "ais_with_fallback_manual_upload_option",
            S::IncomeProofWanted,
        ),
        ("manual_internal_verification", S::StatementsWanted),
        ("by_fax", S::IncomeProofWanted),
    ] {
        application.income_proof = Some(how.into());
        let reading = Reading::of_application(&application);
        assert_eq!(reading.state, Ok(expected), "{how}");
    }
}

#[test]
fn an_application_with_a_contract_is_past_its_offer_also_where_the_contract_is_not_read() {
    let mut application = application("positive");
    application.contract = Some(ContractId::parse("c").unwrap());
    let reading = Reading::of_application(&application);
    assert_eq!(reading.state, Ok(S::SignatureWanted));
    assert_eq!(reading.contract, application.contract);
}

#[test]
fn a_cancelled_application_ends_with_a_contract_that_is_not_in_force() {
    let mut application = application("positive");
    application.cancelled = true;
    let alone = Reading::of_application(&application);
    assert_eq!(alone.state, Ok(S::Cancelled));
    for (status, expected) in [
        ("unsigned", S::Cancelled),
        ("signed", S::Cancelled),
        ("activated", S::Completed),
        ("terminated", S::Terminated),
    ] {
        let reading = Reading::of_contract(&application, &contract(status), true);
        assert_eq!(reading.state, Ok(expected), "{status}");
    }
}

#[test]
fn a_contract_waits_for_what_it_says() {
    for (process_status, approval, expected) in [
        (
            Some("waiting_for_customer_digital_verification"),
            true,
            S::VerificationWanted,
        ),
        (Some("waiting_for_downpayment"), true, S::DownPaymentWanted),
        (Some("waiting_for_partners_confirmation"), false, S::Granted),
        (Some("activated"), true, S::Granted),
        (None, true, S::Granted),
        (None, false, S::SignatureWanted),
    ] {
        let state = of_signed(process_status, approval);
        assert_eq!(state, Ok(expected), "{process_status:?}");
    }
    assert_eq!(ProcessStatus::KNOWN.len(), 5);
}

#[test]
fn a_signed_contract_that_waits_for_something_unknown_is_never_granted() {
    for approval in [true, false] {
        let state = of_signed(Some("waiting_for_godot"), approval);
        assert_eq!(state, Err("waiting_for_godot".to_owned()));
    }
    let mut unsigned = contract("unsigned");
    unsigned.process_status = Some("waiting_for_godot".into());
    let reading = Reading::of_contract(&application("positive"), &unsigned, true);
    assert_eq!(reading.state, Ok(S::SignatureWanted));
}

#[test]
fn a_reading_says_whether_the_contract_is_signed_and_approved() {
    let mut contract = contract("unsigned");
    let reading = Reading::of_session(&session("pending"), Some(&contract));
    assert_eq!((reading.signed, reading.approved), (false, false));
    contract.process_status = Some("waiting_for_downpayment".into());
    contract.partner_approval_at = Some(OffsetDateTime::UNIX_EPOCH);
    let reading = Reading::of_session(&session("pending"), Some(&contract));
    assert_eq!((reading.signed, reading.approved), (true, true));
}

#[test]
fn every_amount_that_is_named_is_kept_and_the_offers_once_it_is_accepted() {
    let mut session = session("granted");
    let mut contract = contract("signed");
    assert_eq!(
        Reading::of_session(&session, Some(&contract)).amounts,
        [] as [Money; 0]
    );
    session.total = Some(euros("100"));
    contract.amount = Some(euros("90"));
    let reading = Reading::of_session(&session, Some(&contract));
    assert_eq!(reading.amounts, [euros("100"), euros("90")]);

    let mut application = application("positive");
    application.amount = Some(euros("100"));
    let rate = Rate::from_fraction(rust_decimal::Decimal::ONE);
    let period = Months::new(12).unwrap();
    let offer = Offer::new(euros("80"), period, euros("8"), rate, rate);
    application.offer = Some(offer);
    let reading = Reading::of_application(&application);
    assert_eq!(reading.amounts, [euros("100")]);
    let reading = Reading::of_contract(&application, &contract, true);
    assert_eq!(reading.amounts, [euros("80"), euros("90")]);
}

#[test]
fn an_offer_has_run_out_when_its_last_day_is_over_everywhere() {
    let march = |day| Date::from_calendar_date(2026, Month::March, day).unwrap();
    let third = march(3).midnight().assume_utc();
    let mut application = application("positive");
    assert!(!Reading::of_application(&application).has_run_out(third));
    application.offer_valid_to = Some(march(1));
    let reading = Reading::of_application(&application);
    // At the date line it is still the first for another twelve hours.
    assert!(!reading.has_run_out(third - Duration::SECOND));
    assert!(reading.has_run_out(third));
    application.offer_valid_to = Some(Date::MAX);
    let end_of_time = Date::MAX.midnight().assume_utc();
    assert!(!Reading::of_application(&application).has_run_out(end_of_time));
}
