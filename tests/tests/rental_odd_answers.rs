//! Odd answers about rentals that cost what they need not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::http::{ApiVersion, read_rental_request};
use inbank::ports::{GatewayErrorKind, Rentals};
use inbank::{AssetIdentifierType, ModelIdentifier, ProductCode, Region};
use inbank_tests::{StubBank, fixture, with};
use serde_json::{Value, json};

fn product() -> ProductCode {
    ProductCode::parse("example_code").unwrap()
}

fn ean() -> ModelIdentifier {
    ModelIdentifier::ean("88845632734657").unwrap()
}

fn printed(name: &str) -> Value {
    serde_json::from_str(&fixture(&format!("smart-rent-3.04/{name}"))).unwrap()
}

#[tokio::test]
async fn of_a_model_its_identifier_alone_is_needed() {
    let bank = StubBank::start(ApiVersion::V3).await;
    for odd in [json!(null), json!({}), json!(7), json!("odd"), json!([[]])] {
        let Value::Object(mut changes) = printed("model.response.json") else {
            panic!("an object")
        };
        for (name, value) in &mut changes {
            if name != "id" {
                *value = odd.clone();
            }
        }
        bank.answers(200, Value::Object(changes).to_string()).await;
        let read = bank.api.asset_model(&product(), &ean()).await.unwrap();
        assert_eq!(read.id.as_str(), "b748b6b0-58d0-421d-9d52-c7edd22511f1");
    }
}

#[tokio::test]
async fn lists_of_a_model_may_be_lists_of_lists_and_its_flags_text() {
    let bank = StubBank::start(ApiVersion::V3).await;
    let tables = json!({
        "periods": [["12"], [24, 36]], "assetIdentifierTypes": [["IMEI "], ["SERIAL_NUMBER"]],
        "subscriptionTotalLimits": { "minNetPrice": "", "maxNetPrice": "5 000,00", "minGrossPrice": 6 },
    });
    let answer = with(printed("model.response.json"), tables);
    bank.answers(200, answer.to_string()).await;
    let read = bank.api.asset_model(&product(), &ean()).await.unwrap();
    let periods: Vec<_> = read.periods.iter().map(|months| months.get()).collect();
    let types: Vec<_> = read
        .identifier_types
        .iter()
        .map(AssetIdentifierType::as_str)
        .collect();
    assert_eq!(periods, [12, 24, 36]);
    assert_eq!(types, ["IMEI", "SERIAL_NUMBER"]);
    assert_eq!((read.limits.min_net, read.limits.max_net), (None, None));
    assert_eq!(read.limits.min_gross.unwrap().to_string(), "6 EUR");
}

#[tokio::test]
async fn an_answer_about_another_model_is_noticed() {
    let bank = StubBank::start(ApiVersion::V3).await;
    let identifiers = |ean: &str| {
        json!({ "identifiers": [
            {}, { "identifierType": "MANUFACTURER_PRODUCT_CODE", "identifier": "SM-F731BLGHEUE" },
            { "identifierType": "EAN", "identifier": ean },
        ] })
    };
    for (told, ours) in [("88845632734657", true), ("88845632734658", false)] {
        let answer = with(printed("model.response.json"), identifiers(told));
        bank.answers(200, answer.to_string()).await;
        let read = bank.api.asset_model(&product(), &ean()).await;
        match read {
            Ok(_) => assert!(ours, "{told}"),
            Err(error) => {
                assert!(
                    !ours && error.kind() == GatewayErrorKind::Undecodable,
                    "{error}"
                );
                assert!(error.to_string().contains("another model"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn of_a_rental_calculation_the_monthly_payment_alone_is_needed() {
    let bank = StubBank::start(ApiVersion::V3).await;
    let cart = fixture("smart-rent-3.04/calculation.request.json");
    let request = read_rental_request(&cart, &Region::ESTONIA).unwrap();
    for odd in [json!(null), json!({}), json!("x"), json!([])] {
        let Value::Object(mut changes) = printed("calculation.response.json") else {
            panic!("an object")
        };
        for (name, value) in &mut changes {
            if name != "grossMonthlyPayment" {
                *value = odd.clone();
            }
        }
        bank.answers(201, Value::Object(changes).to_string()).await;
        let read = bank.api.calculate(&product(), &request).await.unwrap();
        assert_eq!(read.gross_monthly_payment.to_string(), "48.01 EUR");
    }
}
