use axum::http::StatusCode;

use crate::house::{House, READER};

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
    let mut browser = house.signed_in(READER).await;
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
