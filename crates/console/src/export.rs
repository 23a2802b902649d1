//! Orders and events of a period as tables for accounting: read and sent page by page, so that any number of them takes no memory.

use std::sync::Arc;

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream::try_unfold;
use inbank_domain::{Money, Order, OrderEvent, ShopName};
use inbank_ports::{EventPlace, LedgerError, Listing, ListingPlace};
use time::{Duration, OffsetDateTime};

use crate::console::House;
use crate::csv;
use crate::frame::{self, Frame};
use crate::moment::rfc3339;
use crate::orders::{day, in_order};
use crate::refusal::Refusal;
use crate::visitor::{Fields, Visitor};

/// Read at once.
const ON_A_PAGE: u32 = 500;

#[derive(Template)]
#[template(path = "export.html")]
struct Page {
    frame: Frame,
    shops: Vec<String>,
    from: String,
    until: String,
    problem: Option<&'static str>,
}

/// What is asked for.
struct Period {
    shops: Vec<ShopName>,
    from: OffsetDateTime,
    until: OffsetDateTime,
}

impl Period {
    /// Of whole days, in UTC, the last one included.
    fn of(mut shops: Vec<ShopName>, fields: &Fields) -> Result<Self, &'static str> {
        if let Some(shop) = fields.some("shop") {
            shops.retain(|seen| seen.as_str() == shop);
        }
        let missing = "Say from which day until which.";
        let from = day(fields.get("from"))?.ok_or(missing)?;
        let until = day(fields.get("until"))?.ok_or(missing)?;
        in_order(Some(from), Some(until))?;
        let until = until.saturating_add(Duration::DAY);
        Ok(Self { shops, from, until })
    }
}

/// The form: last month, unless others are chosen.
pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shops = house.shops_listed_to(&visitor).await?;
    Ok(form(&house, &visitor, &shops, &fields, None))
}

fn form(
    house: &House,
    visitor: &Visitor,
    shops: &[ShopName],
    fields: &Fields,
    problem: Option<&'static str>,
) -> Response {
    let first = house
        .now()
        .date()
        .replace_day(1)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH.date());
    let last = first.previous_day().unwrap_or(first);
    let or = |name, day: time::Date| fields.some(name).map_or(day.to_string(), str::to_owned);
    let page = Page {
        frame: Frame::of(house, visitor, "Export").in_part("/export"),
        shops: shops.iter().map(ToString::to_string).collect(),
        from: or("from", last.replace_day(1).unwrap_or(last)),
        until: or("until", last),
        problem,
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    frame::page(status, &page)
}

/// Orders that were opened in the period, as they stand now.
pub(crate) async fn orders(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shops = house.shops_listed_to(&visitor).await?;
    let period = match Period::of(shops.clone(), &fields) {
        Ok(period) => period,
        Err(problem) => return Ok(form(&house, &visitor, &shops, &fields, Some(problem))),
    };
    let name = name("orders", &period);
    let listing = Listing {
        shops: Some(period.shops),
        opened_from: Some(period.from),
        opened_before: Some(period.until),
        limit: Some(ON_A_PAGE),
        ..Listing::default()
    };
    let head = csv::row(&ORDER_COLUMNS);
    let start = Some((head, None::<ListingPlace>));
    let pages = try_unfold(start, move |state| {
        let (house, listing) = (house.clone(), listing.clone());
        async move {
            let Some((mut text, after)) = state else {
                return Ok(None);
            };
            let listing = Listing { after, ..listing };
            let listed = house.ledger().orders(&listing).await.map_err(broken)?;
            text.extend(listed.orders.iter().map(order_row));
            for key in &listed.unreadable {
                let mut cells = [""; ORDER_COLUMNS.len()];
                cells[..4].copy_from_slice(&[
                    key.shop.as_str(),
                    key.reference.as_str(),
                    "",
                    "unreadable",
                ]);
                text.push_str(&csv::row(&cells));
            }
            let next = listed.next.map(|next| (String::new(), Some(next)));
            Ok::<_, LedgerError>(Some((Bytes::from(text), next)))
        }
    });
    Ok(download(&name, Body::from_stream(pages)))
}

/// Events that occurred in the period.
pub(crate) async fn events(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shops = house.shops_listed_to(&visitor).await?;
    let period = match Period::of(shops.clone(), &fields) {
        Ok(period) => Arc::new(period),
        Err(problem) => return Ok(form(&house, &visitor, &shops, &fields, Some(problem))),
    };
    let name = name("events", &period);
    let head = csv::row(&EVENT_COLUMNS);
    let start = Some((head, None::<EventPlace>));
    let pages = try_unfold(start, move |state| {
        let (house, period) = (house.clone(), period.clone());
        async move {
            let Some((mut text, after)) = state else {
                return Ok(None);
            };
            let Period { shops, from, until } = &*period;
            let page = house
                .ledger()
                .events_between(shops, *from, *until, after, ON_A_PAGE);
            let page = page.await.map_err(broken)?;
            text.extend(page.events.iter().map(event_row));
            let next = page.next.map(|next| (String::new(), Some(next)));
            Ok::<_, LedgerError>(Some((Bytes::from(text), next)))
        }
    });
    Ok(download(&name, Body::from_stream(pages)))
}

/// What has begun can't be answered otherwise any more: the connection breaks off, so that nobody takes half for the whole.
fn broken(error: LedgerError) -> LedgerError {
    {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "an export breaks off: the ledger gave no answer");
    }
    error
}

fn name(what: &str, period: &Period) -> String {
    let last = period.until.saturating_sub(Duration::DAY).date();
    format!("{what}-{}-{last}.csv", period.from.date())
}

fn download(name: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, body).into_response()
}

const ORDER_COLUMNS: [&str; 17] = [
    "shop",
    "reference",
    "opened_at",
    "status",
    "detail",
    "needs_person",
    "attempt",
    "kind",
    "product",
    "amount",
    "currency",
    "bank_amount",
    "bank_currency",
    "session_id",
    "application_id",
    "contract_id",
    "attempts",
];

/// An order with the attempt that counts.
fn order_row(order: &Order) -> String {
    let status = order.status();
    let present = order.present();
    let amount = present.and_then(|attempt| attempt.terms.amount);
    let amount = amount.map(Money::in_coins);
    let named = present.and_then(|attempt| attempt.other_amount);
    let named = named.map(Money::in_coins);
    let text = |text: Option<String>| text.unwrap_or_default();
    let of = |name: fn(&inbank_domain::Attempt) -> Option<String>| text(present.and_then(name));
    csv::row(&[
        order.key.shop.as_str(),
        order.key.reference.as_str(),
        &rfc3339(order.opened_at),
        status.name(),
        status.detail().unwrap_or_default(),
        order.needs_person.as_deref().unwrap_or_default(),
        &of(|attempt| Some(attempt.number.to_string())),
        &of(|attempt| Some(attempt.terms.kind.as_str().to_owned())),
        &of(|attempt| Some(attempt.terms.product.to_string())),
        &text(amount.map(|amount| amount.amount().to_string())),
        &text(amount.map(|amount| amount.currency().to_string())),
        &text(named.map(|named| named.amount().to_string())),
        &text(named.map(|named| named.currency().to_string())),
        &of(|attempt| attempt.session.as_ref().map(ToString::to_string)),
        &of(|attempt| attempt.application.as_ref().map(ToString::to_string)),
        &of(|attempt| attempt.contract.as_ref().map(ToString::to_string)),
        &order.attempts.len().to_string(),
    ])
}

const EVENT_COLUMNS: [&str; 10] = [
    "occurred_at",
    "shop",
    "reference",
    "number",
    "kind",
    "detail",
    "attempt",
    "amount",
    "currency",
    "id",
];

fn event_row(event: &OrderEvent) -> String {
    let amount = event.amount.map(Money::in_coins);
    let text = |text: Option<String>| text.unwrap_or_default();
    csv::row(&[
        &rfc3339(event.occurred_at),
        event.shop.as_str(),
        event.order.as_str(),
        &event.number.to_string(),
        event.kind.name(),
        event.kind.detail().unwrap_or_default(),
        &event.attempt.to_string(),
        &text(amount.map(|amount| amount.amount().to_string())),
        &text(amount.map(|amount| amount.currency().to_string())),
        &event.id(),
    ])
}
