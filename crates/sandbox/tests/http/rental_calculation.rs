use inbank_sandbox::{InsuranceRequirement, Region};
use serde_json::{Value, json};

use crate::{
    shop::Shop,
    tenant::{COMPUTER, NOT_APPROVED, PHONE, PRODUCT, SAMPLE, WATCH, cable, cart, hero, refused},
};

async fn model(shop: &Shop, query: &str) -> (u16, Value) {
    shop.get(&format!("{PRODUCT}/detailed-asset-model{query}"))
        .await
}

#[tokio::test]
async fn a_model_is_found_by_either_identifier() {
    let shop = Shop::open(Region::Estonia).await;
    let (status, phone) = model(&shop, "?identifierType=EAN&identifier=88845632734657").await;
    assert_eq!(status, 200);
    assert_eq!(phone["id"], PHONE);
    assert_eq!(phone["periods"], json!([12, 24, 36]));
    assert_eq!(
        phone["identifiers"][0],
        json!({"identifierType": "EAN", "identifier": "88845632734657"})
    );
    assert_eq!(
        phone["assetIdentifierTypes"],
        json!(["IMEI", "SERIAL_NUMBER"])
    );
    assert_eq!(
        phone["subscriptionTotalLimits"],
        json!({"minNetPrice": 5, "maxNetPrice": 5000, "minGrossPrice": 6, "maxGrossPrice": 6000})
    );
    assert_eq!(phone["insuranceRequirement"], "INSURANCE_OPTIONAL");
    assert_eq!(phone["tradeInAvailable"], true);
    assert_eq!(phone["campaignDiscountAvailable"], false);
    assert_eq!(phone["addOnCategories"][0]["categoryCode"], "add_on");
    assert_eq!(phone["addOnCategories"][0]["maxNetPrice"], 500);

    for known in shop.sandbox.models() {
        let query = format!(
            "?identifierType=MANUFACTURER_PRODUCT_CODE&identifier={}",
            known.manufacturer_product_code
        );
        let answer = model(&shop, &query).await;
        if known.approved {
            assert_eq!(answer.0, 200);
            assert_eq!(answer.1["id"], known.id.to_string());
        } else {
            assert_eq!(known.id.to_string(), NOT_APPROVED);
            let expected = (422, "ASSET_MODEL_NOT_FOUND", "asset model not found");
            assert_eq!(refused(&answer), expected);
        }
    }
}

#[tokio::test]
async fn a_model_is_looked_up_by_both_parameters() {
    let shop = Shop::open(Region::Latvia).await;
    for (query, message) in [
        (
            "",
            "identifierType: must not be blank, identifier: must not be blank",
        ),
        (
            "?identifierType=EAN&identifier=",
            "identifier: must not be blank",
        ),
        (
            "?identifierType=UPC&identifier=1",
            "identifierType: is not valid",
        ),
    ] {
        let answer = model(&shop, query).await;
        let expected = (400, "CONSTRAINTS_VIOLATED_GENERAL", message);
        assert_eq!(refused(&answer), expected);
    }
    let unknown = model(&shop, "?identifierType=EAN&identifier=1").await;
    assert_eq!(refused(&unknown).1, "ASSET_MODEL_NOT_FOUND");
    let query = "detailed-asset-model?identifierType=EAN&identifier=88845632734657";
    let (status, body) = shop
        .get(&format!(
            "v3/{{shop}}/rental/products/hire_purchase/{query}"
        ))
        .await;
    assert_eq!((status, body), (404, json!({"message": "not_found"})));
    let (status, _) = shop
        .get(&format!("v2/{{shop}}/rental/products/example_code/{query}"))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn the_catalogue_has_every_kind_of_model() {
    let shop = Shop::open(Region::Estonia).await;
    let models = shop.sandbox.models();
    for category in ["phone", "tablet", "computer", "watch"] {
        assert!(models.iter().any(|model| model.category_code == category));
    }
    for insurance in [
        InsuranceRequirement::Never,
        InsuranceRequirement::Optional,
        InsuranceRequirement::Always,
    ] {
        assert!(
            models
                .iter()
                .any(|model| model.insurance_requirement == insurance)
        );
    }
    assert!(Shop::open(Region::Poland).await.sandbox.models().is_empty());
}

#[tokio::test]
async fn the_guides_calculation_adds_up() {
    for (region, totals, monthly) in [
        (
            Region::Estonia,
            ["1007.42", "1249.2", "1080", "1339.2"],
            ["51.01", "12.24", "63.25"],
        ),
        (
            Region::Latvia,
            ["1005.62", "1216.8", "1080", "1306.8"],
            ["50.93", "10.7", "61.63"],
        ),
    ] {
        let shop = Shop::open(region).await;
        let mut body = cart(24, &[hero(SAMPLE, json!(1000)), cable(json!(80))]);
        body["insuranceUsed"] = json!(true);
        body["grossTradeInAmount"] = json!(50);
        body["grossCampaignDiscount"] = json!("40");
        let (status, answer) = shop.calculate(&body).await;
        assert_eq!(status, 201, "{answer}");
        let shown = [
            "totalNetPriceWithDiscount",
            "totalGrossPriceWithDiscount",
            "totalNetPrice",
            "totalGrossPrice",
        ]
        .map(|name| answer[name].to_string());
        assert_eq!(shown, totals);
        let shown = ["netMonthlyPayment", "vat", "grossMonthlyPayment"]
            .map(|name| answer[name].to_string());
        assert_eq!(shown, monthly);
        assert_eq!(answer["grossTradeInAmount"], 50);
        assert_eq!(answer["grossCampaignDiscount"], 40);
        assert_eq!(answer["period"], 24);
        assert_eq!(answer["insuranceRequirement"], "INSURANCE_OPTIONAL");
        assert_eq!(answer["insuranceUsed"], true);
        assert_eq!(answer["assets"][0]["modelId"], SAMPLE);
        assert!(answer["assets"][1]["grossPrice"].is_number());
        assert_eq!(answer.as_object().unwrap().len(), 14);
    }
}

#[tokio::test]
async fn prices_keep_four_decimals() {
    let shop = Shop::open(Region::Estonia).await;
    for add_on in [json!(31.3167), json!("31.3167")] {
        let body = cart(12, &[hero(SAMPLE, json!(332.5)), cable(add_on)]);
        let (status, answer) = shop.calculate(&body).await;
        assert_eq!(status, 201);
        assert_eq!(answer["totalNetPrice"].to_string(), "363.8167");
        assert_eq!(answer["totalGrossPrice"].to_string(), "451.13");
        assert_eq!(answer["assets"][1]["netPrice"].to_string(), "31.3167");
        assert_eq!(answer["insuranceUsed"], true, "the default");
    }
    // Never insured: the default gives way, a wish does not.
    let mut body = cart(12, &[hero(WATCH, json!(200))]);
    let (status, answer) = shop.calculate(&body).await;
    assert_eq!((status, &answer["insuranceUsed"]), (201, &json!(false)));
    body["insuranceUsed"] = json!(true);
    assert_eq!(
        refused(&shop.calculate(&body).await).1,
        "INSURANCE_NOT_AVAILABLE"
    );
}

#[tokio::test]
async fn fields_that_break_their_constraints_are_named() {
    let shop = Shop::open(Region::Estonia).await;
    let phone = hero(PHONE, json!(400));
    let nameless = json!({"type": "CATEGORY_BASED", "netPrice": 10});
    for (body, message) in [
        (
            json!({}),
            "period: must not be null, assets: must not be empty",
        ),
        (
            json!({"period": 12, "assets": []}),
            "assets: must not be empty",
        ),
        (
            cart(12, &[json!({"netPrice": 1})]),
            "assets[0].type: must not be blank",
        ),
        (
            cart(12, &[json!({"type": "MODEL_BASED", "modelId": " "})]),
            "assets[0].modelId: must not be blank, assets[0].netPrice: must not be null",
        ),
        (
            cart(12, &[phone.clone(), nameless]),
            "assets[1].modelName: must not be blank, assets[1].categoryCode: must not be blank",
        ),
        (
            json!({"period": 12.5, "assets": [phone]}),
            "period: is not valid",
        ),
        (
            json!({"period": 12, "assets": [phone], "gross_trade_in_amount": 1}),
            "grossTradeInAmount: is not valid",
        ),
        (
            cart(12, &[hero(PHONE, json!("3,45"))]),
            "assets[0].netPrice: is not valid",
        ),
        (
            cart(
                12,
                &[
                    json!({"type": "MODEL_BASED", "modelId": PHONE, "netPrice": 100, "grossPrice": 122}),
                ],
            ),
            "assets[0].grossPrice: is not valid",
        ),
    ] {
        let answer = shop.calculate(&body).await;
        let expected = (400, "CONSTRAINTS_VIOLATED_GENERAL", message);
        assert_eq!(refused(&answer), expected, "{body}");
    }
}

#[tokio::test]
async fn what_the_model_does_not_allow_is_refused() {
    let shop = Shop::open(Region::Estonia).await;
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    let one = |model: &str, net: u32| cart(12, &[hero(model, json!(net))]);
    let fee = json!({
        "type": "CATEGORY_BASED", "modelName": "Copies", "categoryCode": "copying_fee", "netPrice": 2,
    });
    let tablet = json!({
        "type": "CATEGORY_BASED", "modelName": "Tablet", "categoryCode": "tablet", "netPrice": 100,
    });
    let phone = hero(PHONE, json!(400));
    for (body, code) in [
        (one(NOT_APPROVED, 400), "ASSET_MODEL_NOT_FOUND"),
        (one("no-uuid", 400), "ASSET_MODEL_NOT_FOUND"),
        (cart(36, &[hero(WATCH, json!(200))]), "PERIOD_NOT_ALLOWED"),
        (
            with(one(COMPUTER, 400), "insuranceUsed", json!(false)),
            "INSURANCE_REQUIRED",
        ),
        (
            with(one(COMPUTER, 400), "grossTradeInAmount", json!(10)),
            "TRADE_IN_NOT_AVAILABLE",
        ),
        (
            with(one(PHONE, 400), "grossCampaignDiscount", json!(10)),
            "CAMPAIGN_DISCOUNT_NOT_AVAILABLE",
        ),
        (
            with(one(PHONE, 400), "grossTradeInAmount", json!(496)),
            "DEDUCTIONS_TOO_HIGH",
        ),
        (one(PHONE, 4), "SUBSCRIPTION_TOTAL_LIMITS_VIOLATED"),
        // Within the net limit, with VAT beyond the gross one.
        (one(PHONE, 4900), "SUBSCRIPTION_TOTAL_LIMITS_VIOLATED"),
        (
            cart(12, &[phone.clone(), cable(json!(501))]),
            "ADD_ON_LIMITS_VIOLATED",
        ),
        (
            cart(12, &[cable(json!(10)), phone.clone()]),
            "HERO_ASSET_NOT_VALID",
        ),
        (
            cart(12, &[phone.clone(), phone.clone()]),
            "HERO_ASSET_NOT_VALID",
        ),
        (
            cart(12, &[phone.clone(), tablet.clone()]),
            "HERO_ASSET_NOT_VALID",
        ),
        (cart(12, &[tablet]), "HERO_ASSET_NOT_VALID"),
        (
            cart(12, &[phone.clone(), fee.clone()]),
            "CATEGORY_NOT_ALLOWED",
        ),
        (
            cart(12, &[hero(WATCH, json!(200)), cable(json!(10))]),
            "CATEGORY_NOT_ALLOWED",
        ),
    ] {
        let answer = shop.calculate(&body).await;
        let (status, told, _) = refused(&answer);
        assert_eq!((status, told), (422, code), "{body}");
    }
    // The limits are the device's: what goes along with it has its own.
    let dear = cart(12, &[hero(PHONE, json!(4800)), cable(json!(499))]);
    assert_eq!(shop.calculate(&dear).await.0, 201);
    let latvia = Shop::open(Region::Latvia).await;
    assert_eq!(latvia.calculate(&cart(12, &[phone, fee])).await.0, 201);
}
