//! Whatever stands in a field that isn't needed, status and identifiers of an answer come out.

use inbank_domain::{
    Application, Contract, ContractId, ContractStatus, Currency, DecisionStatus, ProcessStatus,
    Session, SessionStatus,
};
use serde_json::{Value, json};

use super::{Step, at, fixture, places, spelled};
use crate::contract;
use crate::dialect::decode;
use crate::failure::DecodeError;
use crate::wire::application::answer;
use crate::wire::session::Details;

const EUR: Currency = Currency::EUR;

/// What may stand in a place, as JSON.
fn junk() -> Vec<String> {
    let texts = [
        "\"junk\"",
        "\"\"",
        "\" \"",
        "\"null\"",
        r#""\ud800""#,
        "\"9999-12-31T23:59:59-23:59\"",
        "0",
        "7",
        "-1.5",
        "1e999999",
        "1e-9223372036854775808",
        "true",
        "false",
        "null",
        "{}",
        "[]",
        "[7]",
        r#"{"uuid":7,"amount":{}}"#,
        r#"{"uuid":"../x","purchase_reference":[]}"#,
    ];
    let mut junk: Vec<_> = texts.map(str::to_owned).into();
    junk.push("9".repeat(1_000));
    junk.push(format!("\"{}\"", "x".repeat(20_000)));
    junk.push("[".repeat(1_000) + &"]".repeat(1_000));
    junk
}

/// A document in v3's spelling; the merchant's own keys don't matter to reading.
fn camel(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| {
                let mut parts = name.split('_');
                let mut camel = parts.next().unwrap_or_default().to_owned();
                for part in parts {
                    let (first, rest) = part.split_at(1);
                    camel += &first.to_uppercase();
                    camel += rest;
                }
                (camel, camel_value(value))
            });
            Value::Object(fields.collect())
        }
        other => camel_value(other),
    }
}

fn camel_value(value: &Value) -> Value {
    match value {
        Value::Object(_) => camel(value),
        Value::Array(list) => list.iter().map(camel).collect(),
        other => other.clone(),
    }
}

/// Puts everything into every place of a document but the needed ones, in either spelling, and looks
/// whether what is read stays.
fn survives<T: PartialEq + std::fmt::Debug>(
    sample: &Value,
    needed: &[&str],
    read: impl Fn(&[u8]) -> Result<T, DecodeError>,
) {
    const MARK: &str = "what-is-put-here";
    for sample in [sample.clone(), camel(sample)] {
        let expected = read(sample.to_string().as_bytes()).unwrap();
        let mut tried = 0;
        for place in places(&sample) {
            let name = spelled(&place);
            let needed = needed.iter().any(|needed| {
                let needed = json!({ *needed: null });
                let spelled_so = |value: &Value| value.as_object().unwrap().contains_key(&name);
                spelled_so(&needed) || camel_path(&needed, &name)
            });
            let mut marked = sample.clone();
            *at(&mut marked, &place) = json!(MARK);
            let marked = marked.to_string();
            for junk in junk() {
                let odd = marked.replace(&format!("\"{MARK}\""), &junk);
                if needed {
                    continue;
                }
                let short = &junk[..junk.len().min(40)];
                match read(odd.as_bytes()) {
                    Ok(read) => assert_eq!(read, expected, "{name}: {short}"),
                    Err(error) => panic!("{name}: {short}: {error}"),
                }
                tried += 1;
            }
            if needed && matches!(place.last(), Some(Step::Field(_))) {
                for junk in ["{}", "[]", "7", "true"] {
                    let odd = marked.replace(&format!("\"{MARK}\""), junk);
                    assert!(read(odd.as_bytes()).is_err(), "{name} is needed: {junk}");
                }
            }
        }
        assert!(tried > 100);
    }
}

fn camel_path(needed: &Value, name: &str) -> bool {
    let needed = needed.as_object().unwrap().keys().next().unwrap();
    let parts: Vec<_> = needed
        .split('.')
        .map(|part| {
            let camel = camel(&json!({ part: null }));
            camel.as_object().unwrap().keys().next().unwrap().clone()
        })
        .collect();
    parts.join(".") == name
}

fn session(body: &[u8]) -> Result<Session, DecodeError> {
    Ok(decode::<Details>(body)?.into_session(EUR)?)
}

#[test]
fn a_session_keeps_its_status_whatever_else_it_has() {
    for sample in [
        fixture!("epos-2.10/session.response.json"),
        fixture!("smart-rent-3.04/session.response.json"),
    ] {
        let sample: Value = serde_json::from_str(sample).unwrap();
        survives(&sample, &["uuid", "status"], |body| {
            let session = session(body)?;
            Ok((session.id, session.status))
        });
    }
}

fn contract(id: &str, body: &[u8]) -> Result<Contract, DecodeError> {
    contract::read(body, &ContractId::parse(id).unwrap(), EUR)
}

#[test]
fn a_contract_keeps_its_status_whatever_else_it_has() {
    let id = "11d1baeb-1da1-1c01-b111-12111211c1a1";
    for (sample, needed) in [
        (
            fixture!("epos-2.10/contract.response.json"),
            &["contract", "contract.uuid", "contract.status"][..],
        ),
        (
            fixture!("epos-2.10/contract-camel-wrapped.response.json"),
            &["contract", "contract.uuid", "contract.status"],
        ),
        (
            fixture!("epos-2.10/contract-bare.response.json"),
            &["uuid", "status"],
        ),
    ] {
        let sample: Value = serde_json::from_str(sample).unwrap();
        survives(&sample, needed, |body| {
            let contract = contract(id, body)?;
            Ok((contract.id, contract.status))
        });
    }
}

#[test]
fn an_application_keeps_its_decision_whatever_else_it_has() {
    let shown = |application: Application| (application.id, application.decision);
    let sample: Value =
        serde_json::from_str(fixture!("direct-ee-lv-2.05/application.response.json")).unwrap();
    // Its identifier is in no other answer.
    survives(&sample, &["uuid"], |body| {
        answer::submitted(body, EUR).map(|application| application.id)
    });
    let mut sample: Value = serde_json::from_str(fixture!(
        "direct-ee-lv-2.05/application-details.response.json"
    ))
    .unwrap();
    sample["contract"] = json!({ "uuid": "c-1" });
    sample["payment_schedule"]["payment_schedule_items"] = json!([
        { "item_number": 1, "payment_date": "2020-12-15", "total_payment": "96.57", "interest": "1" },
    ]);
    let needed = [
        "credit_application",
        "credit_application.uuid",
        "credit_application.decision_status",
    ];
    survives(&sample, &needed, |body| answer::read(body, EUR).map(shown));
}

#[test]
fn one_rate_that_is_missing_costs_the_offer_and_not_the_contract() {
    let mut sample: Value = serde_json::from_str(fixture!(
        "direct-ee-lv-2.05/application-details.response.json"
    ))
    .unwrap();
    sample["contract"] = json!({ "uuid": "c-1" });
    let whole = answer::read(sample.to_string().as_bytes(), EUR).unwrap();
    assert!(whole.offer.is_some());
    let schedule = sample["payment_schedule"].as_object_mut().unwrap();
    schedule.remove("interest_rate_annual");
    let read = answer::read(sample.to_string().as_bytes(), EUR).unwrap();
    assert_eq!(read.decision, DecisionStatus::Positive);
    assert_eq!(read.contract, ContractId::parse("c-1").ok());
    assert_eq!(read.offer, None);
    let mut sample: Value = serde_json::from_str(fixture!(
        "direct-ee-lv-2.05/application-details.response.json"
    ))
    .unwrap();
    sample["payment_schedule"]["contract_fee_amount_total"] = json!({});
    let offer = answer::read(sample.to_string().as_bytes(), EUR)
        .unwrap()
        .offer;
    let offer = offer.unwrap();
    assert_eq!(
        (offer.contract_fee, offer.total_cost.is_some()),
        (None, true)
    );
}

#[test]
fn amounts_are_read_in_the_currency_that_the_answer_names() {
    let named = |sample: &str, currency: Option<&str>| {
        let mut sample: Value = serde_json::from_str(sample).unwrap();
        match currency {
            Some(currency) => sample["currency"] = json!(currency),
            None => drop(sample.as_object_mut().unwrap().remove("currency")),
        }
        sample.to_string().into_bytes()
    };
    let sample = fixture!("epos-2.10/session.response.json");
    for (currency, expected) in [
        (None, Some("2000.0 EUR")),
        (Some("EUR"), Some("2000.0 EUR")),
        (Some("PLN"), Some("2000.0 PLN")),
        (Some("złoty"), None),
    ] {
        let total = session(&named(sample, currency)).unwrap().total;
        assert_eq!(total.map(|total| total.to_string()).as_deref(), expected);
    }
    let sample = fixture!("direct-ee-lv-2.05/application.response.json");
    for (currency, expected) in [(None, "1001 EUR"), (Some("PLN"), "1001 PLN")] {
        let submitted = answer::submitted(&named(sample, currency), EUR).unwrap();
        assert_eq!(submitted.amount.unwrap().to_string(), expected);
    }
    let details = fixture!("direct-ee-lv-2.05/application-details.response.json");
    let read = answer::read(details.as_bytes(), EUR).unwrap();
    assert_eq!(read.amount.unwrap().to_string(), "1001.0 EUR");
    let id = "11d1baeb-1da1-1c01-b111-12111211c1a1";
    let bare = fixture!("epos-2.10/contract-bare.response.json");
    assert_eq!(contract(id, bare.as_bytes()).unwrap().amount, None);
    for field in ["amount", "total_amount"] {
        let mut sample: Value = serde_json::from_str(bare).unwrap();
        sample[field] = json!("499.90");
        sample["currency"] = json!("CZK");
        let read = contract(id, sample.to_string().as_bytes()).unwrap();
        assert_eq!(read.amount.unwrap().to_string(), "499.90 CZK");
    }
}

#[test]
fn a_signed_contract_that_waits_for_who_knows_what_does_not_wait_for_nothing() {
    let id = "11d1baeb-1da1-1c01-b111-12111211c1a1";
    let bare = fixture!("epos-2.10/contract-bare.response.json");
    for odd in [json!(7), json!({}), json!(["offer"]), json!("no_such_word")] {
        let mut sample: Value = serde_json::from_str(bare).unwrap();
        sample["status"] = json!("signed");
        sample["process_status"] = odd;
        let read = contract(id, sample.to_string().as_bytes()).unwrap();
        assert_eq!(read.status, ContractStatus::Signed);
        let waits = read.process_status;
        assert!(
            matches!(waits, Some(ProcessStatus::Unrecognised(_))),
            "{waits:?}"
        );
    }
}

#[test]
fn a_list_or_an_object_is_no_signature_and_no_number() {
    let id = "11d1baeb-1da1-1c01-b111-12111211c1a1";
    let bare = fixture!("epos-2.10/contract-bare.response.json");
    for (told, signed) in [
        (json!("2021-02-17T11:10:00+02:00"), true),
        (json!(true), true),
        (json!(false), false),
        (json!(0), false),
        (json!({}), false),
        (json!([]), false),
    ] {
        let mut sample: Value = serde_json::from_str(bare).unwrap();
        sample["customer_signed"] = told.clone();
        sample["number"] = json!({ "name": "canary" });
        let read = contract(id, sample.to_string().as_bytes()).unwrap();
        assert_eq!(read.customer_signed, signed, "{told}");
        assert_eq!(read.number, None);
    }
}

#[test]
fn what_is_kept_of_an_answer_is_bounded() {
    let long = "x".repeat(1_000_000);
    let mut sample: Value =
        serde_json::from_str(fixture!("direct-ee-lv-2.05/application.response.json")).unwrap();
    sample["decision_messages"] = vec![long.clone(); 50].into();
    sample["number"] = json!(long);
    sample["decision_status"] = json!(long);
    let read = answer::submitted(sample.to_string().as_bytes(), EUR).unwrap();
    assert!(format!("{read:?}").len() < 50_000);
    let mut sample: Value =
        serde_json::from_str(fixture!("epos-2.10/contract-bare.response.json")).unwrap();
    for field in ["status", "process_status", "number", "termination_reason"] {
        sample[field] = json!(long);
    }
    let id = "11d1baeb-1da1-1c01-b111-12111211c1a1";
    let read = contract(id, sample.to_string().as_bytes()).unwrap();
    assert!(format!("{read:?}").len() < 5_000);
    let mut sample: Value =
        serde_json::from_str(fixture!("epos-2.10/session.response.json")).unwrap();
    sample["status"] = json!(long);
    let read = session(sample.to_string().as_bytes()).unwrap();
    assert!(matches!(read.status, SessionStatus::Unrecognised(_)));
    assert!(format!("{read:?}").len() < 5_000);
}
