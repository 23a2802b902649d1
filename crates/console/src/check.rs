//! Looking whether a shop can work. It asks the bank, so a form has it done and no link does, only so often, and what was found is kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use inbank_app::ShopHandle;
use inbank_domain::ShopName;
use time::OffsetDateTime;

use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::status::{Mood, Tag};
use crate::visitor::{Fields, Sent, Visitor};
use crate::{Check, ShopCard};

/// A shop is not looked at again before so long, whoever asks.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What was found last of each shop, by this process.
#[derive(Debug, Default)]
pub(crate) struct Checks(Mutex<BTreeMap<ShopName, Arc<OfShop>>>);

#[derive(Debug, Default)]
struct OfShop {
    /// Whoever asks at the same time waits for the same answer.
    asking: tokio::sync::Mutex<()>,
    last: Mutex<Option<Checked>>,
}

#[derive(Clone, Debug)]
struct Checked {
    at: OffsetDateTime,
    /// How the shop was set up then: with other keys it is another shop to look at.
    set_up: Option<ShopCard>,
    checks: Vec<Check>,
}

impl Checks {
    fn of(&self, shop: &ShopName) -> Arc<OfShop> {
        let mut shops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shops.entry(shop.clone()).or_default().clone()
    }
}

impl OfShop {
    /// What was found last of the shop as it is set up.
    fn last(&self, set_up: Option<&ShopCard>) -> Option<Checked> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last.as_ref();
        last.filter(|checked| checked.set_up.as_ref() == set_up)
            .cloned()
    }

    async fn look(&self, house: &House, shop: &ShopHandle) {
        let _asking = self.asking.lock().await;
        let now = house.now();
        let set_up = set_up(house, shop.shop().name()).await;
        let is_fresh = |checked: Checked| now - checked.at < AGAIN_AFTER && now >= checked.at;
        if self.last(set_up.as_ref()).is_some_and(is_fresh) {
            return;
        }
        let checks = match &house.desk {
            Some(desk) => desk.check(shop.shop().name()).await,
            None => vec![ping(shop).await],
        };
        let at = house.now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Checked { at, set_up, checks });
    }
}

#[derive(Template)]
#[template(path = "check.html")]
struct Page {
    frame: Frame,
    name: String,
    /// None where nobody has looked yet.
    found: Option<Found>,
    back: Address,
}

struct Found {
    checks: Vec<(Tag, Check)>,
    all_passed: bool,
    at: Moment,
}

impl Found {
    fn of(checked: Checked, now: OffsetDateTime) -> Self {
        let tag = |check: &Check| {
            if check.passed {
                Tag::new(Mood::Good, "fine")
            } else {
                Tag::new(Mood::Bad, "wrong")
            }
        };
        Self {
            all_passed: checked.checks.iter().all(|check| check.passed),
            at: Moment::new(checked.at, now),
            checks: (checked.checks.into_iter())
                .map(|check| (tag(&check), check))
                .collect(),
        }
    }
}

/// What was found last, and a button.
pub(crate) async fn show(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let shop = visitor.shop(&house, fields.get("shop"))?;
    let name = shop.shop().name();
    let set_up = set_up(&house, name).await;
    let last = house.checks.of(name).last(set_up.as_ref());
    let page = Page {
        frame: Frame::of(&house, &visitor, &format!("Check of {name}")).in_part("/shops"),
        found: last.map(|checked| Found::of(checked, house.now())),
        back: Address::new(&house.base, "/shop").with("shop", name.as_str()),
        name: name.to_string(),
    };
    Ok(frame::page(StatusCode::OK, &page))
}

/// Looks: a read of the bank, so that anybody who sees the shop may have it done.
pub(crate) async fn check(
    State(house): State<Arc<House>>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let shop = sent.visitor.shop(&house, sent.fields.get("shop"))?;
    let name = shop.shop().name();
    house.checks.of(name).look(&house, &shop).await;
    let found = Address::new(&house.base, "/shop/check").with("shop", name.as_str());
    Ok(Redirect::to(&found.to_string()).into_response())
}

/// How a shop is set up; none where nobody says.
async fn set_up(house: &House, shop: &ShopName) -> Option<ShopCard> {
    match &house.desk {
        Some(desk) => desk.shop(shop).await.ok(),
        None => None,
    }
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
