//! The routes, and the document that describes them.

mod admission;
mod body;
mod browse;
mod caller;
mod command;
mod document;
mod event;
mod head;
mod health;
mod idempotency;
mod income_proof;
mod offer;
mod order;
mod pay;
mod problem;
mod product;
mod scrape;
mod shop;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use inbank::Platform;
use inbank_adapters_sql::ServiceStore;
use tokio::sync::watch::Receiver;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::admission::Places;
use self::problem::Problem;
use self::scrape::Figures;
use crate::shops::RuntimeShops;
use crate::webhook::Webhooks;
use crate::{Service, Tokens, console};

/// What every route works with.
pub(crate) struct Api {
    platform: Platform,
    tokens: Tokens,
    store: ServiceStore,
    webhooks: Arc<Webhooks>,
    shops: Arc<RuntimeShops>,
    stopping: Receiver<bool>,
    places: Places,
    figures: Figures,
}

type Shared = Arc<Api>;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Inbank financing for commerce platforms",
        description = "Financing and rental at Inbank, for shops in any language: orders are paid, applied for or rented, decided about, and followed by events.\n\nAmounts and rates are decimal strings, times are RFC 3339. Errors are problem documents (RFC 9457) whose `type` says which, and whose `detail` says what to do. Nearly every POST is safe to repeat: the same cart of an order finds the same attempt, and a command that was taken is never sent again. With an `Idempotency-Key` a repeated request is also compared with the first, and what the bank would do twice (a message to the customer, a file) is done once.",
        license(name = "to be chosen by the owner")
    ),
    tags(
        (name = "conditions", description = "What can be offered for a cart"),
        (name = "orders", description = "Opening, and how orders stand"),
        (name = "commands", description = "What is decided about an order"),
        (name = "events", description = "What happened, in order"),
        (name = "shops", description = "Shops, added and removed while the service runs"),
        (name = "webhooks", description = "Events that are posted to a shop's own server"),
        (name = "service", description = "How the service is")
    ),
    // What derived answers hold is not found by itself.
    components(schemas(command::Commanded, command::Progress, problem::Problem)),
    security(("token" = []))
)]
struct Described;

/// What is posted to the shops' own servers.
#[derive(OpenApi)]
#[openapi(paths(webhook::posted))]
struct Posted;

fn described() -> OpenApiRouter<Shared> {
    let mut document = Described::openapi();
    let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("token", scheme);
    let posted = Posted::openapi();
    let schemas = posted.components.unwrap_or_default().schemas;
    components.schemas.extend(schemas);
    document.webhooks = Some(posted.paths);
    OpenApiRouter::with_openapi(document)
        .routes(routes!(product::show))
        .routes(routes!(product::quote))
        .routes(routes!(product::rental_model))
        .routes(routes!(pay::pay))
        .routes(routes!(pay::apply))
        .routes(routes!(pay::rent))
        .routes(routes!(order::show, order::erase))
        .routes(routes!(order::history))
        .routes(routes!(offer::show))
        .routes(routes!(order::list))
        .routes(routes!(income_proof::banks, income_proof::prove))
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
        .routes(routes!(shop::set, shop::remove))
        .routes(routes!(shop::change_keys))
        .routes(routes!(webhook::show, webhook::set, webhook::remove))
        .routes(routes!(webhook::enable))
        .routes(routes!(webhook::resend))
        .routes(routes!(webhook::test))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(scrape::metrics))
}

/// The service's routes, to be served beside the platform's own ([`Platform::serve_until`]). Whoever waits for events is
/// answered as soon as `stopping` says so, since the server would else wait for them. To be made on a Tokio runtime.
pub fn routes(service: Service, stopping: Receiver<bool>) -> Router {
    let console = console::routes(&service);
    let figures = Figures::new(stopping.clone());
    let api = Arc::new(Api {
        platform: service.platform,
        tokens: service.tokens,
        store: service.store,
        webhooks: service.webhooks,
        shops: service.shops,
        stopping,
        places: Places::default(),
        figures,
    });
    let (router, _) = described().split_for_parts();
    router
        .route("/openapi.json", get(document_of_all))
        .route("/docs", get(browse::page))
        .route("/docs/style.css", get(browse::style))
        .fallback(|| async { Problem::no_route() })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .route("/", get(|| async { Redirect::to(console::PATH) }))
        .layer(from_fn_with_state(api.clone(), idempotency::once))
        .layer(from_fn_with_state(api.clone(), head::look))
        .with_state(api.clone())
        // It has sessions and forms of its own, and neither bearer tokens nor problem documents.
        .merge(console)
        .layer(from_fn_with_state(api, admission::admit))
}

/// The `OpenAPI` document, as JSON.
pub fn openapi() -> String {
    let (_, mut document) = described().split_for_parts();
    for path in document.paths.paths.values_mut() {
        if let Some(post) = &mut path.post {
            let parameters = post.parameters.get_or_insert_default();
            parameters.push(idempotency::parameter().into());
        }
    }
    // It holds texts and lists alone, which are always JSON.
    document.to_pretty_json().unwrap_or_default()
}

async fn document_of_all() -> Response {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, openapi()).into_response()
}
