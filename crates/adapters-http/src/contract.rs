use async_trait::async_trait;
use inbank_domain::{Contract, ContractId, Currency};
use inbank_ports::{Contracts, GatewayError};

use crate::PartnerApi;
use crate::dialect::decode;
use crate::door::Call;
use crate::failure::DecodeError;
use crate::operation::{CONTRACT_APPROVE, CONTRACT_CANCEL, CONTRACT_SHOW, Operation};
use crate::wire::contract::Details;
use crate::wire::{self, Wrapper, unwrapped};

#[async_trait]
impl Contracts for PartnerApi {
    async fn contract(&self, id: &ContractId) -> Result<Contract, GatewayError> {
        let read = |body: &[u8]| read(body, id, self.region.currency);
        self.door
            .call(&CONTRACT_SHOW, Call::about(&id.as_str()), read)
            .await
    }

    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError> {
        self.decide(&CONTRACT_APPROVE, id).await
    }

    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError> {
        self.decide(&CONTRACT_CANCEL, id).await
    }
}

/// A contract, wrapped or bare, if it is the one that was asked for.
pub(crate) fn read(
    body: &[u8],
    id: &ContractId,
    currency: Currency,
) -> Result<Contract, DecodeError> {
    let body = unwrapped(body, Wrapper::Contract)?;
    let contract = decode::<Details>(body)?.into_contract(currency)?;
    if contract.id == *id {
        Ok(contract)
    } else {
        Err(DecodeError::Another("contract"))
    }
}

impl PartnerApi {
    /// A decision on a contract: no body either way (204), and none that says something else.
    async fn decide(
        &self,
        operation: &'static Operation,
        id: &ContractId,
    ) -> Result<(), GatewayError> {
        self.door
            .call(operation, Call::about(&id.as_str()), wire::nothing)
            .await
    }
}
