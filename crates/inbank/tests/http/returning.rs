use axum::http::StatusCode;
use inbank::http::callback_form;

use crate::house::{Answer, House, MESSAGE, NOW, key, signed, signed_by_a_browser};

const PAGE: &str = "https://shop.example/orders/order-1";

fn forged() -> String {
    callback_form(&key("nobody"), NOW, MESSAGE).unwrap()
}

fn assert_safe(answer: &Answer) {
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
}

fn assert_page(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_safe(answer);
    for part in [
        "<!doctype html>",
        "<html lang=\"en\">",
        "<title>",
        "name=\"viewport\"",
    ] {
        assert!(answer.text.contains(part), "{part}");
    }
    for part in ["src=", "<script", "<link", "url("] {
        assert!(!answer.text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn a_browser_with_the_signed_form_is_kept_and_sent_on() {
    let house = House::new().await;
    let answer = house
        .send("POST", &house.path("return"), signed_by_a_browser())
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), PAGE);
    assert_safe(&answer);
    assert_eq!(house.kept().await, 1);
    let answer = house.send("POST", &house.path("callbacks"), signed()).await;
    assert_eq!(answer.text, "kept before\n");
    assert_eq!(house.kept().await, 1);
}

#[tokio::test]
async fn a_browser_without_a_form_is_sent_on_and_nothing_is_kept() {
    let house = House::new().await;
    for method in ["GET", "HEAD", "POST"] {
        let answer = house.send(method, &house.path("return"), "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method}");
        assert_eq!(answer.header("location"), PAGE);
        assert_safe(&answer);
    }
    assert_eq!(house.kept().await, 0);
}

#[tokio::test]
async fn a_browser_that_returns_wakes_its_order_whatever_it_brings() {
    for (method, body) in [
        ("GET", String::new()),
        ("POST", String::new()),
        ("POST", signed()),
    ] {
        let house = House::new().await;
        assert_eq!(house.due().await, 0);
        house.send(method, &house.path("return"), body).await;
        assert_eq!(house.due().await, 1, "{method}");
    }
}

#[tokio::test]
async fn a_forged_form_is_refused_with_a_way_to_the_shop() {
    let house = House::open(
        "o'1\"><b>",
        Some("https://shop.example/?a=1&o={order_reference}"),
    )
    .await;
    let answer = house.send("POST", &house.path("return"), forged()).await;
    assert_page(&answer, StatusCode::UNAUTHORIZED);
    let link = "<a href=\"https://shop.example/?a=1&amp;o=o%271%22%3E%3Cb%3E\">";
    assert!(answer.text.contains(link), "{}", answer.text);
    assert_eq!(house.kept().await, 0);
}

#[tokio::test]
async fn an_order_with_an_odd_name_has_its_page() {
    let name = "Tellimus \"õ\" 1/2 #3 <b>";
    let house = House::open(
        name,
        Some("https://shop.example/{order_reference}?f={attempt}"),
    );
    let house = house.await;
    let answer = house.send("POST", &house.path("return"), signed()).await;
    let order = "Tellimus%20%22%C3%B5%22%201%2F2%20%233%20%3Cb%3E";
    let page = format!("https://shop.example/{order}?f={}", house.id);
    assert_eq!(answer.header("location"), page);
}

#[tokio::test]
async fn without_a_page_of_the_shop_there_is_a_small_one() {
    let house = House::open("order-1", None).await;
    for (method, body) in [("GET", String::new()), ("POST", signed())] {
        let answer = house.send(method, &house.path("return"), body).await;
        assert_page(&answer, StatusCode::OK);
    }
    assert_eq!(house.kept().await, 1);
    let answer = house.send("POST", &house.path("return"), forged()).await;
    assert_page(&answer, StatusCode::UNAUTHORIZED);
    assert!(!answer.text.contains("<a "));
}

#[tokio::test]
async fn an_unknown_order_has_a_page_that_says_so() {
    let house = House::new().await;
    for path in ["/return/main/other", "/return/other/a", "/return/%FF/%FF"] {
        for (method, body) in [("GET", String::new()), ("POST", String::new())] {
            let answer = house.send(method, path, body).await;
            assert_page(&answer, StatusCode::NOT_FOUND);
        }
    }
    let answer = house.send("POST", "/return/main/other", signed()).await;
    assert_page(&answer, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_customer_waits_while_the_store_is_down() {
    let house = House::new().await;
    for (method, body, calls) in [("GET", String::new(), 1), ("POST", signed(), 2)] {
        house.ledger.fail_next(calls);
        let answer = house.send(method, &house.path("return"), body).await;
        assert_page(&answer, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.header("retry-after"), "10");
        assert_eq!(answer.header("refresh"), "10");
    }
    let answer = house.send("GET", &house.path("return"), "").await;
    assert_eq!(answer.header("location"), PAGE);
}

#[tokio::test]
async fn a_form_that_could_not_be_kept_does_not_hold_the_customer_up() {
    let house = House::new().await;
    house.ledger.fail_next(1);
    let answer = house.send("POST", &house.path("return"), signed()).await;
    assert_eq!(answer.header("location"), PAGE);
    assert_eq!(house.kept().await, 0);
}
