use time::{Date, OffsetDateTime};

use super::AttemptState;
use crate::{
    Application, ApplicationId, Contract, ContractId, ContractStatus, DecisionStatus,
    IncomeProofType, Money, OrderReference, ProcessStatus, Session, SessionId, SessionStatus,
};

/// What the bank was just read to say of an attempt, from whichever of its resources.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// The state that it describes; the bank's own word where that is not known here.
    pub state: Result<AttemptState, String>,
    /// The order that it names, where it names one.
    pub order: Option<OrderReference>,
    /// The session.
    pub session: Option<SessionId>,
    /// The application; another one than asked for where the bank changed the conditions.
    pub application: Option<ApplicationId>,
    /// The contract.
    pub contract: Option<ContractId>,
    /// The amounts that it names, each in the currency that it names.
    pub amounts: Vec<Money>,
    /// Until when the offer stands.
    pub offer_valid_to: Option<Date>,
    /// Whether the contract shows that the merchant's approval has arrived.
    pub approved: bool,
    /// Whether the contract shows that the customer has signed.
    pub signed: bool,
    /// Whether the application shows that it is there as a whole (`confirmed_at`): signed, where the
    /// product has it signed before the decision.
    pub confirmed: bool,
}

impl Reading {
    /// Of a session, and its contract where that was read: once a session says `completed`, the guide
    /// wants the contract to say `activated` before goods are sent (*API Requests*, step 5).
    pub fn of_session(session: &Session, contract: Option<&Contract>) -> Self {
        let mut reading = Self::new(of_session(session, contract));
        reading.order.clone_from(&session.order_reference);
        reading.session = Some(session.id.clone());
        reading.contract.clone_from(&session.contract);
        reading.amounts.extend(session.total);
        reading.with_contract(contract)
    }

    /// Of a direct application, as long as its contract can't be read.
    pub fn of_application(application: &Application) -> Self {
        let mut reading = Self::new(of_application(application));
        reading.application = Some(application.id.clone());
        reading.contract.clone_from(&application.contract);
        reading.offer_valid_to = application.offer_valid_to;
        reading.confirmed = application.confirmed_at.is_some();
        // What the customer asked for; the offer's own amount is the customer's to compare until it
        // is accepted.
        reading.amounts.extend(application.amount);
        reading
    }

    /// Of a direct application's contract. `merchant_approval` says whether a signed one waits for
    /// the merchant's approval, which contracts don't always say.
    pub fn of_contract(
        application: &Application,
        contract: &Contract,
        merchant_approval: bool,
    ) -> Self {
        let mut reading = Self::of_application(application);
        reading.state = match of_contract(contract, merchant_approval) {
            // A contract that is not in force doesn't outlive its application.
            Ok(state) if application.cancelled && !state.is_over() => Ok(AttemptState::Cancelled),
            state => state,
        };
        // What was accepted counts now.
        if let Some(offer) = &application.offer {
            reading.amounts = vec![offer.amount];
        }
        reading.with_contract(Some(contract))
    }

    fn new(state: Result<AttemptState, String>) -> Self {
        Self {
            state,
            order: None,
            session: None,
            application: None,
            contract: None,
            amounts: Vec::new(),
            offer_valid_to: None,
            approved: false,
            signed: false,
            confirmed: false,
        }
    }

    fn with_contract(mut self, contract: Option<&Contract>) -> Self {
        if let Some(contract) = contract {
            self.contract = Some(contract.id.clone());
            self.amounts.extend(contract.amount);
            self.approved = contract.partner_approval_at.is_some();
            self.signed = contract.is_signed();
        }
        self
    }

    /// Whether the offer has run out. The bank's dates are local, so an offer ends when its last day
    /// has ended everywhere.
    pub(crate) fn has_run_out(&self, now: OffsetDateTime) -> bool {
        let day_after = self.offer_valid_to.and_then(Date::next_day);
        day_after.is_some_and(|day_after| day_after < now.date())
    }
}

/// A contract that is active or ended is the last word: the session may lag behind it, and never
/// speaks of a termination.
fn of_session(session: &Session, contract: Option<&Contract>) -> Result<AttemptState, String> {
    use AttemptState as S;
    let of_contract = contract.map(|contract| match &contract.status {
        ContractStatus::Activated => Ok(S::Completed),
        ContractStatus::Cancelled => Ok(S::Cancelled),
        ContractStatus::Terminated => Ok(S::Terminated),
        ContractStatus::Withdrawn => Ok(withdrawn(contract)),
        ContractStatus::Signed | ContractStatus::Unsigned => Ok(S::Pending),
        ContractStatus::Unrecognised(text) => Err(word(text.as_str())),
    });
    let of_session = match &session.status {
        SessionStatus::Cancelled => S::Cancelled,
        SessionStatus::Completed => return of_contract.unwrap_or(Ok(S::Completed)),
        SessionStatus::Declined => S::Declined,
        SessionStatus::Expired => S::Expired,
        SessionStatus::Granted => S::Granted,
        SessionStatus::Pending => S::Pending,
        SessionStatus::Unrecognised(text) => return Err(word(text.as_str())),
    };
    Ok(match of_contract {
        Some(Ok(active @ (S::Completed | S::Terminated))) => active,
        Some(Ok(S::Cancelled)) if !of_session.is_over() => S::Cancelled,
        Some(_) | None => of_session,
    })
}

fn of_application(application: &Application) -> Result<AttemptState, String> {
    use AttemptState as S;
    if application.cancelled {
        return Ok(S::Cancelled);
    }
    Ok(match &application.decision {
        // "If this status persists, contact the integration team": mostly no decision comes of it.
        DecisionStatus::Failed => S::Failed,
        DecisionStatus::IncomeProofRequired => match &application.income_proof {
            Some(IncomeProofType::Upload) => S::StatementsWanted,
            Some(IncomeProofType::AisOrUpload | IncomeProofType::Unrecognised(_)) | None => {
                S::IncomeProofWanted
            }
        },
        DecisionStatus::Manual | DecisionStatus::Pending => S::Pending,
        DecisionStatus::ManualNegative | DecisionStatus::Negative => S::Declined,
        // The decision stays positive when the offer is accepted; a contract shows that it was.
        DecisionStatus::Positive if application.contract.is_some() => S::SignatureWanted,
        DecisionStatus::Positive => S::Offered,
        DecisionStatus::Unrecognised(text) => return Err(word(text.as_str())),
    })
}

fn of_contract(contract: &Contract, merchant_approval: bool) -> Result<AttemptState, String> {
    use AttemptState as S;
    let signed = match &contract.status {
        ContractStatus::Activated => return Ok(S::Completed),
        ContractStatus::Cancelled => return Ok(S::Cancelled),
        ContractStatus::Terminated => return Ok(S::Terminated),
        ContractStatus::Withdrawn => return Ok(withdrawn(contract)),
        ContractStatus::Unrecognised(text) => return Err(word(text.as_str())),
        ContractStatus::Signed => true,
        ContractStatus::Unsigned => false,
    };
    // Whether a contract that waits for one of these still counts as unsigned isn't written.
    Ok(match &contract.process_status {
        Some(ProcessStatus::WaitingForCustomerDigitalVerification) => S::VerificationWanted,
        Some(ProcessStatus::WaitingForDownPayment) => S::DownPaymentWanted,
        Some(ProcessStatus::WaitingForPartnersConfirmation) => S::Granted,
        // It waits for something that this version doesn't know: then it is not granted.
        Some(ProcessStatus::Unrecognised(text)) if signed => return Err(word(text.as_str())),
        Some(ProcessStatus::Activated | ProcessStatus::Offer | ProcessStatus::Unrecognised(_))
        | None => {
            if signed && merchant_approval {
                S::Granted
            } else {
                // To be signed, or on its way to being active.
                S::SignatureWanted
            }
        }
    })
}

/// The guides speak of withdrawals without giving them a status: one that was active has ended.
fn withdrawn(contract: &Contract) -> AttemptState {
    if contract.activated_at.is_some() {
        AttemptState::Terminated
    } else {
        AttemptState::Cancelled
    }
}

/// Statuses are words of the bank's; anything longer isn't one and needn't be repeated.
fn word(status: &str) -> String {
    let plain = status.chars().filter(|c| !c.is_control());
    plain.take(64).collect()
}
