use std::time::Duration;

use axum::http::StatusCode;

use crate::house::{ADMIN, House, OTHER, READER, WRITER, key};

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
        "Financed 100 EUR",
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
        "Does it work",
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
        let on =
            [&first, &next].map(|page| page.text.matches(&format!(">{reference}</a>")).count());
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
