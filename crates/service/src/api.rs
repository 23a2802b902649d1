//! The routes, and the document that describes them.

mod caller;
mod command;
mod document;
mod event;
mod health;
mod order;
mod pay;
mod problem;
mod product;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::extract::rejection::JsonRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use inbank::Platform;
use serde::de::DeserializeOwned;
use tokio::sync::watch::Receiver;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::problem::Problem;
use crate::Tokens;

/// A cart with a thousand rows is a quarter of it.
const LARGEST_BODY: usize = 1 << 20;

/// What every route works with.
pub(crate) struct Api {
    platform: Platform,
    tokens: Tokens,
    stopping: Receiver<bool>,
}

type Shared = Arc<Api>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Inbank financing for commerce platforms",
        description = "Financing and rental at Inbank, for shops in any language: orders are paid, applied for or rented, decided about, and followed by events.\n\nAmounts and rates are decimal strings, times are RFC 3339. Errors are problem documents (RFC 9457) whose `type` says which, and whose `detail` says what to do. Every POST is safe to repeat: the same cart of an order finds the same attempt, and a command that was taken is never sent again.",
        license(name = "to be chosen by the owner")
    ),
    tags(
        (name = "conditions", description = "What can be offered for a cart"),
        (name = "orders", description = "Opening, and how orders stand"),
        (name = "commands", description = "What is decided about an order"),
        (name = "events", description = "What happened, in order"),
        (name = "service", description = "How the service is")
    ),
    // What derived answers hold is not found by itself.
    components(schemas(command::Commanded, command::Progress, problem::Problem)),
    security(("token" = []))
)]
struct Described;

fn described() -> OpenApiRouter<Shared> {
    let mut document = Described::openapi();
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", scheme);
    OpenApiRouter::with_openapi(document)
        .routes(routes!(product::show))
        .routes(routes!(product::quote))
        .routes(routes!(product::rental_model))
        .routes(routes!(pay::pay))
        .routes(routes!(pay::apply))
        .routes(routes!(pay::rent))
        .routes(routes!(order::show))
        .routes(routes!(order::list))
        .routes(routes!(command::approve))
        .routes(routes!(command::cancel))
        .routes(routes!(command::accept))
        .routes(routes!(command::sign))
        .routes(routes!(command::confirm))
        .routes(routes!(command::printout))
        .routes(routes!(command::payment_link))
        .routes(routes!(command::activate))
        .routes(routes!(command::refresh))
        .routes(routes!(event::list))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
}

/// The service's routes, to be served beside the platform's own ([`Platform::serve_until`]). Whoever waits for events is
/// answered as soon as `stopping` says so, since the server would else wait for them.
pub fn routes(platform: Platform, tokens: Tokens, stopping: Receiver<bool>) -> Router {
    let (router, _) = described().split_for_parts();
    router
        .route("/openapi.json", get(document_of_all))
        .fallback(|| async { Problem::no_route() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(Arc::new(Api {
            platform,
            tokens,
            stopping,
        }))
}

/// The `OpenAPI` document, as JSON.
pub fn openapi() -> String {
    let (_, document) = described().split_for_parts();
    // It holds texts and lists alone, which are always JSON.
    document.to_pretty_json().unwrap_or_default()
}

async fn document_of_all() -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, openapi()).into_response()
}

/// A body that was read, or what is wrong with it.
fn read<T: DeserializeOwned>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) => Err(Problem::of_body(&rejection)),
    }
}
