use axum::http::{Method, StatusCode};
use futures::future::join_all;
use inbank::GatewayErrorKind;
use serde_json::json;

use crate::{ADMIN, Answer, OTHER, Service, cart};

async fn pay(service: &Service, order: &str, amount: &str, key: &str) -> Answer {
    let path = format!("/v1/shops/main/orders/{order}/pay");
    asked(service, &path, ADMIN, &cart(amount), key).await
}

async fn asked(service: &Service, path: &str, token: &str, body: &str, key: &str) -> Answer {
    let headers = [("idempotency-key", key)];
    service
        .ask_with(Method::POST, path, token, Some(body), &headers)
        .await
}

#[tokio::test]
async fn the_same_request_under_the_same_key_is_answered_as_things_stand() {
    let service = Service::new().await;
    let first = pay(&service, "1001", "499.90", "\"key-1\"").await;
    let second = pay(&service, "1001", "499.90", "key-1").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    assert_eq!(first.body, second.body);
    assert_eq!(service.bank.calls("session.open"), 1);
}

#[tokio::test]
async fn another_request_under_the_same_key_is_refused() {
    let service = Service::new().await;
    pay(&service, "1001", "499.90", "key-1").await;
    for (order, amount) in [("1001", "399.90"), ("1002", "499.90")] {
        let other = pay(&service, order, amount, "key-1").await;
        assert_eq!(
            other.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            other.text
        );
        assert_eq!(other.body["type"], "/problems/key_reused");
    }
    assert_eq!(service.bank.calls("session.open"), 1);
}

#[tokio::test]
async fn a_key_is_of_one_route_and_one_caller() {
    let service = Service::new().await;
    pay(&service, "1001", "499.90", "key-1").await;
    let quote = json!({"product": "hp", "amount": "100", "period": 12}).to_string();
    let quote = asked(&service, "/v1/shops/main/quotes", ADMIN, &quote, "key-1").await;
    assert_eq!(quote.status, StatusCode::OK, "{}", quote.text);
    let path = "/v1/shops/other/orders/1001/pay";
    let other = asked(&service, path, OTHER, &cart("399.90"), "key-1").await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.text);
}

#[tokio::test]
async fn what_did_nothing_leaves_the_key_free() {
    let service = Service::new().await;
    for (amount, status) in [
        ("0", StatusCode::UNPROCESSABLE_ENTITY),
        ("499.90", StatusCode::OK),
    ] {
        let answer = pay(&service, "1001", amount, "key-1").await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    service.bank.break_down(GatewayErrorKind::Unreachable);
    let away = pay(&service, "1002", "499.90", "key-2").await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    service.bank.recover();
    let answer = pay(&service, "1002", "399.90", "key-2").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn an_outcome_that_is_not_known_is_never_kept_as_the_answer() {
    let service = Service::new().await;
    service.bank.lose_next_answer();
    let unclear = pay(&service, "1001", "499.90", "key-1").await;
    assert_eq!(unclear.status, StatusCode::BAD_GATEWAY, "{}", unclear.text);
    let other = pay(&service, "1001", "399.90", "key-1").await;
    assert_eq!(other.body["type"], "/problems/key_reused", "{}", other.text);
    let again = pay(&service, "1001", "499.90", "key-1").await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
}

#[tokio::test]
async fn many_at_once_are_one() {
    let service = Service::new().await;
    let asked = (0..8).map(|_| pay(&service, "1001", "499.90", "key-1"));
    let answers = join_all(asked).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(service.bank.calls("session.open"), 1);
}

#[tokio::test]
async fn a_file_is_not_sent_to_the_bank_twice() {
    let (service, id) = crate::income::asked().await;
    let path = "/v1/shops/main/orders/1001/income-proof";
    let body = json!({"files": [{"name": "a.pdf", "content": "AAAA"}]}).to_string();
    for _ in 0..2 {
        let answer = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    assert_eq!(service.bank.files(&id).len(), 1);
    let answer = asked(&service, path, ADMIN, &body, "key-2").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(service.bank.files(&id).len(), 2);
}

#[tokio::test]
async fn what_is_no_key_is_refused() {
    let service = Service::new().await;
    for key in ["", "a b", "\"a", &"x".repeat(256)] {
        let answer = pay(&service, "1001", "499.90", key).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{key}");
    }
    // Who may not call learns nothing of keys.
    let path = "/v1/shops/main/orders/1001/pay";
    let answer = asked(&service, path, "nobody", &cart("1"), "a b").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
