//! Credit applications that a partner sends: their state, and the merchant's operations on them.
//!
//! The guides are those of the direct API: Estonia and Latvia (2.05) for applications, Poland (1.02) for contracts. There is none for
//! Lithuania and Czechia; chosen: Lithuania answers as Estonia and Latvia do, Czechia as Poland does.

mod answer;
mod customer;
mod decision;
mod person;
mod request;
mod schedule;
mod session;
mod signing;

use std::collections::{BTreeSet, HashMap};

use rust_decimal::Decimal;
use time::OffsetDateTime;
use url::form_urlencoded;
use uuid::Uuid;

pub use self::decision::{DecisionStatus, IncomeProof, Outcome};
pub(crate) use self::decision::{Row, TABLE, course};
use self::{
    customer::Customer,
    person::Person,
    request::{ApplicationRequest, Details},
};
use crate::{
    account_statement::Retrieval,
    answer::{Answer, Node},
    attachment::Attachment,
    bank::Bank,
    calculation::Calculation,
    callback::ApplicationEvent,
    contract::Contract,
    dialect::Dialect,
    effect::Effect,
    error::Refusal,
    payment_link::PaymentLink,
    printout::Printout,
    product::Product,
    timing::Due,
};

/// Everything about applications that the bank remembers.
#[derive(Debug, Default)]
pub(crate) struct Direct {
    pub(crate) applications: HashMap<Uuid, CreditApplication>,
    people: Vec<Person>,
    pub(crate) retrievals: HashMap<Uuid, Retrieval>,
    pub(crate) payment_links: HashMap<Uuid, PaymentLink>,
    pub(crate) printouts: HashMap<Uuid, Printout>,
    /// When the steps under way end, and of which application or contract.
    pub(crate) steps: BTreeSet<(OffsetDateTime, Uuid)>,
}

/// A credit application.
#[derive(Clone, Debug)]
pub(crate) struct CreditApplication {
    pub(crate) id: Uuid,
    number: String,
    pub(crate) product_code: String,
    pub(crate) amount: Decimal,
    pub(crate) period: u32,
    pub(crate) payment_day: u32,
    pub(crate) down_payment: Decimal,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) decision: DecisionStatus,
    pub(crate) income_proof: Option<IncomeProof>,
    /// The outcome of the decision that is under way, and when it ends.
    pub(crate) next: Outcome,
    pub(crate) due: Option<Due>,
    /// The application that this one has replaced, and the one that has replaced this one.
    pub(crate) previous: Option<Uuid>,
    pub(crate) superseded_by: Option<Uuid>,
    pub(crate) contract: Option<Uuid>,
    /// Whether it shows its contract, which its acceptance has told before.
    shows_contract: bool,
    /// Whether an SMS with a code was sent, to sign the application itself.
    code_sent: bool,
    /// When the application was there as a whole: signed, where the product has it signed before the decision.
    confirmed_at: Option<OffsetDateTime>,
    pub(crate) cancelled: bool,
    /// Whether the bank was told to cancel it, and has not done so yet.
    cancelling: bool,
    /// Whether the customer's bank has told about the account.
    pub(crate) statement_shared: bool,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) callback_url: Option<String>,
    pub(crate) customer: Customer,
    details: Details,
}

impl CreditApplication {
    /// Whether the bank may still decide about it.
    pub(crate) const fn is_open(&self) -> bool {
        self.superseded_by.is_none()
            && self.contract.is_none()
            && !self.cancelled
            && !self.cancelling
    }

    /// The contract, once the application shows it.
    const fn shown_contract(&self) -> Option<Uuid> {
        if self.shows_contract {
            self.contract
        } else {
            None
        }
    }

    /// What the customer would pay, calculated as if the credit were paid out on the day of the application.
    pub(crate) fn calculation(&self, product: &Product) -> Calculation {
        Calculation::new(
            product.terms,
            self.amount - self.down_payment,
            self.period,
            self.payment_day,
            self.created_at.date(),
        )
    }

    /// The number for people.
    pub(crate) fn number(&self) -> &str {
        &self.number
    }

    pub(crate) fn description(&self) -> Option<&str> {
        self.details.description.as_deref()
    }

    /// The offer holds for ten days, the distance between the two dates of the guide's sample.
    fn offer_valid_to(&self) -> time::Date {
        (self.created_at + time::Duration::days(10)).date()
    }
}

pub(crate) const NOT_FOUND: Refusal = Refusal::NotFound("application_not_found");

impl Bank {
    pub(crate) fn application(&self, id: Uuid) -> Option<&CreditApplication> {
        self.direct.applications.get(&id)
    }

    pub(crate) fn application_mut(&mut self, id: Uuid) -> Option<&mut CreditApplication> {
        self.direct.applications.get_mut(&id)
    }

    pub(crate) fn find_application(&self, id: &str) -> Result<&CreditApplication, Refusal> {
        id.parse()
            .ok()
            .filter(|id| !self.forgotten.contains(id))
            .and_then(|id| self.application(id))
            .ok_or(NOT_FOUND)
    }

    /// An application that can be read: one that was sent, or that a customer has made in a payment session.
    pub(crate) fn readable_application(&self, id: &str) -> Result<CreditApplication, Refusal> {
        match self.find_application(id) {
            Ok(found) => Ok(found.clone()),
            Err(refusal) => self.application_of_a_session(id).ok_or(refusal),
        }
    }

    /// `POST /applications` (direct guide 2.05, Request).
    ///
    /// Somebody else's e-mail address, phone or document is not refused but makes the decision fail: "due to banking secrecy" nothing but the
    /// generic message may tell. A new application is `pending` "usually"; when the bank is set to take no time, the answer has the decision.
    /// Where it is to be signed first, it is not decided about before.
    pub(crate) fn create_application(
        &mut self,
        dialect: Dialect,
        body: &str,
    ) -> Result<Answer, Refusal> {
        let request = ApplicationRequest::read(body, dialect, self)?;
        let people = &mut self.direct.people;
        let clash = people
            .iter()
            .any(|known| request.person.clashes_with(known));
        if !clash && !people.contains(&request.person) {
            people.push(request.person);
        }
        let next = if clash {
            Outcome::Failed
        } else {
            course(request.wish.amount).first
        };
        let id = self.identifiers.next();
        let signed_first = self.product(&request.product_code)?.sms_signing;
        let due = (!signed_first).then(|| self.begin(id, self.timing.decision));
        let application = CreditApplication {
            id,
            number: self.identifiers.next_number(),
            product_code: request.product_code,
            amount: request.wish.amount,
            period: request.wish.period,
            payment_day: request.wish.payment_day,
            down_payment: request.wish.down_payment,
            created_at: self.now(),
            decision: DecisionStatus::Pending,
            income_proof: None,
            next,
            due,
            previous: None,
            superseded_by: None,
            contract: None,
            shows_contract: false,
            code_sent: false,
            confirmed_at: (!signed_first).then(|| self.now()),
            cancelled: false,
            cancelling: false,
            statement_shared: false,
            attachments: Vec::new(),
            callback_url: request.callback_url,
            customer: request.customer,
            details: request.details,
        };
        self.direct.applications.insert(id, application);
        if self.timing.decision.is_instant() && !signed_first {
            self.end_decision(id);
        }
        let application = self.application(self.latest(id)).ok_or(NOT_FOUND)?;
        let product = self.product(&application.product_code)?;
        let node = application.created_node(product, self.region);
        Ok(Answer::created(&node, dialect))
    }

    /// `GET /applications/{id}?type=…`; each call is a poll.
    ///
    /// `latest` is what the application has become, `initial` what was sent first, `exact` the one with this very identifier.
    /// Guides silent on all but the first; without a type it is `latest`, because the guide has the returned identifier compared
    /// with the one that was asked for.
    pub(crate) fn show_application(
        &mut self,
        dialect: Dialect,
        id: &str,
        query: &str,
    ) -> Result<Answer, Refusal> {
        let asked = match self.find_application(id) {
            Ok(found) => found.id,
            Err(refusal) => {
                let of_session = self.application_of_a_session(id).ok_or(refusal)?;
                let product = self.product(&of_session.product_code)?;
                let node = self.application_node(&of_session, product);
                return Ok(Answer::ok(&node, dialect));
            }
        };
        let which = form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "type")
            .map_or("latest".into(), |(_, which)| which);
        let resolve = |bank: &Self| match &*which {
            "latest" => Ok(bank.latest(asked)),
            "initial" => Ok(bank.initial(asked)),
            "exact" => Ok(asked),
            _ => Err(Refusal::invalid("type_does_not_have_a_valid_value")),
        };
        let polled = resolve(self)?;
        let application = self.application_mut(polled).ok_or(NOT_FOUND)?;
        let is_decided = application.due.as_mut().is_some_and(Due::polled);
        if is_decided && !self.past.is_shown {
            self.end_decision(polled);
        }
        let id = resolve(self)?;
        let application = self.application(id).ok_or(NOT_FOUND)?;
        let product = self.product(&application.product_code)?;
        let node = self.application_node(application, product);
        Ok(Answer::ok(&node, dialect))
    }

    pub(crate) fn latest(&self, mut id: Uuid) -> Uuid {
        while let Some(next) = self.application(id).and_then(|found| found.superseded_by) {
            id = next;
        }
        id
    }

    fn initial(&self, mut id: Uuid) -> Uuid {
        while let Some(previous) = self.application(id).and_then(|found| found.previous) {
            id = previous;
        }
        id
    }

    /// `POST /applications/{id}/accept`: for a positive decision, once, and as long as the offer is valid.
    ///
    /// The answer has the contract's identifier, and the contract can be read by it. The application shows it later: the guide prints
    /// `"contract": null` and does not say from when on it is not.
    ///
    /// Guides silent on an application that was altered; chosen: only under its new identifier, which the partner has to take over.
    pub(crate) fn accept_application(
        &mut self,
        dialect: Dialect,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let today = self.now().date();
        let application = self.find_application(id)?;
        let id = application.id;
        if application.decision != DecisionStatus::Positive {
            return Err(Refusal::invalid("application_is_not_positive"));
        }
        if !application.is_open() || today > application.offer_valid_to() {
            return Err(Refusal::invalid("can_not_accept"));
        }
        let application = application.clone();
        let product = self.product(&application.product_code)?.clone();
        let contract = Contract::of_application(&mut self.identifiers, &application, &product);
        let contract_id = contract.id;
        self.contracts.insert(contract_id, contract);
        if let Some(application) = self.application_mut(id) {
            application.contract = Some(contract_id);
        }
        self.after(self.timing.acceptance, Effect::Acceptance(id));
        let uuid = Node::object([("uuid", contract_id.to_string().into())]);
        let node = Node::object([("contract", uuid)]);
        Ok(Answer::created(&node, dialect))
    }

    /// The application shows the contract, and the partner is told of it.
    pub(crate) fn contract_shown(&mut self, id: Uuid) {
        if let Some(application) = self.application_mut(id) {
            application.shows_contract = true;
            self.announce_application(id, ApplicationEvent::Unsigned);
        }
    }

    /// `POST /applications/{id}/cancel`.
    ///
    /// Guides silent on which applications; chosen: all that have not ended yet, a pending one too. One that was accepted has a contract,
    /// and that is cancelled instead. No callback is listed for it.
    pub(crate) fn cancel_application(&mut self, id: &str) -> Result<Answer, Refusal> {
        let id = self.find_application(id)?.id;
        let application = self.application_mut(id).ok_or(NOT_FOUND)?;
        let ended = matches!(
            application.decision,
            DecisionStatus::Negative | DecisionStatus::ManualNegative | DecisionStatus::Failed
        );
        if ended || !application.is_open() {
            return Err(Refusal::invalid("can_not_cancel"));
        }
        application.cancelling = true;
        application.due = None;
        self.after(
            self.timing.cancellation,
            Effect::ApplicationCancellation(id),
        );
        Ok(Answer::no_content())
    }

    pub(crate) fn application_cancelled(&mut self, id: Uuid) {
        if let Some(application) = self.application_mut(id) {
            application.cancelling = false;
            application.cancelled = true;
        }
    }

    /// Begins another decision about an application whose customer has proved an income.
    ///
    /// The status stays as it is until there is a new one: that is what the guide has a partner poll for.
    pub(crate) fn decide_again(&mut self, id: Uuid, next: Outcome) {
        let due = self.begin(id, self.timing.decision);
        if let Some(application) = self.application_mut(id) {
            application.next = next;
            application.due = Some(due);
        }
    }
}
