//! The pages a person sees: the e-POS dialog of a session, the pages of direct applications, and the overview of the sandbox.
//!
//! Plain HTML forms: usable without script, and drivable over HTTP. Every page of the dialog carries `data-step` and
//! `data-status` on its `main` element; forms, fields and buttons have stable `id` and `name` attributes.

mod dialog;
mod direct;
mod overview;
mod price;
mod words;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::shared::Shared;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(overview::show))
        .route("/session/{id}", get(dialog::show))
        .route("/session/{id}/application", get(dialog::application))
        .route("/session/{id}/apply", post(dialog::apply))
        .route("/session/{id}/accept", post(dialog::accept))
        .route("/session/{id}/sign", post(dialog::sign))
        .route("/session/{id}/cancel", post(dialog::cancel))
        .merge(direct::router())
}

/// A page is never kept by the browser: the session moves on behind it.
fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An amount for people: two decimals, thousands apart, the currency behind.
fn money(amount: Decimal, currency: &str) -> String {
    let text = format!(
        "{:.2}",
        amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    );
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    format!("{grouped}.{fraction}\u{a0}{currency}")
}

/// A fraction for people, as per cent.
fn percent(fraction: Decimal) -> String {
    format!("{:.2}\u{a0}%", fraction * Decimal::ONE_HUNDRED)
}

#[cfg(test)]
mod tests {
    use rust_decimal::dec;

    use super::*;

    #[test]
    fn amounts_are_easy_to_read() {
        assert_eq!(money(dec!(15000), "EUR"), "15\u{a0}000.00\u{a0}EUR");
        assert_eq!(money(dec!(31.3167), "EUR"), "31.32\u{a0}EUR");
        assert_eq!(percent(dec!(0.1287)), "12.87\u{a0}%");
    }
}
