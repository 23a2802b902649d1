use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::{ADMIN, OTHER, READER, Service, cart};

#[tokio::test]
async fn without_a_valid_token_nothing_is_answered() {
    let service = Service::new().await;
    for token in [
        "",
        "x",
        &ADMIN[1..],
        &format!("{ADMIN}x"),
        &"x".repeat(4_000),
    ] {
        for path in [
            "/v1/orders",
            "/v1/events",
            "/v1/shops/main/orders/1001",
            "/metrics",
        ] {
            let answer = service.ask(Method::GET, path, token, None).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        }
    }
    for path in [
        "/health",
        "/ready",
        "/openapi.json",
        "/docs",
        "/docs/style.css",
    ] {
        let answer = service.ask(Method::GET, path, "", None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn another_shop_is_not_told_apart_from_one_that_is_not_there() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    for (method, tail, body) in [
        (Method::GET, "orders/1001", None),
        (Method::GET, "orders/9999", None),
        (Method::GET, "products/hp_approval", None),
        (Method::POST, "orders/1001/approve", None),
        (Method::POST, "orders/1001/pay", Some(cart("499.90"))),
        (Method::GET, "orders/1001/income-proof", None),
        (
            Method::POST,
            "orders/1001/income-proof",
            Some("{}".to_owned()),
        ),
        (Method::POST, "orders/1001/cancel", None),
        (Method::POST, "orders/1001/refresh", None),
        (Method::POST, "orders/1001/sign", Some("{".to_owned())),
        (Method::POST, "quotes", Some("{}".to_owned())),
    ] {
        let body = body.as_deref();
        let ask = async |shop: &str| {
            let path = format!("/v1/shops/{shop}/{tail}");
            let answer = service.ask(method.clone(), &path, OTHER, body).await;
            (answer.status, answer.body)
        };
        let (status, says) = ask("main").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{tail}");
        assert_eq!((status, says), ask("nowhere").await, "{tail}");
    }
    for path in ["/v1/orders", "/v1/orders?reference=1001", "/v1/events"] {
        let seen = service.ask(Method::GET, path, OTHER, None).await;
        assert_eq!(seen.status, StatusCode::OK, "{path}");
        assert!(!seen.text.contains("1001"), "{path}");
    }
    for list in ["orders", "events"] {
        let path = |shop: &str| format!("/v1/{list}?shop={shop}");
        let there = service.ask(Method::GET, &path("main"), OTHER, None).await;
        let nowhere = service
            .ask(Method::GET, &path("nowhere"), OTHER, None)
            .await;
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{list}");
        assert_eq!(there.body, nowhere.body, "{list}");
    }
    // A cursor says where to go on, and not what may be seen.
    let all = service.get("/v1/orders?limit=1").await;
    assert_eq!(all.body["next"], Value::Null);
    service.pay("1002", "99.90").await;
    let next = service.get("/v1/orders?limit=1").await.body["next"].clone();
    let path = format!("/v1/orders?cursor={}", next.as_str().unwrap());
    let seen = service.ask(Method::GET, &path, OTHER, None).await;
    assert_eq!(seen.body["orders"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_token_that_reads_changes_nothing_and_learns_nothing_by_trying() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    for order in ["1001", "9999"] {
        for call in ["approve", "cancel", "refresh", "printout", "income-proof"] {
            let path = format!("/v1/shops/main/orders/{order}/{call}");
            let answer = service.ask(Method::POST, &path, READER, None).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        let path = format!("/v1/shops/main/orders/{order}/pay");
        let body = cart("1.00");
        let answer = service.ask(Method::POST, &path, READER, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    let path = "/v1/shops/main/orders/1001";
    let answer = service.ask(Method::GET, path, READER, None).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(service.bank.calls("session.open"), 1);
}
