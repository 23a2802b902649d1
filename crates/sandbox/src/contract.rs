//! Credit contracts: their state, and the operations of the merchant on them.

mod direct;
mod signing;

use std::fmt;

use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use self::direct::Handling;
pub use self::direct::ProcessStatus;
pub(crate) use self::signing::{SigningMethod, is_code, method as signing_method, no_code};
use crate::{
    answer::{Answer, Name, Node, known},
    bank::Bank,
    callback::ApplicationEvent,
    clock::printed,
    dialect::Dialect,
    effect::Effect,
    error::Refusal,
    identifier::Identifiers,
    product::Family,
    session::{CustomerError, SessionStatus},
    timing::PartnerApprovalAt,
};

/// The status of a contract (e-POS 2.10, Credit Contract State Model).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractStatus {
    /// Created, not signed yet.
    Unsigned,
    /// Signed by the customer and the bank; waits for the merchant's approval.
    Signed,
    /// The target: the purchase is financed.
    Activated,
    /// Cancelled before it was activated.
    Cancelled,
    /// Ended after it was activated.
    Terminated,
}

impl ContractStatus {
    /// The bank's name for it, the same in both versions.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Signed => "signed",
            Self::Activated => "activated",
            Self::Cancelled => "cancelled",
            Self::Terminated => "terminated",
        }
    }
}

impl fmt::Display for ContractStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a contract comes from.
#[derive(Clone, Debug)]
enum Origin {
    /// An e-POS session.
    Session(Uuid),
    /// An application that a partner has sent.
    Application(Handling),
}

/// What the bank was told to do with a contract, and has not done yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Approval,
    Cancellation,
}

/// A credit contract.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub(crate) id: Uuid,
    origin: Origin,
    pub(crate) status: ContractStatus,
    /// Until it is done, reads show the past, and nothing else is taken.
    pub(crate) taken: Option<Taken>,
    pub(crate) number: String,
    pub(crate) customer_id: Uuid,
    signed_at: Option<OffsetDateTime>,
    pub(crate) partner_approval_at: Option<OffsetDateTime>,
    pub(crate) activated_at: Option<OffsetDateTime>,
    terminated_at: Option<OffsetDateTime>,
}

impl Contract {
    pub(crate) fn of_session(identifiers: &mut Identifiers, session: Uuid) -> Self {
        Self::new(identifiers, Origin::Session(session))
    }

    fn new(identifiers: &mut Identifiers, origin: Origin) -> Self {
        Self {
            id: identifiers.next(),
            origin,
            status: ContractStatus::Unsigned,
            taken: None,
            number: identifiers.next_number(),
            customer_id: identifiers.next(),
            signed_at: None,
            partner_approval_at: None,
            activated_at: None,
            terminated_at: None,
        }
    }

    /// The e-POS session it comes from.
    pub(crate) const fn session(&self) -> Option<Uuid> {
        match self.origin {
            Origin::Session(session) => Some(session),
            Origin::Application(_) => None,
        }
    }

    pub(crate) const fn sign(&mut self, now: OffsetDateTime) {
        self.status = ContractStatus::Signed;
        self.signed_at = Some(now);
    }

    pub(crate) const fn activate(&mut self, now: OffsetDateTime) {
        self.status = ContractStatus::Activated;
        self.activated_at = Some(now);
    }

    /// Whether it was not over before, and the merchant has not said what is to become of it.
    fn can_be_cancelled(&self) -> bool {
        let open = matches!(
            self.status,
            ContractStatus::Unsigned | ContractStatus::Signed
        );
        open && self.taken.is_none()
    }

    /// The answer of `GET /contracts/{id}`, with the fields of the guide's sample.
    ///
    /// What `customer_signed` and `rep_signed` hold once they are not `null` is nowhere printed; chosen: `true`.
    fn node(&self, product_code: &str, number: Node) -> Node {
        let time = |at: Option<OffsetDateTime>| Node::from(at.map(printed));
        let flag = |set: bool| if set { Node::Bool(true) } else { Node::Null };
        let signed = self.signed_at.is_some();
        let customer_signed = match &self.origin {
            Origin::Session(_) => signed,
            Origin::Application(handling) => handling.customer_signed(),
        };
        let mut fields: Vec<(Name, Node)> = known([
            ("status", self.status.name().into()),
            (
                "termination_reason",
                self.terminated_at.map(|_| "withdrawal").into(),
            ),
            ("uuid", self.id.to_string().into()),
            ("number", number),
            ("payout_account_number", "EE000000000000000000".into()),
            ("activated_at", time(self.activated_at)),
            (
                "activator_name",
                self.activated_at.map(|_| "Inbank sandbox").into(),
            ),
            ("terminated_at", time(self.terminated_at)),
            ("product_code", product_code.into()),
            ("customer_signed", flag(customer_signed)),
            ("rep_signed", flag(signed)),
            ("signed_at", time(self.signed_at)),
            ("partner_approval_at", time(self.partner_approval_at)),
            ("customer_uuid", self.customer_id.to_string().into()),
            ("identification_satisfied", Node::Bool(true)),
        ])
        .collect();
        if let Origin::Application(handling) = &self.origin {
            let process = handling.process.map(ProcessStatus::name);
            fields.extend(known([("process_status", process.into())]));
        }
        Node::Object(fields)
    }
}

impl Bank {
    /// `GET /contracts/{id}` (e-POS 2.10, Contract Details).
    ///
    /// The guide forbids the request for Indivy and says nothing of the answer; chosen: 404, so that a client that asks anyway finds out.
    /// Version 2 wraps the contract as the guide prints it; later documents show version 3 bare, and the
    /// rental guide prints version 2 bare as well. In version 3 a rental's contract is under its product alone (later list of smart rent,
    /// Contract Details): this path knows none.
    pub(crate) fn show_contract(&mut self, dialect: Dialect, id: &str) -> Result<Answer, Refusal> {
        let contract = self.find_contract(id)?;
        let Origin::Session(session) = contract.origin else {
            let id = contract.id;
            return self.show_direct_contract(dialect, id);
        };
        let session = self.session(session).ok_or(NOT_FOUND)?;
        let product = self.product(&session.product_code)?;
        if !product.family.shows_contracts() {
            return Err(NOT_FOUND);
        }
        let node = contract.node(&product.code, contract.number.as_str().into());
        let bare = product.family == Family::SmartRent;
        if bare && dialect == Dialect::V3 && !self.rentals_among_contracts {
            return Err(NOT_FOUND);
        }
        let node = match dialect {
            Dialect::V2 if !bare => Node::object([("contract", node)]),
            Dialect::V2 | Dialect::V3 => node,
        };
        Ok(Answer::ok(&node, dialect))
    }

    /// `POST /contracts/{id}/merchant_approval` (e-POS 2.10, Contract Approval): for a signed contract alone.
    ///
    /// A second approval is refused as soon as the first one is taken, while reads still show a contract that waits: guides silent;
    /// chosen, because it is what a partner must be able to bear.
    pub(crate) fn approve_contract(&mut self, id: &str) -> Result<Answer, Refusal> {
        let contract = self.find_contract(id)?;
        if self.rents(contract) {
            return Err(NOT_FOUND);
        }
        if !contract.awaits_approval() {
            return Err(Refusal::invalid("can_not_approve"));
        }
        let id = contract.id;
        self.take_approval(id);
        Ok(Answer::no_content())
    }

    /// The merchant has approved a contract, by whichever call.
    pub(crate) fn take_approval(&mut self, id: Uuid) {
        if let Some(contract) = self.contracts.get_mut(&id) {
            contract.taken = Some(Taken::Approval);
        }
        self.after(self.timing.approval, Effect::Approval(id));
    }

    /// The approval is the contract's now; its activation begins.
    pub(crate) fn contract_approved(&mut self, id: Uuid) {
        let now = self.now();
        if let Some(contract) = self.contracts.get_mut(&id)
            && self.timing.partner_approval_at == PartnerApprovalAt::Approved
        {
            contract.partner_approval_at = Some(now);
        }
        self.after(self.timing.activation, Effect::Activation(id));
    }

    /// The approved contract is active.
    pub(crate) fn contract_activated(&mut self, id: Uuid) {
        let now = self.now();
        let shows_approval = self.timing.partner_approval_at != PartnerApprovalAt::Never;
        let contract = self.contracts.get_mut(&id);
        let Some(contract) = contract.filter(|found| found.taken == Some(Taken::Approval)) else {
            return;
        };
        contract.taken = None;
        if shows_approval {
            contract.partner_approval_at.get_or_insert(now);
        }
        contract.activate(now);
        self.contract_moved(
            id,
            SessionStatus::Completed,
            Some(ProcessStatus::Activated),
            ApplicationEvent::Activated,
        );
    }

    /// `POST /contracts/{id}/cancel` (e-POS 2.10, Contract Cancellation).
    ///
    /// The contract state model allows it for unsigned contracts as well as for signed ones. Smart rent 3.04 has no such call.
    pub(crate) fn cancel_contract(&mut self, id: &str) -> Result<Answer, Refusal> {
        let contract = self.find_contract(id)?;
        if self.rents(contract) && !self.rentals_among_contracts {
            return Err(NOT_FOUND);
        }
        if !contract.can_be_cancelled() {
            return Err(Refusal::invalid("can_not_cancel"));
        }
        let id = contract.id;
        self.take_cancellation(id);
        Ok(Answer::no_content())
    }

    fn take_cancellation(&mut self, id: Uuid) {
        if let Some(contract) = self.contracts.get_mut(&id) {
            contract.taken = Some(Taken::Cancellation);
            if let Some(handling) = contract.handling_mut() {
                handling.due = None;
            }
        }
        self.after(self.timing.cancellation, Effect::Cancellation(id));
    }

    /// The contract is cancelled, unless its customer was faster.
    pub(crate) fn contract_cancelled(&mut self, id: Uuid) {
        let Some(contract) = self.contracts.get_mut(&id) else {
            return;
        };
        contract.taken = None;
        if contract.can_be_cancelled() {
            contract.status = ContractStatus::Cancelled;
            self.contract_moved(
                id,
                SessionStatus::Cancelled,
                None,
                ApplicationEvent::Cancelled,
            );
        }
    }

    /// The merchant approves or cancels in the Partner Portal, which "can also" be done there (direct guide 1.02 for Poland, Contract
    /// Approval and Cancellation). A rental is activated there as well (smart rent 3.04, Activate via Inbank Partner Portal).
    pub(crate) fn decide_in_portal(
        &mut self,
        id: Uuid,
        decision: Taken,
    ) -> Result<(), CustomerError> {
        let contract = self.contracts.get(&id).ok_or(CustomerError::NotFound)?;
        let allowed = match decision {
            Taken::Approval => contract.awaits_approval(),
            Taken::Cancellation => contract.can_be_cancelled(),
        };
        if !allowed {
            return Err(CustomerError::WrongState);
        }
        match decision {
            Taken::Approval => self.take_approval(id),
            Taken::Cancellation => self.take_cancellation(id),
        }
        Ok(())
    }

    /// Carries a contract's new status on to where it comes from: to the session, or to the merchant who has sent the application.
    fn contract_moved(
        &mut self,
        id: Uuid,
        session_status: SessionStatus,
        process: Option<ProcessStatus>,
        event: ApplicationEvent,
    ) {
        match self.contracts.get_mut(&id).map(|found| &mut found.origin) {
            Some(&mut Origin::Session(session)) => self.finish_session(session, session_status),
            Some(Origin::Application(handling)) => {
                handling.process = process;
                handling.due = None;
                let application = handling.application;
                self.announce_application(application, event);
            }
            None => {}
        }
    }

    /// Ends an activated contract, as a merchant does in the Partner Portal.
    ///
    /// A session remains completed and no callback is sent: the e-POS guide lists neither. The direct guide does list a callback, which
    /// may be lost like any other: `told` says whether it is sent.
    pub(crate) fn terminate_contract(&mut self, id: Uuid, told: bool) -> Result<(), CustomerError> {
        let now = self.now();
        let contract = self.contracts.get_mut(&id).ok_or(CustomerError::NotFound)?;
        if contract.status != ContractStatus::Activated {
            return Err(CustomerError::WrongState);
        }
        contract.status = ContractStatus::Terminated;
        contract.terminated_at = Some(now);
        if let Origin::Application(handling) = &mut contract.origin {
            handling.process = None;
            let application = handling.application;
            if told {
                self.announce_application(application, ApplicationEvent::Terminated);
            }
        }
        Ok(())
    }

    /// Whether it is a rental's: the paths that smart rent 3.04 does not have know none.
    pub(crate) fn rents(&self, contract: &Contract) -> bool {
        let session = contract.session().and_then(|id| self.session(id));
        session.is_some_and(|session| session.rental.is_some())
    }

    pub(crate) fn find_contract(&self, id: &str) -> Result<&Contract, Refusal> {
        id.parse()
            .ok()
            .filter(|id| !self.forgotten.contains(id))
            .and_then(|id: Uuid| self.contracts.get(&id))
            .ok_or(NOT_FOUND)
    }
}

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound("contract_not_found");
