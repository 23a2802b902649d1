//! Finding orders whose references have spaces at their ends, and those that are asked for with spaces around them.

use axum::http::StatusCode;

use crate::house::{House, READER};

#[tokio::test]
async fn spaces_at_the_ends_of_a_reference_are_part_of_it_where_an_order_is_called_so() {
    let house = House::new();
    for reference in ["1001", " 1001", "1002", "1003 "] {
        house.waiting(reference).await;
    }
    let mut browser = house.signed_in(READER).await;
    for (typed, called) in [
        ("1001", "1001"),
        (" 1001", "%201001"),
        ("1001 ", "1001"),
        (" 1002 ", "1002"),
        ("\t1002", "1002"),
        ("1003 ", "1003%20"),
    ] {
        let find = browser.page("/console/").await.finding(typed);
        let found = browser.get(&find).await;
        let order = format!("/console/order?shop=main&reference={called}");
        assert_eq!(found.location(), order, "{typed:?}");
        // A list does the same.
        let listed = find.replace("/console/find", "/console/orders");
        let listed = browser.page(&listed).await;
        let links = listed.text.matches("/console/order?").count();
        assert_eq!(links, 1, "{typed:?}: {}", listed.words());
        let link = format!("{order}\"").replace('&', "&#38;");
        assert!(listed.text.contains(&link), "{typed:?}: {}", listed.text);
    }
    let find = browser.page("/console/").await.finding("1003");
    let none = browser.page(&find).await;
    assert!(none.words().contains("No such order"), "{}", none.words());
    let find = browser.page("/console/").await.finding("  ");
    let all = browser.get(&find).await;
    assert_eq!(all.location(), "/console/orders");
    let nothing = browser.get("/console/orders?reference=%20%09").await;
    assert_eq!(nothing.status, StatusCode::OK, "{}", nothing.words());
}
