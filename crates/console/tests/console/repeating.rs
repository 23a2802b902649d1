//! Forms that are sent more than once.

use axum::http::StatusCode;
use inbank_domain::OrderStatus;
use inbank_ports::GatewayErrorKind;

use crate::browser::Answer;
use crate::deciding::{CHANGE, DECIDE, ORDER, asked, status};
use crate::house::{ADMIN, House, WRITER};

#[tokio::test]
async fn a_form_that_is_sent_twice_is_taken_once() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Cancel").await;
    let mut second = browser.clone();
    let filled = [("reason", "out of stock")];
    let (one, other) = tokio::join!(
        browser.send(&page, DECIDE, &filled),
        second.send(&page, DECIDE, &filled)
    );
    for answer in [&one, &other] {
        assert!(
            answer.location().contains("&came=done."),
            "{}",
            answer.location()
        );
    }
    let said = browser.page(other.location()).await;
    assert!(
        said.words().contains("You had sent this form already"),
        "{}",
        said.words()
    );
    let back = browser.send(&page, DECIDE, &filled).await;
    let said = browser.page(back.location()).await;
    for part in [
        "You had sent this form already",
        "It is done: the bank shows it.",
    ] {
        assert!(said.words().contains(part), "{}", said.words());
    }
    assert_eq!(house.records().await.len(), 1);
    assert_eq!(house.bank.calls("contract.cancel"), 1);
}

#[tokio::test]
async fn a_double_click_of_which_nothing_comes_is_answered_alike_and_does_nothing_twice() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Approve").await;
    let mut second = browser.clone();
    house.bank.refuse_next_command(GatewayErrorKind::Refused);
    let filled = [("reason", "ok")];
    let (one, other) = tokio::join!(
        browser.send(&page, DECIDE, &filled),
        second.send(&page, DECIDE, &filled)
    );
    for answer in [one, other] {
        assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{}", answer.words());
        assert!(
            answer.words().contains("the bank refused"),
            "{}",
            answer.words()
        );
    }
    // What was decided, and that nothing was done.
    assert_eq!(house.records().await.len(), 2);
}

#[tokio::test]
async fn a_form_that_is_sent_again_after_a_restart_decides_nothing_twice() {
    let house = House::new();
    house.waiting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    let mut sent = Vec::new();
    for (page, deed) in [
        (ORDER, "Approve"),
        ("/console/order?shop=main&reference=1002", "Mark as seen to"),
    ] {
        let page = browser.page(page).await;
        sent.push((browser.page(&page.link(deed).unwrap()).await, DECIDE));
    }
    for change in ["enable", "resend"] {
        let path = format!("{CHANGE}?shop=main&change={change}");
        sent.push((browser.page(&path).await, CHANGE));
    }
    let filled = [("reason", "once")];
    for (page, action) in &sent {
        let done = browser.send(page, action, &filled).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    }
    let records = house.records().await.len();
    // The session goes on, since it is the browser that keeps it.
    let mut again = browser.of(house.router());
    for (page, action) in &sent {
        let answer = again.send(page, action, &filled).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.words());
    }
    assert_eq!(house.bank.calls("contract.approve"), 1);
    assert_eq!(house.records().await.len(), records);
    assert_eq!(house.desk.done(), ["enable main", "resend dead of main"]);
}

#[tokio::test]
async fn what_came_of_a_form_is_said_to_whoever_sent_it_there_and_for_a_minute() {
    let house = House::new();
    house.waiting("1001").await;
    house.waiting("1002").await;
    let mut browser = house.signed_in(WRITER).await;
    let says = |answer: &Answer| answer.words().contains("It is done");
    let shops = "/console/shop?shop=main&came=keys";
    for forged in [
        &format!("{ORDER}&came=done"),
        shops,
        "/console/shops?came=remove",
    ] {
        let page = browser.page(forged).await;
        assert!(
            !page.text.contains("class=\"notice good\" role=\"status\""),
            "{forged}"
        );
    }
    let page = asked(&mut browser, "Approve").await;
    let done = browser.send(&page, DECIDE, &[("reason", "ok")]).await;
    let there = done.location();
    assert!(says(&browser.page(there).await));
    let other = there.replace("1001", "1002");
    assert!(!says(&browser.page(&other).await), "of another order");
    let changed = there.replace("came=done", "came=seen");
    let page = browser.page(&changed).await;
    assert!(!page.words().contains("marked as seen"), "other words");
    let mut elsewhere = house.signed_in(WRITER).await;
    assert!(!says(&elsewhere.page(there).await), "in another session");
    house.pass(std::time::Duration::from_secs(61));
    assert!(!says(&browser.page(there).await), "for ever");
}

#[tokio::test]
async fn a_form_of_which_nothing_came_may_be_sent_again() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Approve").await;
    house.bank.refuse_next_command(GatewayErrorKind::Refused);
    let filled = [("reason", "ok")];
    let refused = browser.send(&page, DECIDE, &filled).await;
    assert_eq!(refused.status, StatusCode::BAD_GATEWAY);
    // As a browser does that loads the answer anew.
    let again = browser.send(&page, DECIDE, &filled).await;
    assert!(
        again.location().contains("&came=done."),
        "{}",
        again.words()
    );
    assert_eq!(status(&house).await, OrderStatus::Paid);
}
