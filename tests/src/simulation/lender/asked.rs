use std::sync::atomic::{AtomicBool, Ordering};

use inbank::OrderKey;
use inbank::ports::Lease;
use time::OffsetDateTime;

use super::{Lender, Opened};
use crate::simulation::around::Telling;
use crate::simulation::books::State;
use crate::simulation::{Invariant, Mark};

/// What was asked for, with what came of it.
#[derive(Debug, Default)]
pub(super) struct Asked {
    under_way: u32,
    /// Calls that may have arrived.
    may_have_arrived: u32,
    /// When the first of those began that were done.
    done: Option<OffsetDateTime>,
    /// Answered with a success in a round with this lease, which has not been written down yet.
    answered: Option<(OrderKey, Lease)>,
    /// That was written down.
    acknowledged: bool,
}

/// What is a command: sent in a round, once.
const COMMANDS: [&str; 6] = [
    "application.accept",
    "application.cancel",
    "contract.approve",
    "contract.cancel",
    "contract.sign",
    "rental.activate",
];
/// What must not be asked for again once it may have arrived.
const ONCE: [&str; 3] = ["application.accept", "application.submit", "session.open"];
/// What opens an attempt.
const OPENINGS: [&str; 2] = ["application.submit", "session.open"];
/// What binds an order to one attempt.
const BINDING: [&str; 3] = ["application.accept", "contract.approve", "rental.activate"];

/// One call that changes something, until it is answered.
pub(in crate::simulation) struct Asking<'a> {
    lender: &'a Lender,
    what: (&'static str, String),
    lease: Option<(OrderKey, Lease)>,
    life: u32,
    began: OffsetDateTime,
    /// Whether whoever asked has waited for an answer, or for the lack of one.
    waited_for: AtomicBool,
}

/// What it was asked to do.
impl Lender {
    /// Begins a call; tells the judge where it should not be.
    pub(in crate::simulation) fn asked(
        &self,
        operation: &'static str,
        about: &str,
        life: u32,
    ) -> Asking<'_> {
        let what = (operation, about.to_owned());
        let mut lease = None;
        if COMMANDS.contains(&operation)
            && let Some(key) = self.order_of(about)
        {
            lease = self.around.lease_of(&key, life).map(|l| (key, l));
            if lease.is_none() {
                let what = format!("{operation} about {about} by process {life}");
                self.around.violated(Invariant::SentWithoutLease, &what);
            }
        }
        if BINDING.contains(&operation)
            && let Some(other) = self.bound_otherwise(about)
        {
            let what = format!("{operation} about {about}, after {other}");
            self.around.violated(Invariant::BoundTwice, &what);
        }
        if BINDING.contains(&operation)
            && let Some(other) = self.changed_to(about)
        {
            let what = format!("{operation} about {about}, after the customer was sent to {other}");
            self.around.violated(Invariant::FormerCart, &what);
        }
        let mut state = self.state();
        let asked = state.asked.entry(what.clone()).or_default();
        let (again, acknowledged) = (asked.may_have_arrived > 0, asked.acknowledged);
        asked.under_way += 1;
        asked.may_have_arrived += 1;
        drop(state);
        if acknowledged && COMMANDS.contains(&operation) {
            let what = format!("{operation} about {about}");
            self.around
                .violated(Invariant::SentAfterAcknowledged, &what);
        } else if again && ONCE.contains(&operation) {
            let what = format!("{operation} about {about}");
            self.around.violated(Invariant::AskedTwice, &what);
        } else if again {
            self.around.mark(Mark::SentOnceMore);
        }
        Asking {
            lender: self,
            what,
            lease,
            life,
            began: self.around.now(),
            waited_for: AtomicBool::new(false),
        }
    }

    /// A binding command about another attempt of the same order that may have arrived, and whose attempt is
    /// not over at the bank; none where a person was told of the order.
    fn bound_otherwise(&self, about: &str) -> Option<String> {
        let own = self.opened_by(about)?;
        let of_order = |other: &String| {
            let other = self.opened_by(other);
            other.is_some_and(|o| o.order == own.order && o.url != own.url)
        };
        let others: Vec<(&str, String)> = {
            let state = self.state();
            let sent = state.asked.iter().filter(|(_, a)| a.may_have_arrived > 0);
            let binding = sent.filter(|((operation, _), _)| BINDING.contains(operation));
            binding.map(|((o, about), _)| (*o, about.clone())).collect()
        };
        let is_over = |other: &String| {
            let origin = self.origin(other).unwrap_or_else(|| other.clone());
            self.is_over(&origin) && !self.is_active(&origin)
        };
        let mut others = others.into_iter();
        let (operation, other) = others.find(|(_, other)| of_order(other) && !is_over(other))?;
        let key = self.order_of(about)?;
        let log = self.around.log();
        let of_it =
            |event: &inbank::OrderEvent| event.shop == key.shop && event.order == key.reference;
        let is_told = |told: &Telling| of_it(&told.event) && told.is("needs_person");
        let is_told = log.told.iter().any(is_told);
        (!is_told).then(|| format!("{operation} about {other}"))
    }

    /// Whether a session or application has an active contract.
    fn is_active(&self, origin: &str) -> bool {
        let contracts = self.contracts();
        let mut own = contracts.iter().filter(|held| held.origin == origin);
        own.any(|held| held.state == State::Active)
    }

    /// The session or application that a contract comes from.
    pub(super) fn origin(&self, about: &str) -> Option<String> {
        let mut contracts = self.contracts().into_iter();
        let held = contracts.find(|held| held.id == about)?;
        Some(held.origin)
    }

    /// What a session, application or contract was opened as.
    pub(super) fn opened_by(&self, about: &str) -> Option<Opened> {
        let origin = self.origin(about);
        let state = self.state();
        let opened = state.opened.get(origin.as_deref().unwrap_or(about));
        opened.cloned()
    }

    /// It is done, or is about to be, whether or not whoever asked learns of it.
    pub(in crate::simulation) fn done(
        &self,
        operation: &'static str,
        about: &str,
        at: OffsetDateTime,
    ) {
        if let Some(asked) = self.state().asked.get_mut(&(operation, about.to_owned())) {
            let first = asked.done.get_or_insert(at);
            *first = at.min(*first);
        }
    }

    /// Whether the bank has done what an attempt was decided to, by a call that began before then.
    pub(in crate::simulation) fn has_done(
        &self,
        operations: &[&str],
        attempt: &str,
        before: OffsetDateTime,
    ) -> bool {
        let done: Vec<String> = {
            let state = self.state();
            let asked = state.asked.iter();
            let done = asked.filter(|((operation, _), asked)| {
                operations.contains(operation) && asked.done.is_some_and(|at| at < before)
            });
            done.map(|((_, about), _)| about.clone()).collect()
        };
        let of_attempt = |about: &String| {
            let opened = self.opened_by(about);
            opened.is_some_and(|opened| opened.attempt() == attempt)
        };
        done.iter().any(of_attempt)
    }

    /// What a round did under this lease is written down.
    pub(in crate::simulation) fn written(&self, key: &OrderKey, lease: Lease) {
        for asked in self.state().asked.values_mut() {
            if asked.answered.as_ref() == Some(&(key.clone(), lease)) {
                asked.acknowledged = true;
            }
        }
    }

    /// A process was killed.
    pub(in crate::simulation) fn killed_while_asking(&self) {
        let state = self.state();
        for ((operation, _), asked) in &state.asked {
            if asked.under_way > 0 {
                let opening = OPENINGS.contains(operation);
                self.around.mark(if opening {
                    Mark::KilledWhileOpening
                } else {
                    Mark::KilledWhileSending
                });
            }
        }
    }
}

impl Asking<'_> {
    /// When it began.
    pub(in crate::simulation) const fn began(&self) -> OffsetDateTime {
        self.began
    }

    /// Whoever asked has waited for what came of it.
    pub(in crate::simulation) fn waited_for(&self) {
        self.waited_for.store(true, Ordering::Relaxed);
    }

    /// Nothing was done, and whoever asked is told so.
    pub(in crate::simulation) fn did_not_arrive(&self) {
        let mut state = self.lender.state();
        if let Some(asked) = state.asked.get_mut(&self.what) {
            asked.may_have_arrived -= 1;
        }
    }

    /// It is done, and whoever asked is told so.
    pub(in crate::simulation) fn succeeded(&self) {
        let mut state = self.lender.state();
        if let Some(asked) = state.asked.get_mut(&self.what) {
            asked.answered.clone_from(&self.lease);
        }
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let (operation, about) = &self.what;
        let cut = !self.waited_for.load(Ordering::Relaxed);
        if cut && OPENINGS.contains(operation) && self.lender.fleet.lives(self.life) {
            let what = format!("{operation} for {about}");
            self.lender.around.violated(Invariant::CutOff, &what);
        }
        if let Some(asked) = self.lender.state().asked.get_mut(&self.what) {
            asked.under_way -= 1;
        }
    }
}
