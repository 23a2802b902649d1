//! What somebody is asked about, as it stands, and the page that asks.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_domain::{Attempt, Order, OrderKey, ShopName};
use time::OffsetDateTime;

use super::deed::Deed;
use super::device::Device;
use crate::address::Address;
use crate::console::House;
use crate::frame::{self, Frame};
use crate::order::amount;
use crate::refusal::Refusal;
use crate::status::{Tag, undecided, yes};
use crate::visitor::{Fields, LONGEST_REASON, Visitor};
use crate::{Desk, Scope, WebhookHealth, WebhookState, session, view, webhook};

#[derive(Template)]
#[template(path = "decide.html")]
pub(super) struct Page {
    frame: Frame,
    deed: Deed,
    shop: String,
    reference: String,
    status: Tag,
    /// What it is about, as facts.
    facts: Vec<(&'static str, String)>,
    /// What a person should look at in the order.
    concern: Option<String>,
    /// What of it is other than one may think.
    warning: Option<String>,
    will_do: &'static [&'static str],
    /// The attempt's number, where it is about one.
    attempt: String,
    /// The event's number, where it is about one.
    number: String,
    /// Why it can't be decided.
    pub(super) why_not: Option<String>,
    /// What was wrong with the form, or came of it.
    problem: Option<String>,
    reason: String,
    longest: usize,
    device: Device,
    /// What the page shows, as a digest: see [`Subject::view`].
    view: String,
    once: String,
    /// Where the form is posted: to the address at which its question is asked.
    to: Address,
    back: Address,
}

/// What somebody is asked about.
pub(super) struct Subject {
    pub(super) key: OrderKey,
    pub(super) order: Order,
    pub(super) deed: Deed,
    pub(super) attempt: Option<Attempt>,
    pub(super) number: Option<u64>,
    /// Where an event that is sent again goes.
    webhook: ItsWebhook,
    /// Whether it waits to be sent anyway.
    waits: bool,
}

/// A shop's webhook, as far as it is known.
enum ItsWebhook {
    /// Events have nowhere to go.
    None,
    Known(WebhookHealth),
    /// It doesn't matter, or can't be told.
    Unknown,
}

impl ItsWebhook {
    async fn of(desk: &dyn Desk, shop: &ShopName) -> Self {
        let Some(all) = webhook::all(desk).await else {
            return Self::Unknown;
        };
        let own = all.into_iter().find(|webhook| webhook.shop == *shop);
        own.map_or(Self::None, Self::Known)
    }

    /// Why an event that is sent again does not leave at once; none where it does.
    fn holds_up(&self, now: OffsetDateTime) -> Option<String> {
        let Self::Known(health) = self else {
            return None;
        };
        if health.state == WebhookState::Disabled {
            let says = "The webhook is switched off: the event is kept, and leaves once it is switched on.";
            return Some(says.to_owned());
        }
        let until = webhook::pause(health, now)?;
        let paused = webhook::paused(until, now);
        Some(format!(
            "The webhook is {paused}: the event leaves after that."
        ))
    }
}

/// Whether an event waits for the webhook already, as far as that is known.
async fn waits(desk: &dyn Desk, key: &OrderKey, number: Option<u64>) -> bool {
    let deliveries = desk.deliveries(key).await.unwrap_or_default();
    let mut deliveries = deliveries.iter();
    let delivery = deliveries.find(|delivery| Some(delivery.number) == number);
    delivery.is_some_and(|card| card.tries == 0 && card.next_at.is_some())
}

impl Subject {
    pub(super) async fn of(
        house: &House,
        visitor: &Visitor,
        fields: &Fields,
    ) -> Result<Self, Refusal> {
        let key = visitor.key(house, fields)?;
        visitor.decides(house, Scope::Write)?;
        let deed = Deed::named(fields.get("deed")).ok_or(Refusal::NotFound)?;
        let order = house.ledger().order(&key).await?;
        let order = order.ok_or(Refusal::NotFound)?;
        let attempt = match fields.get("attempt") {
            "" => order.present(),
            number => order.attempt(number.parse().map_err(|_| Refusal::NotFound)?),
        };
        let number = match fields.get("number") {
            "" => None,
            number => Some(number.parse().map_err(|_| Refusal::NotFound)?),
        };
        let is_there = |number: u64| (1..=order.events).contains(&number);
        if deed == Deed::Resend && !(house.desk.is_some() && number.is_some_and(is_there)) {
            return Err(Refusal::NotFound);
        }
        let attempt = attempt.cloned();
        let (webhook, waits) = match house.desk.as_ref().filter(|_| deed == Deed::Resend) {
            Some(desk) => futures::join!(
                ItsWebhook::of(&**desk, &key.shop),
                waits(&**desk, &key, number)
            ),
            None => (ItsWebhook::Unknown, false),
        };
        Ok(Self {
            key,
            order,
            deed,
            attempt,
            number,
            webhook,
            waits,
        })
    }

    pub(super) fn why_not(&self, house: &House) -> Option<String> {
        if matches!(self.webhook, ItsWebhook::None) {
            return Some("The shop has no webhook.".to_owned());
        }
        if self.waits {
            let waits =
                "The event was not sent yet: it waits for the webhook, and needs no second one.";
            return Some(match self.webhook.holds_up(house.now()) {
                Some(held_up) => format!("{waits} {held_up}"),
                None => waits.to_owned(),
            });
        }
        let attempt = self.attempt.as_ref();
        self.deed.why_not(&self.order, attempt, house.now())
    }

    /// By what somebody decides, as a page shows it: a form that was made by something else is of the past, and they are asked anew.
    pub(super) fn view(&self) -> String {
        // An order that was erased and opened anew is another one, whatever it is called.
        let opened = self.order.opened_at.unix_timestamp_nanos();
        let shown = match (self.deed, &self.attempt) {
            (Deed::SeenTo, _) => {
                let concern = self.order.needs_person.clone();
                format!("{opened} {}", concern.unwrap_or_default())
            }
            (Deed::Approve | Deed::Activate | Deed::Cancel, Some(attempt)) => {
                let stands = attempt.command.as_ref();
                let stands = stands.map(|c| (&c.command, c.by, c.stage));
                format!(
                    "{opened} {} {} {:?} {:?} {:?} {stands:?}",
                    attempt.id,
                    attempt.state.as_str(),
                    attempt.terms.product,
                    attempt.terms.amount,
                    attempt.other_amount
                )
            }
            // Nothing of it is about how the order stands.
            (Deed::Approve | Deed::Activate | Deed::Cancel, None)
            | (Deed::Refresh | Deed::Resend, _) => return String::new(),
        };
        view::digest(&shown)
    }

    /// Whether it has the bank finance another amount than was asked for: that, and the one that was.
    fn differs(&self) -> Option<(String, String)> {
        let decides = matches!(self.deed, Deed::Approve | Deed::Activate);
        let attempt = self.attempt.as_ref().filter(|_| decides)?;
        let named = attempt.other_amount?.in_coins().to_string();
        Some((named, amount(attempt)))
    }

    fn warning(&self, now: OffsetDateTime) -> Option<String> {
        if let Some(held_up) = self.webhook.holds_up(now) {
            return Some(held_up);
        }
        if let Some((named, asked)) = self.differs() {
            let what = self.deed.name();
            return Some(format!(
                "The bank names {named}, and {asked} was asked for. If you {what} it, the contract is for {named}, and it is not told \
                as paid: the order needs a person again, and the rest is settled by hand."
            ));
        }
        let seen = self.deed == Deed::SeenTo;
        let attempt = undecided(&self.order).filter(|_| seen)?;
        Some(format!(
            "The bank still waits for you to {} or cancel attempt {}. This does neither: decide first.",
            yes(attempt),
            attempt.number
        ))
    }

    fn facts(&self, house: &House) -> Vec<(&'static str, String)> {
        let mut facts = Vec::new();
        if let Some(attempt) = self.attempt.as_ref().filter(|_| self.deed.is_of_attempt()) {
            facts.push(("Attempt", attempt.number.to_string()));
            facts.push(("Amount", amount(attempt)));
            if let Some(other) = attempt.other_amount {
                facts.push(("The bank names", other.in_coins().to_string()));
            }
            facts.push(("Product", attempt.terms.product.to_string()));
            let stands = attempt.command.as_ref();
            if let Some(stands) = stands.filter(|_| self.why_not(house).is_none()) {
                let text = format!(
                    "{}: it is written down and was not sent, and this gives it up",
                    stands.command
                );
                facts.push(("Decided before", text));
            }
        }
        if let Some(number) = self.number {
            facts.push(("Event", number.to_string()));
        }
        if let (Deed::SeenTo, Some(concern)) = (self.deed, &self.order.needs_person) {
            facts.push(("What is to be looked at", concern.clone()));
        }
        facts
    }

    pub(super) fn page(
        &self,
        house: &House,
        visitor: &Visitor,
        fields: &Fields,
    ) -> Result<Page, Refusal> {
        let title = format!("{} – order {}", self.deed.label(), self.key.reference);
        let of_attempt = self.attempt.as_ref().filter(|_| self.deed.is_of_attempt());
        Ok(Page {
            frame: Frame::of(house, visitor, &title).in_part("/orders"),
            deed: self.deed,
            shop: self.key.shop.to_string(),
            reference: self.key.reference.to_string(),
            status: Tag::of_order(&self.order),
            facts: self.facts(house),
            // Of what is seen to it is a fact.
            concern: (self.order.needs_person.clone()).filter(|_| self.deed != Deed::SeenTo),
            warning: self.warning(house.now()),
            will_do: self.deed.will_do(self.differs().is_some()),
            attempt: of_attempt.map_or(String::new(), |a| a.number.to_string()),
            number: self.number.map_or(String::new(), |n| n.to_string()),
            why_not: self.why_not(house),
            problem: None,
            reason: fields.get("reason").to_owned(),
            longest: LONGEST_REASON,
            device: Device::of(fields),
            view: self.view(),
            once: session::random().ok_or(Refusal::Broken)?,
            to: self.address(house),
            back: Address::of_order(&house.base, "/order", &self.key),
        })
    }

    /// Where it is asked about.
    fn address(&self, house: &House) -> Address {
        let of_attempt = self.attempt.as_ref().filter(|_| self.deed.is_of_attempt());
        let attempt = of_attempt.map_or(String::new(), |attempt| attempt.number.to_string());
        let number = self
            .number
            .map_or(String::new(), |number| number.to_string());
        Address::of_order(&house.base, "/order/decide", &self.key)
            .with("deed", self.deed.name())
            .with_some("attempt", &attempt)
            .with_some("number", &number)
    }

    /// The page once more, with what was wrong.
    pub(super) fn again(
        &self,
        house: &House,
        visitor: &Visitor,
        fields: &Fields,
        status: StatusCode,
        problem: String,
    ) -> Result<Response, Refusal> {
        let mut page = self.page(house, visitor, fields)?;
        // What can't be decided says why by itself.
        page.problem = Some(problem).filter(|problem| page.why_not.as_ref() != Some(problem));
        // The problem says it.
        page.why_not = page
            .why_not
            .filter(|_| status != StatusCode::UNPROCESSABLE_ENTITY);
        Ok(frame::page(status, &page))
    }
}
