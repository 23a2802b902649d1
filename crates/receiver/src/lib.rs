//! Placeholder.
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use inbank_app::{Intake, IntakeError};
use inbank_domain::{Invalid, ShopName};

#[derive(Clone)]
pub struct Receiver(Intake);
#[derive(Clone)]
pub struct ReturnPage(());
impl ReturnPage {
    pub fn parse(_: &str) -> Result<Self, Invalid> {
        Ok(Self(()))
    }
}
impl Receiver {
    pub fn new(intake: Intake) -> Self {
        Self(intake)
    }
    pub fn return_to(self, _: ShopName, _: ReturnPage) -> Self {
        self
    }
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> axum::Router<S> {
        axum::Router::new()
            .route("/{way}/{shop}/{financing}", post(take))
            .with_state(self.0)
    }
}
async fn take(
    State(intake): State<Intake>,
    Path((_, shop, financing)): Path<(String, String, String)>,
    body: Bytes,
) -> StatusCode {
    match intake.callback(&shop, &financing, &body).await {
        Ok(_) => StatusCode::OK,
        Err(IntakeError::Callback(_)) => StatusCode::UNAUTHORIZED,
        Err(IntakeError::Ledger(_)) => StatusCode::SERVICE_UNAVAILABLE,
        Err(_) => StatusCode::NOT_FOUND,
    }
}
