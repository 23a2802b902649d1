//! How orders stand.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use inbank::ports::{AuditLog as _, Listing, ListingPlace};
use inbank::{OrderError, OrderKey, OrderReference, OrderStatus, ShopName};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::Shared;
use super::caller::{Caller, Named, OrderPath};
use super::event::EventAnswer;
use super::problem::{Problem, Problems, at_most};
use crate::answer::{OrderAnswer, Status};

/// Shows an order with its attempts.
#[utoipa::path(get, operation_id = "show_order", path = "/v1/shops/{shop}/orders/{reference}", tag = "orders",
    params(OrderPath),
    responses((status = 200, description = "The order", body = OrderAnswer),
        Problems))]
pub(super) async fn show(
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<Json<OrderAnswer>, Problem> {
    let order = caller
        .reads(&path.shop)?
        .order(path.reference)
        .find()
        .await?;
    let order = order.ok_or_else(Problem::no_order)?;
    Ok(Json(OrderAnswer::from(&order)))
}

/// What happened to an order.
#[derive(Serialize, ToSchema)]
pub(super) struct History {
    /// The first first, delivered or not.
    events: Vec<EventAnswer>,
}

/// Lists what happened to an order, the oldest first.
#[utoipa::path(get, operation_id = "list_order_events", path = "/v1/shops/{shop}/orders/{reference}/events", tag = "orders",
    params(OrderPath),
    responses((status = 200, description = "What happened", body = History),
        Problems))]
pub(super) async fn history(
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<Json<History>, Problem> {
    let order = caller.reads(&path.shop)?.order(path.reference);
    order.find().await?.ok_or_else(Problem::no_order)?;
    let events = order.history().await?;
    Ok(Json(History {
        events: events.iter().map(EventAnswer::from).collect(),
    }))
}

/// Erases an order with everything that is kept of it: attempts, callbacks, events, also those that were not delivered. The bank is
/// not told. An order that can be paid, or is paid, is kept. It is written down which token had it erased.
#[utoipa::path(delete, operation_id = "erase_order", path = "/v1/shops/{shop}/orders/{reference}", tag = "orders",
    params(OrderPath),
    responses((status = 204, description = "Nothing is kept of it"),
        Problems))]
pub(super) async fn erase(
    State(api): State<Shared>,
    caller: Caller,
    Named(path): Named<OrderPath>,
) -> Result<StatusCode, Problem> {
    let shop = caller.administers(&path.shop)?;
    let order = caller.reads(&path.shop)?.order(path.reference.as_str());
    let found = order.find().await?.ok_or_else(Problem::no_order)?;
    found.may_be_erased().map_err(OrderError::from)?;
    // Before it is gone: nothing that is erased goes unrecorded.
    let mut by = caller.entry("order.erase", &shop);
    by.reference = Some(path.reference);
    api.store.record(&by, OffsetDateTime::now_utc()).await?;
    order.erase().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of this shop only.
    shop: Option<String>,
    /// Of this reference only.
    #[param(
        min_length = 1,
        max_length = 255,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    reference: Option<String>,
    /// Only those that stand so.
    #[param(inline)]
    status: Option<Status>,
    /// Only those that a person should look at.
    #[serde(default)]
    needs_person: bool,
    /// Only those opened at least so many seconds ago.
    older_than: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// At most so many; 100 unless given, 1,000 at the most.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Orders {
    orders: Vec<OrderAnswer>,
    /// Orders on the way that can't be read: a later version wrote them, or they are damaged.
    unreadable: Vec<Unreadable>,
    /// Give it as `cursor` to go on from here, with the same filters; none at the end.
    next: Option<String>,
}

/// The name of an order that can't be read.
#[derive(Serialize, ToSchema)]
pub(super) struct Unreadable {
    shop: String,
    reference: String,
}

const USUAL: u32 = 100;
const MOST: u32 = 1_000;

/// Lists orders page by page, the latest opened first. What is opened meanwhile is on the first page, and
/// moves nothing on the later ones.
#[utoipa::path(get, operation_id = "list_orders", path = "/v1/orders", tag = "orders", params(Wanted),
    responses((status = 200, description = "The orders", body = Orders),
        Problems))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Orders>, Problem> {
    let Query(wanted) = wanted.map_err(|_| Problem::of_query())?;
    let shops = caller.shops(wanted.shop.as_deref())?;
    let reference = wanted.reference.as_deref().map(OrderReference::parse);
    let reference = reference.transpose();
    let reference = reference.map_err(|error| Problem::from(error.named("reference")))?;
    let cursor = wanted.cursor.as_deref().filter(|text| !text.is_empty());
    let after = cursor.map(|cursor| {
        read_cursor(cursor).ok_or_else(|| Problem::malformed("`cursor` is no `next` of a page"))
    });
    let age = wanted.older_than.map(|s| time::Duration::seconds(s.into()));
    let now = OffsetDateTime::now_utc();
    let limit = at_most(wanted.limit, USUAL, MOST)?;
    let listing = Listing {
        shops: Some(shops),
        reference,
        statuses: wanted.status.map_or_else(Vec::new, statuses),
        needs_person: wanted.needs_person,
        opened_from: None,
        opened_before: age.map(|age| now.saturating_sub(age)),
        after: after.transpose()?,
        // One more tells whether there is another page.
        limit: Some(limit + 1),
    };
    let mut listed = api.platform.ledger().orders(&listing).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_whole = listed.orders.len() <= limit;
    listed.orders.truncate(limit);
    let last = listed.orders.last().filter(|_| !is_whole);
    let next = last.map(|order| {
        write_cursor(&ListingPlace {
            opened_at: order.opened_at,
            key: order.key.clone(),
        })
    });
    let unreadable = listed.unreadable.iter().map(|key| Unreadable {
        shop: key.shop.to_string(),
        reference: key.reference.to_string(),
    });
    Ok(Json(Orders {
        orders: listed.orders.iter().map(OrderAnswer::from).collect(),
        unreadable: unreadable.collect(),
        next,
    }))
}

/// The statuses of the library that are called so here.
fn statuses(wanted: Status) -> Vec<OrderStatus> {
    let mut statuses = OrderStatus::EVERY.to_vec();
    statuses.retain(|status| Status::from(*status) == wanted);
    statuses
}

/// A place in the list, as text that has no meaning but to us.
fn write_cursor(place: &ListingPlace) -> String {
    let opened_at = place.opened_at.unix_timestamp_nanos() / 1_000;
    let (shop, reference) = (&place.key.shop, &place.key.reference);
    URL_SAFE_NO_PAD.encode(format!("{opened_at}/{shop}/{reference}"))
}

fn read_cursor(text: &str) -> Option<ListingPlace> {
    let text = URL_SAFE_NO_PAD.decode(text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let mut parts = text.splitn(3, '/');
    let opened_at: i64 = parts.next()?.parse().ok()?;
    let opened_at = i128::from(opened_at).checked_mul(1_000)?;
    let shop = ShopName::parse(parts.next()?).ok()?;
    let reference = OrderReference::parse(parts.next()?).ok()?;
    Some(ListingPlace {
        opened_at: OffsetDateTime::from_unix_timestamp_nanos(opened_at).ok()?,
        key: OrderKey::new(shop, reference),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(text: &str) -> Option<ListingPlace> {
        read_cursor(&URL_SAFE_NO_PAD.encode(text))
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let place = cursor("1790000000123456/main/a/b/Õ 1").unwrap();
        assert_eq!(place.key.reference.as_str(), "a/b/Õ 1");
        assert_eq!(read_cursor(&write_cursor(&place)), Some(place));
    }

    #[test]
    fn a_cursor_that_was_never_written_is_none() {
        for text in [
            "",
            "1",
            "1/main",
            "1/main/",
            "x/main/o",
            "9223372036854775807/main/o",
            "99999999999999999999/main/o",
            "1/main/\0",
        ] {
            assert_eq!(cursor(text), None, "{text}");
        }
        for text in ["=", "é", "AAAA"] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }

    #[test]
    fn every_status_is_called_something() {
        let mut all = Vec::new();
        for status in [
            Status::Open,
            Status::ActionWanted,
            Status::AwaitsMerchant,
            Status::Paid,
            Status::NotPaid,
            Status::NeedsPerson,
            Status::Terminated,
        ] {
            all.extend(statuses(status));
        }
        assert_eq!(all.len(), OrderStatus::EVERY.len());
    }
}
