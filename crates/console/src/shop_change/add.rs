//! Adding a shop.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_domain::{Region, ShopName};
use inbank_ports::AuditEntry;

use super::wrong::Wrong;
use super::{desk, keys};
use crate::address::Address;
use crate::came::{Came, Done, Said, Undone};
use crate::console::House;
use crate::decide::capital;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::visitor::{Fields, LONGEST_REASON, Sent, Visitor};
use crate::{Desk, DeskError, NewShop, Scope, session};

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
    wrong: Wrong,
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
        wrong: Wrong::default(),
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
) -> Result<Response, Refusal> {
    desk(&house, &visitor, Scope::Admin)?;
    // What a link says fills in nothing.
    let page = page(&house, &visitor, &Fields::default())?;
    Ok(frame::page(StatusCode::OK, &page))
}

/// Adds it, once.
pub(crate) async fn add(State(house): State<Arc<House>>, sent: Sent) -> Result<Response, Refusal> {
    let came = match sent.before(&house).await? {
        Some(came) => came,
        None => match Adding::of(&house, &sent) {
            Ok(Ok(adding)) => sent.does(&house, adding.run()).await?,
            Ok(Err(wrong)) => {
                let mut page = page(&house, &sent.visitor, &sent.fields)?;
                page.wrong = wrong;
                return Ok(frame::page(StatusCode::UNPROCESSABLE_ENTITY, &page));
            }
            Err(undone) => Err(undone),
        },
    };
    match came {
        Ok(done) => Ok(sent.leads(&house, &done)),
        Err(Undone::Refused(refusal)) => Err(refusal),
        Err(Undone::Problem(status, problem)) => {
            let mut page = page(&house, &sent.visitor, &sent.fields)?;
            page.problem = Some(problem);
            Ok(frame::page(status, &page))
        }
    }
}

/// A shop that is being added.
struct Adding {
    house: Arc<House>,
    desk: Arc<dyn Desk>,
    name: ShopName,
    new: NewShop,
    by: AuditEntry,
}

impl Adding {
    /// What a form asks for, where its fields are right; else all that is wrong with them.
    fn of(house: &Arc<House>, sent: &Sent) -> Result<Result<Self, Wrong>, Undone> {
        let Sent { visitor, fields } = sent;
        let desk = desk(house, visitor, Scope::Admin)?.clone();
        let mut wrong = Wrong::default();
        let name = ShopName::parse(fields.get("name"));
        let name = name.map_err(|error| wrong.add("name", error.problem()));
        if name.as_ref().is_ok_and(|name| !visitor.user.sees(name)) {
            let problem = "Your token is for other shops: this one would not be yours to see.";
            return Err(Undone::Problem(StatusCode::FORBIDDEN, problem.to_owned()));
        }
        let keys = keys(fields).map_err(|problem| wrong.add("keys", &problem));
        let reason = sent.needed_reason();
        let reason = reason.map_err(|problem| wrong.add("reason", &problem));
        let some = |name| fields.some(name).map(str::to_owned);
        let new = NewShop {
            region: fields.get("region").to_owned(),
            environment: some("environment"),
            api_version: some("api_version"),
            base_url: some("base_url"),
            shop_uuid: fields.get("shop_uuid").to_owned(),
            keys: keys.unwrap_or_default(),
            return_url: some("return_url"),
        };
        for invalid in desk.wrong(&new) {
            wrong.add(invalid.field(), invalid.problem());
        }
        let (Ok(name), Ok(reason), true) = (name, reason, wrong.is_empty()) else {
            return Ok(Err(wrong));
        };
        Ok(Ok(Self {
            house: house.clone(),
            desk,
            by: visitor.entry("shop.set", &name, &reason),
            name,
            new,
        }))
    }

    async fn run(self) -> Came {
        let Self {
            house,
            desk,
            name,
            new,
            by,
        } = self;
        if house.worker.shop(&name).is_some() {
            let problem = "There is a shop of this name. Change its keys on its page; to change the rest, remove it first.";
            return Err(Undone::Problem(StatusCode::CONFLICT, problem.to_owned()));
        }
        match desk.add_shop(&name, new, &by).await {
            Ok(()) => {}
            Err(DeskError::Refused(why)) => return Err(Undone::wrong(capital(&why))),
            Err(error) => return Err(error.into()),
        }
        let to = Address::new(&house.base, "/shop").with("shop", name.as_str());
        Ok(Done::new(to, Said::Added))
    }
}
