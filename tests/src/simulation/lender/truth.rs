use std::collections::BTreeMap;

use inbank::{ApplicationId, ContractId, ContractStatus, DecisionStatus, SessionId, SessionStatus};
use time::OffsetDateTime;

use super::{Lender, Moment, Opened};

/// What the judge asks.
impl Lender {
    /// Everything that was ever opened, by session or application.
    pub(in crate::simulation) fn all_opened(&self) -> BTreeMap<String, Opened> {
        self.state().opened.clone()
    }

    /// Since when a contract has been active; none where it never was.
    pub(in crate::simulation) fn active_since(
        &self,
        contract: &ContractId,
    ) -> Option<OffsetDateTime> {
        self.state().active_since.get(contract).copied()
    }

    /// When a contract was terminated; none where it was not.
    pub(in crate::simulation) fn terminated_at(
        &self,
        contract: &ContractId,
    ) -> Option<OffsetDateTime> {
        self.state().terminated_at.get(contract).copied()
    }

    /// Whether a session or application is over there, or has a contract that is.
    pub(in crate::simulation) fn is_over(&self, id: &str) -> bool {
        if self.state().replaced.contains(id) {
            return true;
        }
        let ended = |contract: Option<&ContractId>| {
            let contract = contract.and_then(|id| self.fake.true_contract(id));
            contract.is_some_and(|contract| {
                contract.status.is_ended() || contract.status == ContractStatus::Activated
            })
        };
        if let Ok(session) = SessionId::parse(id)
            && let Some(session) = self.fake.true_session(&session)
        {
            return match session.status {
                SessionStatus::Pending => false,
                SessionStatus::Granted => ended(session.contract.as_ref()),
                _ => true,
            };
        }
        let application = ApplicationId::parse(id).ok();
        let application = application.and_then(|id| self.fake.true_application(&id));
        application.is_some_and(|application| {
            application.cancelled
                || application.decision == DecisionStatus::Negative
                || ended(application.contract.as_ref())
        })
    }

    /// Whether the platform can know of a session or application: it has asked about it, a callback was
    /// kept, or it was answered and nothing kept it from writing that down.
    pub(in crate::simulation) fn is_known(&self, id: &str) -> bool {
        let state = self.state();
        let about_it = |(_, about): &Moment| about == id;
        let answered = || state.opened.get(id).is_some_and(|opened| opened.answered);
        state.reads.iter().any(about_it)
            || state.kept.iter().any(about_it)
            || (self.is_undisturbed() && answered())
    }

    /// Whether no process was ended so far, and no statement can fail.
    pub(super) fn is_undisturbed(&self) -> bool {
        let faults = &self.around.setting.faults;
        !self.around.log().disturbed && faults.keys().all(|fault| fault.is_of_a_shop())
    }

    /// When callbacks were kept, and when what they are about was read.
    pub(in crate::simulation) fn kept_and_read(&self) -> (Vec<Moment>, Vec<Moment>) {
        let state = self.state();
        (state.kept.clone(), state.reads.clone())
    }
}
