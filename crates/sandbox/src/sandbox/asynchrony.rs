//! The part of the handle that makes a bank take its time, and contradict itself.

use std::time::Duration;

use time::OffsetDateTime;
use uuid::Uuid;

use super::{Sandbox, SandboxBuilder};
use crate::{
    contract::Taken,
    operation::Operation,
    session::CustomerError,
    timing::{PartnerApprovalAt, Timing},
};

impl SandboxBuilder {
    /// Does everything in the moment in which it is asked for, decisions included: for tests that are not about the bank's taking its
    /// time. What is set afterwards still counts.
    #[must_use]
    pub const fn instant(mut self) -> Self {
        self.timing = Timing::INSTANT;
        self
    }

    /// Sets how long the bank takes until an approval is the contract's, two seconds unless set; its activation comes after that.
    /// A rental's activation counts as an approval.
    #[must_use]
    pub const fn approval_time(mut self, time: Duration) -> Self {
        self.timing.approval = time;
        self
    }

    /// Sets how long the activation of an approved contract takes; two seconds unless set.
    #[must_use]
    pub const fn activation_time(mut self, time: Duration) -> Self {
        self.timing.activation = time;
        self
    }

    /// Sets how long the bank takes until a cancelled contract or application is cancelled; three seconds unless set.
    #[must_use]
    pub const fn cancellation_time(mut self, time: Duration) -> Self {
        self.timing.cancellation = time;
        self
    }

    /// Sets how long an accepted application goes on to read `"contract": null`; three seconds unless set. Its callback comes then, too.
    #[must_use]
    pub const fn acceptance_time(mut self, time: Duration) -> Self {
        self.timing.acceptance = time;
        self
    }

    /// Sets when contracts show `partner_approval_at`; once they are active unless set.
    #[must_use]
    pub const fn partner_approval_at(mut self, shown: PartnerApprovalAt) -> Self {
        self.timing.partner_approval_at = shown;
        self
    }

    /// Stops the sandbox's clock at this time: it goes on by [`Sandbox::advance`] alone, so that the same calls have the same answers.
    #[must_use]
    pub const fn clock_stands_at(mut self, time: OffsetDateTime) -> Self {
        self.clock = Some(time);
        self
    }
}

impl Sandbox {
    /// Moves the clock on, as far as needed, until everything is done that the bank has taken on or is at.
    pub fn settle(&self) {
        self.shared.with(crate::bank::Bank::settle);
    }

    /// Has an operation show what was this long ago: `GetSession`, `GetContract` or `GetApplication`, each by itself, so that they
    /// contradict each other. Nothing from before this call is shown. No time ends it.
    pub fn lag(&self, operation: Operation, by: Duration) {
        self.shared.with(|bank| bank.lag(operation, by));
    }

    /// From now on the bank answers 404 about a session, an application or a contract of this identifier.
    pub fn forget(&self, id: Uuid) {
        self.shared.with(|bank| bank.forgotten.insert(id));
    }

    /// Completes a session after all that was told as cancelled, expired or declined, contract and callback included.
    ///
    /// # Errors
    ///
    /// When the session does not exist or is not over.
    pub fn complete_after_all(&self, session: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.complete_after_all(session))
    }

    /// Approves a contract, or activates a rental's, as the merchant does in the Partner Portal. It takes its time like a call.
    ///
    /// # Errors
    ///
    /// When the contract does not exist or does not wait for the merchant.
    pub fn portal_approves(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared
            .with(|bank| bank.decide_in_portal(contract, Taken::Approval))
    }

    /// Cancels a contract, a rental's as well, as the merchant does in the Partner Portal. It takes its time like a call.
    ///
    /// # Errors
    ///
    /// When the contract does not exist or is over, or the merchant has decided otherwise.
    pub fn portal_cancels(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared
            .with(|bank| bank.decide_in_portal(contract, Taken::Cancellation))
    }
}
