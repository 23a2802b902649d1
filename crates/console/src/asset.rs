//! What pages load: a style, a script that only refreshes, an icon.

use axum::http::header;
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("../templates/console.css");
const SCRIPT: &str = include_str!("../templates/refresh.js");
const ICON: &str = include_str!("../templates/icon.svg");

pub(crate) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

pub(crate) async fn script() -> Response {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], SCRIPT).into_response()
}

pub(crate) async fn icon() -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml")], ICON).into_response()
}
