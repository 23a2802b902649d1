//! The back office: what the shop decides. Put a sign-in of your own before it.

use inbank::{AssetIdentifiers, Invalid, SerialNumber};
use inbank_pages::{ALL, context};

use crate::Visit;
use crate::checkout::rental;
use crate::order::standing;
use crate::page::{Found, Page, back, change, placed};

pub(crate) async fn show(visit: Visit) -> Page {
    let seen = visit.orders.changes(ALL);
    let mut orders = Vec::new();
    for (reference, placed) in visit.orders.all() {
        // Nobody has gone to pay for it yet where the platform doesn't know it.
        if let Some(stands) = visit.shop.order(&reference).find().await? {
            orders.push(context! { reference, ..standing(&visit, &placed, &stands) });
        }
    }
    Ok(visit.page("office.html", context! { orders, seen }))
}

pub(crate) async fn decide(visit: Visit) -> Page {
    let done = press(&visit).await;
    change(&visit, |_| ());
    back(done, "/office")
}

async fn press(visit: &Visit) -> Found<()> {
    let (placed, order) = (placed(visit)?, visit.shop.order(visit.given("order")));
    match visit.given("press") {
        "approve" => order.approve().await.map(drop),
        "cancel" => order.cancel().await.map(drop),
        // Hands the device over that was scanned.
        "activate" => {
            let number = SerialNumber::parse(visit.given("serial_number"))?;
            let device = AssetIdentifiers::new(None, Some(number));
            let (_, model, _) = rental(visit, &placed.article).await?;
            order.activate(&model, &device).await.map(drop)
        }
        _ => Err(Invalid::new("press", "must be a button of the page").into()),
    }
}
