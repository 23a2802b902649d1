use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::browser::{Browser, fields};
use crate::house::{House, READER, WRITER};

#[tokio::test]
async fn whoever_has_not_signed_in_is_led_to_the_form_and_then_to_the_page() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.browser();
    let wanted = "/console/order?shop=main&reference=1001";
    let asked = browser.get(wanted).await;
    let form = browser.page(asked.location()).await;
    assert!(form.words().contains("Sign in"), "{}", form.words());
    let mut sent = form.hidden("/console/sign-in");
    sent.extend(fields(&[("token", READER)]));
    let begun = browser.post("/console/sign-in", &sent).await;
    let on = browser.get(begun.location()).await;
    assert_eq!(on.location(), wanted);
    let page = browser.page(wanted).await;
    assert!(page.words().contains("Carl read"), "{}", page.words());
}

#[tokio::test]
async fn a_form_of_nobody_does_nothing_and_leads_to_the_form_for_signing_in() {
    let house = House::new();
    house.waiting("1001").await;
    let sent = fields(&[("shop", "main"), ("reference", "1001"), ("deed", "approve")]);
    let answer = house.browser().post("/console/order/decide", &sent).await;
    assert_eq!(answer.location(), "/console/sign-in");
    assert_eq!(house.bank.calls("contract.approve"), 0);
}

#[tokio::test]
async fn wrong_tokens_are_refused_and_after_ten_of_them_an_address_waits() {
    let house = House::new();
    let mut browser = house.browser();
    for _ in 0..10 {
        let answer = browser.sign_in("no-such-token-at-all").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(browser.cookie().is_none());
        assert!(answer.words().contains("No user has this token"));
        assert!(!answer.text.contains("no-such-token-at-all"));
    }
    let answer = browser.sign_in(WRITER).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), "60");
    // Others are locked out by nobody.
    let sent = fields(&[("token", WRITER)]);
    let elsewhere = [("x-forwarded-for", "203.0.113.9")];
    let answer = browser
        .post_from("/console/sign-in", &sent, &elsewhere)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    house.pass(std::time::Duration::from_mins(1));
    assert_eq!(browser.sign_in(WRITER).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookie_is_told_why() {
    let house = House::new();
    let begun = house.browser().sign_in(WRITER).await;
    let mut forgetful = house.browser();
    let page = forgetful.page(begun.location()).await;
    assert!(
        page.words().contains("did not keep the session's cookie"),
        "{}",
        page.words()
    );
}

#[tokio::test]
async fn signing_out_ends_the_session_in_this_browser() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let page = browser.page("/console/").await;
    let answer = browser.send(&page, "/console/sign-out", &[]).await;
    assert_eq!(answer.location(), "/console/sign-in");
    assert!(browser.cookie().is_none());
    assert!(browser.get("/console/").await.status.is_redirection());
}

#[tokio::test]
async fn a_link_of_another_site_is_followed_once_more_since_it_brings_no_cookie() {
    let house = House::new();
    let path = "/console/order?shop=main&reference=1001";
    let request = Request::get(path).header("sec-fetch-site", "cross-site");
    let answer = house
        .browser()
        .ask(request.body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("refresh"), format!("0; url={path}"));
    assert!(answer.link("Go on to the console").is_some());
    // The second time nothing brings it back to itself.
    let request = Request::get(path).header("sec-fetch-site", "same-origin");
    let answer = house
        .browser()
        .ask(request.body(Body::empty()).unwrap())
        .await;
    assert!(answer.location().starts_with("/console/sign-in"));
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_others_out() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    for path in [
        "/console",
        "/console/",
        "/console/sign-in",
        "/console/style.css",
        "/console/refresh.js",
        "/console/icon.svg",
        "/console/no-such-page",
        "/console/order?shop=main&reference=none",
        "/console/export/orders.csv?from=2026-01-01&until=2026-01-02",
    ] {
        for browser in [&mut browser, &mut Browser::new(house.router())] {
            let answer = browser.get(path).await;
            let policy = answer.header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{path}");
            assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}
