use std::collections::BTreeMap;

use inbank_domain::Region;
use serde_json::Value;

use super::{read_rental_request, read_session_request};
use crate::ApiVersion;
use crate::wire::session::Request;

const FULL: &str = include_str!("../../../../tests/fixtures/epos-2.10/session-open.request.json");
const RENTAL: &str =
    include_str!("../../../../tests/fixtures/smart-rent-3.04/session-open.request.json");
const CART: &str =
    include_str!("../../../../tests/fixtures/smart-rent-3.04/calculation.request.json");
const MINIMAL: &str =
    include_str!("../../../../tests/fixtures/epos-2.10/session-open-minimal.request.json");

fn sent(document: &str, version: ApiVersion) -> Value {
    let request = read_session_request(document, &Region::ESTONIA).unwrap();
    let currency = request.currency();
    let body = version
        .encode(&Request::new(&request, &currency).unwrap())
        .unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// The guide prints some numbers as text; they are sent as numbers.
fn with_numbers(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let number = matches!(name.as_str(), "amount" | "quantity");
                let value = match value {
                    Value::String(text) if number => serde_json::from_str(&text).unwrap(),
                    other => with_numbers(other),
                };
                (name, value)
            });
            Value::Object(fields.collect())
        }
        Value::Array(values) => values.into_iter().map(with_numbers).collect(),
        other => other,
    }
}

#[test]
fn the_guides_samples_go_out_as_they_are_printed() {
    for document in [FULL, MINIMAL, RENTAL] {
        let printed = with_numbers(serde_json::from_str(document).unwrap());
        assert_eq!(sent(document, ApiVersion::V2), printed);
    }
}

#[test]
fn in_v3_the_same_document_has_camel_case_names_but_for_the_merchants_own() {
    let v3 = sent(FULL, ApiVersion::V3);
    assert_eq!(v3["productCode"], "car_loan");
    assert_eq!(
        v3["partnerUrls"]["callbackUrl"],
        sent(FULL, ApiVersion::V2)["partner_urls"]["callback_url"]
    );
    assert_eq!(v3["purchase"]["merchant"]["merchantMccCode"], "5812");
    assert_eq!(v3["purchase"]["items"][0]["vehicleLicencePlate"], "111AAA");
    assert_eq!(
        v3["purchase"]["items"][0]["additionalDetails"]["owner_amount"],
        "1"
    );
    assert_eq!(v3["integrationInfo"]["extra_key_3"], "#3");
    assert_eq!(v3["additionalData"]["key_1"], "key1");
}

#[test]
fn a_document_may_be_in_either_spelling() {
    let camel = serde_json::to_string(&sent(FULL, ApiVersion::V3)).unwrap();
    assert_eq!(sent(&camel, ApiVersion::V2), sent(FULL, ApiVersion::V2));
}

/// The minimal sample with one thing changed.
fn changed(change: impl FnOnce(&mut Value)) -> String {
    altered(MINIMAL, change)
}

fn altered(document: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(document).unwrap();
    change(&mut document);
    document.to_string()
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let document = changed(change);
        let error = read_session_request(&document, &Region::ESTONIA).unwrap_err();
        error.field().to_owned()
    };
    assert_eq!(wrong(&|d| d["total_amount"] = 0.into()), "total_amount");
    assert_eq!(wrong(&|d| d["total_amount"] = "9,5".into()), "total_amount");
    assert_eq!(wrong(&|d| d["currency"] = "PLN".into()), "currency");
    assert_eq!(wrong(&|d| d["locale"] = "estonian".into()), "locale");
    assert_eq!(wrong(&|d| d["typo"] = 1.into()), "typo");
    assert_eq!(
        wrong(&|d| d["purchase"]["typo"] = 1.into()),
        "purchase.typo"
    );
    assert_eq!(wrong(&|d| d["product_code"] = 5.into()), "product_code");
    assert_eq!(
        wrong(&|d| d["valid_until"] = "tomorrow".into()),
        "valid_until"
    );
    assert_eq!(
        wrong(&|d| d["partner_urls"]["callback_url"] = "nowhere".into()),
        "partner_urls.callback_url"
    );
    assert_eq!(
        wrong(&|d| d["purchase"]["merchant"]["merchant_registry_code"] = "123".into()),
        "purchase.merchant.merchant_registry_code"
    );
    assert_eq!(
        wrong(&|d| d["purchase"]["items"] = serde_json::json!([{"type": "car"}])),
        "purchase.items[0].type"
    );
    assert_eq!(
        wrong(&|d| d["customer_contact_data"] = serde_json::json!({"phone": "x"})),
        "customer_contact_data.phone"
    );
    let missing = changed(|d| {
        d["purchase"]["merchant"] = serde_json::json!({"merchant_name": "Example OÜ"});
    });
    let error = read_session_request(&missing, &Region::ESTONIA).unwrap_err();
    assert!(
        error.to_string().contains("merchant_domain_name"),
        "{error}"
    );
}

#[test]
fn a_merchant_may_stand_in_a_list_of_one() {
    let list = changed(|d| {
        d["purchase"]["merchant"] = Value::Array(vec![d["purchase"]["merchant"].take()]);
    });
    assert_eq!(sent(&list, ApiVersion::V2), sent(MINIMAL, ApiVersion::V2));
}

#[test]
fn either_spelling_of_the_licence_plate_is_taken() {
    let american = FULL.replace("vehicle_licence_plate", "vehicle_license_plate");
    assert_ne!(american, FULL);
    assert_eq!(sent(&american, ApiVersion::V2), sent(FULL, ApiVersion::V2));
}

#[test]
fn four_decimals_survive_and_no_digit_is_lost() {
    let document = changed(|d| d["purchase"]["items"] = serde_json::json!([{"amount": "31.3167"}]))
        .replace("3000", "12345678901234.123456789");
    let request = read_session_request(&document, &Region::ESTONIA).unwrap();
    let currency = request.currency();
    for version in ApiVersion::ALL {
        let body = version
            .encode(&Request::new(&request, &currency).unwrap())
            .unwrap();
        let text = String::from_utf8(body).unwrap();
        assert!(text.contains(":12345678901234.123456789,"), "{text}");
        assert!(text.contains(r#""amount":31.3167"#), "{text}");
    }
}

#[test]
fn no_error_repeats_what_the_document_says() {
    let wrong: BTreeMap<&str, Value> = BTreeMap::from([
        ("customer_data", serde_json::json!("canary")),
        (
            "customer_contact_data",
            serde_json::json!({"email": "canary"}),
        ),
        ("user_ip", serde_json::json!({"canary": "canary"})),
        (
            "customer_address_data",
            serde_json::json!({"street": ["canary"]}),
        ),
        (
            "credit_application_data",
            serde_json::json!({"monthly_income": "canary"}),
        ),
        ("valid_until", serde_json::json!("canary")),
        ("total_amount", serde_json::json!("canary")),
        ("additional_data", serde_json::json!("fine")),
    ]);
    for (field, value) in wrong {
        let document = changed(|d| d[field] = value);
        match read_session_request(&document, &Region::ESTONIA) {
            Ok(_) => assert_eq!(field, "additional_data"),
            Err(error) => assert!(!format!("{error:?}").contains("canary"), "{error}"),
        }
    }
    let error = read_session_request("{\"canary", &Region::ESTONIA).unwrap_err();
    assert_eq!(error.field(), "document");
    assert!(!error.to_string().contains("canary"));
}

#[test]
fn a_rental_goes_out_in_v3_with_the_same_names_as_its_calculation() {
    let rental = &sent(RENTAL, ApiVersion::V3)["rentalApplicationData"];
    assert_eq!(rental["insuranceUsed"], false);
    assert_eq!(rental["grossTradeInAmount"], 80);
    assert_eq!(
        rental["assets"][0]["modelId"],
        "c1234c56-0000-1111-2222-f1bc23456e7a"
    );
    let camel = serde_json::to_string(&sent(RENTAL, ApiVersion::V3)).unwrap();
    assert_eq!(sent(&camel, ApiVersion::V2), sent(RENTAL, ApiVersion::V2));
    // As the table has it, and as the sample has it.
    let table = RENTAL
        .replace("grossTradeInAmount", "gross_trade_in_amount")
        .replace("grossCampaignDiscount", "gross_campaign_discount");
    assert_eq!(sent(&table, ApiVersion::V2), sent(RENTAL, ApiVersion::V2));
}

#[test]
fn a_rentals_prices_and_names_go_out_to_the_letter() {
    let request = read_session_request(RENTAL, &Region::ESTONIA).unwrap();
    assert!(request.total().is_none());
    let currency = request.currency();
    let body = ApiVersion::V2.encode(&Request::new(&request, &currency).unwrap());
    let text = String::from_utf8(body.unwrap()).unwrap();
    for part in [
        r#""net_price":31.3167"#,
        r#""net_price":332.5"#,
        r#"iPad 10.2\" 2021 WiFi 64GB - Space Grey"#,
        "iPad PRO 11'' Black*",
        r#""grossTradeInAmount":80"#,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn the_guides_cart_is_read_in_either_spelling_and_insured_unless_it_says_no() {
    let cart = read_rental_request(CART, &Region::ESTONIA).unwrap();
    assert_eq!((cart.period.get(), cart.insurance_used), (24, true));
    assert_eq!(cart.hero().net_price.to_string(), "1000 EUR");
    assert_eq!((cart.hero().gross_price, cart.add_ons().len()), (None, 1));
    assert_eq!(cart.trade_in().unwrap().to_string(), "50 EUR");
    let snake = [
        "insuranceUsed",
        "grossTradeInAmount",
        "grossCampaignDiscount",
        "netPrice",
        "grossPrice",
        "modelId",
        "modelName",
        "categoryCode",
    ]
    .into_iter()
    .zip([
        "insurance_used",
        "gross_trade_in_amount",
        "gross_campaign_discount",
        "net_price",
        "gross_price",
        "model_id",
        "model_name",
        "category_code",
    ])
    .fold(CART.to_owned(), |cart, (camel, snake)| {
        assert!(cart.contains(camel));
        cart.replace(camel, snake)
    });
    assert_eq!(read_rental_request(&snake, &Region::ESTONIA).unwrap(), cart);
    let silent = altered(CART, |d| {
        d.as_object_mut().unwrap().remove("insuranceUsed");
    });
    assert!(
        read_rental_request(&silent, &Region::LATVIA)
            .unwrap()
            .insurance_used
    );
}

#[test]
fn what_is_wrong_with_a_cart_is_named_by_its_path() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let document = altered(CART, change);
        let error = read_rental_request(&document, &Region::ESTONIA).unwrap_err();
        error.field().to_owned()
    };
    let swapped = |d: &mut Value| d["assets"].as_array_mut().unwrap().reverse();
    assert_eq!(wrong(&swapped), "assets[0].type");
    let two_heroes = |d: &mut Value| d["assets"][1] = d["assets"][0].clone();
    assert_eq!(wrong(&two_heroes), "assets[1].type");
    assert_eq!(wrong(&|d| d["assets"] = serde_json::json!([])), "assets");
    assert_eq!(
        wrong(&|d| d["assets"][0]["typo"] = 1.into()),
        "assets[0].typo"
    );
    assert_eq!(wrong(&|d| d["typo"] = 1.into()), "typo");
    assert_eq!(wrong(&|d| d["period"] = 0.into()), "period");
    assert_eq!(wrong(&|d| d["period"] = 65_536.into()), "period");
    assert_eq!(
        wrong(&|d| d["assets"][0]["modelId"] = Value::Null),
        "assets[0].model_id"
    );
    for field in ["categoryCode", "modelName"] {
        assert_eq!(
            wrong(&|d| d["assets"][1][field] = Value::Null),
            format!("assets[1].{}", crate::dialect::to_snake_case(field))
        );
    }
    assert_eq!(
        wrong(&|d| d["assets"][1]["netPrice"] = "-1".into()),
        "assets[1].net_price"
    );
    assert_eq!(
        wrong(&|d| d["assets"][1]["netPrice"] = "80,".into()),
        "assets[1].net_price"
    );
    assert_eq!(
        wrong(&|d| d["grossTradeInAmount"] = (-1).into()),
        "gross_trade_in_amount"
    );
}

#[test]
fn a_session_has_a_total_or_a_rental_and_a_rental_has_a_description() {
    let wrong = |change: &dyn Fn(&mut Value)| {
        let document = altered(RENTAL, change);
        let error = read_session_request(&document, &Region::ESTONIA).unwrap_err();
        error.field().to_owned()
    };
    assert_eq!(wrong(&|d| d["total_amount"] = 100.into()), "total_amount");
    let neither = |d: &mut Value| d["rental_application_data"] = Value::Null;
    assert_eq!(wrong(&neither), "total_amount");
    let bare = |d: &mut Value| d["purchase"]["description"] = Value::Null;
    assert_eq!(wrong(&bare), "purchase.description");
    assert_eq!(wrong(&|d| d["currency"] = "PLN".into()), "currency");
    assert_eq!(
        wrong(&|d| d["rental_application_data"]["assets"][1]["type"] = "MODEL_BASED".into()),
        "rental_application_data.assets[1].type"
    );
    assert_eq!(
        wrong(&|d| d["rental_application_data"]["assets"][0]["typo"] = 1.into()),
        "rental_application_data.assets[0].typo"
    );
}
