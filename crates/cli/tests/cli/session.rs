use std::fs;

use inbank_sandbox::Operation;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::run::Run;
use crate::shop::{File, Shop};

const SAMPLES: [&str; 3] = [
    "epos-2.10/session-open.request.json",
    "epos-2.10/session-open-minimal.request.json",
    "smart-rent-3.04/session-open.request.json",
];

fn sample(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures");
    format!("{folder}/{name}")
}

/// Keys whose content is the merchant's own.
const FREE_FORM: [&str; 3] = ["integration_info", "additional_data", "additional_details"];

/// The document as it is to reach the bank: names in the version's spelling, the merchant's own
/// containers untouched.
fn expected(document: &Value, camel: bool) -> Value {
    match document {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let value = match (name.as_str(), value) {
                    (name, value) if FREE_FORM.contains(&name) => value.clone(),
                    (_, value) => expected(value, camel),
                };
                (
                    if camel {
                        camel_case(name)
                    } else {
                        name.clone()
                    },
                    value,
                )
            })
            .collect(),
        Value::Array(list) => list.iter().map(|value| expected(value, camel)).collect(),
        value => value.clone(),
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| {
        let (start, rest) = word.split_at(1);
        name + &start.to_uppercase() + rest
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_samples_reach_the_bank_in_either_version() {
    for name in SAMPLES {
        let document: Value =
            serde_json::from_str(&fs::read_to_string(sample(name)).unwrap()).unwrap();
        for version in ["v2", "v3"] {
            let shop = Shop::open().await;
            let run = shop.run(&[
                "session",
                "open",
                "--from",
                &sample(name),
                "--api-version",
                version,
            ]);
            let opened = run.json();
            assert!(opened["redirect_url"].as_str().unwrap().starts_with("http"));
            assert!(opened["status"].is_string());
            let received = shop.received(Operation::CreateSession);
            assert_eq!(
                received,
                [expected(&document, version == "v3")],
                "{name} {version}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_may_come_in_camel_case_and_by_stdin() {
    let shop = Shop::open().await;
    let text = fs::read_to_string(sample(SAMPLES[0])).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let camel = expected(&document, true).to_string();
    let mut command = shop.command(&["session", "open", "--from", "-"]);
    Run::with_stdin(&mut command, &camel).json();
    assert_eq!(
        shop.received(Operation::CreateSession),
        [expected(&document, false)]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_breaks_a_rule_is_refused_by_its_path_and_nothing_is_sent() {
    let shop = Shop::open().await;
    let text = fs::read_to_string(sample(SAMPLES[0])).unwrap();
    for (from, to, path) in [
        ("merchant_name", "merchant_nam", "purchase.merchant"),
        ("\"8\"", "\"eight\"", "purchase.items[0].quantity"),
        ("\"EUR\"", "\"PLN\"", "currency"),
        ("9000", "-1", "total_amount"),
        ("\"locale\": \"et-ET\",", "", "locale"),
    ] {
        let changed = File::holding(&text.replace(from, to));
        let run = shop.run(&["session", "open", "--from", changed.path()]);
        let error = run.error(2);
        assert_eq!(error["kind"], "invalid");
        assert!(error["message"].as_str().unwrap().contains(path), "{error}");
    }
    let error = shop
        .run(&["session", "open", "--from", "/nowhere.json"])
        .error(2);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .starts_with("--from /nowhere.json: ")
    );
    assert!(shop.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_opened_by_flags_and_shown() {
    let shop = Shop::open().await;
    let mut arguments = Shop::session("hire_purchase", "300.10");
    arguments.extend(["--merchant-domain", "www.example.com"]);
    let opened = shop.run(&arguments).json();
    assert_eq!(opened["status"], "pending");
    let id = opened["id"].as_str().unwrap();
    let redirect = opened["redirect_url"].as_str().unwrap();
    assert!(redirect.contains(id), "{redirect}");
    let received = shop.received(Operation::CreateSession);
    assert_eq!(received[0]["total_amount"].to_string(), "300.1");
    assert_eq!(
        received[0]["purchase"],
        json!({"purchase_reference": "Order 1", "merchant": {"merchant_domain_name": "www.example.com"}})
    );

    let shown = shop.run(&["session", "show", id]).json();
    assert_eq!(
        (&shown["id"], &shown["status"]),
        (&json!(id), &json!("pending"))
    );
    assert_eq!(shown["order_reference"], "Order 1");
    assert_eq!(
        (&shown["application_id"], &shown["contract_id"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        shown["created_at"].as_str().unwrap().contains('T'),
        "{shown}"
    );

    let session: Uuid = id.parse().unwrap();
    shop.sandbox.customer_applies(session).unwrap();
    let state = shop.sandbox.session(session).unwrap();
    let shown = shop
        .run(&["session", "show", id, "--api-version", "v3"])
        .json();
    assert_eq!(shown["status"], "completed");
    assert_eq!(
        shown["contract_id"],
        json!(state.contract.unwrap().to_string())
    );
    assert_eq!(
        shown["application_id"],
        json!(state.application.unwrap().to_string())
    );
    let run = shop.text(&["session", "show", id]);
    assert!(run.text().contains("Status       completed\n"), "{run:?}");
    let run = shop.text(&Shop::session("hire_purchase", "300"));
    assert!(run.text().contains("Send the customer to  http"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn flags_and_a_document_exclude_each_other() {
    let shop = Shop::open().await;
    let file = sample(SAMPLES[0]);
    for arguments in [
        vec![
            "session",
            "open",
            "--from",
            &file,
            "--product",
            "hire_purchase",
        ],
        vec!["session", "open", "--product", "hire_purchase"],
        vec!["session", "open"],
    ] {
        assert_eq!(shop.run(&arguments).error(2)["kind"], "usage");
    }
    assert!(shop.sandbox.requests().is_empty());
}
