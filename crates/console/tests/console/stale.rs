//! Pages of the past: nothing is decided by what they showed.

use std::time::Duration;

use axum::http::StatusCode;
use inbank_domain::{Command, Decider, Order};
use inbank_ports::Clock as _;

use crate::deciding::{CHANGE, DECIDE, ORDER, asked};
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

#[tokio::test]
async fn of_two_who_change_a_shop_at_once_the_later_one_is_told_and_shown_what_it_is_by_then() {
    let house = House::new();
    let mut anna = house.signed_in(ADMIN).await;
    let mut other = house.signed_in(ADMIN).await;
    let page = |change: &str| format!("{CHANGE}?shop=main&change={change}");
    let keys = anna.page(&page("keys")).await;
    let removing = anna.page(&page("remove")).await;
    let theirs = other.page(&page("keys")).await;
    for page in [&keys, &removing] {
        for shown in ["a93f1f44-d5dd-4469-bfcc-c1de9e969213", "5f3a-fingerprint"] {
            assert!(page.words().contains(shown), "{shown}: {}", page.words());
        }
    }
    let filled = |key: &'static str| [("keys", key), ("reason", "rotation")];
    let first = filled("canary-first-0123456789");
    other.send(&theirs, CHANGE, &first).await.location();
    let second = filled("canary-second-0123456789");
    let refused = anna.send(&keys, CHANGE, &second).await;
    let kept = anna.send(&removing, CHANGE, &[("reason", "closed")]).await;
    for page in [&refused, &kept] {
        assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.words());
        for says in [
            "The shop was changed since this page was shown",
            "the-fingerprint-of-another",
        ] {
            assert!(page.words().contains(says), "{says}: {}", page.words());
        }
    }
    assert_eq!(house.desk.done(), ["keys main canary-first-0123456789"]);
    // Who has seen it may.
    anna.send(&refused, CHANGE, &second).await.location();
    let again = anna
        .send(&kept, CHANGE, &[("reason", "all the same")])
        .await;
    again.location();
    assert_eq!(house.desk.done().len(), 3);
}
