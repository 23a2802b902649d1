use inbank_sandbox::{Family, Product, Region, Sandbox};
use reqwest::Method;

use crate::shop::{Shop, read};
use crate::tenant::{PHONE, cart, hero, identifiers, rental};

/// Codes with a per cent sign are public, and in rental paths the code is a segment.
#[tokio::test]
async fn a_product_code_may_be_percent_encoded_in_every_rental_path() {
    let code = "rent 0.0%/a+b";
    let product = Product::new(code, Family::SmartRent);
    let builder = Sandbox::builder(Region::Estonia).product(product);
    let shop = Shop::with(builder).await;
    let mut body = rental(&shop.sandbox, PHONE, "400", "http://127.0.0.1:9");
    body["product_code"] = code.into();
    let session = shop.open_session(&body).await;
    shop.sandbox.customer_applies(session).unwrap();
    let contract = shop.sandbox.session(session).unwrap().contract.unwrap();
    let contract = format!("contracts/{contract}");
    let known = "?identifierType=EAN&identifier=88845632734657";
    let calls = |product: &str| {
        let path = |rest: &str| format!("v3/{{shop}}/rental/products/{product}/{rest}");
        let (model, identified) = (
            path(&format!("detailed-asset-model{known}")),
            path(&format!("{contract}/asset-identifiers")),
        );
        [
            shop.request(Method::GET, &model),
            shop.request(Method::POST, &path("calculations"))
                .json(&cart(12, &[hero(PHONE, 400)])),
            shop.request(Method::PATCH, &identified)
                .json(&identifiers()),
            shop.request(Method::POST, &path(&format!("{contract}/activation"))),
            shop.request(Method::GET, &path(&contract)),
        ]
    };
    for product in [
        "rent",
        "rent%200.0%25%2Fa%2Fb",
        "rent%25200.0%2525%252Fa%252Bb",
    ] {
        for call in calls(product) {
            assert_eq!(read(call).await.0, 404, "{product}");
        }
    }
    let mut statuses = Vec::new();
    for call in calls("rent%200.0%25%2Fa%2Bb") {
        statuses.push(read(call).await.0);
    }
    assert_eq!(statuses, [200, 201, 204, 204, 200]);
    // A plus sign stands for itself in a path, encoded or not.
    let shown = calls("rent%200.0%25%2fa+b")
        .into_iter()
        .next_back()
        .unwrap();
    assert_eq!(read(shown).await.1["productCode"], code);
}
