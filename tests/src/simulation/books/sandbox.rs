use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use inbank::Money;
use inbank_sandbox::{
    ContractStatus, DecisionStatus, Operation, Outcome, Region, Sandbox, SessionStatus,
};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Books, Catalogue, Held, Sent, State, Verdict};
use crate::simulation::Setting;

/// The longest that the sandbox says that nothing will happen.
const NOTHING: Duration = Duration::from_hours(1);

/// The books of a sandbox, which neither listens nor sends.
pub(in crate::simulation) struct SandboxBooks {
    pub(in crate::simulation) sandbox: Sandbox,
    pub(in crate::simulation) router: Router,
}

impl SandboxBooks {
    pub(in crate::simulation) fn new(
        seed: u64,
        now: OffsetDateTime,
        setting: &Setting,
    ) -> Arc<Self> {
        let effect = Duration::from_secs(setting.effect_seconds.into());
        let sandbox = Sandbox::builder(Region::Estonia)
            .seed(seed)
            .clock_stands_at(now)
            .processing_time(Duration::from_secs(3))
            .approval_time(effect)
            .activation_time(effect)
            .cancellation_time(effect)
            .acceptance_time(effect)
            .rentals_among_contracts();
        let (sandbox, router) = sandbox.in_memory("https://bank.example").unwrap();
        Arc::new(Self { sandbox, router })
    }

    fn contract_of(&self, id: Uuid) -> Option<Uuid> {
        if let Some(session) = self.sandbox.session(id) {
            return session.contract;
        }
        let latest = self.sandbox.application(id)?.latest;
        self.sandbox.application(latest)?.contract
    }
}

impl Books for SandboxBooks {
    fn catalogue(&self) -> Catalogue {
        Catalogue {
            carts: [
                ("hirepurchase_epos_0.0%_ab12", "100.01"),
                ("hire_purchase_approval", "100.01"),
                ("hire_purchase_approval", "120.50"),
                ("hire_purchase_approval", "600"),
            ],
            rent: ("smart_rent_product_code", "8806095299501"),
        }
    }

    fn catch_up(&self, now: OffsetDateTime) {
        let behind = now - self.sandbox.now();
        if let Ok(behind) = Duration::try_from(behind)
            && !behind.is_zero()
        {
            self.sandbox.advance(behind);
        }
    }

    fn until_next(&self) -> Option<Duration> {
        let next = self.sandbox.until_next_event();
        (next < NOTHING).then_some(next)
    }

    fn settle(&self) {}

    fn lag(&self) {
        let reads = [
            Operation::GetSession,
            Operation::GetContract,
            Operation::GetApplication,
        ];
        for read in reads {
            self.sandbox.lag(read, Duration::from_secs(20));
        }
    }

    fn applies(&self, session: &str) {
        if let Ok(session) = session.parse() {
            // One that is over, or was applied for, stays as it is.
            let _ = self.sandbox.customer_applies(session);
        }
    }

    fn gives_up(&self, session: &str) {
        if let Ok(session) = session.parse() {
            let _ = self.sandbox.customer_cancels(session);
        }
    }

    /// By its own clock.
    fn expires(&self, _: &str) {}

    /// Yes and no it says by itself, by the amount.
    fn decide(&self, application: &str, verdict: Verdict) -> Option<String> {
        let id: Uuid = application.parse().ok()?;
        if let Verdict::Otherwise = verdict {
            self.sandbox.decide(id, Outcome::ChangedConditions).ok()?;
            let latest = self.sandbox.application(id)?.latest;
            return (latest != id).then(|| latest.to_string());
        }
        None
    }

    /// It says so by itself.
    fn is_too_much(&self, _: &str) -> bool {
        false
    }

    fn terminate(&self, contract: &str) {
        if let Ok(contract) = contract.parse() {
            let _ = self.sandbox.terminate_untold(contract);
        }
    }

    fn callbacks(&self) -> Vec<Sent> {
        let mut callbacks = Vec::new();
        while let Some((url, body)) = self.sandbox.take_callback() {
            callbacks.push(Sent {
                about: None,
                url: Some(url),
                body: body.into_bytes(),
            });
        }
        callbacks
    }

    fn contracts(&self, opened: &[String]) -> Vec<Held> {
        let held = opened.iter().filter_map(|origin| {
            let id = self.contract_of(origin.parse().ok()?)?;
            let state = match self.sandbox.contract(id)? {
                ContractStatus::Unsigned => State::Open,
                ContractStatus::Signed => State::Granted,
                ContractStatus::Activated => State::Active,
                ContractStatus::Cancelled | ContractStatus::Terminated => State::Ended,
            };
            Some(Held {
                id: id.to_string(),
                origin: origin.clone(),
                amount: None,
                state,
            })
        });
        held.collect()
    }

    fn is_over(&self, id: &str) -> bool {
        let Ok(id) = id.parse() else { return false };
        if let Some(session) = self.sandbox.session(id) {
            return !matches!(
                session.status,
                SessionStatus::Pending | SessionStatus::Granted
            );
        }
        let application = self.sandbox.application(id);
        application.is_some_and(|application| {
            application.latest != id
                || application.cancelled
                || application.decision == DecisionStatus::Negative
        })
    }

    fn total(&self, _: &str) -> Option<Money> {
        None
    }

    fn is_session(&self, id: &str) -> bool {
        let id = id.parse().ok();
        id.is_some_and(|id| self.sandbox.session(id).is_some())
    }
}
