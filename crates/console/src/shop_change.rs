//! Changing a shop: a page asks once and says what it will do, then the form does it. The desk writes down who, in the transaction of the
//! change.

mod add;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use inbank_domain::ShopName;

use crate::address::Address;
use crate::console::House;
use crate::decide::capital;
use crate::frame::{self, Frame, Notice};
use crate::refusal::Refusal;
use crate::visitor::{Fields, LONGEST_REASON, Sent, Visitor};
use crate::{Desk, DeskError, Origin, Resent, Scope, ShopCard, session};

pub(crate) use self::add::{add, ask_to_add};

/// Something that may be changed about a shop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Change {
    Keys,
    Remove,
    Enable,
    ResendDead,
}

impl Change {
    const ALL: [Self; 4] = [Self::Keys, Self::Remove, Self::Enable, Self::ResendDead];

    const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Remove => "remove",
            Self::Enable => "enable",
            Self::ResendDead => "resend",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.name() == name)
    }

    /// What stands in the audit.
    const fn audited(self) -> &'static str {
        match self {
            Self::Keys => "shop.keys",
            Self::Remove => "shop.remove",
            Self::Enable => "webhook.enable",
            Self::ResendDead => "webhook.resend",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Keys => "Change the keys",
            Self::Remove => "Remove the shop",
            Self::Enable => "Switch the webhook on",
            Self::ResendDead => "Send all given up events again",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Remove => "grave",
            Self::Keys | Self::Enable | Self::ResendDead => "plain",
        }
    }

    const fn scope(self) -> Scope {
        match self {
            Self::Keys | Self::Remove | Self::Enable => Scope::Admin,
            Self::ResendDead => Scope::Write,
        }
    }

    const fn will_do(self) -> &'static [&'static str] {
        match self {
            Self::Keys => &[
                "These keys take the place of the present ones, in every process within seconds. The first signs and sends; all of them verify callbacks.",
                "To rotate without a pause: first the new key with the present one behind it; once the bank uses the new one, the new one alone.",
            ],
            Self::Remove => &[
                "Nothing of this shop is worked on any more, also not its open orders, and its webhook ends. Its orders stay in the ledger, and go on once it is added again.",
                "Until then whoever has a token for every shop finds and exports its orders, and nobody else.",
                "Customers who come back to it from the bank find nothing. Callbacks are refused.",
            ],
            Self::Enable => &["Events are posted again, those first that happened meanwhile."],
            Self::ResendDead => &[
                "Every event that was given up is posted once more, with the same id. A receiver that has it drops it.",
            ],
        }
    }
}

/// Where somebody is asked about a change.
pub(crate) fn address(house: &House, change: Change, shop: &ShopName) -> Address {
    Address::new(&house.base, "/shop/change")
        .with("shop", shop.as_str())
        .with("change", change.name())
}

/// What a visitor may change about a shop that calls have added; one of the file is changed there.
pub(crate) fn buttons(
    house: &House,
    visitor: &Visitor,
    shop: &ShopName,
    card: Option<&ShopCard>,
) -> Vec<(&'static str, &'static str, Address)> {
    let of_call = card.is_some_and(|card| card.origin == Origin::Call);
    if !of_call || !visitor.can(house, Scope::Admin) {
        return Vec::new();
    }
    [Change::Keys, Change::Remove]
        .map(|change| (change.label(), change.class(), address(house, change, shop)))
        .to_vec()
}

#[derive(Template)]
#[template(path = "shop_change.html")]
struct Page {
    frame: Frame,
    change: Change,
    shop: String,
    fingerprints: Vec<String>,
    problem: Option<String>,
    reason: String,
    longest: usize,
    once: String,
    back: Address,
}

/// The desk, where somebody may change this.
fn desk<'a>(
    house: &'a House,
    visitor: &Visitor,
    scope: Scope,
) -> Result<&'a Arc<dyn Desk>, Refusal> {
    let desk = house.desk.as_ref().ok_or(Refusal::NotFound)?;
    visitor.decides(house, scope)?;
    Ok(desk)
}

async fn page(
    house: &House,
    visitor: &Visitor,
    shop: &ShopName,
    change: Change,
    fields: &Fields,
) -> Result<Page, Refusal> {
    let desk = desk(house, visitor, change.scope())?;
    let title = format!("{} – {shop}", change.label());
    Ok(Page {
        frame: Frame::of(house, visitor, &title).in_part("/shops"),
        change,
        fingerprints: match desk.shop(shop).await {
            Ok(card) => card.key_fingerprints,
            Err(_) => Vec::new(),
        },
        problem: None,
        reason: fields.get("reason").to_owned(),
        longest: LONGEST_REASON,
        once: session::random().ok_or(Refusal::Broken)?,
        back: Address::new(&house.base, "/shop").with("shop", shop.as_str()),
        shop: shop.to_string(),
    })
}

/// Asks whether it is to be done.
pub(crate) async fn ask(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shop = visitor.shop(&house, fields.get("shop"))?;
    let change = Change::named(fields.get("change")).ok_or(Refusal::NotFound)?;
    let page = page(&house, &visitor, shop.shop().name(), change, &fields).await?;
    Ok(frame::page(StatusCode::OK, &page))
}

/// Does it, once.
pub(crate) async fn change(
    State(house): State<Arc<House>>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let Sent { visitor, fields } = &sent;
    let shop = visitor
        .shop(&house, fields.get("shop"))?
        .shop()
        .name()
        .clone();
    let change = Change::named(fields.get("change")).ok_or(Refusal::NotFound)?;
    let desk = desk(&house, visitor, change.scope())?.clone();
    let problem = match sent.needed_reason() {
        Ok(reason) => Ok(visitor.entry(change.audited(), &shop, &reason)),
        Err(problem) => Err(problem),
    };
    let keys = keys(fields);
    let problem = match problem {
        Ok(_) if change == Change::Keys && keys.is_empty() => {
            Err("Give one key at least, each on a line of its own.".to_owned())
        }
        problem => problem,
    };
    let again = async |status: StatusCode, problem: String| -> Result<Response, Refusal> {
        let mut page = page(&house, visitor, &shop, change, fields).await?;
        page.problem = Some(problem);
        Ok(frame::page(status, &page))
    };
    let by = match problem {
        Ok(by) => by,
        Err(problem) => return again(StatusCode::UNPROCESSABLE_ENTITY, problem).await,
    };
    let of_shop = Address::new(&house.base, "/shop").with("shop", shop.as_str());
    let list = Address::new(&house.base, "/shops");
    let done = |to: Address, came: &str| {
        Ok(Redirect::to(&to.with("came", came).to_string()).into_response())
    };
    if !sent.is_first(&house)? {
        return done(list, "before");
    }
    let task = {
        let shop = shop.clone();
        async move {
            match change {
                Change::Keys => desk.change_keys(&shop, keys, &by).await?,
                Change::Remove => desk.remove_shop(&shop, &by).await?,
                Change::Enable => desk.enable(&shop, &by).await?,
                Change::ResendDead => {
                    return Ok(match desk.resend_dead(&shop, &by).await? {
                        Resent::Sent => "resend",
                        Resent::Paused => "resend-paused",
                        Resent::Off => "resend-off",
                        Resent::Nothing => "resend-none",
                    });
                }
            }
            Ok(change.name())
        }
    };
    // To its end, also when the browser goes away.
    let changed = tokio::spawn(task).await.map_err(|_| Refusal::Broken)?;
    if changed.is_err() {
        sent.came_to_nothing(&house);
    }
    match changed {
        Ok(came) if change == Change::Remove => done(list, came),
        Ok(came) => done(of_shop, came),
        Err(DeskError::Ledger(error)) => Err(error.into()),
        Err(error) => again(StatusCode::CONFLICT, capital(&error.to_string())).await,
    }
}

/// One key a line.
fn keys(fields: &Fields) -> Vec<String> {
    let lines = fields.get("keys").lines().map(str::trim);
    lines
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What is said about what came of a change, by its name in the address.
pub(crate) fn came(name: &str) -> Option<Notice> {
    let (class, text) = match name {
        "keys" => (
            "good",
            "The keys are changed. Check the shop, to see whether the bank takes them.",
        ),
        "remove" => (
            "good",
            "The shop is removed. Its orders stay in the ledger.",
        ),
        "enable" => ("good", "The webhook is switched on."),
        "resend" => ("good", "The events are sent again."),
        "resend-paused" => (
            "wait",
            "The events are sent again once the webhook’s pause is over: see below until when.",
        ),
        "resend-off" => (
            "wait",
            "The webhook is switched off: the events are kept, and sent once it is switched on.",
        ),
        "resend-none" => (
            "wait",
            "There was nothing to send again: no event of this shop is given up.",
        ),
        "added" => (
            "good",
            "The shop is added. Check it, to see whether the bank takes its key.",
        ),
        "before" => (
            "wait",
            "You had sent this form already. Nothing is done twice.",
        ),
        _ => return None,
    };
    let text = text.to_owned();
    Some(Notice { class, text })
}
