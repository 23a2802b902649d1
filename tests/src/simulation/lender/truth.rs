use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{Lender, Moment, Opened};
use crate::simulation::books::State;

/// What the judge asks.
impl Lender {
    /// Everything that was ever opened, by session or application.
    pub(in crate::simulation) fn all_opened(&self) -> BTreeMap<String, Opened> {
        self.state().opened.clone()
    }

    /// Since when a contract has been active; none where it never was.
    pub(in crate::simulation) fn active_since(&self, contract: &str) -> Option<OffsetDateTime> {
        self.state().active_since.get(contract).copied()
    }

    /// When a contract was terminated; none where it was not.
    pub(in crate::simulation) fn terminated_at(&self, contract: &str) -> Option<OffsetDateTime> {
        self.state().terminated_at.get(contract).copied()
    }

    /// Whether a session or application is over there, or has a contract that is.
    pub(in crate::simulation) fn is_over(&self, id: &str) -> bool {
        if self.state().replaced.contains(id) || self.books.is_over(id) {
            return true;
        }
        let contracts = self.contracts().into_iter();
        let mut of_it = contracts.filter(|held| held.origin == id);
        of_it.any(|held| matches!(held.state, State::Active | State::Ended))
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
