//! What comes into effect later than it was asked for, and the order in which everything happens by itself.

use std::{collections::BTreeMap, time::Duration};

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    bank::Bank,
    operation::Call,
    timing::{Due, Pace},
};

/// Something that the bank has taken on and does later.
#[derive(Debug)]
pub(crate) enum Effect {
    /// The merchant's approval of a contract, or a rental's activation.
    Approval(Uuid),
    /// The activation of an approved contract.
    Activation(Uuid),
    /// The cancellation of a contract.
    Cancellation(Uuid),
    /// The cancellation of an application.
    ApplicationCancellation(Uuid),
    /// An accepted application shows its contract.
    Acceptance(Uuid),
    /// A request whose caller was told that there is no answer.
    Request(Box<Request>),
}

impl Effect {
    /// The contract that it is about.
    const fn contract(&self) -> Option<Uuid> {
        match self {
            Self::Approval(contract)
            | Self::Activation(contract)
            | Self::Cancellation(contract) => Some(*contract),
            Self::ApplicationCancellation(_) | Self::Acceptance(_) | Self::Request(_) => None,
        }
    }
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What is to come into effect, the next one first; what is due together comes in the order in which it was taken on.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    queue: BTreeMap<(OffsetDateTime, u64), Effect>,
    so_far: u64,
}

impl Effects {
    fn insert(&mut self, at: OffsetDateTime, effect: Effect) {
        self.queue.insert((at, self.so_far), effect);
        self.so_far += 1;
    }

    fn next_due(&self) -> Option<OffsetDateTime> {
        self.queue.first_key_value().map(|(&(at, _), _)| at)
    }

    fn take(&mut self) -> Option<Effect> {
        self.queue.pop_first().map(|(_, effect)| effect)
    }

    /// Takes the next one that is about this contract.
    fn take_about(&mut self, contract: Uuid) -> Option<Effect> {
        let mut queue = self.queue.iter();
        let (&key, _) = queue.find(|(_, effect)| effect.contract() == Some(contract))?;
        self.queue.remove(&key)
    }
}

/// What happens next by itself. Where several are due together, the first of these comes first.
#[derive(Clone, Copy)]
enum Next {
    /// Before a session expires: what the bank has taken in time stands.
    Effect,
    Step(Uuid),
    Deadline(Uuid),
}

impl Bank {
    /// Lets an effect come after this long, or at once.
    pub(crate) fn after(&mut self, delay: Duration, effect: Effect) {
        if delay.is_zero() {
            self.happen(effect);
        } else {
            let at = self.now() + delay;
            self.effects.insert(at, effect);
        }
    }

    fn happen(&mut self, effect: Effect) {
        match effect {
            Effect::Approval(contract) => self.contract_approved(contract),
            Effect::Activation(contract) => self.contract_activated(contract),
            Effect::Cancellation(contract) => self.contract_cancelled(contract),
            Effect::ApplicationCancellation(application) => self.application_cancelled(application),
            Effect::Acceptance(application) => self.contract_shown(application),
            Effect::Request(request) => {
                let call = Call::read(&request.method, &request.path);
                // Nobody waits for the answer any more, a refusal included.
                let _ = self.answer(call, &request.headers, &request.query, &request.body);
            }
        }
    }

    /// Lets what the bank does with a contract be done now, and the clock be as it is.
    pub(crate) fn hasten(&mut self, contract: Uuid) {
        while let Some(effect) = self.effects.take_about(contract) {
            self.happen(effect);
        }
        if self.contract_due(contract).is_some() {
            self.end_contract_step(contract);
        }
    }

    /// Begins a step of an application or a contract.
    pub(crate) fn begin(&mut self, id: Uuid, pace: Pace) -> Due {
        let due = Due {
            at: self.now() + pace.time,
            polls: pace.polls,
        };
        self.direct.steps.insert((due.at, id));
        due
    }

    /// Lets everything happen whose time has come, each at its own time: what follows from it counts from there.
    pub(crate) fn catch_up(&mut self) {
        let until = self.clock.now();
        while let Some((at, next)) = self.next_event().filter(|(at, _)| *at <= until) {
            self.moment = Some(at);
            match next {
                Next::Effect => {
                    if let Some(effect) = self.effects.take() {
                        self.happen(effect);
                    }
                }
                Next::Step(id) => self.end_step(at, id),
                Next::Deadline(id) => {
                    self.deadlines.remove(&(at, id));
                    self.expire_session(id);
                }
            }
            self.remember();
        }
        self.moment = None;
    }

    fn next_event(&self) -> Option<(OffsetDateTime, Next)> {
        let effect = self.effects.next_due().map(|at| (at, Next::Effect));
        let step = self.direct.steps.first();
        let step = step.map(|&(at, id)| (at, Next::Step(id)));
        let deadline = self.deadlines.first();
        let deadline = deadline.map(|&(at, id)| (at, Next::Deadline(id)));
        [effect, step, deadline]
            .into_iter()
            .flatten()
            .min_by_key(|&(at, _)| at)
    }

    /// When the next thing that is under way comes into effect; sessions that only grow old are not under way.
    pub(crate) fn next_effect(&self) -> Option<OffsetDateTime> {
        let step = self.direct.steps.first().map(|&(at, _)| at);
        [self.effects.next_due(), step].into_iter().flatten().min()
    }

    /// When anything happens next by itself.
    pub(crate) fn next_event_at(&self) -> Option<OffsetDateTime> {
        self.next_event().map(|(at, _)| at)
    }

    fn end_step(&mut self, at: OffsetDateTime, id: Uuid) {
        self.direct.steps.remove(&(at, id));
        // A step that a poll has ended before, or that was begun anew since, is not due now.
        let is_due = |due: Option<Due>| due.is_some_and(|due| due.at == at);
        if is_due(self.application(id).and_then(|found| found.due)) {
            self.end_decision(id);
        } else if is_due(self.contract_due(id)) {
            self.end_contract_step(id);
        }
    }
}
