use inbank_sandbox::{DecisionStatus, Region};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::applicant::path;
use crate::shop::{Shop, read};

fn refused(code: &str) -> (u16, Value) {
    (422, json!({"message": [code]}))
}

impl Shop {
    async fn sign_application(&self, id: Uuid, body: Value) -> (u16, Value) {
        self.post(&format!("{}/signings", path(id)), &body).await
    }

    async fn confirm_application(&self, id: Uuid, code: Value) -> (u16, Value) {
        let path = format!("{}/signings", path(id));
        let body = json!({"method": "sms", "confirmation_code": code});
        read(self.request(Method::PATCH, &path).json(&body)).await
    }
}

#[tokio::test]
async fn an_application_that_is_signed_by_sms_is_not_decided_about_before() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase_sms", "300").await;
    for _ in 0..4 {
        let shown = shop.poll(id).await;
        assert_eq!(shown["credit_application"]["decision_status"], "pending");
        assert_eq!(shown["credit_application"]["confirmed_at"], Value::Null);
    }
    assert!(shop.sandbox.application(id).unwrap().awaits_signature);
    assert_eq!(
        shop.confirm_application(id, json!("0000")).await,
        refused("can_not_sign"),
        "no message was sent yet"
    );

    let (status, started) = shop.sign_application(id, json!({"method": "sms"})).await;
    assert_eq!(status, 201);
    let started = &started["credit_application"];
    assert_eq!(started["uuid"], id.to_string());
    assert!(started["number"].is_string());
    assert_eq!(started["confirmed_at"], Value::Null);
    assert_eq!(
        shop.confirm_application(id, json!("0001")).await,
        refused("confirmation_code_is_not_valid")
    );

    let (status, confirmed) = shop.confirm_application(id, json!("0000")).await;
    assert_eq!(status, 201);
    assert!(confirmed["credit_application"]["confirmed_at"].is_string());
    let shown = shop.poll(id).await;
    assert!(shown["credit_application"]["confirmed_at"].is_string());
    let shown = shop.poll(id).await;
    assert_eq!(shown["credit_application"]["decision_status"], "positive");
    assert_eq!(
        shop.sign_application(id, json!({"method": "sms"})).await,
        refused("can_not_sign"),
        "it is signed"
    );
}

#[tokio::test]
async fn an_application_of_another_product_is_not_signed() {
    let shop = Shop::open(Region::Poland).await;
    let id = shop.send_for("hire_purchase", "300").await;
    assert_eq!(
        shop.sign_application(id, json!({"method": "sms"})).await,
        refused("can_not_sign")
    );
    let shown = shop.poll(id).await;
    assert!(shown["credit_application"]["confirmed_at"].is_string());
}

#[tokio::test]
async fn a_product_that_is_signed_by_sms_says_so_and_takes_nothing_else() {
    let shop = Shop::open(Region::Poland).await;
    let (_, product) = shop
        .get("v2/{shop}/products?product_code=hire_purchase_sms")
        .await;
    let parameters = &product["parameters"];
    assert_eq!(
        parameters["allowed_application_signing_methods"],
        json!(["sms"])
    );
    assert_eq!(
        parameters["allowed_contract_signing_methods"],
        json!(["sms"])
    );
    let id = shop.send_for("hire_purchase_sms", "300").await;
    assert_eq!(
        shop.sign_application(id, json!({"method": "digital"}))
            .await,
        refused("method_does_not_have_a_valid_value")
    );
    shop.sandbox.customer_signs_application(id).unwrap();
    shop.poll(id).await;
    assert_eq!(
        shop.sandbox.application(id).unwrap().decision,
        DecisionStatus::Positive
    );
    let contract = shop.accept(id).await;
    for method in ["digital", "paper"] {
        assert_eq!(
            shop.sign(contract, method).await,
            refused("method_does_not_have_a_valid_value"),
            "{method}"
        );
    }
    assert_eq!(shop.sign(contract, "sms").await.0, 201);
}

#[tokio::test]
async fn a_code_that_is_sent_by_post_is_refused() {
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    let path = format!("v2/{{shop}}/contracts/{contract}/signings");
    shop.sign(contract, "sms").await;
    let body = json!({"method": "sms", "confirmation_code": "0000"});
    let no = refused("confirmation_code_is_not_valid");
    assert_eq!(shop.post(&path, &body).await, no);
    let id = shop.send_for("hire_purchase_sms", "300").await;
    assert_eq!(shop.sign_application(id, body).await, no);
}

#[tokio::test]
async fn the_content_type_that_the_guide_prints_is_taken() {
    let shop = Shop::open(Region::Poland).await;
    let body = crate::applicant::application(&shop.sandbox, "hire_purchase", "300");
    let request = shop
        .request(Method::POST, "v2/{shop}/applications")
        .header("content-type", "applications/json")
        .body(body.to_string());
    let (status, answer) = read(request).await;
    assert_eq!(status, 201, "{answer}");
}
