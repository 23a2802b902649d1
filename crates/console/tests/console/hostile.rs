use axum::http::StatusCode;

use crate::browser::{Answer, fields};
use crate::house::{ADMIN, House, OTHER, WRITER, key};

const DECIDE: &str = "/console/order/decide";

/// The page that asks whether an order is to be approved, and somebody's browser.
async fn asked(house: &House) -> (crate::browser::Browser, Answer) {
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let path = format!("{DECIDE}?shop=main&reference=1001&deed=approve");
    let page = browser.page(&path).await;
    (browser, page)
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let house = House::new();
    let (mut browser, page) = asked(&house).await;
    let mut sent = page.hidden(DECIDE);
    sent.extend(fields(&[("reason", "click here")]));
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
    ] {
        let answer = browser.post_from(DECIDE, &sent, headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.words().contains("came from another site"));
    }
    // From a browser that says nothing, the session's own token is what tells.
    for form in ["", "0", &"0".repeat(64)] {
        let mut forged = sent.clone();
        for field in &mut forged {
            if field.0 == "form" {
                form.clone_into(&mut field.1);
            }
        }
        let answer = browser.post_from(DECIDE, &forged, &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.words().contains("This form is too old"));
    }
    let other = house.signed_in(ADMIN).await.page("/console/").await;
    let own = other.hidden("/console/sign-out");
    let mut of_other = sent.clone();
    of_other.retain(|(name, _)| name != "form");
    of_other.extend(own);
    let answer = browser.post(DECIDE, &of_other).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "another session's");
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert!(house.records().await.is_empty());
    let done = browser.post(DECIDE, &sent).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
}

#[tokio::test]
async fn a_token_of_another_shop_finds_nothing_of_this_one_and_does_nothing_to_it() {
    let house = House::new();
    let (_, page) = asked(&house).await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(OTHER).await;
    for path in [
        "/console/order?shop=main&reference=1001",
        "/console/order?shop=main&reference=1002",
        "/console/order/decide?shop=main&reference=1001&deed=approve",
        "/console/order/erase?shop=main&reference=1002",
        "/console/order/erase?shop=main&reference=1002&done=1",
        "/console/shop?shop=main",
        "/console/shop/check?shop=main",
        "/console/shop/change?shop=main&change=keys",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let none = browser.get(&path.replace("main", "no-such-shop")).await;
        assert_eq!(answer.words(), none.words(), "not told apart: {path}");
    }
    for path in [
        "/console/",
        "/console/orders",
        "/console/orders?shop=main",
        "/console/orders?needs_person=1",
        "/console/orders?reference=1001",
        "/console/shops",
        "/console/audit?shop=main",
        "/console/export",
        "/console/export/orders.csv?from=2020-01-01&until=2030-01-01",
        "/console/export/events.csv?from=2020-01-01&until=2030-01-01&shop=main",
    ] {
        let answer = browser.page(path).await;
        // What was asked for is said back.
        let shown = answer.text.replace("value=\"1001\"", "");
        let shown = shown.replace("called 1001", "");
        for hidden in ["1001", "1002", ">main<", "499.90"] {
            assert!(!shown.contains(hidden), "{path} shows {hidden}");
        }
    }
    let found = browser.page("/console/find?reference=1001").await;
    let says = "No order has the reference";
    assert!(found.words().contains(says), "{}", found.words());
    let own = browser.page("/console/").await.hidden("/console/sign-out");
    let mut sent = page.hidden(DECIDE);
    sent.retain(|(name, _)| name != "form");
    sent.extend(own);
    sent.extend(fields(&[("reason", "mine now"), ("change", "remove")]));
    for path in [DECIDE, "/console/order/erase", "/console/shop/change"] {
        let answer = browser.post(path, &sent).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert!(house.records().await.is_empty() && house.desk.done().is_empty());
}

/// 64 characters that mean something somewhere.
const ODD: &str = r#"<script>alert(1)</script>"'&amp;/../?#%2e%00=+-@;,|\{}$()`~^[]õ"#;

#[tokio::test]
async fn a_reference_of_odd_characters_is_text_on_every_page_and_found_by_every_link() {
    let house = House::new();
    for reference in [ODD, "..", ".", "%2F", "a/b", "=1+1", "<b>"] {
        house.troubled(reference).await;
        let mut browser = house.signed_in(WRITER).await;
        let list = browser.page("/console/orders").await;
        assert!(
            !list.text.contains("<script>alert") && !list.text.contains("<b>"),
            "{reference}"
        );
        let to = list.link_to(reference).unwrap();
        let order = browser.page(&to).await;
        assert!(
            order.words().contains(reference.trim()) || reference.contains('<'),
            "{reference}"
        );
        assert!(
            !order.text.contains("<script>alert") && !order.text.contains("<b>"),
            "{reference}"
        );
        let asked = browser.page(&order.link("Mark as seen to").unwrap()).await;
        assert!(
            !asked.text.contains("<script>alert") && !asked.text.contains("<b>"),
            "{reference}"
        );
        let done = browser
            .send(&asked, DECIDE, &[("reason", "<i>seen</i>")])
            .await;
        let order = browser.page(done.location()).await;
        assert!(
            order.words().contains("It was marked as seen to."),
            "{reference}"
        );
        assert!(!order.text.contains("<i>seen"), "{reference}");
        let found = house.ledger_order(&key(reference)).await;
        assert!(found.needs_person.is_none(), "{reference}");
        let path = order.finding(reference);
        let found = browser.get(&path).await;
        assert_eq!(found.location(), to, "{reference}");
        let audit = browser.page("/console/audit").await;
        assert!(!audit.text.contains("<script>alert") && !audit.text.contains("<i>seen"));
    }
}

#[tokio::test]
async fn what_a_desk_says_is_text() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(ADMIN).await;
    for path in [
        "/console/order?shop=main&reference=1001",
        "/console/shop?shop=main",
    ] {
        let page = browser.page(path).await;
        assert!(
            !page.text.contains("<b>it answered") && !page.text.contains("<hook>"),
            "{path}"
        );
        assert!(page.text.contains("it answered 500"), "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_without_harm() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    for path in [
        "/console/order",
        "/console/order?shop=&reference=",
        "/console/order?shop=main&reference=%00",
        "/console/order?shop=main&reference=%FF%FE",
        "/console/orders?after=x",
        "/console/orders?after=99999999999999999999999999999999&after_shop=main&after_reference=1",
        "/console/audit?before=x",
        "/console/order/decide?shop=main&reference=1001&deed=pay",
        "/console/shop/change?shop=main&change=none",
        "/console/nothing/at/all",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{path}: {}",
            answer.words()
        );
        assert!(answer.text.starts_with("<!doctype html>"), "{path}");
    }
    let page = browser
        .get("/console/orders?reference=%00&from=2026-02-30")
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "x".repeat(20_000);
    for browser in [&mut browser, &mut house.browser()] {
        for path in [DECIDE, "/console/shop/add", "/console/sign-in"] {
            let answer = browser.post(path, &fields(&[("reason", &long)])).await;
            if browser.cookie().is_none() && path != "/console/sign-in" {
                // Nothing of it is read.
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
                continue;
            }
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
            assert!(
                answer.words().contains("16 KiB") && answer.words().contains("Nothing was done"),
                "{}",
                answer.words()
            );
        }
    }
}

#[tokio::test]
async fn signs_that_nobody_sees_are_shown_and_turn_nothing_round() {
    let house = House::new();
    let reference = "10\u{202e}9001\u{200b}\u{a0}x\u{e0041}";
    house.waiting(reference).await;
    let mut browser = house.signed_in(ADMIN).await;
    let list = browser.page("/console/orders").await;
    let shown = "10[U+202E]9001[U+200B][U+00A0]x[U+E0041]";
    let order = browser.page(&list.link(shown).unwrap()).await;
    let asked = browser.page(&order.link("Approve").unwrap()).await;
    let reason = "in\u{2066} stock\u{feff}";
    let done = browser.send(&asked, DECIDE, &[("reason", reason)]).await;
    let done = browser.page(done.location()).await;
    let audit = browser.page("/console/audit").await;
    let erase = browser.get(&asked.link("Leave it as it is").unwrap()).await;
    for page in [&list, &order, &asked, &done, &audit, &erase] {
        assert!(page.words().contains(shown), "{}", page.words());
        let unseen =
            |sign: &char| "\u{202e}\u{200b}\u{a0}\u{e0041}\u{2066}\u{feff}".contains(*sign);
        let words = page.words();
        assert_eq!(words.chars().find(unseen), None, "{words}");
    }
    for page in [&done, &audit] {
        assert!(
            page.words().contains("in[U+2066] stock[U+FEFF]"),
            "{}",
            page.words()
        );
    }
    // What a form carries on is the reference itself, so that this very order was approved.
    let found = house.ledger_order(&key(reference)).await;
    assert_eq!(found.status(), inbank_domain::OrderStatus::Paid);
}
