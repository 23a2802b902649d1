use inbank_sandbox::{ContractStatus, Region, SessionStatus};
use serde_json::{Value, json};

use crate::shop::Shop;

#[tokio::test]
async fn an_approved_contract_is_activated_once() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Signed)
    );

    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(shop.act(&approval).await, (204, Value::Null));
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Completed
    );
    let (_, answer) = shop.get(&format!("v2/{{shop}}/contracts/{contract}")).await;
    assert_eq!(answer["contract"]["status"], "activated");
    assert_eq!(answer["contract"]["uuid"], contract.to_string());

    assert_eq!(
        shop.act(&approval).await,
        (422, json!({"message": ["can_not_approve"]}))
    );
    let cancel = format!("v2/{{shop}}/contracts/{contract}/cancel");
    assert_eq!(
        shop.act(&cancel).await,
        (422, json!({"message": ["can_not_cancel"]}))
    );
}

#[tokio::test]
async fn a_cancelled_contract_cancels_the_session() {
    let shop = Shop::open(Region::Poland).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    let cancel = format!("v2/{{shop}}/contracts/{contract}/cancel");
    assert_eq!(shop.act(&cancel).await, (204, Value::Null));
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Cancelled)
    );
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Cancelled
    );
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(
        shop.act(&approval).await,
        (422, json!({"message": ["can_not_approve"]}))
    );
}

#[tokio::test]
async fn without_merchant_approval_there_is_nothing_to_approve() {
    let shop = Shop::open(Region::Estonia).await;
    let (_, contract) = shop.contract("hire_purchase").await;
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );
    let approval = format!("v2/{{shop}}/contracts/{contract}/merchant_approval");
    assert_eq!(
        shop.act(&approval).await,
        (422, json!({"message": ["can_not_approve"]}))
    );
}

#[tokio::test]
async fn contracts_of_pay_next_month_are_not_shown() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, status) = shop.finance("pay_next_month_approval", "150").await;
    assert_eq!(status, SessionStatus::Granted);
    let contract = shop.sandbox.session(session).unwrap().contract.unwrap();
    let (status, _) = shop.get(&format!("v2/{{shop}}/contracts/{contract}")).await;
    assert_eq!(status, 404);
    let (status, _) = shop
        .act(&format!(
            "v2/{{shop}}/contracts/{contract}/merchant_approval"
        ))
        .await;
    assert_eq!(status, 204);
}

#[tokio::test]
async fn only_an_activated_contract_is_terminated() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase").await;
    shop.sandbox.idle().await;
    let callbacks = shop.sandbox.callbacks().len();
    shop.sandbox.terminate(contract).unwrap();
    assert!(shop.sandbox.terminate(contract).is_err());
    let (_, answer) = shop.get(&format!("v2/{{shop}}/contracts/{contract}")).await;
    assert_eq!(answer["contract"]["status"], "terminated");
    assert!(answer["contract"]["terminated_at"].is_string());
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Completed
    );
    assert_eq!(shop.sandbox.callbacks().len(), callbacks);
}
