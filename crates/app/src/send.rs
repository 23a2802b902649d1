//! Sends a command to the bank, once, and says what came of it.

use std::time::Duration;

use inbank_domain::{Attempt, AttemptKind, Command, ContractId, SendOutcome};
use inbank_ports::{Advice, Clock, GatewayError, GatewayErrorKind};

use crate::Bank;
use crate::bank::port;
use crate::calls::Caller;

/// Sends an attempt's command; an acceptance is answered with its contract.
pub(crate) async fn send(
    bank: &Bank,
    caller: &Caller,
    attempt: &Attempt,
    command: &Command,
) -> Result<Option<ContractId>, GatewayError> {
    let missing = |operation| GatewayError::new(GatewayErrorKind::Unsupported, operation);
    let contract = attempt.contract.as_ref();
    match command {
        Command::Accept(application) => {
            let applications = port(bank.applications.as_ref(), "application.accept")?;
            let accepting = applications.accept(application);
            caller.call("application.accept", accepting).await.map(Some)
        }
        Command::Activate => {
            let rentals = port(bank.rentals.as_ref(), "rental.activate")?;
            let contract = contract.ok_or_else(|| missing("rental.activate"))?;
            let activating = rentals.activate(&attempt.terms.product, contract);
            let activated = caller.call("rental.activate", activating).await;
            activated.map(|()| None)
        }
        Command::Approve => {
            let contracts = port(bank.contracts.as_ref(), "contract.approve")?;
            let contract = contract.ok_or_else(|| missing("contract.approve"))?;
            let approving = contracts.approve(contract);
            let approved = caller.call("contract.approve", approving).await;
            approved.map(|()| None)
        }
        Command::Cancel => cancel(bank, caller, attempt).await.map(|()| None),
        Command::Sign(signature) => {
            let signing = port(bank.signing.as_ref(), "contract.sign")?;
            let contract = contract.ok_or_else(|| missing("contract.sign"))?;
            let method = signature.method();
            let signed = caller
                .call("contract.sign", signing.sign(contract, &method))
                .await;
            signed.map(|_| None)
        }
        Command::SignApplication(signature) => {
            let signing = port(bank.signing.as_ref(), "application.sign")?;
            let application = attempt.application.as_ref();
            let application = application.ok_or_else(|| missing("application.sign"))?;
            let method = signature.method();
            let signing = signing.sign_application(application, &method);
            let signed = caller.call("application.sign", signing).await;
            signed.map(|()| None)
        }
    }
}

async fn cancel(bank: &Bank, caller: &Caller, attempt: &Attempt) -> Result<(), GatewayError> {
    let of_application = attempt.terms.kind == AttemptKind::Application;
    match (&attempt.contract, &attempt.application) {
        (Some(contract), _) => {
            let contracts = port(bank.contracts.as_ref(), "contract.cancel")?;
            let cancelling = contracts.cancel(contract);
            caller.call("contract.cancel", cancelling).await
        }
        (None, Some(application)) if of_application => {
            let applications = port(bank.applications.as_ref(), "application.cancel")?;
            let cancelling = applications.cancel(application);
            caller.call("application.cancel", cancelling).await
        }
        (None, Some(_) | None) => {
            let kind = GatewayErrorKind::Unsupported;
            Err(GatewayError::new(kind, "contract.cancel"))
        }
    }
}

/// What came of sending, as the order takes it in.
pub(crate) fn outcome(sent: &Result<Option<ContractId>, GatewayError>) -> SendOutcome {
    let error = match sent {
        Ok(contract) => {
            let contract = contract.clone();
            return SendOutcome::Acknowledged { contract };
        }
        Err(error) => error,
    };
    match error.kind() {
        GatewayErrorKind::OutcomeUnknown => SendOutcome::Unclear,
        // A key that isn't accepted is no answer to what was decided.
        GatewayErrorKind::NotAuthorised
        | GatewayErrorKind::RateLimited
        | GatewayErrorKind::Unavailable
        | GatewayErrorKind::Undecodable
        | GatewayErrorKind::Unreachable => SendOutcome::NotSent,
        GatewayErrorKind::Invalid
        | GatewayErrorKind::NotFound
        | GatewayErrorKind::Refused
        | GatewayErrorKind::Unsupported => SendOutcome::Refused(error.to_string()),
    }
}

/// Whether the bank shows the effect of a command that was sent outside of an order.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shown {
    /// It has taken effect, or is about to.
    Effect,
    /// It has not, as far as can be seen.
    Nothing,
}

/// How long an unclear command is read for its effect: once a second (*Direct API Poland*, contract
/// details; twice its 15 s, since a gateway may have answered for a bank that goes on working).
const WINDOW: u32 = 30;

/// Sends a command that concerns no order in a ledger, once, and settles what its answer leaves open
/// by reading: after a refusal once, since it may have taken effect before; after an unknown outcome
/// once a second for half a minute. None where the effect was read instead of answered.
///
/// # Errors
/// The command's own error, where reading shows no effect.
pub async fn settle<T, R>(
    clock: &dyn Clock,
    sending: impl Future<Output = Result<T, GatewayError>>,
    read: impl Fn() -> R,
) -> Result<Option<T>, GatewayError>
where
    R: Future<Output = Result<Shown, GatewayError>>,
{
    let error = match sending.await {
        Ok(answer) => return Ok(Some(answer)),
        Err(error) => error,
    };
    let readings = if error.kind() == GatewayErrorKind::Refused {
        1
    } else if error.advice() == Advice::OutcomeUnknown {
        WINDOW
    } else {
        return Err(error);
    };
    for reading in 0..readings {
        if reading > 0 {
            clock.sleep(Duration::from_secs(1)).await;
        }
        match read().await {
            Ok(Shown::Effect) => return Ok(None),
            Ok(Shown::Nothing) => {}
            Err(reading) => tracing::warn!(%reading, "the outcome could not be read"),
        }
    }
    Err(error)
}
