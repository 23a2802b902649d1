//! An order to which anything happens, and what must be true of it after each happening.

use std::collections::HashMap;

use proptest::prelude::*;

use super::super::*;
use super::{Happening, Said, What};
use crate::{CommandStage, Opening, OpeningPlan, Signature, Step, step};

/// An order, and what an observer from outside knows of it.
pub(super) struct World {
    pub(super) order: Order,
    now: OffsetDateTime,
    events: Vec<OrderEvent>,
    /// Commands that left and whose answer has not come.
    on_the_way: Vec<(u32, Command)>,
    /// How often a command was decided on, and how often it left, as far as is known.
    wanted: HashMap<(u32, Command), u32>,
    left: HashMap<(u32, Command), u32>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            order: new_order(),
            now: at(0),
            events: Vec::new(),
            on_the_way: Vec::new(),
            wanted: HashMap::new(),
            left: HashMap::new(),
        }
    }

    fn reading(&self, number: u32, said: &Said) -> Reading {
        let kind = self.order.attempt(number).map(|a| a.terms.kind);
        let mut reading = if kind == Some(APPLICATION) {
            of_application(number + if said.replaced { 100 } else { 0 }, "pending")
        } else {
            of_session(number, "pending")
        };
        let known = self.order.attempt(number).map(|a| a.state);
        reading.state = match &said.state {
            Some(state) => state.clone(),
            None => Ok(known.unwrap_or(AttemptState::Pending)),
        };
        reading.contract = said.contract.then(|| contract_id(number));
        reading.amounts.clone_from(&said.amounts);
        reading.offer_valid_to = said.offer_valid_to;
        reading.approved = said.approved;
        reading.signed = said.signed;
        reading
    }

    fn command(&self, number: u32, what: What) -> Command {
        let attempt = self.order.attempt(number);
        let application = attempt.and_then(|a| a.application.clone());
        let accept = Command::Accept(application.unwrap_or_else(|| application_id(number)));
        match what {
            What::Bind => match attempt.map(|a| (a.terms.kind, a.state)) {
                Some((AttemptKind::Application, AttemptState::Offered)) => accept,
                Some((AttemptKind::Rental, _)) => Command::Activate,
                Some((AttemptKind::Application | AttemptKind::Session, _)) | None => {
                    Command::Approve
                }
            },
            What::Accept => accept,
            What::Activate => Command::Activate,
            What::Approve => Command::Approve,
            What::Cancel => Command::Cancel,
            What::Sign => Command::Sign(Signature::Digital),
            What::SignApplication => Command::SignApplication(Signature::Digital),
        }
    }

    /// As a call to pay or to apply does; the attempt that it opened.
    fn pay(&mut self, kind: AttemptKind, cart: u8) -> Result<Option<u32>, TestCaseError> {
        match self.order.plan_opening(kind, &print(cart), self.now) {
            OpeningPlan::Open => {
                prop_assert!(!self.order.attempts.iter().any(Attempt::takes_the_order));
                return Ok(self.open(kind, cart));
            }
            OpeningPlan::Reopen(number) => {
                let until = self.now.saturating_add(Duration::MINUTE);
                self.order.reopen(number, until);
            }
            OpeningPlan::Standing(_) | OpeningPlan::TooMany(_) | OpeningPlan::Wait(_) => {}
        }
        Ok(None)
    }

    fn open(&mut self, kind: AttemptKind, cart: u8) -> Option<u32> {
        // Enough to be rivals.
        let few = self.order.attempts.len() < 4;
        let now = self.now.min(at(1_000 * DAY));
        few.then(|| {
            let number = asked(&mut self.order, kind, cart, now);
            if let Some(attempt) = self.order.attempt_mut(number) {
                attempt.terms.application_signature = cart == 2;
            }
            number
        })
    }

    fn observe(&mut self, number: u32, said: &Said) {
        let reading = self.reading(number, said);
        self.order.observe(number, &reading, self.now);
    }

    fn send(&mut self, number: u32) -> Result<(), TestCaseError> {
        let Some(attempt) = self.order.attempt(number).cloned() else {
            return Ok(());
        };
        let taken = self.taken_by_another(number);
        if self.order.sending(number, self.now) {
            let command = attempt.command.unwrap().command;
            prop_assert!(!(taken && command.is_binding()));
            prop_assert!(!attempt.superseded || command == Command::Cancel);
            prop_assert!(command.fits(attempt.state));
            *self.left.entry((number, command.clone())).or_default() += 1;
            self.on_the_way.push((number, command));
        }
        Ok(())
    }

    fn taken_by_another(&self, number: u32) -> bool {
        let mut others = self.order.attempts.iter();
        others.any(|a| a.number != number && a.takes_the_order())
    }

    pub(super) fn happen(&mut self, what: &Happening) -> Result<(), TestCaseError> {
        let now = self.now;
        match what {
            Happening::Pay(kind, cart) => {
                self.pay(*kind, *cart)?;
            }
            Happening::PayAndGrant(kind, cart) => {
                if let Some(number) = self.pay(*kind, *cart)? {
                    let to = match kind {
                        AttemptKind::Application => AttemptState::Offered,
                        AttemptKind::Rental | AttemptKind::Session => AttemptState::Granted,
                    };
                    self.observe(number, &Said::of(Some(Ok(to)), *kind != APPLICATION));
                }
            }
            Happening::OpenAnyway(kind, cart) => {
                self.open(*kind, *cart);
            }
            Happening::Opened(n) => self.order.opened(*n, session_id(*n), page(*n), now),
            Happening::OpeningNotSent(n) => {
                if let Some(Opening::Sent(until)) = self.order.attempt(*n).map(|a| a.opening) {
                    self.order.opening_not_sent(*n, until);
                }
            }
            Happening::OpeningRefused(n) => self.order.opening_refused(*n, now),
            Happening::OpeningUnclear(n) => self.order.opening_unclear(*n),
            Happening::GiveUp(n, to) => self.order.give_up(*n, *to, now),
            Happening::Observe(n, said) => {
                self.observe(*n, said);
            }
            Happening::ReadOn(n) => {
                self.now = now.saturating_add(Duration::seconds(40));
                self.observe(*n, &Said::of(None, false));
            }
            Happening::Missing(n) => self.order.missing(*n, now),
            Happening::ProofCalledFor(n) => self.order.proof_called_for(*n, now),
            Happening::Want(n, what) => {
                let command = self.command(*n, *what);
                let taken = command.is_binding() && self.taken_by_another(*n);
                let wanted = self.order.want(*n, command, Decider::Platform, now);
                prop_assert!(!(taken && wanted == Ok(Wanted::Written)));
            }
            Happening::SendAll => {
                for number in 1..self.order.next_number() {
                    self.send(number)?;
                }
            }
            Happening::Sent(outcome) => {
                if !self.on_the_way.is_empty() {
                    let (number, command) = self.on_the_way.remove(0);
                    self.order.sent(number, &command, outcome, now);
                    if *outcome == SendOutcome::NotSent {
                        *self.left.entry((number, command)).or_default() -= 1;
                    }
                }
            }
            Happening::AbandonSent => self.order.abandon_sent(),
            Happening::Tend => self.tend()?,
            Happening::Later(by) => self.now = now.saturating_add(*by),
        }
        Ok(())
    }

    fn tend(&mut self) -> Result<(), TestCaseError> {
        self.order.abandon_sent();
        self.order.tend(self.now);
        for attempt in &self.order.attempts {
            if attempt.superseded && attempt.is_live() && attempt.contract.is_some() {
                let standing = attempt.command.as_ref().map(|standing| &standing.command);
                let cancelled = standing == Some(&Command::Cancel);
                prop_assert!(cancelled || attempt.cancel_refused, "{attempt:?}");
            }
        }
        let once = self.order.clone();
        self.order.tend(self.now);
        prop_assert_eq!(&once, &self.order);
        Ok(())
    }

    /// Compares the order with what it was, and takes its events.
    pub(super) fn check(&mut self, before: &Order, what: &Happening) -> Result<(), TestCaseError> {
        for old in &before.attempts {
            let Some(new) = self.order.attempt(old.number) else {
                return Err(TestCaseError::fail("an attempt is gone"));
            };
            check_move(old.state, new.state)?;
            if let Some(standing) = &old.command
                && standing.stage == CommandStage::Acknowledged
                && let Some(now) = &new.command
                && now.command == standing.command
            {
                prop_assert_eq!(now.stage, CommandStage::Acknowledged);
            }
            // What stands no more is kept, once.
            let of = |attempt: &Attempt| attempt.command.as_ref().map(|c| c.command.clone());
            let gone = of(old).filter(|command| of(new).as_ref() != Some(command));
            let settled = new.settled.iter().map(|settled| &settled.command.command);
            prop_assert!(settled.eq(&gone), "{gone:?}: {:?}", new.settled);
        }
        for new in &self.order.attempts {
            let old = before.attempt(new.number).and_then(|a| a.command.as_ref());
            if let Some(standing) = &new.command
                && old.is_none_or(|old| old.command != standing.command)
            {
                let key = (new.number, standing.command.clone());
                *self.wanted.entry(key).or_default() += 1;
            }
        }
        for (key, left) in &self.left {
            let wanted = self.wanted.get(key).copied().unwrap_or_default();
            let each = if key.1.is_harmless_twice() { 2 } else { 1 };
            prop_assert!(*left <= wanted * each, "{key:?}: {left} of {wanted}");
        }
        let open = self.order.attempts.iter().filter(|a| a.is_open());
        prop_assert!(open.count() <= 1);
        let binding = self.order.attempts.iter().filter(|attempt| {
            let standing = attempt.command.as_ref();
            !attempt.superseded && standing.is_some_and(|s| s.command.is_binding())
        });
        prop_assert!(binding.count() <= 1);
        let news = std::mem::take(&mut self.order.news);
        self.order.written(self.order.version);
        for event in news {
            self.check_event(&event, what)?;
            self.events.push(event);
        }
        let numbers = self.events.iter().map(|event| event.number);
        prop_assert!(numbers.eq(1..=self.order.events));
        Ok(())
    }

    fn check_event(&self, event: &OrderEvent, what: &Happening) -> Result<(), TestCaseError> {
        let attempt = self.order.attempt(event.attempt).unwrap();
        match &event.kind {
            EventKind::Paid { late } => {
                prop_assert!(self.paid().is_none(), "paid twice");
                prop_assert_eq!(attempt.state, AttemptState::Completed);
                let Happening::Observe(_, said) = what else {
                    return Err(TestCaseError::fail("paid without a word of the bank"));
                };
                let asked = attempt.terms.amount.unwrap();
                let same = |named: &Money| asked.compare(*named) == Ok(std::cmp::Ordering::Equal);
                prop_assert!(said.amounts.iter().all(same));
                prop_assert_eq!(attempt.other_amount, None);
                let not_paid = |e: &OrderEvent| matches!(e.kind, EventKind::NotPaid(_));
                prop_assert!(!late || self.events.iter().any(not_paid));
            }
            EventKind::NotPaid(_) => {
                prop_assert!(!self.order.attempts.iter().any(Attempt::is_open));
                prop_assert!(self.paid().is_none(), "not paid after it was paid");
            }
            EventKind::ActionWanted(_) | EventKind::AwaitsMerchant => {
                prop_assert!(attempt.is_open());
            }
            EventKind::NeedsPerson(_) | EventKind::Terminated => {}
        }
        Ok(())
    }

    /// The attempt that the events so far say the order is paid by.
    fn paid(&self) -> Option<u32> {
        let mut paid = None;
        for event in &self.events {
            match event.kind {
                EventKind::Paid { .. } => paid = Some(event.attempt),
                EventKind::Terminated if paid == Some(event.attempt) => paid = None,
                EventKind::ActionWanted(_)
                | EventKind::AwaitsMerchant
                | EventKind::NeedsPerson(_)
                | EventKind::NotPaid(_)
                | EventKind::Terminated => {}
            }
        }
        paid
    }
}

/// An attempt moves along the table only; what had been given up goes through the start.
fn check_move(from: AttemptState, to: AttemptState) -> Result<(), TestCaseError> {
    let start = AttemptState::Opening;
    let moves = |from, to| from == to || step(from, to) == Step::Moved;
    let legal = moves(from, to) || (moves(from, start) && moves(start, to));
    prop_assert!(legal, "{from:?} to {to:?}");
    Ok(())
}
