//! Who decided what, when and why.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_domain::{OrderKey, OrderReference, ShopName};
use inbank_ports::{AuditQuery, AuditRecord};
use time::OffsetDateTime;

use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::visitor::{Fields, Visitor};

/// Records on a page.
const ON_A_PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    frame: Frame,
    shops: Vec<String>,
    shop: String,
    reference: String,
    rows: Vec<Row>,
    next: Option<Address>,
    first: Option<Address>,
}

struct Row {
    at: Moment,
    who: String,
    what: String,
    shop: String,
    reference: String,
    order: Option<Address>,
    why: String,
}

impl Row {
    fn of(record: &AuditRecord, house: &House, visitor: &Visitor, now: OffsetDateTime) -> Self {
        let entry = &record.entry;
        let reference = entry.reference.clone().unwrap_or_default();
        let key = entry
            .shop
            .clone()
            .zip(OrderReference::parse(reference.as_str()).ok());
        let key = key.map(|(shop, reference)| OrderKey::new(shop, reference));
        // One that was erased has a page that says so. Of a shop that isn't here any more others than those who see every shop see nothing.
        let key = key.filter(|key| visitor.looks_at(house, &key.shop));
        Self {
            at: Moment::new(record.at, now),
            who: entry.who.clone(),
            what: entry.what.clone(),
            shop: entry
                .shop
                .as_ref()
                .map_or(String::new(), ToString::to_string),
            order: key.map(|key| Address::of_order(&house.base, "/order", &key)),
            reference,
            why: entry.why.clone().unwrap_or_default(),
        }
    }
}

pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let audit = house.audit.as_ref().ok_or(Refusal::NotFound)?;
    let seen = house.shops_listed_to(&visitor).await?;
    let mut shops: Vec<_> = seen.iter().map(ToString::to_string).collect();
    let (shop, reference) = (
        fields.get("shop").to_owned(),
        fields.exact("reference").to_owned(),
    );
    let asked = match shop.as_str() {
        // Also what concerns no shop, or one that was removed.
        "" if visitor.user.sees_every_shop() => None,
        "" => visitor.user.shops.clone(),
        // What was decided about a shop stays when it is removed.
        name => {
            let name = ShopName::parse(name).map_err(|_| Refusal::NotFound)?;
            let own = visitor.user.sees(&name).then_some(name);
            if own.is_some() && !shops.contains(&shop) {
                shops.push(shop.clone());
            }
            Some(own.into_iter().collect())
        }
    };
    let before = fields.some("before").map(str::parse).transpose();
    let before = before.map_err(|_| Refusal::NotFound)?;
    // Under a filter that is no order's there is nothing, rather than all.
    let order = Some(reference.as_str()).filter(|text| !text.is_empty());
    let order = order.map(OrderReference::parse).transpose();
    let order = order.map_err(|_| Refusal::NotFound)?;
    let about = AuditQuery {
        shops: asked,
        order,
        before,
        limit: ON_A_PAGE,
    };
    let records = audit.records(&about).await?;
    let now = house.now();
    let here = Address::new(&house.base, "/audit")
        .with_some("shop", &shop)
        .with_some("reference", &reference);
    let full = records.len() >= usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    let last = records.last().filter(|_| full).map(|record| record.id);
    let page = Page {
        frame: Frame::of(&house, &visitor, "Audit").in_part("/audit"),
        rows: records
            .iter()
            .map(|record| Row::of(record, &house, &visitor, now))
            .collect(),
        next: last.map(|id| here.clone().with("before", &id.to_string())),
        first: before.map(|_| here),
        shops,
        shop,
        reference,
    };
    Ok(frame::page(StatusCode::OK, &page))
}
