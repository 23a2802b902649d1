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
const CHANGE: &str = "/console/shop/change";

/// The page that asks about the deed of a button.
pub(crate) async fn asked(browser: &mut Browser, button: &str) -> Answer {
    let page = browser.page(ORDER).await;
    let to = page.link(button);
    let to = to.unwrap_or_else(|| panic!("no button {button}: {}", page.words()));
    browser.page(&to).await
}

async fn status(house: &House) -> OrderStatus {
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
        "call to the bank approve the contract (contract.approve): answered",
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
    assert_eq!(house.records().await.len(), 1);
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
    // The record may be of what had no effect.
    assert_eq!(house.records().await.len(), 1);
    let order = browser.page(ORDER).await;
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
async fn a_rental_is_activated_with_the_devices_identifiers_which_are_written_down_nowhere() {
    let house = House::new();
    house.renting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let order = browser.page(ORDER).await;
    assert!(
        order.link("Approve").is_none(),
        "a rental is approved by activating it"
    );
    let page = asked(&mut browser, "Activate").await;
    let device = [
        ("ean", inbank_testkit::FakeBank::EAN),
        ("imei", "355889000000007"),
        ("serial", "J7P3D7000000"),
        ("reason", "handed over"),
    ];
    let wrong = browser
        .send(&page, DECIDE, &[device[0], ("imei", "1"), device[3]])
        .await;
    assert_eq!(
        wrong.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        wrong.words()
    );
    assert!(
        wrong.words().contains("IMEI: must be 15 digits"),
        "{}",
        wrong.words()
    );
    let done = browser.send(&wrong, DECIDE, &device).await;
    assert!(done.location().contains("&came=done."), "{}", done.words());
    assert_eq!(status(&house).await, OrderStatus::Paid);
    let order = browser.page(ORDER).await;
    assert!(!order.text.contains("355889000000007") && !order.text.contains("J7P3D7000000"));
    assert!(!format!("{:?}", house.records().await).contains("355889000000007"));
}

#[tokio::test]
async fn what_is_wrong_with_a_device_is_said_by_its_field_with_what_to_do() {
    let house = House::new();
    house.renting("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let page = asked(&mut browser, "Activate").await;
    let good = [
        ("ean", inbank_testkit::FakeBank::EAN),
        ("code", ""),
        ("imei", "355889000000007"),
        ("serial", "J7P3D7000000"),
        ("reason", "handed over"),
    ];
    let long = "x".repeat(256);
    for (wrong, says) in [
        (
            &[("ean", "")][..],
            "Article number (EAN) of the model: give it, or the manufacturer’s code",
        ),
        (
            &[("code", "A-1")],
            "Article number (EAN) of the model: give it, or the manufacturer’s code, and not both",
        ),
        (
            &[("ean", "canary")],
            "Article number (EAN) of the model: must be an EAN, digits only",
        ),
        (
            &[("ean", ""), ("code", &long)],
            "Manufacturer’s code: must be 1 to 255 characters",
        ),
        (
            &[("ean", "4006381333931")],
            "Article number (EAN) of the model: the bank has none of this for the order’s product",
        ),
        (&[("imei", "canary")], "IMEI: must be 15 digits"),
        (
            &[("serial", &long)],
            "Serial number: must be 1 to 255 characters",
        ),
        (
            &[("imei", ""), ("serial", "")],
            "IMEI or serial number: give those that the model is identified by",
        ),
        (&[("imei", "")], "IMEI: the model is identified by it"),
    ] {
        let of = |(name, usual): (&'static str, &'static str)| {
            let other = wrong.iter().find(|(field, _)| *field == name);
            other.map_or((name, usual), |(_, value)| (name, *value))
        };
        let filled = good.map(of);
        let answer = browser.send(&page, DECIDE, &filled).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(answer.words().contains(says), "{says}: {}", answer.words());
        // The form is there to be mended.
        assert_eq!(answer.value("reason"), "handed over");
    }
    assert_eq!(house.bank.calls("contract.activate"), 0);
    assert!(!format!("{:?}", house.records().await).contains("canary"));
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
async fn an_order_is_erased_with_what_stays_and_why_once_nothing_of_it_lives() {
    const ERASE: &str = "/console/order/erase";
    let house = House::new();
    house.waiting("1001").await;
    let mut browser = house.signed_in(ADMIN).await;
    let page = browser.page(ORDER).await;
    assert!(page.link("Erase").is_none(), "it can still be paid");
    let asked = browser
        .get(&format!("{ERASE}?shop=main&reference=1001"))
        .await;
    assert_eq!(asked.status, StatusCode::CONFLICT);
    house.order("1001").cancel().await.unwrap();
    let page = browser.page(ORDER).await;
    let asked = browser.page(&page.link("Erase").unwrap()).await;
    for part in ["What goes", "What stays, and why", "the database’s backups"] {
        assert!(asked.words().contains(part), "{part}");
    }
    let done = browser
        .send(&asked, ERASE, &[("reason", "asked for by letter")])
        .await;
    let page = browser.page(done.location()).await;
    assert!(
        page.words().contains("Order 1001 is erased"),
        "{}",
        page.words()
    );
    assert!(house.order("1001").find().await.unwrap().is_none());
    assert_eq!(browser.get(ORDER).await.status, StatusCode::NOT_FOUND);
    let audit = browser.page("/console/audit").await;
    assert!(
        audit
            .words()
            .contains("order.erase main 1001 asked for by letter"),
        "{}",
        audit.words()
    );
    let again = browser
        .send(&asked, ERASE, &[("reason", "once more")])
        .await;
    assert_eq!(again.location(), done.location());
    assert_eq!(house.records().await.len(), 1);
    // Of an order that never was, nobody says so.
    for forged in [
        &format!("{ERASE}?shop=main&reference=none&done=1"),
        &format!("{ERASE}?shop=main&reference=none"),
    ] {
        assert_eq!(
            browser.get(forged).await.status,
            StatusCode::NOT_FOUND,
            "{forged}"
        );
    }
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
