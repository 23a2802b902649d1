use inbank_sandbox::Region;
use reqwest::{Method, header};
use serde_json::{Value, json};

use crate::{
    applicant::{application, application_v3},
    errors::changed,
    shop::{Shop, read},
};

async fn expect_codes(region: Region, cases: &[(&str, Value, &str)]) {
    let shop = Shop::open(region).await;
    let mut valid = application(&shop.sandbox, "hire_purchase", "300");
    valid["partner_urls"] = json!({"callback_url": "http://127.0.0.1:9/"});
    for (pointer, value, code) in cases {
        let body = changed(valid.clone(), pointer, value.clone());
        let answer = shop.post("v2/{shop}/applications", &body).await;
        assert_eq!(answer, (422, json!({"message": [code]})), "{body}");
    }
    assert_eq!(shop.sandbox.application_count(), 0);
}

#[tokio::test]
async fn an_empty_body_has_the_codes_that_are_public() {
    let shop = Shop::open(Region::Poland).await;
    assert_eq!(
        shop.post("v2/{shop}/applications", &json!({})).await,
        (
            422,
            json!({"message": [
                "credit_application_is_missing",
                "credit_application_is_empty",
                "credit_application_product_code_is_missing",
            ]})
        )
    );
    let without_product = json!({"credit_application": {"product_code": ""}});
    assert_eq!(
        shop.post("v2/{shop}/applications", &without_product).await,
        (
            422,
            json!({"message": ["credit_application_product_code_is_empty"]})
        )
    );
    let unknown = application(&shop.sandbox, "none", "300");
    assert_eq!(
        shop.post("v2/{shop}/applications", &unknown).await,
        (404, json!({"message": ["product_not_found"]}))
    );
}

#[tokio::test]
async fn with_a_product_all_faults_are_reported_together() {
    let shop = Shop::open(Region::Estonia).await;
    let body = json!({"credit_application": {"product_code": "hire_purchase_income"}});
    let (_, answer) = shop.post("v2/{shop}/applications", &body).await;
    assert_eq!(
        answer["message"],
        json!([
            "credit_application_amount_is_missing",
            "credit_application_period_is_missing",
            "customer_is_missing",
            "customer_is_empty",
            "customer_identity_code_is_missing",
            "customer_first_name_is_missing",
            "customer_last_name_is_missing",
            "customer_contact_is_missing",
            "customer_contact_is_empty",
            "customer_contact_mobile_is_missing",
            "customer_contact_email_is_missing",
            "credit_application_monthly_income_is_missing",
            "credit_application_monthly_financial_obligations_is_missing",
            "purchase_description_is_missing",
        ])
    );
}

#[tokio::test]
async fn every_rule_has_its_code() {
    expect_codes(
        Region::Estonia,
        &[
            ("/credit_application/amount", json!("a lot"), "credit_application_amount_is_not_valid"),
            ("/credit_application/amount", json!(-1), "credit_application_amount_is_not_valid"),
            ("/credit_application/amount", json!(20001), "credit_application_amount_is_not_valid"),
            ("/credit_application/period", json!(5), "credit_application_period_is_not_valid"),
            ("/credit_application/period", json!("1.5"), "credit_application_period_is_not_valid"),
            ("/credit_application/payment_day", json!(31), "credit_application_payment_day_is_not_valid"),
            ("/credit_application/down_payment_amount", json!(300), "credit_application_down_payment_amount_is_not_valid"),
            ("/credit_application/down_payment_amount", json!(-1), "credit_application_down_payment_amount_is_not_valid"),
            ("/credit_application/monthly_income", json!("-1"), "credit_application_monthly_income_is_not_valid"),
            ("/credit_application/monthlyIncome", json!(1), "credit_application_monthly_income_is_not_valid"),
            ("/customer/identity_code", Value::Null, "customer_identity_code_is_missing"),
            ("/customer/identity_code", json!(""), "customer_identity_code_is_empty"),
            ("/customer/identity_code", json!("3880805000"), "customer_identity_code_is_not_valid"),
            ("/customer/first_name", json!(" "), "customer_first_name_is_empty"),
            ("/customer/gender", json!("x"), "customer_gender_is_not_valid"),
            ("/customer_contact/email", json!("none"), "customer_contact_email_is_not_valid"),
            ("/customer_contact/mobile", json!("none"), "customer_contact_mobile_is_not_valid"),
            ("/customer_contact/mobile", Value::Null, "customer_contact_mobile_is_missing"),
            ("/customer_identification", json!({"document_type": "id_card"}), "customer_identification_document_number_is_missing"),
            ("/customer_identification", json!({"document_type": "id_card", "document_number": "1", "document_valid_to": "soon"}), "customer_identification_document_valid_to_is_not_valid"),
            ("/customer_addresses", json!([{"country": "Estonia"}]), "customer_addresses_country_is_not_valid"),
            ("/customer_addresses", json!(["NIINE"]), "customer_addresses_is_not_valid"),
            ("/consents", json!([{"value": true}]), "consents_type_is_missing"),
            ("/consents", json!([{"type": "EMTA_REGISTRY_QUERY"}]), "consents_value_is_missing"),
            ("/consents", json!([{"type": "EMTA_REGISTRY_QUERY", "value": "yes"}]), "consents_value_is_not_valid"),
            ("/purchase", json!([]), "purchase_is_not_valid"),
            ("/partner_urls/callback_url", json!("shop"), "partner_urls_callback_url_is_not_valid"),
        ],
    )
    .await;
    expect_codes(
        Region::Latvia,
        &[(
            "/customer/identity_code",
            json!("01019012345"),
            "customer_identity_code_is_not_valid",
        )],
    )
    .await;
}

#[tokio::test]
async fn a_product_asks_for_further_fields() {
    let shop = Shop::open(Region::Latvia).await;
    let code = "hire_purchase_income";
    let (_, product) = shop
        .get(&format!("v2/{{shop}}/products?product_code={code}"))
        .await;
    assert_eq!(
        product["parameters"]["application_required_params"],
        json!([
            "credit_application.monthly_income",
            "credit_application.monthly_financial_obligations",
            "purchase.description",
        ])
    );
    let mut body = application(&shop.sandbox, code, "300");
    body["credit_application"]["monthly_income"] = json!("900");
    body["credit_application"]["monthly_financial_obligations"] = json!(0);
    body["purchase"] = json!({"description": ""});
    assert_eq!(
        shop.post("v2/{shop}/applications", &body).await,
        (422, json!({"message": ["purchase_description_is_empty"]}))
    );
    body["purchase"] = json!({"description": "A bicycle", "items": [{"any": 1.50}]});
    let id = shop.send(&body).await;
    let shown = shop.poll(id).await;
    assert_eq!(shown["purchase"], body["purchase"]);

    let mut body = application_v3(&shop.sandbox, code, "300");
    body["creditApplication"]["monthlyIncome"] = json!(900);
    let (_, refused) = shop.post("v3/{shop}/applications", &body).await;
    assert_eq!(
        refused["message"],
        json!([
            "credit_application_monthly_financial_obligations_is_missing",
            "purchase_description_is_missing",
        ])
    );
}

#[tokio::test]
async fn pay_next_month_is_not_sold_directly() {
    let shop = Shop::open(Region::Estonia).await;
    let mut body = application(&shop.sandbox, "pay_next_month", "150");
    body["credit_application"]["period"] = json!(1);
    assert_eq!(
        shop.post("v2/{shop}/applications", &body).await,
        (
            422,
            json!({"message": ["credit_application_product_code_is_not_valid"]})
        )
    );
}

#[tokio::test]
async fn the_spelling_of_the_other_version_is_refused() {
    let shop = Shop::open(Region::Estonia).await;
    let v2 = application(&shop.sandbox, "hire_purchase", "300");
    let v3 = application_v3(&shop.sandbox, "hire_purchase", "300");
    assert_eq!(shop.post("v2/{shop}/applications", &v3).await.0, 422);
    assert_eq!(shop.post("v3/{shop}/applications", &v2).await.0, 422);
    for path in [
        "v2/{shop}/account-statements/bank-list",
        "v3/{shop}/account_statements/bank_list",
        "v2/{shop}/account_statements/bank_list/a/b",
        "v2/{shop}/applications",
    ] {
        assert_eq!(
            shop.get(path).await,
            (404, json!({"message": "not_found"})),
            "{path}"
        );
    }
}

#[tokio::test]
async fn unknown_things_are_not_found_and_bodies_are_json() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, from_session) = shop.contract("hire_purchase").await;
    for (method, path, body, code) in [
        (
            Method::GET,
            "applications/x".to_owned(),
            None,
            "application_not_found",
        ),
        (
            Method::POST,
            "applications/x/accept".to_owned(),
            None,
            "application_not_found",
        ),
        (
            Method::POST,
            "applications/x/cancel".to_owned(),
            None,
            "application_not_found",
        ),
        (
            Method::POST,
            format!("contracts/{from_session}/signings"),
            Some(json!({"method": "digital"})),
            "contract_not_found",
        ),
        (
            Method::PATCH,
            "contracts/x/signings".to_owned(),
            Some(json!({})),
            "contract_not_found",
        ),
        (
            Method::POST,
            "contracts/x/payment_link".to_owned(),
            Some(json!({})),
            "contract_not_found",
        ),
    ] {
        let mut request = shop.request(method, &format!("v2/{{shop}}/{path}"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        assert_eq!(
            read(request).await,
            (404, json!({"message": [code]})),
            "{path}"
        );
    }
    for path in [
        "applications",
        "account_statements/initiate_retrieval",
        "contracts/x/signings",
        "contracts/x/payment_link",
    ] {
        let path = format!("v2/{{shop}}/{path}");
        let (_, refused) = shop.act(&path).await;
        assert_eq!(refused, json!({"message": ["content_type_is_not_valid"]}));
        let request = shop.request(Method::POST, &path).body("{");
        let (_, refused) = read(request.header(header::CONTENT_TYPE, "application/json")).await;
        assert_eq!(refused, json!({"message": ["request_body_is_not_valid"]}));
    }
}
