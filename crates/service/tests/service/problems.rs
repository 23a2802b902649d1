use axum::http::{Method, StatusCode};
use inbank::GatewayErrorKind;

use crate::{ADMIN, Service, cart};

const PAY: &str = "/v1/shops/main/orders/1001/pay";

#[tokio::test]
async fn every_error_is_a_problem_document_that_says_what_to_do() {
    let service = Service::new().await;
    let large = cart(&"9".repeat(2 << 20));
    for (method, path, body, status) in [
        (Method::GET, "/nowhere", None, StatusCode::NOT_FOUND),
        (
            Method::DELETE,
            "/v1/orders",
            None,
            StatusCode::METHOD_NOT_ALLOWED,
        ),
        (
            Method::GET,
            "/v1/orders?colour=red",
            None,
            StatusCode::BAD_REQUEST,
        ),
        (
            Method::GET,
            "/v1/events?after=%00",
            None,
            StatusCode::BAD_REQUEST,
        ),
        (
            Method::GET,
            "/v1/shops/main/orders/9999",
            None,
            StatusCode::NOT_FOUND,
        ),
        (Method::POST, PAY, Some("{"), StatusCode::BAD_REQUEST),
        (
            Method::POST,
            PAY,
            Some("{}"),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (Method::POST, PAY, None, StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (
            Method::POST,
            PAY,
            Some(large.as_str()),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let answer = service.ask(method, path, ADMIN, body).await;
        assert_eq!(answer.status, status, "{path} {}", answer.body);
        assert_eq!(answer.content_type, "application/problem+json", "{path}");
        assert_eq!(answer.body["status"], status.as_u16(), "{path}");
        for field in ["type", "title", "detail"] {
            assert!(
                !answer.body[field].as_str().unwrap().is_empty(),
                "{path} {field}"
            );
        }
    }
}

#[tokio::test]
async fn a_broken_rule_names_its_field_and_nothing_is_sent() {
    let service = Service::new().await;
    for (body, field) in [
        (cart("0"), "amount"),
        (cart("-5"), "amount"),
        (cart("0.001"), "amount"),
        (cart("499.901"), "amount"),
        (cart("1e999"), "amount"),
        (cart("499.90").replace("EUR", "PLN"), "currency"),
    ] {
        let answer = service.post(PAY, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{}", answer.body);
    }
    assert_eq!(service.bank.calls("session.open"), 0);
}

#[tokio::test]
async fn a_bank_that_is_away_says_when_to_try_again() {
    let service = Service::new().await;
    service.bank.break_down(GatewayErrorKind::Unreachable);
    let answer = service.pay("1001", "499.90").await;
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        answer.body
    );
    assert!(answer.retry_after.is_some());
    service.bank.recover();
    let answer = service.pay("1001", "499.90").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}
