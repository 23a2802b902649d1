//! Adding a shop.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use inbank_domain::{Region, ShopName};

use super::desk;
use crate::address::Address;
use crate::console::House;
use crate::decide::capital;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::visitor::{Fields, LONGEST_REASON, Sent, Visitor};
use crate::{DeskError, NewShop, Scope, session};

/// The regions that a form offers.
const REGIONS: [&str; 5] = [
    Region::ESTONIA.name,
    Region::LATVIA.name,
    Region::LITHUANIA.name,
    Region::POLAND.name,
    Region::CZECHIA.name,
];

#[derive(Template)]
#[template(path = "shop_add.html")]
struct Page {
    frame: Frame,
    regions: [&'static str; 5],
    problem: Option<String>,
    /// As it was typed, but for the keys: they are typed anew.
    name: String,
    region: String,
    environment: String,
    api_version: String,
    base_url: String,
    shop_uuid: String,
    return_url: String,
    reason: String,
    longest: usize,
    once: String,
    back: Address,
}

fn page(house: &House, visitor: &Visitor, fields: &Fields) -> Result<Page, Refusal> {
    let text = |name| fields.get(name).to_owned();
    Ok(Page {
        frame: Frame::of(house, visitor, "Add a shop").in_part("/shops"),
        regions: REGIONS,
        problem: None,
        name: text("name"),
        region: text("region"),
        environment: text("environment"),
        api_version: text("api_version"),
        base_url: text("base_url"),
        shop_uuid: text("shop_uuid"),
        return_url: text("return_url"),
        reason: text("reason"),
        longest: LONGEST_REASON,
        once: session::random().ok_or(Refusal::Broken)?,
        back: Address::new(&house.base, "/shops"),
    })
}

/// The form.
pub(crate) async fn ask_to_add(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    desk(&house, &visitor, Scope::Admin)?;
    Ok(frame::page(
        StatusCode::OK,
        &page(&house, &visitor, &fields)?,
    ))
}

/// Adds it, once.
pub(crate) async fn add(State(house): State<Arc<House>>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { visitor, fields } = &sent;
    let desk = desk(&house, visitor, Scope::Admin)?.clone();
    let again = |status: StatusCode, problem: String| -> Result<Response, Refusal> {
        let mut page = page(&house, visitor, fields)?;
        page.problem = Some(problem);
        Ok(frame::page(status, &page))
    };
    let checked = (ShopName::parse(fields.get("name")).map_err(|e| capital(&e.to_string())))
        .and_then(|name| Ok((name, sent.needed_reason()?)));
    let (name, reason) = match checked {
        Ok(checked) => checked,
        Err(problem) => return again(StatusCode::UNPROCESSABLE_ENTITY, problem),
    };
    if !visitor.user.sees(&name) {
        return again(
            StatusCode::FORBIDDEN,
            "Your token is for other shops: this one would not be yours to see.".to_owned(),
        );
    }
    if house.worker.shop(&name).is_some() {
        let problem = "There is a shop of this name. Change its keys on its page; to change the rest, remove it first.";
        return again(StatusCode::CONFLICT, problem.to_owned());
    }
    let some = |name| fields.some(name).map(str::to_owned);
    let new = NewShop {
        region: fields.get("region").to_owned(),
        environment: some("environment"),
        api_version: some("api_version"),
        base_url: some("base_url"),
        shop_uuid: fields.get("shop_uuid").to_owned(),
        keys: super::keys(fields),
        return_url: some("return_url"),
    };
    if !sent.is_first(&house)? {
        let list = Address::new(&house.base, "/shops").with("came", "before");
        return Ok(Redirect::to(&list.to_string()).into_response());
    }
    let by = visitor.entry("shop.set", &name, &reason);
    let to = Address::new(&house.base, "/shop")
        .with("shop", name.as_str())
        .with("came", "added");
    // To its end, also when the browser goes away.
    let task = async move { desk.add_shop(&name, new, &by).await };
    let added = tokio::spawn(task).await.map_err(|_| Refusal::Broken)?;
    if added.is_err() {
        sent.came_to_nothing(&house);
    }
    match added {
        Ok(()) => Ok(Redirect::to(&to.to_string()).into_response()),
        Err(DeskError::Ledger(error)) => Err(error.into()),
        Err(error) => again(
            StatusCode::UNPROCESSABLE_ENTITY,
            capital(&error.to_string()),
        ),
    }
}
