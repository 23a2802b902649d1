use std::sync::Arc;

use inbank_domain::{
    ContractId, ContractStatus, Financing, FinancingState, ProductFamily, Region, SessionId,
    SessionStatus,
};
use inbank_ports::{Advice, Contracts, GatewayError, GatewayErrorKind, Sessions};

/// The merchant's decision on a granted financing: approve or cancel.
#[derive(Clone)]
pub struct Decide {
    sessions: Arc<dyn Sessions>,
    contracts: Arc<dyn Contracts>,
    region: Region,
}

/// What the merchant decides.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Deliver: the contract is to be activated. Not for rentals, which
    /// [`ActivateRental`](crate::ActivateRental) approves.
    Approve,
    /// Don't: the contract is to be cancelled.
    Cancel,
}

impl Decision {
    /// The state in which it has been carried out.
    const fn goal(self) -> FinancingState {
        match self {
            Self::Approve => FinancingState::Completed,
            Self::Cancel => FinancingState::Cancelled,
        }
    }
}

/// Why a decision is not carried out, or not known to be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// A rental wants the device's identifiers first, and has another call; nothing was sent.
    #[error(
        "a rental is activated, not approved: use ActivateRental with the device's identifiers"
    )]
    Activate,
    /// The bank gave no usable answer, or refused for another reason than that it was decided. With
    /// the advice `OutcomeUnknown` even asking it afterwards did not settle what happened: call again
    /// later, which is safe, since what then stands decides.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// There is no contract to decide on yet.
    #[error("the financing has no contract yet; decide once it is granted")]
    NoContract,
    /// It was decided otherwise, and that stands.
    #[error("the financing is already {}", .0.as_str())]
    Otherwise(FinancingState),
}

/// How often a decision is sent in one call, when each time the bank shows that nothing happened.
const ATTEMPTS: usize = 3;

impl Decide {
    /// Decisions on financings of a region.
    pub fn new(sessions: Arc<dyn Sessions>, contracts: Arc<dyn Contracts>, region: Region) -> Self {
        Self {
            sessions,
            contracts,
            region,
        }
    }

    /// Carries a decision on a financing out (*Contract Approval*, *Contract Cancellation*).
    ///
    /// Safe to repeat: where the bank refuses, or its answer is lost, the bank is read, and what it
    /// shows decides. A decision that already stands is a success; one that stands the other way is
    /// [`DecideError::Otherwise`]. It is sent again only when reading shows that nothing happened.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn decide(
        &self,
        financing: &Financing,
        decision: Decision,
    ) -> Result<(), DecideError> {
        if decision == Decision::Approve && financing.family == ProductFamily::SmartRent {
            return Err(DecideError::Activate);
        }
        let contract = match &financing.contract {
            Some(contract) => contract.clone(),
            None => self.contract_of(financing).await?,
        };
        let evidence = self.evidence(financing);
        self.carry_out(&contract, decision, evidence).await
    }

    /// The same for a decision that may have been sent before, by a process that is gone: the bank is
    /// read first, and it is sent only when that shows that it wasn't taken.
    pub(crate) async fn resume(
        &self,
        financing: &Financing,
        decision: Decision,
    ) -> Result<(), DecideError> {
        let contract = match &financing.contract {
            Some(contract) => contract.clone(),
            None => self.contract_of(financing).await?,
        };
        let evidence = self.evidence(financing);
        match self.stands(&contract, evidence).await? {
            Stand::Settled(state) if state == decision.goal() => Ok(()),
            Stand::Settled(state) => Err(DecideError::Otherwise(state)),
            Stand::Undecided | Stand::Unclear => {
                self.carry_out(&contract, decision, evidence).await
            }
        }
    }

    fn evidence<'a>(&self, financing: &'a Financing) -> Evidence<'a> {
        if self.region.reads_contracts_of(&financing.family) {
            Evidence::Contract
        } else {
            let session = financing.session.as_ref();
            session.map_or(Evidence::None, Evidence::Session)
        }
    }

    /// The same for a contract of which nothing else is known. Its own state is the evidence, so it
    /// must be of a family whose contracts may be read; and it must not be approved if it is a rental.
    ///
    /// # Errors
    /// [`DecideError`].
    pub async fn decide_contract(
        &self,
        contract: &ContractId,
        decision: Decision,
    ) -> Result<(), DecideError> {
        self.carry_out(contract, decision, Evidence::Contract).await
    }

    async fn carry_out(
        &self,
        contract: &ContractId,
        decision: Decision,
        evidence: Evidence<'_>,
    ) -> Result<(), DecideError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let sent = match decision {
                Decision::Approve => self.contracts.approve(contract).await,
                Decision::Cancel => self.contracts.cancel(contract).await,
            };
            let Err(error) = sent else { return Ok(()) };
            let unknown = error.advice() == Advice::OutcomeUnknown;
            if !unknown && error.kind() != GatewayErrorKind::Refused {
                return Err(error.into());
            }
            match self.stands(contract, evidence).await {
                Ok(Stand::Settled(state)) if state == decision.goal() => return Ok(()),
                Ok(Stand::Settled(state)) => return Err(DecideError::Otherwise(state)),
                Ok(Stand::Undecided) if unknown && attempts < ATTEMPTS => {
                    tracing::warn!(?decision, attempts, "not carried out; sending it again");
                }
                Ok(Stand::Undecided | Stand::Unclear) => return Err(error.into()),
                Err(reading) => {
                    tracing::warn!(%reading, "the outcome could not be read");
                    return Err(error.into());
                }
            }
        }
    }

    async fn contract_of(&self, financing: &Financing) -> Result<ContractId, DecideError> {
        let session = financing.session.as_ref().ok_or(DecideError::NoContract)?;
        let session = self.sessions.session(session).await?;
        session.contract.ok_or(DecideError::NoContract)
    }

    /// What the bank shows.
    async fn stands(
        &self,
        contract: &ContractId,
        evidence: Evidence<'_>,
    ) -> Result<Stand, GatewayError> {
        match evidence {
            Evidence::None => Ok(Stand::Unclear),
            Evidence::Contract => {
                let contract = self.contracts.contract(contract).await?;
                Ok(match contract.status {
                    ContractStatus::Activated => Stand::Settled(FinancingState::Completed),
                    ContractStatus::Cancelled => Stand::Settled(FinancingState::Cancelled),
                    ContractStatus::Terminated => Stand::Settled(FinancingState::Terminated),
                    // Approved, and the activation still to come.
                    ContractStatus::Signed if contract.partner_approval_at.is_some() => {
                        Stand::Settled(FinancingState::Completed)
                    }
                    ContractStatus::Signed => Stand::Undecided,
                    _ => Stand::Unclear,
                })
            }
            Evidence::Session(session) => {
                let session = self.sessions.session(session).await?;
                Ok(match session.status {
                    SessionStatus::Completed => Stand::Settled(FinancingState::Completed),
                    SessionStatus::Cancelled => Stand::Settled(FinancingState::Cancelled),
                    SessionStatus::Expired => Stand::Settled(FinancingState::Expired),
                    SessionStatus::Granted => Stand::Undecided,
                    _ => Stand::Unclear,
                })
            }
        }
    }
}

/// What may be read to see how a decision stands.
#[derive(Clone, Copy)]
enum Evidence<'a> {
    Contract,
    /// Where contracts must not be read.
    Session(&'a SessionId),
    None,
}

/// How a decision stands at the bank.
enum Stand {
    /// Taken, or overtaken.
    Settled(FinancingState),
    /// Still to be taken.
    Undecided,
    /// Neither can be told.
    Unclear,
}

#[cfg(test)]
mod tests;
