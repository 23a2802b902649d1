//! Shops: where they are, by which keys, and how their webhooks fare.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_domain::{OrderKey, ShopName};
use inbank_ports::Listing;
use time::OffsetDateTime;

use crate::absence::Absence;
use crate::address::Address;
use crate::came;
use crate::console::House;
use crate::frame::{self, Frame, Notice};
use crate::moment::Moment;
use crate::orders::Row;
use crate::refusal::Refusal;
use crate::shop_change::{self, Change};
use crate::status::Tag;
use crate::visitor::{Fields, Visitor};
use crate::webhook::{self, answer};
use crate::{DeliveryCard, DeskError, Origin, Scope, ShopCard, WebhookCard, WebhookState};

/// Orders that are named on a shop's page.
const NAMED: u32 = 10;

#[derive(Template)]
#[template(path = "shops.html")]
struct ListPage {
    frame: Frame,
    shops: Vec<Line>,
    /// Those that this process has not, and of which there are orders.
    gone: Vec<(String, Address, Absence)>,
    has_desk: bool,
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
    webhook: HookWords,
}

/// How the webhook of a shop in the list stands.
enum HookWords {
    /// It has none.
    None,
    /// That can't be known now.
    Unknown,
    /// Its state, and what is wrong.
    Known(Tag, Option<String>),
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
    /// Whether its identifier is not like those that the bank gives.
    has_odd_uuid: bool,
    buttons: Vec<(&'static str, &'static str, Address)>,
    orders: Address,
    rows: Vec<Row>,
}

/// A webhook, as its page shows it.
struct Hook {
    url: String,
    origin: Origin,
    tag: Tag,
    why: Option<String>,
    facts: Vec<(&'static str, Moment)>,
    last: String,
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
    answer: String,
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
            answer: answer(card.status, card.problem.as_deref()),
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
        let off = card.state == WebhookState::Disabled;
        // The last one of a webhook that fails is shown also when it is over; else only one that holds something up.
        let pause = card.paused_until.filter(|until| match card.state {
            WebhookState::Active => *until > now,
            WebhookState::Failing => true,
            WebhookState::Disabled => false,
        });
        let facts = [
            ("Switched off", card.disabled_at),
            ("Failing since", card.failing_since),
            ("Nothing is sent before", pause),
            ("Tried last", card.tried_at),
            ("Taken last", card.delivered_at),
        ];
        let facts = facts
            .into_iter()
            .filter_map(|(name, at)| Some((name, Moment::new(at?, now))));
        let writes = visitor.can(house, Scope::Write);
        let change = |change: Change| Some(shop_change::address(house, change, shop));
        let failures = card.failures.into_iter();
        Self {
            url: card.url,
            origin: card.origin,
            tag: webhook::tag(card.state),
            why: card
                .disabled_because
                .map(|because| webhook::why_off(&because).to_owned()),
            facts: facts.collect(),
            last: answer(card.last_status, card.last_problem.as_deref()),
            waiting: card.waiting,
            dead: card.dead,
            failures: failures
                .map(|failure| DeliveryCard {
                    // Nothing is tried while it is off.
                    next_at: failure.next_at.filter(|_| !off),
                    ..failure
                })
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
) -> Result<Response, Refusal> {
    let webhooks = async {
        match &house.desk {
            Some(desk) => webhook::all(&**desk).await,
            None => Some(Vec::new()),
        }
    };
    let (webhooks, listed) = futures::join!(webhooks, house.shops_listed_to(&visitor));
    let now = house.now();
    let orders = |name: &ShopName| Address::new(&house.base, "/orders").with("shop", name.as_str());
    let mut gone = Vec::new();
    let mut shops = Vec::new();
    for name in listed? {
        let Some(shop) = house.worker.shop(&name) else {
            let absence = Absence::of(&house, &name).unwrap_or(Absence::Removed);
            gone.push((name.to_string(), orders(&name), absence));
            continue;
        };
        let bank = shop.bank();
        let webhook = match &webhooks {
            None => HookWords::Unknown,
            Some(all) => {
                let own = all.iter().find(|webhook| webhook.shop == name);
                own.map_or(HookWords::None, |own| {
                    HookWords::Known(webhook::tag(own.state), webhook::trouble(own, now))
                })
            }
        };
        shops.push(Line {
            to: Address::new(&house.base, "/shop").with("shop", name.as_str()),
            orders: orders(&name),
            name: name.to_string(),
            region: bank.region.name,
            currency: bank.region.currency.to_string(),
            host: bank.host.to_string(),
            webhook,
        });
    }
    let adds = house.desk.is_some() && visitor.can(&house, Scope::Admin);
    let page = ListPage {
        frame: Frame::of(&house, &visitor, "Shops").in_part("/shops"),
        shops,
        gone,
        has_desk: house.desk.is_some(),
        add: adds.then(|| Address::new(&house.base, "/shop/add")),
        came: came::notice(
            &visitor,
            &fields,
            &Address::new(&house.base, "/shops"),
            house.now(),
        ),
    };
    Ok(frame::page(StatusCode::OK, &page))
}

pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let Ok(shop) = visitor.shop(&house, fields.get("shop")) else {
        return absent(&house, &visitor, fields.get("shop")).await;
    };
    let name = shop.shop().name().clone();
    let listing = Listing {
        shops: Some(vec![name.clone()]),
        needs_person: true,
        limit: Some(NAMED),
        ..Listing::default()
    };
    let (card, webhook, person) = futures::join!(
        card(&house, &name),
        webhook_card(&house, &name),
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
        has_odd_uuid: card.as_ref().is_some_and(|card| !is_uuid(&card.shop_uuid)),
        card,
        missing,
        webhook,
        has_desk: house.desk.is_some(),
        orders: here("/orders"),
        rows: (person?.orders.iter())
            .map(|order| Row::of(&house, order, now))
            .collect(),
        name: name.to_string(),
    };
    Ok(frame::page(StatusCode::OK, &page))
}

#[derive(Template)]
#[template(path = "shop_absent.html")]
struct AbsentPage {
    frame: Frame,
    name: String,
    absence: Absence,
    orders: Address,
}

/// A shop for which this process doesn't work, to whom it is listed.
async fn absent(house: &House, visitor: &Visitor, shop: &str) -> Result<Response, Refusal> {
    let listed = house.shops_listed_to(visitor).await?;
    let name = listed.into_iter().find(|name| name.as_str() == shop);
    let name = name.ok_or(Refusal::NotFound)?;
    let page = AbsentPage {
        frame: Frame::of(house, visitor, &format!("Shop {name}")).in_part("/shops"),
        absence: Absence::of(house, &name).ok_or(Refusal::NotFound)?,
        orders: Address::new(&house.base, "/orders").with("shop", name.as_str()),
        name: name.to_string(),
    };
    Ok(frame::page(StatusCode::OK, &page))
}

/// Nothing in the guides says that it is always one; all that they show are.
fn is_uuid(id: &str) -> bool {
    let parts: Vec<_> = id.split('-').map(str::len).collect();
    let is_hex = |byte: u8| byte == b'-' || byte.is_ascii_hexdigit();
    parts == [8, 4, 4, 4, 12] && id.bytes().all(is_hex)
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
    shop_change::card(&**desk, shop).await
}

async fn webhook_card(house: &House, shop: &ShopName) -> Result<Option<WebhookCard>, DeskError> {
    let Some(desk) = &house.desk else {
        return Ok(None);
    };
    match desk.webhook(shop).await {
        Err(DeskError::Missing) => Ok(None),
        found => found,
    }
}
