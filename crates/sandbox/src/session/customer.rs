//! What the customer does in the e-POS dialog: apply, accept, sign, or cancel.

use uuid::Uuid;

use super::{Application, SessionStatus};
use crate::{
    bank::Bank,
    contract::{Contract, ContractStatus},
    decision::{Decision, decide},
};

/// The code of every SMS in the demo environment (e-POS 2.10, Demo Environment).
pub(crate) const SMS_CODE: &str = "0000";

/// Why the customer's step is not possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CustomerError {
    /// There is no such session or contract.
    #[error("there is no such session or contract")]
    NotFound,
    /// There is no such application.
    #[error("there is no such application")]
    NoApplication,
    /// The session or contract is in a state that does not allow the step.
    #[error("the step is not possible in this state")]
    WrongState,
    /// The product is not sold over this period.
    #[error("the product is not sold over this period")]
    Period,
    /// The code from the SMS is wrong; in the demo environment it is 0000.
    #[error("the code from the SMS is wrong")]
    SmsCode,
}

impl Bank {
    /// The customer submits the application, and the bank decides at once.
    ///
    /// Without a period it is the merchant's wish, or else the product's default.
    pub(crate) fn apply(
        &mut self,
        id: Uuid,
        period: Option<u32>,
    ) -> Result<Decision, CustomerError> {
        self.apply_decided(id, period, None)
    }

    /// The same, with the decision on order: whatever the amount.
    pub(crate) fn apply_decided(
        &mut self,
        id: Uuid,
        period: Option<u32>,
        ordered: Option<Decision>,
    ) -> Result<Decision, CustomerError> {
        let region = self.region;
        let application_id = self.identifiers.next();
        let session = self.session(id).ok_or(CustomerError::NotFound)?;
        let product = self
            .product(&session.product_code)
            .map_err(|_| CustomerError::NotFound)?;
        let period = period
            .or(session.prefill.period)
            .unwrap_or_else(|| product.default_period());
        let rented_for_another = session
            .rental
            .as_ref()
            .is_some_and(|rental| rental.period != period);
        if rented_for_another || !product.periods.contains(&period) {
            return Err(CustomerError::Period);
        }
        let decision =
            ordered.unwrap_or_else(|| decide(region, product.family, session.total_amount));
        let session = self.session_mut(id).ok_or(CustomerError::NotFound)?;
        if session.status != SessionStatus::Pending || session.application.is_some() {
            return Err(CustomerError::WrongState);
        }
        session.application = Some(Application {
            id: application_id,
            decision,
            period,
        });
        if decision == Decision::Negative {
            self.finish_session(id, SessionStatus::Declined);
        }
        Ok(decision)
    }

    /// The customer accepts the offer: the contract exists, unsigned.
    pub(crate) fn accept(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let contract = Contract::of_session(&mut self.identifiers, id);
        let contract_id = contract.id;
        let session = self.session_mut(id).ok_or(CustomerError::NotFound)?;
        let offered = session
            .application
            .as_ref()
            .is_some_and(|application| application.decision == Decision::Positive);
        if session.status != SessionStatus::Pending || !offered || session.contract.is_some() {
            return Err(CustomerError::WrongState);
        }
        session.contract = Some(contract_id);
        self.contracts.insert(contract_id, contract);
        Ok(())
    }

    /// The customer signs, with the code from the SMS where the family asks for one.
    ///
    /// The contract then waits for the merchant, or is activated (e-POS 2.10, Credit Contract State Model).
    pub(crate) fn sign(
        &mut self,
        id: Uuid,
        sms_code: Option<&str>,
    ) -> Result<SessionStatus, CustomerError> {
        let now = self.now();
        let session = self.session(id).ok_or(CustomerError::NotFound)?;
        let product = self
            .product(&session.product_code)
            .map_err(|_| CustomerError::NotFound)?;
        let waits = product.merchant_approval;
        let by_sms = product.family.signs_by_sms();
        let pending = session.status == SessionStatus::Pending;
        let contract = session
            .contract
            .and_then(|contract| self.contracts.get_mut(&contract));
        let contract = contract
            .filter(|contract| {
                pending && contract.status == ContractStatus::Unsigned && contract.taken.is_none()
            })
            .ok_or(CustomerError::WrongState)?;
        if by_sms && sms_code != Some(SMS_CODE) {
            return Err(CustomerError::SmsCode);
        }
        contract.sign(now);
        if !waits {
            contract.activate(now);
        }
        let status = if waits {
            SessionStatus::Granted
        } else {
            SessionStatus::Completed
        };
        self.finish_session(id, status);
        Ok(status)
    }

    /// Applies and, if the decision is positive, accepts and signs.
    pub(crate) fn whole_dialog(&mut self, id: Uuid) -> Result<SessionStatus, CustomerError> {
        match self.apply(id, None)? {
            Decision::Negative => Ok(SessionStatus::Declined),
            Decision::Positive => {
                self.accept(id)?;
                self.sign(id, Some(SMS_CODE))
            }
        }
    }

    /// Goes on from where the customer is in the dialog to a signed contract, whatever the amount.
    pub(crate) fn rest_of_dialog(&mut self, id: Uuid) -> Result<SessionStatus, CustomerError> {
        let session = self.session(id).ok_or(CustomerError::NotFound)?;
        let (applied, accepted) = (session.application.is_some(), session.contract.is_some());
        if !applied {
            self.apply_decided(id, None, Some(Decision::Positive))?;
        }
        if !accepted {
            self.accept(id)?;
        }
        self.sign(id, Some(SMS_CODE))
    }

    /// The customer leaves the dialog on purpose: possible until the contract is signed.
    pub(crate) fn cancel_by_customer(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let session = self.session(id).ok_or(CustomerError::NotFound)?;
        if session.status != SessionStatus::Pending {
            return Err(CustomerError::WrongState);
        }
        if let Some(contract) = session
            .contract
            .and_then(|contract| self.contracts.get_mut(&contract))
        {
            contract.status = ContractStatus::Cancelled;
        }
        self.finish_session(id, SessionStatus::Cancelled);
        Ok(())
    }

    /// The bank completes a session that it has called over before: the customer had signed in another tab, say.
    ///
    /// No guide has that; a partner has to bear it all the same, because a cancellation, an expiry and a signature may cross.
    pub(crate) fn complete_after_all(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let now = self.now();
        let application_id = self.identifiers.next();
        let contract = Contract::of_session(&mut self.identifiers, id);
        let session = self.session(id).ok_or(CustomerError::NotFound)?;
        if !matches!(
            session.status,
            SessionStatus::Cancelled | SessionStatus::Expired | SessionStatus::Declined
        ) {
            return Err(CustomerError::WrongState);
        }
        let product = self
            .product(&session.product_code)
            .map_err(|_| CustomerError::NotFound)?;
        let period = session.prefill.period;
        let period = period.unwrap_or_else(|| product.default_period());
        let session = self.session_mut(id).ok_or(CustomerError::NotFound)?;
        session
            .application
            .get_or_insert(Application {
                id: application_id,
                decision: Decision::Positive,
                period,
            })
            .decision = Decision::Positive;
        let contract_id = *session.contract.get_or_insert(contract.id);
        let contract = self.contracts.entry(contract_id).or_insert(contract);
        contract.taken = None;
        contract.sign(now);
        contract.activate(now);
        self.finish_session(id, SessionStatus::Completed);
        Ok(())
    }
}
