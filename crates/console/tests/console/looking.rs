use std::time::Duration;

use axum::http::StatusCode;
use inbank_console::{DeliveryCard, WebhookHealth, WebhookState};
use inbank_domain::{Concern, Currency, Money, Order, OtherAmount};
use inbank_ports::Clock as _;

use crate::desk::{delivery, healthy};
use crate::house::{ADMIN, House, OTHER, READER, WRITER, key, shop};

#[tokio::test]
async fn the_overview_says_what_is_wrong_first_and_then_how_the_day_goes() {
    let house = House::new();
    house.waiting("1001").await;
    let told = house.troubled("1002").await;
    let session = house.paying("1003", "hp", "100").await;
    house.bank.customer_applies(&session);
    house.order("1003").refresh().await.unwrap();
    let session = house.paying("1004", "hp", "900").await;
    house.bank.customer_applies(&session);
    house.order("1004").refresh().await.unwrap();
    let page = house.signed_in(ADMIN).await.page("/console/").await;
    let words = page.words();
    let at = |part: &str| {
        let at = words.find(part);
        at.unwrap_or_else(|| panic!("{part}: {words}"))
    };
    assert!(at(&told) < at("Do: The attempt has failed."));
    assert!(at("Do: The attempt has failed.") < at("Does it work"));
    assert!(at("Does it work") < at("Waits for the merchant"));
    assert!(at("Waits for the merchant") < at("Last day"));
    for part in [
        "Orders paid 1",
        "Financed 100.00 EUR",
        "Waiting now 499.90 EUR",
        "Approved 66.6 %",
        "awaits merchant 1",
        "From paying to paid",
        "it has not asked the ledger yet",
        "fake",
    ] {
        at(part);
    }
    assert!(
        page.text
            .contains("role=\"img\" aria-labelledby=\"by-status-title by-status-desc\"")
    );
    assert_eq!(page.header("refresh"), "", "nothing more is waited for");
}

#[tokio::test]
async fn figures_are_kept_for_a_quarter_of_a_minute() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let shown = "needs person 0";
    assert!(
        browser
            .page("/console/")
            .await
            .words()
            .contains("awaits merchant 0"),
        "{shown}"
    );
    house.waiting("1001").await;
    house.pass(Duration::from_secs(14));
    let page = browser.page("/console/").await;
    assert!(
        page.words().contains("awaits merchant 0"),
        "{}",
        page.words()
    );
    assert!(page.words().contains("Orders that wait") || page.link("1001").is_some());
    house.pass(Duration::from_secs(1));
    let page = browser.page("/console/").await;
    assert!(
        page.words().contains("awaits merchant 1"),
        "{}",
        page.words()
    );
}

#[tokio::test]
async fn whoever_sees_some_shops_sees_nothing_of_the_whole_process() {
    let house = House::new();
    house.waiting("1001").await;
    let page = house.signed_in(OTHER).await.page("/console/").await;
    for part in [
        "Worker",
        "Backlog",
        "The bank’s answers",
        "1001",
        "awaits merchant 1",
    ] {
        assert!(!page.words().contains(part), "{part}: {}", page.words());
    }
}

#[tokio::test]
async fn orders_are_listed_page_by_page_each_once_and_filtered_by_the_address() {
    let house = House::new();
    for number in 0..53 {
        house.paying(&format!("o/{number}"), "hp", "100").await;
        house.pass(Duration::from_secs(1));
    }
    house.troubled("trouble").await;
    let mut browser = house.signed_in(READER).await;
    let first = browser.page("/console/orders").await;
    assert!(first.words().find("Needs a person").unwrap() < first.words().find("o/52").unwrap());
    let next = browser.page(&first.link("Earlier orders").unwrap()).await;
    assert!(next.link("Earlier orders").is_none());
    assert!(next.link("To the latest").is_some());
    for number in 0..53 {
        let reference = format!("o/{number}");
        let on = [&first, &next].map(|page| {
            page.text
                .matches(&format!("<bdi>{reference}</bdi></a>"))
                .count()
        });
        assert_eq!(on[0] + on[1], 1, "{reference}");
    }
    let paid = browser.page("/console/orders?status=paid").await;
    assert!(paid.words().contains("No order is like that"));
    let day = browser
        .page("/console/orders?from=1999-01-01&until=1999-01-02")
        .await;
    assert!(day.words().contains("No order is like that"));
    let one = browser
        .page("/console/orders?reference=o%2F7&shop=main&status=pending")
        .await;
    assert!(one.link("o/7").is_some() && one.link("o/8").is_none());
    let found = browser.get("/console/find?reference=%20o%2F7%20").await;
    assert_eq!(found.location(), "/console/order?shop=main&reference=o%2F7");
    let none = browser.page("/console/find?reference=o%2F%3Cb%3E").await;
    assert!(
        none.words()
            .contains("No order has the reference “ o/<b> ”. Give the whole of it."),
        "{}",
        none.words()
    );
    assert!(!none.text.contains("<b>"), "{}", none.text);
}

#[tokio::test]
async fn an_order_shows_its_attempts_on_the_graph_with_the_way_taken() {
    let house = House::new();
    let first = house.paying("1001", "hp_approval", "100").await;
    house.waiting("1001").await;
    house.bank.customer_cancels(&first);
    let mut browser = house.signed_in(WRITER).await;
    let page = browser
        .page("/console/order?shop=main&reference=1001")
        .await;
    let words = page.words();
    assert!(
        words.contains("It passed opening, pending, granted. From here it can go to"),
        "{words}"
    );
    assert!(words.contains("Another took its place"), "{words}");
    assert!(
        page.text
            .contains("aria-labelledby=\"graph-2-title graph-2-desc\"")
    );
    assert!(page.text.contains("Attempt 1") && page.text.contains("Attempt 2"));
}

#[tokio::test]
async fn an_order_that_cannot_be_read_says_so_and_what_to_do() {
    let house = House::new();
    house.waiting("1001").await;
    house.ledger.break_order(&key("1001"));
    let mut browser = house.signed_in(WRITER).await;
    let page = browser.get("/console/order?shop=main&reference=1001").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        page.words().contains("run the later version again"),
        "{}",
        page.words()
    );
    let list = browser.page("/console/orders").await;
    assert!(
        list.words().contains("written by a later version"),
        "{}",
        list.words()
    );
}

#[tokio::test]
async fn a_ledger_that_is_away_is_said_on_the_page() {
    let house = House::new();
    let mut browser = house.signed_in(WRITER).await;
    house.ledger.fail_next(1);
    let page = browser.get("/console/orders?status=paid").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        page.words().contains("The ledger gives no answer"),
        "{}",
        page.words()
    );
}

#[tokio::test]
async fn no_page_has_a_style_or_script_in_it_and_each_has_one_heading_and_a_title() {
    let house = House::new();
    house.waiting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    for path in [
        "/console/",
        "/console/orders",
        "/console/order?shop=main&reference=1001",
        "/console/order/decide?shop=main&reference=1001&deed=approve",
        "/console/order/erase?shop=main&reference=1002",
        "/console/shops",
        "/console/shop?shop=main",
        "/console/shop/check?shop=main",
        "/console/shop/add",
        "/console/shop/change?shop=main&change=keys",
        "/console/export",
        "/console/audit",
    ] {
        let page = browser.page(path).await;
        let text = page.text.as_str();
        assert_eq!(text.matches("<h1").count(), 1, "{path}");
        assert!(!text.contains("<title> ·"), "{path}");
        for inline in [" style=", "<style", " onclick", "javascript:"] {
            assert!(!text.contains(inline), "{path}: {inline}");
        }
        assert_eq!(text.matches("<script").count(), 1, "{path}");
        assert!(
            text.contains("<script src=\"/console/refresh.js\" defer></script>"),
            "{path}"
        );
        let mut ids: Vec<_> = text
            .split(" id=\"")
            .skip(1)
            .map(|rest| rest.split('"').next())
            .collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "{path} has an id twice");
        for labelled in text.split(" for=\"").skip(1) {
            let id = labelled.split('"').next().unwrap();
            assert!(ids.contains(&Some(id)), "{path}: no field {id}");
        }
        assert!(
            !text.contains("http://") && !text.contains("src=\"https"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_console_may_be_at_another_path() {
    let house = House::new();
    let console = house.console().at("/admin/financing/");
    let mut browser = crate::browser::Browser::new(console.router());
    let answer = browser.get("/admin/financing").await;
    assert_eq!(
        answer.location(),
        "/admin/financing/sign-in?to=%2Fadmin%2Ffinancing"
    );
    let sent = crate::browser::fields(&[("token", READER)]);
    browser.post("/admin/financing/sign-in", &sent).await;
    let page = browser.page("/admin/financing/orders").await;
    assert!(page.text.contains("href=\"/admin/financing/style.css\""));
    assert!(!page.text.contains("\"/console"));
}

#[tokio::test]
async fn the_overview_is_not_fine_while_a_webhook_is_not() {
    let house = House::new();
    let main = shop("main");
    let mut browser = house.signed_in(READER).await;
    let show = |webhooks: Option<Vec<WebhookHealth>>| {
        *house.desk.webhooks.lock().unwrap() = webhooks;
    };
    show(Some(Vec::new()));
    let page = browser.page("/console/").await;
    assert!(!page.words().contains("Webhook"), "there is none");
    show(Some(vec![healthy(&main), healthy(&shop("other"))]));
    let page = browser.page("/console/").await;
    let fine = "Webhooks ✓ fine 2, all of them taken";
    assert!(page.words().contains(fine), "{}", page.words());
    let now = house.clock.now();
    let failing = WebhookHealth {
        state: WebhookState::Failing,
        since: Some(now - Duration::from_hours(2)),
        last_status: Some(500),
        last_problem: Some("answered 500".to_owned()),
        ..healthy(&main)
    };
    let no_answer = WebhookHealth {
        last_status: None,
        last_problem: Some("no connection in time".to_owned()),
        ..failing.clone()
    };
    let off = WebhookHealth {
        state: WebhookState::Disabled,
        since: Some(now - Duration::from_hours(3)),
        disabled_because: Some("gone".to_owned()),
        last_status: Some(410),
        last_problem: Some("answered 410".to_owned()),
        ..healthy(&main)
    };
    let given_up = WebhookHealth {
        dead: 2,
        ..healthy(&main)
    };
    let late = WebhookHealth {
        oldest: Some(Duration::from_secs(301)),
        ..healthy(&main)
    };
    for (webhook, says) in [
        (failing, "! look failing for 2 h, HTTP 500"),
        (no_answer, "! look failing for 2 h, no connection in time"),
        (
            off,
            "! look switched off for 3 h, since the shop’s server wants no more (HTTP 410)",
        ),
        (given_up, "! look 2 events given up"),
        (late, "! look the oldest event has waited for 5 min 1 s"),
    ] {
        show(Some(vec![webhook, healthy(&shop("other"))]));
        let page = browser.page("/console/").await;
        let says = format!("Webhook of main {says}");
        assert!(page.words().contains(&says), "{says}: {}", page.words());
        assert!(!page.words().contains("Webhooks ✓ fine"), "{says}");
        assert!(page.link("Look at the shop main").is_some());
        // Whose shop it isn't hears nothing of it.
        let page = house.signed_in(OTHER).await.page("/console/").await;
        assert!(
            page.words().contains("Webhooks ✓ fine 1"),
            "{}",
            page.words()
        );
        assert!(!page.words().contains("Webhook of main"));
    }
    show(None);
    let page = browser.page("/console/").await;
    let says = "Webhooks ! look not known";
    assert!(page.words().contains(says), "{}", page.words());
}

#[tokio::test]
async fn the_overview_says_that_a_shop_cannot_be_used_by_this_process() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let page = browser.page("/console/").await;
    assert!(!page.words().contains("can’t be used"), "{}", page.words());
    house.worker.shops().withhold(shop("main"));
    let page = browser.page("/console/").await;
    let says = "Shops ! look main can’t be used by this process";
    assert!(page.words().contains(says), "{}", page.words());
}

#[tokio::test]
async fn an_order_in_dispute_that_was_seen_to_says_by_whom_when_and_why() {
    let house = House::new();
    house.disputed("1001").await;
    let amount = OtherAmount {
        named: Money::parse("399.9", Currency::EUR).unwrap(),
        asked: Some(Money::parse("499.90", Currency::EUR).unwrap()),
    };
    let concern = Concern::GrantedWithOtherAmount { attempt: 1, amount };
    let told = house.tell("1001", concern).await;
    assert!(told.contains("the bank names 399.90 EUR"), "{told}");
    let mut browser = house.signed_in(WRITER).await;
    let overview = browser.page("/console/").await;
    for part in [
        "All that need a person (1)",
        "need a person 1",
        "in dispute 1",
    ] {
        let words = overview.words();
        assert!(words.contains(part), "{part}: {words}");
    }
    let order = browser
        .page("/console/order?shop=main&reference=1001")
        .await;
    assert!(order.words().contains("! in dispute"), "{}", order.words());
    let asked = browser.page(&order.link("Mark as seen to").unwrap()).await;
    let decide = "/console/order/decide";
    let done = browser
        .send(&asked, decide, &[("reason", "the customer signed less")])
        .await;
    house.pass(Duration::from_mins(20));
    let order = browser.page(done.location()).await;
    for part in [
        "▸ in dispute: undecided, seen to",
        "Seen to by Berta",
        "20 min ago",
        "“the customer signed less”",
        &told,
    ] {
        assert!(order.words().contains(part), "{part}: {}", order.words());
    }
    assert!(!order.words().contains("Needs a person"));
    let list = browser.page("/console/orders").await;
    let says = "▸ in dispute: undecided, seen to by Berta, 20 min ago";
    assert!(list.words().contains(says), "{}", list.words());
    let list = browser.page("/console/orders?needs_person=1").await;
    assert!(list.words().contains("No order is like that"));
    // Whoever looks right after it was decided sees it counted, too.
    let overview = browser.page("/console/").await;
    for part in ["No order needs a person", "need a person 0", "in dispute 1"] {
        let words = overview.words();
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[tokio::test]
async fn a_decision_is_counted_on_the_next_overview() {
    let house = House::new();
    house.troubled("1001").await;
    let mut browser = house.signed_in(WRITER).await;
    let overview = browser.page("/console/").await;
    assert!(overview.words().contains("need a person 1"));
    let asked = "/console/order/decide?shop=main&reference=1001&deed=seen_to";
    let asked = browser.page(asked).await;
    let decide = "/console/order/decide";
    browser.send(&asked, decide, &[("reason", "seen")]).await;
    let overview = browser.page("/console/").await;
    let words = overview.words();
    assert!(words.contains("need a person 0"), "{words}");
}

#[tokio::test]
async fn the_timeline_says_where_events_were_posted_and_how_that_was_answered() {
    let house = House::new();
    house.waiting("1001").await;
    let at = house.clock.now();
    let card = |taken: bool, tries: u32, problem: &str| DeliveryCard {
        tries,
        tried_at: Some(at),
        taken_at: taken.then_some(at),
        to: Some("https://shop.example/events".to_owned()),
        status: Some(if taken { 204 } else { 500 }),
        problem: Some(problem.to_owned()).filter(|problem| !problem.is_empty()),
        ..delivery()
    };
    let redirected = DeliveryCard {
        status: Some(302),
        ..card(false, 1, "answered 302: redirects are not followed")
    };
    *house.desk.deliveries.lock().unwrap() = vec![
        card(true, 1, ""),
        card(true, 3, ""),
        card(false, 2, "answered 500"),
        redirected,
    ];
    let mut browser = house.signed_in(READER).await;
    let page = browser
        .page("/console/order?shop=main&reference=1001")
        .await;
    let words = page.words();
    for part in [
        "event 1 was taken posted to https://shop.example/events, tried once: HTTP 204",
        "event 1 was taken posted to https://shop.example/events, tried 3 times: HTTP 204",
        "event 1 was not taken, and is tried again posted to https://shop.example/events, tried 2 times: HTTP 500",
        "tried once: HTTP 302: redirects are not followed",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for part in ["500 answered 500", "302 answered 302"] {
        let shop = browser.page("/console/shop?shop=main").await.words();
        assert!(!words.contains(part) && !shop.contains(part), "{part}");
    }
}

#[tokio::test]
async fn amounts_have_the_digits_of_their_coins_on_every_page() {
    let house = House::new();
    let session = house.paying("1001", "hp", "100.0").await;
    house.bank.customer_applies(&session);
    house.order("1001").refresh().await.unwrap();
    let session = house.paying("1002", "hp_approval", "101.5").await;
    house.bank.customer_applies(&session);
    house.order("1002").refresh().await.unwrap();
    let named = |order: &mut Order| {
        order.attempts[0].other_amount = Some(Money::parse("99", Currency::EUR).unwrap());
    };
    house.change("1002", named).await;
    let mut browser = house.signed_in(ADMIN).await;
    for (path, amounts) in [
        ("/console/", &["100.00 EUR"][..]),
        ("/console/orders", &["100.00 EUR", "101.50 EUR"]),
        (
            "/console/order?shop=main&reference=1001",
            &["100.00 EUR", "event 1 of attempt 1, 100.00 EUR"],
        ),
        (
            "/console/order?shop=main&reference=1002",
            &["101.50 EUR", "The bank names 99.00 EUR"],
        ),
        (
            "/console/order/decide?shop=main&reference=1002&deed=cancel",
            &["Amount 101.50 EUR", "The bank names 99.00 EUR"],
        ),
    ] {
        let page = browser.page(path).await;
        for amount in amounts {
            let words = page.words();
            assert!(words.contains(amount), "{path}: {amount}: {words}");
        }
        for amount in ["100.0 EUR", "101.5 EUR", " 99 EUR", " 100 EUR"] {
            assert!(!page.words().contains(amount), "{path}: {amount}");
        }
    }
    let all = "from=2020-01-01&until=2030-12-31";
    for what in ["orders", "events"] {
        let path = format!("/console/export/{what}.csv?{all}");
        let table = browser.page(&path).await;
        assert!(table.text.contains(",100.00,EUR,"), "{}", table.text);
    }
}

#[tokio::test]
async fn a_list_of_days_that_end_before_they_begin_is_refused() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    let page = browser
        .get("/console/orders?from=2026-01-02&until=2026-01-01")
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let says = "The last day is before the first.";
    assert!(page.words().contains(says), "{}", page.words());
}

#[tokio::test]
async fn what_this_process_remembers_alone_is_said_to_be_its_own_and_since_when() {
    let house = House::new();
    let started = house.clock.now();
    let mut browser = house.signed_in(ADMIN).await;
    let day = started.date().to_string();
    let says = format!("This process asked none since it began, {day}T");
    let page = browser.page("/console/").await;
    assert!(page.words().contains(&says), "{}", page.words());
    house.waiting("1001").await;
    house.pass(Duration::from_hours(1));
    for path in ["/console/", "/console/order?shop=main&reference=1001"] {
        let words = browser.page(path).await.words();
        for part in [
            &format!("which began {day}T"),
            "1 h ago",
            "another process has its own",
        ] {
            assert!(words.contains(part), "{path}: {part}: {words}");
        }
    }
}
