use inbank_domain::{AssetIdentifierType, Imei, SerialNumber};

use super::*;
use crate::ApiVersion;
use crate::document::read_rental_request;

const CART: &str =
    include_str!("../../../../../tests/fixtures/smart-rent-3.04/calculation.request.json");
const ANSWER: &str =
    include_str!("../../../../../tests/fixtures/smart-rent-3.04/calculation.response.json");
const MODEL: &str =
    include_str!("../../../../../tests/fixtures/smart-rent-3.04/model.response.json");
const IDENTIFIERS: &str =
    include_str!("../../../../../tests/fixtures/smart-rent-3.04/asset-identifiers.request.json");

fn read(answer: &str) -> Result<RentalCalculation, DecodeError> {
    let request = read_rental_request(CART, &Region::ESTONIA).unwrap();
    decode::<Answer>(answer.as_bytes())?.into_calculation(&request)
}

fn model(answer: &str) -> AssetModel {
    let model = decode::<Model<'_>>(answer.as_bytes()).unwrap();
    model.into_model(Currency::EUR).unwrap()
}

#[test]
fn the_guides_calculation_is_read_as_it_is_printed() {
    let calculation = read(ANSWER).unwrap();
    let shown = |money: Option<Money>| money.unwrap().to_string();
    assert_eq!(calculation.gross_monthly_payment.to_string(), "48.01 EUR");
    assert_eq!(shown(calculation.vat), "8.66 EUR");
    assert_eq!(shown(calculation.net_monthly_payment), "39.35 EUR");
    assert_eq!(shown(calculation.gross_trade_in_amount), "50 EUR");
    assert_eq!(shown(calculation.gross_campaign_discount), "40 EUR");
    assert_eq!(shown(calculation.net_monthly_payment_discount), "3.45 EUR");
    assert_eq!(
        shown(calculation.total_net_price_with_discount),
        "997.21 EUR"
    );
    assert_eq!(
        shown(calculation.total_gross_price_with_discount),
        "1227.60 EUR"
    );
    assert_eq!(shown(calculation.total_net_price), "1080.00 EUR");
    assert_eq!(shown(calculation.total_gross_price), "1317.60 EUR");
    assert_eq!(calculation.insurance, Some(InsuranceRequirement::Optional));
    assert_eq!(calculation.insurance_used, Some(true));
}

#[test]
fn a_calculation_about_something_else_is_no_answer() {
    for (this, other) in [
        ("\"period\": 24", "\"period\": 12"),
        ("\"insuranceUsed\": true", "\"insuranceUsed\": false"),
        ("\"grossTradeInAmount\": 50", "\"grossTradeInAmount\": 0"),
        (
            "\"grossCampaignDiscount\": 40",
            "\"grossCampaignDiscount\": \"41,\"",
        ),
    ] {
        let answer = ANSWER.replace(this, other);
        assert_ne!(answer, ANSWER);
        assert!(
            matches!(read(&answer), Err(DecodeError::Another(_))),
            "{other}"
        );
    }
    for odd in ["\"3,45\"", "\"3.45,,\"", "\",3\""] {
        let answer = ANSWER.replace("\"3.45,\"", odd);
        let discount = read(&answer).unwrap().net_monthly_payment_discount;
        assert_eq!(discount, None, "{odd}");
        let answer = ANSWER.replace("48.01", odd);
        assert!(
            matches!(read(&answer), Err(DecodeError::Json { .. })),
            "{odd}"
        );
    }
}

#[test]
fn the_guides_model_is_read_and_its_empty_add_ons_refuse_nothing() {
    let model = model(MODEL);
    assert_eq!(model.id.as_str(), "b748b6b0-58d0-421d-9d52-c7edd22511f1");
    assert_eq!(model.name, "F731B Galaxy Flip5 5G 512GB Green");
    assert_eq!(model.periods.len(), 3);
    assert_eq!(
        model.identifier_types,
        [AssetIdentifierType::Imei, AssetIdentifierType::SerialNumber]
    );
    assert_eq!(model.limits.min_net.unwrap().to_string(), "5 EUR");
    assert_eq!(model.limits.max_gross.unwrap().to_string(), "6000 EUR");
    assert_eq!(model.insurance, InsuranceRequirement::Optional);
    assert_eq!(model.trade_in_available, Some(true));
    assert_eq!(model.campaign_discount_available, Some(false));
    assert!(model.identifiers.is_empty(), "printed as {{}}");
    assert!(model.add_on_categories.is_empty());
}

#[test]
fn add_on_categories_are_read_where_all_of_them_can_be() {
    let with = |list: &str| model(&MODEL.replace("{},\n    {}", list)).add_on_categories;
    let fee = r#"{"categoryCode": "shipping_fee", "minNetPrice": "null", "maxNetPrice": "50.5"}"#;
    let read = with(fee);
    assert_eq!(read[0].category, AssetCategory::ShippingFee);
    assert_eq!(read[0].limits.max_net.unwrap().to_string(), "50.5 EUR");
    assert!(read[0].limits.min_net.is_none());
    assert!(with(&format!("{fee}, {{}}")).is_empty());
    assert!(with("\"add_on\"").is_empty());
}

#[test]
fn a_comma_passes_in_no_other_answer_of_a_rental() {
    let limits = model(&MODEL.replace("5000", "\"5000,\"")).limits;
    assert_eq!(limits.max_net, None);
    assert!(limits.max_gross.is_some());
}

#[test]
fn identifiers_go_out_as_the_bare_list_of_the_curl() {
    let identifiers = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("J7P3D7000000").ok(),
    );
    let body = ApiVersion::V3.encode(&Identifier::all(&identifiers));
    let sent: serde_json::Value = serde_json::from_slice(&body.unwrap()).unwrap();
    let printed: serde_json::Value = serde_json::from_str(IDENTIFIERS).unwrap();
    assert_eq!(sent, printed);
}
