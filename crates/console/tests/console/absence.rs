//! Orders of shops for which this process doesn't work.

use axum::http::StatusCode;

use crate::house::{ADMIN, House, MAIN, OTHER, shop};

const ORDER: &str = "/console/order?shop=main&reference=1001";

#[tokio::test]
async fn an_order_of_a_shop_that_was_removed_is_told_from_one_of_a_shop_that_cannot_be_used_here() {
    let house = House::new();
    house.waiting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    let pages = ["/console/", "/console/orders", "/console/shops", ORDER];
    let of_shop = "/console/shop?shop=main";
    let removed = "it was removed";
    let unusable = "This process can’t use the shop";
    for path in pages {
        let page = browser.page(path).await;
        for word in ["removed", "can’t be used here"] {
            assert!(!page.words().contains(word), "{path}: {}", page.words());
        }
    }
    house.worker.shops().withhold(shop("main"));
    for path in pages {
        let page = browser.page(path).await;
        let words = page.words();
        assert!(words.contains("can’t be used here"), "{path}: {words}");
        assert!(!words.contains("removed"), "{path}: {words}");
    }
    let order = browser.page(ORDER).await;
    assert!(order.words().contains(unusable), "{}", order.words());
    assert!(order.link("Approve").is_none());
    let page = browser.page(of_shop).await;
    assert!(page.words().contains(unusable), "{}", page.words());
    assert!(page.link("Its orders").is_some());
    // Whose own it is sees so, and its orders.
    let mut own = house.signed_in(MAIN).await;
    for path in pages.into_iter().chain([of_shop]).skip(1) {
        let page = own.page(path).await;
        let words = page.words();
        assert!(
            words.contains("can’t be used here") || words.contains(unusable),
            "{path}: {words}"
        );
    }
    house.remove("main");
    assert_eq!(own.get(of_shop).await.status, StatusCode::NOT_FOUND);
    assert_eq!(own.get(ORDER).await.status, StatusCode::NOT_FOUND);
    for path in pages {
        let page = browser.page(path).await;
        let words = page.words();
        assert!(words.contains("removed"), "{path}: {words}");
        assert!(!words.contains("can’t be used here"), "{path}: {words}");
    }
    for path in [ORDER, of_shop] {
        let page = browser.page(path).await;
        assert!(page.words().contains(removed), "{path}: {}", page.words());
    }
    // Of a shop that there never was, and of one that is another's, nothing is said.
    for (token, shop) in [(ADMIN, "nowhere"), (OTHER, "main")] {
        let mut browser = house.signed_in(token).await;
        let page = browser.get(&format!("/console/shop?shop={shop}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.words());
    }
}
