//! Shops: where they are, by which keys, and how their webhooks fare.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_app::ShopHandle;
use inbank_domain::{OrderKey, ShopName};
use inbank_ports::Listing;
use time::OffsetDateTime;

use crate::address::Address;
use crate::came;
use crate::console::House;
use crate::frame::{self, Frame, Notice};
use crate::moment::Moment;
use crate::orders::Row;
use crate::refusal::Refusal;
use crate::shop_change::{self, Change};
use crate::status::{Mood, Tag};
use crate::visitor::{Fields, Visitor};
use crate::{Check, DeliveryCard, DeskError, Origin, Scope, ShopCard, WebhookCard, WebhookState};

/// Orders that are named on a shop's page.
const NAMED: u32 = 10;

#[derive(Template)]
#[template(path = "shops.html")]
struct ListPage {
    frame: Frame,
    shops: Vec<Line>,
    /// Where one is added, for those who may.
    add: Option<Address>,
    came: Option<Notice>,
}

/// A shop in the list.
struct Line {
    name: String,
    to: Address,
    region: &'static str,
    currency: String,
    host: String,
    orders: Address,
}

#[derive(Template)]
#[template(path = "shop.html")]
struct ShopPage {
    frame: Frame,
    name: String,
    region: &'static str,
    country: &'static str,
    currency: String,
    host: String,
    came: Option<Notice>,
    /// What a service knows of it; none where there is none.
    card: Option<ShopCard>,
    missing: Vec<&'static str>,
    webhook: Option<Hook>,
    has_desk: bool,
    buttons: Vec<(&'static str, &'static str, Address)>,
    check: Address,
    orders: Address,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    name: String,
    checks: Vec<(Tag, Check)>,
    all_passed: bool,
    at: Moment,
    back: Address,
    again: Address,
}

/// A webhook, as its page shows it.
struct Hook {
    url: String,
    origin: Origin,
    tag: Tag,
    why: Option<String>,
    facts: Vec<(&'static str, Moment)>,
    last_status: Option<u16>,
    last_problem: Option<String>,
    waiting: u64,
    dead: u64,
    failures: Vec<Failure>,
    enable: Option<Address>,
    resend_dead: Option<Address>,
}

struct Failure {
    order: String,
    to: Address,
    number: u64,
    kind: String,
    tries: u32,
    tried: Option<Moment>,
    next: Option<Moment>,
    dead: Option<Moment>,
    status: Option<u16>,
    problem: Option<String>,
    again: Option<Address>,
}

impl Failure {
    fn of(
        card: DeliveryCard,
        shop: &ShopName,
        base: &str,
        writes: bool,
        now: OffsetDateTime,
    ) -> Self {
        let moment = |at: Option<OffsetDateTime>| at.map(|at| Moment::new(at, now));
        let key = OrderKey::new(shop.clone(), card.order);
        let again = Address::of_order(base, "/order/decide", &key)
            .with("deed", "resend")
            .with("number", &card.number.to_string());
        Self {
            to: Address::of_order(base, "/order", &key),
            order: key.reference.to_string(),
            number: card.number,
            kind: card.kind,
            tries: card.tries,
            tried: moment(card.tried_at),
            next: moment(card.next_at),
            dead: moment(card.dead_at),
            status: card.status,
            problem: card.problem,
            again: writes.then_some(again),
        }
    }
}

impl Hook {
    fn of(
        card: WebhookCard,
        shop: &ShopName,
        house: &House,
        visitor: &Visitor,
        now: OffsetDateTime,
    ) -> Self {
        let facts = [
            ("Switched off", card.disabled_at),
            ("Failing since", card.failing_since),
            ("Nothing is sent before", card.paused_until),
            ("Tried last", card.tried_at),
            ("Taken last", card.delivered_at),
        ];
        let facts = facts
            .into_iter()
            .filter_map(|(name, at)| Some((name, Moment::new(at?, now))));
        let (tag, off) = match card.state {
            WebhookState::Active => (Tag::new(Mood::Good, "active"), false),
            WebhookState::Failing => (Tag::new(Mood::Wait, "failing"), false),
            WebhookState::Disabled => (Tag::new(Mood::Bad, "switched off"), true),
        };
        let writes = visitor.can(house, Scope::Write);
        let change = |change: Change| Some(shop_change::address(house, change, shop));
        let failures = card.failures.into_iter();
        Self {
            url: card.url,
            origin: card.origin,
            tag,
            why: card.disabled_because,
            facts: facts.collect(),
            last_status: card.last_status,
            last_problem: card.last_problem,
            waiting: card.waiting,
            dead: card.dead,
            failures: failures
                .map(|failure| Failure::of(failure, shop, &house.base, writes, now))
                .collect(),
            enable: change(Change::Enable).filter(|_| off && visitor.can(house, Scope::Admin)),
            resend_dead: change(Change::ResendDead).filter(|_| card.dead > 0 && writes),
        }
    }
}

pub(crate) async fn list(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Response {
    let shops = house.shops_of(&visitor).into_iter();
    let shops = shops.filter_map(|name| {
        let shop = house.worker.shop(&name)?;
        let bank = shop.bank();
        Some(Line {
            to: Address::new(&house.base, "/shop").with("shop", name.as_str()),
            orders: Address::new(&house.base, "/orders").with("shop", name.as_str()),
            name: name.to_string(),
            region: bank.region.name,
            currency: bank.region.currency.to_string(),
            host: bank.host.to_string(),
        })
    });
    let adds = house.desk.is_some() && visitor.can(&house, Scope::Admin);
    let page = ListPage {
        frame: Frame::of(&house, &visitor, "Shops").in_part("/shops"),
        shops: shops.collect(),
        add: adds.then(|| Address::new(&house.base, "/shop/add")),
        came: came::notice(
            &visitor,
            &fields,
            &Address::new(&house.base, "/shops"),
            house.now(),
        ),
    };
    frame::page(StatusCode::OK, &page)
}

pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shop = visitor.shop(&house, fields.get("shop"))?;
    let name = shop.shop().name().clone();
    let listing = Listing {
        shops: Some(vec![name.clone()]),
        needs_person: true,
        limit: Some(NAMED),
        ..Listing::default()
    };
    let (card, webhook, person) = futures::join!(
        card(&house, &name),
        webhook(&house, &name),
        house.ledger().orders(&listing)
    );
    let now = house.now();
    let mut missing = Vec::new();
    let card = found(card, "its settings", &mut missing);
    let webhook = found(webhook, "its webhook", &mut missing);
    let webhook = webhook.map(|card| Hook::of(card, &name, &house, &visitor, now));
    let bank = shop.bank();
    let here = |path: &str| Address::new(&house.base, path).with("shop", name.as_str());
    let page = ShopPage {
        frame: Frame::of(&house, &visitor, &format!("Shop {name}")).in_part("/shops"),
        region: bank.region.name,
        country: bank.region.country,
        currency: bank.region.currency.to_string(),
        host: bank.host.to_string(),
        came: came::notice(&visitor, &fields, &here("/shop"), now),
        buttons: shop_change::buttons(&house, &visitor, &name, card.as_ref()),
        card,
        missing,
        webhook,
        has_desk: house.desk.is_some(),
        check: here("/shop/check"),
        orders: here("/orders"),
        rows: (person?.orders.iter())
            .map(|order| Row::of(order, &house.base, now))
            .collect(),
        name: name.to_string(),
    };
    Ok(frame::page(StatusCode::OK, &page))
}

/// What could be found; the rest is named as missing.
fn found<T>(
    found: Result<Option<T>, DeskError>,
    what: &'static str,
    missing: &mut Vec<&'static str>,
) -> Option<T> {
    found.unwrap_or_else(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, what, "a page of the console lacks something");
        missing.push(what);
        None
    })
}

async fn card(house: &House, shop: &ShopName) -> Result<Option<ShopCard>, DeskError> {
    let Some(desk) = &house.desk else {
        return Ok(None);
    };
    match desk.shop(shop).await {
        Ok(card) => Ok(Some(card)),
        Err(DeskError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn webhook(house: &House, shop: &ShopName) -> Result<Option<WebhookCard>, DeskError> {
    let Some(desk) = &house.desk else {
        return Ok(None);
    };
    match desk.webhook(shop).await {
        Err(DeskError::Missing) => Ok(None),
        found => found,
    }
}

/// Looks whether a shop can work: a read of the bank, so that anybody who sees the shop may ask.
pub(crate) async fn check(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shop = visitor.shop(&house, fields.get("shop"))?;
    let name = shop.shop().name().clone();
    let checks = match &house.desk {
        Some(desk) => desk.check(&name).await,
        None => vec![ping(&shop).await],
    };
    let here = |path: &str| Address::new(&house.base, path).with("shop", name.as_str());
    let checks: Vec<_> = checks
        .into_iter()
        .map(|check| {
            let tag = if check.passed {
                Tag::new(Mood::Good, "fine")
            } else {
                Tag::new(Mood::Bad, "wrong")
            };
            (tag, check)
        })
        .collect();
    let page = CheckPage {
        frame: Frame::of(&house, &visitor, &format!("Check of {name}")).in_part("/shops"),
        all_passed: checks.iter().all(|(_, check)| check.passed),
        checks,
        at: Moment::new(house.now(), house.now()),
        back: here("/shop"),
        again: here("/shop/check"),
        name: name.to_string(),
    };
    Ok(frame::page(StatusCode::OK, &page))
}

async fn ping(shop: &ShopHandle) -> Check {
    let name = "The bank is reached, and takes the key".to_owned();
    let asked = match &shop.bank().connection {
        Some(connection) => connection.ping().await.map_err(|error| error.to_string()),
        None => Err("this lender has no such call".to_owned()),
    };
    Check {
        name,
        passed: asked.is_ok(),
        detail: asked.err().unwrap_or_else(|| "it answered".to_owned()),
    }
}
