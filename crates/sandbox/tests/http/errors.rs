#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::Region;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::shop::{Shop, minimal, minimal_v3, read};

/// Sets a field of a request; `null` removes it.
pub(crate) fn changed(mut body: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    if value.is_null() {
        parent.remove(name);
    } else {
        parent.insert(name.to_owned(), value);
    }
    body
}

#[tokio::test]
async fn a_missing_or_wrong_key_is_unauthorized() {
    let shop = Shop::open(Region::Estonia).await;
    let url = format!("{}/partner/v2/ping", shop.sandbox.base_url());
    for request in [
        shop.client.get(&url),
        shop.client.get(&url).bearer_auth("wrong"),
    ] {
        assert_eq!(
            read(request).await,
            (401, json!({"error": ["unauthorized"]}))
        );
    }
    for version in ["v2", "v3"] {
        assert_eq!(
            shop.get(&format!("{version}/ping")).await,
            (200, json!({"response": "pong"}))
        );
    }
}

#[tokio::test]
async fn a_valid_key_does_not_open_another_shop() {
    let shop = Shop::open(Region::Estonia).await;
    let (status, body) = shop
        .get("v2/shops/00000000-0000-4000-8000-000000000000/products")
        .await;
    assert_eq!(status, 403);
    assert_eq!(
        body["message"],
        "User is not authorized to access this resource with an explicit deny"
    );
}

#[tokio::test]
async fn unknown_things_are_not_found() {
    let shop = Shop::open(Region::Estonia).await;
    let id = "00000000-0000-4000-8000-000000000000";
    for (path, message) in [
        (
            format!("v2/{{shop}}/pos_sessions/{id}"),
            json!(["pos_session_not_found"]),
        ),
        (
            "v3/{shop}/pos-sessions/no-uuid".to_owned(),
            json!(["pos_session_not_found"]),
        ),
        (
            format!("v2/{{shop}}/contracts/{id}"),
            json!(["contract_not_found"]),
        ),
        (
            "v2/{shop}/products?product_code=none".to_owned(),
            json!(["product_not_found"]),
        ),
        ("v2/{shop}/pos-sessions/x".to_owned(), json!("not_found")),
        ("v4/ping".to_owned(), json!("not_found")),
    ] {
        assert_eq!(
            shop.get(&path).await,
            (404, json!({"message": message})),
            "{path}"
        );
    }
    let body = minimal(&shop.sandbox, "none", "300");
    let answer = shop.post("v2/{shop}/pos_sessions", &body).await;
    assert_eq!(answer, (404, json!({"message": ["product_not_found"]})));
}

#[tokio::test]
async fn a_body_has_to_be_declared_and_well_formed_json() {
    let shop = Shop::open(Region::Estonia).await;
    let body = minimal(&shop.sandbox, "hire_purchase", "300").to_string();
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let mut request = shop
            .request(Method::POST, "v2/{shop}/pos_sessions")
            .body(body.clone());
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        assert_eq!(
            read(request).await,
            (422, json!({"message": ["content_type_is_not_valid"]}))
        );
    }
    for body in ["", "{", "[]", "null", r#"{"a":1,}"#] {
        let request = shop
            .request(Method::POST, "v2/{shop}/calculations")
            .body(body);
        let answer =
            read(request.header(header::CONTENT_TYPE, "application/json; charset=utf-8")).await;
        assert_eq!(
            answer,
            (422, json!({"message": ["request_body_is_not_valid"]})),
            "{body}"
        );
    }
}

/// Changes one field of a valid request at a time and expects the code for it.
async fn expect_codes(cases: &[(&str, Value, &str)]) {
    let shop = Shop::open(Region::Estonia).await;
    let valid = minimal(&shop.sandbox, "hire_purchase", "300");
    for (pointer, value, code) in cases {
        let body = changed(valid.clone(), pointer, value.clone());
        let answer = shop.post("v2/{shop}/pos_sessions", &body).await;
        assert_eq!(answer, (422, json!({"message": [code]})), "{body}");
    }
    assert_eq!(shop.sandbox.session_count(), 0);
}

#[tokio::test]
async fn every_rule_of_the_order_has_its_code() {
    expect_codes(&[
        ("/product_code", Value::Null, "product_code_is_missing"),
        ("/product_code", json!(""), "product_code_is_empty"),
        ("/product_code", json!(1), "product_code_is_not_valid"),
        ("/total_amount", Value::Null, "total_amount_is_missing"),
        ("/total_amount", json!("a lot"), "total_amount_is_not_valid"),
        ("/total_amount", json!(-1), "total_amount_is_not_valid"),
        ("/total_amount", json!(-1), "total_amount_is_not_valid"),
        (
            "/total_amount",
            json!("20000.01"),
            "total_amount_is_not_valid",
        ),
        ("/currency", Value::Null, "currency_is_missing"),
        ("/currency", json!("eur"), "currency_is_not_valid"),
        ("/locale", Value::Null, "locale_is_missing"),
        ("/locale", json!("estonian"), "locale_is_not_valid"),
        (
            "/valid_until",
            json!("tomorrow"),
            "valid_until_is_not_valid",
        ),
        (
            "/partner_urls/return_url",
            Value::Null,
            "partner_urls_return_url_is_missing",
        ),
        (
            "/partner_urls/cancel_url",
            json!(""),
            "partner_urls_cancel_url_is_empty",
        ),
        (
            "/partner_urls/callback_url",
            json!("shop"),
            "partner_urls_callback_url_is_not_valid",
        ),
        (
            "/purchase/purchase_reference",
            Value::Null,
            "purchase_purchase_reference_is_missing",
        ),
        (
            "/purchase/items",
            json!([{"type": "boat"}]),
            "purchase_items_type_is_not_valid",
        ),
        (
            "/purchase/items",
            json!([{"quantity": "1.5"}]),
            "purchase_items_quantity_is_not_valid",
        ),
        (
            "/purchase/items",
            json!([{"amount": "3.45,"}]),
            "purchase_items_amount_is_not_valid",
        ),
        (
            "/purchase/items",
            json!("one"),
            "purchase_items_is_not_valid",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_optional_has_its_rules_once_it_is_there() {
    let registry = "purchase_merchant_merchant_registry_code_is_not_valid";
    let category = "purchase_merchant_merchant_mcc_code_is_not_valid";
    let mobile = json!({"email": "a@b", "mobile": "none"});
    let gender = json!({"first_name": "John", "last_name": "Smith", "gender": "x"});
    let last_name = json!({"first_name": "John", "last_name": ""});
    expect_codes(&[
        (
            "/purchase/merchant",
            json!({}),
            "purchase_merchant_merchant_domain_name_is_missing",
        ),
        (
            "/purchase/merchant/merchant_registry_code",
            json!("1234567"),
            registry,
        ),
        (
            "/purchase/merchant/merchant_registry_code",
            json!("123456789012"),
            registry,
        ),
        (
            "/purchase/merchant/merchant_mcc_code",
            json!("58123"),
            category,
        ),
        (
            "/customer_data",
            json!({"last_name": "Smith"}),
            "customer_data_first_name_is_missing",
        ),
        (
            "/customer_data",
            last_name,
            "customer_data_last_name_is_empty",
        ),
        (
            "/customer_data",
            gender,
            "customer_data_gender_is_not_valid",
        ),
        (
            "/customer_contact_data",
            json!({"mobile": "51231412"}),
            "customer_contact_data_email_is_missing",
        ),
        (
            "/customer_contact_data",
            json!({"email": "a@b"}),
            "customer_contact_data_mobile_is_missing",
        ),
        (
            "/customer_contact_data",
            mobile,
            "customer_contact_data_mobile_is_not_valid",
        ),
        (
            "/credit_application_data",
            json!({"period": 5}),
            "credit_application_data_period_is_not_valid",
        ),
        (
            "/credit_application_data",
            json!({"payment_day": 31}),
            "credit_application_data_payment_day_is_not_valid",
        ),
    ])
    .await;
}

#[tokio::test]
async fn all_faults_of_a_request_are_reported_together() {
    let shop = Shop::open(Region::Estonia).await;
    let (status, body) = shop.post("v2/{shop}/pos_sessions", &json!({})).await;
    assert_eq!(status, 422);
    assert_eq!(
        body["message"],
        json!([
            "product_code_is_missing",
            "total_amount_is_missing",
            "currency_is_missing",
            "locale_is_missing",
            "partner_urls_is_missing",
            "partner_urls_is_empty",
            "partner_urls_return_url_is_missing",
            "partner_urls_cancel_url_is_missing",
            "partner_urls_callback_url_is_missing",
            "purchase_is_missing",
            "purchase_is_empty",
            "purchase_purchase_reference_is_missing",
        ])
    );
}

#[tokio::test]
async fn the_spelling_of_the_other_version_is_refused() {
    let shop = Shop::open(Region::Estonia).await;
    let v2 = minimal(&shop.sandbox, "hire_purchase", "300");
    let v3 = minimal_v3(&shop.sandbox, "hire_purchase", "300");
    assert_eq!(shop.post("v2/{shop}/pos_sessions", &v3).await.0, 422);
    assert_eq!(shop.post("v3/{shop}/pos-sessions", &v2).await.0, 422);
    for (path, body, wrong, code) in [
        (
            "v2/{shop}/pos_sessions",
            v2,
            "/userIp",
            "user_ip_is_not_valid",
        ),
        (
            "v3/{shop}/pos-sessions",
            v3,
            "/user_ip",
            "user_ip_is_not_valid",
        ),
    ] {
        let answer = shop
            .post(path, &changed(body, wrong, json!("127.0.0.1")))
            .await;
        assert_eq!(answer, (422, json!({"message": [code]})));
    }
}
