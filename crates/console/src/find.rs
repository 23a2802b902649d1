//! An order by its reference, from every page.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use inbank_domain::OrderReference;
use inbank_ports::Listing;

use crate::address::Address;
use crate::console::House;
use crate::refusal::Refusal;
use crate::visitor::{Fields, Visitor};

/// Leads to the order, where one alone has this reference; else to those that have it.
pub(crate) async fn find(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Redirect, Refusal> {
    let text = fields.get("reference");
    let listed = Address::new(&house.base, "/orders").with_some("reference", text);
    let Ok(reference) = OrderReference::parse(text) else {
        return Ok(Redirect::to(&listed.to_string()));
    };
    let listing = Listing {
        shops: Some(house.shops_listed_to(&visitor).await?),
        reference: Some(reference),
        limit: Some(2),
        ..Listing::default()
    };
    let found = house.ledger().orders(&listing).await?;
    let to = match (&found.orders[..], &found.unreadable[..]) {
        ([order], []) => Address::of_order(&house.base, "/order", &order.key),
        _ => listed,
    };
    Ok(Redirect::to(&to.to_string()))
}
