use axum::http::{Method, StatusCode};
use futures::future::join_all;
use inbank::{DecisionStatus, GatewayErrorKind};
use inbank_testkit::FakeBank;
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
async fn a_key_is_of_one_request_and_one_caller() {
    let service = Service::new().await;
    pay(&service, "1001", "499.90", "key-1").await;
    let quote = json!({"product": "hp", "amount": "100", "period": 12}).to_string();
    for (path, body) in [
        ("/v1/shops/main/quotes", quote.as_str()),
        ("/v1/shops/main/orders/1001/approve", ""),
        ("/v1/shops/main/orders/1001/rent", &cart("499.90")),
    ] {
        let answer = asked(&service, path, ADMIN, body, "key-1").await;
        assert_eq!(answer.body["type"], "/problems/key_reused", "{path}");
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
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
async fn a_file_of_which_it_is_not_known_whether_it_arrived_is_not_sent_again() {
    let (service, id) = crate::income::asked().await;
    let path = "/v1/shops/main/orders/1001/income-proof";
    let body = json!({"files": [{"name": "a.pdf", "content": "AAAA"}]}).to_string();
    service.bank.lose_next_answer();
    let lost = asked(&service, path, ADMIN, &body, "key-1").await;
    assert_eq!(lost.status, StatusCode::BAD_GATEWAY, "{}", lost.text);
    for _ in 0..2 {
        let again = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
        assert_eq!(again.body["type"], "/problems/maybe_done");
    }
    assert_eq!(service.bank.files(&id).len(), 1);
    let answer = asked(&service, path, ADMIN, &body, "key-2").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(service.bank.files(&id).len(), 2);
}

#[tokio::test]
async fn a_statement_is_asked_for_once() {
    let (service, _) = crate::income::asked().await;
    let path = "/v1/shops/main/orders/1001/income-proof";
    let banks = service.get(path).await;
    let bank = &banks.body["banks"][0]["id"];
    let body = json!({"bank": bank, "return_url": "https://shop.example/back", "locale": "et"});
    let body = body.to_string();
    let first = asked(&service, path, ADMIN, &body, "key-1").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let again = asked(&service, path, ADMIN, &body, "key-1").await;
    assert_eq!(again.body["type"], "/problems/answered", "{}", again.text);
    assert_eq!(service.bank.calls("application.retrieve_statement"), 1);
}

/// An order with a contract that waits to be signed.
async fn to_sign() -> Service {
    let (service, id) = crate::income::asked().await;
    service.bank.decide(&id, DecisionStatus::Positive);
    let refresh = "/v1/shops/main/orders/1001/refresh";
    service.post(refresh, "").await;
    let body = json!({"application_id": id.to_string()}).to_string();
    let accept = "/v1/shops/main/orders/1001/accept";
    let accepted = service.post(accept, &body).await;
    assert!(accepted.status.is_success(), "{}", accepted.text);
    let order = service.post(refresh, "").await;
    let contract = &order.body["attempts"][0]["contract_id"];
    assert!(contract.is_string(), "{}", order.text);
    service
}

#[tokio::test]
async fn a_customer_is_asked_to_sign_once_per_key_whatever_the_method_is_called() {
    let path = "/v1/shops/main/orders/1001/sign";
    for (method, again) in [
        ("sms", StatusCode::OK),
        ("send_to_signing_sms", StatusCode::OK),
        ("send_to_signing_email", StatusCode::OK),
        ("redirect", StatusCode::CONFLICT),
    ] {
        let service = to_sign().await;
        let body = json!({"method": method}).to_string();
        let first = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(first.status, StatusCode::OK, "{method}: {}", first.text);
        for _ in 0..2 {
            let second = asked(&service, path, ADMIN, &body, "key-1").await;
            assert_eq!(second.status, again, "{method}: {}", second.text);
        }
        assert_eq!(service.bank.calls("contract.sign"), 1, "{method}");
        let other = asked(&service, path, ADMIN, &body, "key-2").await;
        assert_eq!(other.status, StatusCode::OK, "{method}: {}", other.text);
        assert_eq!(service.bank.calls("contract.sign"), 2, "{method}");
    }
}

#[tokio::test]
async fn a_message_of_which_it_is_not_known_whether_it_was_sent_is_not_sent_again() {
    let path = "/v1/shops/main/orders/1001/sign";
    for method in ["sms", "send_to_signing_email", "redirect"] {
        let service = to_sign().await;
        let body = json!({"method": method}).to_string();
        service.bank.lose_next_answer();
        let lost = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(lost.status, StatusCode::BAD_GATEWAY, "{}", lost.text);
        let again = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(again.body["type"], "/problems/maybe_done", "{}", again.text);
        assert_eq!(service.bank.calls("contract.sign"), 1, "{method}");
    }
}

#[tokio::test]
async fn a_code_is_brought_once() {
    let service = to_sign().await;
    let path = "/v1/shops/main/orders/1001/sign";
    service.post(path, r#"{"method":"sms"}"#).await;
    let path = "/v1/shops/main/orders/1001/confirm";
    let body = json!({"code": FakeBank::CODE}).to_string();
    for _ in 0..2 {
        let answer = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }
    assert_eq!(service.bank.calls("contract.confirm"), 1);
}

#[tokio::test]
async fn whoever_asks_again_while_the_bank_does_not_answer_is_told_when_it_will_be_known() {
    let service = Service::new().await;
    // The product is known from then on, so that the next call is the one that opens.
    service.pay("1000", "499.90").await;
    service.bank.hold_calls();
    let body = cart("499.90");
    let path = "/v1/shops/main/orders/1001/pay";
    let first = asked(&service, path, ADMIN, &body, "key-1");
    let later = async {
        service.bank.holds(1).await;
        tokio::time::pause();
        let again = service.post(path, &body).await;
        assert_eq!(again.body["type"], "/problems/under_way", "{}", again.text);
        assert_eq!(again.status, StatusCode::CONFLICT);
        // Two minutes after the first, and not in a second.
        let wait: u32 = again.retry_after.unwrap().parse().unwrap();
        assert!((60..=120).contains(&wait), "{wait}");
        let keyed = asked(&service, path, ADMIN, &body, "key-1").await;
        assert_eq!(keyed.body["type"], "/problems/under_way", "{}", keyed.text);
        tokio::time::resume();
        service.bank.let_go();
    };
    let (first, ()) = tokio::join!(first, later);
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let again = service.post(path, &body).await;
    assert_eq!(again.body, first.body);
    assert_eq!(service.bank.calls("session.open"), 2);
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
