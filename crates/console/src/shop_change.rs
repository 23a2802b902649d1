//! Changing a shop: a page asks once and says what it will do, then the form does it. The desk writes down who, in the transaction of the
//! change.

mod add;
mod keys;
mod open;
mod wrong;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_domain::ShopName;
use inbank_ports::AuditEntry;

use crate::address::Address;
use crate::came::{Came, Done, Said, Undone};
use crate::console::House;
use crate::frame::{self, Frame};
use crate::refusal::Refusal;
use crate::visitor::{Fields, LONGEST_REASON, Sent, Visitor};
use crate::{Desk, DeskError, Origin, Resent, Scope, ShopCard, WebhookState, session, view};

pub(crate) use self::add::{add, ask_to_add};
use self::keys::keys;
use self::open::Open;

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

    /// Why it can't be done as things stand; none where it can.
    async fn why_not(
        self,
        desk: &dyn Desk,
        shop: &ShopName,
        card: Option<&ShopCard>,
    ) -> Result<Option<&'static str>, DeskError> {
        Ok(match self {
            Self::Keys | Self::Remove => {
                let is_of_file = card.is_some_and(|card| card.origin == Origin::File);
                is_of_file.then_some("inbank.toml has this shop: change it there, and start again.")
            }
            Self::Enable => {
                let webhook = desk.webhook(shop).await?;
                let is_off = webhook.is_some_and(|card| card.state == WebhookState::Disabled);
                (!is_off).then_some("No webhook of this shop is switched off.")
            }
            Self::ResendDead => {
                let webhook = desk.webhook(shop).await?;
                let none = webhook.is_none_or(|card| card.dead == 0);
                none.then_some("No event of this shop is given up.")
            }
        })
    }

    /// Whether it is about how the shop is set up.
    const fn is_of_the_shop(self) -> bool {
        match self {
            Self::Keys | Self::Remove => true,
            Self::Enable | Self::ResendDead => false,
        }
    }

    /// By what somebody decides, as a page shows it: see [`view`]. Another may have changed the shop meanwhile, or have removed it and
    /// added one of the same name.
    fn view(self, card: Option<&ShopCard>) -> String {
        match card.filter(|_| self.is_of_the_shop()) {
            Some(card) => {
                let keys = card.key_fingerprints.join(" ");
                view::digest(&format!("{} {keys}", card.shop_uuid))
            }
            None => String::new(),
        }
    }

    const fn will_do(self) -> &'static [&'static str] {
        match self {
            Self::Keys => &[
                "These keys take the place of the present ones, or are put before them, in every process within seconds. The first signs and sends; all of them verify callbacks.",
                "To rotate without a pause: now the new key, with the present ones kept behind it. A day after the bank has withdrawn the old key, the new one alone: the bank repeats callbacks, and for how long is in no guide.",
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
    /// What is known of it, where that is what is changed.
    card: Option<ShopCard>,
    why_not: Option<&'static str>,
    problem: Option<String>,
    /// Orders that nobody would work on any more.
    open: Option<Open>,
    /// Whether a box is ticked: to keep the present keys, to remove the shop all the same.
    keep: bool,
    anyway: bool,
    reason: String,
    longest: usize,
    /// What the page shows, as a digest: see [`Change::view`].
    view: String,
    once: String,
    /// Where the form is posted: to the address at which its question is asked.
    to: Address,
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

/// What is known of a shop; none where it is none of the desk's.
pub(crate) async fn card(desk: &dyn Desk, shop: &ShopName) -> Result<Option<ShopCard>, DeskError> {
    match desk.shop(shop).await {
        Ok(card) => Ok(Some(card)),
        Err(DeskError::Missing) => Ok(None),
        Err(error) => Err(error),
    }
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
    let card = card(&**desk, shop).await?;
    Ok(Page {
        frame: Frame::of(house, visitor, &title).in_part("/shops"),
        change,
        why_not: change.why_not(&**desk, shop, card.as_ref()).await?,
        view: change.view(card.as_ref()),
        card: card.filter(|_| change.is_of_the_shop()),
        problem: None,
        open: match change {
            Change::Remove => Open::of(house, shop).await?,
            Change::Enable | Change::Keys | Change::ResendDead => None,
        },
        keep: fields.some("keep").is_some(),
        anyway: fields.some("anyway").is_some(),
        reason: fields.get("reason").to_owned(),
        longest: LONGEST_REASON,
        once: session::random().ok_or(Refusal::Broken)?,
        to: address(house, change, shop),
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
    // What a link says is what it is about, and no part of the decision.
    let nothing = Fields::default();
    let page = page(&house, &visitor, shop.shop().name(), change, &nothing).await?;
    let status = if page.why_not.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    Ok(frame::page(status, &page))
}

/// Does it, once.
pub(crate) async fn change(
    State(house): State<Arc<House>>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let before = sent.before(&house).await?;
    if let Some(Ok(done)) = &before {
        return Ok(sent.leads(&house, done));
    }
    let Sent { visitor, fields } = &sent;
    let shop = visitor.shop(&house, fields.get("shop"))?;
    let shop = shop.shop().name().clone();
    let change = Change::named(fields.get("change")).ok_or(Refusal::NotFound)?;
    let came = match before {
        Some(came) => came,
        None => match Doing::of(&house, &sent, &shop, change) {
            Ok(doing) => sent.does(&house, doing.run()).await?,
            Err(undone) => Err(undone),
        },
    };
    match came {
        Ok(done) => Ok(sent.leads(&house, &done)),
        Err(Undone::Refused(refusal)) => Err(refusal),
        Err(Undone::Problem(status, problem)) => {
            let mut page = page(&house, visitor, &shop, change, fields).await?;
            page.problem = Some(problem);
            Ok(frame::page(status, &page))
        }
    }
}

/// What is done.
struct Doing {
    desk: Arc<dyn Desk>,
    shop: ShopName,
    change: Change,
    keys: Vec<String>,
    keep: bool,
    anyway: bool,
    /// What the page showed.
    view: String,
    by: AuditEntry,
    /// Where whoever does it is led.
    to: Address,
}

impl Doing {
    /// What a form asks for, where its fields are right.
    fn of(house: &House, sent: &Sent, shop: &ShopName, change: Change) -> Result<Self, Undone> {
        let Sent { visitor, fields } = sent;
        let desk = desk(house, visitor, change.scope())?.clone();
        let reason = sent.needed_reason().map_err(Undone::wrong)?;
        let of_shop = || Address::new(&house.base, "/shop").with("shop", shop.as_str());
        let (keys, to) = match change {
            Change::Keys => {
                let wrong = |problem| Undone::wrong(format!("Keys: {problem}"));
                (keys(fields).map_err(wrong)?, of_shop())
            }
            Change::Remove => (Vec::new(), Address::new(&house.base, "/shops")),
            Change::Enable | Change::ResendDead => (Vec::new(), of_shop()),
        };
        Ok(Self {
            desk,
            shop: shop.clone(),
            change,
            keys,
            keep: fields.some("keep").is_some(),
            anyway: fields.some("anyway").is_some(),
            view: fields.get("view").to_owned(),
            by: visitor.entry(change.audited(), shop, &reason),
            to,
        })
    }

    async fn run(self) -> Came {
        let Self {
            desk,
            shop,
            change,
            keys,
            keep,
            anyway,
            view,
            by,
            to,
        } = self;
        let card = card(&*desk, &shop).await?;
        let is_of_the_past = change.view(card.as_ref()) != view;
        if let Some(why) = change.why_not(&*desk, &shop, card.as_ref()).await? {
            return Err(Undone::Problem(StatusCode::CONFLICT, why.to_owned()));
        }
        if is_of_the_past {
            return Err(DeskError::Changed.into());
        }
        let said = match change {
            Change::Keys => {
                // As the page showed it, by its digest.
                let seen = card.ok_or(DeskError::Missing)?;
                desk.change_keys(&shop, keys, keep, &seen, &by).await?;
                Said::Keys
            }
            Change::Remove => {
                let seen = card.ok_or(DeskError::Missing)?;
                desk.remove_shop(&shop, anyway, &seen, &by).await?;
                Said::Removed
            }
            Change::Enable => {
                desk.enable(&shop, &by).await?;
                Said::Enabled
            }
            Change::ResendDead => match desk.resend_dead(&shop, &by).await? {
                Resent::Sent => Said::ResentDead,
                Resent::Paused => Said::ResentDeadPaused,
                Resent::Off => Said::ResentDeadOff,
                Resent::Nothing => Said::NothingResent,
            },
        };
        Ok(Done::new(to, said))
    }
}
