//! An order over its attempts: which attempt counts, what may be decided, what the platform is told.

mod command;
mod concern;
mod event;
mod opening;
mod reading;
mod status;
mod transition;

use std::fmt;

use time::OffsetDateTime;

use crate::{Attempt, AttemptState, OrderReference, ShopName};

pub use command::{CommandRefused, SendOutcome, Wanted};
pub use concern::{Concern, OtherAmount, Told};
pub use event::{Action, EventKind, NotPaid, OrderEvent};
pub use opening::{OPENINGS_AN_HOUR, OpeningPlan};
pub use reading::Foreign;
pub use status::OrderStatus;

/// Names an order: the shop, and the shop's own reference.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct OrderKey {
    /// The shop.
    pub shop: ShopName,
    /// The order, as the shop calls it.
    pub reference: OrderReference,
}

impl OrderKey {
    /// The order of a shop.
    pub const fn new(shop: ShopName, reference: OrderReference) -> Self {
        Self { shop, reference }
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.shop, self.reference)
    }
}

/// An order as it is remembered: its attempts, and what was told of it. It is the unit of everything:
/// of leases, versions, events and rules.
///
/// Its methods say what follows from what happened, and collect the events that tell of it. They do
/// nothing else: writing it down is the ledger's.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Order {
    /// Which order.
    pub key: OrderKey,
    /// Its attempts, by their numbers.
    pub attempts: Vec<Attempt>,
    /// How many events there are so far, those of [`news`](Self::news) among them.
    pub events: u64,
    /// The attempt that it is paid by.
    pub paid_by: Option<u32>,
    /// What a person should look at, as it was told last; none once the order is paid without doubt, or a
    /// person has [seen to](Self::seen_to) it.
    pub needs_person: Option<String>,
    /// How often in a row working on it has failed.
    pub failures: u32,
    /// Grows with every change; none is written while it is 0.
    pub version: u64,
    /// When it was written down.
    pub opened_at: OffsetDateTime,
    /// Events that are not written down yet.
    pub news: Vec<OrderEvent>,
}

/// Why an order can't be erased.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("attempt {attempt} is {}: an order that can be paid, or is paid, is kept", .state.as_str())]
pub struct MustBeKept {
    /// The attempt that keeps it.
    pub attempt: u32,
    /// Where that stands.
    pub state: AttemptState,
}

impl Order {
    /// An order that nobody has heard of yet.
    pub const fn new(key: OrderKey, opened_at: OffsetDateTime) -> Self {
        Self {
            key,
            attempts: Vec::new(),
            events: 0,
            paid_by: None,
            needs_person: None,
            failures: 0,
            version: 0,
            opened_at,
            news: Vec::new(),
        }
    }

    /// The attempt of a number.
    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|attempt| attempt.number == number)
    }

    /// The attempt of a number, to be changed.
    pub fn attempt_mut(&mut self, number: u32) -> Option<&mut Attempt> {
        self.attempts
            .iter_mut()
            .find(|attempt| attempt.number == number)
    }

    /// The attempt that counts: the one that the order is paid by or bound to, else the one that
    /// customers may be sent to, else the last that was not superseded, else the one that had paid.
    pub fn present(&self) -> Option<&Attempt> {
        let paid = self.paid_by.and_then(|number| self.attempt(number));
        let taken = || self.attempts.iter().find(|a| a.takes_the_order());
        let open = || self.attempts.iter().rfind(|a| a.is_open());
        let last = || self.attempts.iter().rfind(|a| !a.superseded);
        let ended = |a: &&Attempt| a.state == AttemptState::Terminated;
        paid.or_else(taken)
            .or_else(open)
            .or_else(last)
            .or_else(|| self.attempts.iter().rfind(ended))
            .or_else(|| self.attempts.last())
    }

    /// When there is something to do next; never where nothing is to be expected.
    pub fn due_at(&self) -> Option<OffsetDateTime> {
        self.attempts.iter().filter_map(|a| a.refresh_at).min()
    }

    /// Whether it is over: no attempt lives.
    pub fn is_over(&self) -> bool {
        self.attempts.iter().all(|attempt| attempt.state.is_over())
    }

    /// Whether it may be erased on request: not while an attempt lives, since its customer may still pay,
    /// and not while one has paid, since its contract goes on.
    ///
    /// # Errors
    /// [`MustBeKept`] names the attempt.
    pub fn may_be_erased(&self) -> Result<(), MustBeKept> {
        let keeps = |a: &&Attempt| a.is_live() || a.state == AttemptState::Completed;
        match self.attempts.iter().find(keeps) {
            Some(attempt) => Err(MustBeKept {
                attempt: attempt.number,
                state: attempt.state,
            }),
            None => Ok(()),
        }
    }

    /// It is written down, and has this version: its news and its settled commands are the ledger's.
    pub fn written(&mut self, version: u64) {
        self.version = version;
        self.news.clear();
        for attempt in &mut self.attempts {
            attempt.settled.clear();
        }
    }

    /// Tells of something about an attempt.
    fn tell(&mut self, number: u32, kind: EventKind, now: OffsetDateTime) {
        let Some(attempt) = self.attempt(number) else {
            return;
        };
        let event = OrderEvent {
            shop: self.key.shop.clone(),
            order: self.key.reference.clone(),
            number: self.events.saturating_add(1),
            attempt: number,
            attempt_id: attempt.id.clone(),
            kind,
            amount: attempt.terms.amount,
            occurred_at: now,
            follows_refused: false,
        };
        self.remember_as_told(number, &event.kind);
        self.events = event.number;
        self.news.push(event);
    }

    fn remember_as_told(&mut self, number: u32, kind: &EventKind) {
        match kind {
            EventKind::NeedsPerson(why) => self.needs_person = Some(why.clone()),
            EventKind::Paid { .. } => {
                // Another attempt that can't be cancelled is still for a person.
                let settled = |a: &Attempt| !(a.is_live() && a.cancel_refused);
                if self.attempts.iter().all(settled) {
                    self.needs_person = None;
                }
            }
            EventKind::NotPaid(_) => {
                for attempt in &mut self.attempts {
                    attempt.told_not_paid = true;
                }
            }
            EventKind::ActionWanted(_) | EventKind::AwaitsMerchant => {
                if let Some(attempt) = self.attempt_mut(number) {
                    attempt.told_not_paid = false;
                }
            }
            EventKind::Terminated => {}
        }
    }

    /// Tells once that a person should look at an attempt.
    pub fn tell_person(&mut self, number: u32, why: impl Into<Concern>, now: OffsetDateTime) {
        let why = why.into().to_string();
        if let Some(attempt) = self.attempt_mut(number) {
            if attempt.anomaly.as_ref() == Some(&why) {
                return;
            }
            attempt.anomaly = Some(why.clone());
            self.tell(number, EventKind::NeedsPerson(why), now);
        }
    }

    /// A person has seen to what was told: this, and nothing that was told since. What was found stays known, so
    /// that the same is told again only where it is news. False, and nothing is changed, where something else was told
    /// since, or nobody is wanted.
    pub fn seen_to(&mut self, told: &str) -> bool {
        let is_told = self.needs_person.as_deref() == Some(told);
        if is_told {
            self.needs_person = None;
        }
        is_told
    }

    /// The same, each time.
    fn tell_person_again(&mut self, number: u32, why: &Concern, now: OffsetDateTime) {
        self.tell(number, EventKind::NeedsPerson(why.to_string()), now);
    }

    fn any_other(&self, number: u32, is: impl Fn(&Attempt) -> bool) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|other| other.number != number && is(other))
    }

    /// Another attempt that customers may be sent to, or that has taken the order.
    fn rival(&self, number: u32) -> Option<&Attempt> {
        self.any_other(number, |other| other.is_open() || other.takes_the_order())
    }

    fn completed_otherwise(&self, number: u32) -> Option<&Attempt> {
        self.any_other(number, |other| other.state == AttemptState::Completed)
    }
}

#[cfg(test)]
mod tests;
