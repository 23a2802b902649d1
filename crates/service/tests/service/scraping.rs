use axum::http::{Method, StatusCode};

use crate::{ADMIN, READER, Service};

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
