//! One order: where it stands, what to do now, and all that happened to it.

mod advice;
mod attempt;
mod button;
mod decided;
mod graph;
mod timeline;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_app::Call;
use inbank_domain::{Attempt, EventKind, Order, OrderEvent, OrderKey};
use inbank_ports::{AuditQuery, AuditRecord, LedgerErrorKind};

use self::attempt::Card;
use self::button::{Button, Offered};
use self::decided::Decided;
use self::timeline::{Entry, Known};
use crate::absence::Absence;
use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame, Notice};
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::seen_to::SeenTo;
use crate::status::{Tag, meaning, undecided, yes};
use crate::visitor::{Fields, Visitor};
use crate::{DeliveryCard, DeskError, Scope, WebhookHealth, came};

pub(crate) use self::advice::advice;

/// So much of a timeline is shown unless all of it is asked for.
const SHOWN: usize = 60;
/// So many records of an order are looked at.
const RECORDS: u32 = 200;

#[derive(Template)]
#[template(path = "order.html")]
struct Page {
    frame: Frame,
    key: OrderKey,
    status: Tag,
    meaning: &'static str,
    /// What was decided and is being carried out: then that is what it means.
    decided: Option<Decided>,
    amount: String,
    opened: Moment,
    came: Option<Notice>,
    /// What a person should look at, and what to do.
    concern: Option<(String, &'static str)>,
    /// Who has seen to what was to be looked at, and what that was.
    seen_to: Option<(SeenTo, String)>,
    /// What the bank waits to be told besides to cancel, and about which attempt, while nobody has decided.
    undecided: Option<(&'static str, u32)>,
    /// What could not be looked up.
    missing: Vec<&'static str>,
    read_only: bool,
    /// Why nothing of it is worked on by this process; none where it is.
    absence: Option<Absence>,
    buttons: Vec<Button>,
    /// Those that can't be pressed.
    not_now: Vec<Button>,
    cards: Vec<Card>,
    timeline: Vec<Entry>,
    /// How many more there are, and where.
    more: usize,
    all: Address,
    /// When this process began, whose calls the timeline has.
    began: Moment,
}

#[derive(Template)]
#[template(path = "order/unreadable.html")]
struct Unreadable {
    frame: Frame,
    key: OrderKey,
}

/// The amount that an attempt is for.
pub(crate) fn amount(attempt: &Attempt) -> String {
    let amount = attempt.terms.amount;
    amount.map_or_else(
        || "the bank's own total".to_owned(),
        |amount| amount.in_coins().to_string(),
    )
}

pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let key = visitor.key_to_look_at(&house, &fields)?;
    let title = format!("Order {}", key.reference);
    let frame = Frame::of(&house, &visitor, &title).in_part("/orders");
    let now = house.now();
    let ledger = house.ledger();
    let (order, events, settled, callbacks, outbox, records, deliveries, webhook) = futures::join!(
        ledger.order(&key),
        ledger.events(&key),
        ledger.settled_commands(&key),
        ledger.callbacks(&key),
        ledger.outbox(&key),
        records(&house, &key),
        deliveries(&house, &key),
        webhook(&house, &key),
    );
    let order = match order {
        Ok(order) => order.ok_or(Refusal::NotFound)?,
        Err(error) if error.kind() == LedgerErrorKind::Unreadable => {
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            return Ok(frame::page(status, &Unreadable { frame, key }));
        }
        Err(error) => return Err(error.into()),
    };
    let mut missing = Vec::new();
    let events = kept(events, "its events", &mut missing);
    let settled = kept(settled, "its commands", &mut missing);
    let callbacks = kept(callbacks, "its callbacks", &mut missing);
    let outbox = kept(outbox, "how far its events are delivered", &mut missing);
    let knows_records = records.is_ok();
    let mut records = kept(records, "who decided what", &mut missing);
    // Before it was opened the name was another order's, which was erased.
    records.retain(|record| record.at >= order.opened_at);
    let deliveries = kept(deliveries, "its webhook's deliveries", &mut missing);
    let webhook = kept(webhook, "how its webhook stands", &mut missing);
    let decisions = knows_records.then_some(&records[..]);
    let absence = Absence::of(&house, &key.shop);
    let can = |scope| visitor.can(&house, scope) && absence.is_none();
    let decides = can(Scope::Write);
    let offered = Offered {
        base: &house.base,
        decides,
        erases: can(Scope::Admin),
        resends: webhook.is_some(),
        now,
    };
    let calls = calls(&house, &order);
    let known = Known {
        order: &order,
        events: &events,
        settled: &settled,
        callbacks: &callbacks,
        outbox,
        calls: &calls,
        deliveries: &deliveries,
        records: decisions,
        webhook: webhook.as_ref(),
        offered: &offered,
    };
    let mut timeline = known.timeline();
    let all = timeline.len();
    if fields.get("all").is_empty() {
        timeline.truncate(SHOWN);
    }
    let cards = order.attempts.iter().rev();
    let cards = cards.map(|attempt| Card::of(&order, attempt, &events, &offered, decisions));
    let concern = order.needs_person.clone();
    let seen_to = SeenTo::among(&order, &records, now);
    let (not_now, buttons) = (offered.of_order(&order).into_iter())
        .partition(|button: &Button| button.why_not.is_some());
    let here = Address::of_order(&house.base, "/order", &key);
    let page = Page {
        status: Tag::of_order(&order),
        meaning: meaning(&order),
        decided: Decided::of_present(&order, decisions, now),
        amount: order.present().map_or(String::new(), amount),
        opened: Moment::new(order.opened_at, now),
        came: came(came::notice(&visitor, &fields, &here, now), &order),
        concern: concern.map(|why| {
            let advice = advice(&why);
            (why, advice)
        }),
        seen_to: seen_to.map(|seen_to| (seen_to, told_last(&events))),
        undecided: undecided(&order).map(|attempt| (yes(attempt), attempt.number)),
        missing,
        read_only: !decides,
        absence,
        buttons,
        not_now,
        cards: cards.collect(),
        more: all - timeline.len(),
        timeline,
        all: here.with("all", "1"),
        began: Moment::new(house.runtime.started_at(), now),
        frame,
        key,
    };
    Ok(frame::page(StatusCode::OK, &page))
}

/// What came of a form, unless the order shows it by itself: no command is under way any more.
fn came(notice: Option<Notice>, order: &Order) -> Option<Notice> {
    let under_way = order.attempts.iter().any(|a| a.command.is_some());
    notice.filter(|notice| under_way || !notice.until_shown)
}

/// What somebody was told last to look at.
fn told_last(events: &[OrderEvent]) -> String {
    let mut events = events.iter().rev();
    let told = events.find_map(|event| match &event.kind {
        EventKind::NeedsPerson(why) => Some(why.clone()),
        EventKind::ActionWanted(_)
        | EventKind::AwaitsMerchant
        | EventKind::NotPaid(_)
        | EventKind::Paid { .. }
        | EventKind::Terminated => None,
    });
    told.unwrap_or_default()
}

/// What was found; what could not be is named, and the rest is shown all the same.
fn kept<T: Default, E: std::error::Error + 'static>(
    found: Result<T, E>,
    what: &'static str,
    missing: &mut Vec<&'static str>,
) -> T {
    found.unwrap_or_else(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, what, "a page of the console lacks something");
        missing.push(what);
        T::default()
    })
}

/// Who decided what about an order, the latest first.
pub(crate) async fn records(
    house: &House,
    key: &OrderKey,
) -> Result<Vec<AuditRecord>, inbank_ports::LedgerError> {
    let Some(audit) = &house.audit else {
        return Ok(Vec::new());
    };
    let about = AuditQuery {
        shops: Some(vec![key.shop.clone()]),
        order: Some(key.reference.clone()),
        before: None,
        limit: RECORDS,
    };
    audit.records(&about).await
}

/// Those of the order that has the name now.
fn calls(house: &House, order: &Order) -> Vec<Call> {
    let mut calls = house.worker.calls().of(&order.key);
    calls.retain(|call| call.at >= order.opened_at);
    calls
}

/// How the shop's webhook stands, where it has one.
async fn webhook(house: &House, key: &OrderKey) -> Result<Option<WebhookHealth>, DeskError> {
    let Some(desk) = &house.desk else {
        return Ok(None);
    };
    let all = desk.webhooks().await?;
    Ok(all.into_iter().find(|webhook| webhook.shop == key.shop))
}

async fn deliveries(house: &House, key: &OrderKey) -> Result<Vec<DeliveryCard>, DeskError> {
    match &house.desk {
        Some(desk) => match desk.deliveries(key).await {
            Err(DeskError::Missing) => Ok(Vec::new()),
            found => found,
        },
        None => Ok(Vec::new()),
    }
}
