use inbank_sandbox::{Region, SessionStatus};
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::{
    shop::{Shop, read},
    tenant::{COMPUTER, PHONE, SAMPLE, rental},
};

/// The guide's whole sample, but for a deadline that has passed and the shell's quotes inside a name.
const GUIDE: &str = r##"{
  "product_code": "smart_rent_product_code",
  "currency": "EUR",
  "locale": "et-ET",
  "partner_urls": {
    "return_url": "https://campaign.inbank.ee/tmp/post.php?type=return",
    "cancel_url": "https://campaign.inbank.ee/tmp/post.php?type=cancel",
    "callback_url": "http://127.0.0.1:9/tmp/post.php?type=callback"
  },
  "purchase": {
    "purchase_reference": "ORDER_000001",
    "description": "Description of ORDER_000001 order",
    "merchant": {"merchant_order_reference": "T21093289", "merchant_domain_name": "wwww.example.com"},
    "additional_details": {"description": "Purchase additional details"}
  },
  "user_ip": "192.128.00.01",
  "customer_data": {"first_name": "John", "last_name": "Smith"},
  "customer_contact_data": {"email": "john.smith@session.pos", "mobile": "51231412"},
  "rental_application_data": {
    "period": 12,
    "insurance_used": false,
    "grossTradeInAmount": 80,
    "grossCampaignDiscount": 10,
    "assets": [
      {
        "net_price": 332.5,
        "category_code": "computer",
        "model_name": "iPad 10.2\" 2021 WiFi 64GB - Space Grey",
        "model_id": "c1234c56-0000-1111-2222-f1bc23456e7a",
        "type": "MODEL_BASED"
      },
      {
        "net_price": 31.3167,
        "category_code": "add_on",
        "model_name": "COMMA Magnet Leather Folio",
        "type": "CATEGORY_BASED"
      }
    ]
  },
  "integration_info": {"ecom_platform": "magento", "module": "inbank-2.1.0", "extra_key_3": "#3"},
  "additional_data": {"key_1": "key1", "key_2": "key2", "key_3": "key3"}
}"##;

#[tokio::test]
async fn the_guides_session_is_repeated_as_its_sample_prints_it() {
    let shop = Shop::open(Region::Estonia).await;
    let request = shop.request(Method::POST, "v2/{shop}/pos_sessions");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let (status, opened) = read(request.body(GUIDE)).await;
    assert_eq!(status, 201, "{opened}");
    assert_eq!(opened["status"], "pending");
    let id = opened["uuid"].as_str().unwrap();
    let path = format!("v2/{{shop}}/pos_sessions/{id}");
    let (_, session) = shop.get(&path).await;
    let sent: Value = serde_json::from_str(GUIDE).unwrap();
    for name in [
        "product_code",
        "partner_urls",
        "rental_application_data",
        "customer_data",
        "additional_data",
    ] {
        assert_eq!(session[name], sent[name], "{name}");
    }
    // 451.13 with VAT, less 90.
    assert_eq!(session["total_amount"], "361.13");
    assert_eq!(session["show_expiration_counter"], false);
    assert_eq!(session["purchase"]["items"], json!([]));
    assert_eq!(session["shop_public_name"], "Shop");
    assert_eq!(session["customer_uuid"], Value::Null);
    assert!(session.get("customer_address_data").is_none());

    shop.sandbox.customer_applies(id.parse().unwrap()).unwrap();
    let (_, session) = shop.get(&path).await;
    assert_eq!(session["status"], "granted");
    for name in [
        "credit_application_uuid",
        "credit_contract_uuid",
        "customer_uuid",
    ] {
        assert!(session[name].is_string(), "{name}");
    }
}

#[tokio::test]
async fn the_tables_spelling_is_taken_as_well_in_version_2_alone() {
    let shop = Shop::open(Region::Latvia).await;
    let mut body = rental(&shop.sandbox, SAMPLE, "400", "http://127.0.0.1:9");
    body["rental_application_data"]["gross_trade_in_amount"] = json!("50");
    body["rental_application_data"]["gross_campaign_discount"] = json!(20.5);
    let id = shop.open_session(&body).await;
    let (_, session) = shop.get(&format!("v2/{{shop}}/pos_sessions/{id}")).await;
    assert_eq!(session["total_amount"], "413.5");
    let shown = &session["rental_application_data"];
    assert_eq!(shown["grossTradeInAmount"], 50);
    assert_eq!(shown["grossCampaignDiscount"], 20.5);
    assert_eq!(shown["insurance_used"], true);

    let v3 = json!({
        "productCode": "example_code",
        "currency": "EUR",
        "locale": "lv-LV",
        "partnerUrls": {
            "returnUrl": "http://127.0.0.1:9/return",
            "cancelUrl": "http://127.0.0.1:9/cancel",
            "callbackUrl": "http://127.0.0.1:9/callback",
        },
        "purchase": {"description": "A phone"},
        "rentalApplicationData": {
            "period": 24,
            "grossTradeInAmount": 50,
            "assets": [{"type": "MODEL_BASED", "modelId": PHONE, "netPrice": "400"}],
        },
    });
    let (status, opened) = shop.post("v3/{shop}/pos-sessions", &v3).await;
    assert_eq!(status, 201, "{opened}");
    let id = opened["uuid"].as_str().unwrap();
    assert!(opened["redirectUrl"].as_str().unwrap().ends_with(id));
    let (_, session) = shop.get(&format!("v3/{{shop}}/pos-sessions/{id}")).await;
    assert_eq!(session["totalAmount"], 434);
    assert_eq!(
        session["rentalApplicationData"]["assets"][0]["modelId"],
        PHONE
    );
    assert!(session["purchase"].get("purchaseReference").is_none());
    let mut snake = v3.clone();
    snake["rentalApplicationData"]["gross_trade_in_amount"] = json!(50);
    let (status, _) = shop.post("v3/{shop}/pos-sessions", &snake).await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_session_is_checked_as_a_calculation_is() {
    let shop = Shop::open(Region::Estonia).await;
    let sample = || rental(&shop.sandbox, PHONE, "400", "http://127.0.0.1:9");
    let with = |pointer: &str, value: Value| {
        let mut body = sample();
        let (object, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(object).unwrap()[name] = value;
        body
    };
    let asset = "/rental_application_data/assets/0";
    for (body, codes) in [
        (
            with("/rental_application_data", Value::Null),
            json!([
                "rental_application_data_is_missing",
                "rental_application_data_is_empty",
                "rental_application_data_period_is_missing",
                "rental_application_data_assets_is_empty"
            ]),
        ),
        (
            with(&format!("{asset}/model_id"), Value::Null),
            json!(["rental_application_data_assets_model_id_is_missing"]),
        ),
        (
            with(&format!("{asset}/model_id"), json!("none")),
            json!(["asset_model_not_found"]),
        ),
        (
            with(&format!("{asset}/netPrice"), json!(1)),
            json!(["rental_application_data_assets_net_price_is_not_valid"]),
        ),
        (
            with("/rental_application_data/period", json!(18)),
            json!(["period_not_allowed"]),
        ),
        (
            with("/rental_application_data/grossCampaignDiscount", json!(5)),
            json!(["campaign_discount_not_available"]),
        ),
        (
            with("/purchase/description", Value::Null),
            json!(["purchase_description_is_missing"]),
        ),
        (
            with("/total_amount", json!(400)),
            json!(["total_amount_is_not_valid"]),
        ),
    ] {
        let (status, answer) = shop.post("v2/{shop}/pos_sessions", &body).await;
        assert_eq!((status, &answer["message"]), (422, &codes), "{body}");
    }
    let agreeing = with("/total_amount", json!("496.00"));
    shop.open_session(&agreeing).await;
    assert_eq!(shop.sandbox.session_count(), 1);
}

#[tokio::test]
async fn decisions_follow_the_rental_guide() {
    // Net prices in Latvia, where VAT is 21 %.
    for (region, model, net, positive) in [
        (Region::Latvia, PHONE, "413.22", true),   // 500.00
        (Region::Latvia, PHONE, "413.23", false),  // 500.01
        (Region::Latvia, PHONE, "827.27", false),  // 1001.00
        (Region::Latvia, PHONE, "909.09", false),  // 1100.00
        (Region::Latvia, PHONE, "1178.50", false), // 1425.99
        (Region::Estonia, PHONE, "1150", true),    // 1426.00
        (Region::Estonia, COMPUTER, "3000", true),
    ] {
        let shop = Shop::open(region).await;
        let body = rental(&shop.sandbox, model, net, "http://127.0.0.1:9");
        let id = shop.open_session(&body).await;
        let expected = if positive {
            SessionStatus::Granted
        } else {
            SessionStatus::Declined
        };
        assert_eq!(shop.sandbox.customer_applies(id), Ok(expected), "{net}");
    }
}
