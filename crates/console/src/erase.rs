//! Erasing an order on request: what goes, what stays, and why.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use inbank_app::OrderError;
use inbank_domain::{Order, OrderKey};
use inbank_ports::AuditEntry;

use crate::address::Address;
use crate::console::House;
use crate::decide::capital;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::status::Tag;
use crate::visitor::{Fields, LONGEST_REASON, Sent, Visitor};
use crate::{Scope, session};

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
    once: String,
    back: Address,
}

#[derive(Template)]
#[template(path = "erased.html")]
struct Erased {
    frame: Frame,
    key: OrderKey,
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
        once: session::random().ok_or(Refusal::Broken)?,
        back: Address::of_order(&house.base, "/order", &order.key),
    })
}

async fn found(house: &House, visitor: &Visitor, fields: &Fields) -> Result<Order, Refusal> {
    let key = visitor.key(house, fields)?;
    visitor.decides(house, Scope::Admin)?;
    let order = house.ledger().order(&key).await?;
    order.ok_or(Refusal::NotFound)
}

/// Says what it will do; or that it is done, where a form led here.
pub(crate) async fn ask(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    if !fields.get("done").is_empty() {
        let key = visitor.key(&house, &fields)?;
        let gone = house.ledger().order(&key).await?.is_none();
        let frame = Frame::of(&house, &visitor, "Erased").in_part("/orders");
        return if gone {
            Ok(frame::page(StatusCode::OK, &Erased { frame, key }))
        } else {
            Err(Refusal::NotFound)
        };
    }
    let order = found(&house, &visitor, &fields).await?;
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
    let Sent { visitor, fields } = &sent;
    let key = visitor.key(&house, fields)?;
    let audit = visitor.decides(&house, Scope::Admin)?.clone();
    let done = Address::of_order(&house.base, "/order/erase", &key).with("done", "1");
    let done = || Ok(Redirect::to(&done.to_string()).into_response());
    let Some(order) = house.ledger().order(&key).await? else {
        // Sent twice, or another was faster: it is gone either way.
        return done();
    };
    let again = |status: StatusCode, problem: String| -> Result<Response, Refusal> {
        let mut page = page(&house, visitor, &order, fields.get("reason"))?;
        page.problem = Some(problem);
        Ok(frame::page(status, &page))
    };
    let reason = match sent.needed_reason() {
        Ok(reason) => reason,
        Err(problem) => return again(StatusCode::UNPROCESSABLE_ENTITY, problem),
    };
    if order.may_be_erased().is_err() {
        return Ok(frame::page(
            StatusCode::CONFLICT,
            &page(&house, visitor, &order, &reason)?,
        ));
    }
    if !sent.is_first(&house)? {
        let back = Address::of_order(&house.base, "/order", &key).with("came", "before");
        return Ok(Redirect::to(&back.to_string()).into_response());
    }
    let entry = AuditEntry {
        reference: Some(key.reference.to_string()),
        ..visitor.entry("order.erase", &key.shop, &reason)
    };
    let task = {
        let house = house.clone();
        async move {
            let order = house.worker.order(&key).ok_or(OrderError::NotFound)?;
            audit.record(&entry, house.now()).await?;
            tracing::info!(shop = %key.shop, order = %key.reference, who = %entry.who, "erased in the console");
            order.erase().await
        }
    };
    // To its end, also when the browser goes away.
    let erased = tokio::spawn(task).await.map_err(|_| Refusal::Broken)?;
    if erased.is_err() {
        sent.came_to_nothing(&house);
    }
    match erased {
        Ok(()) | Err(OrderError::NotFound) => done(),
        Err(OrderError::Ledger(error)) => Err(error.into()),
        Err(error) => again(StatusCode::CONFLICT, capital(&error.to_string())),
    }
}
