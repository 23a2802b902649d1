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
async fn a_form_of_a_session_that_has_ended_does_nothing_says_so_and_leads_back_to_the_question() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let question = "/console/order/decide?shop=main&reference=1001&deed=approve&attempt=1";
    let asked = browser.page(question).await;
    house.pass(std::time::Duration::from_hours(8));
    let filled = [("reason", "in stock")];
    let ended = browser.send(&asked, "/console/order/decide", &filled).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    assert!(
        ended
            .words()
            .contains("Your session has ended Nothing was done."),
        "{}",
        ended.words()
    );
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert!(house.records().await.is_empty());
    // Whoever signs in is asked once more, and nothing is filled in.
    let form = browser.page(&ended.link("Sign in").unwrap()).await;
    let mut sent = form.hidden("/console/sign-in");
    sent.extend(fields(&[("token", WRITER)]));
    let begun = browser.post("/console/sign-in", &sent).await;
    let on = browser.get(begun.location()).await;
    assert_eq!(on.location(), question);
    let asked = browser.page(question).await;
    assert_eq!(asked.value("reason"), "");
    assert_eq!(house.bank.calls("contract.approve"), 0);
    browser
        .send(&asked, "/console/order/decide", &filled)
        .await
        .location();
    assert_eq!(house.bank.calls("contract.approve"), 1);
}

#[tokio::test]
async fn signing_out_of_a_session_that_has_ended_leads_to_the_form_for_signing_in() {
    let house = House::new();
    let answer = house.browser().post("/console/sign-out", &[]).await;
    assert_eq!(answer.location(), "/console/sign-in");
}

#[tokio::test]
async fn a_form_of_another_session_of_the_same_browser_leads_to_the_question() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let question = "/console/order/decide?shop=main&reference=1001&deed=approve&attempt=1";
    let asked = browser.page(question).await;
    browser.sign_in(WRITER).await;
    let filled = [("reason", "in stock")];
    let stale = browser.send(&asked, "/console/order/decide", &filled).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    assert!(
        stale.words().contains("Nothing was done"),
        "{}",
        stale.words()
    );
    assert_eq!(stale.link("Open it anew").as_deref(), Some(question));
    assert!(house.records().await.is_empty());
}

#[tokio::test]
async fn wrong_tokens_are_refused_and_after_ten_of_them_an_address_waits() {
    let house = House::new();
    let mut browser = house.browser();
    for _ in 0..10 {
        let answer = browser.sign_in("no-such-token-at-all").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(browser.cookie().is_none());
        assert!(answer.words().contains("This token is not known"));
        assert!(!answer.text.contains("no-such-token-at-all"));
    }
    let answer = browser.sign_in(WRITER).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), "60");
    // Others are locked out by nobody.
    let answer = browser.at(Some("203.0.113.9")).sign_in(WRITER).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    house.pass(std::time::Duration::from_mins(1));
    assert_eq!(browser.sign_in(WRITER).await.status, StatusCode::SEE_OTHER);
}

/// Tries to sign in through what stands in front, if anything does.
async fn tries(browser: &Browser, seen: &str, token: &str) -> StatusCode {
    let sent = fields(&[("token", token)]);
    let headers = [("x-forwarded-for", seen)];
    let mut browser = browser.clone();
    let answer = browser.post_from("/console/sign-in", &sent, &headers).await;
    answer.status
}

#[tokio::test]
async fn what_a_proxy_says_of_an_address_is_believed_with_a_port_and_without() {
    let house = House::new();
    let proxy = house.browser().at(Some("10.0.0.2"));
    let seen = |port: usize| match port % 3 {
        0 => format!("203.0.113.7:{port}"),
        1 => format!("9.9.9.9, 203.0.113.7:{port}"),
        _ => "203.0.113.7".to_owned(),
    };
    for port in 1..=10 {
        assert_eq!(
            tries(&proxy, &seen(port), "x").await,
            StatusCode::UNAUTHORIZED
        );
    }
    let refused = StatusCode::TOO_MANY_REQUESTS;
    assert_eq!(tries(&proxy, &seen(11), WRITER).await, refused);
    for other in ["203.0.113.8:7", "[2001:db8::1]:99", "[2001:db8:1::1]"] {
        let status = tries(&proxy, other, WRITER).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{other}");
    }
}

#[tokio::test]
async fn a_strangers_connection_does_not_choose_its_own_address() {
    let house = House::new();
    for (peer, most) in [
        (Some("198.51.100.1"), 10),
        (Some("::ffff:198.51.100.2"), 10),
        (Some("2001:db8::1"), 10),
        // Nobody says where it is from: all of those count together.
        (None, 100),
    ] {
        let stranger = house.browser().at(peer);
        for n in 0..most {
            let status = tries(&stranger, &format!("203.0.113.{n}"), "x").await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{peer:?} {n}");
        }
        let status = tries(&stranger, "203.0.113.200", "x").await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS, "{peer:?}");
        // An address of version 4 that came in by a socket of version 6 is counted as itself.
        let other = stranger.at(Some("::ffff:198.51.100.3"));
        assert_eq!(tries(&other, "", WRITER).await, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn networks_of_one_site_are_counted_together_but_for_those_that_are_known() {
    let house = House::new();
    let browser = house.browser();
    let of = |network: u32| browser.at(Some(&format!("2001:db8:7:{network:x}::1")));
    let right = async |network| of(network).sign_in(WRITER).await.status;
    assert_eq!(right(0xffff).await, StatusCode::SEE_OTHER);
    for network in 0..100 {
        let status = of(network).sign_in("x").await.status;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{network}");
    }
    assert_eq!(right(100).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        right(0xffff).await,
        StatusCode::SEE_OTHER,
        "known from before"
    );
    let other = browser.at(Some("2001:db8:8::1"));
    assert_eq!(tries(&other, "", WRITER).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_cookie_that_was_copied_away_ends_with_the_sign_out() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let mut copy = browser.clone();
    let mut other = browser.clone();
    other.sign_in(READER).await;
    let page = browser.page("/console/").await;
    copy.page("/console/").await;
    browser.send(&page, "/console/sign-out", &[]).await;
    assert!(copy.get("/console/").await.status.is_redirection());
    // Another session of the same token goes on.
    other.page("/console/").await;
}

#[tokio::test]
async fn a_link_of_another_site_has_nobody_told_that_the_cookie_was_not_kept() {
    let house = House::new();
    for site in ["cross-site", "none"] {
        let request = Request::get("/console/sign-in?begun=1").header("sec-fetch-site", site);
        let page = house
            .browser()
            .ask(request.body(Body::empty()).unwrap())
            .await;
        assert!(!page.words().contains("did not keep"), "{}", page.words());
    }
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
