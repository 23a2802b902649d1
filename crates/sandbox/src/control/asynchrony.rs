//! The controls over HTTP of a bank that takes its time, and contradicts itself.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Controlled, once};
use crate::{
    alteration::Alteration, bank::Bank, clock::printed, contract::Taken, operation::Operation,
    session::CustomerError, shared::Shared,
};

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/clock/settle", post(settle))
        .route("/sandbox/alterations", post(alter))
        .route("/sandbox/lags", post(lag))
        .route("/sandbox/forgotten/{id}", post(forget))
        .route("/sandbox/sessions/{id}/complete-after-all", post(complete))
        .route(
            "/sandbox/contracts/{id}/terminate-untold",
            post(terminate_untold),
        )
        .route(
            "/sandbox/contracts/{id}/ask-verification",
            post(ask_verification),
        )
        .route("/sandbox/contracts/{id}/portal-approve", post(approve))
        .route("/sandbox/contracts/{id}/portal-cancel", post(cancel))
}

type Controls = Result<StatusCode, CustomerError>;

async fn settle(State(shared): Controlled) -> Json<Value> {
    let now = shared.with(|bank| {
        bank.settle();
        bank.now()
    });
    Json(json!({"now": printed(now)}))
}

#[derive(Deserialize)]
struct AlterationOrder {
    operation: Operation,
    #[serde(flatten)]
    alteration: Alteration,
    #[serde(default = "once")]
    times: u32,
}

async fn alter(State(shared): Controlled, Json(order): Json<AlterationOrder>) -> StatusCode {
    shared.with(|bank| {
        bank.alterations
            .order(order.operation, order.alteration, order.times);
    });
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lag {
    operation: Operation,
    seconds: u64,
}

async fn lag(State(shared): Controlled, Json(lag): Json<Lag>) -> StatusCode {
    shared.with(|bank| bank.lag(lag.operation, Duration::from_secs(lag.seconds)));
    StatusCode::NO_CONTENT
}

async fn forget(State(shared): Controlled, Path(id): Path<Uuid>) -> StatusCode {
    shared.with(|bank| bank.forgotten.insert(id));
    StatusCode::NO_CONTENT
}

async fn complete(State(shared): Controlled, Path(id): Path<Uuid>) -> Controls {
    done(&shared, |bank| bank.complete_after_all(id))
}

async fn terminate_untold(State(shared): Controlled, Path(id): Path<Uuid>) -> Controls {
    done(&shared, |bank| bank.terminate_contract(id, false))
}

async fn ask_verification(State(shared): Controlled, Path(id): Path<Uuid>) -> Controls {
    done(&shared, |bank| bank.ask_verification(id))
}

async fn approve(State(shared): Controlled, Path(id): Path<Uuid>) -> Controls {
    done(&shared, |bank| bank.decide_in_portal(id, Taken::Approval))
}

async fn cancel(State(shared): Controlled, Path(id): Path<Uuid>) -> Controls {
    done(&shared, |bank| {
        bank.decide_in_portal(id, Taken::Cancellation)
    })
}

fn done(shared: &Shared, change: impl FnOnce(&mut Bank) -> Result<(), CustomerError>) -> Controls {
    shared.with(change)?;
    Ok(StatusCode::NO_CONTENT)
}
