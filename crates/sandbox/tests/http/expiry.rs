#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::time::Duration;

use inbank_sandbox::{ContractStatus, Region, SessionStatus};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::shop::{Shop, minimal};

const DAY: Duration = Duration::from_hours(24);

fn instant(value: &Value) -> OffsetDateTime {
    OffsetDateTime::parse(value.as_str().unwrap(), &Rfc3339).unwrap()
}

#[tokio::test]
async fn a_pending_session_expires_after_seven_days_without_a_callback() {
    let shop = Shop::open(Region::Estonia).await;
    let id = shop
        .open_session(&minimal(&shop.sandbox, "hire_purchase", "300"))
        .await;
    let (_, session) = shop.get(&format!("v2/{{shop}}/pos_sessions/{id}")).await;
    assert_eq!(
        instant(&session["valid_until"]) - instant(&session["created_at"]),
        7 * DAY
    );

    shop.sandbox
        .advance(6 * DAY + Duration::from_mins(24 * 60 - 1));
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Pending
    );
    shop.sandbox.advance(Duration::from_mins(1));
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Expired
    );
    assert!(shop.sandbox.callbacks().is_empty());
    assert!(shop.sandbox.customer_applies(id).is_err());
    assert!(shop.sandbox.customer_cancels(id).is_err());
}

#[tokio::test]
async fn the_merchant_may_set_the_deadline() {
    let shop = Shop::open(Region::Estonia).await;
    let deadline = (shop.sandbox.now() + Duration::from_hours(1))
        .format(&Rfc3339)
        .unwrap();
    let mut body = minimal(&shop.sandbox, "hire_purchase", "300");
    body["valid_until"] = json!(deadline);
    let id = shop.open_session(&body).await;
    shop.sandbox.advance(Duration::from_mins(59));
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Pending
    );
    shop.sandbox.advance(Duration::from_mins(2));
    assert_eq!(
        shop.sandbox.session(id).unwrap().status,
        SessionStatus::Expired
    );
}

#[tokio::test]
async fn a_contract_nobody_approved_in_time_is_cancelled_and_that_is_told() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    shop.sandbox.advance(7 * DAY);
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Expired
    );
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Cancelled)
    );
    let told: Vec<_> = shop
        .sandbox
        .callbacks()
        .iter()
        .map(|callback| callback.status)
        .collect();
    assert_eq!(told, [SessionStatus::Granted, SessionStatus::Expired]);
    let (status, _) = shop
        .act(&format!(
            "v2/{{shop}}/contracts/{contract}/merchant_approval"
        ))
        .await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_completed_session_stays_completed() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, _) = shop.finance("hire_purchase", "300").await;
    shop.sandbox.advance(30 * DAY);
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Completed
    );
}
