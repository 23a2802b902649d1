use inbank_domain::{
    Application, ApplicationId, Contract, ContractId, ContractStatus, Session, SessionId,
};

use super::FakeBank;
use super::contract::Origin;

/// What is so, whatever answers show: for whoever judges what a platform was told.
impl FakeBank {
    /// A session as it is.
    pub fn true_session(&self, id: &SessionId) -> Option<Session> {
        let state = self.state();
        state.sessions.get(id).map(|fake| fake.session.clone())
    }

    /// An application as it is; it stays what it was when another took its place.
    pub fn true_application(&self, id: &ApplicationId) -> Option<Application> {
        let state = self.state();
        let fake = state.applications.get(id);
        fake.map(|fake| fake.application.clone())
    }

    /// A contract as it is.
    pub fn true_contract(&self, id: &ContractId) -> Option<Contract> {
        let state = self.state();
        state.contracts.get(id).map(|fake| fake.contract.clone())
    }

    /// The session or application that a contract comes from.
    pub fn origin(&self, id: &ContractId) -> Option<String> {
        let state = self.state();
        state.contracts.get(id).map(|fake| match &fake.origin {
            Origin::Session(session) => session.to_string(),
            Origin::Application(handling) => handling.application.to_string(),
        })
    }

    /// Every contract, by its identifier.
    pub fn contracts(&self) -> Vec<ContractId> {
        self.state().contracts.keys().cloned().collect()
    }

    /// An active contract is terminated, which no callback of a session tells. Nothing happens unless it is
    /// active.
    pub fn terminate(&self, id: &ContractId) {
        let mut state = self.state();
        let contract = state.contracts.get_mut(id).map(|fake| &mut fake.contract);
        if let Some(contract) = contract.filter(|c| c.status == ContractStatus::Activated) {
            contract.status = ContractStatus::Terminated;
            contract.process_status = None;
        }
    }
}
