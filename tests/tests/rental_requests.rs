//! What leaves for a rental, to the letter of the guide's curls, in a shop of either version; and what
//! becomes of the device's identifiers on the way.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use inbank::{
    AssetIdentifiers, ContractId, Imei, ModelIdentifier, ProductCode, Region, SerialNumber,
};
use inbank::http::{ApiVersion, read_rental_request};
use inbank::ports::{GatewayErrorKind, Rentals};
use inbank_tests::{StubBank, fixture};
use serde_json::Value;

const CONTRACT: &str = "d315a2c6-7a01--0000-1111";

fn product(code: &str) -> ProductCode {
    ProductCode::parse(code).unwrap()
}

fn contract() -> ContractId {
    ContractId::parse(CONTRACT).unwrap()
}

fn identifiers() -> AssetIdentifiers {
    AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    )
}

/// The one request that was sent: method, path and query after the shop, body.
async fn sent(bank: &StubBank) -> (String, Value) {
    let sent = bank.sent().await;
    let [request] = sent.as_slice() else {
        panic!("{} requests", sent.len())
    };
    let shop = format!("/shops/{}", StubBank::SHOP);
    let url = request.url.as_str();
    let address = url[url.find("/partner").unwrap()..].replace(&shop, "");
    let line = format!("{} {address}", request.method);
    let body = serde_json::from_slice(&request.body).unwrap_or_default();
    (line, body)
}

#[tokio::test]
async fn conditions_calculation_and_identifiers_are_v3_calls_in_either_version() {
    for version in ApiVersion::ALL {
        let bank = StubBank::start(*version).await;
        let product = product("example_code");
        bank.answers(200, fixture("smart-rent-3.04/model.response.json"))
            .await;
        let ean = ModelIdentifier::ean("88845632734657").unwrap();
        bank.api.asset_model(&product, &ean).await.unwrap();
        let expected = "GET /partner/v3/rental/products/example_code/detailed-asset-model\
                        ?identifierType=EAN&identifier=88845632734657";
        assert_eq!(sent(&bank).await.0, expected);

        bank.answers(201, fixture("smart-rent-3.04/calculation.response.json"))
            .await;
        let cart = fixture("smart-rent-3.04/calculation.request.json");
        let request = read_rental_request(&cart, &Region::ESTONIA).unwrap();
        bank.api.calculate(&product, &request).await.unwrap();
        let (line, body) = sent(&bank).await;
        assert_eq!(
            line,
            "POST /partner/v3/rental/products/example_code/calculations"
        );
        let mut printed: Value = serde_json::from_str(&cart).unwrap();
        for asset in printed["assets"].as_array_mut().unwrap() {
            // `null` says no more than nothing.
            assert_eq!(
                asset.as_object_mut().unwrap().remove("grossPrice"),
                Some(Value::Null)
            );
        }
        assert_eq!(body, printed);

        bank.answers(204, "").await;
        let assigned = bank.api.assign(&product, &contract(), &identifiers()).await;
        assigned.unwrap();
        let (line, body) = sent(&bank).await;
        let path = format!("rental/products/example_code/contracts/{CONTRACT}/asset-identifiers");
        assert_eq!(line, format!("PATCH /partner/v3/{path}"));
        let printed = fixture("smart-rent-3.04/asset-identifiers.request.json");
        assert_eq!(body, serde_json::from_str::<Value>(&printed).unwrap());
    }
}

#[tokio::test]
async fn activation_and_contract_stand_elsewhere_in_each_version() {
    for (version, path) in [
        (ApiVersion::V2, "v2"),
        (ApiVersion::V3, "v3/rental/products/rent_0.0%25_a%2Fb"),
    ] {
        let bank = StubBank::start(version).await;
        let product = product("rent_0.0%_a/b");
        bank.answers(204, "").await;
        bank.api.activate(&product, &contract()).await.unwrap();
        let (line, body) = sent(&bank).await;
        let expected = format!("POST /partner/{path}/contracts/{CONTRACT}/activation");
        assert_eq!((line, body), (expected, Value::Null));

        let printed = fixture("contract-bare.response.json");
        bank.answers(200, printed.clone()).await;
        let id = serde_json::from_str::<Value>(&printed).unwrap()["uuid"].clone();
        let id = ContractId::parse(id.as_str().unwrap()).unwrap();
        let read = bank.api.contract(&product, &id).await.unwrap();
        assert_eq!(read.status.as_str(), "unsigned");
        let expected = format!("GET /partner/{path}/contracts/{id}");
        assert_eq!(sent(&bank).await.0, expected);
    }
}

#[tokio::test]
async fn a_code_that_would_lead_elsewhere_is_not_sent() {
    for version in ApiVersion::ALL {
        let bank = StubBank::start(*version).await;
        bank.answers(204, "").await;
        for code in [".", ".."] {
            let error = bank.api.activate(&product(code), &contract()).await;
            assert_eq!(error.unwrap_err().kind(), GatewayErrorKind::Invalid);
        }
        assert!(bank.sent().await.is_empty());
    }
}

#[tokio::test]
async fn a_refusal_that_repeats_an_identifier_does_not_show_it() {
    let bank = StubBank::start(ApiVersion::V3).await;
    let prose = r#"{"message":"IMEI 355889000000007 of J7P3D7000000 is taken","errorCode":"ASSET_IDENTIFIER_NOT_VALID"}"#;
    bank.answers(422, prose).await;
    let error = bank
        .api
        .assign(&product("rent"), &contract(), &identifiers())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), GatewayErrorKind::Refused);
    assert_eq!(error.bank_codes(), ["ASSET_IDENTIFIER_NOT_VALID"]);
    let shown = format!("{error} {error:?} {:?}", identifiers());
    assert!(
        !shown.contains("3558890") && !shown.contains("J7P3D7"),
        "{shown}"
    );
}
