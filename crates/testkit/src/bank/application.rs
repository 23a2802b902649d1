use async_trait::async_trait;
use inbank_domain::{
    Application, ApplicationCallback, ApplicationId, ApplicationRequest, CalculationRequest,
    Callback, CallbackSubject, Contact, Contract, ContractId, ContractStatus, Customer,
    DecisionStatus, Detail, IncomeProofType, Money, Months, Offer, Product, ProductCode,
};
use inbank_ports::{Applications, GatewayError, GatewayErrorKind};
use time::OffsetDateTime;

use super::calculation::interest_free;
use super::contract::{FakeContract, Handling, Origin};
use super::effect::Effect;
use super::{FakeBank, State};

#[derive(Clone, Debug)]
pub(super) struct FakeApplication {
    pub(super) application: Application,
    /// The application that took this one's place.
    successor: Option<ApplicationId>,
    product: ProductCode,
    pub(super) amount: Money,
    pub(super) down_payment: Option<Money>,
    period: Months,
    /// Whether a code was sent to sign it.
    pub(super) code_sent: bool,
    pub(super) customer: Customer,
    pub(super) contact: Contact,
    pub(super) files: Vec<(String, usize)>,
}

impl FakeApplication {
    const fn is_open(&self) -> bool {
        let application = &self.application;
        application.contract.is_none() && !application.cancelled && self.successor.is_none()
    }
}

impl FakeBank {
    /// The bank decides so about an application, and a callback tells of it. An offer comes with
    /// `Positive`; proof of income may be had from a bank. Nothing happens once the application is
    /// accepted, cancelled or replaced.
    pub fn decide(&self, id: &ApplicationId, decision: DecisionStatus) {
        let mut state = self.state();
        let offer = state.offer(self, id);
        let Some(fake) = state.applications.get_mut(id).filter(|a| a.is_open()) else {
            return;
        };
        let application = &mut fake.application;
        application.offer = offer.filter(|_| decision == DecisionStatus::Positive);
        application.income_proof = (decision == DecisionStatus::IncomeProofRequired)
            .then_some(IncomeProofType::AisOrUpload);
        let word = decision.as_str().to_uppercase();
        application.decision = decision;
        state.tell_of(id, CallbackSubject::Decision, &word);
    }

    /// The bank offers another amount than was applied for: positive, under a new id, which comes
    /// back. None once the application is accepted, cancelled or replaced.
    pub fn change_conditions(&self, id: &ApplicationId, amount: Money) -> Option<ApplicationId> {
        let new = {
            let mut state = self.state();
            let new = ApplicationId::parse(format!("application-{}", state.applications.len() + 1));
            let new = new.ok()?;
            let fake = state.applications.get_mut(id).filter(|a| a.is_open())?;
            fake.successor = Some(new.clone());
            let mut application = Application::new(new.clone(), DecisionStatus::Pending);
            application.previous = Some(id.clone());
            application.changed_conditions = true;
            application.amount = fake.application.amount;
            application.confirmed_at = fake.application.confirmed_at;
            let replacement = FakeApplication {
                application,
                successor: None,
                product: fake.product.clone(),
                amount,
                down_payment: fake.down_payment,
                period: fake.period,
                code_sent: false,
                customer: fake.customer.clone(),
                contact: fake.contact.clone(),
                files: Vec::new(),
            };
            state.applications.insert(new.clone(), replacement);
            new
        };
        self.decide(&new, DecisionStatus::Positive);
        Some(new)
    }

    /// How many contracts were ever made; an offer that was accepted twice has two.
    pub fn contract_count(&self) -> usize {
        self.state().contracts.len()
    }

    /// How many applications there are; one with changed conditions counts besides the one whose
    /// place it took.
    pub fn application_count(&self) -> usize {
        self.state().applications.len()
    }
}

impl State {
    pub(super) fn offer(&self, bank: &FakeBank, id: &ApplicationId) -> Option<Offer> {
        let fake = self.applications.get(id)?;
        let request = CalculationRequest::new(
            bank.region(),
            fake.product.clone(),
            fake.amount,
            fake.period,
        );
        let request = match fake.down_payment {
            Some(down_payment) => request.ok()?.with_down_payment(down_payment),
            None => request,
        };
        let mut request = request.ok()?;
        request.detail = Detail::PaymentSchedule;
        let calculation = interest_free(&request);
        let mut offer = Offer::new(
            fake.amount,
            fake.period,
            calculation.monthly_payment,
            calculation.interest_rate,
            calculation.aprc,
        );
        offer.total_cost = Some(calculation.total_cost);
        offer.cost_of_credit = Some(calculation.cost_of_credit);
        offer.down_payment = fake.down_payment;
        offer.schedule = calculation.schedule;
        Some(offer)
    }

    /// Sends a callback about an application.
    fn tell_of(&mut self, id: &ApplicationId, subject: CallbackSubject, word: &str) {
        self.tell(Callback::Application(ApplicationCallback {
            application: id.clone(),
            subject,
            status: word.to_owned(),
            issued_at: OffsetDateTime::UNIX_EPOCH,
        }));
    }

    /// Sends a callback about an application's contract.
    pub(super) fn tell_of_contract(&mut self, id: &ApplicationId, word: &str) {
        self.tell_of(id, CallbackSubject::Contract, word);
    }

    /// What an application has become: itself, unless the conditions were changed.
    fn latest(&self, id: &ApplicationId) -> Option<&FakeApplication> {
        let mut fake = self.applications.get(id)?;
        while let Some(next) = fake.successor.as_ref() {
            fake = self.applications.get(next)?;
        }
        Some(fake)
    }

    /// An application as an answer shows it.
    fn shown(&self, mut application: Application) -> Application {
        application.amount = self.other_amount.or(application.amount);
        if self.hides_contracts {
            application.contract = None;
        }
        application
    }

    /// The contract of an accepted offer, to be signed.
    fn make_contract(&mut self, id: &ApplicationId, contract: &ContractId) {
        let Some(fake) = self.applications.get(id) else {
            return;
        };
        let approval = |product: &Product| product.requires_merchant_approval == Some(true);
        let handling = Handling {
            application: id.clone(),
            approval: self.products.get(&fake.product).is_some_and(approval),
            down_payment: fake.down_payment.is_some_and(|part| part.is_positive()),
            code_sent: false,
            signed: false,
        };
        let mut made = Contract::new(contract.clone(), ContractStatus::Unsigned);
        made.amount = Some(fake.amount);
        made.product_code = Some(fake.product.clone());
        let made = FakeContract {
            contract: made,
            origin: Origin::Application(handling),
            device: None,
        };
        self.contracts.entry(contract.clone()).or_insert(made);
    }

    /// An acceptance takes effect.
    pub(super) fn accepted(&mut self, id: &ApplicationId, contract: ContractId) {
        self.make_contract(id, &contract);
        if let Some(fake) = self.applications.get_mut(id).filter(|fake| fake.is_open()) {
            fake.application.contract = Some(contract);
            self.tell_of_contract(id, "UNSIGNED");
        }
    }

    /// A cancellation takes effect.
    pub(super) fn cancel_application(&mut self, id: &ApplicationId) {
        if let Some(fake) = self.applications.get_mut(id).filter(|fake| fake.is_open()) {
            fake.application.cancelled = true;
        }
    }

    /// The application, if its customer has yet to sign it.
    pub(super) fn unsigned(
        &mut self,
        operation: &'static str,
        id: &ApplicationId,
    ) -> Result<&mut FakeApplication, GatewayError> {
        let fake = self.open(operation, id)?;
        let pending = fake.application.decision == DecisionStatus::Pending;
        if pending && fake.application.confirmed_at.is_none() {
            Ok(fake)
        } else {
            Err(GatewayError::new(GatewayErrorKind::Refused, operation))
        }
    }

    /// An application's signature takes effect.
    pub(super) fn application_signed(&mut self, id: &ApplicationId) {
        if let Some(fake) = self.applications.get_mut(id).filter(|fake| fake.is_open()) {
            let confirmed_at = &mut fake.application.confirmed_at;
            confirmed_at.get_or_insert(OffsetDateTime::UNIX_EPOCH);
        }
    }

    /// The application, if something may still be done with it.
    pub(super) fn open(
        &mut self,
        operation: &'static str,
        id: &ApplicationId,
    ) -> Result<&mut FakeApplication, GatewayError> {
        let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
        let fake = self.applications.get_mut(id).ok_or_else(not_found)?;
        if fake.is_open() {
            Ok(fake)
        } else {
            Err(GatewayError::new(GatewayErrorKind::Refused, operation))
        }
    }
}

#[async_trait]
impl Applications for FakeBank {
    async fn submit(&self, request: &ApplicationRequest) -> Result<Application, GatewayError> {
        self.turn(|| {
            let operation = "application.submit";
            let invalid = |error| GatewayError::invalid(operation, error);
            self.region()
                .check_currency(request.amount())
                .map_err(invalid)?;
            let mut state = self.state();
            state.fail(operation)?;
            if !state.products.contains_key(&request.product_code) {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            let id = format!("application-{}", state.applications.len() + 1);
            let id = ApplicationId::parse(id).map_err(invalid)?;
            let mut application = Application::new(id.clone(), DecisionStatus::Pending);
            application.amount = Some(request.amount());
            let product = state.products.get(&request.product_code);
            let signed_first = product.is_some_and(|p| !p.application_signing.is_empty());
            application.confirmed_at = (!signed_first).then_some(OffsetDateTime::UNIX_EPOCH);
            let fake = FakeApplication {
                application: application.clone(),
                successor: None,
                product: request.product_code.clone(),
                amount: request.amount(),
                down_payment: request.down_payment(),
                period: request.period,
                code_sent: false,
                customer: request.customer.clone(),
                contact: request.contact.clone(),
                files: Vec::new(),
            };
            state.applications.insert(id, fake);
            let shown = state.shown(application);
            state.answer(operation, shown)
        })
        .await
    }

    async fn application(&self, id: &ApplicationId) -> Result<Application, GatewayError> {
        self.turn(|| {
            let mut state = self.state();
            state.begin_read("application.show")?;
            let latest = state.seen().latest(id);
            let application = latest.map(|fake| fake.application.clone());
            application
                .map(|application| state.shown(application))
                .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "application.show"))
        })
        .await
    }

    async fn accept(&self, id: &ApplicationId) -> Result<ContractId, GatewayError> {
        self.turn(|| {
            let operation = "application.accept";
            let mut state = self.state();
            state.fail(operation)?;
            let contract = format!("contract-{}", state.contracts.len() + 1);
            let invalid = |error| GatewayError::invalid(operation, error);
            let contract = ContractId::parse(contract).map_err(invalid)?;
            let fake = state.open(operation, id)?;
            if fake.application.decision != DecisionStatus::Positive {
                return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
            }
            // What is answered is there; what the application says of it comes with the effect.
            if !state.loses_the_answer() {
                state.make_contract(id, &contract);
            }
            state.take(Effect::Accept(id.clone(), contract.clone()));
            state.answer(operation, contract)
        })
        .await
    }

    async fn cancel(&self, id: &ApplicationId) -> Result<(), GatewayError> {
        self.turn(|| {
            let operation = "application.cancel";
            let mut state = self.state();
            state.fail(operation)?;
            state.open(operation, id)?;
            state.take(Effect::CancelApplication(id.clone()));
            state.answer(operation, ())
        })
        .await
    }
}
