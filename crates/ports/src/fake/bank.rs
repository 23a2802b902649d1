use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use inbank_domain::{
    Calculation, CalculationRequest, Callback, Contract, ContractId, ContractStatus, Currency,
    Detail, Instalment, Invalid, Money, Months, OpenedSession, Product, ProductCode, ProductFamily,
    Rate, Region, Session, SessionCallback, SessionId, SessionRequest, SessionStatus, WebAddress,
};
use rust_decimal::Decimal;
use time::{Date, Month, OffsetDateTime};

use crate::{
    Calculator, CallbackAuthenticator, CallbackError, Connection, Contracts, GatewayError,
    GatewayErrorKind, ProductCatalogue, Sessions,
};

/// A bank in memory that implements every port.
///
/// It finances totals up to [`FakeBank::LIMIT`] and declines larger ones, charges nothing for it,
/// and passes the same conformance cases as the real adapters. Callbacks are opaque tokens that only
/// this very bank takes for authentic.
#[derive(Debug)]
pub struct FakeBank {
    region: Region,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    products: BTreeMap<ProductCode, Product>,
    sessions: BTreeMap<SessionId, FakeSession>,
    contracts: BTreeMap<ContractId, SessionId>,
    callbacks: Vec<(Vec<u8>, Callback)>,
    failures: Vec<Failure>,
}

#[derive(Debug)]
struct FakeSession {
    session: Session,
    contract: Option<Contract>,
    approval: bool,
}

#[derive(Debug)]
enum Failure {
    /// The next call fails before anything happens.
    Before(GatewayErrorKind),
    /// The next write happens, and its answer is lost.
    AnswerLost,
}

impl FakeBank {
    /// The largest total that it finances, in the region's currency.
    pub const LIMIT: u32 = 500;

    /// A bank of a region with two hire purchase products: `hp`, and `hp_approval`, whose contracts
    /// wait for the merchant's approval.
    pub fn new(region: Region) -> Self {
        let mut state = State::default();
        for (code, approval) in [("hp", false), ("hp_approval", true)] {
            if let Ok(product) = hire_purchase(code, approval, region.currency) {
                state.products.insert(product.code.clone(), product);
            }
        }
        Self {
            region,
            state: Mutex::new(state),
        }
    }

    /// The region that it is in.
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// Adds a product, or puts it in the place of one with the same code.
    pub fn add_product(&self, product: Product) {
        self.state().products.insert(product.code.clone(), product);
    }

    /// The customer applies and signs: financed or granted up to the limit, declined above it.
    /// Nothing happens unless the session is pending.
    pub fn customer_applies(&self, id: &SessionId) {
        let mut state = self.state();
        let contract_id = ContractId::parse(format!("contract-{}", state.contracts.len() + 1));
        let Some(fake) = state.pending(id) else {
            return;
        };
        let within = |total: Money| total.amount() <= Decimal::from(Self::LIMIT);
        let Some(contract_id) = contract_id
            .ok()
            .filter(|_| fake.session.total.is_some_and(within))
        else {
            return state.moves(id, SessionStatus::Declined, None);
        };
        fake.session.contract = Some(contract_id.clone());
        let (session, contract) = if fake.approval {
            (SessionStatus::Granted, ContractStatus::Signed)
        } else {
            (SessionStatus::Completed, ContractStatus::Activated)
        };
        fake.contract = Some(Contract::new(contract_id.clone(), contract));
        state.contracts.insert(contract_id, id.clone());
        state.moves(id, session, None);
    }

    /// The customer gives up. Nothing happens unless the session is pending.
    pub fn customer_cancels(&self, id: &SessionId) {
        let mut state = self.state();
        if state.pending(id).is_some() {
            state.moves(id, SessionStatus::Cancelled, None);
        }
    }

    /// The session's time runs out, which no callback tells. Nothing happens unless it is pending.
    pub fn session_expires(&self, id: &SessionId) {
        if let Some(fake) = self.state().pending(id) {
            fake.session.status = SessionStatus::Expired;
        }
    }

    /// The next call fails so, before it does anything.
    pub fn fail_next(&self, kind: GatewayErrorKind) {
        self.state().failures.push(Failure::Before(kind));
    }

    /// The next write happens, and its answer is lost.
    pub fn lose_next_answer(&self) {
        self.state().failures.push(Failure::AnswerLost);
    }

    /// The body of every callback sent so far, oldest first.
    pub fn callbacks(&self) -> Vec<Vec<u8>> {
        let state = self.state();
        state
            .callbacks
            .iter()
            .map(|(body, _)| body.clone())
            .collect()
    }

    /// How many sessions were ever opened.
    pub fn session_count(&self) -> usize {
        self.state().sessions.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pending(&mut self, id: &SessionId) -> Option<&mut FakeSession> {
        let fake = self.sessions.get_mut(id)?;
        (fake.session.status == SessionStatus::Pending).then_some(fake)
    }

    /// Moves a session and its contract, and sends the callback that tells so.
    fn moves(&mut self, id: &SessionId, to: SessionStatus, contract: Option<ContractStatus>) {
        let Some(fake) = self.sessions.get_mut(id) else {
            return;
        };
        fake.session.status = to.clone();
        if let (Some(contract), Some(status)) = (&mut fake.contract, contract) {
            contract.status = status;
        }
        let callback = Callback::Session(SessionCallback {
            id: id.clone(),
            status: to,
            order_reference: fake.session.order_reference.clone(),
            issued_at: OffsetDateTime::UNIX_EPOCH,
        });
        let body = format!("fake-callback-{}", self.callbacks.len() + 1).into_bytes();
        self.callbacks.push((body, callback));
    }

    /// What the next call's failure is, if one was ordered that fits it.
    fn fail(&mut self, operation: &'static str) -> Result<(), GatewayError> {
        match self.failures.first() {
            Some(Failure::Before(kind)) => {
                let kind = *kind;
                self.failures.remove(0);
                Err(GatewayError::new(kind, operation))
            }
            _ => Ok(()),
        }
    }

    fn answer<T>(&mut self, operation: &'static str, answer: T) -> Result<T, GatewayError> {
        if matches!(self.failures.first(), Some(Failure::AnswerLost)) {
            self.failures.remove(0);
            return Err(GatewayError::new(
                GatewayErrorKind::OutcomeUnknown,
                operation,
            ));
        }
        Ok(answer)
    }

    /// The contract, if it waits for the merchant.
    fn decide(
        &mut self,
        operation: &'static str,
        id: &ContractId,
        session: SessionStatus,
        contract: ContractStatus,
    ) -> Result<(), GatewayError> {
        self.fail(operation)?;
        let not_found = || GatewayError::new(GatewayErrorKind::NotFound, operation);
        let owner = self.contracts.get(id).cloned().ok_or_else(not_found)?;
        let fake = self.sessions.get(&owner).ok_or_else(not_found)?;
        if fake.session.status != SessionStatus::Granted {
            return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
        }
        self.moves(&owner, session, Some(contract));
        self.answer(operation, ())
    }
}

#[async_trait]
impl Connection for FakeBank {
    async fn ping(&self) -> Result<(), GatewayError> {
        self.state().fail("ping")
    }
}

#[async_trait]
impl ProductCatalogue for FakeBank {
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        let mut state = self.state();
        state.fail("product.show")?;
        let product = state.products.get(code).cloned();
        product.ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "product.show"))
    }
}

#[async_trait]
impl Calculator for FakeBank {
    async fn calculate(&self, request: &CalculationRequest) -> Result<Calculation, GatewayError> {
        let operation = "calculation";
        let invalid = |error| GatewayError::invalid(operation, error);
        self.region
            .check_currency(request.amount())
            .map_err(invalid)?;
        let mut state = self.state();
        state.fail(operation)?;
        if !state.products.contains_key(&request.product_code) {
            return Err(GatewayError::new(GatewayErrorKind::Refused, operation));
        }
        Ok(interest_free(request))
    }
}

#[async_trait]
impl Sessions for FakeBank {
    async fn open(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        let operation = "session.open";
        let invalid = |error| GatewayError::invalid(operation, error);
        self.region
            .check_currency(request.total())
            .map_err(invalid)?;
        let mut state = self.state();
        state.fail(operation)?;
        let refused = || GatewayError::new(GatewayErrorKind::Refused, operation);
        let product = state
            .products
            .get(&request.product_code)
            .ok_or_else(refused)?;
        let approval = product.requires_merchant_approval == Some(true);
        let id = format!("session-{}", state.sessions.len() + 1);
        let redirect_url = WebAddress::parse("redirect_url", &format!("https://fake.example/{id}"));
        let opened = OpenedSession {
            id: SessionId::parse(id).map_err(invalid)?,
            status: SessionStatus::Pending,
            redirect_url: redirect_url.map_err(invalid)?,
        };
        let mut session = Session::new(opened.id.clone(), SessionStatus::Pending);
        session.order_reference = Some(request.purchase.reference.clone());
        session.product_code = Some(request.product_code.clone());
        session.total = Some(request.total());
        let fake = FakeSession {
            session,
            contract: None,
            approval,
        };
        state.sessions.insert(opened.id.clone(), fake);
        state.answer(operation, opened)
    }

    async fn session(&self, id: &SessionId) -> Result<Session, GatewayError> {
        let mut state = self.state();
        state.fail("session.show")?;
        let fake = state.sessions.get(id);
        fake.map(|fake| fake.session.clone())
            .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "session.show"))
    }
}

#[async_trait]
impl Contracts for FakeBank {
    async fn contract(&self, id: &ContractId) -> Result<Contract, GatewayError> {
        let mut state = self.state();
        state.fail("contract.show")?;
        let owner = state
            .contracts
            .get(id)
            .and_then(|owner| state.sessions.get(owner));
        owner
            .and_then(|fake| fake.contract.clone())
            .ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "contract.show"))
    }

    async fn approve(&self, id: &ContractId) -> Result<(), GatewayError> {
        let (session, contract) = (SessionStatus::Completed, ContractStatus::Activated);
        self.state()
            .decide("contract.approve", id, session, contract)
    }

    async fn cancel(&self, id: &ContractId) -> Result<(), GatewayError> {
        let (session, contract) = (SessionStatus::Cancelled, ContractStatus::Cancelled);
        self.state()
            .decide("contract.cancel", id, session, contract)
    }
}

impl CallbackAuthenticator for FakeBank {
    fn authenticate(&self, body: &[u8]) -> Result<Callback, CallbackError> {
        let state = self.state();
        let known = state.callbacks.iter().find(|(issued, _)| issued == body);
        known
            .map(|(_, callback)| callback.clone())
            .ok_or(CallbackError::Signature)
    }
}

fn hire_purchase(code: &str, approval: bool, currency: Currency) -> Result<Product, Invalid> {
    let mut product = Product::new(
        ProductCode::parse(code)?,
        "Hire purchase",
        ProductFamily::HirePurchase,
    );
    product.min_amount = Some(Money::new(Decimal::ONE, currency));
    product.max_amount = Some(Money::new(Decimal::from(10_000), currency));
    product.periods = [3, 6, 12]
        .into_iter()
        .map(Months::new)
        .collect::<Result<_, _>>()?;
    product.requires_merchant_approval = Some(approval);
    Ok(product)
}

/// Equal parts in cents, the last of which levels; the first is due on 1 February 2000.
fn interest_free(request: &CalculationRequest) -> Calculation {
    let amount = request.amount();
    let money = |value| Money::new(value, amount.currency());
    let owed = amount.amount() - request.down_payment().map_or(Decimal::ZERO, |d| d.amount());
    let months = request.period.get();
    let part = (owed / Decimal::from(months)).round_dp(2);
    let mut calculation = Calculation::new(
        request.product_code.clone(),
        amount,
        request.period,
        money(part),
        Rate::from_fraction(Decimal::ZERO),
        Rate::from_fraction(Decimal::ZERO),
        money(owed),
        money(Decimal::ZERO),
    );
    calculation.down_payment = request.down_payment();
    calculation.payment_day = request.payment_day;
    if request.detail == Detail::PaymentSchedule {
        let mut left = owed;
        let mut due = Date::from_calendar_date(2000, Month::February, 1).unwrap_or(Date::MIN);
        for number in 1..=months {
            let paid = if number == months { left } else { part };
            left -= paid;
            let row = Instalment::new(u32::from(number), due, money(paid));
            calculation.schedule.push(row);
            due += time::Duration::days(i64::from(due.month().length(due.year())));
        }
    }
    calculation
}
