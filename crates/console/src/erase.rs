//! Erasing an order on request: what goes, what stays, and why.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_app::OrderError;
use inbank_domain::{Order, OrderKey};
use inbank_ports::{AuditEntry, AuditLog, AuditQuery, AuditRecord, LedgerError};

use crate::address::Address;
use crate::came::{Came, Done, Undone};
use crate::console::House;
use crate::decide::capital;
use crate::frame::{self, Frame};
use crate::moment::Moment;
use crate::order;
use crate::refusal::Refusal;
use crate::status::Tag;
use crate::visitor::{Fields, LONGEST_REASON, Sent, Visitor};
use crate::{Scope, session, view};

#[derive(Template)]
#[template(path = "erase.html")]
struct Page {
    frame: Frame,
    shop: String,
    reference: String,
    status: Tag,
    attempts: usize,
    events: u64,
    why_not: Option<String>,
    problem: Option<String>,
    reason: String,
    longest: usize,
    /// Which order the page shows: see [`view()`].
    view: String,
    once: String,
    /// Where the form is posted: to the address at which its question is asked.
    to: Address,
    back: Address,
}

#[derive(Template)]
#[template(path = "erased.html")]
struct Erased {
    frame: Frame,
    key: OrderKey,
    at: Moment,
    who: String,
    why: String,
    /// What else was decided about it.
    audit: Address,
}

impl Erased {
    fn of(house: &House, visitor: &Visitor, key: OrderKey, erasure: AuditRecord) -> Self {
        let title = format!("Order {} is erased", key.reference);
        Self {
            frame: Frame::of(house, visitor, &title).in_part("/orders"),
            at: Moment::new(erasure.at, house.now()),
            who: erasure.entry.who,
            why: erasure.entry.why.unwrap_or_default(),
            audit: Address::of_order(&house.base, "/audit", &key),
            key,
        }
    }
}

fn page(house: &House, visitor: &Visitor, order: &Order, reason: &str) -> Result<Page, Refusal> {
    let title = format!("Erase order {}", order.key.reference);
    let kept = order.may_be_erased().err();
    Ok(Page {
        frame: Frame::of(house, visitor, &title).in_part("/orders"),
        shop: order.key.shop.to_string(),
        reference: order.key.reference.to_string(),
        status: Tag::of(order.status()),
        attempts: order.attempts.len(),
        events: order.events,
        why_not: kept.map(|kept| capital(&kept.to_string().replace('_', " ")) + "."),
        problem: None,
        reason: reason.to_owned(),
        longest: LONGEST_REASON,
        view: view(order),
        once: session::random().ok_or(Refusal::Broken)?,
        to: Address::of_order(&house.base, "/order/erase", &order.key),
        back: Address::of_order(&house.base, "/order", &order.key),
    })
}

/// An order that was erased and opened anew is another one, whatever it is called; and so it is once it was paid for again.
fn view(order: &Order) -> String {
    let opened = order.opened_at.unix_timestamp_nanos();
    let shown = format!(
        "{opened} {} {}",
        order.attempts.len(),
        order.status().name()
    );
    view::digest(&shown)
}

/// What stands in the audit.
const ERASE: &str = "order.erase";
/// So many of an order's last records are looked at for it.
const RECORDS: u32 = 50;

/// By whom, and when, an order was erased that isn't there; none where nobody has.
async fn erasure(audit: &dyn AuditLog, key: &OrderKey) -> Result<Option<AuditRecord>, LedgerError> {
    let about = AuditQuery {
        shops: Some(vec![key.shop.clone()]),
        order: Some(key.reference.clone()),
        before: None,
        limit: RECORDS,
    };
    let records = audit.records(&about).await?;
    let mut records = records.into_iter();
    Ok(records.find(|record| record.entry.what == ERASE))
}

/// An order's own page; where it was erased, who has done that.
pub(crate) async fn show_order(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shown = order::show(State(house.clone()), visitor.clone(), fields.clone()).await;
    let (Err(Refusal::NotFound), Some(audit)) = (&shown, &house.audit) else {
        return shown;
    };
    let key = visitor.key_to_look_at(&house, &fields)?;
    let erasure = erasure(&**audit, &key).await?;
    let erasure = erasure.ok_or(Refusal::NotFound)?;
    let page = Erased::of(&house, &visitor, key, erasure);
    Ok(frame::page(StatusCode::GONE, &page))
}

/// Says what it will do; or that it was done, where the audit has it.
pub(crate) async fn ask(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let key = visitor.key(&house, &fields)?;
    let audit = visitor.decides(&house, Scope::Admin)?;
    let Some(order) = house.ledger().order(&key).await? else {
        let erasure = erasure(&**audit, &key).await?;
        let erasure = erasure.ok_or(Refusal::NotFound)?;
        let page = Erased::of(&house, &visitor, key, erasure);
        return Ok(frame::page(StatusCode::OK, &page));
    };
    let page = page(&house, &visitor, &order, "")?;
    let status = if page.why_not.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    Ok(frame::page(status, &page))
}

/// Erases it, once.
pub(crate) async fn erase(
    State(house): State<Arc<House>>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let before = sent.before(&house).await?;
    if let Some(Ok(done)) = &before {
        return Ok(sent.leads(&house, done));
    }
    let Sent { visitor, fields } = &sent;
    let key = visitor.key(&house, fields)?;
    let audit = visitor.decides(&house, Scope::Admin)?.clone();
    let Some(order) = house.ledger().order(&key).await? else {
        // Another was faster, or erased it before this process began: the page looks which.
        return Ok(sent.leads(&house, &done(&house, &key)));
    };
    let came = match before {
        Some(came) => came,
        None if fields.get("view") != view(&order) => {
            let problem =
                "The order has changed since this page was shown: look at it, before you erase it.";
            Err(Undone::Problem(StatusCode::CONFLICT, problem.to_owned()))
        }
        None => match sent.needed_reason() {
            Ok(reason) => {
                let entry = AuditEntry {
                    reference: Some(key.reference.to_string()),
                    ..visitor.entry(ERASE, &key.shop, &reason)
                };
                let erasing = erased(house.clone(), audit, key, entry);
                sent.does(&house, erasing).await?
            }
            Err(problem) => Err(Undone::wrong(problem)),
        },
    };
    match came {
        Ok(done) => Ok(sent.leads(&house, &done)),
        Err(Undone::Refused(refusal)) => Err(refusal),
        Err(Undone::Problem(status, problem)) => {
            let mut page = page(&house, visitor, &order, fields.get("reason"))?;
            page.problem = Some(problem);
            Ok(frame::page(status, &page))
        }
    }
}

/// It is gone, and its page says so.
fn done(house: &House, key: &OrderKey) -> Done {
    Done {
        to: Address::of_order(&house.base, "/order/erase", key),
        said: None,
        again: false,
    }
}

async fn erased(
    house: Arc<House>,
    audit: Arc<dyn AuditLog>,
    key: OrderKey,
    entry: AuditEntry,
) -> Came {
    let order = house.worker.order(&key).ok_or(OrderError::NotFound)?;
    // What is kept is not written down as erased.
    let stands = order.find().await?;
    if let Some(Err(kept)) = stands.as_ref().map(Order::may_be_erased) {
        return Err(OrderError::from(kept).into());
    }
    audit.record(&entry, house.now()).await?;
    tracing::info!(shop = %key.shop, order = %key.reference, who = %entry.who, "erased in the console");
    match order.erase().await {
        Ok(()) | Err(OrderError::NotFound) => Ok(done(&house, &key)),
        Err(error) => Err(error.into()),
    }
}
