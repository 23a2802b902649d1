use async_trait::async_trait;
use inbank_domain::{Contract, ContractId};

use crate::GatewayError;

/// Credit contracts (*Contract Details*, *Contract Approval*, *Contract Cancellation*).
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Contracts: Send + Sync {
    /// Reads a contract. Not to be called for families whose contracts must not be read: that is
    /// the caller's to know.
    ///
    /// # Contract
    /// - A read: safe to repeat.
    /// - The answer MUST be about the contract asked for. (`completed_session_has_an_active_contract`)
    ///
    /// # Errors
    /// `NotFound` ⇐ the shop has no such contract. (`unknown_contract_is_not_found`)
    async fn contract(&self, id: &ContractId) -> Result<Contract, GatewayError>;

    /// Gives the merchant's approval to a granted contract.
    ///
    /// # Contract
    /// - Not idempotent: once it has come into effect, a second approval is refused. An implementation MUST NOT send it twice
    ///   unless nothing was sent the first time. (`approving_twice_is_refused`)
    /// - `Ok` says that the bank has taken the approval, not that the contract is active: it MUST become
    ///   so without further calls, at once or later, and reads MAY show the past until then.
    ///   (`approved_contract_is_activated`)
    ///
    /// # Errors
    /// - `Refused` ⇐ the contract does not wait for approval. (`approving_twice_is_refused`)
    /// - `NotFound` ⇐ no such contract. (`unknown_contract_is_not_found`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer. (`lost_answer_of_approval_is_an_unknown_outcome`)
    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError>;

    /// Cancels a contract that is not active yet.
    ///
    /// # Contract
    /// - Not idempotent, as above. After `Ok` the contract MUST become cancelled without further calls,
    ///   at once or later. (`cancelled_contract_is_cancelled`)
    ///
    /// # Errors
    /// - `Refused` ⇐ the contract is active or over. (`active_contract_can_not_be_cancelled`)
    /// - `NotFound` ⇐ no such contract. (`unknown_contract_is_not_found`)
    /// - `OutcomeUnknown` ⇐ sent, no usable answer.
    ///   (`lost_answer_of_cancelling_is_an_unknown_outcome`)
    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError>;
}
