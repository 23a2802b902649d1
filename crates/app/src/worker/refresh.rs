//! Reads the bank about one attempt.

use inbank_domain::{
    Application, ApplicationId, Attempt, AttemptKind, Contract, ContractId, Reading, SessionId,
    SessionStatus,
};
use inbank_ports::{GatewayError, GatewayErrorKind, Subject};

use crate::Bank;
use crate::bank::port;
use crate::calls::Caller;

/// Reads what the bank says of an attempt; of what a callback named, where opening it was never
/// answered. None where there is nothing to read by.
pub(crate) async fn refresh(
    bank: &Bank,
    caller: &Caller,
    attempt: &Attempt,
    heard_of: Option<&Subject>,
) -> Option<Result<Reading, GatewayError>> {
    let of_application = attempt.terms.kind == AttemptKind::Application;
    let known = match (&attempt.session, &attempt.application) {
        (Some(session), _) if !of_application => Some(Subject::Session(session.clone())),
        (_, Some(application)) => Some(Subject::Application(application.clone())),
        (Some(_) | None, None) => None,
    };
    match known.as_ref().or(heard_of)? {
        Subject::Session(id) => Some(session(bank, caller, attempt, id).await),
        Subject::Application(id) => Some(application(bank, caller, attempt, id).await),
    }
}

async fn session(
    bank: &Bank,
    caller: &Caller,
    attempt: &Attempt,
    id: &SessionId,
) -> Result<Reading, GatewayError> {
    let sessions = port(bank.sessions.as_ref(), "session.show")?;
    let session = caller.call("session.show", sessions.session(id)).await?;
    let contract = session.contract.as_ref().or(attempt.contract.as_ref());
    let contract = match contract {
        // *API Requests*, step 5: once completed, the contract must say `activated` before goods are
        // sent.
        Some(id) if session.status == SessionStatus::Completed => {
            contract_of(bank, caller, attempt, id).await?
        }
        // It may show that a command has arrived; the session says where it stands without it.
        Some(id) if attempt.command.is_some() => match contract_of(bank, caller, attempt, id).await
        {
            Ok(contract) => contract,
            Err(error) => {
                tracing::debug!(%error, "a contract could not be read for a command's arrival");
                None
            }
        },
        Some(_) | None => None,
    };
    Ok(Reading::of_session(&session, contract.as_ref()))
}

async fn application(
    bank: &Bank,
    caller: &Caller,
    attempt: &Attempt,
    id: &ApplicationId,
) -> Result<Reading, GatewayError> {
    let applications = port(bank.applications.as_ref(), "application.show")?;
    let reading = applications.application(id);
    let application: Application = caller.call("application.show", reading).await?;
    // An acceptance's answer is the first to name the contract, and the application may lag behind.
    let contract = application.contract.as_ref().or(attempt.contract.as_ref());
    let contract = match contract {
        Some(id) => contract_of(bank, caller, attempt, id).await?,
        None => None,
    };
    Ok(match contract {
        Some(contract) => {
            let approval = attempt.terms.merchant_approval;
            Reading::of_contract(&application, &contract, approval)
        }
        None => Reading::of_application(&application),
    })
}

/// The contract; none where contracts of this family must not be read, or this lender has none. A
/// rental's is read under its product, where alone the guide has it.
async fn contract_of(
    bank: &Bank,
    caller: &Caller,
    attempt: &Attempt,
    id: &ContractId,
) -> Result<Option<Contract>, GatewayError> {
    let terms = &attempt.terms;
    if !bank.region.reads_contracts_of(&terms.family) {
        return Ok(None);
    }
    let read = match terms.kind {
        AttemptKind::Rental => {
            let rentals = port(bank.rentals.as_ref(), "rental.contract")?;
            let reading = rentals.contract(&terms.product, id);
            caller.call("rental.contract", reading).await
        }
        AttemptKind::Application | AttemptKind::Session => match &bank.contracts {
            Some(contracts) => caller.call("contract.show", contracts.contract(id)).await,
            None => return Ok(None),
        },
    };
    match read {
        Err(error) if error.kind() == GatewayErrorKind::Unsupported => Ok(None),
        read => read.map(Some),
    }
}
