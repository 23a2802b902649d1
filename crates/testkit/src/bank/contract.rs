use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Contract, ContractId, ContractStatus, Money, ProcessStatus, SessionId,
    SessionStatus,
};
use inbank_ports::{Contracts, GatewayError, GatewayErrorKind};

use super::effect::Effect;
use super::rental::Device;
use super::{FakeBank, State};

#[derive(Clone, Debug)]
pub(super) struct FakeContract {
    pub(super) contract: Contract,
    pub(super) origin: Origin,
    /// What is rented, where something is.
    pub(super) device: Option<Device>,
}

/// Where a contract comes from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    Session(SessionId),
    Application(Handling),
}

/// What is still to come of an application's contract.
#[derive(Clone, Debug)]
pub(super) struct Handling {
    pub(super) application: ApplicationId,
    pub(super) approval: bool,
    pub(super) down_payment: bool,
    pub(super) code_sent: bool,
    pub(super) signed: bool,
}

impl FakeContract {
    /// What is still to come, where an application stands behind it.
    pub(super) const fn handling(&mut self) -> Option<&mut Handling> {
        match &mut self.origin {
            Origin::Session(_) => None,
            Origin::Application(handling) => Some(handling),
        }
    }

    /// As an answer shows it, with another amount where one is to be named.
    pub(super) fn shown(&self, other_amount: Option<Money>) -> Contract {
        let mut contract = self.contract.clone();
        contract.amount = other_amount.or(contract.amount);
        contract
    }

    pub(super) fn waits_for_the_merchant(&self) -> bool {
        self.contract.status == ContractStatus::Signed
    }
}

/// What the merchant decides.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision {
    Approve,
    Cancel,
}

impl State {
    fn decide(
        &mut self,
        operation: &'static str,
        id: &ContractId,
        decision: Decision,
    ) -> Result<(), GatewayError> {
        self.fail(operation)?;
        let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
        let fake = self.contracts.get_mut(id).ok_or_else(not_found)?;
        // A rental is activated instead.
        let otherwise = matches!(decision, Decision::Approve) && fake.device.is_some();
        if otherwise || !fake.can_be(decision) {
            return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
        }
        self.take(Effect::Decide(id.clone(), decision));
        self.answer(operation, ())
    }

    /// Moves a contract where the merchant decided.
    pub(super) fn carry_out(&mut self, id: &ContractId, decision: Decision) {
        let Some(fake) = self.contracts.get_mut(id) else {
            return;
        };
        let (session, contract, word) = match decision {
            Decision::Approve => (
                SessionStatus::Completed,
                ContractStatus::Activated,
                "ACTIVATED",
            ),
            Decision::Cancel => (
                SessionStatus::Cancelled,
                ContractStatus::Cancelled,
                "CANCELLED",
            ),
        };
        fake.contract.process_status = match decision {
            Decision::Approve => Some(ProcessStatus::Activated),
            Decision::Cancel => None,
        };
        fake.contract.status = contract;
        match &fake.origin {
            Origin::Session(owner) => {
                let owner = owner.clone();
                self.session_moves(&owner, session);
            }
            Origin::Application(handling) => {
                let application = handling.application.clone();
                self.tell_of_contract(&application, word);
            }
        }
    }
}

#[async_trait]
impl Contracts for FakeBank {
    async fn contract(&self, id: &ContractId) -> Result<Contract, GatewayError> {
        self.turn(|| {
            let mut state = self.state();
            state.begin_read("contract.show")?;
            let amount = state.other_amount;
            let fake = state.seen().contracts.get(id);
            fake.map(|fake| fake.shown(amount))
                .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "contract.show"))
        })
        .await
    }

    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError> {
        self.turn(|| {
            self.state()
                .decide("contract.approve", id, Decision::Approve)
        })
        .await
    }

    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError> {
        self.turn(|| self.state().decide("contract.cancel", id, Decision::Cancel))
            .await
    }
}
