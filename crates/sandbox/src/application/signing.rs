//! Signing an application before it is decided about, where the product is signed by SMS.
//!
//! Second-hand. The Polish guide numbers the step and does not print it (direct guide 1.02, Flow: "steps 3 and 8 are only required if the
//! flow is using SMS signing"); a public client has `POST /applications/{id}/signings` with a `method`, and an answer of 201 with the
//! application's identifier, number and `confirmed_at`. Chosen: the code is brought back by `PATCH`, as for contracts, with the same answer.

use uuid::Uuid;

use super::{CreditApplication, DecisionStatus, NOT_FOUND};
use crate::{
    answer::{Answer, Node},
    bank::Bank,
    clock::printed,
    contract::{SigningMethod, is_code, no_code, signing_method},
    dialect::Dialect,
    document::{Document, Refusals},
    error::Refusal,
    session::CustomerError,
};

impl CreditApplication {
    /// Whether it waits for its customer's signature.
    pub(crate) fn awaits_signature(&self) -> bool {
        self.is_open()
            && self.confirmed_at.is_none()
            && self.decision == DecisionStatus::Pending
            && self.due.is_none()
    }
}

impl Bank {
    /// `POST /applications/{id}/signings`: sends the customer a code. Another request sends another.
    ///
    /// The field lists have `sms`, `paper` and `digital` for `allowed_application_signing_methods`; guides silent on what the last two do;
    /// chosen: the sandbox has products of the first alone.
    pub(crate) fn sign_application(
        &mut self,
        dialect: Dialect,
        id: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let id = self.find_application(id)?.id;
        let method = signing_method(&mut document, refusals, is_by_sms);
        no_code(&mut document, refusals);
        document.finish(refusals);
        std::mem::take(refusals).accept(method)?;
        let application = self.signable(id)?;
        application.code_sent = true;
        Ok(Answer::created(&application.signing_node(), dialect))
    }

    /// `PATCH /applications/{id}/signings`: the code from the SMS. From then on the bank decides.
    pub(crate) fn confirm_application_signing(
        &mut self,
        dialect: Dialect,
        id: &str,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let refusals = &mut Refusals::default();
        let mut document = Document::parse(body, dialect)
            .ok_or_else(|| Refusal::invalid("request_body_is_not_valid"))?;
        let id = self.find_application(id)?.id;
        let method = signing_method(&mut document, refusals, is_by_sms);
        let code = document.raw("confirmation_code");
        refusals.check(code.is_some(), "confirmation_code_is_missing");
        document.finish(refusals);
        let (_, code) = std::mem::take(refusals).accept(method.zip(code))?;
        let region = self.region;
        if !self.signable(id)?.code_sent {
            return Err(Refusal::invalid("can_not_sign"));
        }
        if !is_code(code, region) {
            return Err(Refusal::invalid("confirmation_code_is_not_valid"));
        }
        self.application_signed(id);
        let application = self.application(id).ok_or(NOT_FOUND)?;
        Ok(Answer::created(&application.signing_node(), dialect))
    }

    fn signable(&mut self, id: Uuid) -> Result<&mut CreditApplication, Refusal> {
        let application = self.application_mut(id).ok_or(NOT_FOUND)?;
        if application.awaits_signature() {
            Ok(application)
        } else {
            Err(Refusal::invalid("can_not_sign"))
        }
    }

    /// The customer signs the application, also on order, without a request for it.
    pub(crate) fn customer_signs_application(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let application = self.application(id).ok_or(CustomerError::NoApplication)?;
        if !application.awaits_signature() {
            return Err(CustomerError::WrongState);
        }
        self.application_signed(id);
        Ok(())
    }

    fn application_signed(&mut self, id: Uuid) {
        let now = self.now();
        let due = self.begin(id, self.timing.decision);
        if let Some(application) = self.application_mut(id) {
            application.confirmed_at = Some(now);
            application.due = Some(due);
        }
        if self.timing.decision.is_instant() {
            self.end_decision(id);
        }
    }
}

const fn is_by_sms(method: SigningMethod) -> bool {
    matches!(method, SigningMethod::Sms)
}

impl CreditApplication {
    fn signing_node(&self) -> Node {
        let application = Node::object([
            ("uuid", self.id.to_string().into()),
            ("number", self.number.as_str().into()),
            ("confirmed_at", self.confirmed_at.map(printed).into()),
        ]);
        Node::object([("credit_application", application)])
    }
}
