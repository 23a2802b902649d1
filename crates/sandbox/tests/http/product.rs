use inbank_sandbox::{Family, Product, Region, Sandbox};
use serde_json::json;

use crate::shop::{Shop, read};

#[tokio::test]
async fn a_product_tells_its_limits_and_whether_it_waits_for_approval() {
    let shop = Shop::open(Region::Estonia).await;
    for (code, approval) in [
        ("hire_purchase", "false"),
        ("hire_purchase_approval", "true"),
    ] {
        let (status, product) = shop
            .get(&format!("v2/{{shop}}/products?product_code={code}"))
            .await;
        assert_eq!(status, 200);
        assert_eq!(product["code"], code);
        assert_eq!(product["type"], "hire_purchase");
        let parameters = &product["parameters"];
        assert_eq!(parameters["min_amount"], "0.0");
        assert_eq!(parameters["max_amount"], "20000.0");
        assert_eq!(
            parameters["period_options"],
            json!([3, 6, 12, 18, 24, 36, 48, 60])
        );
        assert_eq!(parameters["default_amount"], "null");
        assert_eq!(
            parameters["contract_activation_requires_partner_approval"],
            approval
        );

        let (_, product) = shop
            .get(&format!("v3/{{shop}}/products?productCode={code}"))
            .await;
        assert_eq!(
            product["parameters"]["contractActivationRequiresPartnerApproval"],
            approval
        );
    }
}

#[tokio::test]
async fn a_code_with_a_per_cent_sign_has_to_be_encoded() {
    let shop = Shop::open(Region::Poland).await;
    let code = "hirepurchase_epos_0.0%_ab12";
    let request = shop.request(
        reqwest::Method::GET,
        "v2/{shop}/products?product_code=hirepurchase_epos_0.0%25_ab12",
    );
    let (status, product) = read(request).await;
    assert_eq!((status, product["code"].as_str()), (200, Some(code)));
    assert_eq!(
        shop.get("v2/{shop}/products").await,
        (422, json!({"message": ["product_code_is_missing"]}))
    );
}

#[tokio::test]
async fn tests_bring_products_of_their_own() {
    let product = Product::new("two_months", Family::HirePurchase).with_periods([2]);
    let shop = Shop::with(Sandbox::builder(Region::Czechia).product(product)).await;
    let (_, product) = shop.get("v2/{shop}/products?product_code=two_months").await;
    assert_eq!(product["parameters"]["period_options"], json!([2]));
    assert!(
        shop.sandbox
            .products()
            .iter()
            .any(|product| product.code() == "two_months")
    );
}
