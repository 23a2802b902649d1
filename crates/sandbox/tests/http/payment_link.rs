#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::{ContractStatus, ProcessStatus, Region};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{applicant::application, browser::Customer, receiver::Receiver, shop::Shop};

async fn contract_with_down_payment(shop: &Shop) -> Uuid {
    let product = "hire_purchase_down_payment";
    let mut body = application(&shop.sandbox, product, "300");
    let (_, refused) = shop.post("v2/{shop}/applications", &body).await;
    assert_eq!(
        refused["message"],
        json!(["credit_application_down_payment_amount_is_missing"])
    );
    body["credit_application"]["down_payment_amount"] = json!("50");
    let id = shop.send(&body).await;
    shop.poll(id).await;
    shop.accept(id).await
}

async fn link(shop: &Shop, contract: Uuid, return_url: &str) -> String {
    let path = format!("v2/{{shop}}/contracts/{contract}/payment_link");
    let (status, made) = shop.post(&path, &json!({"return_url": return_url})).await;
    assert_eq!(status, 201, "{made}");
    made["redirect_url"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_contract_waits_for_its_down_payment() {
    let shop = Shop::open(Region::Estonia).await;
    let back = Receiver::start(&[]).await;
    let return_url = format!("{}/back?order=1&status={{status}}", back.url);
    let contract = contract_with_down_payment(&shop).await;
    shop.sign(contract, "digital").await;
    for status in ["FAILED", "UNKNOWN"] {
        let page = Customer::visit(&link(&shop, contract, &return_url).await).await;
        assert_eq!(page.step(), "payment");
        let returned = page.submit(&format!("{status}-form"), &[]).await;
        assert_eq!(
            returned.url.as_str(),
            format!("{}/back?order=1&status={status}", back.url)
        );
        shop.shown_contract(contract).await;
        let shown = shop.shown_contract(contract).await;
        assert_eq!(shown["status"], "unsigned");
        assert_eq!(shown["process_status"], "waiting_for_downpayment");
    }
    let url = link(&shop, contract, &return_url).await;
    let page = Customer::visit(&url).await;
    let returned = page.submit("SUCCESS-form", &[]).await;
    assert!(returned.url.as_str().ends_with("status=SUCCESS"));
    assert_eq!(
        page.submit("SUCCESS-form", &[]).await.step(),
        "payment-ended"
    );
    assert_eq!(Customer::visit(&url).await.step(), "payment-ended");
    shop.shown_contract(contract).await;
    assert_eq!(shop.shown_contract(contract).await["status"], "activated");
    assert!(shop.sandbox.down_payment_paid(contract).is_err());
}

#[tokio::test]
async fn a_down_payment_may_come_before_the_signature_or_without_a_page() {
    let shop = Shop::open(Region::Latvia).await;
    let contract = contract_with_down_payment(&shop).await;
    shop.sandbox.down_payment_paid(contract).unwrap();
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Unsigned)
    );
    shop.sign(contract, "paper").await;
    shop.shown_contract(contract).await;
    shop.shown_contract(contract).await;
    assert_eq!(
        shop.sandbox.process_status(contract),
        Some(ProcessStatus::Activated)
    );
}

#[tokio::test]
async fn a_return_address_ends_in_the_literal_template() {
    let shop = Shop::open(Region::Estonia).await;
    let contract = contract_with_down_payment(&shop).await;
    let path = format!("v2/{{shop}}/contracts/{contract}/payment_link");
    for (url, code) in [
        (Value::Null, "return_url_is_missing"),
        (json!(""), "return_url_is_empty"),
        (
            json!("http://shop.example/?status="),
            "return_url_is_not_valid",
        ),
        (
            json!("http://shop.example/?status=%7Bstatus%7D"),
            "return_url_is_not_valid",
        ),
        (
            json!("http://shop.example/?status={status}&order=1"),
            "return_url_is_not_valid",
        ),
        (json!("shop/{status}"), "return_url_is_not_valid"),
    ] {
        assert_eq!(
            shop.post(&path, &json!({"return_url": url})).await,
            (422, json!({"message": [code]}))
        );
    }
    let v3 = format!("v3/{{shop}}/contracts/{contract}/payment-link");
    let body = json!({"returnUrl": "https://shop.example/?status={status}"});
    let (status, made) = shop.post(&v3, &body).await;
    assert_eq!(status, 201);
    assert!(made["redirectUrl"].is_string());

    let (_, without) = shop.direct_contract("hire_purchase").await;
    let path = format!("v2/{{shop}}/contracts/{without}/payment_link");
    let body = json!({"return_url": "https://shop.example/?status={status}"});
    assert_eq!(
        shop.post(&path, &body).await,
        (422, json!({"message": ["can_not_pay"]}))
    );
}
