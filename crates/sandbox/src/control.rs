//! The controls over HTTP, for people and for other languages: what [`crate::Sandbox`] offers, as JSON under `/sandbox/`.
//!
//! They ask for the same bearer key as the Partner API, and are no part of what the bank has.

mod asynchrony;
mod direct;
mod listening;
mod rental;
mod trigger;

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router, body,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    clock::printed,
    fault::{CallbackFault, Fault},
    operation::Operation,
    session::CustomerError,
    shared::Shared,
};

type Controlled = State<Arc<Shared>>;

pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/clock", get(clock).post(advance))
        .route("/sandbox/faults", post(order_fault).delete(clear_faults))
        .route("/sandbox/callback-faults", post(order_callback_fault))
        .route("/sandbox/answers/release", post(release_answers))
        .route("/sandbox/callbacks", get(callbacks))
        .route("/sandbox/callbacks/release", post(release_callbacks))
        .route("/sandbox/callbacks/idle", post(idle))
        .route("/sandbox/requests", get(requests))
        .route("/sandbox/sessions", get(sessions))
        .route("/sandbox/sessions/{id}/apply", post(apply))
        .route("/sandbox/sessions/{id}/cancel", post(cancel))
        .route("/sandbox/contracts/{id}/terminate", post(terminate))
        .merge(asynchrony::router())
        .merge(direct::router())
        .merge(listening::router())
        .merge(rental::router())
        .merge(trigger::router())
        .route_layer(middleware::from_fn_with_state(Arc::clone(shared), attend))
}

/// Lets in who has the key, and answers in JSON whatever is wrong with what was sent.
async fn attend(State(shared): Controlled, mut request: Request, next: Next) -> Response {
    let refused = shared.lock().authorize(request.headers()).err();
    if refused.is_some() {
        return refusal(StatusCode::UNAUTHORIZED, "unauthorized");
    }
    // There is nothing else to send here, and what people type into a terminal says that it is a form.
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(header::CONTENT_TYPE, json);
    let response = next.run(request).await;
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !status.is_client_error() || !plain {
        return response;
    }
    let text = body::to_bytes(response.into_body(), LONGEST_REFUSAL).await;
    let text = text.unwrap_or_default();
    match str::from_utf8(&text) {
        Ok(text) if !text.is_empty() => refusal(status, text),
        _ => refusal(status, status.canonical_reason().unwrap_or("refused")),
    }
}

fn refusal(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({"error": error}))).into_response()
}

/// More than any of ours has.
const LONGEST_REFUSAL: usize = 64 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u64,
}

async fn clock(State(shared): Controlled) -> Json<Value> {
    Json(json!({"now": printed(shared.lock().now())}))
}

async fn advance(State(shared): Controlled, Json(by): Json<Advance>) -> Response {
    if by.advance_seconds > FURTHEST {
        let problem = format!("advance_seconds must be at most {FURTHEST}");
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, &problem);
    }
    let now = shared.with(|bank| {
        bank.clock.advance(Duration::from_secs(by.advance_seconds));
        bank.catch_up();
        bank.now()
    });
    Json(json!({"now": printed(now)})).into_response()
}

/// A century: every contract has ended, and times can still be written.
const FURTHEST: u64 = 100 * 365 * 24 * 60 * 60;

const fn once() -> u32 {
    1
}

#[derive(Deserialize)]
struct FaultOrder {
    operation: Operation,
    #[serde(flatten)]
    fault: Fault,
    #[serde(default = "once")]
    times: u32,
}

async fn order_fault(State(shared): Controlled, Json(order): Json<FaultOrder>) -> Response {
    if let Fault::Status { status, .. } = order.fault
        && !(200..600).contains(&status)
    {
        let problem = "status must be from 200 to 599";
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, problem);
    }
    shared.with(|bank| bank.orders.order(order.operation, order.fault, order.times));
    StatusCode::NO_CONTENT.into_response()
}

async fn clear_faults(State(shared): Controlled) -> StatusCode {
    shared.with(crate::bank::Bank::clear_orders);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct CallbackFaultOrder {
    #[serde(flatten)]
    fault: CallbackFault,
    #[serde(default = "once")]
    times: u32,
}

async fn order_callback_fault(
    State(shared): Controlled,
    Json(order): Json<CallbackFaultOrder>,
) -> StatusCode {
    shared.with(|bank| bank.orders.order_callback(order.fault, order.times));
    StatusCode::NO_CONTENT
}

async fn release_answers(State(shared): Controlled) -> StatusCode {
    shared.release_answers();
    StatusCode::NO_CONTENT
}

async fn callbacks(State(shared): Controlled) -> Json<Value> {
    Json(shared.lock().callbacks.listed())
}

async fn release_callbacks(State(shared): Controlled) -> StatusCode {
    shared.with(|bank| {
        let now = bank.now();
        bank.callbacks.release(now);
    });
    StatusCode::NO_CONTENT
}

/// Answers when every callback is delivered, given up or dropped.
async fn idle(State(shared): Controlled) -> StatusCode {
    shared.idle().await;
    StatusCode::NO_CONTENT
}

async fn requests(State(shared): Controlled) -> Json<Value> {
    Json(json!({"requests": shared.lock().requests}))
}

async fn sessions(State(shared): Controlled) -> Json<Value> {
    let bank = shared.lock();
    let mut sessions: Vec<_> = bank.sessions.values().collect();
    sessions.sort_by_key(|session| session.created_at);
    let listed: Vec<Value> = sessions
        .into_iter()
        .map(|session| {
            let contract = session.contract.and_then(|id| bank.contracts.get(&id));
            json!({
                "id": session.id,
                "status": session.status,
                "order_reference": session.purchase_reference,
                "application_id": session.application.as_ref().map(|application| application.id),
                "contract_id": session.contract,
                "contract_status": contract.map(|contract| contract.status),
            })
        })
        .collect();
    Json(json!({"sessions": listed}))
}

async fn apply(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, CustomerError> {
    let status = shared.with(|bank| bank.whole_dialog(id))?;
    Ok(Json(json!({"status": status})))
}

async fn cancel(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.cancel_by_customer(id))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn terminate(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.terminate_contract(id, true))?;
    Ok(StatusCode::NO_CONTENT)
}

impl IntoResponse for CustomerError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotFound | Self::NoApplication => StatusCode::NOT_FOUND,
            Self::WrongState | Self::Period | Self::SmsCode => StatusCode::CONFLICT,
        };
        (status, Json(json!({"error": self.to_string()}))).into_response()
    }
}
