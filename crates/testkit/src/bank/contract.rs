use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, Contract, ContractId, ContractStatus, ProcessStatus, SessionId, SessionStatus,
};
use inbank_ports::{Contracts, GatewayError, GatewayErrorKind};

use super::rental::Device;
use super::{FakeBank, State};

#[derive(Debug)]
pub(super) struct FakeContract {
    pub(super) contract: Contract,
    pub(super) origin: Origin,
    /// What is rented, where something is.
    pub(super) device: Option<Device>,
}

/// Where a contract comes from.
#[derive(Debug)]
pub(super) enum Origin {
    Session(SessionId),
    Application(Handling),
}

/// What is still to come of an application's contract.
#[derive(Debug)]
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

    pub(super) fn waits_for_the_merchant(&self) -> bool {
        self.contract.status == ContractStatus::Signed
    }
}

/// What the merchant decides.
#[derive(Clone, Copy)]
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
        let unsigned = fake.contract.status == ContractStatus::Unsigned;
        let possible = match decision {
            // A rental is activated instead.
            Decision::Approve => fake.waits_for_the_merchant() && fake.device.is_none(),
            Decision::Cancel => fake.waits_for_the_merchant() || unsigned,
        };
        if !possible {
            return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
        }
        self.carry_out(id, decision);
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
        let mut state = self.state();
        state.fail("contract.show")?;
        let fake = state.contracts.get(id);
        fake.map(|fake| fake.contract.clone())
            .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "contract.show"))
    }

    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError> {
        self.state()
            .decide("contract.approve", id, Decision::Approve)
    }

    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError> {
        self.state().decide("contract.cancel", id, Decision::Cancel)
    }
}
