use std::sync::Arc;

use axum::http::StatusCode;
use inbank_console::Resent;
use inbank_domain::OrderStatus;
use inbank_ports::{
    AuditEntry, AuditLog, AuditQuery, AuditRecord, GatewayErrorKind, LedgerError, LedgerErrorKind,
    async_trait,
};
use time::OffsetDateTime;

use crate::browser::{Answer, Browser, fields};
use crate::desk::healthy;
use crate::house::{ADMIN, House, READER, WRITER, shop};

pub(crate) const ORDER: &str = "/console/order?shop=main&reference=1001";
pub(crate) const DECIDE: &str = "/console/order/decide";
pub(crate) const CHANGE: &str = "/console/shop/change";

/// The page that asks about the deed of a button.
pub(crate) async fn asked(browser: &mut Browser, button: &str) -> Answer {
    let page = browser.page(ORDER).await;
    let to = page.link(button);
    let to = to.unwrap_or_else(|| panic!("no button {button}: {}", page.words()));
    browser.page(&to).await
}

pub(crate) async fn status(house: &House) -> OrderStatus {
    house.order("1001").status().await.unwrap()
}

#[tokio::test]
async fn an_order_that_waits_is_found_approved_and_paid() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let overview = browser.page("/console/").await;
    let order = browser.page(&overview.link("1001").unwrap()).await;
    assert!(
        order.words().contains("approve it, or cancel it"),
        "{}",
        order.words()
    );
    let page = browser.page(&order.link("Approve").unwrap()).await;
    assert!(page.words().contains("499.90 EUR"), "{}", page.words());
    let done = browser.send(&page, DECIDE, &[("reason", "in stock")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let order = browser.page(done.location()).await;
    assert!(
        order.words().contains("It is done: the bank shows it."),
        "{}",
        order.words()
    );
    assert_eq!(status(&house).await, OrderStatus::Paid);
    assert_eq!(house.bank.calls("contract.approve"), 1);
    let records = house.records().await;
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    let AuditEntry {
        who,
        what,
        reference,
        why,
        ..
    } = &record.entry;
    assert_eq!((&who[..], &what[..]), ("Berta", "order.approve attempt 1"));
    assert_eq!(reference.as_deref(), Some("1001"));
    assert_eq!(why.as_deref(), Some("in stock"));
    // All of it stands in the timeline, each with where it is known from.
    for part in [
        "attempt attempt 1 is opened",
        "call to the bank open a session (session.open): answered",
        "event awaits merchant",
        "person Berta decided: order.approve attempt 1 “in stock”",
        "command approve attempt 1: wanted decided by Berta",
        "command approve attempt 1: sent",
        "call to the bank approve the contract (contract.approve): answered",
        "command approve attempt 1: acknowledged",
        "command approve attempt 1: shown the bank shows that it is done",
        "event paid",
    ] {
        assert!(order.words().contains(part), "{part}: {}", order.words());
    }
}

#[tokio::test]
async fn whoever_moves_money_says_why() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Approve").await;
    for reason in ["", "  "] {
        let again = browser.send(&page, DECIDE, &[("reason", reason)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.words().contains("Say why"), "{}", again.words());
    }
    let long = "x".repeat(501);
    let again = browser.send(&page, DECIDE, &[("reason", &long)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert!(house.records().await.is_empty());
    // The same form is taken once it is right.
    let done = browser.send(&again, DECIDE, &[("reason", "ok")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
}

#[tokio::test]
async fn a_link_fills_in_nothing_of_a_decision() {
    let house = House::new();
    house.renting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    let filled = "reason=canary&ean=canary&code=canary&imei=canary&serial=canary&name=canary&shop_uuid=canary\
        &base_url=canary&return_url=canary&keys=canary&told=canary&region=canary";
    for path in [
        "/console/order/decide?shop=main&reference=1001&deed=activate",
        "/console/order/decide?shop=main&reference=1002&deed=seen_to",
        "/console/order/erase?shop=main&reference=1002",
        "/console/shop/change?shop=main&change=keys",
        "/console/shop/add?x=1",
    ] {
        let page = browser.page(&format!("{path}&{filled}")).await;
        assert!(!page.text.contains("canary"), "{path}");
    }
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_its_address_asks_anew() {
    let house = House::new();
    house.renting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    let long = "x".repeat(501);
    for (path, kept) in [
        (
            "/console/order/decide?shop=main&reference=1001&deed=activate&attempt=1",
            &["ean", "serial", "reason"][..],
        ),
        ("/console/order/erase?shop=main&reference=1002", &["reason"]),
        ("/console/shop/change?shop=main&change=remove", &["reason"]),
        ("/console/shop/add", &["name", "shop_uuid", "reason"]),
    ] {
        let action = path.split('?').next().unwrap();
        let asked = browser.page(path).await;
        assert_eq!(
            asked.action(action),
            path,
            "a form leads to its own address"
        );
        let typed = ["ean", "serial", "name", "shop_uuid"].map(|field| (field, "typed"));
        let mut filled = typed.to_vec();
        filled.push(("reason", &long));
        let refused = browser.send(&asked, action, &filled).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        for field in kept {
            let value = refused.value(field);
            assert!(value == "typed" || value == long, "{path} {field}: {value}");
        }
        // Loaded anew, the address is that of the question.
        let again = browser.page(&refused.action(action)).await;
        assert_eq!(again.value("reason"), "");
    }
}

#[tokio::test]
async fn a_button_that_does_not_fit_is_grey_and_says_why_and_its_form_is_refused() {
    let house = House::new();
    house.paying("1001", "hp_approval", "100").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = browser.page(ORDER).await;
    assert!(page.link("Approve").is_none());
    let why = "The attempt is pending: it can't be decided to approve.";
    assert!(
        page.words().contains(&format!("Approve {why}")),
        "{}",
        page.words()
    );
    assert!(
        page.text.contains("aria-disabled=\"true\">Approve<"),
        "{}",
        page.text
    );
    let sign_out = page.hidden("/console/sign-out");
    let form = &sign_out.iter().find(|(name, _)| name == "form").unwrap().1;
    let sent = fields(&[
        ("form", form),
        ("once", "1"),
        ("shop", "main"),
        ("reference", "1001"),
        ("deed", "approve"),
        ("reason", "why not"),
    ]);
    let answer = browser.post(DECIDE, &sent).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.words().contains(why), "{}", answer.words());
    assert!(house.records().await.is_empty());
    let asked = format!("{DECIDE}?shop=main&reference=1001&deed=approve");
    assert_eq!(browser.get(&asked).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn nothing_is_sent_where_it_cannot_be_written_down_who_decided() {
    struct Deaf;

    #[async_trait]
    impl AuditLog for Deaf {
        async fn record(&self, _: &AuditEntry, _: OffsetDateTime) -> Result<(), LedgerError> {
            Err(LedgerError::new(LedgerErrorKind::Unavailable))
        }

        async fn records(&self, _: &AuditQuery) -> Result<Vec<AuditRecord>, LedgerError> {
            Err(LedgerError::new(LedgerErrorKind::Unavailable))
        }
    }

    let house = House::new();
    house.waiting("1001").await;
    let mut browser = Browser::new(house.console().with_audit(Arc::new(Deaf)).router());
    browser.sign_in(WRITER).await;
    // The page is there all the same, and names what it lacks.
    let page = browser.page(ORDER).await;
    assert!(
        page.words().contains("did not say who decided what"),
        "{}",
        page.words()
    );
    let page = asked(&mut browser, "Approve").await;
    let answer = browser.send(&page, DECIDE, &[("reason", "ok")]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert_eq!(status(&house).await, OrderStatus::AwaitsMerchant);
}

#[tokio::test]
async fn what_the_bank_refuses_is_said_on_the_page_and_can_be_tried_again() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Approve").await;
    house.bank.refuse_next_command(GatewayErrorKind::Refused);
    let answer = browser.send(&page, DECIDE, &[("reason", "ok")]).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{}", answer.words());
    assert!(
        answer.words().contains("the bank refused"),
        "{}",
        answer.words()
    );
    // Who decided it is written down, and that nothing was done.
    let records = house.records().await;
    let whats: Vec<_> = records.iter().map(|record| &*record.entry.what).collect();
    assert_eq!(
        whats,
        [
            "order.approve attempt 1 not done",
            "order.approve attempt 1"
        ]
    );
    let order = browser.page(ORDER).await;
    let says = "not done: order.approve attempt 1, which";
    assert!(order.words().contains(says), "{}", order.words());
    assert!(
        order
            .words()
            .contains("Needs a person the bank refused to approve"),
        "{}",
        order.words()
    );
    assert!(
        order.words().contains("Read the bank's codes at the end"),
        "{}",
        order.words()
    );
    let page = asked(&mut browser, "Approve").await;
    let done = browser.send(&page, DECIDE, &[("reason", "again")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    assert_eq!(status(&house).await, OrderStatus::Paid);
}

#[tokio::test]
async fn what_a_person_has_seen_to_needs_none_any_more() {
    let house = House::new();
    let told = house.troubled("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let list = browser.page("/console/orders?needs_person=1").await;
    assert!(list.words().contains(&told), "{}", list.words());
    let page = asked(&mut browser, "Mark as seen to").await;
    assert!(page.words().contains(&told), "{}", page.words());
    let done = browser
        .send(&page, DECIDE, &[("reason", "asked Inbank")])
        .await;
    assert!(done.location().contains("&came=seen."), "{}", done.words());
    let list = browser.page("/console/orders?needs_person=1").await;
    assert!(
        list.words().contains("No order is like that"),
        "{}",
        list.words()
    );
    let records = house.records().await;
    assert_eq!(records[0].entry.what, "order.seen_to");
}

#[tokio::test]
async fn what_was_told_after_the_page_was_shown_is_not_seen_to_and_asked_about_anew() {
    let house = House::new();
    house.troubled("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Mark as seen to").await;
    let told = house
        .tell("1001", inbank_domain::Concern::CallbackTaken)
        .await;
    let filled = [("reason", "asked Inbank")];
    let again = browser.send(&page, DECIDE, &filled).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.words());
    for part in [
        "Something else is to be looked at by now",
        &format!("What is to be looked at {told}"),
    ] {
        assert!(again.words().contains(part), "{part}: {}", again.words());
    }
    assert!(
        again.text.contains("value=\"asked Inbank\""),
        "{}",
        again.text
    );
    assert!(house.records().await.is_empty(), "nothing was decided");
    let stands = house.order("1001").find().await.unwrap().unwrap();
    assert_eq!(stands.needs_person, Some(told));
    let done = browser.send(&again, DECIDE, &filled).await;
    assert!(done.location().contains("&came=seen."), "{}", done.words());
    let stands = house.order("1001").find().await.unwrap().unwrap();
    assert_eq!(stands.needs_person, None);
}

#[tokio::test]
async fn what_is_decided_by_a_page_that_shows_the_past_is_asked_about_anew() {
    for button in ["Approve", "Cancel"] {
        let house = House::new();
        house.waiting("1001").await;
        let mut browser = house.signed_in(WRITER).await;
        let page = asked(&mut browser, button).await;
        let named = inbank_domain::Money::parse("399.9", inbank_domain::Currency::EUR).unwrap();
        let changed = |order: &mut inbank_domain::Order| {
            order.attempts[0].other_amount = Some(named);
        };
        house.change("1001", changed).await;
        let filled = [("reason", "in stock")];
        let again = browser.send(&page, DECIDE, &filled).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.words());
        for part in [
            "The order has changed since this page was shown",
            "The bank names 399.90 EUR",
        ] {
            assert!(again.words().contains(part), "{part}: {}", again.words());
        }
        assert!(house.records().await.is_empty(), "nothing was decided");
        for call in ["contract.approve", "contract.cancel"] {
            assert_eq!(house.bank.calls(call), 0, "{button}");
        }
        let done = browser.send(&again, DECIDE, &filled).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    }
}

#[tokio::test]
async fn the_bank_is_read_when_somebody_wants_it_without_a_reason() {
    let house = House::new();
    let session = house.paying("1001", "hp", "100").await;
    house.bank.customer_applies(&session);
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Read the bank now").await;
    let done = browser.send(&page, DECIDE, &[]).await;
    assert!(
        done.location().contains("&came=refreshed."),
        "{}",
        done.words()
    );
    assert_eq!(status(&house).await, OrderStatus::Paid);
    assert_eq!(house.records().await[0].entry.why, None);
}

#[tokio::test]
async fn an_event_is_sent_again_by_the_desk_which_writes_it_down() {
    let house = House::new();
    *house.desk.webhooks.lock().unwrap() = Some(vec![healthy(&shop("main"))]);
    house.waiting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let of_none = format!("{DECIDE}?shop=main&reference=1001&deed=resend&number=99");
    assert_eq!(browser.get(&of_none).await.status, StatusCode::NOT_FOUND);
    let page = asked(&mut browser, "Send again").await;
    let done = browser.send(&page, DECIDE, &[]).await;
    assert!(
        done.location().contains("&came=resent."),
        "{}",
        done.words()
    );
    assert_eq!(house.desk.done(), ["resend main/1001 1"]);
    let by = house.desk.done.lock().unwrap()[0].1.clone();
    assert_eq!(by.what, "order.resend event 1");
    assert!(house.records().await.is_empty(), "the desk has it");
    let again = browser.send(&page, DECIDE, &[]).await;
    assert!(again.location().contains("&came=resent."));
    assert_eq!(house.desk.done().len(), 1);
    for (resent, says) in [
        (Resent::Sent, "The event is sent again."),
        (
            Resent::Paused,
            "The event is sent again once the webhook’s pause is over",
        ),
        (
            Resent::Off,
            "The webhook is switched off: the event is kept, and sent once it is switched on.",
        ),
    ] {
        *house.desk.resent.lock().unwrap() = Some(resent);
        let page = asked(&mut browser, "Send again").await;
        let done = browser.send(&page, DECIDE, &[]).await;
        let page = browser.page(done.location()).await;
        assert!(page.words().contains(says), "{says}: {}", page.words());
    }
}

#[tokio::test]
async fn a_token_that_only_reads_finds_no_button_and_is_refused_when_it_posts_anyway() {
    let house = House::new();
    *house.desk.webhooks.lock().unwrap() = Some(vec![healthy(&shop("main"))]);
    house.waiting("1001").await;
    let mut writer = house.signed_in(WRITER).await;
    let asked = asked(&mut writer, "Approve").await;
    let mut browser = house.signed_in(READER).await;
    let page = browser.page(ORDER).await;
    for button in [
        "Approve",
        "Cancel",
        "Read the bank now",
        "Erase",
        "Send again",
    ] {
        assert!(page.link(button).is_none(), "{button}");
        assert!(!page.text.contains(&format!(">{button}<")), "{button}");
    }
    let own = page.hidden("/console/sign-out");
    let mut sent = asked.hidden(DECIDE);
    sent.retain(|(name, _)| name != "form");
    sent.extend(own);
    sent.extend(fields(&[("reason", "I may not")]));
    for (path, scope) in [(DECIDE, "write"), ("/console/order/erase", "admin")] {
        let answer = browser.post(path, &sent).await;
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{path}: {}",
            answer.words()
        );
        assert!(
            answer.words().contains(&format!("scope “{scope}”")),
            "{}",
            answer.words()
        );
    }
    assert_eq!(house.bank.calls("contract.approve"), 0);
    assert!(house.records().await.is_empty());
}

#[tokio::test]
async fn a_console_without_an_audit_log_only_shows() {
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = Browser::new(house.console().router());
    browser.sign_in(ADMIN).await;
    let page = browser.page(ORDER).await;
    assert!(page.link("Approve").is_none());
    assert!(page.words().contains("only shows"), "{}", page.words());
    assert!(page.link("Audit").is_none());
    let mut sent = page.hidden("/console/sign-out");
    sent.extend(fields(&[
        ("shop", "main"),
        ("reference", "1001"),
        ("deed", "approve"),
        ("once", "1"),
        ("reason", "ok"),
    ]));
    let answer = browser.post(DECIDE, &sent).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(house.bank.calls("contract.approve"), 0);
}

#[tokio::test]
async fn an_order_is_the_one_of_its_name_to_the_last_space() {
    let house = House::new();
    house.waiting("1001").await;
    house.waiting("1001 ").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = browser
        .page("/console/order?shop=main&reference=1001%20")
        .await;
    let asked = browser.page(&page.link("Approve").unwrap()).await;
    browser.send(&asked, DECIDE, &[("reason", "checked")]).await;
    let of = async |reference: &str| {
        let order = house.order(reference).find().await.unwrap().unwrap();
        order.attempts[0].command.is_some() || order.paid_by.is_some()
    };
    assert!(!of("1001").await);
    assert!(of("1001 ").await);
}
