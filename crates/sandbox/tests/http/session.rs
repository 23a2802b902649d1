use inbank_sandbox::{Region, SessionStatus};
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::shop::{Shop, minimal, minimal_v3, read};

/// The guide's whole sample, nested as its answer shows it (the printed request itself is not valid JSON).
const SAMPLE: &str = r##"{
  "product_code": "car_loan",
  "total_amount": 9000,
  "currency": "EUR",
  "locale": "et-ET",
  "valid_until": "2021-02-17T11:10:00+02:00",
  "salesperson_reference": "REF120",
  "partner_urls": {
    "return_url": "http://127.0.0.1:9/tmp/post.php?type=return",
    "cancel_url": "http://127.0.0.1:9/tmp/post.php?type=cancel",
    "callback_url": "http://127.0.0.1:9/tmp/post.php?type=callback"
  },
  "purchase": {
    "purchase_reference": "ORDER_000001",
    "description": "Description of ORDER_000001 order",
    "merchant": {
      "merchant_name": "Example OÜ",
      "merchant_registry_code": "12345678901",
      "merchant_order_reference": "T21093289",
      "merchant_domain_name": "www.example.com",
      "merchant_mcc_code": "5812"
    },
    "additional_details": {"description": "Purchase additional details"},
    "items": [
      {
        "item_reference": "000002",
        "type": "vehicle",
        "description": "audi A6",
        "quantity": "8",
        "amount": "4800",
        "serial_number": "SN_000001",
        "url": "https://en.wikipedia.org/wiki/Audi_A6#",
        "additional_details": {"owner_amount": "1"},
        "vehicle_vin": "VIN000001",
        "vehicle_licence_plate": "111AAA",
        "vehicle_make": "Audi",
        "vehicle_model": "A6",
        "vehicle_registration_date": "01.08.2014"
      },
      {"item_reference": "000001", "type": "service", "quantity": "2", "amount": 31.3167}
    ]
  },
  "user_ip": "192.128.00.01",
  "customer_data": {"first_name": "John", "last_name": "Smith"},
  "customer_contact_data": {"email": "john.smith@session.pos", "mobile": "51231412", "phone": "6123123"},
  "customer_address_data": {"type": "legal", "street": "PAE TEE", "country": "EE", "zip_code": "03309", "house": "16"},
  "credit_application_data": {"number": "8000000123", "salesperson_reference": "SP_REF_001"},
  "integration_info": {"ecom_platform": "magento", "module": "inbank-2.1.0", "extra_key_3": "#3"},
  "additional_data": {"key_1": "key1", "keyTwo":   1.50, "key_3": [null, true]}
}"##;

#[tokio::test]
async fn the_guides_sample_opens_a_session_and_is_repeated() {
    let shop = Shop::open(Region::Estonia).await;
    let request = shop.request(Method::POST, "v2/{shop}/pos_sessions");
    let (status, opened) = read(
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(SAMPLE),
    )
    .await;
    assert_eq!(status, 201, "{opened}");
    assert_eq!(opened["status"], "pending");
    let id = opened["uuid"].as_str().unwrap();
    assert_eq!(
        opened["redirect_url"],
        format!("{}/session/{id}", shop.sandbox.base_url())
    );

    let sent: Value = serde_json::from_str(SAMPLE).unwrap();
    let (status, session) = shop.get(&format!("v2/{{shop}}/pos_sessions/{id}")).await;
    assert_eq!(status, 200);
    for name in [
        "product_code",
        "currency",
        "locale",
        "valid_until",
        "salesperson_reference",
        "partner_urls",
        "user_ip",
        "customer_data",
        "customer_contact_data",
        "customer_address_data",
        "credit_application_data",
        "integration_info",
        "additional_data",
    ] {
        assert_eq!(session[name], sent[name], "{name}");
    }
    assert_eq!(session["total_amount"], "9000.0");
    assert_eq!(session["credit_application_uuid"], Value::Null);
    assert_eq!(session["credit_contract_uuid"], Value::Null);
    let purchase = &session["purchase"];
    assert_eq!(
        purchase["additional_details"],
        sent["purchase"]["additional_details"]
    );
    assert_eq!(purchase["items"][0]["vehicle_licence_plate"], "111AAA");
    assert_eq!(
        purchase["items"][0]["additional_details"],
        json!({"owner_amount": "1"})
    );
    assert_eq!(purchase["items"][0]["quantity"], 8);
    assert_eq!(purchase["items"][0]["amount"], "4800.0");
    assert_eq!(purchase["items"][1]["amount"], "31.3167");
    assert!(purchase["uuid"].is_string() && purchase["created_at"].is_string());
    // The sample's deadline lies in the past.
    assert_eq!(session["status"], "expired");
}

#[tokio::test]
async fn free_form_containers_come_back_byte_for_byte_in_both_versions() {
    let shop = Shop::open(Region::Estonia).await;
    let request = shop.request(Method::POST, "v2/{shop}/pos_sessions");
    let (_, opened) = read(
        request
            .header(header::CONTENT_TYPE, "application/json")
            .body(SAMPLE),
    )
    .await;
    let id = opened["uuid"].as_str().unwrap();
    for (path, name) in [
        ("v2/{shop}/pos_sessions", "additional_data"),
        ("v3/{shop}/pos-sessions", "additionalData"),
    ] {
        let answer = shop
            .request(Method::GET, &format!("{path}/{id}"))
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let container =
            format!(r#""{name}":{{"key_1": "key1", "keyTwo":   1.50, "key_3": [null, true]}}"#);
        assert!(text.contains(&container), "{text}");
    }
}

#[tokio::test]
async fn version_3_speaks_camel_case_throughout() {
    let shop = Shop::open(Region::Latvia).await;
    let body = minimal_v3(&shop.sandbox, "hire_purchase_approval", "300");
    let (status, opened) = shop.post("v3/{shop}/pos-sessions", &body).await;
    assert_eq!(status, 201, "{opened}");
    assert!(opened["redirectUrl"].is_string());
    let id = opened["uuid"].as_str().unwrap();
    assert_eq!(
        shop.sandbox.customer_applies(id.parse().unwrap()),
        Ok(SessionStatus::Granted)
    );

    let (_, session) = shop.get(&format!("v3/{{shop}}/pos-sessions/{id}")).await;
    assert_eq!(session["status"], "granted");
    assert_eq!(session["totalAmount"], "300.0");
    assert_eq!(session["purchase"]["purchaseReference"], "ORDER_000001");
    assert_eq!(
        session["partnerUrls"]["returnUrl"],
        "http://127.0.0.1:9/return"
    );
    let contract = session["creditContractUuid"].as_str().unwrap();

    let (status, body) = shop
        .act(&format!(
            "v3/{{shop}}/contracts/{contract}/merchant-approval"
        ))
        .await;
    assert_eq!((status, body), (204, Value::Null));
    let (_, answer) = shop.get(&format!("v3/{{shop}}/contracts/{contract}")).await;
    assert_eq!(answer["status"], "activated");
    assert_eq!(answer["productCode"], "hire_purchase_approval");
    assert!(answer["partnerApprovalAt"].is_string());
    assert!(!answer.to_string().contains("partner_approval_at"));
}

#[tokio::test]
async fn every_region_opens_sessions_in_its_own_currency() {
    for region in Region::ALL {
        let shop = Shop::open(region).await;
        let (_, status) = shop.finance("hire_purchase", "300").await;
        assert_eq!(status, SessionStatus::Completed, "{region}");
        let mut foreign = minimal(&shop.sandbox, "hire_purchase", "300");
        foreign["currency"] = "SEK".into();
        let (status, refused) = shop.post("v2/{shop}/pos_sessions", &foreign).await;
        assert_eq!(
            (status, refused),
            (422, json!({"message": ["currency_is_not_valid"]}))
        );
    }
}

#[tokio::test]
async fn the_amount_alone_decides() {
    let shop = Shop::open(Region::Estonia).await;
    for (product, amount, outcome) in [
        ("hire_purchase", "500", SessionStatus::Completed),
        ("hire_purchase", "500.01", SessionStatus::Declined),
        ("hire_purchase", "1001", SessionStatus::Completed),
        ("hire_purchase_approval", "15000", SessionStatus::Granted),
        ("split_into_parts", "3000", SessionStatus::Completed),
        ("split_into_parts", "3000.01", SessionStatus::Declined),
        ("pay_next_month", "100", SessionStatus::Completed),
        ("pay_next_month", "149.99", SessionStatus::Declined),
        ("pay_next_month", "150", SessionStatus::Completed),
    ] {
        let (session, status) = shop.finance(product, amount).await;
        assert_eq!(status, outcome, "{product} {amount}");
        let state = shop.sandbox.session(session).unwrap();
        assert!(state.application.is_some());
        assert_eq!(state.contract.is_some(), outcome != SessionStatus::Declined);
    }
}

#[tokio::test]
async fn a_seed_gives_the_same_sessions_again() {
    let (one, two) = (
        Shop::open(Region::Estonia).await,
        Shop::open(Region::Estonia).await,
    );
    assert_eq!(
        (one.sandbox.shop(), one.sandbox.api_key()),
        (two.sandbox.shop(), two.sandbox.api_key())
    );
    let body = minimal(&one.sandbox, "hire_purchase", "300");
    assert_eq!(one.open_session(&body).await, two.open_session(&body).await);
}
