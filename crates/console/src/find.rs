//! An order by its reference, from every page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use inbank_domain::{OrderReference, ShopName};
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
    // Spaces at its ends may be part of it, or have come along with the clipboard.
    let (given, trimmed) = (fields.exact("reference"), fields.get("reference"));
    let meant = [Some(given), Some(trimmed).filter(|text| *text != given)];
    let meant = meant.into_iter().flatten();
    let meant: Vec<_> = meant
        .filter_map(|t| OrderReference::parse(t).ok())
        .collect();
    let Some(first) = meant.first().cloned() else {
        let listed = Address::new(&house.base, "/orders").with_some("reference", trimmed);
        return Ok(Redirect::to(&listed.to_string()).into_response());
    };
    let shops = house.shops_listed_to(&visitor).await?;
    for reference in meant {
        if let Some(to) = found(&house, &shops, reference).await? {
            return Ok(Redirect::to(&to.to_string()).into_response());
        }
    }
    let nothing = Nothing {
        frame: Frame::of(&house, &visitor, "No such order").in_part("/orders"),
        reference: first,
    };
    Ok(frame::page(StatusCode::OK, &nothing))
}

/// Where those are that have a reference; none where none has.
async fn found(
    house: &House,
    shops: &[ShopName],
    reference: OrderReference,
) -> Result<Option<Address>, Refusal> {
    let listed = Address::new(&house.base, "/orders").with("reference", reference.as_str());
    let listing = Listing {
        shops: Some(shops.to_vec()),
        reference: Some(reference),
        limit: Some(2),
        ..Listing::default()
    };
    let found = house.ledger().orders(&listing).await?;
    Ok(match (&found.orders[..], &found.unreadable[..]) {
        ([order], []) => Some(Address::of_order(&house.base, "/order", &order.key)),
        ([], []) => None,
        _ => Some(listed),
    })
}
