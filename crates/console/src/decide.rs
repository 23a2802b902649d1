//! Deciding something about an order: a page asks once and says what it will do, then the form does it. Who decided is written down before
//! anything leaves, so that nothing has an effect without a record.

mod deed;
mod device;
mod subject;

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use inbank_app::{Activation, CommandOutcome, OrderError, OrderHandle};
use inbank_domain::OrderKey;
use inbank_ports::AuditEntry;

use crate::address::Address;
use crate::came::{Came, Done, Said, Undone};
use crate::console::House;
use crate::frame;
use crate::refusal::Refusal;
use crate::visitor::{Fields, Sent, Visitor};
use crate::{DeskError, Resent};

pub(crate) use self::deed::{Deed, capital};
use self::device::{Activating, Device};
use self::subject::Subject;

/// Asks whether it is to be done.
pub(crate) async fn ask(
    State(house): State<Arc<House>>,
    visitor: Visitor,
    fields: Fields,
) -> Result<Response, Refusal> {
    let subject = Subject::of(&house, &visitor, &fields).await?;
    // What a link says is what it is about, and no part of the decision.
    let page = subject.page(&house, &visitor, &Fields::default())?;
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
    let before = sent.before(&house).await?;
    if let Some(Ok(done)) = &before {
        return Ok(sent.leads(&house, done));
    }
    let Sent { visitor, fields } = &sent;
    let subject = Subject::of(&house, visitor, fields).await?;
    let came = match before {
        Some(came) => came,
        None => match Doing::of(&house, &sent, &subject) {
            Ok(doing) => {
                let came = sent.does(&house, doing.run()).await?;
                house.figures.outdate();
                came
            }
            Err(undone) => Err(undone),
        },
    };
    match came {
        Ok(done) => Ok(sent.leads(&house, &done)),
        Err(Undone::Refused(refusal)) => Err(refusal),
        Err(Undone::Problem(status, problem)) => {
            // As it stands now.
            let subject = Subject::of(&house, visitor, fields).await?;
            subject.again(&house, visitor, fields, status, problem)
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

/// Behind what was decided, in the record of it that says that nothing was done.
pub(crate) const NOT_DONE: &str = " not done";

/// Of what may have been done.
const UNCLEAR: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

const fn status(error: &OrderError) -> StatusCode {
    match error {
        OrderError::Bank(_) => StatusCode::BAD_GATEWAY,
        OrderError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        OrderError::Kept(_) | OrderError::Refused(_) | OrderError::Taken => StatusCode::CONFLICT,
        OrderError::Ledger(_) | OrderError::Busy | OrderError::Unclear(_) => UNCLEAR,
        OrderError::NotFound => StatusCode::NOT_FOUND,
        OrderError::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl From<OrderError> for Undone {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Ledger(error) => error.into(),
            OrderError::NotFound => Refusal::NotFound.into(),
            error => Self::Problem(status(&error), capital(&error.to_string())),
        }
    }
}

impl From<DeskError> for Undone {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Ledger(error) => error.into(),
            error => Self::Problem(StatusCode::CONFLICT, capital(&error.to_string())),
        }
    }
}

/// What is done.
struct Doing {
    house: Arc<House>,
    entry: AuditEntry,
    key: OrderKey,
    deed: Deed,
    /// Why it can't be done, as the order stood when it was read.
    why_not: Option<String>,
    attempt: Option<u32>,
    number: Option<u64>,
    device: Option<device::Checked>,
    /// What the person has seen to: what the page showed.
    concern: String,
}

impl Doing {
    /// What a form asks for, where its fields are right.
    fn of(house: &Arc<House>, sent: &Sent, subject: &Subject) -> Result<Self, Undone> {
        let Sent { visitor, fields } = sent;
        let reason = if subject.deed.needs_reason() {
            sent.needed_reason()
        } else {
            sent.reason()
        };
        let reason = reason.map_err(Undone::wrong)?;
        let device = match subject.deed {
            Deed::Activate => Some(Device::of(fields).checked().map_err(Undone::wrong)?),
            Deed::Approve | Deed::Cancel | Deed::Refresh | Deed::SeenTo | Deed::Resend => None,
        };
        let is_of_the_past = fields.get("view") != subject.view();
        let changed = || is_of_the_past.then(|| subject.deed.changed().to_owned());
        Ok(Self {
            house: house.clone(),
            entry: entry(visitor, subject, &reason),
            key: subject.key.clone(),
            deed: subject.deed,
            why_not: subject.why_not(house).or_else(changed),
            attempt: subject.attempt.as_ref().map(|attempt| attempt.number),
            number: subject.number,
            device,
            concern: subject.order.needs_person.clone().unwrap_or_default(),
        })
    }

    async fn run(self) -> Came {
        let to = Address::of_order(&self.house.base, "/order", &self.key);
        if let Some(why) = &self.why_not {
            return Err(Undone::Problem(StatusCode::CONFLICT, why.clone()));
        }
        Ok(Done::new(to, self.said().await?))
    }

    /// Writes down who does it, and does it. Says what came of it.
    async fn said(&self) -> Result<Said, Undone> {
        let house = &self.house;
        if let (Deed::Resend, Some(desk)) = (self.deed, &house.desk) {
            // The desk writes it down in the transaction of the change.
            let number = self.number.unwrap_or_default();
            let resent = desk.resend(&self.key, number, &self.entry).await?;
            return Ok(match resent {
                Resent::Sent => Said::Resent,
                Resent::Paused => Said::ResentPaused,
                Resent::Off => Said::ResentOff,
                Resent::Nothing => return Err(DeskError::Missing.into()),
            });
        }
        let order = house.worker.order(&self.key).ok_or(OrderError::NotFound)?;
        let audit = house.audit.as_ref().ok_or(OrderError::NotFound)?;
        audit.record(&self.entry, house.now()).await?;
        let said = self.decided(&order).await;
        if let Err(Undone::Problem(status, why)) = &said
            && *status != UNCLEAR
        {
            let not_done = AuditEntry {
                what: format!("{}{NOT_DONE}", self.entry.what),
                why: Some(why.clone()),
                ..self.entry.clone()
            };
            if let Err(error) = audit.record(&not_done, house.now()).await {
                tracing::warn!(shop = %self.key.shop, order = %self.key.reference, %error,
                    "that a decision was refused is not written down");
            }
        }
        said
    }

    /// What came of it, once it is written down.
    async fn decided(&self, order: &OrderHandle) -> Result<Said, Undone> {
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
                Activation::AlreadyActivated(_) => return Ok(Said::ActivatedBefore),
            },
            Deed::Refresh => {
                order.refresh().await?;
                return Ok(Said::Refreshed);
            }
            Deed::SeenTo => {
                if !order.seen_to(&self.concern).await? {
                    // Since it was read a moment ago.
                    let changed = self.deed.changed().to_owned();
                    return Err(Undone::Problem(StatusCode::CONFLICT, changed));
                }
                return Ok(Said::Seen);
            }
            // Without a desk there is no such page.
            Deed::Resend => return Err(OrderError::NotFound.into()),
        };
        Ok(match outcome {
            CommandOutcome::Done(_) => Said::Done,
            CommandOutcome::Acknowledged(_) => Said::Acknowledged,
            CommandOutcome::Unclear(_) => Said::Unclear,
            CommandOutcome::Pending(_) => Said::Pending,
        })
    }

    async fn activate(&self, order: &OrderHandle) -> Result<Activation, Undone> {
        let device = self.device.as_ref().ok_or(OrderError::NotFound)?;
        let shop = self.house.worker.shop(&self.key.shop);
        let shop = shop.ok_or(OrderError::NotFound)?;
        match device.activate(&shop, order, self.attempt).await? {
            Activating::Activated(activation) => Ok(activation),
            Activating::Wrong(problem) => Err(Undone::wrong(problem)),
        }
    }
}
