//! Orders, those that need a person first: filters stand in the address, and a page goes on where the last one ended, so that a million orders
//! don't slow it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures::future::join_all;
use inbank_domain::{Order, OrderKey, OrderReference, OrderStatus, ShopName};
use inbank_ports::{Listed, Listing, ListingPlace};
use time::{Date, OffsetDateTime, Time};

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

/// What is asked for, as the address has it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Filter {
    reference: String,
    shop: String,
    statuses: Vec<&'static str>,
    /// Whether a status is asked for that none has.
    odd_status: bool,
    needs_person: bool,
    from: String,
    until: String,
}

impl Filter {
    fn of(fields: &Fields) -> Self {
        Self {
            reference: fields.get("reference").to_owned(),
            shop: fields.get("shop").to_owned(),
            statuses: fields
                .all("status")
                .filter_map(OrderStatus::name_of)
                .collect(),
            odd_status: fields
                .all("status")
                .any(|name| OrderStatus::name_of(name).is_none()),
            needs_person: !fields.get("needs_person").is_empty(),
            from: fields.get("from").to_owned(),
            until: fields.get("until").to_owned(),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn address(&self, base: &str) -> Address {
        let mut address = Address::new(base, "/orders")
            .with_some("reference", &self.reference)
            .with_some("shop", &self.shop);
        for status in &self.statuses {
            address = address.with("status", status);
        }
        if self.needs_person {
            address = address.with("needs_person", "1");
        }
        address
            .with_some("from", &self.from)
            .with_some("until", &self.until)
    }

    /// What it leaves, in words; nothing where it leaves all.
    fn words(&self, seen: &[String]) -> Vec<String> {
        let asked = |status: &OrderStatus| self.statuses.contains(&status.name());
        let statuses = OrderStatus::EVERY.into_iter().filter(asked);
        let statuses: Vec<_> = statuses.map(status_words).collect();
        let some = |says: &str, text: &str| (!text.is_empty()).then(|| format!("{says}{text}"));
        let words = [
            some("called ", &self.reference),
            if self.shop.is_empty() || seen.contains(&self.shop) {
                some("of the shop ", &self.shop)
            } else {
                Some("of a shop that is none of yours".to_owned())
            },
            some("", &statuses.join(" or ")),
            self.needs_person.then(|| "that need a person".to_owned()),
            some("opened from ", &self.from),
            some("opened until ", &self.until),
        ];
        words.into_iter().flatten().collect()
    }

    /// What the ledger is asked.
    fn listing(&self, seen: Vec<ShopName>) -> Result<Listing, &'static str> {
        let shops = if self.shop.is_empty() {
            seen
        } else {
            // A shop that may not be seen has no orders, as one that isn't there.
            seen.into_iter()
                .filter(|shop| shop.as_str() == self.shop)
                .collect()
        };
        let reference = Some(self.reference.as_str()).filter(|text| !text.is_empty());
        let reference = reference.map(OrderReference::parse).transpose();
        if self.odd_status {
            return Err("There is no such status: choose among these.");
        }
        let statuses = OrderStatus::EVERY.into_iter();
        let (from, until) = (day(&self.from)?, day(&self.until)?);
        in_order(from, until)?;
        Ok(Listing {
            shops: Some(shops),
            reference: reference.map_err(|_| "No order can have this reference.")?,
            statuses: statuses
                .filter(|status| self.statuses.contains(&status.name()))
                .collect(),
            needs_person: self.needs_person,
            opened_from: from,
            // The day that is named is part of it.
            opened_before: until.map(|day| day.saturating_add(time::Duration::DAY)),
            after: None,
            limit: Some(ON_A_PAGE),
        })
    }
}

/// Refuses days of which there would be nothing.
pub(crate) fn in_order(
    from: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
) -> Result<(), &'static str> {
    match from.zip(until) {
        Some((from, until)) if until < from => Err("The last day is before the first."),
        _ => Ok(()),
    }
}

/// The start of a day, in UTC, as a field of the type `date` has it.
pub(crate) fn day(text: &str) -> Result<Option<OffsetDateTime>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let date = || {
        let shape: Vec<_> = text.split('-').map(str::len).collect();
        if shape != [4, 2, 2] || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        let month = time::Month::try_from(text[5..7].parse::<u8>().ok()?).ok()?;
        let (year, day) = (text[..4].parse().ok()?, text[8..].parse().ok()?);
        Date::from_calendar_date(year, month, day).ok()
    };
    let date = date().ok_or("A day is written as 2026-01-31.")?;
    Ok(Some(date.with_time(Time::MIDNIGHT).assume_utc()))
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
    let filter = Filter::of(&fields);
    let seen = house.shops_listed_to(&visitor).await?;
    let shops: Vec<_> = seen.iter().map(ToString::to_string).collect();
    let place = place(&fields)?;
    let at_first = filter.is_empty() && place.is_none();
    let (listing, problem) = match filter.listing(seen.clone()) {
        Ok(listing) => (Some(listing), None),
        Err(problem) => (None, Some(problem)),
    };
    let listed = async {
        match listing {
            Some(listing) => {
                let after = place.clone();
                house.ledger().orders(&Listing { after, ..listing }).await
            }
            None => Ok(Listed::default()),
        }
    };
    let for_a_person = async {
        let listing = Listing {
            shops: Some(seen),
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
    let (listed, for_a_person) = futures::join!(listed, for_a_person);
    let (listed, for_a_person) = (listed?, for_a_person?);
    let now = house.now();
    let row = |order: &Order| Row::of(&house, order, now);
    let mut rows: Vec<_> = listed.orders.iter().map(row).collect();
    let seen = listed.orders.iter().map(|order| SeenTo::of(&house, order));
    for (row, seen) in rows.iter_mut().zip(join_all(seen).await) {
        row.seen = seen.map(|seen| format!("by {}, {}", seen.who, seen.at.ago()));
    }
    let person = Filter {
        needs_person: true,
        ..Filter::default()
    };
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
        more_for_a_person: for_a_person.next.map(|_| person.address(&house.base)),
        rows,
        unreadable: unreadable.collect(),
        next: (listed.next.as_ref()).map(|next| after(filter.address(&house.base), next)),
        first: place.map(|_| filter.address(&house.base)),
        filter,
    };
    Ok(frame::page(status, &page))
}

fn quick(base: &str, open: &Filter) -> Vec<Quick> {
    let of_status = |status: OrderStatus| Filter {
        statuses: vec![status.name()],
        ..Filter::default()
    };
    let person = Filter {
        needs_person: true,
        ..Filter::default()
    };
    let filters = [
        ("All", Filter::default()),
        ("Needs a person", person),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_stands_in_the_address_and_is_read_back_from_it() {
        let fields = Fields::of(&[
            ("reference", "a b"),
            ("shop", "main"),
            ("status", "paid"),
            ("status", "not_paid"),
            ("needs_person", "1"),
            ("from", "2026-01-02"),
        ]);
        let filter = Filter::of(&fields);
        assert_eq!(
            filter.address("/console").to_string(),
            "/console/orders?reference=a%20b&shop=main&status=paid&status=not_paid&needs_person=1&from=2026-01-02"
        );
        let listing = filter.listing(vec![]).unwrap();
        assert_eq!(listing.shops, Some(vec![]), "nothing of what isn't seen");
        assert_eq!(listing.statuses.len(), 2);
        let words = [
            "called a b",
            "of the shop main",
            "paid or not paid",
            "that need a person",
            "opened from 2026-01-02",
        ];
        let mut said = filter.words(&["main".to_owned()]);
        said.sort();
        let mut words = words.map(str::to_owned);
        words.sort();
        assert_eq!(said, words);
        let odd = Filter::of(&Fields::of(&[("status", "no_such")]));
        assert!(odd.listing(vec![]).is_err(), "and not all of them");
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(day("").unwrap(), None);
        let at = day("1970-01-02").unwrap().unwrap();
        assert_eq!(at.unix_timestamp(), 86_400);
        for wrong in [
            "2026-02-30",
            "2026-1",
            "2026-1-1",
            "+026-01-01",
            "x",
            "99999-01-01",
            "-1-1-1",
            "2026-õ1-1",
        ] {
            assert!(day(wrong).is_err(), "{wrong}");
        }
    }
}
