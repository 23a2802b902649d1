//! Contracts of applications: what they wait for between the customer's signature and their activation.

use std::fmt;

use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use super::{Contract, ContractStatus, NOT_FOUND, Origin, signing::Signing};
use crate::{
    answer::{Answer, Node},
    application::CreditApplication,
    bank::Bank,
    callback::ApplicationEvent,
    dialect::Dialect,
    error::Refusal,
    identifier::Identifiers,
    product::Product,
    session::CustomerError,
    timing::Due,
};

/// What the bank does with a contract, or waits for (`process_status`).
///
/// These are the values that are public. Between them the field is `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProcessStatus {
    /// The customer has to identify at a bank (direct guide 1.02 for Poland).
    WaitingForCustomerDigitalVerification,
    /// The customer has to pay the down payment.
    WaitingForDownpayment,
    /// The merchant has to approve the contract (direct guide 1.02 for Poland).
    WaitingForPartnersConfirmation,
    /// The contract is activated.
    Activated,
}

impl ProcessStatus {
    /// The bank's name for it, the same in both versions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WaitingForCustomerDigitalVerification => {
                "waiting_for_customer_digital_verification"
            }
            Self::WaitingForDownpayment => "waiting_for_downpayment",
            Self::WaitingForPartnersConfirmation => "waiting_for_partners_confirmation",
            Self::Activated => "activated",
        }
    }
}

impl fmt::Display for ProcessStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the bank handles the contract of an application.
#[derive(Clone, Debug)]
pub(super) struct Handling {
    pub(super) application: Uuid,
    pub(super) process: Option<ProcessStatus>,
    pub(super) signing: Option<Signing>,
    /// When the step that is under way ends.
    pub(super) due: Option<Due>,
    /// The down payment, as long as it is not paid.
    down_payment: Option<Decimal>,
    unverified: bool,
    merchant_approval: bool,
}

impl Handling {
    pub(super) fn customer_signed(&self) -> bool {
        self.signing
            .as_ref()
            .is_some_and(|signing| signing.signed_at.is_some())
    }
}

impl Contract {
    pub(crate) fn of_application(
        identifiers: &mut Identifiers,
        application: &CreditApplication,
        product: &Product,
    ) -> Self {
        let handling = Handling {
            application: application.id,
            process: None,
            signing: None,
            due: None,
            down_payment: (!application.down_payment.is_zero()).then_some(application.down_payment),
            unverified: product.digital_verification && !application.statement_shared,
            merchant_approval: product.merchant_approval,
        };
        Self::new(identifiers, Origin::Application(handling))
    }

    pub(super) const fn handling(&self) -> Option<&Handling> {
        match &self.origin {
            Origin::Session(_) => None,
            Origin::Application(handling) => Some(handling),
        }
    }

    pub(super) const fn handling_mut(&mut self) -> Option<&mut Handling> {
        match &mut self.origin {
            Origin::Session(_) => None,
            Origin::Application(handling) => Some(handling),
        }
    }

    /// What the bank does with it or waits for; never known of contracts from e-POS.
    pub(crate) fn process(&self) -> Option<ProcessStatus> {
        self.handling()?.process
    }

    /// The down payment, as long as it is not paid and the contract is not cancelled.
    pub(crate) fn down_payment_due(&self) -> Option<Decimal> {
        self.handling()?
            .down_payment
            .filter(|_| self.status == ContractStatus::Unsigned && self.taken.is_none())
    }

    pub(super) fn awaits_approval(&self) -> bool {
        self.status == ContractStatus::Signed
            && self.taken.is_none()
            && self.handling().is_none_or(|handling| {
                handling.process == Some(ProcessStatus::WaitingForPartnersConfirmation)
            })
    }

    /// The number for people.
    pub(crate) fn number(&self) -> &str {
        &self.number
    }
}

impl Bank {
    /// The contract of an application and that application; contracts from e-POS have none of the direct API's operations.
    pub(crate) fn find_direct_contract(
        &self,
        id: &str,
    ) -> Result<(&Contract, &CreditApplication), Refusal> {
        let contract = self.find_contract(id)?;
        let handling = contract.handling().ok_or(NOT_FOUND)?;
        let application = self.application(handling.application).ok_or(NOT_FOUND)?;
        Ok((contract, application))
    }

    pub(super) fn handling_mut(&mut self, contract: Uuid) -> Option<&mut Handling> {
        self.contracts.get_mut(&contract)?.handling_mut()
    }

    /// `GET /contracts/{id}` for the contract of an application; each call is a poll.
    ///
    /// Poland prints a wrapped contract in version 2 with `camelCase` inside and the number as a number. The guide for Estonia and Latvia
    /// prints none; chosen: what e-POS prints there, wrapped and in `snake_case`. Version 3 is bare everywhere.
    pub(super) fn show_direct_contract(
        &mut self,
        dialect: Dialect,
        id: Uuid,
    ) -> Result<Answer, Refusal> {
        let due = self.handling_mut(id).and_then(|found| found.due.as_mut());
        let polled = due.is_some_and(Due::polled);
        if polled && !self.past.is_shown {
            self.end_contract_step(id);
        }
        let (contract, application) = self.find_direct_contract(&id.to_string())?;
        let poland = self.region.answers_as_poland();
        let number = if poland {
            Node::digits(&contract.number)
        } else {
            contract.number.as_str().into()
        };
        let node = contract.node(&application.product_code, number);
        Ok(match dialect {
            Dialect::V2 => {
                let spelling = if poland { Dialect::V3 } else { Dialect::V2 };
                Answer::ok(&Node::object([("contract", node)]), spelling)
            }
            Dialect::V3 => Answer::ok(&node, dialect),
        })
    }

    pub(crate) fn contract_due(&self, id: Uuid) -> Option<Due> {
        self.contracts.get(&id)?.handling()?.due
    }

    /// The customer has signed, or what the contract has waited for is there: on to the next thing.
    ///
    /// Guides silent on the order of the things it waits for; chosen: verification, down payment, approval. The status remains `unsigned`
    /// meanwhile, because the bank has not signed yet. It is `signed` on the way to activation, and while the merchant's approval is awaited.
    pub(super) fn contract_goes_on(&mut self, id: Uuid) {
        let now = self.now();
        let Some(handling) = self
            .handling_mut(id)
            .filter(|found| found.customer_signed())
        else {
            return;
        };
        handling.process = if handling.unverified {
            Some(ProcessStatus::WaitingForCustomerDigitalVerification)
        } else if handling.down_payment.is_some() {
            Some(ProcessStatus::WaitingForDownpayment)
        } else {
            None
        };
        if handling.process.is_some() {
            return;
        }
        let waits = handling.merchant_approval;
        let due = self.begin(id, self.timing.signature);
        if let Some(contract) = self.contracts.get_mut(&id) {
            if !waits {
                contract.sign(now);
            }
            if let Some(handling) = contract.handling_mut() {
                handling.due = Some(due);
            }
        }
    }

    /// The step that was under way ends: the contract is activated, or the merchant is asked to approve it.
    pub(crate) fn end_contract_step(&mut self, id: Uuid) {
        let now = self.now();
        let Some(contract) = self.contracts.get_mut(&id) else {
            return;
        };
        let Origin::Application(handling) = &mut contract.origin else {
            return;
        };
        handling.due = None;
        let application = handling.application;
        let event = if handling.merchant_approval {
            handling.process = Some(ProcessStatus::WaitingForPartnersConfirmation);
            contract.sign(now);
            ApplicationEvent::ActivationRequiresPartnerApproval
        } else {
            handling.process = Some(ProcessStatus::Activated);
            contract.activate(now);
            ApplicationEvent::Activated
        };
        self.announce_application(application, event);
    }

    /// The customer has paid the down payment.
    pub(crate) fn down_payment_paid(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let contract = self.contracts.get_mut(&id).ok_or(CustomerError::NotFound)?;
        if contract.down_payment_due().is_none() {
            return Err(CustomerError::WrongState);
        }
        let handling = contract.handling_mut().ok_or(CustomerError::NotFound)?;
        handling.down_payment = None;
        let application = handling.application;
        self.announce_application(application, ApplicationEvent::DownPaymentPaidByCustomer);
        self.contract_goes_on(id);
        Ok(())
    }

    /// Whether the contract waits until its customer has identified at a bank.
    pub(crate) fn awaits_verification(&self, contract: Uuid) -> bool {
        self.contracts.get(&contract).is_some_and(|contract| {
            contract.status == ContractStatus::Unsigned
                && contract.taken.is_none()
                && contract.process() == Some(ProcessStatus::WaitingForCustomerDigitalVerification)
        })
    }

    /// The bank wants the customer to identify at a bank after all, until it has signed itself: also once the down payment is there.
    ///
    /// The Polish guide has verification after the signature, "if at step 9 you get" its process status (direct guide 1.02, Flow), and
    /// does not say that it is known before.
    pub(crate) fn ask_verification(&mut self, id: Uuid) -> Result<(), CustomerError> {
        let contract = self.contracts.get_mut(&id).ok_or(CustomerError::NotFound)?;
        if contract.status != ContractStatus::Unsigned || contract.taken.is_some() {
            return Err(CustomerError::WrongState);
        }
        let handling = contract.handling_mut().ok_or(CustomerError::NotFound)?;
        handling.unverified = true;
        handling.due = None;
        if handling.process.is_none() {
            self.contract_goes_on(id);
        }
        Ok(())
    }

    /// The customer has identified at a bank.
    pub(crate) fn customer_verified(&mut self, contract: Uuid) {
        if let Some(handling) = self.handling_mut(contract) {
            handling.unverified = false;
        }
        self.contract_goes_on(contract);
    }
}
