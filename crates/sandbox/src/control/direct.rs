//! The controls of direct applications over HTTP.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Controlled;
use crate::{
    application::{CreditApplication, Outcome},
    bank::Bank,
    clock::printed,
    contract::SigningMethod,
    session::CustomerError,
    shared::Shared,
};

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/applications", get(applications))
        .route("/sandbox/applications/{id}/decide", post(decide))
        .route(
            "/sandbox/applications/{id}/share-statement",
            post(share_statement),
        )
        .route("/sandbox/applications/{id}/sign", post(sign_application))
        .route("/sandbox/applications/{id}/attachments", get(attachments))
        .route("/sandbox/contracts/{id}/sign", post(sign))
        .route(
            "/sandbox/contracts/{id}/pay-down-payment",
            post(pay_down_payment),
        )
}

/// The first ones first. A link that was sent to the customer is listed here: the sandbox sends no messages.
async fn applications(State(shared): Controlled) -> Json<Value> {
    let bank = shared.lock();
    let mut applications: Vec<_> = bank.direct.applications.values().collect();
    applications.sort_by_key(|application| application.created_at);
    let listed: Vec<Value> = applications
        .into_iter()
        .map(|application| entry(&bank, application))
        .collect();
    Json(json!({"applications": listed}))
}

fn entry(bank: &Bank, application: &CreditApplication) -> Value {
    let contract = application.contract.and_then(|id| bank.contracts.get(&id));
    let signing = contract.filter(|contract| {
        contract
            .signing_under_way()
            .is_some_and(SigningMethod::has_page)
    });
    json!({
        "id": application.id,
        "product_code": application.product_code,
        "amount": application.amount.to_string(),
        "period": application.period,
        "created_at": printed(application.created_at),
        "decision": application.decision,
        "income_proof": application.income_proof,
        "previous_id": application.previous,
        "latest_id": bank.latest(application.id),
        "cancelled": application.cancelled,
        "awaits_signature": application.awaits_signature(),
        "contract_id": application.contract,
        "contract_status": contract.map(|contract| contract.status),
        "process_status": contract.and_then(crate::contract::Contract::process),
        "signing_url": signing.map(|contract| bank.signing_url(contract.id)),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    outcome: Outcome,
}

async fn decide(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
    Json(order): Json<Order>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.decide_on_order(id, order.outcome))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn share_statement(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.statement_shared(id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn attachments(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, CustomerError> {
    let bank = shared.lock();
    let application = bank.application(id).ok_or(CustomerError::NoApplication)?;
    Ok(Json(json!({"attachments": application.attachments})))
}

async fn sign_application(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.customer_signs_application(id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.customer_signs(id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn pay_down_payment(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.down_payment_paid(id))?;
    Ok(StatusCode::NO_CONTENT)
}
