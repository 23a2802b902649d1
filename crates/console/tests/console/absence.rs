//! Orders of shops for which this process doesn't work.

use crate::house::{ADMIN, House, shop};

const ORDER: &str = "/console/order?shop=main&reference=1001";

#[tokio::test]
async fn an_order_of_a_shop_that_was_removed_is_told_from_one_of_a_shop_that_cannot_be_used_here() {
    let house = House::new();
    house.waiting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    let pages = ["/console/", "/console/orders", "/console/shops", ORDER];
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
    house.remove("main");
    for path in pages {
        let page = browser.page(path).await;
        let words = page.words();
        assert!(words.contains("removed"), "{path}: {words}");
        assert!(!words.contains("can’t be used here"), "{path}: {words}");
    }
    let order = browser.page(ORDER).await;
    assert!(order.words().contains(removed), "{}", order.words());
}
