//! Quotes of rentals, and sessions that rent something.

use std::fs;

use inbank_sandbox::{Operation, Region};
use serde_json::{Value, json};

use crate::shop::{File, Shop};

/// A phone of the guide's calculation.
pub(crate) const EAN: &str = "8806095299501";

fn calculation() -> String {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/smart-rent-3.04/calculation.request.json"
    );
    fs::read_to_string(sample).unwrap()
}

fn model<'a>(identifier: &[&'a str]) -> Vec<&'a str> {
    [
        &["rental", "model", "--product", "example_code"],
        identifier,
    ]
    .concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_found_by_what_is_printed_on_its_box() {
    for region in [Region::Estonia, Region::Latvia] {
        let shop = Shop::of(region).await;
        for version in ["v2", "v3"] {
            for identifier in [["--ean", EAN], ["--manufacturer-code", "SM-S928BZKHEUE"]] {
                let asked = model(&[&identifier[..], &["--api-version", version]].concat());
                let found = shop.run(&asked).json();
                assert_eq!(found["id"], "2797a67c-b0e0-4b64-be81-7c136e16741a");
                assert_eq!(found["name"], "S928B Galaxy S24 Ultra 5G 512GB Black");
                assert_eq!(found["periods"], json!([12, 24, 36]));
                let types = json!(["IMEI", "SERIAL_NUMBER"]);
                assert_eq!(found["asset_identifier_types"], types);
                assert_eq!(found["insurance_requirement"], "INSURANCE_OPTIONAL");
                assert_eq!(found["max_gross_price"], "6000");
                assert_eq!(found["add_on_categories"][0]["category_code"], "add_on");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_a_models_conditions_in_words() {
    let shop = Shop::open().await;
    let run = shop.text(&model(&["--ean", EAN]));
    let text = run.text();
    for line in [
        "Periods            12, 24, 36 months\n",
        "Price with VAT     6.00 – 6000.00 EUR\n",
        "Identified by      IMEI, SERIAL_NUMBER\n",
        "Insurance          as the customer likes\n",
        "Campaign           possible\n",
        "Along with it      add_on, 1.00 – 500.00 EUR without VAT\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_inbank_has_not_approved_is_not_found() {
    let shop = Shop::open().await;
    for identifier in ["4006381333931", "1"] {
        let error = shop.run(&model(&["--ean", identifier])).error(3);
        assert_eq!(error["kind"], "not_found");
        assert_eq!(error["operation"], "rental.model");
        assert_eq!(error["bank_codes"], json!(["ASSET_MODEL_NOT_FOUND"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_asked_for_in_exactly_one_way() {
    let shop = Shop::open().await;
    for identifier in [
        &[][..],
        &["--ean", "1", "--manufacturer-code", "A"],
        &["--ean", "not digits"],
        &["--manufacturer-code", " "],
    ] {
        shop.run(&model(identifier)).error(2);
    }
    assert!(shop.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_rented_where_no_guide_says_so() {
    let shop = Shop::of(Region::Poland).await;
    let error = shop.run(&model(&["--ean", "1"])).error(1);
    assert_eq!(error["kind"], "unsupported");
    assert!(shop.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guides_cart_is_calculated_as_it_is_printed() {
    let file = File::holding(&calculation());
    let mut sent: Value = serde_json::from_str(&calculation()).unwrap();
    // A price that the guide prints as null is left out.
    for asset in sent["assets"].as_array_mut().unwrap() {
        asset.as_object_mut().unwrap().remove("grossPrice");
    }
    for version in ["v2", "v3"] {
        let shop = Shop::of(Region::Latvia).await;
        let calculate = ["rental", "calculate", "--product", "example_code"];
        let from = ["--from", file.path(), "--api-version", version];
        let found = shop.run(&[calculate, from].concat()).json();
        assert_eq!(found["period"], 24);
        assert_eq!(found["currency"], "EUR");
        // 1005.62 × 1.12 ÷ 24 and 4.00 for insurance, by the sandbox's own rule.
        assert_eq!(found["net_monthly_payment"], "50.93");
        assert_eq!(found["vat"], "10.7");
        assert_eq!(found["gross_monthly_payment"], "61.63");
        assert_eq!(found["gross_trade_in_amount"], "50");
        assert_eq!(found["insurance_used"], true);
        let received = shop.received(Operation::CreateRentalCalculation);
        assert_eq!(received, std::slice::from_ref(&sent));
        let run = shop.text(&[calculate, from].concat());
        assert!(
            run.text().contains("Monthly payment     61.63 EUR\n"),
            "{run:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_may_be_in_snake_case_and_what_is_wrong_in_it_is_named() {
    let shop = Shop::open().await;
    let snake = calculation()
        .replace("netPrice", "net_price")
        .replace("grossTradeInAmount", "gross_trade_in_amount")
        .replace("1000", "\"1000\"");
    for (from, to, code, path) in [
        ("", "", 0, ""),
        ("net_price", "price", 2, "assets[0]"),
        ("\"1000\"", "\"much\"", 2, "assets[0].net_price"),
        ("MODEL_BASED", "CATEGORY_BASED", 2, "assets[0].type"),
        ("\"period\": 24", "\"period\": 0", 2, "period"),
    ] {
        let changed = snake.replacen(from, to, 1);
        let file = File::holding(&changed);
        let calculate = ["rental", "calculate", "--product", "example_code"];
        let run = shop.run(&[&calculate[..], &["--from", file.path()]].concat());
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.stderr.contains(path), "{path}: {run:?}");
    }
    assert_eq!(shop.sandbox.requests().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_that_a_cart_does_not_keep_are_the_banks_to_refuse() {
    let shop = Shop::open().await;
    let short = File::holding(&calculation().replace("\"period\": 24", "\"period\": 6"));
    let calculate = ["rental", "calculate", "--product", "example_code"];
    let run = shop.run(&[&calculate[..], &["--from", short.path()]].concat());
    let error = run.error(3);
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["operation"], "rental.calculation");
}

#[tokio::test(flavor = "multi_thread")]
async fn products_doctors_and_sessions_know_rentals() {
    let shop = Shop::open().await;
    let product = shop.run(&["product", "smart_rent_product_code"]).json();
    assert_eq!(product["code"], "smart_rent_product_code");
    assert_eq!(product["requires_merchant_approval"], true);
    let report = shop.run(&["doctor", "--product", "example_code"]).json();
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["ok"] == true), "{report}");

    let (_, session, contract) = shop.rented();
    for version in ["v2", "v3"] {
        let shown = shop
            .run(&["session", "show", &session, "--api-version", version])
            .json();
        assert_eq!(shown["status"], "granted");
        assert_eq!(shown["contract_id"], json!(contract));
        assert_eq!(shown["product_code"], "smart_rent_product_code");
        assert!(shown["amount"].is_string(), "{shown}");
    }
}
