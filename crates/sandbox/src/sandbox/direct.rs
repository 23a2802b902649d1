//! The part of the handle that looks into direct applications.

use std::time::Duration;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::{Sandbox, SandboxBuilder};
use crate::{
    application::{DecisionStatus, IncomeProof, Outcome},
    attachment::Attachment,
    callback::ApplicationCallbackRecord,
    contract::ProcessStatus,
    session::CustomerError,
    timing::Pace,
};

/// The state of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApplicationState {
    /// The decision.
    pub decision: DecisionStatus,
    /// The proof of income that is asked for, in every region.
    pub income_proof: Option<IncomeProof>,
    /// The amount, as offered if the bank has changed the conditions.
    pub amount: Decimal,
    /// The period in months.
    pub period: u32,
    /// The application that this one has replaced.
    pub previous: Option<Uuid>,
    /// What the application has become: itself, unless the bank has changed the conditions.
    pub latest: Uuid,
    /// The contract, once the offer was accepted.
    pub contract: Option<Uuid>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Whether it waits for its customer to sign it, before it is decided about.
    pub awaits_signature: bool,
}

impl SandboxBuilder {
    /// Sets how long the bank takes for a decision about an application and over a signed contract, on the sandbox's clock; three seconds
    /// unless set. No time puts the decision into the answer to the application itself.
    #[must_use]
    pub const fn processing_time(mut self, time: Duration) -> Self {
        self.timing.decision = Pace::after(time);
        self.timing.signature = Pace::after(time);
        self
    }

    /// The same, but after so many polls that found nothing new the next one finds it done: no bank counts polls, so this is for tests
    /// that cannot move the clock.
    #[must_use]
    pub const fn processing(mut self, polls: u32, time: Duration) -> Self {
        let pace = Pace {
            polls: Some(polls),
            time,
        };
        self.timing.decision = pace;
        self.timing.signature = pace;
        self
    }
}

impl Sandbox {
    /// The state of an application.
    pub fn application(&self, id: Uuid) -> Option<ApplicationState> {
        let bank = self.shared.lock();
        let application = bank.application(id)?;
        Some(ApplicationState {
            decision: application.decision,
            income_proof: application.income_proof,
            amount: application.amount,
            period: application.period,
            previous: application.previous,
            latest: bank.latest(id),
            contract: application.contract,
            cancelled: application.cancelled,
            awaits_signature: application.awaits_signature(),
        })
    }

    /// How many applications there are; one with changed conditions counts besides the one it has replaced.
    pub fn application_count(&self) -> usize {
        self.shared.lock().direct.applications.len()
    }

    /// What the bank does with the contract of an application, or waits for.
    pub fn process_status(&self, contract: Uuid) -> Option<ProcessStatus> {
        self.shared.lock().contracts.get(&contract)?.process()
    }

    /// The files of an application: their names and sizes.
    pub fn attachments(&self, application: Uuid) -> Vec<Attachment> {
        let bank = self.shared.lock();
        let application = bank.application(application);
        application.map_or_else(Vec::new, |found| found.attachments.clone())
    }

    /// The callbacks about applications so far, in the order of the events they tell about.
    pub fn application_callbacks(&self) -> Vec<ApplicationCallbackRecord> {
        self.shared.lock().callbacks.application_records()
    }

    /// Decides about an application now, whatever its amount; also once more, as long as it is neither accepted nor cancelled.
    ///
    /// # Errors
    ///
    /// When the application does not exist, was accepted or cancelled, or another one has taken its place.
    pub fn decide(&self, application: Uuid, outcome: Outcome) -> Result<(), CustomerError> {
        self.shared
            .with(|bank| bank.decide_on_order(application, outcome))
    }

    /// Lets the customer's bank tell about the account, as the page of a retrieval does.
    ///
    /// # Errors
    ///
    /// When the application does not exist, or neither it nor its contract waits for that.
    pub fn statement_shared(&self, application: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.statement_shared(application))
    }

    /// Signs an application as its customer, before it is decided about, whether or not a code was sent.
    ///
    /// # Errors
    ///
    /// When the application does not exist or does not wait for a signature.
    pub fn customer_signs_application(&self, application: Uuid) -> Result<(), CustomerError> {
        self.shared
            .with(|bank| bank.customer_signs_application(application))
    }

    /// Signs the contract of an application as its customer, whether or not a signing was begun.
    ///
    /// # Errors
    ///
    /// When the contract does not exist, is from e-POS, or cannot be signed any more.
    pub fn customer_signs(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.customer_signs(contract))
    }

    /// Has the bank want the customer to identify at a bank, which a signed contract then waits for: also where the product does not say
    /// so, and once the down payment is there.
    ///
    /// # Errors
    ///
    /// When the contract does not exist, is from e-POS, or the bank has signed it already.
    pub fn ask_verification(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.ask_verification(contract))
    }

    /// Lets the bank learn that the down payment is paid: also without a page, as when the browser's return told `UNKNOWN`.
    ///
    /// # Errors
    ///
    /// When the contract does not exist or there is no down payment to be paid.
    pub fn down_payment_paid(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.down_payment_paid(contract))
    }
}
