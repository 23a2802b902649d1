use std::sync::Arc;

use axum::http::StatusCode;
use inbank::{ApplicationId, DecisionStatus};
use serde_json::{Value, json};

use crate::{PRODUCT, Service};

const PROOF: &str = "/v1/shops/main/orders/1001/income-proof";

/// An application that wants proof of income.
pub(crate) async fn asked() -> (Service, ApplicationId) {
    let service = Service::new().await;
    let body = application();
    let applied = service
        .post("/v1/shops/main/orders/1001/apply", &body)
        .await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.text);
    let id = &applied.body["order"]["attempts"][0]["application_id"];
    let id = ApplicationId::parse(id.as_str().unwrap()).unwrap();
    let decision = DecisionStatus::IncomeProofRequired;
    Arc::clone(&service.bank).decide(&id, decision);
    (service, id)
}

fn application() -> String {
    json!({
        "credit_application": {"product_code": PRODUCT, "amount": "400", "period": "12"},
        "customer": {"identity_code": "38808050001", "first_name": "John", "last_name": "Smith"},
        "customer_contact": {"mobile": "+37253630000", "email": "test@test.com"},
        "customer_identification": {"document_type": "id_card", "document_number": "AA979080"},
    })
    .to_string()
}

#[tokio::test]
async fn files_are_passed_on_to_the_bank_as_they_are() {
    let (service, id) = asked().await;
    let body = json!({
        "files": [
            {"name": "väljavõte.pdf", "content": "JVBERi0x"},
            {"name": "two.pdf", "content": ""},
        ],
        "description": "the last three months",
    });
    let answer = service.post(PROOF, &body.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.body["redirect_url"], Value::Null);
    assert_eq!(answer.body["order"]["reference"], "1001");
    let files = service.bank.files(&id);
    let expected = [("väljavõte.pdf".to_owned(), 6), ("two.pdf".to_owned(), 0)];
    assert_eq!(files, expected);
}

#[tokio::test]
async fn a_statement_comes_from_one_of_the_banks_that_are_listed() {
    let (service, _) = asked().await;
    let banks = service.get(PROOF).await;
    assert_eq!(banks.status, StatusCode::OK, "{}", banks.text);
    let bank = &banks.body["banks"][0]["id"];
    let body = json!({"bank": bank, "return_url": "https://shop.example/back", "locale": "et"});
    let answer = service.post(PROOF, &body.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert!(answer.body["redirect_url"].is_string());
}

#[tokio::test]
async fn what_is_no_proof_is_named_and_nothing_is_sent() {
    let (service, id) = asked().await;
    let file = json!([{"name": "a.pdf", "content": "AAAA"}]);
    for (body, field) in [
        (json!({}), "files"),
        (json!({"files": []}), "files"),
        (json!({"files": file, "bank": "1"}), "files"),
        (json!({"files": file, "locale": "et"}), "locale"),
        (
            json!({"files": [{"name": "a.pdf", "content": "?"}]}),
            "files[0].content",
        ),
        (
            json!({"files": [{"name": "a\u{0}", "content": "AAAA"}]}),
            "files[0].name",
        ),
        (json!({"files": [{"name": "a.pdf"}]}), "files[0].content"),
        (json!({"bank": "1"}), "return_url"),
        (
            json!({"bank": "1", "return_url": "https://shop.example/back"}),
            "locale",
        ),
        (
            json!({"bank": "", "return_url": "https://shop.example/back", "locale": "et"}),
            "bank",
        ),
        (
            json!({"bank": "1", "return_url": "back", "locale": "et"}),
            "return_url",
        ),
        (json!({"bank": "1", "description": "x"}), "description"),
    ] {
        let answer = service.post(PROOF, &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{body}");
    }
    assert_eq!(service.bank.files(&id), []);
}

#[tokio::test]
async fn an_order_without_an_application_has_nothing_to_prove() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    let body = json!({"files": [{"name": "a.pdf", "content": "AAAA"}]});
    let answer = service.post(PROOF, &body.to_string()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
}

#[tokio::test]
async fn the_offer_that_is_to_be_accepted_can_be_read_first() {
    let (service, id) = asked().await;
    let path = "/v1/shops/main/orders/1001/offer";
    let undecided = service.get(path).await;
    assert_eq!(undecided.status, StatusCode::OK, "{}", undecided.text);
    assert_eq!(undecided.body["application_id"], id.to_string());
    service.bank.decide(&id, DecisionStatus::Positive);
    let offer = service.get(path).await;
    assert_eq!(offer.status, StatusCode::OK, "{}", offer.text);
    assert_eq!(offer.body["decision"], "positive");
    let conditions = &offer.body["offer"];
    assert_eq!(conditions["currency"], "EUR", "{}", offer.text);
    assert_eq!(conditions["period"], 12);
    for amount in [
        "amount",
        "payment_amount_monthly",
        "credit_cost_rate_annual",
    ] {
        assert!(conditions[amount].is_string(), "{amount}: {}", offer.text);
    }
    service.post("/v1/shops/main/orders/1001/refresh", "").await;
    let body = json!({"application_id": offer.body["application_id"]});
    let accept = "/v1/shops/main/orders/1001/accept";
    let accepted = service.post(accept, &body.to_string()).await;
    assert!(accepted.status.is_success(), "{}", accepted.text);
    let none = service.get("/v1/shops/main/orders/9999/offer").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
