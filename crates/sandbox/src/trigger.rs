//! What a customer or the bank does next, on order, and how the callbacks that come of it are sent.
//!
//! No guide has this: it is the sandbox's own, for people who want to see what their shop makes of it. What happens is what the pages, the
//! Partner Portal and the bank's own steps do; only that it happens now, and that the outcome of a decision may be chosen.

mod kind;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::kind::TriggerKind;
use crate::{
    bank::Bank,
    contract::{ContractStatus, Taken},
    decision::Decision,
    session::{CustomerError, SessionStatus},
};

const fn once() -> u32 {
    1
}

/// An order to let something happen. Without an order, a session or an application it is about what was opened last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Trigger {
    /// What is to happen.
    pub kind: TriggerKind,
    /// The merchant's reference of a session; the last one that was opened with it.
    #[serde(default)]
    pub order: Option<String>,
    /// A session.
    #[serde(default)]
    pub session: Option<Uuid>,
    /// An application: one that a partner has sent, or one that was made in a session.
    #[serde(default)]
    pub application: Option<Uuid>,
    /// How often each of the callbacks is sent.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether they are sent in another order than that of the events.
    #[serde(default)]
    pub shuffle: bool,
    /// How much later they are sent, on the sandbox's clock.
    #[serde(default)]
    pub delay_seconds: u64,
}

impl Trigger {
    /// About what was opened last; each callback is sent once, and at once.
    pub const fn new(kind: TriggerKind) -> Self {
        Self {
            kind,
            order: None,
            session: None,
            application: None,
            times: 1,
            shuffle: false,
            delay_seconds: 0,
        }
    }
}

/// Why nothing was triggered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TriggerError {
    /// More than one thing is named.
    #[error(
        "name an order, a session or an application, and only one of them; none means what was opened last"
    )]
    Several,
    /// Too many callbacks, or none.
    #[error("times must be from 1 to {}", MOST_TIMES)]
    Times,
    /// Too late for any clock.
    #[error("delay_seconds must be at most {}", MOST_SECONDS)]
    Delay,
    /// What is named is not there.
    #[error("{0}")]
    NotFound(&'static str),
    /// It can't happen as things stand.
    #[error("{kind} is not possible: {subject} is {state}{hint}")]
    Impossible {
        /// What was to happen.
        kind: TriggerKind,
        /// What it was to happen to.
        subject: &'static str,
        /// How that stands.
        state: String,
        /// What to do first, where something can be done.
        hint: &'static str,
    },
}

/// More copies than any test of a receiver needs; a slip of the finger shall not send millions.
const MOST_TIMES: u32 = 1000;

/// A year: a session has expired long before, and the clock can still tell the time.
const MOST_SECONDS: u64 = 365 * 24 * 60 * 60;

/// What it happens to.
#[derive(Clone, Copy)]
enum Subject {
    Session(Uuid),
    Application(Uuid),
}

impl Bank {
    /// Lets it happen. How many callbacks are lined up for it, now or later.
    pub(crate) fn trigger(&mut self, trigger: &Trigger) -> Result<usize, TriggerError> {
        if !(1..=MOST_TIMES).contains(&trigger.times) {
            return Err(TriggerError::Times);
        }
        if trigger.delay_seconds > MOST_SECONDS {
            return Err(TriggerError::Delay);
        }
        let subject = self.subject(trigger)?;
        let before = self.callbacks.so_far();
        let happened = match subject {
            Subject::Session(id) => self.happen_to_session(id, trigger.kind),
            Subject::Application(id) => self.happen_to_application(id, trigger.kind),
        };
        happened.map_err(|_| self.impossible(trigger.kind, subject))?;
        let delay = Duration::from_secs(trigger.delay_seconds);
        let order = trigger.shuffle.then_some(&mut self.identifiers);
        Ok(self.callbacks.repeat(before, trigger.times, delay, order))
    }

    fn subject(&self, trigger: &Trigger) -> Result<Subject, TriggerError> {
        match (&trigger.order, trigger.session, trigger.application) {
            (Some(reference), None, None) => {
                let named = self.sessions.values();
                let named = named.filter(|session| session.purchase_reference == *reference);
                named
                    .max_by_key(|session| session.created_at)
                    .map(|session| Subject::Session(session.id))
                    .ok_or(TriggerError::NotFound(
                        "no session was opened for this order; the sandbox knows no order of a direct application, which has to be named itself",
                    ))
            }
            (None, Some(id), None) => self
                .session(id)
                .map(|session| Subject::Session(session.id))
                .ok_or(TriggerError::NotFound(
                    "there is no such session in this sandbox",
                )),
            (None, None, Some(id)) => self.applied(id).ok_or(TriggerError::NotFound(
                "there is no such application in this sandbox",
            )),
            (None, None, None) => self.latest_subject().ok_or(TriggerError::NotFound(
                "nothing was opened in this sandbox yet",
            )),
            _ => Err(TriggerError::Several),
        }
    }

    /// An application that a partner has sent, or the session in which one was made.
    fn applied(&self, id: Uuid) -> Option<Subject> {
        if self.application(id).is_some() {
            return Some(Subject::Application(self.latest(id)));
        }
        let mut sessions = self.sessions.values();
        let made_in = sessions.find(|session| {
            let made = session.application.as_ref();
            made.is_some_and(|application| application.id == id)
        });
        made_in.map(|session| Subject::Session(session.id))
    }

    fn latest_subject(&self) -> Option<Subject> {
        let sessions = self.sessions.values();
        let sessions = sessions.map(|found| (found.created_at, Subject::Session(found.id)));
        let applications = self.direct.applications.values();
        let applications =
            applications.map(|found| (found.created_at, Subject::Application(found.id)));
        let last = sessions.chain(applications).max_by_key(|(at, _)| *at);
        last.map(|(_, subject)| subject)
    }

    fn happen_to_session(&mut self, id: Uuid, kind: TriggerKind) -> Result<(), CustomerError> {
        let session = self.session(id).ok_or(CustomerError::NotFound)?;
        let (status, contract) = (session.status, session.contract);
        match kind {
            TriggerKind::Granted => {
                let product = self.product(&session.product_code);
                if !product.is_ok_and(|product| product.merchant_approval) {
                    return Err(CustomerError::WrongState);
                }
                self.rest_of_dialog(id).map(drop)
            }
            TriggerKind::Completed => {
                let pending = status == SessionStatus::Pending;
                if pending && self.rest_of_dialog(id)? == SessionStatus::Completed {
                    return Ok(());
                }
                let session = self.session(id);
                let granted = session.filter(|found| found.status == SessionStatus::Granted);
                let contract = granted.and_then(|granted| granted.contract);
                self.approve_now(contract.ok_or(CustomerError::WrongState)?)
            }
            TriggerKind::Declined => self
                .apply_decided(id, None, Some(Decision::Negative))
                .map(drop),
            TriggerKind::Cancelled if status == SessionStatus::Pending => {
                self.cancel_by_customer(id)
            }
            TriggerKind::Cancelled => self.cancel_now(contract.ok_or(CustomerError::WrongState)?),
            TriggerKind::Expired => {
                self.expire_session(id);
                match self.session(id).map(|session| session.status) {
                    Some(SessionStatus::Expired) if status != SessionStatus::Expired => Ok(()),
                    _ => Err(CustomerError::WrongState),
                }
            }
            TriggerKind::Terminated => {
                self.terminate_contract(contract.ok_or(CustomerError::WrongState)?, true)
            }
            TriggerKind::Positive
            | TriggerKind::ChangedConditions
            | TriggerKind::Negative
            | TriggerKind::Manual
            | TriggerKind::Failed
            | TriggerKind::IncomeProof
            | TriggerKind::IncomeProofByFile
            | TriggerKind::StatementShared
            | TriggerKind::Signed
            | TriggerKind::DownPayment => Err(CustomerError::WrongState),
        }
    }

    fn happen_to_application(&mut self, id: Uuid, kind: TriggerKind) -> Result<(), CustomerError> {
        if let Some(outcome) = kind.outcome() {
            return self.decide_on_order(id, outcome);
        }
        let application = self.application(id).ok_or(CustomerError::NoApplication)?;
        let contract = application.contract.ok_or(CustomerError::WrongState);
        match kind {
            TriggerKind::Signed if application.awaits_signature() => {
                self.customer_signs_application(id)
            }
            TriggerKind::Signed => self.customer_signs(contract?),
            TriggerKind::DownPayment => self.down_payment_paid(contract?),
            TriggerKind::StatementShared => self.statement_shared(id),
            TriggerKind::Granted => {
                let contract = contract?;
                self.until_the_bank_has_signed(contract)?;
                let waits = self.contracts.get(&contract);
                let waits = waits.is_some_and(|found| found.status == ContractStatus::Signed);
                waits.then_some(()).ok_or(CustomerError::WrongState)
            }
            TriggerKind::Completed => {
                let contract = contract?;
                self.until_the_bank_has_signed(contract)?;
                let active = self.contracts.get(&contract);
                let active = active.is_some_and(|found| found.status == ContractStatus::Activated);
                if active {
                    Ok(())
                } else {
                    self.approve_now(contract)
                }
            }
            TriggerKind::Cancelled => self.cancel_now(contract?),
            TriggerKind::Terminated => self.terminate_contract(contract?, true),
            TriggerKind::Expired
            | TriggerKind::Declined
            | TriggerKind::Positive
            | TriggerKind::ChangedConditions
            | TriggerKind::Negative
            | TriggerKind::Manual
            | TriggerKind::Failed
            | TriggerKind::IncomeProof
            | TriggerKind::IncomeProofByFile => Err(CustomerError::WrongState),
        }
    }

    /// Everything that an unsigned contract of an application waits for.
    fn until_the_bank_has_signed(&mut self, contract: Uuid) -> Result<(), CustomerError> {
        let found = self.contracts.get(&contract);
        let status = found.map(|found| found.status);
        match status.ok_or(CustomerError::NotFound)? {
            ContractStatus::Signed => return Ok(()),
            ContractStatus::Unsigned => {}
            ContractStatus::Activated | ContractStatus::Cancelled | ContractStatus::Terminated => {
                return Err(CustomerError::WrongState);
            }
        }
        // Who has signed already can't do it again; what comes after it goes on from there.
        let signed = self.customer_signs(contract);
        if self.awaits_verification(contract) {
            self.customer_verified(contract);
        }
        let found = self.contracts.get(&contract);
        if found.is_some_and(|found| found.down_payment_due().is_some()) {
            self.down_payment_paid(contract)?;
        }
        self.hasten(contract);
        match self.contracts.get(&contract).map(|found| found.status) {
            Some(ContractStatus::Unsigned) | None => signed,
            Some(_) => Ok(()),
        }
    }

    fn approve_now(&mut self, contract: Uuid) -> Result<(), CustomerError> {
        let taken = self.contracts.get(&contract).and_then(|found| found.taken);
        if taken != Some(Taken::Approval) {
            self.decide_in_portal(contract, Taken::Approval)?;
        }
        self.hasten(contract);
        Ok(())
    }

    fn cancel_now(&mut self, contract: Uuid) -> Result<(), CustomerError> {
        let taken = self.contracts.get(&contract).and_then(|found| found.taken);
        if taken != Some(Taken::Cancellation) {
            self.decide_in_portal(contract, Taken::Cancellation)?;
        }
        self.hasten(contract);
        Ok(())
    }

    fn impossible(&self, kind: TriggerKind, subject: Subject) -> TriggerError {
        let (subject, state, hint) = match subject {
            Subject::Session(id) => {
                let session = self.session(id);
                let state = session.map_or("gone", |session| session.status.name());
                ("the session", state.to_owned(), self.session_hint(id, kind))
            }
            Subject::Application(id) => {
                let application = self.application(id);
                let contract = application.and_then(|found| found.contract);
                let contract = contract.and_then(|id| self.contracts.get(&id));
                match (contract, application) {
                    (Some(contract), _) => ("its contract", contract.status.name().to_owned(), ""),
                    (None, Some(application)) if application.cancelled => {
                        ("the application", "cancelled".to_owned(), "")
                    }
                    (None, application) => {
                        let decision = application.map_or("gone", |found| found.decision.name());
                        let hint = "; it has a contract once the merchant has accepted its offer";
                        ("the application", decision.to_owned(), hint)
                    }
                }
            }
        };
        TriggerError::Impossible {
            kind,
            subject,
            state,
            hint,
        }
    }

    fn session_hint(&self, id: Uuid, kind: TriggerKind) -> &'static str {
        let session = self.session(id);
        let product = session.and_then(|session| self.product(&session.product_code).ok());
        let signs_or_pays = matches!(
            kind,
            TriggerKind::Signed | TriggerKind::DownPayment | TriggerKind::StatementShared
        );
        let decides = kind.outcome().is_some() && kind != TriggerKind::Declined;
        if decides || signs_or_pays {
            "; this is about an application that a partner has sent"
        } else if kind == TriggerKind::Terminated {
            "; only an active contract is ended"
        } else if kind == TriggerKind::Granted
            && product.is_some_and(|product| !product.merchant_approval)
        {
            ", and its product needs no approval: it goes to completed"
        } else {
            ""
        }
    }
}
