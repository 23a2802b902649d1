//! What answers a request.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use inbank::GatewayErrorKind::Refused;
use inbank::{Language, OrderError};
use inbank_pages::{Serde, Value, context, see};

use crate::Visit;
use crate::book::Placed;
use crate::catalogue::Article;

pub(crate) type Found<T> = Result<T, OrderError>;
pub(crate) type Page = Result<Response, Trouble>;

/// Why there is no page.
pub(crate) struct Trouble(StatusCode);

impl<E: Into<OrderError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(match error.into() {
            OrderError::NotFound => StatusCode::NOT_FOUND,
            OrderError::Invalid(_) | OrderError::Kept(_) | OrderError::Refused(_) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            // Bank or ledger give no answer now. Nothing is lost, and every call may be repeated.
            OrderError::Bank(_)
            | OrderError::Busy
            | OrderError::Ledger(_)
            | OrderError::Taken
            | OrderError::TooMany(_)
            | OrderError::Unclear(_) => StatusCode::SERVICE_UNAVAILABLE,
        })
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

/// Back to the page that shows how it stands. Pressed twice, or on a page that is out of date, there was nothing
/// left to do; what was filled in may be wrong.
pub(crate) fn back(done: Found<()>, page: &str) -> Page {
    let refused = format!("{page}?problem=refused");
    match done {
        Ok(()) | Err(OrderError::Refused(_)) => Ok(see(page)),
        Err(OrderError::Invalid(_)) => Ok(see(&refused)),
        Err(OrderError::Bank(error)) if error.kind() == Refused => Ok(see(&refused)),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn language(visit: &Visit) -> Language {
    visit.language().parse().unwrap_or(Language::English)
}

/// The order that is asked for.
pub(crate) fn placed(visit: &Visit) -> Found<Placed> {
    let placed = visit.orders.find(visit.given("order"));
    placed.ok_or(OrderError::NotFound)
}

pub(crate) fn change(visit: &Visit, change: impl FnOnce(&mut Placed)) {
    visit.orders.change(visit.given("order"), change);
}

/// An article, as it is shown.
pub(crate) fn shown(visit: &Visit, article: &Article) -> Value {
    let price = language(visit).money(article.price(visit.region.currency));
    context! { price, ..Serde(article) }
}
