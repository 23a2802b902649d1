//! `/docs`: the `OpenAPI` document as a page to browse, made here, with nothing from elsewhere.

mod page;

use std::sync::LazyLock;

use askama::Template as _;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use self::page::Page;
use super::openapi;

/// Nothing but the page's own style sheet is loaded, and nothing runs.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const STYLE: &str = include_str!("../../templates/docs.css");

static PAGE: LazyLock<Option<String>> = LazyLock::new(|| {
    let document = serde_json::from_str(&openapi()).ok()?;
    Page::of(&document).render().ok()
});

pub(super) async fn page() -> Response {
    let Some(page) = PAGE.as_deref() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    let referrer = HeaderValue::from_static("no-referrer");
    headers.insert(header::REFERRER_POLICY, referrer);
    response
}

pub(super) async fn style() -> Response {
    let css = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (css, STYLE).into_response()
}
