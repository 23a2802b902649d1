use inbank_sandbox::{ContractStatus, Region};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shop::{Shop, read};

fn refused(code: &str) -> (u16, Value) {
    (422, json!({"message": [code]}))
}

async fn split_contract(shop: &Shop) -> Uuid {
    let mut body = crate::applicant::application(&shop.sandbox, "split_into_parts", "300");
    body["credit_application"]["period"] = json!(3);
    let id = shop.send(&body).await;
    shop.poll(id).await;
    shop.accept(id).await
}

#[tokio::test]
async fn each_region_and_product_has_its_methods() {
    let all = [
        "redirect",
        "digital",
        "paper",
        "sms",
        "send_to_signing_sms",
        "send_to_signing_email",
    ];
    for (region, split, offered) in [
        (Region::Poland, false, &["digital", "paper", "sms"][..]),
        (
            Region::Estonia,
            false,
            &[
                "redirect",
                "digital",
                "paper",
                "send_to_signing_sms",
                "send_to_signing_email",
            ],
        ),
        (Region::Latvia, true, &["paper", "sms"]),
    ] {
        let shop = Shop::open(region).await;
        for method in all {
            let contract = if split {
                split_contract(&shop).await
            } else {
                shop.direct_contract("hire_purchase").await.1
            };
            let (status, answer) = shop.sign(contract, method).await;
            if !offered.contains(&method) {
                assert_eq!(
                    (status, answer),
                    refused("method_does_not_have_a_valid_value"),
                    "{region} {method}"
                );
                continue;
            }
            assert_eq!(status, 201, "{answer}");
            let signing = &answer["signing"];
            assert_eq!(signing["method"], method);
            assert!(signing["uuid"].is_string() && signing["number"].is_number());
            let done = matches!(method, "digital" | "paper");
            assert_eq!(signing["signed_at"].is_string(), done, "{method}");
            assert_eq!(signing["redirect_url"].is_string(), method == "redirect");
            let signed = shop.shown_contract(contract).await;
            let name = if region == Region::Poland {
                "customerSigned"
            } else {
                "customer_signed"
            };
            assert_eq!(signed[name] == true, done);
        }
    }
}

#[tokio::test]
async fn a_code_is_text_and_0000_is_one() {
    let shop = Shop::open(Region::Estonia).await;
    let contract = split_contract(&shop).await;
    assert_eq!(
        shop.confirm(contract, json!("0000")).await,
        refused("can_not_sign"),
        "no message was sent yet"
    );
    shop.sign(contract, "sms").await;
    for wrong in [
        json!("0001"),
        json!(0),
        json!(123_456),
        json!(""),
        json!(true),
    ] {
        assert_eq!(
            shop.confirm(contract, wrong).await,
            refused("confirmation_code_is_not_valid")
        );
    }
    assert_eq!(
        shop.confirm(contract, Value::Null).await,
        refused("confirmation_code_is_missing")
    );
    let (status, answer) = shop.confirm(contract, json!("0000")).await;
    assert_eq!(status, 200);
    let signing = &answer["signing"];
    assert_eq!(signing["method"], "sms");
    assert!(signing["signed_at"].is_string());
    assert_eq!(
        shop.confirm(contract, json!("0000")).await,
        refused("can_not_sign")
    );
    assert_eq!(shop.sign(contract, "sms").await, refused("can_not_sign"));
    shop.shown_contract(contract).await;
    assert_eq!(shop.shown_contract(contract).await["status"], "activated");
}

#[tokio::test]
async fn the_polish_samples_code_is_a_number() {
    let shop = Shop::open(Region::Poland).await;
    for code in [json!(123_456), json!("123456"), json!("0000")] {
        let (_, contract) = shop.direct_contract("hire_purchase").await;
        shop.sign(contract, "sms").await;
        assert_eq!(shop.confirm(contract, code).await.0, 200);
    }
}

#[tokio::test]
async fn version_3_signs_too() {
    let shop = Shop::open(Region::Poland).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    let path = format!("v3/{{shop}}/contracts/{contract}/signings");
    let (status, answer) = shop.post(&path, &json!({"method": "sms"})).await;
    assert_eq!(status, 201);
    assert_eq!(answer["signing"]["signedAt"], Value::Null);
    let body = json!({"method": "sms", "confirmationCode": "0000"});
    let (status, answer) = read(shop.request(Method::PATCH, &path).json(&body)).await;
    assert_eq!(status, 200);
    assert!(answer["signing"]["signedAt"].is_string());
}

#[tokio::test]
async fn another_method_may_be_chosen_until_the_contract_is_signed() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    assert_eq!(shop.sign(contract, "redirect").await.0, 201);
    assert_eq!(shop.sign(contract, "send_to_signing_sms").await.0, 201);
    shop.sandbox.customer_signs(contract).unwrap();
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Signed)
    );
    assert!(shop.sandbox.customer_signs(contract).is_err());
    assert_eq!(
        shop.sign(contract, "digital").await,
        refused("can_not_sign")
    );

    let (_, cancelled) = shop.direct_contract("hire_purchase").await;
    shop.act(&format!("v2/{{shop}}/contracts/{cancelled}/cancel"))
        .await;
    assert_eq!(
        shop.sign(cancelled, "digital").await,
        refused("can_not_sign")
    );
    assert!(shop.sandbox.customer_signs(cancelled).is_err());
    let (_, from_session) = shop.contract("hire_purchase").await;
    assert!(shop.sandbox.customer_signs(from_session).is_err());
}

#[tokio::test]
async fn a_method_is_needed() {
    let shop = Shop::open(Region::Latvia).await;
    let (_, contract) = shop.direct_contract("hire_purchase").await;
    let path = format!("v2/{{shop}}/contracts/{contract}/signings");
    for (body, code) in [
        (json!({}), "method_is_missing"),
        (json!({"method": ""}), "method_is_empty"),
        (json!({"method": 1}), "method_is_not_valid"),
    ] {
        assert_eq!(shop.post(&path, &body).await, refused(code));
    }
    let body = json!({"method": "digital", "confirmation_code": "0000"});
    assert_eq!(
        read(shop.request(Method::PATCH, &path).json(&body)).await,
        refused("method_does_not_have_a_valid_value")
    );
}
