//! Answers that are altered on order.

use inbank_sandbox::{Alteration, Fault, Operation, Region};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    applicant::path,
    control::control,
    shop::{Shop, minimal, read},
};

#[tokio::test]
async fn an_answer_names_another_amount_and_currency_as_often_as_ordered() {
    let shop = Shop::open(Region::Estonia).await;
    let body = minimal(&shop.sandbox, "hire_purchase", "300");
    let session = shop.open_session(&body).await;
    let read = Operation::GetSession;
    shop.sandbox
        .alter(read, Alteration::set("total_amount", "120.0"), 2);
    shop.sandbox
        .alter(read, Alteration::set("currency", "PLN"), 1);
    let mut seen = Vec::new();
    for version in [
        "v2/{shop}/pos_sessions",
        "v3/{shop}/pos-sessions",
        "v2/{shop}/pos_sessions",
    ] {
        let (_, shown) = shop.get(&format!("{version}/{session}")).await;
        let amount = shown.get("total_amount").or(shown.get("totalAmount"));
        seen.push((amount.unwrap().clone(), shown["currency"].clone()));
    }
    assert_eq!(
        seen,
        [
            (json!("120.0"), json!("PLN")),
            (json!("120.0"), json!("EUR")),
            (json!("300.0"), json!("EUR"))
        ]
    );
}

#[tokio::test]
async fn a_contracts_status_is_spelled_otherwise_and_its_process_is_an_unknown_one() {
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    let alterations = [
        ("status", "canceled"),
        ("status", "withdrawn"),
        ("process_status", "waiting_for_the_moon"),
    ];
    for (field, value) in alterations {
        shop.sandbox
            .alter(Operation::GetContract, Alteration::set(field, value), 1);
        let shown = shop.shown_contract(contract).await;
        let name = if field == "status" {
            field
        } else {
            "processStatus"
        };
        assert_eq!(shown[name], value);
    }
}

#[tokio::test]
async fn a_rate_is_missing_in_an_offer() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop.send_for("hire_purchase", "300").await;
    shop.poll(id).await;
    let field = "payment_schedule.credit_cost_rate_annual";
    let read = Operation::GetApplication;
    shop.sandbox.alter(read, Alteration::remove(field), 1);
    shop.sandbox
        .alter(read, Alteration::set(field, Value::Null), 1);
    let (_, shown) = shop.get(&path(id)).await;
    let offer = shown["payment_schedule"].as_object().unwrap();
    // Removed first, it is added again as it was ordered then.
    assert_eq!(offer["credit_cost_rate_annual"], Value::Null);
    shop.sandbox.alter(read, Alteration::remove(field), 1);
    let (_, shown) = shop.get(&path(id)).await;
    let offer = shown["payment_schedule"].as_object().unwrap();
    assert!(!offer.contains_key("credit_cost_rate_annual"));
    assert!(offer.contains_key("interest_rate_annual"));
    let (_, shown) = shop.get(&path(id)).await;
    assert!(shown["payment_schedule"]["credit_cost_rate_annual"].is_string());
}

#[tokio::test]
async fn retry_after_is_any_number_or_text() {
    let shop = Shop::open(Region::Estonia).await;
    let ping = Operation::Ping;
    let fault = |retry_after| Fault::Status {
        status: 429,
        retry_after,
    };
    let date = "Wed, 21 Oct 2099 07:28:00 GMT";
    shop.sandbox.fault(ping, fault(Some(300_000_000_000)), 1);
    shop.sandbox.fault(ping, fault(None), 1);
    let mut seen = Vec::new();
    for step in 0..2 {
        if step == 1 {
            shop.sandbox
                .alter(ping, Alteration::header("Retry-After", date), 1);
        }
        let answer = shop.request(Method::GET, "v2/ping").send().await.unwrap();
        assert_eq!(answer.status(), 429);
        seen.push(answer.headers()["retry-after"].to_str().unwrap().to_owned());
    }
    assert_eq!(seen, ["300000000000", date]);
}

#[tokio::test]
async fn alterations_are_ordered_over_http_and_taken_back_with_the_faults() {
    let shop = Shop::open(Region::Estonia).await;
    let body = minimal(&shop.sandbox, "hire_purchase", "300");
    let session = shop.open_session(&body).await;
    let path = format!("v2/{{shop}}/pos_sessions/{session}");
    for order in [
        json!({"operation": "get_session", "alteration": "set", "field": "status", "value": "CANCELED", "times": 2}),
        json!({"operation": "get_session", "alteration": "remove", "field": "locale"}),
        json!({"operation": "get_session", "alteration": "header", "name": "x-request-id", "value": "1"}),
    ] {
        let ordered = read(control(&shop, Method::POST, "alterations").json(&order)).await;
        assert_eq!(ordered.0, 204, "{ordered:?}");
    }
    let (_, shown) = shop.get(&path).await;
    assert_eq!(
        (&shown["status"], shown.get("locale")),
        (&json!("CANCELED"), None)
    );
    read(control(&shop, Method::DELETE, "faults")).await;
    assert_eq!(shop.get(&path).await.1["status"], "pending");
}
