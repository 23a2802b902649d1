use std::time::Duration;

use axum::http::{Method, StatusCode};
use inbank::EventKind;

use crate::receiver::{Receiver, Reply};
use crate::sending::House;
use crate::{ADMIN, READER, Service, answered};

#[tokio::test]
async fn figures_are_for_a_token_of_every_shop() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    service.pay("1002", "99.90").await;
    let answer = service.ask(Method::GET, "/metrics", READER, None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let figures = service.ask(Method::GET, "/metrics", ADMIN, None).await;
    assert_eq!(figures.status, StatusCode::OK, "{}", figures.text);
    assert!(
        figures
            .content_type
            .starts_with("text/plain; version=0.0.4")
    );
    for line in [
        "inbank_orders{shop=\"main\",status=\"pending\"} 2",
        "inbank_orders{shop=\"other\",status=\"pending\"} 0",
        "inbank_orders_needing_a_person{shop=\"main\"} 0",
        "inbank_commands_unclear{shop=\"main\"} 0",
        "inbank_ledger_up 1",
        "# TYPE inbank_orders gauge",
    ] {
        assert!(figures.text.contains(line), "{line}\n{}", figures.text);
    }
    assert!(!figures.text.contains("1001"));
}

/// A shop of its own, since there is one collector in a process.
#[tokio::test]
async fn a_webhook_that_waits_or_is_switched_off_is_seen() {
    let mut receiver = Receiver::start().await;
    let house = House::new().await;
    let house = house.with_webhook("metered", &receiver.url).await;
    receiver.replies([Reply::Status(500)]);
    receiver.always(Reply::Status(410));
    house
        .tell("metered", "1001", EventKind::AwaitsMerchant)
        .await;
    let running = house.start().await;
    receiver.next().await;
    let failed = |webhook: &inbank_adapters_sql::Webhook| webhook.last_status == Some(500);
    house.until("metered", failed).await;
    house.clock.advance(Duration::from_secs(3));
    let figures = answered(&running.router, Method::GET, "/metrics", ADMIN, None).await;
    for line in [
        "inbank_webhooks_waiting{shop=\"metered\"} 1",
        "inbank_webhooks_oldest_seconds{shop=\"metered\"} 3",
        "inbank_webhooks_dead{shop=\"metered\"} 0",
        "inbank_webhooks_disabled{shop=\"metered\"} 0",
        "inbank_webhooks_waiting{shop=\"other\"} 0",
    ] {
        assert!(figures.text.contains(line), "{line}\n{}", figures.text);
    }
    running.after(&house, Duration::from_mins(1));
    house
        .until("metered", |webhook| webhook.disabled.is_some())
        .await;
    // Another process: this one has just asked.
    let second = house.start().await;
    let figures = answered(&second.router, Method::GET, "/metrics", ADMIN, None).await;
    let line = "inbank_webhooks_disabled{shop=\"metered\"} 1";
    assert!(figures.text.contains(line), "{}", figures.text);
    running.stop().await;
    second.stop().await;
}

#[test]
fn every_figure_is_in_the_document() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let document = std::fs::read_to_string(format!("{root}/docs/service.md")).unwrap();
    let mut count = 0;
    for file in [
        "crates/app/src/figures.rs",
        "crates/adapters-http/src/figures.rs",
        "crates/service/src/api/scrape.rs",
    ] {
        let code = std::fs::read_to_string(format!("{root}/{file}")).unwrap();
        for name in code.split('"').filter(|text| text.starts_with("inbank_")) {
            assert!(document.contains(&format!("`{name}`")), "{name}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}
