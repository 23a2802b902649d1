//! What an order's page tells of commands, also of those that stand no more.

use std::time::Duration;

use inbank_ports::GatewayErrorKind;

use crate::house::{House, READER};

async fn timeline(house: &House) -> String {
    let mut browser = house.signed_in(READER).await;
    let page = browser.page("/console/order?shop=main&reference=1001");
    page.await.words()
}

fn assert_told(words: &str, parts: &[&str]) {
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[tokio::test]
async fn what_a_program_decided_stays_on_the_timeline_step_by_step() {
    let house = House::new();
    house.waiting("1001").await;
    house.order("1001").approve().await.unwrap();
    house.order("1001").refresh().await.unwrap();
    let steps = [
        "command approve attempt 1: wanted decided by a call",
        "command approve attempt 1: sent",
        "command approve attempt 1: acknowledged",
        "command approve attempt 1: shown the bank shows that it is done",
        "event paid",
    ];
    assert_told(&timeline(&house).await, &steps);
}

#[tokio::test]
async fn a_refused_command_stays_on_the_timeline_beside_the_next() {
    let house = House::new();
    house.waiting("1001").await;
    house.bank.refuse_next_command(GatewayErrorKind::Refused);
    assert!(house.order("1001").approve().await.is_err());
    house.pass(Duration::from_mins(1));
    house.bank.lose_next_answer();
    house.order("1001").approve().await.unwrap();
    let words = timeline(&house).await;
    let steps = [
        "command approve attempt 1: refused by the bank",
        "command approve attempt 1: sent not answered, so it may have arrived",
    ];
    assert_told(&words, &steps);
    assert_eq!(
        words.matches("approve attempt 1: wanted").count(),
        2,
        "{words}"
    );
}

#[tokio::test]
async fn a_command_that_gave_way_to_another_is_told_as_dropped() {
    let house = House::new();
    house.waiting("1001").await;
    // So it is not sent.
    house
        .bank
        .refuse_next_command(GatewayErrorKind::Unreachable);
    house.order("1001").approve().await.unwrap();
    house.order("1001").cancel().await.unwrap();
    let steps = [
        "command approve attempt 1: dropped something else came first",
        "command cancel attempt 1: wanted decided by a call",
        "command cancel attempt 1: shown the bank shows that it is done",
    ];
    let words = timeline(&house).await;
    assert_told(&words, &steps);
    assert!(!words.contains("approve attempt 1: sent"), "{words}");
}
