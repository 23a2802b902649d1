//! The overview while the ledger does not answer: it says so, and goes on looking.

use std::time::Duration;

use axum::http::StatusCode;
use inbank_testkit::MemoryLedger;

use crate::house::{ADMIN, House, OTHER};

const SAYS: &str = "The ledger does not answer.";
const FIGURES: &str = "the figures below are those of 20 s ago";
const LATE: &str = "the ledger was asked for newer ones, and has not answered since";

#[tokio::test]
async fn the_overview_says_at_the_next_look_that_the_ledger_is_away_and_how_old_its_figures_are() {
    let house = House::new();
    house.waiting("1001").await;
    house.troubled("1002").await;
    let mut browser = house.signed_in(ADMIN).await;
    let mut other = house.signed_in(OTHER).await;
    let page = browser.page("/console/").await;
    assert!(!page.words().contains(SAYS), "{}", page.words());
    house.pass(Duration::from_secs(20));
    house.ledger.fail_next(usize::MAX);
    let page = browser.get("/console/").await;
    let words = page.words();
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{words}");
    for part in [
        SAYS,
        FIGURES,
        LATE,
        "Needs a person Not known now.",
        "Waits for the merchant Not known now.",
        "awaits merchant 1",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for part in ["No order needs a person", "No order waits"] {
        assert!(!words.contains(part), "{part}: {words}");
    }
    // The script looks again by it.
    assert!(page.text.contains("data-refresh"), "{}", page.text);
    let theirs = other.get("/console/").await;
    assert!(theirs.words().contains(SAYS), "{}", theirs.words());
    assert!(!theirs.words().contains("awaits merchant 1"));
    house.ledger.fail_next(0);
    let page = browser.page("/console/").await;
    for part in [SAYS, LATE, "Not known now."] {
        assert!(!page.words().contains(part), "{part}: {}", page.words());
    }
    assert!(page.link("1002").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_never_answers_keeps_the_overview_from_nobody() {
    let house = House::over(MemoryLedger::with_connections(0));
    let mut browser = house.signed_in(ADMIN).await;
    let asked = tokio::time::Instant::now();
    let page = browser.get("/console/").await;
    assert!(asked.elapsed() < Duration::from_secs(5));
    assert!(page.words().contains(SAYS), "{}", page.words());
}
