//! How orders stand.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use inbank::ports::Listing;
use inbank::{OrderReference, ShopName};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use super::caller::{Caller, OrderPath};
use super::problem::{Problem, Problems};
use super::{Api, Shared};
use crate::answer::OrderAnswer;

/// Shows an order with its attempts.
#[utoipa::path(get, operation_id = "show_order", path = "/v1/shops/{shop}/orders/{reference}", tag = "orders",
    params(OrderPath),
    responses((status = 200, description = "The order", body = OrderAnswer),
        Problems))]
pub(super) async fn show(
    caller: Caller,
    Path(path): Path<OrderPath>,
) -> Result<Json<OrderAnswer>, Problem> {
    let order = caller
        .reads(&path.shop)?
        .order(path.reference)
        .find()
        .await?;
    let order = order.ok_or_else(Problem::no_order)?;
    Ok(Json(OrderAnswer::from(&order)))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Of this shop only.
    shop: Option<String>,
    /// Of this reference only.
    reference: Option<String>,
    /// Only those that a person should look at.
    #[serde(default)]
    needs_person: bool,
    /// Only those opened at least so many seconds ago.
    older_than: Option<u32>,
    /// At most so many; 100 unless given, 1,000 at the most.
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Orders {
    orders: Vec<OrderAnswer>,
    /// References of orders that can't be read: a later version wrote them, or they are damaged.
    unreadable: Vec<String>,
}

const USUAL: u32 = 100;
const MOST: u32 = 1_000;

/// Lists orders, the latest opened first.
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
    let age = wanted.older_than.map(|s| time::Duration::seconds(s.into()));
    let now = OffsetDateTime::now_utc();
    let listing = Listing {
        shop: None,
        reference: reference.transpose()?,
        needs_person: wanted.needs_person,
        opened_before: age.map(|age| now.saturating_sub(age)),
        limit: Some(wanted.limit.unwrap_or(USUAL).clamp(1, MOST)),
    };
    Ok(Json(api.listed(&shops, &listing).await?))
}

impl Api {
    async fn listed(&self, shops: &[ShopName], listing: &Listing) -> Result<Orders, Problem> {
        let mut orders = Vec::new();
        let mut unreadable = Vec::new();
        for shop in shops {
            let mut listing = listing.clone();
            listing.shop = Some(shop.clone());
            let listed = self.platform.ledger().orders(&listing).await?;
            orders.extend(listed.orders);
            unreadable.extend(listed.unreadable.iter().map(ToString::to_string));
        }
        orders.sort_by_key(|order| std::cmp::Reverse(order.opened_at));
        let limit = listing.limit.map_or(usize::MAX, |limit| limit as usize);
        orders.truncate(limit);
        let orders = orders.iter().map(OrderAnswer::from).collect();
        Ok(Orders { orders, unreadable })
    }
}
