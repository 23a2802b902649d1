//! An order by its reference, from every page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use inbank_domain::OrderReference;
use inbank_ports::Listing;

use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::visitor::{Fields, Visitor};

#[derive(Template)]
#[template(path = "not_found.html")]
struct Nothing {
    frame: Frame,
    reference: OrderReference,
}

/// Leads to the order, where one alone has this reference; else to those that have it. Parts of references are not looked for: a million of
/// them would take too long.
pub(crate) async fn find(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let text = fields.get("reference");
    let listed = Address::new(&house.base, "/orders").with_some("reference", text);
    let Ok(reference) = OrderReference::parse(text) else {
        return Ok(Redirect::to(&listed.to_string()).into_response());
    };
    let listing = Listing {
        shops: Some(house.shops_listed_to(&visitor).await?),
        reference: Some(reference.clone()),
        limit: Some(2),
        ..Listing::default()
    };
    let found = house.ledger().orders(&listing).await?;
    let to = match (&found.orders[..], &found.unreadable[..]) {
        ([order], []) => Address::of_order(&house.base, "/order", &order.key),
        ([], []) => {
            let frame = Frame::of(&house, &visitor, "No such order").in_part("/orders");
            return Ok(frame::page(StatusCode::OK, &Nothing { frame, reference }));
        }
        _ => listed,
    };
    Ok(Redirect::to(&to.to_string()).into_response())
}
