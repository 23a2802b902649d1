//! Pages of the past: nothing is decided by what they showed.

use std::time::Duration;

use axum::http::StatusCode;
use inbank_domain::{Command, Decider, Order};
use inbank_ports::Clock as _;

use crate::deciding::{DECIDE, ORDER, asked};
use crate::house::{ADMIN, House, WRITER};

#[tokio::test]
async fn a_form_is_of_the_order_that_its_page_showed_whatever_is_called_so_since() {
    const ERASE: &str = "/console/order/erase";
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(ADMIN).await;
    let approving = asked(&mut browser, "Approve").await;
    house.order("1001").cancel().await.unwrap();
    let erasing = asked(&mut browser, "Erase").await;
    house.order("1001").erase().await.unwrap();
    house.pass(Duration::from_secs(1));
    let session = house.paying("1001", "hp_approval", "399.90").await;
    house.bank.customer_applies(&session);
    house.order("1001").refresh().await.unwrap();
    let filled = [("reason", "it was 499.90 EUR")];
    let refused = browser.send(&approving, DECIDE, &filled).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.words());
    assert!(
        refused.words().contains("399.90 EUR"),
        "{}",
        refused.words()
    );
    house.order("1001").cancel().await.unwrap();
    let refused = browser.send(&erasing, ERASE, &filled).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.words());
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert!(house.order("1001").find().await.unwrap().is_some());
    assert!(house.records().await.is_empty());
}

#[tokio::test]
async fn what_somebody_else_has_decided_is_given_up_by_nobody_who_was_not_shown_it() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let cancelling = asked(&mut browser, "Cancel").await;
    let now = house.clock.now();
    let decided = |order: &mut Order| {
        let wanted = order.want(1, Command::Approve, Decider::Platform, now);
        assert!(wanted.is_ok());
    };
    house.change("1001", decided).await;
    let filled = [("reason", "the customer rang")];
    let refused = browser.send(&cancelling, DECIDE, &filled).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.words());
    let says = "approve: it is written down and was not sent, and this gives it up";
    assert!(refused.words().contains(says), "{}", refused.words());
    assert!(house.records().await.is_empty());
    let done = browser.send(&refused, DECIDE, &filled).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
}

#[tokio::test]
async fn an_order_has_no_traces_of_one_that_was_erased_under_its_name() {
    let house = House::new();
    house.troubled("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Mark as seen to").await;
    let filled = [("reason", "asked Inbank")];
    browser.send(&page, DECIDE, &filled).await;
    let page = browser.page(ORDER).await;
    assert!(page.words().contains("asked Inbank"), "{}", page.words());
    house.order("1001").erase().await.unwrap();
    house.pass(Duration::from_secs(1));
    house.waiting("1001").await;
    let page = browser.page(ORDER).await;
    assert!(!page.words().contains("asked Inbank"), "{}", page.words());
}
