//! What the head of a request tells is looked at before its body is read: whoever may not do this, or names an order that isn't there,
//! is told so and takes no memory, also where an `Idempotency-Key` has the body read before it is known what it is for. Large bodies
//! are few at once.

use std::collections::HashMap;

use axum::body::HttpBody as _;
use axum::extract::{FromRequestParts as _, MatchedPath, Path, Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::body;
use super::caller::Caller;
use super::problem::Problem;
use crate::Scope;

const SHOP: &str = "/v1/shops/{shop}";

/// Refuses by the head what is sure to be refused, and lets a large body in where there is a place for it.
pub(super) async fn look(State(api): State<Shared>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST && request.method() != Method::PUT {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    if let Err(problem) = refused(&api, &mut parts).await {
        return problem.into_response();
    }
    let request = Request::from_parts(parts, body);
    let is_small = request
        .body()
        .size_hint()
        .upper()
        .is_some_and(|most| usize::try_from(most).is_ok_and(|most| most <= body::LARGEST));
    if is_small || body::largest(request.uri().path()) <= body::LARGEST {
        return next.run(request).await;
    }
    let place = match api.places.large() {
        Ok(place) => place,
        Err(problem) => return problem.into_response(),
    };
    // In a task of its own: what was read is there until it is done, also when the caller hangs up.
    let done = tokio::spawn(async move {
        let response = next.run(request).await;
        drop(place);
        response
    });
    done.await
        .unwrap_or_else(|_| Problem::failed().into_response())
}

/// What is wrong whatever the body holds. The route's own handler says the same; what isn't found here, it finds.
async fn refused(api: &Shared, parts: &mut Parts) -> Result<(), Problem> {
    let route = parts.extensions.get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let Some(rest) = route.strip_prefix(SHOP) else {
        return Ok(());
    };
    // Another method is told that there is none.
    if (parts.method == Method::PUT) != matches!(rest, "" | "/webhook") {
        return Ok(());
    }
    let Ok(caller) = Caller::from_request_parts(parts, api).await else {
        return Ok(());
    };
    let Ok(Path(named)) = Path::<HashMap<String, String>>::from_request_parts(parts, &()).await
    else {
        return Ok(());
    };
    let shop = named.get("shop").map_or("", String::as_str);
    match wanted(rest) {
        None => caller.founds(shop).map(drop),
        Some(Scope::Read) => caller.reads(shop).map(drop),
        Some(Scope::Write) => caller.writes(shop).map(drop),
        Some(Scope::Admin) => caller.administers(shop).map(drop),
    }?;
    if body::largest(route) > body::LARGEST
        && let Some(reference) = named.get("reference")
    {
        let order = caller.reads(shop)?.order(reference.as_str());
        order.find().await?.ok_or_else(Problem::no_order)?;
    }
    Ok(())
}

/// The scope that a shop's route wants; none for the shop itself, which need not be there.
fn wanted(rest: &str) -> Option<Scope> {
    match rest {
        "" => None,
        "/quotes" => Some(Scope::Read),
        "/webhook/resend" | "/webhook/test" => Some(Scope::Write),
        rest if rest.starts_with("/orders/") => Some(Scope::Write),
        _ => Some(Scope::Admin),
    }
}
