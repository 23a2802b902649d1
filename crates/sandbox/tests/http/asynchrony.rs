//! What the bank was told to do is done later, and reads show the past until then.

use std::time::Duration;

use inbank_sandbox::{ApplicationEvent, ContractStatus, PartnerApprovalAt, Region, SessionStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    applicant::{application, path, told_at},
    receiver::Receiver,
    shop::{Shop, session_to},
    tenant::{PHONE, PRODUCT, identifiers},
};

const SECOND: Duration = Duration::from_secs(1);

fn refused(code: &str) -> (u16, Value) {
    (422, json!({"message": [code]}))
}

fn act(contract: Uuid, what: &str) -> String {
    format!("v2/{{shop}}/contracts/{contract}/{what}")
}

async fn shown(shop: &Shop, contract: Uuid) -> (Value, Value) {
    let contract = shop.shown_contract(contract).await;
    (
        contract["status"].clone(),
        contract["partner_approval_at"].clone(),
    )
}

#[tokio::test]
async fn an_approval_is_taken_at_once_and_seen_four_seconds_later() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    let body = session_to(
        &shop.sandbox,
        "hire_purchase_approval",
        "300",
        &receiver.url,
    );
    let session = shop.open_session(&body).await;
    shop.sandbox.customer_applies(session).unwrap();
    let contract = shop.sandbox.session(session).unwrap().contract.unwrap();
    let approval = act(contract, "merchant_approval");
    assert_eq!(shop.act(&approval).await, (204, Value::Null));
    for _ in 0..4 {
        assert_eq!(shown(&shop, contract).await, (json!("signed"), Value::Null));
        let (_, session) = shop
            .get(&format!("v2/{{shop}}/pos_sessions/{session}"))
            .await;
        assert_eq!(session["status"], "granted");
        // Taken is taken, whatever the read shows.
        assert_eq!(shop.act(&approval).await, refused("can_not_approve"));
        assert_eq!(
            shop.act(&act(contract, "cancel")).await,
            refused("can_not_cancel")
        );
        shop.sandbox.idle().await;
        assert_eq!(receiver.statuses(), ["granted"]);
        shop.sandbox.advance(SECOND);
    }
    let (status, approved) = shown(&shop, contract).await;
    assert_eq!(status, "activated");
    assert!(approved.is_string());
    shop.sandbox.idle().await;
    assert_eq!(receiver.statuses(), ["granted", "completed"]);
}

#[tokio::test]
async fn the_time_of_an_approval_is_shown_early_with_the_activation_or_never() {
    for (setting, early, late) in [
        (PartnerApprovalAt::Approved, true, true),
        (PartnerApprovalAt::Activated, false, true),
        (PartnerApprovalAt::Never, false, false),
    ] {
        let builder = Shop::standing(Region::Estonia).partner_approval_at(setting);
        let shop = Shop::with(builder.approval_time(SECOND).activation_time(SECOND * 60)).await;
        let (_, contract) = shop.contract("hire_purchase_approval").await;
        shop.act(&act(contract, "merchant_approval")).await;
        shop.sandbox.advance(SECOND);
        let (status, approved) = shown(&shop, contract).await;
        assert_eq!((status, approved.is_string()), (json!("signed"), early));
        shop.sandbox.advance(SECOND * 60);
        let (status, approved) = shown(&shop, contract).await;
        assert_eq!((status, approved.is_string()), (json!("activated"), late));
    }
}

#[tokio::test]
async fn a_cancellation_is_taken_at_once_and_seen_three_seconds_later() {
    let shop = Shop::taking_its_time(Region::Latvia).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    assert_eq!(shop.act(&act(contract, "cancel")).await, (204, Value::Null));
    shop.sandbox.advance(SECOND * 2);
    assert_eq!(shown(&shop, contract).await.0, "signed");
    assert_eq!(
        shop.act(&act(contract, "cancel")).await,
        refused("can_not_cancel")
    );
    assert_eq!(
        shop.act(&act(contract, "merchant_approval")).await,
        refused("can_not_approve")
    );
    shop.sandbox.advance(SECOND);
    assert_eq!(shown(&shop, contract).await.0, "cancelled");
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Cancelled
    );
}

#[tokio::test]
async fn an_accepted_application_reads_null_for_a_while_although_its_contract_is_there() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let body = application(&shop.sandbox, "hire_purchase", "300");
    let id = shop.send(&told_at(body, "http://127.0.0.1:9")).await;
    shop.sandbox.settle();
    let contract = shop.accept(id).await;
    let (_, read) = shop.get(&path(id)).await;
    assert_eq!(read["contract"], Value::Null);
    assert_eq!(read["credit_application"]["process_status"], "offer");
    assert_eq!(
        read["credit_application"]["credit_application_status"],
        "pre_request"
    );
    assert_eq!(shop.shown_contract(contract).await["status"], "unsigned");
    assert_eq!(
        shop.act(&format!("{}/accept", path(id))).await,
        refused("can_not_accept")
    );
    assert_eq!(shop.sandbox.contract_count(), 1);
    let told = |shop: &Shop| {
        let all = shop.sandbox.application_callbacks();
        all.last().map(|callback| callback.event)
    };
    assert_eq!(told(&shop), Some(ApplicationEvent::Positive));
    shop.sandbox.advance(SECOND * 3);
    let (_, read) = shop.get(&path(id)).await;
    assert_eq!(read["contract"]["uuid"], contract.to_string());
    assert_eq!(told(&shop), Some(ApplicationEvent::Unsigned));
}

#[tokio::test]
async fn a_cancelled_application_reads_as_before_for_a_while_and_takes_nothing_else() {
    let shop = Shop::taking_its_time(Region::Poland).await;
    let id = shop.send_for("hire_purchase", "300").await;
    shop.sandbox.settle();
    let cancel = format!("{}/cancel", path(id));
    assert_eq!(shop.act(&cancel).await, (204, Value::Null));
    assert!(!shop.sandbox.application(id).unwrap().cancelled);
    assert_eq!(shop.act(&cancel).await, refused("can_not_cancel"));
    assert_eq!(
        shop.act(&format!("{}/accept", path(id))).await,
        refused("can_not_accept")
    );
    shop.sandbox.advance(SECOND * 3);
    let (_, read) = shop.get(&path(id)).await;
    assert_eq!(
        read["credit_application"]["credit_application_status"],
        "cancelled"
    );
}

#[tokio::test]
async fn a_decision_and_a_signature_take_time_however_often_the_bank_is_asked() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let id = shop.send_for("hire_purchase_approval", "300").await;
    let decision = async |shop: &Shop| {
        let (_, read) = shop.get(&path(id)).await;
        read["credit_application"]["decision_status"].clone()
    };
    for _ in 0..30 {
        assert_eq!(decision(&shop).await, "pending");
    }
    shop.sandbox.advance(SECOND * 3);
    assert_eq!(decision(&shop).await, "positive");
    let contract = shop.accept(id).await;
    assert_eq!(shop.sign(contract, "digital").await.0, 201);
    for _ in 0..15 {
        assert_eq!(shop.shown_contract(contract).await["status"], "unsigned");
    }
    shop.sandbox.advance(SECOND * 3);
    let read = shop.shown_contract(contract).await;
    assert_eq!(read["status"], "signed");
    assert_eq!(read["process_status"], "waiting_for_partners_confirmation");
}

#[tokio::test]
async fn a_rental_is_activated_some_time_after_the_call() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    for (version, activation) in [
        ("v2", "v2/{shop}/contracts/{contract}/activation".to_owned()),
        ("v3", format!("{PRODUCT}/contracts/{{contract}}/activation")),
    ] {
        let (session, contract) = shop.rented(PHONE).await;
        shop.assign(contract, &identifiers()).await;
        let activation = activation.replace("{contract}", &contract.to_string());
        assert_eq!(shop.act(&activation).await, (204, Value::Null), "{version}");
        let (_, read) = shop.get(&format!("{PRODUCT}/contracts/{contract}")).await;
        assert_eq!(
            (&read["status"], &read["partnerApprovalAt"]),
            (&json!("signed"), &Value::Null)
        );
        assert_eq!(shop.act(&activation).await.0, 422);
        assert_eq!(shop.assign(contract, &identifiers()).await.0, 422);
        shop.sandbox.settle();
        let (_, read) = shop.get(&format!("{PRODUCT}/contracts/{contract}")).await;
        assert_eq!(read["status"], "activated");
        assert_eq!(
            shop.sandbox.session(session).unwrap().status,
            SessionStatus::Completed
        );
    }
}

#[tokio::test]
async fn what_was_taken_in_time_stands_when_the_session_expires_meanwhile() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    shop.sandbox.advance(Duration::from_secs(7 * 24 * 3600 - 1));
    assert_eq!(shop.act(&act(contract, "merchant_approval")).await.0, 204);
    shop.sandbox.advance(SECOND * 2);
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Granted
    );
    shop.sandbox.advance(SECOND * 2);
    assert_eq!(
        shop.sandbox.session(session).unwrap().status,
        SessionStatus::Completed
    );
}

#[tokio::test]
async fn one_long_step_of_the_clock_lets_everything_happen_at_its_own_time() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let start = shop.sandbox.now();
    let (_, contract) = shop.contract("hire_purchase_approval").await;
    shop.act(&act(contract, "merchant_approval")).await;
    shop.sandbox.advance(Duration::from_hours(30 * 24));
    let read = shop.shown_contract(contract).await;
    let expected = start + SECOND * 4;
    let format = time::format_description::well_known::Rfc3339;
    assert_eq!(read["activated_at"], expected.format(&format).unwrap());
    assert_eq!(read["status"], "activated", "before the session expired");
}

#[tokio::test]
async fn settling_moves_the_clock_no_further_than_needed() {
    let shop = Shop::taking_its_time(Region::Estonia).await;
    let start = shop.sandbox.now();
    let body = crate::shop::minimal(&shop.sandbox, "hire_purchase", "300");
    let pending = shop.open_session(&body).await;
    let (_, contract) = shop.contract("hire_purchase_approval").await;
    shop.act(&act(contract, "merchant_approval")).await;
    shop.sandbox.settle();
    assert_eq!(shop.sandbox.now() - start, SECOND * 4);
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Activated)
    );
    assert_eq!(
        shop.sandbox.session(pending).unwrap().status,
        SessionStatus::Pending
    );
    shop.sandbox.settle();
    assert_eq!(shop.sandbox.now() - start, SECOND * 4);
}

#[tokio::test]
async fn without_a_hand_on_it_the_clock_goes_by_itself() {
    let moment = Duration::from_millis(20);
    let builder = inbank_sandbox::Sandbox::builder(Region::Estonia)
        .approval_time(moment)
        .activation_time(moment);
    let shop = Shop::with(builder).await;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    shop.act(&act(contract, "merchant_approval")).await;
    let completed = async {
        while shop.sandbox.session(session).unwrap().status != SessionStatus::Completed {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), completed)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_callback_comes_by_itself_when_its_time_has_come() {
    let moment = Duration::from_millis(20);
    let builder = inbank_sandbox::Sandbox::builder(Region::Estonia).cancellation_time(moment);
    let shop = Shop::with(builder).await;
    let receiver = Receiver::start(&[]).await;
    let product = "hire_purchase_approval";
    let body = session_to(&shop.sandbox, product, "300", &receiver.url);
    let session = shop.open_session(&body).await;
    shop.sandbox.customer_applies(session).unwrap();
    let contract = shop.sandbox.session(session).unwrap().contract.unwrap();
    shop.act(&act(contract, "cancel")).await;
    // Nothing is asked of the sandbox meanwhile.
    let told = async {
        while receiver.statuses() != ["granted", "cancelled"] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), told)
        .await
        .unwrap();
}
