//! What stands where nothing is to be said: nothing, `null`, an empty text, or `null` as a text, which
//! public samples print.

use inbank_domain::{ContractId, Currency, DecisionStatus, SessionStatus, SigningMethod};
use serde_json::{Value, json};

use super::fixture;
use crate::contract;
use crate::dialect::decode;
use crate::wire::application::answer;
use crate::wire::{calculation, product, session};

const EUR: Currency = Currency::EUR;

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn nothings() -> [Value; 4] {
    [json!(null), json!(""), json!(" "), json!("null")]
}

#[test]
fn a_signed_contract_that_waits_for_nothing_says_so_in_any_way() {
    let id = ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap();
    for nothing in nothings() {
        let mut bare = sample(fixture!("epos-2.10/contract-bare.response.json"));
        bare["status"] = json!("signed");
        for field in ["process_status", "termination_reason", "customer_signed"] {
            bare[field] = nothing.clone();
        }
        let read = contract::read(bare.to_string().as_bytes(), &id, EUR).unwrap();
        assert_eq!(read.process_status, None, "{nothing}");
        assert_eq!(read.termination_reason, None, "{nothing}");
        assert!(!read.customer_signed, "{nothing}");
    }
}

#[test]
fn no_is_no_signature_in_any_letter_case() {
    let id = ContractId::parse("11d1baeb-1da1-1c01-b111-12111211c1a1").unwrap();
    for no in ["False", "FALSE", "NULL", "Null"] {
        let mut bare = sample(fixture!("epos-2.10/contract-bare.response.json"));
        bare["customer_signed"] = json!(no);
        let read = contract::read(bare.to_string().as_bytes(), &id, EUR).unwrap();
        assert!(!read.customer_signed, "{no}");
    }
}

#[test]
fn a_session_that_was_opened_without_a_word_is_pending() {
    for nothing in nothings() {
        let mut opened = sample(fixture!("epos-2.10/session-open.response.json"));
        opened["status"] = nothing.clone();
        let opened: session::Opened = decode(opened.to_string().as_bytes()).ok().unwrap();
        let opened = inbank_domain::OpenedSession::try_from(opened).unwrap();
        assert_eq!(opened.status, SessionStatus::Pending, "{nothing}");
    }
}

#[test]
fn a_session_without_a_contract_has_none_in_any_spelling() {
    for nothing in nothings() {
        let mut shown = sample(fixture!("epos-2.10/session.response.json"));
        for field in [
            "credit_application_uuid",
            "credit_contract_uuid",
            "product_code",
        ] {
            shown[field] = nothing.clone();
        }
        let shown: session::Details = decode(shown.to_string().as_bytes()).ok().unwrap();
        let shown = shown.into_session(EUR).unwrap();
        assert_eq!(
            (shown.contract, shown.application),
            (None, None),
            "{nothing}"
        );
        assert_eq!(shown.product_code, None, "{nothing}");
    }
}

#[test]
fn an_application_without_a_decision_is_pending() {
    for nothing in nothings() {
        let details = fixture!("direct-ee-lv-2.05/application-details.response.json");
        let mut details = sample(details);
        let inner = &mut details["credit_application"];
        for field in [
            "decision_status",
            "process_status",
            "income_proof_type",
            "previous_uuid",
        ] {
            inner[field] = nothing.clone();
        }
        let read = answer::read(details.to_string().as_bytes(), EUR).unwrap();
        assert_eq!(read.decision, DecisionStatus::Pending, "{nothing}");
        assert_eq!(read.process_status, None, "{nothing}");
        assert_eq!(
            (read.income_proof, read.previous),
            (None, None),
            "{nothing}"
        );
    }
}

#[test]
fn a_submission_keeps_its_identifier_whatever_is_said_of_the_decision() {
    let submitted = fixture!("direct-ee-lv-2.05/application.response.json");
    for odd in [json!(7), json!({}), json!([]), json!(true)] {
        let mut submitted = sample(submitted);
        submitted["decision_status"] = odd.clone();
        let read = answer::submitted(submitted.to_string().as_bytes(), EUR).unwrap();
        assert_eq!(read.id.as_str(), "471e6282-3384-412b-af7b-646eb8f04391");
        assert_eq!(read.decision, DecisionStatus::Pending, "{odd}");
    }
}

#[test]
fn a_calculation_that_names_no_currency_is_in_the_one_that_was_asked_for() {
    let asked = super::guide_fields::calculation_request();
    for nothing in nothings() {
        let mut answer = sample(fixture!("epos-2.10/calculation.response.json"));
        answer["currency"] = nothing.clone();
        answer["product_code"] = json!("product_code_here ");
        let answer = answer.to_string();
        let answer: calculation::Answer<'_> = decode(answer.as_bytes()).ok().unwrap();
        let read = answer.into_calculation(&asked).unwrap();
        assert_eq!(read.total_cost.to_string(), "2134.26 EUR", "{nothing}");
    }
}

#[test]
fn a_name_of_a_products_lists_that_can_not_be_read_costs_no_other() {
    for list in [
        json!([null, "sms", 7, "paper"]),
        json!([["sms"], ["paper"]]),
        json!("sms, null, paper"),
    ] {
        let product = json!({ "code": "p", "parameters": {
            "allowed_contract_signing_methods": list.clone(),
            "application_required_params": list.clone(),
        }});
        let product = product.to_string();
        let read: product::Details = decode(product.as_bytes()).ok().unwrap();
        let read = read
            .into_product(product::Parameters::default(), EUR)
            .unwrap();
        assert_eq!(read.required_parameters, ["sms", "paper"], "{list}");
        let methods: Vec<_> = read
            .contract_signing
            .iter()
            .map(SigningMethod::as_str)
            .collect();
        assert_eq!(methods, ["sms", "paper"], "{list}");
    }
}

#[test]
fn a_row_without_its_number_is_the_next_one() {
    let asked = super::guide_fields::calculation_request();
    let mut answer = sample(fixture!("epos-2.10/calculation.response.json"));
    let row = |number: Value| json!({ "item_number": number, "payment_date": "2026-12-10", "total_payment": "1" });
    answer["payment_schedule_items"] = json!([
        row(json!(0)),
        row(json!(null)),
        row(json!("x")),
        row(json!("3"))
    ]);
    let answer = answer.to_string();
    let answer: calculation::Answer<'_> = decode(answer.as_bytes()).ok().unwrap();
    let read = answer.into_calculation(&asked).unwrap();
    let numbers: Vec<_> = read.schedule.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3]);
}
