use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use inbank_console::{Resent, WebhookHealth, WebhookState};
use inbank_ports::{Clock as _, GatewayErrorKind};

use crate::browser::{Answer, Browser};
use crate::desk::healthy;
use crate::house::{ADMIN, House, READER, WRITER, shop};

const CHANGE: &str = "/console/shop/change";
const ADD: &str = "/console/shop/add";

/// A shop, but for its keys.
const ADDED: [(&str, &str); 5] = [
    ("name", "outlet"),
    ("region", "latvia"),
    ("environment", "demo"),
    ("shop_uuid", "u-1"),
    ("reason", "a second shop"),
];

#[tokio::test]
async fn a_shop_shows_its_keys_by_fingerprint_and_how_its_webhook_fares() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let list = browser.page("/console/shops").await;
    let page = browser.page(&list.link("main").unwrap()).await;
    for part in [
        "Region estonia",
        "5f3a-fingerprint signs",
        "Webhook ! switched off",
        "Last answer HTTP 410",
        "Events given up 1",
    ] {
        assert!(page.words().contains(part), "{part}: {}", page.words());
    }
    for button in [
        "Change the keys",
        "Remove the shop",
        "Switch it on",
        "Send all given up again",
    ] {
        assert!(page.link(button).is_none(), "{button}");
    }
    assert!(list.link("Add a shop").is_none());
}

#[tokio::test]
async fn keys_are_changed_without_being_shown_again() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let page = browser.page("/console/shop?shop=main").await;
    let asked = browser.page(&page.link("Change the keys").unwrap()).await;
    assert!(asked.words().contains("5f3a-fingerprint"));
    let keys = [
        (
            "keys",
            "canary-new-0123456789\r\n canary-old-0123456789 \r\n",
        ),
        ("reason", ""),
    ];
    let again = browser.send(&asked, CHANGE, &keys).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!again.text.contains("canary"), "keys are typed anew");
    let none = browser
        .send(&again, CHANGE, &[("reason", "rotation")])
        .await;
    assert!(
        none.words().contains("Keys: give one at least"),
        "{}",
        none.words()
    );
    for (junk, says) in [
        ("  \r\n\t\r\n", "ive one at least"),
        ("canary-short", "ine 1 has 12 characters"),
        (
            "canary-new-0123456789\r\ncanary old 0123456789",
            "ine 2 has a space",
        ),
        ("canary-new-0123456789\u{1}", "ine 1 has a space"),
        ("canary-new-õ-0123456789", "ine 1 has a space"),
        (
            "canary-new-0123456789,canary-old-0123456789",
            "ine 1 has a comma",
        ),
        ("\"canary-new-0123456789\"", "ine 1 has a quotation mark"),
        (
            "canary-new-0123456789\r\ncanary-new-0123456789",
            "he one at place 2 stands before it already",
        ),
        (&"k".repeat(513), "ine 1 has 513 characters"),
    ] {
        let filled = [("keys", junk), ("reason", "rotation")];
        let refused = browser.send(&none, CHANGE, &filled).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(
            refused.words().contains(says),
            "{says}: {}",
            refused.words()
        );
        assert!(!refused.text.contains("canary"), "{says}");
        let mut add = ADDED.to_vec();
        add.push(("keys", junk));
        let asked = browser.page(ADD).await;
        let refused = browser.send(&asked, ADD, &add).await;
        assert!(
            refused.words().contains(says),
            "{says}: {}",
            refused.words()
        );
    }
    assert!(house.desk.done().is_empty());
    let keys = [keys[0], ("reason", "rotation")];
    let done = browser.send(&none, CHANGE, &keys).await;
    let page = browser.page(done.location()).await;
    assert!(
        page.words().contains("The keys are changed."),
        "{}",
        page.words()
    );
    assert!(!page.text.contains("canary"));
    assert_eq!(
        house.desk.done(),
        ["keys main canary-new-0123456789,canary-old-0123456789"]
    );
    let by = house.desk.done.lock().unwrap()[0].1.clone();
    assert_eq!((&*by.who, &*by.what), ("Anna", "shop.keys"));
    assert_eq!(by.why.as_deref(), Some("rotation"));
    let twice = browser.send(&none, CHANGE, &keys).await;
    let page = browser.page(twice.location()).await;
    for part in ["You had sent this form already", "The keys are changed."] {
        assert!(page.words().contains(part), "{}", page.words());
    }
    assert_eq!(house.desk.done().len(), 1);
}

#[tokio::test]
async fn a_shop_is_added_and_what_is_wrong_with_it_is_said() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let asked = browser.page(ADD).await;
    let filled = |name: &'static str, uuid: &'static str| {
        [
            ("name", name),
            ("region", "latvia"),
            ("environment", "demo"),
            ("shop_uuid", uuid),
            ("keys", "canary-0123456789"),
            ("reason", "a second shop"),
        ]
    };
    for (name, uuid, problem) in [
        ("a b", "u-1", "Name : Must be 1 to 64 letters"),
        ("main", "u-1", "There is a shop of this name."),
        (
            "outlet",
            "refused",
            "The service has no key to keep secrets with",
        ),
    ] {
        let again = browser.send(&asked, ADD, &filled(name, uuid)).await;
        assert!(again.status.is_client_error(), "{}", again.words());
        assert!(
            again.words().contains(problem),
            "{problem}: {}",
            again.words()
        );
        assert!(!again.text.contains("canary"));
    }
    let asked = browser.page(ADD).await;
    let done = browser.send(&asked, ADD, &filled("outlet", "u-1")).await;
    assert!(
        done.location()
            .starts_with("/console/shop?shop=outlet&came=added."),
        "{}",
        done.location()
    );
    assert_eq!(house.desk.done(), ["add outlet"]);
    let new = house.desk.added.lock().unwrap().clone().unwrap();
    assert_eq!(new.keys, ["canary-0123456789"]);
    assert_eq!(new.api_version, None);
    assert!(!format!("{new:?}").contains("canary"));
}

#[tokio::test]
async fn all_that_is_wrong_with_a_shop_is_said_at_once_and_beside_its_field() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let asked = browser.page(ADD).await;
    assert!(!asked.text.contains("aria-invalid"), "{}", asked.text);
    let filled = [
        ("name", "a b"),
        ("region", "latvia"),
        ("shop_uuid", "a b"),
        ("keys", "canary-short"),
        ("base_url", "ftp://here"),
        ("return_url", "https://shop.example/typed"),
        ("reason", ""),
    ];
    let refused = browser.send(&asked, ADD, &filled).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let all = "Nothing was added: Name : Must be 1 to 64";
    assert!(refused.words().contains(all), "{}", refused.words());
    for (field, hint, says) in [
        ("name", true, "Must be 1 to 64"),
        ("shop_uuid", true, "Must have no space"),
        ("keys", true, "Line 1 has 12 characters"),
        ("base_url", false, "Must be https"),
        ("reason", true, "Say why"),
    ] {
        let listed = format!("<li><a href=\"#{field}\">");
        assert!(refused.text.contains(&listed), "{field}: {}", refused.text);
        let hint = if hint {
            format!("{field}-hint ")
        } else {
            String::new()
        };
        let marked = format!("aria-invalid=\"true\" aria-describedby=\"{hint}{field}-wrong\"");
        assert!(refused.text.contains(&marked), "{field}: {}", refused.text);
        let beside = format!("id=\"{field}-wrong\">{says}");
        assert!(refused.text.contains(&beside), "{field}: {}", refused.text);
    }
    assert_eq!(refused.text.matches("aria-invalid").count(), 5);
    for field in ["name", "shop_uuid", "base_url"] {
        let typed = filled.iter().find(|(name, _)| *name == field).unwrap().1;
        assert_eq!(refused.value(field), typed);
    }
    assert_eq!(refused.value("return_url"), "https://shop.example/typed");
    assert!(!refused.text.contains("canary"), "{}", refused.text);
    assert!(house.desk.done().is_empty());
}

#[tokio::test]
async fn the_present_keys_stay_behind_new_ones_where_that_is_wanted() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let asked = browser
        .page(&format!("{CHANGE}?shop=main&change=keys"))
        .await;
    let filled = [("keys", "canary-new-0123456789"), ("keep", "1")];
    let refused = browser.send(&asked, CHANGE, &filled).await;
    assert!(
        refused.text.contains(r#"value="1" checked> Keep"#),
        "{}",
        refused.text
    );
    let filled = [filled[0], filled[1], ("reason", "rotation")];
    browser.send(&refused, CHANGE, &filled).await.location();
    let done = ["keys main canary-new-0123456789,those it has"];
    assert_eq!(house.desk.done(), done);
}

#[tokio::test]
async fn a_shop_with_open_orders_is_removed_where_that_is_wanted_all_the_same() {
    let house = House::new();
    let remove = format!("{CHANGE}?shop=main&change=remove");
    let mut browser = house.signed_in(ADMIN).await;
    let session = house.paying("1000", "hp", "100").await;
    house.bank.customer_cancels(&session);
    house.order("1000").refresh().await.unwrap();
    let asked = browser.page(&remove).await;
    assert!(!asked.text.contains("name=\"anyway\""), "{}", asked.text);
    house.waiting("1001").await;
    house.desk.has_open_orders.store(true, Ordering::SeqCst);
    let one = browser.page(&remove).await;
    let says = "1 order is open , and nobody would work on it any more";
    assert!(one.words().contains(says), "{}", one.words());
    house.paying("1002", "hp", "100").await;
    let asked = browser.page(&remove).await;
    let listed = browser
        .page(&asked.link("2 orders are open").unwrap())
        .await;
    for (order, is_open) in [("1000", false), ("1001", true), ("1002", true)] {
        assert_eq!(listed.link(order).is_some(), is_open, "{order}");
    }
    let reason = ("reason", "closed");
    let kept = browser.send(&asked, CHANGE, &[reason]).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "{}", kept.words());
    assert!(
        kept.words().contains("2 orders are open"),
        "{}",
        kept.words()
    );
    assert!(house.desk.done().is_empty());
    let anyway = [reason, ("anyway", "1")];
    browser.send(&kept, CHANGE, &anyway).await.location();
    assert_eq!(house.desk.done(), ["remove main"]);
}

#[tokio::test]
async fn a_shop_says_how_to_get_a_webhook_and_that_its_identifier_is_an_odd_one() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let odd = "is no UUID";
    let other = browser.page("/console/shop?shop=other").await;
    for says in ["PUT /v1/shops/other/webhook", odd] {
        assert!(other.words().contains(says), "{says}: {}", other.words());
    }
    let main = browser.page("/console/shop?shop=main").await;
    assert!(!main.words().contains(odd), "{}", main.words());
}

#[tokio::test]
async fn a_form_about_a_shop_that_is_sent_again_is_answered_as_the_first_time() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let mut add = ADDED.to_vec();
    add.push(("keys", "canary-0123456789"));
    let asked = browser.page(ADD).await;
    browser.send(&asked, ADD, &add).await.location();
    house.add("outlet");
    let again = browser.send(&asked, ADD, &add).await;
    let page = browser.page(again.location()).await;
    for part in [
        "Shop outlet",
        "You had sent this form already",
        "The shop is added.",
    ] {
        assert!(page.words().contains(part), "{}", page.words());
    }
    let reason = [("reason", "a trial")];
    let asked = browser
        .page(&format!("{CHANGE}?shop=outlet&change=enable"))
        .await;
    browser.send(&asked, CHANGE, &reason).await.location();
    let again = browser.send(&asked, CHANGE, &reason).await;
    let page = browser.page(again.location()).await;
    assert!(
        page.words().contains("The webhook is switched on."),
        "{}",
        page.words()
    );
    let asked = browser
        .page(&format!("{CHANGE}?shop=outlet&change=remove"))
        .await;
    browser.send(&asked, CHANGE, &reason).await.location();
    house.remove("outlet");
    let again = browser.send(&asked, CHANGE, &reason).await;
    let page = browser.page(again.location()).await;
    for part in ["You had sent this form already", "The shop is removed."] {
        assert!(page.words().contains(part), "{}", page.words());
    }
    assert_eq!(
        house.desk.done(),
        ["add outlet", "enable outlet", "remove outlet"]
    );
}

#[tokio::test]
async fn what_the_file_says_of_a_shop_is_not_offered_to_be_changed_here() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let own = browser
        .page(&format!("{CHANGE}?shop=main&change=keys"))
        .await;
    for change in ["keys", "remove"] {
        let path = format!("{CHANGE}?shop=other&change={change}");
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(
            page.words().contains("inbank.toml has this shop"),
            "{}",
            page.words()
        );
        assert!(!page.text.contains("id=\"do\""), "{}", page.words());
        let mut sent = own.hidden(CHANGE);
        sent.retain(|(name, _)| name != "shop" && name != "change");
        sent.extend(crate::browser::fields(&[
            ("shop", "other"),
            ("change", change),
            ("keys", "canary-0123456789"),
            ("reason", "x"),
        ]));
        let answer = browser.post(CHANGE, &sent).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.words());
    }
    assert!(house.desk.done().is_empty());
}

#[tokio::test]
async fn whoever_may_not_change_shops_is_refused_by_page_and_by_form() {
    let house = House::new();
    let mut admin = house.signed_in(ADMIN).await;
    let asked = admin
        .page(&format!("{CHANGE}?shop=main&change=remove"))
        .await;
    let mut writer = house.signed_in(WRITER).await;
    for path in [ADD, &format!("{CHANGE}?shop=main&change=remove")] {
        assert_eq!(writer.get(path).await.status, StatusCode::FORBIDDEN);
    }
    let own = writer.page("/console/").await.hidden("/console/sign-out");
    let mut sent = asked.hidden(CHANGE);
    sent.retain(|(name, _)| name != "form");
    sent.extend(own);
    sent.extend(crate::browser::fields(&[
        ("reason", "x"),
        ("name", "a"),
        ("keys", "k"),
    ]));
    for path in [ADD, CHANGE] {
        let answer = writer.post(path, &sent).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(house.desk.done().is_empty());
    // Sending again is for those who decide about orders.
    let page = writer.page("/console/shop?shop=main").await;
    let asked = writer
        .page(&page.link("Send all given up again").unwrap())
        .await;
    writer
        .send(&asked, CHANGE, &[("reason", "their server is back")])
        .await;
    assert_eq!(house.desk.done(), ["resend dead of main"]);
}

#[tokio::test]
async fn what_becomes_of_events_that_are_sent_again_is_said_as_it_is() {
    let house = House::new();
    let mut browser = house.signed_in(WRITER).await;
    for (resent, says) in [
        (Resent::Sent, "The events are sent again."),
        (
            Resent::Paused,
            "The events are sent again once the webhook’s pause is over",
        ),
        (
            Resent::Off,
            "The webhook is switched off: the events are kept, and sent once it is switched on.",
        ),
        (Resent::Nothing, "There was nothing to send again"),
    ] {
        *house.desk.resent.lock().unwrap() = Some(resent);
        house.desk.sent_again.store(false, Ordering::Relaxed);
        let page = browser.page("/console/shop?shop=main").await;
        let asked = browser
            .page(&page.link("Send all given up again").unwrap())
            .await;
        let done = browser.send(&asked, CHANGE, &[("reason", "back")]).await;
        let page = browser.page(done.location()).await;
        assert!(page.words().contains(says), "{says}: {}", page.words());
    }
}

#[tokio::test]
async fn the_list_says_which_webhook_fails() {
    let house = House::new();
    let [main, other] = ["main", "other"].map(shop);
    *house.desk.webhooks.lock().unwrap() = Some(vec![WebhookHealth {
        state: WebhookState::Failing,
        since: Some(house.clock.now() - Duration::from_hours(2)),
        last_status: Some(500),
        last_problem: Some("answered 500".to_owned()),
        dead: 3,
        oldest: Some(Duration::from_hours(2)),
        ..healthy(&main)
    }]);
    let mut browser = house.signed_in(READER).await;
    let page = browser.page("/console/shops").await;
    let row = "failing for 2 h, HTTP 500; 3 events given up; the oldest event has waited for 2 h";
    assert!(page.words().contains(row), "{}", page.words());
    assert!(
        page.words().contains("none"),
        "{other} has none: {}",
        page.words()
    );
    *house.desk.webhooks.lock().unwrap() = None;
    let page = browser.page("/console/shops").await;
    assert!(page.words().contains("not known"), "{}", page.words());
}

const CHECK: &str = "/console/shop/check";
const CHECK_MAIN: &str = "/console/shop/check?shop=main";

/// Checks a shop, as its page has it done.
async fn checked(browser: &mut Browser) -> Answer {
    let page = browser.page("/console/shop?shop=main").await;
    let done = browser.send(&page, CHECK, &[]).await;
    browser.page(done.location()).await
}

#[tokio::test]
async fn a_check_says_what_is_wrong_and_when_it_was_looked() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let page = checked(&mut browser).await;
    for part in [
        "The clocks agree ! wrong set both by NTP",
        "Looked at 2026-",
    ] {
        assert!(page.words().contains(part), "{part}: {}", page.words());
    }
    // Without a service, the bank is asked by the shop's own connection.
    let mut embedded = Browser::new(house.console().router());
    embedded.sign_in(READER).await;
    let page = checked(&mut embedded).await;
    assert!(
        page.words().contains("The shop can work."),
        "{}",
        page.words()
    );
    house.bank.fail_next(GatewayErrorKind::NotAuthorised);
    house.pass(Duration::from_mins(1));
    let page = checked(&mut embedded).await;
    assert!(
        page.words().contains("did not accept the API key"),
        "{}",
        page.words()
    );
    assert_eq!(embedded.get(ADD).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_checks_nothing_and_a_form_only_so_often() {
    let house = House::new();
    let count = || house.desk.checks.load(Ordering::SeqCst);
    let mut browser = house.signed_in(READER).await;
    let page = browser.page(CHECK_MAIN).await;
    assert!(page.words().contains("was not checked"), "{}", page.words());
    let none = crate::browser::fields(&[("shop", "main")]);
    let answer = browser.post(CHECK, &none).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.words());
    assert_eq!(count(), 0);
    for (passed, asked) in [(0, 1), (3, 1), (6, 2), (1, 2)] {
        house.pass(Duration::from_secs(passed));
        checked(&mut browser).await;
        assert_eq!(count(), asked, "{passed} s later");
    }
    let page = browser.page(CHECK_MAIN).await;
    assert!(
        page.words().contains("The clocks agree"),
        "{}",
        page.words()
    );
    assert_eq!(count(), 2);
    let mut stranger = house.signed_in(crate::house::OTHER).await;
    let own = stranger.page("/console/").await.hidden("/console/sign-out");
    let mut sent = own;
    sent.extend(none);
    let answer = stranger.post(CHECK, &sent).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.words());
    assert_eq!(count(), 2);
}

#[tokio::test]
async fn a_shop_with_other_keys_is_checked_anew() {
    let house = House::new();
    let mut browser = house.signed_in(ADMIN).await;
    let page = checked(&mut browser).await;
    assert!(page.words().contains("Looked at"), "{}", page.words());
    let asked = browser
        .page(&format!("{CHANGE}?shop=main&change=keys"))
        .await;
    let keys = [
        ("keys", "canary-key-that-is-long-enough"),
        ("reason", "rotation"),
    ];
    browser.send(&asked, CHANGE, &keys).await;
    let page = browser.page(CHECK_MAIN).await;
    assert!(page.words().contains("was not checked"), "{}", page.words());
    let page = checked(&mut browser).await;
    assert!(page.words().contains("Looked at"), "{}", page.words());
    assert_eq!(house.desk.checks.load(Ordering::SeqCst), 2);
}
