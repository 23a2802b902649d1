//! Orders whose names begin with what they are to come to, held to what the platform was told and to
//! what the bank has.

use std::collections::BTreeMap;

use inbank_sandbox::{Operation, Sandbox};
use serde_json::Value;

/// Holds the lines that a platform wrote of its events (`id order event`) to the orders: each came to
/// its end once, to no other, and without an anomaly; the bank has as many active contracts, and none
/// was approved again although it had been.
pub async fn reckon(sandbox: &Sandbox, told: &str, orders: &[String]) {
    let mut by_id = BTreeMap::new();
    for line in told.lines() {
        let (id, what) = line.split_once(' ').unwrap();
        let before = by_id.insert(id, what);
        assert!(
            before.is_none_or(|before| before == what),
            "{id} is two events"
        );
    }
    let told: Vec<&str> = by_id.into_values().collect();
    let anomaly = told.iter().find(|line| line.contains("anomaly"));
    assert_eq!(anomaly, None);
    let mut completed = 0;
    for order in orders {
        let end = match order.split_once('-').unwrap().0 {
            "cancel" => "cancelled",
            "decline" => "declined",
            _ => "completed",
        };
        completed += usize::from(end == "completed");
        for possible in ["completed", "cancelled", "declined"] {
            let wanted = format!("{order} {possible}");
            let count = told.iter().filter(|line| **line == wanted).count();
            assert_eq!(count, usize::from(possible == end), "{wanted}");
        }
    }
    assert_eq!(active_contracts(sandbox).await, completed, "at the bank");
    let again = sandbox.requests().into_iter().filter(|request| {
        let write = matches!(
            request.operation,
            Some(Operation::ApproveContract | Operation::ActivateContract)
        );
        write && request.status.is_some_and(|status| status >= 400)
    });
    assert_eq!(again.count(), 0, "sent again although it was carried out");
}

async fn active_contracts(sandbox: &Sandbox) -> usize {
    let mut active = 0;
    for kind in ["sessions", "applications"] {
        let url = format!("{}/sandbox/{kind}", sandbox.base_url());
        let request = reqwest::Client::new().get(url);
        let answer = request.bearer_auth(sandbox.api_key()).send().await;
        let list: Value = answer.unwrap().json().await.unwrap();
        let all = list[kind].as_array().unwrap().iter();
        active += all
            .filter(|one| one["contract_status"] == "activated")
            .count();
    }
    active
}
