//! The controls of rentals over HTTP.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Controlled;
use crate::{session::CustomerError, shared::Shared};

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/models", get(models))
        .route(
            "/sandbox/contracts/{id}/asset-identifiers",
            get(asset_identifiers),
        )
        .route("/sandbox/contracts/{id}/portal-activate", post(activate))
}

async fn models(State(shared): Controlled) -> Json<Value> {
    Json(json!({"models": shared.lock().models()}))
}

async fn asset_identifiers(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<Json<Value>, CustomerError> {
    let identifiers = shared.lock().asset_identifiers(id);
    let identifiers = identifiers.ok_or(CustomerError::NotFound)?;
    Ok(Json(json!({"asset_identifiers": identifiers})))
}

async fn activate(
    State(shared): Controlled,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, CustomerError> {
    shared.with(|bank| bank.activate_in_portal(id))?;
    Ok(StatusCode::NO_CONTENT)
}
