use axum::http::StatusCode;

use crate::house::{ADMIN, House, OTHER, READER, key, shop};

const ALL: &str = "from=2020-01-01&until=2030-12-31";

#[tokio::test]
async fn orders_and_events_of_a_period_are_tables_with_decimals() {
    let house = House::new();
    house.waiting("1001").await;
    house.paying("=SUM(A1)", "hp", "100.10").await;
    let mut browser = house.signed_in(READER).await;
    let orders = browser
        .page(&format!("/console/export/orders.csv?{ALL}"))
        .await;
    assert_eq!(orders.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        orders.header("content-disposition"),
        "attachment; filename=\"orders-2020-01-01-2030-12-31.csv\""
    );
    let lines: Vec<_> = orders.text.split("\r\n").collect();
    assert!(
        lines[0].starts_with("shop,reference,opened_at,status,detail,"),
        "{}",
        lines[0]
    );
    let waiting = lines.iter().find(|line| line.contains(",1001,")).unwrap();
    assert!(
        waiting.contains(",awaits_merchant,,,1,session,hp_approval,499.90,EUR,"),
        "{waiting}"
    );
    let formula = lines.iter().find(|line| line.contains("SUM")).unwrap();
    assert!(formula.starts_with("main,\"'=SUM(A1)\","), "{formula}");
    let events = browser
        .page(&format!("/console/export/events.csv?{ALL}&shop=main"))
        .await;
    assert!(
        events
            .text
            .contains(",main,1001,1,awaits_merchant,,1,499.90,EUR,"),
        "{}",
        events.text
    );
}

#[tokio::test]
async fn an_amount_that_the_bank_names_otherwise_is_in_the_table_of_orders() {
    let house = House::new();
    house.disputed("1001").await;
    house.waiting("1002").await;
    let mut browser = house.signed_in(READER).await;
    let orders = browser
        .page(&format!("/console/export/orders.csv?{ALL}"))
        .await;
    let lines: Vec<_> = orders.text.split("\r\n").collect();
    let head = "amount,currency,bank_amount,bank_currency,session_id";
    assert!(lines[0].contains(head), "{}", lines[0]);
    for (order, amounts) in [
        (",1001,", ",499.90,EUR,399.90,EUR,"),
        (",1002,", ",499.90,EUR,,,"),
    ] {
        let row = lines.iter().find(|line| line.contains(order)).unwrap();
        assert!(row.contains(amounts), "{row}");
    }
    let form = browser.page("/console/export").await;
    for says in ["paid less terminated", "bank_amount differs"] {
        assert!(form.words().contains(says), "{says}: {}", form.words());
    }
}

#[tokio::test]
async fn more_orders_than_are_read_at_once_are_all_there() {
    let house = House::new();
    for number in 0..501 {
        house.paying(&format!("o-{number}"), "hp", "100").await;
    }
    let mut browser = house.signed_in(READER).await;
    let orders = browser
        .page(&format!("/console/export/orders.csv?{ALL}"))
        .await;
    assert_eq!(orders.text.matches("\r\n").count(), 502);
    for number in 0..501 {
        assert_eq!(
            orders.text.matches(&format!(",o-{number},")).count(),
            1,
            "{number}"
        );
    }
}

#[tokio::test]
async fn a_file_breaks_off_where_the_ledger_gives_no_answer_so_that_nobody_takes_half_for_the_whole()
 {
    let house = House::new();
    house.waiting("1001").await;
    // Of whom nothing else is asked before.
    let mut browser = house.signed_in(OTHER).await;
    for what in ["orders", "events"] {
        let path = format!("/console/export/{what}.csv?{ALL}");
        house.ledger.fail_next(1);
        assert!(browser.body(&path).await.is_err(), "{what}");
        assert!(browser.body(&path).await.is_ok(), "{what}");
    }
}

#[tokio::test]
async fn a_period_that_is_none_is_said_on_the_form() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    for (query, problem) in [
        ("", "Say from which day until which."),
        (
            "from=2026-01-02&until=2026-01-01",
            "The last day is before the first.",
        ),
        ("from=2026-13-01&until=2026-01-01", "A day is written as"),
    ] {
        let page = browser
            .get(&format!("/console/export/events.csv?{query}"))
            .await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            page.words().contains(problem),
            "{problem}: {}",
            page.words()
        );
    }
    let form = browser.page("/console/export").await;
    assert!(
        form.text.contains("value=\"2026-08-01\""),
        "last month: {}",
        form.text
    );
}

#[tokio::test]
async fn days_are_said_to_be_utc() {
    let house = House::new();
    let mut browser = house.signed_in(READER).await;
    for path in ["/console/export", "/console/orders"] {
        let page = browser.page(path).await;
        let says = "Days begin and end at midnight UTC";
        assert!(page.words().contains(says), "{path}: {}", page.words());
    }
}

#[tokio::test]
async fn orders_of_a_shop_that_was_removed_are_seen_and_exported_by_those_who_see_every_shop() {
    let house = House::new();
    house.waiting("1001").await;
    house.troubled("1002").await;
    assert!(house.worker.shops().remove(&shop("main")));
    let mut browser = house.signed_in(ADMIN).await;
    for path in ["/console/", "/console/orders", "/console/orders?shop=main"] {
        let page = browser.page(path).await;
        for order in ["1001", "1002"] {
            assert!(page.link(order).is_some(), "{path}: {order}");
        }
    }
    let shops = browser.page("/console/shops").await;
    assert!(shops.link("main").is_none() && shops.link("orders of main").is_some());
    for shop in ["", "&shop=main"] {
        for what in ["orders", "events"] {
            let path = format!("/console/export/{what}.csv?{ALL}{shop}");
            let page = browser.page(&path).await;
            assert!(page.text.contains("1001,"), "{path}: {}", page.text);
        }
    }
    let form = browser.page("/console/export").await;
    assert!(form.text.contains("<option>main</option>"), "{}", form.text);
    let found = browser.get("/console/find?reference=1001").await;
    assert_eq!(found.location(), "/console/order?shop=main&reference=1001");
    let order = browser.page(found.location()).await;
    let says = "This process has no shop of this name";
    assert!(order.words().contains(says), "{}", order.words());
    for button in [
        "Approve",
        "Cancel",
        "Read the bank now",
        "Erase",
        "Send again",
    ] {
        assert!(!order.text.contains(&format!(">{button}<")), "{button}");
    }
    let decide = "/console/order/decide?shop=main&reference=1001&deed=approve";
    assert_eq!(browser.get(decide).await.status, StatusCode::NOT_FOUND);
    let none = "/console/order?shop=main&reference=none";
    assert_eq!(browser.get(none).await.status, StatusCode::NOT_FOUND);
    let period = browser.page("/console/?period=month").await;
    let says = "awaits merchant 1";
    assert!(period.words().contains(says), "{}", period.words());
    // Others see what their token names and this process has.
    let mut other = house.signed_in(OTHER).await;
    for path in [
        "/console/orders".to_owned(),
        "/console/orders?shop=main".to_owned(),
        format!("/console/export/orders.csv?{ALL}"),
        format!("/console/export/events.csv?{ALL}&shop=main"),
    ] {
        let page = other.page(&path).await;
        assert!(!page.text.contains("1001"), "{path}: {}", page.text);
    }
    let path = "/console/order?shop=main&reference=1001";
    assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.ledger_order(&key("1001")).await.attempts.len(), 1);
}
