#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::time::Duration;

use inbank_sandbox::{Fault, Operation, Region};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    applicant::{application, path},
    control::control,
    shop::{Shop, read},
};

async fn order(shop: &Shop, path: &str, body: &Value) -> u16 {
    let request = control(shop, Method::POST, path).json(body);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn an_application_is_moved_over_http() {
    let shop = Shop::open(Region::Estonia).await;
    let mut body = application(&shop.sandbox, "hire_purchase", "4500");
    body["credit_application"]["down_payment_amount"] = json!(100);
    let id = shop.send(&body).await;
    let decide = format!("applications/{id}/decide");
    let proof = json!({"outcome": "ais_with_fallback_manual_upload_option"});
    assert_eq!(order(&shop, &decide, &proof).await, 204);
    let share = format!("applications/{id}/share-statement");
    assert_eq!(order(&shop, &share, &Value::Null).await, 204);
    let (_, files) = read(control(
        &shop,
        Method::GET,
        &format!("applications/{id}/attachments"),
    ))
    .await;
    assert_eq!(files, json!({"attachments": []}));
    let positive = json!({"outcome": "positive"});
    assert_eq!(order(&shop, &decide, &positive).await, 204);
    let contract = shop.accept(id).await;
    assert_eq!(order(&shop, &decide, &positive).await, 409);

    shop.sign(contract, "send_to_signing_email").await;
    let (_, listed) = read(control(&shop, Method::GET, "applications")).await;
    let listed = &listed["applications"][0];
    assert_eq!(listed["id"], id.to_string());
    assert_eq!(listed["decision"], "positive");
    assert_eq!(listed["contract_status"], "unsigned");
    let page = listed["signing_url"].as_str().unwrap();
    assert_eq!(shop.client.get(page).send().await.unwrap().status(), 200);

    let sign = format!("contracts/{contract}/sign");
    assert_eq!(order(&shop, &sign, &Value::Null).await, 204);
    assert_eq!(order(&shop, &sign, &Value::Null).await, 409);
    let pay = format!("contracts/{contract}/pay-down-payment");
    assert_eq!(order(&shop, &pay, &Value::Null).await, 204);
    shop.sandbox.advance(Duration::from_secs(10));
    let (_, listed) = read(control(&shop, Method::GET, "applications")).await;
    assert_eq!(listed["applications"][0]["process_status"], "activated");

    let unknown = format!("applications/{}/decide", Uuid::nil());
    assert_eq!(order(&shop, &unknown, &positive).await, 404);
    assert_eq!(
        order(&shop, &decide, &json!({"outcome": "luck"})).await,
        422
    );
    let url = format!("{}/sandbox/applications", shop.sandbox.base_url());
    assert_eq!(read(shop.client.get(url)).await.0, 401);
}

#[tokio::test]
async fn callbacks_about_applications_are_listed_apart() {
    let shop = Shop::open(Region::Estonia).await;
    let body = application(&shop.sandbox, "hire_purchase", "300");
    let body = crate::applicant::told_at(body, "http://127.0.0.1:9");
    let id = shop.send(&body).await;
    shop.poll(id).await;
    let (_, listed) = read(control(&shop, Method::GET, "callbacks")).await;
    assert_eq!(listed["callbacks"], json!([]));
    let record = &listed["application_callbacks"][0];
    assert_eq!(record["event"], "POSITIVE");
    assert_eq!(record["application"], id.to_string());
}

#[tokio::test]
async fn faults_strike_the_new_operations() {
    let shop = Shop::open(Region::Estonia).await;
    let body = application(&shop.sandbox, "hire_purchase", "300");
    shop.sandbox
        .fault(Operation::CreateApplication, Fault::AnswerLost, 1);
    let send = || {
        shop.request(Method::POST, "v2/{shop}/applications")
            .json(&body)
    };
    assert!(send().send().await.is_err());
    assert_eq!(shop.sandbox.application_count(), 1);
    shop.sandbox
        .fault(Operation::CreateApplication, Fault::ResetBefore, 1);
    assert!(send().send().await.is_err());
    assert_eq!(shop.sandbox.application_count(), 1);

    let id = shop.send(&body).await;
    let busy = Fault::Status {
        status: 503,
        retry_after: None,
    };
    shop.sandbox.fault(Operation::GetApplication, busy, 1);
    assert_eq!(shop.get(&path(id)).await.0, 503);
    shop.poll(id).await;
    shop.sandbox
        .fault(Operation::AcceptApplication, Fault::AnswerLost, 1);
    let accept = format!("{}/accept", path(id));
    assert!(shop.request(Method::POST, &accept).send().await.is_err());
    assert_eq!(
        shop.act(&accept).await,
        (422, json!({"message": ["can_not_accept"]}))
    );

    let operation = json!({"operation": "sign_contract", "fault": "html_body"});
    assert_eq!(order(&shop, "faults", &operation).await, 204);
    let contract = shop.sandbox.application(id).unwrap().contract.unwrap();
    let signings = format!("v2/{{shop}}/contracts/{contract}/signings");
    let answer = shop
        .request(Method::POST, &signings)
        .json(&json!({"method": "digital"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    assert!(answer.text().await.unwrap().starts_with("<!doctype html>"));
}
