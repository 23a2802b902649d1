use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use inbank::{
    ApplicationId, Callback, ContractId, ContractStatus, DecisionStatus, Money, SessionId,
    SessionStatus,
};
use inbank_testkit::FakeBank;
use time::OffsetDateTime;

use super::{Books, Catalogue, Held, Sent, State, Verdict};
use crate::simulation::fleet::REGION;

/// The books of a fake bank.
pub(in crate::simulation) struct FakeBooks {
    pub(in crate::simulation) fake: Arc<FakeBank>,
    /// How many callbacks have left.
    posted: AtomicUsize,
}

impl FakeBooks {
    pub(in crate::simulation) const fn new(fake: Arc<FakeBank>) -> Self {
        Self {
            fake,
            posted: AtomicUsize::new(0),
        }
    }
}

impl Books for FakeBooks {
    fn catalogue(&self) -> Catalogue {
        Catalogue {
            carts: [
                ("hp", "100.01"),
                ("hp_approval", "100.01"),
                ("hp_approval", "120.50"),
                ("hp_approval", "600"),
            ],
            rent: ("rent", FakeBank::EAN),
        }
    }

    fn catch_up(&self, _: OffsetDateTime) {}

    fn until_next(&self) -> Option<Duration> {
        None
    }

    fn settle(&self) {
        self.fake.settle();
    }

    fn lag(&self) {
        self.fake.lag_reads(3);
    }

    fn applies(&self, session: &str) {
        if let Ok(session) = SessionId::parse(session) {
            self.fake.customer_applies(&session);
        }
    }

    fn gives_up(&self, session: &str) {
        if let Ok(session) = SessionId::parse(session) {
            self.fake.customer_cancels(&session);
        }
    }

    fn expires(&self, session: &str) {
        if let Ok(session) = SessionId::parse(session) {
            self.fake.session_expires(&session);
        }
    }

    fn decide(&self, application: &str, verdict: Verdict) -> Option<String> {
        let application = ApplicationId::parse(application).ok()?;
        match verdict {
            Verdict::Yes => self.fake.decide(&application, DecisionStatus::Positive),
            Verdict::No => self.fake.decide(&application, DecisionStatus::Negative),
            Verdict::Otherwise => {
                let amount = Money::parse("90", REGION.currency).ok()?;
                let new = self.fake.change_conditions(&application, amount);
                return new.map(|new| new.to_string());
            }
        }
        None
    }

    fn is_too_much(&self, application: &str) -> bool {
        let application = ApplicationId::parse(application).ok();
        let application = application.and_then(|id| self.fake.true_application(&id));
        let amount = application.and_then(|application| application.amount);
        amount.is_some_and(|amount| amount.amount() > FakeBank::LIMIT.into())
    }

    fn terminate(&self, contract: &str) {
        if let Ok(contract) = ContractId::parse(contract) {
            self.fake.terminate(&contract);
        }
    }

    fn callbacks(&self) -> Vec<Sent> {
        let new = self
            .fake
            .callbacks_after(self.posted.load(Ordering::Relaxed));
        self.posted.fetch_add(new.len(), Ordering::Relaxed);
        let sent = new.into_iter().map(|(body, callback)| Sent {
            about: Some(match callback {
                Callback::Session(callback) => callback.id.to_string(),
                Callback::Application(callback) => callback.application.to_string(),
            }),
            url: None,
            body,
        });
        sent.collect()
    }

    fn contracts(&self, _: &[String]) -> Vec<Held> {
        let ids = self.fake.contracts().into_iter();
        let held = ids.filter_map(|id| {
            let contract = self.fake.true_contract(&id)?;
            let state = match contract.status {
                ContractStatus::Signed => State::Granted,
                ContractStatus::Activated => State::Active,
                _ if contract.status.is_ended() => State::Ended,
                _ => State::Open,
            };
            Some(Held {
                origin: self.fake.origin(&id)?,
                id: id.to_string(),
                amount: contract.amount,
                state,
            })
        });
        held.collect()
    }

    fn is_over(&self, id: &str) -> bool {
        let session = SessionId::parse(id).ok();
        if let Some(session) = session.and_then(|id| self.fake.true_session(&id)) {
            return !matches!(
                session.status,
                SessionStatus::Pending | SessionStatus::Granted
            );
        }
        let application = ApplicationId::parse(id).ok();
        let application = application.and_then(|id| self.fake.true_application(&id));
        application.is_some_and(|application| {
            application.cancelled || application.decision == DecisionStatus::Negative
        })
    }

    fn total(&self, session: &str) -> Option<Money> {
        let session = SessionId::parse(session).ok()?;
        self.fake.true_session(&session)?.total
    }

    fn is_session(&self, id: &str) -> bool {
        let session = SessionId::parse(id).ok();
        session.is_some_and(|id| self.fake.true_session(&id).is_some())
    }
}
