//! The control by which a person has something happen.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::Controlled;
use crate::{
    shared::Shared,
    trigger::{Trigger, TriggerError},
};

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route("/sandbox/trigger", post(trigger))
}

async fn trigger(
    State(shared): Controlled,
    Json(trigger): Json<Trigger>,
) -> Result<Json<Value>, TriggerError> {
    let callbacks = shared.with(|bank| bank.trigger(&trigger))?;
    Ok(Json(json!({"callbacks": callbacks})))
}

impl IntoResponse for TriggerError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Impossible { .. } => StatusCode::CONFLICT,
            Self::Several | Self::Times | Self::Delay => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(json!({"error": self.to_string()}))).into_response()
    }
}
