//! Orders, those that need a person first: filters stand in the address, and a page goes on where the last one ended, so that a million orders
//! don't slow it.

mod filter;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures::future::join_all;
use inbank_domain::{Order, OrderKey, OrderReference, OrderStatus, ShopName};
use inbank_ports::{LedgerError, Listed, Listing, ListingPlace};
use time::OffsetDateTime;

use self::filter::Filter;
use crate::absence::Absence;
use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::moment::Moment;
use crate::order::{advice, amount};
use crate::refusal::Refusal;
use crate::seen_to::SeenTo;
use crate::status::{Tag, status_words};
use crate::visitor::{Fields, Visitor};

pub(crate) use self::filter::{day, in_order};

/// Orders on a page.
const ON_A_PAGE: u32 = 50;
/// Those that need a person, on the first.
const FOR_A_PERSON: u32 = 20;

#[derive(Template)]
#[template(path = "orders.html")]
struct Page {
    frame: Frame,
    filter: Filter,
    /// What the filter leaves, in words.
    only: Vec<String>,
    shops: Vec<String>,
    /// Names of statuses, in words, and whether they are asked for.
    statuses: Vec<(&'static str, &'static str, bool)>,
    quick: Vec<Quick>,
    /// What of the filter can't be understood.
    problem: Option<&'static str>,
    for_a_person: Vec<Row>,
    /// Where there are more of those.
    more_for_a_person: Option<Address>,
    rows: Vec<Row>,
    unreadable: Vec<(String, String, Address)>,
    next: Option<Address>,
    first: Option<Address>,
}

/// A filter that many use.
struct Quick {
    name: &'static str,
    to: Address,
    is_open: bool,
}

/// An order in a list.
pub(crate) struct Row {
    pub(crate) shop: String,
    /// Why this process does not work for the shop; none where it does.
    pub(crate) absence: Option<Absence>,
    pub(crate) reference: String,
    pub(crate) to: Address,
    pub(crate) status: Tag,
    /// Who has seen to it, where its status says that somebody has.
    pub(crate) seen: Option<String>,
    pub(crate) amount: String,
    pub(crate) product: String,
    pub(crate) opened: Moment,
    pub(crate) attempts: usize,
    pub(crate) concern: Option<String>,
    pub(crate) advice: &'static str,
}

impl Row {
    pub(crate) fn of(house: &House, order: &Order, now: OffsetDateTime) -> Self {
        let present = order.present();
        let concern = order.needs_person.clone();
        Self {
            shop: order.key.shop.to_string(),
            absence: Absence::of(house, &order.key.shop),
            reference: order.key.reference.to_string(),
            to: Address::of_order(&house.base, "/order", &order.key),
            status: Tag::of_order(order),
            seen: None,
            amount: present.map_or(String::new(), amount),
            product: present.map_or(String::new(), |a| a.terms.product.to_string()),
            opened: Moment::new(order.opened_at, now),
            attempts: order.attempts.len(),
            advice: concern.as_deref().map_or("", advice),
            concern,
        }
    }
}

/// The place at which a page begins.
fn place(fields: &Fields) -> Result<Option<ListingPlace>, Refusal> {
    let Some(at) = fields.some("after") else {
        return Ok(None);
    };
    let at: i128 = at.parse().map_err(|_| Refusal::NotFound)?;
    let opened_at = OffsetDateTime::from_unix_timestamp_nanos(at);
    let shop = ShopName::parse(fields.get("after_shop"));
    let reference = OrderReference::parse(fields.exact("after_reference"));
    let key = OrderKey::new(
        shop.map_err(|_| Refusal::NotFound)?,
        reference.map_err(|_| Refusal::NotFound)?,
    );
    let opened_at = opened_at.map_err(|_| Refusal::NotFound)?;
    Ok(Some(ListingPlace { opened_at, key }))
}

fn after(address: Address, place: &ListingPlace) -> Address {
    address
        .with("after", &place.opened_at.unix_timestamp_nanos().to_string())
        .with("after_shop", place.key.shop.as_str())
        .with("after_reference", place.key.reference.as_str())
}

pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let mut filter = Filter::of(&fields);
    let seen = house.shops_listed_to(&visitor).await?;
    let shops: Vec<_> = seen.iter().map(ToString::to_string).collect();
    let place = place(&fields)?;
    let at_first = filter.is_empty() && place.is_none();
    let for_a_person = async {
        let listing = Listing {
            shops: Some(seen.clone()),
            needs_person: true,
            limit: Some(FOR_A_PERSON),
            ..Listing::default()
        };
        if at_first {
            house.ledger().orders(&listing).await
        } else {
            Ok(Listed::default())
        }
    };
    let place = place.as_ref();
    let (listed, for_a_person) =
        futures::join!(listed(&house, &filter, &seen, place), for_a_person);
    let (mut listed, for_a_person) = (listed?, for_a_person?);
    let is_nothing = listed.0 == Listed::default() && place.is_none();
    if let Some(trimmed) = filter.trimmed().filter(|_| is_nothing) {
        listed = self::listed(&house, &trimmed, &seen, place).await?;
        filter = trimmed;
    }
    let (listed, problem) = listed;
    let now = house.now();
    let row = |order: &Order| Row::of(&house, order, now);
    let mut rows: Vec<_> = listed.orders.iter().map(row).collect();
    let seen = listed.orders.iter().map(|order| SeenTo::of(&house, order));
    for (row, seen) in rows.iter_mut().zip(join_all(seen).await) {
        row.seen = seen.map(|seen| format!("by {}, {}", seen.who, seen.at.ago()));
    }
    let unreadable = listed.unreadable.iter().map(|key| {
        let to = Address::of_order(&house.base, "/order", key);
        (key.shop.to_string(), key.reference.to_string(), to)
    });
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = Page {
        frame: Frame::of(&house, &visitor, "Orders").in_part("/orders"),
        only: filter.words(&shops),
        shops,
        statuses: OrderStatus::EVERY
            .map(|status| {
                let asked = filter.statuses.contains(&status.name());
                (status.name(), status_words(status), asked)
            })
            .to_vec(),
        quick: quick(&house.base, &filter),
        problem,
        for_a_person: for_a_person.orders.iter().map(row).collect(),
        more_for_a_person: for_a_person
            .next
            .map(|_| Filter::of_person().address(&house.base)),
        rows,
        unreadable: unreadable.collect(),
        next: (listed.next.as_ref()).map(|next| after(filter.address(&house.base), next)),
        first: place.map(|_| filter.address(&house.base)),
        filter,
    };
    Ok(frame::page(status, &page))
}

/// The orders of a page, and what of the filter can't be understood.
async fn listed(
    house: &House,
    filter: &Filter,
    seen: &[ShopName],
    after: Option<&ListingPlace>,
) -> Result<(Listed, Option<&'static str>), LedgerError> {
    match filter.listing(seen) {
        Ok(listing) => {
            let after = after.cloned();
            let listed = house.ledger().orders(&Listing { after, ..listing }).await?;
            Ok((listed, None))
        }
        Err(problem) => Ok((Listed::default(), Some(problem))),
    }
}

fn quick(base: &str, open: &Filter) -> Vec<Quick> {
    let of_status = Filter::of_status;
    let filters = [
        ("All", Filter::default()),
        ("Needs a person", Filter::of_person()),
        ("Awaits merchant", of_status(OrderStatus::AwaitsMerchant)),
        ("In dispute", of_status(OrderStatus::NeedsPerson)),
        ("Paid", of_status(OrderStatus::Paid)),
    ];
    let quick = filters.into_iter().map(|(name, filter)| Quick {
        name,
        to: filter.address(base),
        is_open: filter == *open,
    });
    quick.collect()
}
