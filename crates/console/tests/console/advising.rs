//! What pages say before and after somebody decides: what it leads to, what stays open, what is already on its way.

use std::time::Duration;

use axum::http::StatusCode;
use inbank_console::{DeliveryCard, WebhookHealth, WebhookState};
use inbank_domain::{Concern, Currency, Money, OrderStatus, OtherAmount};
use inbank_ports::{AuditEntry, AuditLog as _};
use inbank_testkit::Effects;

use crate::browser::{Answer, Browser};
use crate::desk::{delivery, healthy};
use crate::house::{ADMIN, House, WRITER, shop};

const ORDER: &str = "/console/order?shop=main&reference=1001";
const DECIDE: &str = "/console/order/decide";
const SEEN_TO: &str = "/console/order/decide?shop=main&reference=1001&deed=seen_to";
const APPROVE: &str = "/console/order/decide?shop=main&reference=1001&deed=approve";

/// An order that the bank grants with another amount than was asked for, as somebody is told.
async fn disputed(house: &House) -> String {
    house.disputed("1001").await;
    let amount = OtherAmount {
        named: Money::parse("399.9", Currency::EUR).unwrap(),
        asked: Some(Money::parse("499.90", Currency::EUR).unwrap()),
    };
    let concern = Concern::GrantedWithOtherAmount { attempt: 1, amount };
    house.tell("1001", concern).await
}

async fn decided(browser: &mut Browser, asks: &str) -> Answer {
    let asked = browser.page(asks).await;
    let done = browser.send(&asked, DECIDE, &[("reason", "ok")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    done
}

#[track_caller]
fn says(page: &Answer, parts: &[&str]) {
    let words = page.words();
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[track_caller]
fn says_nothing_of(page: &Answer, parts: &[&str]) {
    let words = page.words();
    for part in parts {
        assert!(!words.contains(part), "{part}: {words}");
    }
}

#[tokio::test]
async fn whoever_approves_another_amount_than_was_asked_for_is_told_what_comes_of_it() {
    let house = House::new();
    let told = disputed(&house).await;
    let mut browser = house.signed_in(WRITER).await;
    let order = browser.page(ORDER).await;
    says(
        &order,
        &["Where you approve it, the contract is for the bank's amount"],
    );
    let asked = browser.page(APPROVE).await;
    let warning = "The bank names 399.90 EUR, and 499.90 EUR was asked for. If you approve it, the contract is for 399.90 EUR, \
        and it is not told as paid: the order needs a person again, and the rest is settled by hand.";
    says(
        &asked,
        &[&told, warning, "No event tells that the order is paid"],
    );
    says_nothing_of(&asked, &["The order is paid once the bank shows it"]);
    assert!(
        asked
            .text
            .contains("<p class=\"notice bad\" id=\"warning\">")
    );
    assert!(asked.text.contains("<div class=\"bad\"><dt>The bank names"));
    decided(&mut browser, APPROVE).await;
    let stands = house.order("1001").status().await.unwrap();
    assert_eq!(stands, OrderStatus::NeedsPerson, "as it was foretold");
    // Where the amounts are the same, nobody is warned.
    house.waiting("1002").await;
    let asked = browser.page(&APPROVE.replace("1001", "1002")).await;
    says(&asked, &["The order is paid once the bank shows it"]);
    assert!(!asked.text.contains("id=\"warning\""));
}

#[tokio::test]
async fn what_the_bank_still_waits_for_is_not_done_by_being_seen_to() {
    let house = House::new();
    disputed(&house).await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(WRITER).await;
    let asked = browser.page(SEEN_TO).await;
    let neither = "The bank still waits for you to approve or cancel attempt 1. This does neither: decide first.";
    says(&asked, &[neither]);
    let asked = browser.page(&SEEN_TO.replace("1001", "1002")).await;
    says_nothing_of(&asked, &["still waits"]);
    decided(&mut browser, SEEN_TO).await;
    let overview = browser.page("/console/").await;
    let list = browser
        .page(&overview.link("All in dispute").unwrap())
        .await;
    says(&list, &["▸ in dispute: undecided, seen to by Berta"]);
    let waits = "Attempt 1 still waits at the bank , since seeing to it decided nothing: approve it, or cancel it.";
    let order = browser.page(ORDER).await;
    says(
        &order,
        &["Seen to by Berta", waits, "waits for your decision"],
    );
    // Once it is decided, it waits no more.
    decided(&mut browser, &APPROVE.replace("approve", "cancel")).await;
    let order = browser.page(ORDER).await;
    says_nothing_of(&order, &["still waits"]);
}

#[tokio::test]
async fn what_was_decided_and_is_not_shown_yet_is_said_by_whom_with_nothing_to_do() {
    let house = House::new();
    house.waiting("1001").await;
    house.waiting("1002").await;
    house.bank.set_effects(Effects::WhenSettled);
    let mut browser = house.signed_in(WRITER).await;
    let done = decided(&mut browser, APPROVE).await;
    let order = browser.page(done.location()).await;
    says(
        &order,
        &[
            "This page shows it once the bank does.",
            "It was decided to approve it, by Berta,",
            "The bank has taken it, and is read until it shows. It is never sent again. Nothing to do.",
            "Decided by Berta.",
        ],
    );
    says_nothing_of(
        &order,
        &["approve it, or cancel it", "Decided by the platform"],
    );
    house.order("1002").approve().await.unwrap();
    let called = browser.page(&ORDER.replace("1001", "1002")).await;
    says(&called, &["It was decided to approve it, by a call,"]);
    house.bank.settle();
    house.order("1001").refresh().await.unwrap();
    let order = browser.page(done.location()).await;
    says(&order, &["✓ paid"]);
    says_nothing_of(&order, &["once the bank does", "It was decided to"]);
}

#[tokio::test]
async fn a_second_tab_is_told_once_that_it_was_decided_before() {
    let house = House::new();
    house.waiting("1001").await;
    house.bank.set_effects(Effects::WhenSettled);
    let mut browser = house.signed_in(WRITER).await;
    let second = browser.page(APPROVE).await;
    decided(&mut browser, APPROVE).await;
    let late = browser.send(&second, DECIDE, &[("reason", "ok")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.words());
    let says = "It was decided before, and is being carried out.";
    assert_eq!(late.words().matches(says).count(), 1, "{}", late.words());
}

#[tokio::test]
async fn an_event_of_a_shop_without_a_webhook_is_not_offered_to_be_sent_again() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let resend = "/console/order/decide?shop=main&reference=1001&deed=resend&number=1";
    let page = browser.page(ORDER).await;
    assert!(page.link("Send again").is_none(), "{}", page.words());
    let asked = browser.get(resend).await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    says(&asked, &["The shop has no webhook."]);
    *house.desk.webhooks.lock().unwrap() = Some(vec![healthy(&shop("main"))]);
    let page = browser.page(ORDER).await;
    assert_eq!(page.link("Send again").as_deref(), Some(resend));
    browser.page(resend).await;
}

#[tokio::test]
async fn what_a_webhook_that_is_switched_off_did_not_take_waits_for_it() {
    let house = House::new();
    house.waiting("1001").await;
    let now = inbank_ports::Clock::now(&*house.clock);
    let show = |state, delivery| {
        *house.desk.webhooks.lock().unwrap() = Some(vec![WebhookHealth {
            state,
            ..healthy(&shop("main"))
        }]);
        *house.desk.deliveries.lock().unwrap() = vec![delivery];
    };
    let failed = |seconds: i64| DeliveryCard {
        tries: 1,
        status: Some(410),
        problem: None,
        next_at: Some(now + time::Duration::seconds(seconds)),
        ..delivery()
    };
    let mut browser = house.signed_in(ADMIN).await;
    show(WebhookState::Disabled, failed(2));
    let page = browser.page(ORDER).await;
    let off = "event 1 was not taken posted to the shop’s webhook, tried once: HTTP 410, next: when the webhook is switched on";
    says(&page, &[off]);
    let overview = browser.page("/console/").await;
    says(
        &overview,
        &["Do: Have its server mended, then switch the webhook on at the shop"],
    );
    for (seconds, next) in [(90, "next: in 1 min 30 s"), (-5, "next: due now")] {
        show(WebhookState::Failing, failed(seconds));
        let page = browser.page(ORDER).await;
        says(&page, &["event 1 was not taken, and is tried again", next]);
    }
    // Whoever has it sent again gives it all its tries anew.
    let again = DeliveryCard {
        tries: 0,
        ..failed(-5)
    };
    show(WebhookState::Active, again);
    let page = browser.page(ORDER).await;
    let sent = "event 1 is to be sent again before that it was posted to the shop’s webhook: HTTP 410, next: due now";
    says(&page, &[sent]);
    says_nothing_of(&page, &["0 times"]);
}

#[tokio::test]
async fn who_had_an_event_sent_again_is_said_where_its_tries_begin_anew() {
    let house = House::new();
    house.waiting("1001").await;
    let entry = AuditEntry {
        who: "Berta".to_owned(),
        what: "order.resend event 1".to_owned(),
        shop: Some(shop("main")),
        reference: Some("1001".to_owned()),
        why: None,
    };
    let now = inbank_ports::Clock::now(&*house.clock);
    house.ledger.record(&entry, now).await.unwrap();
    house.pass(Duration::from_mins(5));
    *house.desk.webhooks.lock().unwrap() = Some(vec![healthy(&shop("main"))]);
    let mut browser = house.signed_in(WRITER).await;
    let failed = DeliveryCard {
        problem: None,
        next_at: Some(now),
        ..delivery()
    };
    let again = DeliveryCard {
        tries: 0,
        ..failed.clone()
    };
    // What came of it is not kept once it was taken.
    let was_taken = DeliveryCard {
        tried_at: None,
        status: None,
        ..again.clone()
    };
    let of_another = DeliveryCard {
        number: 2,
        ..failed.clone()
    };
    for (card, says_so) in [
        (
            again,
            "event 1 is to be sent again Berta had it sent again, 5 min ago; before that it was posted to the shop’s webhook: HTTP 500, next: due now",
        ),
        (
            was_taken,
            "event 1 is to be sent again Berta had it sent again, 5 min ago, next: due now",
        ),
        (
            failed,
            "posted to the shop’s webhook, tried 3 times since Berta had it sent again, 5 min ago: HTTP 500, next: due now",
        ),
        (
            of_another,
            "event 2 was not taken, and is tried again posted to the shop’s webhook, tried 3 times: HTTP 500",
        ),
    ] {
        *house.desk.deliveries.lock().unwrap() = vec![card];
        let page = browser.page(ORDER).await;
        says(&page, &[says_so]);
    }
}

#[tokio::test]
async fn every_page_that_asks_says_what_is_to_be_looked_at_and_who_is_written_down() {
    let house = House::new();
    house.waiting("1001").await;
    let told = house.tell("1001", Concern::CallbackTaken).await;
    let mut browser = house.signed_in(WRITER).await;
    for deed in ["approve", "cancel", "refresh", "seen_to"] {
        let asked = browser.page(&APPROVE.replace("approve", deed)).await;
        let words = asked.words();
        assert_eq!(words.matches(&told).count(), 1, "{deed}: {words}");
        says(&asked, &["Written down as Berta, with the time, and kept."]);
    }
    let asked = browser.page(APPROVE).await.words();
    assert!(asked.find(&told) < asked.find("What it will do"), "{asked}");
}

#[tokio::test]
async fn readings_of_the_bank_of_which_no_event_came_are_one_line() {
    let house = House::new();
    let session = house.paying("1001", "hp_approval", "100").await;
    for _ in 0..4 {
        house.pass(Duration::from_secs(10));
        house.order("1001").refresh().await.unwrap();
    }
    house.pass(Duration::from_secs(10));
    house.bank.customer_applies(&session);
    house.order("1001").refresh().await.unwrap();
    let mut browser = house.signed_in(WRITER).await;
    let page = browser.page(ORDER).await;
    let start = 1_790_000_000;
    let at = |seconds: i64| {
        let at = time::OffsetDateTime::from_unix_timestamp(start + seconds).unwrap();
        let rfc3339 = time::format_description::well_known::Rfc3339;
        at.format(&rfc3339).unwrap()
    };
    let folded = format!(
        "4 readings of the bank: no event came of them session.show, the first {}, the last {}",
        at(10),
        at(40)
    );
    says(
        &page,
        &[
            &folded,
            "· 10 s after the one below",
            "call to the bank read the session (session.show): answered",
            "call to the bank open a session (session.open): answered",
        ],
    );
}

#[tokio::test]
async fn what_is_not_possible_now_is_folded_away_behind_the_rest() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(ADMIN).await;
    let page = browser.page(ORDER).await;
    let (before, folded) = page.text.split_once("<details id=\"not-now\">").unwrap();
    let (folded, _) = folded.split_once("</details>").unwrap();
    for button in ["Approve", "Cancel", "Read the bank now"] {
        assert!(before.contains(&format!(">{button}</a>")), "{button}");
    }
    assert!(!before.contains("aria-disabled"));
    assert!(
        folded.contains("aria-disabled=\"true\">Erase</a>"),
        "{folded}"
    );
}
