use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures::StreamExt as _;
use futures::future::join_all;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::{ADMIN, PRODUCT, Service, cart};

const PAY: &str = "/v1/shops/main/orders/1001/pay";

#[tokio::test]
async fn what_is_wrong_with_a_body_is_named_as_the_body_names_it() {
    let service = Service::new().await;
    let with = |more: &str| cart("499.90").replacen('{', &format!("{{{more},"), 1);
    for (body, field) in [
        ("{}".to_owned(), "product"),
        (cart("499.90").replace("\"499.90\"", "499.90"), "amount"),
        (with("\"colour\":1"), "colour"),
        (with("\"period\":\"12\""), "period"),
        (with("\"period\":99999"), "period"),
        (with("\"period\":0"), "period"),
        (with("\"request\":[]"), "request"),
        (with("\"request\":{\"colour\":1}"), "request.colour"),
        (cart("499.90").replace(PRODUCT, " "), "product"),
        (cart("499.90").replace("EUR", "eur"), "currency"),
        (cart("499.90").replace("et-EE", "Estonian"), "locale"),
        (cart("four"), "amount"),
    ] {
        let answer = service.post(PAY, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{body}: {}", answer.text);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains(field), "{detail}");
    }
    let quote = |body: &str| body.replace('\'', "\"");
    for (body, field) in [
        ("{'product':'hp','amount':'1','period':'x'}", "period"),
        ("{'product':' ','amount':'1','period':1}", "product"),
        ("{'product':'hp','amount':'0.001','period':1}", "amount"),
        (
            "{'product':'hp','amount':'9','period':1,'down_payment':'x'}",
            "down_payment",
        ),
        (
            "{'product':'hp','amount':'9','period':1,'down_payment':'10'}",
            "down_payment",
        ),
        (
            "{'product':'hp','amount':'9','period':1,'payment_day':32}",
            "payment_day",
        ),
    ] {
        let answer = service.post("/v1/shops/main/quotes", &quote(body)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{body}: {}", answer.text);
    }
    assert_eq!(service.bank.calls("session.open"), 0);
}

#[tokio::test]
async fn a_part_that_the_guides_body_lacks_is_named_by_its_path_in_the_body() {
    let service = Service::new().await;
    let with = |more: &str| cart("499.90").replacen('{', &format!("{{{more},"), 1);
    for (call, body, field) in [
        ("apply", "{}".to_owned(), "credit_application"),
        (
            "apply",
            r#"{"credit_application":{"product_code":"hp"}}"#.to_owned(),
            "credit_application.amount",
        ),
        (
            "apply",
            r#"{"credit_application":{"product_code":"hp","amount":"9","period":"1"},"consents":[{"type":"a"}]}"#.to_owned(),
            "consents[0].value",
        ),
        ("rent", "{}".to_owned(), "product_code"),
        ("rent", r#"{"colour":1}"#.to_owned(), "colour"),
        (
            "pay",
            with(r#""request":{"credit_application_data":{"employment":[]}}"#),
            "request.credit_application_data.employment",
        ),
    ] {
        let path = format!("/v1/shops/main/orders/1001/{call}");
        let answer = service.post(&path, &body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{body}: {}", answer.text);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.starts_with(&format!("{field}: ")), "{detail}");
        // It was another text that had lines.
        assert!(!detail.contains("(line"), "{detail}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_text_gets_a_problem_document() {
    let service = Service::new().await;
    for path in [
        "/v1/shops/main/orders/%ff",
        "/v1/shops/%c3/orders/1",
        "/v1/shops/main/products/%ff",
        "/v1/shops/%ff/rental-models",
        "/%ff",
    ] {
        let answer = service.get(path).await;
        assert!(answer.status.is_client_error(), "{path} {}", answer.status);
        assert_eq!(answer.content_type, "application/problem+json", "{path}");
    }
}

#[tokio::test]
async fn a_character_0_is_refused_wherever_it_comes_from() {
    let service = Service::new().await;
    for (method, path, body) in [
        (Method::GET, "/v1/shops/main/orders/a%00b", None),
        (Method::GET, "/v1/shops/ma%00in/orders/1", None),
        (Method::GET, "/v1/shops/main/products/a%00b", None),
        (Method::GET, "/v1/events?after=main%00:1", None),
        (
            Method::POST,
            "/v1/shops/main/orders/a%00b/pay",
            Some(cart("499.90")),
        ),
        (Method::POST, "/v1/shops/main/orders/a%00b/cancel", None),
        (
            Method::POST,
            PAY,
            Some(cart("499.90").replace(PRODUCT, "a\\u0000b")),
        ),
        (
            Method::POST,
            PAY,
            Some(cart("499.90").replace("et-EE", "\\u0000")),
        ),
        (Method::POST, PAY, Some("\0".to_owned())),
    ] {
        let answer = service.ask(method, path, ADMIN, body.as_deref()).await;
        assert!(answer.status.is_client_error(), "{path} {}", answer.text);
        assert_eq!(answer.content_type, "application/problem+json", "{path}");
    }
    assert_eq!(service.bank.calls("session.open"), 0);
}

#[tokio::test]
async fn a_number_beyond_what_is_kept_is_refused() {
    let service = Service::new().await;
    for path in [
        "/v1/events?after=main:9223372036854775808",
        "/v1/events?after=main:18446744073709551615",
        "/v1/events?limit=4294967296",
        "/v1/events?wait=4294967296",
        "/v1/orders?older_than=4294967296",
        "/v1/orders?limit=4294967295",
        "/v1/orders?limit=0",
        "/v1/events?limit=1001",
        "/v1/events?wait=31",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}");
    }
    for path in [
        "/v1/events?after=main:9223372036854775807",
        "/v1/orders?older_than=4294967295",
        "/v1/orders?limit=1000",
        "/v1/orders?cursor=",
    ] {
        let answer = service.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path} {}", answer.text);
    }
}

#[tokio::test]
async fn a_command_that_does_not_fit_says_what_to_do_next() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    let answer = service.post("/v1/shops/main/orders/1001/approve", "").await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    assert_eq!(answer.body["type"], "/problems/not_now");
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains("GET the order"), "{detail}");
}

#[tokio::test]
async fn a_body_is_read_up_to_a_limit_and_not_before_the_token() {
    let service = Service::new().await;
    service.pay("1", "499.90").await;
    let large = "x".repeat(17 << 20);
    for (path, token, status) in [
        (PAY, ADMIN, StatusCode::PAYLOAD_TOO_LARGE),
        (
            "/v1/shops/main/orders/1/income-proof",
            ADMIN,
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (PAY, "", StatusCode::UNAUTHORIZED),
    ] {
        let answer = service.ask(Method::POST, path, token, Some(&large)).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.content_type, "application/problem+json", "{path}");
    }
    let long = format!(
        "{{\"files\":[{{\"name\":\"a\",\"content\":\"{}\"}}]}}",
        "A".repeat(2 << 20)
    );
    let path = "/v1/shops/main/orders/1/income-proof";
    let answer = service.post(path, &long).await;
    assert_eq!(
        answer.status,
        StatusCode::NOT_FOUND,
        "it was read: {}",
        answer.text
    );
}

#[tokio::test]
async fn a_body_that_drips_is_given_up() {
    let service = Service::new().await;
    tokio::time::pause();
    let drips = futures::stream::repeat(()).then(|()| async {
        tokio::time::advance(std::time::Duration::from_secs(5)).await;
        Ok::<_, std::io::Error>(" ")
    });
    let request = Request::post(PAY)
        .header(header::AUTHORIZATION, format!("Bearer {ADMIN}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from_stream(drips))
        .unwrap();
    let response = service.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn more_than_there_is_room_for_is_told_to_come_again() {
    let service = Service::new().await;
    // They hold their places while their bodies come.
    let waiting = (0..700).map(|n| {
        let service = &service;
        async move {
            let never = futures::stream::pending::<Result<&str, std::io::Error>>();
            let request = Request::post(format!("/v1/shops/main/orders/{n}/pay"))
                .header(header::AUTHORIZATION, format!("Bearer {ADMIN}"))
                .body(Body::from_stream(never))
                .unwrap();
            service.router.clone().oneshot(request).await.unwrap()
        }
    });
    let mut waiting = Box::pin(join_all(waiting));
    assert!(futures::poll!(&mut waiting).is_pending());
    let answer = service.get("/v1/orders").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.retry_after.as_deref(), Some("1"));
    assert_eq!(answer.body["type"], "/problems/too_much");
    // Whoever watches over it still hears of it.
    for path in ["/health", "/ready", "/metrics", "/v1/events"] {
        assert_eq!(service.get(path).await.status, StatusCode::OK, "{path}");
    }
    drop(waiting);
    assert_eq!(service.get("/v1/orders").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_problem_is_what_the_document_says_a_problem_is() {
    let service = Service::new().await;
    let document: Value = serde_json::from_str(&inbank_service::openapi()).unwrap();
    let responses =
        &document["paths"]["/v1/shops/{shop}/orders/{reference}/pay"]["post"]["responses"];
    for (token, body) in [
        ("", "{}"),
        (crate::READER, "{}"),
        (ADMIN, "{"),
        (ADMIN, "{}"),
        (ADMIN, &cart("9999999")),
    ] {
        let answer = service.ask(Method::POST, PAY, token, Some(body)).await;
        let declared = &responses[answer.status.as_str()]["content"]["application/problem+json"];
        let named = &declared["schema"]["$ref"];
        assert_eq!(named, "#/components/schemas/Problem", "{}", answer.text);
        let schema = &document["components"]["schemas"]["Problem"];
        let properties = schema["properties"].as_object().unwrap();
        for required in schema["required"].as_array().unwrap() {
            let name = required.as_str().unwrap();
            assert!(!answer.body[name].is_null(), "{name}: {}", answer.text);
        }
        for (name, value) in answer.body.as_object().unwrap() {
            let declared = &properties[name]["type"];
            let types: Vec<_> = match declared {
                Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
                one => one.as_str().into_iter().collect(),
            };
            let is = match value {
                Value::String(_) => "string",
                Value::Number(_) => "integer",
                Value::Array(_) => "array",
                other => panic!("{name}: {other}"),
            };
            assert!(types.contains(&is), "{name}: {declared}");
        }
    }
}

#[tokio::test]
async fn a_quotes_field_is_named_as_its_body_names_it() {
    let service = Service::new().await;
    for (field, value) in [
        ("period", "0"),
        ("period", "1200"),
        ("payment_day", "99"),
        ("amount", "\"0\""),
    ] {
        let mut body = json!({"product": "hp", "amount": "100", "period": 12});
        body[field] = serde_json::from_str(value).unwrap();
        let answer = service
            .post("/v1/shops/main/quotes", &body.to_string())
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer.body["field"], field, "{body}: {}", answer.text);
    }
}
