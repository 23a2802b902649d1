//! Reads that lag behind, each by itself.

use std::time::Duration;

use inbank_sandbox::{Operation, Region};
use serde_json::json;

use crate::{
    applicant::path,
    control::control,
    shop::{Shop, minimal, read},
};

const LAG: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_read_shows_the_past_while_others_show_the_present() {
    let shop = Shop::with(Shop::standing(Region::Estonia).instant()).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    shop.sandbox.lag(Operation::GetContract, LAG);
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(shop.act(&approval).await.0, 204);
    for _ in 0..5 {
        assert_eq!(shop.shown_contract(contract).await["status"], "signed");
        let (_, shown) = shop
            .get(&format!("v2/{{shop}}/pos_sessions/{session}"))
            .await;
        assert_eq!(shown["status"], "completed");
        shop.sandbox.advance(Duration::from_secs(1));
    }
    assert_eq!(shop.shown_contract(contract).await["status"], "activated");
}

#[tokio::test]
async fn what_was_just_made_is_not_there_yet() {
    let shop = Shop::with(Shop::standing(Region::Estonia)).await;
    shop.sandbox.lag(Operation::GetSession, LAG);
    let body = minimal(&shop.sandbox, "hire_purchase", "300");
    let session = shop.open_session(&body).await;
    let path = format!("v2/{{shop}}/pos_sessions/{session}");
    assert_eq!(shop.get(&path).await.0, 404);
    shop.sandbox.advance(LAG);
    assert_eq!(shop.get(&path).await.0, 200);
    shop.sandbox.customer_cancels(session).unwrap();
    assert_eq!(shop.get(&path).await.1["status"], "pending");
    shop.sandbox.lag(Operation::GetSession, Duration::ZERO);
    assert_eq!(shop.get(&path).await.1["status"], "cancelled");
}

#[tokio::test]
async fn looking_back_changes_nothing() {
    let builder = Shop::standing(Region::Estonia).processing(0, Duration::from_hours(1));
    let shop = Shop::with(builder).await;
    shop.sandbox.lag(Operation::GetApplication, LAG);
    let id = shop.send_for("hire_purchase", "300").await;
    shop.sandbox.advance(LAG);
    for _ in 0..2 {
        let (_, shown) = shop.get(&path(id)).await;
        assert_eq!(shown["credit_application"]["decision_status"], "pending");
    }
    let decision = shop.sandbox.application(id).unwrap().decision;
    assert_eq!(decision.name(), "pending");
}

#[tokio::test]
async fn a_lag_is_ordered_over_http() {
    let shop = Shop::with(Shop::standing(Region::Estonia)).await;
    let order = json!({"operation": "get_session", "seconds": 5});
    let ordered = read(control(&shop, reqwest::Method::POST, "lags").json(&order)).await;
    assert_eq!(ordered.0, 204);
    let body = minimal(&shop.sandbox, "hire_purchase", "300");
    let session = shop.open_session(&body).await;
    let path = format!("v2/{{shop}}/pos_sessions/{session}");
    assert_eq!(shop.get(&path).await.0, 404);
    let settled = read(control(&shop, reqwest::Method::POST, "clock/settle")).await;
    assert_eq!(settled.0, 200);
    assert_eq!(shop.get(&path).await.0, 404, "a lag is nothing under way");
}
