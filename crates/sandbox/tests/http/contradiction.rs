//! A bank that contradicts what it has said before.

use inbank_sandbox::{
    ApplicationEvent, ContractStatus, CustomerError, IncomeProof, Outcome, ProcessStatus, Region,
    SessionStatus,
};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::{
    applicant::{application, path, told_at},
    control::control,
    shop::{Shop, minimal, read},
};

const NOBODY: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn what_is_forgotten_is_not_found_from_then_on() {
    let shop = Shop::open(Region::Estonia).await;
    let (session, contract) = shop.contract("hire_purchase").await;
    let id = shop.send_for("hire_purchase", "300").await;
    for (id, path) in [
        (session, format!("v2/{{shop}}/pos_sessions/{session}")),
        (contract, format!("v2/{{shop}}/contracts/{contract}")),
        (id, path(id)),
    ] {
        assert_eq!(shop.get(&path).await.0, 200);
        shop.sandbox.forget(id);
        assert_eq!(shop.get(&path).await.0, 404);
    }
}

#[tokio::test]
async fn a_session_that_was_over_is_completed_after_all() {
    let shop = Shop::open(Region::Estonia).await;
    let open = async || {
        let body = minimal(&shop.sandbox, "hire_purchase_approval", "300");
        shop.open_session(&body).await
    };
    let cancelled = open().await;
    shop.sandbox.customer_cancels(cancelled).unwrap();
    let (expired, _) = shop.contract("hire_purchase_approval").await;
    let (declined, _) = shop.finance("hire_purchase", "600").await;
    shop.sandbox
        .advance(std::time::Duration::from_hours(7 * 24));
    for session in [cancelled, expired, declined] {
        shop.sandbox.complete_after_all(session).unwrap();
        let state = shop.sandbox.session(session).unwrap();
        assert_eq!(state.status, SessionStatus::Completed);
        let contract = shop.shown_contract(state.contract.unwrap()).await;
        assert_eq!(contract["status"], "activated");
        let callback = shop.sandbox.callbacks().pop().unwrap();
        assert_eq!(
            (callback.session, callback.status),
            (session, SessionStatus::Completed)
        );
        assert_eq!(
            shop.sandbox.complete_after_all(session),
            Err(CustomerError::WrongState)
        );
    }
    assert_eq!(
        shop.sandbox.complete_after_all(Uuid::nil()),
        Err(CustomerError::NotFound)
    );
}

#[tokio::test]
async fn a_contract_is_terminated_and_nobody_is_told() {
    let shop = Shop::open(Region::Estonia).await;
    let body = application(&shop.sandbox, "hire_purchase", "300");
    let id = shop.send(&told_at(body, NOBODY)).await;
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    shop.sandbox.customer_signs(contract).unwrap();
    shop.sandbox.settle();
    let told = shop.sandbox.application_callbacks().len();
    shop.sandbox.terminate_untold(contract).unwrap();
    let shown = shop.shown_contract(contract).await;
    assert_eq!(shown["status"], "terminated");
    assert_eq!(shown["termination_reason"], "withdrawal");
    assert_eq!(shop.sandbox.application_callbacks().len(), told);
}

#[tokio::test]
async fn verification_is_asked_for_after_the_down_payment() {
    let shop = Shop::open(Region::Poland).await;
    let mut body = application(&shop.sandbox, "hire_purchase", "300");
    body["credit_application"]["down_payment_amount"] = json!("50");
    let id = shop.send(&body).await;
    shop.poll(id).await;
    let contract = shop.accept(id).await;
    shop.sign(contract, "digital").await;
    let waits_for = |shop: &Shop| shop.sandbox.process_status(contract);
    assert_eq!(waits_for(&shop), Some(ProcessStatus::WaitingForDownpayment));
    shop.sandbox.ask_verification(contract).unwrap();
    assert_eq!(waits_for(&shop), Some(ProcessStatus::WaitingForDownpayment));
    shop.sandbox.down_payment_paid(contract).unwrap();
    let verification = ProcessStatus::WaitingForCustomerDigitalVerification;
    assert_eq!(waits_for(&shop), Some(verification));
    shop.sandbox.statement_shared(id).unwrap();
    shop.sandbox.settle();
    assert_eq!(waits_for(&shop), Some(ProcessStatus::Activated));
    assert_eq!(
        shop.sandbox.ask_verification(contract),
        Err(CustomerError::WrongState)
    );
}

#[tokio::test]
async fn a_failed_application_is_positive_later_and_a_proof_is_asked_for_twice() {
    let shop = Shop::open(Region::Estonia).await;
    let body = application(&shop.sandbox, "hire_purchase", "5500");
    let id = shop.send(&told_at(body, NOBODY)).await;
    shop.poll(id).await;
    for outcome in [
        Outcome::ProofByUpload,
        Outcome::ProofByUpload,
        Outcome::Positive,
        Outcome::ChangedConditions,
    ] {
        shop.sandbox.decide(id, outcome).unwrap();
        if outcome == Outcome::ProofByUpload {
            let proof = shop.sandbox.application(id).unwrap().income_proof;
            assert_eq!(proof, Some(IncomeProof::Upload));
        }
    }
    let latest = shop.sandbox.application(id).unwrap().latest;
    shop.sandbox
        .decide(latest, Outcome::ChangedConditions)
        .unwrap();
    let told: Vec<_> = shop.sandbox.application_callbacks();
    let told: Vec<_> = told.iter().map(|callback| callback.event).collect();
    assert_eq!(
        told,
        [
            ApplicationEvent::Failed,
            ApplicationEvent::IncomeProofRequired,
            ApplicationEvent::IncomeProofRequired,
            ApplicationEvent::Positive,
            ApplicationEvent::Positive,
            ApplicationEvent::Positive,
        ]
    );
}

#[tokio::test]
async fn the_merchant_decides_in_the_portal_as_well() {
    let shop = Shop::open(Region::Poland).await;
    let (_, approved) = shop.contract("hire_purchase_approval").await;
    shop.sandbox.portal_approves(approved).unwrap();
    let (_, cancelled) = shop.contract("hire_purchase_approval").await;
    shop.sandbox.portal_cancels(cancelled).unwrap();
    for (contract, status) in [
        (approved, ContractStatus::Activated),
        (cancelled, ContractStatus::Cancelled),
    ] {
        assert_eq!(shop.sandbox.contract(contract), Some(status));
        assert!(shop.sandbox.portal_approves(contract).is_err());
        assert!(shop.sandbox.portal_cancels(contract).is_err());
    }
}

#[tokio::test]
async fn contradictions_are_ordered_over_http() {
    let shop = Shop::open(Region::Estonia).await;
    let post = async |path: String| read(control(&shop, Method::POST, &path)).await.0;
    let (session, contract) = shop.contract("hire_purchase_approval").await;
    assert_eq!(
        post(format!("contracts/{contract}/ask-verification")).await,
        409
    );
    assert_eq!(
        post(format!("contracts/{contract}/portal-cancel")).await,
        204
    );
    assert_eq!(
        post(format!("contracts/{contract}/portal-approve")).await,
        409
    );
    assert_eq!(
        post(format!("sessions/{session}/complete-after-all")).await,
        204
    );
    assert_eq!(
        post(format!("sessions/{session}/complete-after-all")).await,
        409
    );
    assert_eq!(
        post(format!("contracts/{contract}/terminate-untold")).await,
        204
    );
    assert_eq!(
        shop.sandbox.contract(contract),
        Some(ContractStatus::Terminated)
    );
    assert_eq!(post(format!("forgotten/{session}")).await, 204);
    let path = format!("v2/{{shop}}/pos_sessions/{session}");
    assert_eq!(shop.get(&path).await.0, 404);
}
