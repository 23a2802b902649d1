//! The back office: what the shop decides. Put a sign-in of your own before it.

use inbank::{AssetIdentifiers, SerialNumber};
use minijinja::context;
use minijinja::value::Serde;

use crate::order::is_decided;
use crate::page::{Page, Trouble, Visit, back};

pub(crate) async fn show(visit: Visit) -> Page {
    let seen = *visit.front.book.news.borrow();
    let mut orders = Vec::new();
    for (reference, placed) in visit.front.book.all() {
        let Some(stands) = visit.front.shop.order(&reference).find().await? else {
            continue; // The customer has not gone to pay yet.
        };
        orders.push(context! {
            reference,
            article => visit.shown(&placed.article),
            way => placed.way.map(Serde),
            delivers => placed.delivers,
            status => stands.status().name(),
            detail => stands.status().detail(),
            decided => is_decided(&stands),
            dispute => stands.needs_person,
        });
    }
    visit.page("office.html", context! { orders, seen })
}

pub(crate) async fn decide(visit: Visit) -> Page {
    let (placed, order) = (visit.placed()?, visit.order());
    let done = match visit.given("press") {
        "approve" => order.approve().await.map(drop),
        "cancel" => order.cancel().await.map(drop),
        // Hands the device over that was scanned.
        "activate" => match SerialNumber::parse(visit.given("serial_number")) {
            Ok(number) => {
                let way = placed.way.ok_or(Trouble::Missing)?;
                let (model, _) = visit.rental(&placed.article, &way).await?;
                let device = AssetIdentifiers::new(None, Some(number));
                order.activate(&model, &device).await.map(drop)
            }
            Err(wrong) => Err(wrong.into()),
        },
        _ => return Err(Trouble::Invalid),
    };
    visit.change(|_| ());
    back(done, "/office".to_owned())
}
