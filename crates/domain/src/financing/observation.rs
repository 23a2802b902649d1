use super::graph::travel;
use super::{Anomaly, FinancingState, Step};
use crate::{
    Application, Contract, ContractStatus, DecisionStatus, IncomeProofType, ProcessStatus, Session,
    SessionStatus,
};

/// What the bank just said of a financing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Observation<'a> {
    /// Its application, as long as there is no contract.
    Application(&'a Application),
    /// The contract of its application.
    Contract {
        /// The contract.
        contract: &'a Contract,
        /// Whether a signed one waits for the merchant's approval.
        merchant_approval: bool,
    },
    /// Its session, and the contract where it was read: once a session says `completed`, the guide
    /// wants the contract to say `activated` before goods are sent (*API Requests*, step 5).
    Session(&'a Session, Option<&'a Contract>),
}

/// Where a financing goes when the bank is seen to say `observation`.
pub fn advance(present: FinancingState, observation: Observation<'_>) -> Step {
    let observed = match observation {
        Observation::Application(application) => of_application(application),
        Observation::Contract {
            contract,
            merchant_approval,
        } => of_contract(contract, merchant_approval),
        Observation::Session(session, contract) => of_session(session, contract),
    };
    match observed {
        Ok(observed) => travel(present, observed),
        Err(anomaly) => Step::Anomaly(anomaly),
    }
}

fn of_session(session: &Session, contract: Option<&Contract>) -> Result<FinancingState, Anomaly> {
    use FinancingState as S;
    Ok(match &session.status {
        SessionStatus::Cancelled => S::Cancelled,
        SessionStatus::Completed => match contract.map(|contract| &contract.status) {
            None | Some(ContractStatus::Activated) => S::Completed,
            Some(ContractStatus::Cancelled | ContractStatus::Withdrawn) => S::Cancelled,
            Some(ContractStatus::Terminated) => S::Terminated,
            // Not active yet, whatever the session says.
            Some(ContractStatus::Signed | ContractStatus::Unsigned) => S::Pending,
            Some(ContractStatus::Unrecognised(text)) => return Err(unknown(text.as_str())),
        },
        SessionStatus::Declined => S::Declined,
        SessionStatus::Expired => S::Expired,
        SessionStatus::Granted => S::Granted,
        SessionStatus::Pending => S::Pending,
        SessionStatus::Unrecognised(text) => return Err(unknown(text.as_str())),
    })
}

fn of_application(application: &Application) -> Result<FinancingState, Anomaly> {
    use FinancingState as S;
    if application.cancelled {
        return Ok(S::Cancelled);
    }
    Ok(match &application.decision {
        // "If this status persists, contact the integration team": no decision comes of it.
        DecisionStatus::Failed => S::Failed,
        DecisionStatus::IncomeProofRequired => match &application.income_proof {
            Some(IncomeProofType::Upload) => S::StatementsWanted,
            _ => S::IncomeProofWanted,
        },
        DecisionStatus::Manual | DecisionStatus::Pending => S::Pending,
        DecisionStatus::ManualNegative | DecisionStatus::Negative => S::Declined,
        DecisionStatus::Positive => S::Offered,
        DecisionStatus::Unrecognised(text) => return Err(unknown(text.as_str())),
    })
}

fn of_contract(contract: &Contract, merchant_approval: bool) -> Result<FinancingState, Anomaly> {
    use FinancingState as S;
    Ok(match &contract.status {
        ContractStatus::Activated => S::Completed,
        ContractStatus::Cancelled | ContractStatus::Withdrawn => S::Cancelled,
        ContractStatus::Terminated => S::Terminated,
        // Whether a contract that waits for one of these still counts as unsigned isn't written.
        ContractStatus::Signed | ContractStatus::Unsigned => match &contract.process_status {
            Some(ProcessStatus::WaitingForCustomerDigitalVerification) => S::VerificationWanted,
            Some(ProcessStatus::WaitingForDownPayment) => S::DownPaymentWanted,
            Some(ProcessStatus::WaitingForPartnersConfirmation) => S::Granted,
            _ if contract.status == ContractStatus::Signed && merchant_approval => S::Granted,
            // To be signed, or on its way to being active.
            _ => S::SignatureWanted,
        },
        ContractStatus::Unrecognised(text) => return Err(unknown(text.as_str())),
    })
}

fn unknown(status: &str) -> Anomaly {
    // Statuses are words of the bank's; anything longer isn't one and needn't be repeated.
    Anomaly::Status(status.chars().take(64).collect())
}
