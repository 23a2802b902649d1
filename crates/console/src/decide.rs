//! Deciding something about an order: a page asks once and says what it will do, then the form does it. Who decided is written down before
//! anything leaves, so that nothing has an effect without a record.

mod deed;
mod device;
mod subject;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use inbank_app::{Activation, CommandOutcome, OrderError, OrderHandle};
use inbank_domain::OrderKey;
use inbank_ports::AuditEntry;

use crate::address::Address;
use crate::console::House;
use crate::frame;
use crate::refusal::Refusal;
use crate::visitor::{Fields, Sent, Visitor};
use crate::{DeskError, Resent};

pub(crate) use self::deed::{Deed, capital};
use self::device::Device;
use self::subject::Subject;

/// Asks whether it is to be done.
pub(crate) async fn ask(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let subject = Subject::of(&house, &visitor, &fields).await?;
    let page = subject.page(&house, &visitor, &fields)?;
    let status = if page.why_not.is_some() {
        StatusCode::CONFLICT
    } else {
        StatusCode::OK
    };
    Ok(frame::page(status, &page))
}

/// Does it, once, and says what came of it.
pub(crate) async fn decide(
    State(house): State<Arc<House>>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let Sent { visitor, fields } = &sent;
    let subject = Subject::of(&house, visitor, fields).await?;
    let back = Address::of_order(&house.base, "/order", &subject.key);
    let again = |status: StatusCode, problem: String| {
        subject.again(&house, visitor, fields, status, problem)
    };
    let reason = if subject.deed.needs_reason() {
        sent.needed_reason()
    } else {
        sent.reason()
    };
    let reason = match reason {
        Ok(reason) => reason,
        Err(problem) => return again(StatusCode::UNPROCESSABLE_ENTITY, problem),
    };
    let device = match (subject.deed, Device::of(fields)) {
        (Deed::Activate, device) => match device.checked() {
            Ok(device) => Some(device),
            Err(invalid) => return again(StatusCode::UNPROCESSABLE_ENTITY, invalid.to_string()),
        },
        (Deed::Approve | Deed::Cancel | Deed::Refresh | Deed::SeenTo | Deed::Resend, _) => None,
    };
    if !sent.is_first(&house)? {
        return Ok(Redirect::to(&back.with("came", "before").to_string()).into_response());
    }
    if let Some(why) = subject.why_not(&house) {
        sent.came_to_nothing(&house);
        return again(StatusCode::CONFLICT, why);
    }
    if fields.get("view") != subject.view() {
        sent.came_to_nothing(&house);
        return again(StatusCode::CONFLICT, subject.changed().to_owned());
    }
    let task = Doing {
        house: house.clone(),
        entry: entry(visitor, &subject, &reason),
        key: subject.key.clone(),
        deed: subject.deed,
        attempt: subject.attempt.as_ref().map(|attempt| attempt.number),
        number: subject.number,
        device,
        told: subject.order.needs_person.clone().unwrap_or_default(),
    };
    // To its end, also when the browser goes away: a double click takes the first one's connection.
    let done = tokio::spawn(task.run()).await;
    let done = done.map_err(|_| Refusal::Broken)?;
    if done.is_err() {
        sent.came_to_nothing(&house);
    }
    house.figures.outdate();
    match done {
        Ok(came) => Ok(Redirect::to(&back.with("came", came).to_string()).into_response()),
        Err(Undone::Ledger(error)) => Err(error.into()),
        Err(Undone::Order(OrderError::NotFound)) => Err(Refusal::NotFound),
        Err(Undone::Order(error)) => again(status(&error), capital(&error.to_string())),
        Err(Undone::Desk(error)) => again(StatusCode::CONFLICT, capital(&error.to_string())),
        Err(Undone::Changed) => {
            // Since it was read a moment ago.
            let subject = Subject::of(&house, visitor, fields).await?;
            let problem = subject.changed().to_owned();
            subject.again(&house, visitor, fields, StatusCode::CONFLICT, problem)
        }
    }
}

fn entry(visitor: &Visitor, subject: &Subject, reason: &str) -> AuditEntry {
    let name = subject.deed.name();
    let what = match (&subject.attempt, subject.number) {
        (Some(attempt), _) if subject.deed.is_of_attempt() => {
            format!("order.{name} attempt {}", attempt.number)
        }
        (_, Some(number)) => format!("order.{name} event {number}"),
        (_, None) => format!("order.{name}"),
    };
    AuditEntry {
        reference: Some(subject.key.reference.to_string()),
        ..visitor.entry(&what, &subject.key.shop, reason)
    }
}

const fn status(error: &OrderError) -> StatusCode {
    match error {
        OrderError::Bank(_) => StatusCode::BAD_GATEWAY,
        OrderError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        OrderError::Kept(_) | OrderError::Refused(_) | OrderError::Taken => StatusCode::CONFLICT,
        OrderError::Ledger(_) | OrderError::Busy | OrderError::Unclear(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        OrderError::NotFound => StatusCode::NOT_FOUND,
        OrderError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// Why it was not done.
enum Undone {
    Ledger(inbank_ports::LedgerError),
    Order(OrderError),
    Desk(DeskError),
    /// Something else was told meanwhile.
    Changed,
}

impl From<OrderError> for Undone {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Ledger(error) => Self::Ledger(error),
            error => Self::Order(error),
        }
    }
}

impl From<DeskError> for Undone {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Ledger(error) => Self::Ledger(error),
            error => Self::Desk(error),
        }
    }
}

/// What is done.
struct Doing {
    house: Arc<House>,
    entry: AuditEntry,
    key: OrderKey,
    deed: Deed,
    attempt: Option<u32>,
    number: Option<u64>,
    device: Option<device::Checked>,
    /// What the person has seen to, as the page showed it.
    told: String,
}

impl Doing {
    /// Writes down who does it, and does it. Gives the name of what came of it.
    async fn run(self) -> Result<&'static str, Undone> {
        let house = &self.house;
        if let (Deed::Resend, Some(desk)) = (self.deed, &house.desk) {
            // The desk writes it down in the transaction of the change.
            let number = self.number.unwrap_or_default();
            let resent = desk.resend(&self.key, number, &self.entry).await?;
            return Ok(match resent {
                Resent::Sent => "resent",
                Resent::Paused => "resent-paused",
                Resent::Off => "resent-off",
                Resent::Nothing => return Err(DeskError::Missing.into()),
            });
        }
        let order = house.worker.order(&self.key).ok_or(OrderError::NotFound)?;
        let audit = house.audit.as_ref().ok_or(OrderError::NotFound)?;
        let recorded = audit.record(&self.entry, house.now()).await;
        recorded.map_err(Undone::Ledger)?;
        let what = &self.entry.what;
        tracing::info!(shop = %self.key.shop, order = %self.key.reference, who = %self.entry.who, %what, "decided in the console");
        let of_attempt = match self.attempt {
            Some(number) => order.clone().on_attempt(number),
            None => order.clone(),
        };
        let outcome = match self.deed {
            Deed::Approve => of_attempt.approve().await?,
            Deed::Cancel => of_attempt.cancel().await?,
            Deed::Activate => match self.activate(&of_attempt).await? {
                Activation::Activated(outcome) => outcome,
                Activation::AlreadyActivated(_) => return Ok("activated-before"),
            },
            Deed::Refresh => {
                order.refresh().await?;
                return Ok("refreshed");
            }
            Deed::SeenTo => {
                if !order.seen_to(&self.told).await? {
                    return Err(Undone::Changed);
                }
                return Ok("seen");
            }
            // Without a desk there is no such page.
            Deed::Resend => return Err(OrderError::NotFound.into()),
        };
        Ok(match outcome {
            CommandOutcome::Done(_) => "done",
            CommandOutcome::Acknowledged(_) => "acknowledged",
            CommandOutcome::Unclear(_) => "unclear",
            CommandOutcome::Pending(_) => "pending",
        })
    }

    async fn activate(&self, order: &OrderHandle) -> Result<Activation, Undone> {
        let device = self.device.as_ref().ok_or(OrderError::NotFound)?;
        let shop = self.house.worker.shop(&self.key.shop);
        let shop = shop.ok_or(OrderError::NotFound)?;
        Ok(device.activate(&shop, order, self.attempt).await?)
    }
}

/// What is said about what came of something, by its name in the address.
pub(crate) fn came(name: &str) -> Option<frame::Notice> {
    let (class, text) = match name {
        "done" => ("good", "It is done: the bank shows it."),
        "acknowledged" => (
            "good",
            "The bank has taken it. This page shows it once the bank does.",
        ),
        "unclear" => (
            "wait",
            "It was sent, and the bank did not answer. It may have arrived: the bank is read to find out. Don't decide it again.",
        ),
        "pending" => (
            "wait",
            "It is written down, and is sent as soon as the bank can be asked.",
        ),
        "activated-before" => (
            "wait",
            "It was activated before, so these identifiers were not sent. The bank may have those of another device: look in its Partner Portal.",
        ),
        "refreshed" => ("good", "The bank was read just now."),
        "seen" => ("good", "It was marked as seen to."),
        "resent" => ("good", "The event is sent again."),
        "resent-paused" => (
            "wait",
            "The event is sent again once the webhook’s pause is over: the shop’s page says until when.",
        ),
        "resent-off" => (
            "wait",
            "The webhook is switched off: the event is kept, and sent once it is switched on.",
        ),
        "before" => (
            "wait",
            "You had sent this form already. Nothing is done twice: this is how the order stands, and its timeline says what came of it.",
        ),
        _ => return None,
    };
    let text = text.to_owned();
    Some(frame::Notice { class, text })
}
