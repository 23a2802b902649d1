#![expect(clippy::expect_used, reason = "a failure here is a failed test")]

use inbank_sandbox::Region;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::shop::Shop;

fn decimal(value: &Value) -> Decimal {
    value
        .as_str()
        .and_then(|text| text.parse().ok())
        .expect("a decimal string")
}

#[tokio::test]
async fn the_guides_sample_is_answered_as_printed() {
    let shop = Shop::open(Region::Estonia).await;
    let request = json!({
        "product_code": "product_code_here",
        "amount": 2000,
        "period": "12",
        "down_payment_amount": "0",
        "currency": "EUR",
        "response_level": "simple",
    });
    let (status, answer) = shop.post("v2/{shop}/calculations", &request).await;
    assert_eq!(status, 201);
    assert_eq!(
        answer,
        json!({
            "product_code": "product_code_here",
            "amount": "2000.0",
            "period": 12,
            "down_payment_amount": "0.0",
            "payment_day": 10,
            "response_level": "simple",
            "currency": "EUR",
            "payment_amount_monthly": "177.86",
            "interest_rate_annual": "0.0899",
            "credit_cost_rate_annual": "0.1287",
            "total_cost": "2134.26",
            "total_cost_of_credit": "134.26",
        })
    );
}

#[tokio::test]
async fn the_rows_of_the_schedule_add_up_to_the_total() {
    let shop = Shop::open(Region::Latvia).await;
    for (amount, down_payment, period) in [
        ("1000", "0", 60),
        ("19999.99", "500.55", 24),
        ("10", "0", 3),
    ] {
        let request = json!({
            "productCode": "hire_purchase",
            "amount": amount,
            "period": period,
            "paymentDay": 15,
            "downPaymentAmount": down_payment,
            "responseLevel": "payment_schedule",
        });
        let (status, answer) = shop.post("v3/{shop}/calculations", &request).await;
        assert_eq!(status, 201, "{answer}");
        let rows = answer["paymentScheduleItems"].as_array().unwrap();
        assert_eq!(rows.len(), period);
        let sum = |name: &str| -> Decimal { rows.iter().map(|row| decimal(&row[name])).sum() };
        let credit = decimal(&answer["amount"]) - decimal(&answer["downPaymentAmount"]);
        let advanced = &answer["advanced"];
        assert_eq!(decimal(&advanced["netCreditAmount"]), credit);
        assert_eq!(sum("totalPayment"), decimal(&answer["totalCost"]));
        assert_eq!(
            decimal(&answer["totalCost"]) - credit,
            decimal(&answer["totalCostOfCredit"])
        );
        assert_eq!(
            sum("principal"),
            credit + decimal(&advanced["contractFeeAmountTotal"])
        );
        assert_eq!(sum("interest"), decimal(&advanced["interestAmountTotal"]));
        assert_eq!(sum("adminFee"), decimal(&advanced["adminFeeAmountTotal"]));
        assert_eq!(rows[0]["totalPayment"], answer["paymentAmountMonthly"]);
        assert!(rows[0]["paymentDate"].as_str().unwrap().ends_with("-15"));
    }
}

#[tokio::test]
async fn each_level_tells_no_more_than_asked() {
    let shop = Shop::open(Region::Estonia).await;
    for (level, advanced, rows) in [
        ("simple", false, false),
        ("advanced", true, false),
        ("payment_schedule", true, true),
    ] {
        let request = json!({"product_code": "hire_purchase", "amount": 100, "period": 6, "response_level": level});
        let (_, answer) = shop.post("v2/{shop}/calculations", &request).await;
        assert_eq!(answer.get("advanced").is_some(), advanced);
        assert_eq!(answer.get("payment_schedule_items").is_some(), rows);
    }
}

#[tokio::test]
async fn every_rule_of_the_calculator_has_its_code() {
    let shop = Shop::open(Region::Estonia).await;
    for (name, value, code) in [
        ("product_code", Value::Null, "product_code_is_missing"),
        ("amount", Value::Null, "amount_is_missing"),
        ("amount", json!("-0.01"), "amount_is_not_valid"),
        ("period", Value::Null, "period_is_missing"),
        ("period", json!(7), "period_is_not_valid"),
        ("period", json!("6.5"), "period_is_not_valid"),
        ("payment_day", json!(31), "payment_day_is_not_valid"),
        (
            "down_payment_amount",
            json!(300),
            "down_payment_amount_is_not_valid",
        ),
        (
            "down_payment_amount",
            json!(-1),
            "down_payment_amount_is_not_valid",
        ),
        ("currency", json!("PLN"), "currency_is_not_valid"),
        (
            "response_level",
            json!("detailed"),
            "response_level_is_not_valid",
        ),
    ] {
        let mut request = json!({"product_code": "hire_purchase", "amount": 300, "period": 6});
        request[name] = value;
        let answer = shop.post("v2/{shop}/calculations", &request).await;
        assert_eq!(answer, (422, json!({"message": [code]})), "{request}");
    }
}
