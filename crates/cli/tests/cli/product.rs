use inbank_sandbox::Region;
use serde_json::json;

use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_shown_with_its_limits() {
    let shop = Shop::open().await;
    let product = shop.run(&["product", "hire_purchase_approval"]).json();
    assert_eq!(product["code"], "hire_purchase_approval");
    assert_eq!(product["family"], "hire_purchase");
    assert_eq!(product["currency"], "EUR");
    assert_eq!(
        (&product["min_amount"], &product["max_amount"]),
        (&json!("0.0"), &json!("20000.0"))
    );
    assert_eq!(product["periods"], json!([3, 6, 12, 18, 24, 36, 48, 60]));
    assert_eq!(product["requires_merchant_approval"], true);

    let run = shop.text(&["product", "hire_purchase_approval"]);
    let text = run.text();
    assert!(text.contains("  20000.00 EUR\n"), "{text}");
    assert!(
        text.contains("Merchant approval ") && text.contains("  required\n"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_with_a_percent_sign_is_found_in_every_version_and_region() {
    for region in [
        Region::Estonia,
        Region::Poland,
        Region::Czechia,
        Region::Lithuania,
    ] {
        let shop = Shop::of(region).await;
        for version in ["v2", "v3"] {
            let code = "hirepurchase_epos_0.0%_ab12";
            let product = shop
                .run(&["product", code, "--api-version", version])
                .json();
            assert_eq!(product["code"], code);
            assert_eq!(product["currency"], region.currency());
        }
    }
}
