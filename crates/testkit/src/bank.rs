mod application;
mod calculation;
mod contract;
mod effect;
mod gate;
mod income_proof;
mod offer;
mod rental;
mod session;
mod signing;
mod truth;
mod under_test;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use inbank_app::Bank;
use inbank_domain::{
    ApplicationId, AssetModel, Callback, ContractId, Currency, Invalid, ModelIdentifier, Money,
    Months, Product, ProductCode, ProductFamily, Region, SessionId, SigningMethod,
};
use inbank_ports::{
    CallbackAuthenticator, CallbackError, Connection, GatewayError, GatewayErrorKind, Headers,
    ProductCatalogue, SignedCallback,
};
use rust_decimal::Decimal;

use self::application::FakeApplication;
use self::contract::FakeContract;
pub use self::effect::Effects;
use self::effect::Pending;
use self::gate::{Gate, Side};
use self::session::FakeSession;
pub use self::under_test::FakeUnderTest;

/// A bank in memory that implements every port.
///
/// It finances totals of sessions up to [`FakeBank::LIMIT`] and declines larger ones, rents a phone
/// out where devices are rented, decides about direct applications when [told to](FakeBank::decide), charges nothing, and passes the same
/// conformance cases as the real adapters. Callbacks are opaque tokens that only this very bank takes
/// for authentic.
///
/// A platform of a test reaches it through [`ports`](Self::ports). It sends nothing by itself: give its
/// [`callbacks`](Self::callbacks) to the platform's inbox, or refresh the order.
///
/// ```
/// use std::sync::Arc;
///
/// use inbank_domain::Region;
/// use inbank_testkit::FakeBank;
///
/// let fake = Arc::new(FakeBank::new(Region::ESTONIA));
/// let bank = fake.ports(); // Shop::at("main", bank)
/// # assert_eq!(bank.region, Region::ESTONIA);
/// ```
///
/// The real bank takes its time. So does this one when told to: [`set_effects`](Self::set_effects),
/// [`lag_reads`](Self::lag_reads), [`lose_next_answer`](Self::lose_next_answer),
/// [`hold_calls`](Self::hold_calls), [`hold_answers`](Self::hold_answers),
/// [`hide_contracts`](Self::hide_contracts).
#[derive(Debug)]
pub struct FakeBank {
    region: Region,
    gate: Gate,
    state: Mutex<State>,
}

#[derive(Clone, Debug, Default)]
struct State {
    products: BTreeMap<ProductCode, Product>,
    sessions: BTreeMap<SessionId, FakeSession>,
    applications: BTreeMap<ApplicationId, FakeApplication>,
    contracts: BTreeMap<ContractId, FakeContract>,
    models: Vec<(ModelIdentifier, AssetModel)>,
    callbacks: Vec<(Vec<u8>, Callback)>,
    failures: Vec<Failure>,
    down: Option<GatewayErrorKind>,
    calls: Vec<&'static str>,
    effects: Effects,
    pending: Vec<Pending>,
    lag: Option<Lag>,
    hides_contracts: bool,
    other_amount: Option<Money>,
}

/// What reads still show, however long ago that was.
#[derive(Clone, Debug)]
struct Lag {
    reads: u32,
    past: Box<State>,
}

#[derive(Clone, Copy, Debug)]
enum Failure {
    /// The next call fails before anything happens.
    Before(GatewayErrorKind),
    /// The next command fails before anything happens; reads go on.
    Command(GatewayErrorKind),
    /// The next write happens, and its answer is lost.
    AnswerLost,
}

const COMMANDS: [&str; 7] = [
    "application.accept",
    "application.cancel",
    "application.sign",
    "contract.approve",
    "contract.cancel",
    "contract.sign",
    "rental.activate",
];

impl FakeBank {
    /// The largest total that it finances, in the region's currency.
    pub const LIMIT: u32 = 500;

    /// A bank of a region with three hire purchase products: `hp`; `hp_approval`, whose contracts
    /// wait for the merchant's approval; and `hp_sms`, by which the customer signs the application before
    /// the bank decides, and the contract, by text message. Where devices are rented, `rent` rents the phone of the
    /// article number [`FakeBank::EAN`].
    pub fn new(region: Region) -> Self {
        let mut state = State::default();
        for (code, approval) in [("hp", false), ("hp_approval", true)] {
            if let Ok(product) = hire_purchase(code, approval, region.currency) {
                state.products.insert(product.code.clone(), product);
            }
        }
        if let Ok(mut product) = hire_purchase("hp_sms", false, region.currency) {
            product.application_signing = vec![SigningMethod::Sms];
            product.contract_signing = vec![SigningMethod::Sms];
            state.products.insert(product.code.clone(), product);
        }
        if region.smart_rent
            && let Ok((product, identifier, model)) = rental::phone(region.currency)
        {
            state.products.insert(product.code.clone(), product);
            state.models.push((identifier, model));
        }
        Self {
            region,
            gate: Gate::default(),
            state: Mutex::new(state),
        }
    }

    /// Itself as a shop's side of a bank, with every port: for `Shop::at` of a platform. Two fakes are
    /// two banks, so that each may be another shop's.
    pub fn ports(self: &Arc<Self>) -> Bank {
        let identity = format!("fake at {:p}", Arc::as_ptr(self));
        Bank::new(self.region.clone(), "fake", [identity], self.clone()).with_all(self.clone())
    }

    /// The region that it is in.
    pub const fn region(&self) -> &Region {
        &self.region
    }

    /// Adds a product, or puts it in the place of one with the same code.
    pub fn add_product(&self, product: Product) {
        self.state().products.insert(product.code.clone(), product);
    }

    /// The next call fails so, before it does anything.
    pub fn fail_next(&self, kind: GatewayErrorKind) {
        self.state().failures.push(Failure::Before(kind));
    }

    /// The next command (approve, activate, cancel, accept, sign) fails so, before it does anything,
    /// whatever is read meanwhile.
    pub fn refuse_next_command(&self, kind: GatewayErrorKind) {
        self.state().failures.push(Failure::Command(kind));
    }

    /// Every call fails so, before it does anything, until [`recover`](Self::recover).
    pub fn break_down(&self, kind: GatewayErrorKind) {
        self.state().down = Some(kind);
    }

    /// No call fails any more.
    pub fn recover(&self) {
        let mut state = self.state();
        state.down = None;
        state.failures.clear();
    }

    /// The bank takes the next write, and the answer is lost. When it happens is for
    /// [`set_effects`](Self::set_effects) to say.
    pub fn lose_next_answer(&self) {
        self.state().failures.push(Failure::AnswerLost);
    }

    /// The next `reads` of sessions, applications and contracts show what there is now, whatever
    /// happens meanwhile.
    pub fn lag_reads(&self, reads: u32) {
        let mut state = self.state();
        let past = Box::new(State {
            lag: None,
            ..state.clone()
        });
        state.lag = Some(Lag { reads, past });
    }

    /// Whether applications and sessions keep their contracts to themselves, as the guide prints
    /// applications: the answer to an acceptance is then the only one that has the contract's identifier.
    pub fn hide_contracts(&self, hidden: bool) {
        self.state().hides_contracts = hidden;
    }

    /// Every answer names this amount instead of the true one; none for the truth.
    pub fn name_amount(&self, amount: Option<Money>) {
        self.state().other_amount = amount;
    }

    /// Calls wait before the bank sees them, until they are [let go](Self::let_go). Who drops one has
    /// sent nothing.
    pub fn hold_calls(&self) {
        self.gate.shut(Side::Call);
    }

    /// Answers wait after the bank has done what was asked, until they are [let go](Self::let_go).
    pub fn hold_answers(&self) {
        self.gate.shut(Side::Answer);
    }

    /// Lets go what is held, and holds nothing more.
    pub fn let_go(&self) {
        self.gate.open();
    }

    /// Resolves when so many calls and answers are held at once.
    pub async fn holds(&self, calls: usize) {
        self.gate.holds(calls).await;
    }

    /// How often an operation reached the bank, also when it was refused or failed: `contract.approve`,
    /// `contract.cancel`, `application.accept`, `session.open` and whatever else errors are named after.
    pub fn calls(&self, operation: &str) -> usize {
        let state = self.state();
        state
            .calls
            .iter()
            .filter(|call| **call == operation)
            .count()
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

    /// The callbacks sent after the first `known`, oldest first: their bodies and what they say.
    pub fn callbacks_after(&self, known: usize) -> Vec<(Vec<u8>, Callback)> {
        let state = self.state();
        state.callbacks.get(known..).unwrap_or_default().to_vec()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call, there and back.
    async fn turn<T: Send>(
        &self,
        act: impl FnOnce() -> Result<T, GatewayError> + Send,
    ) -> Result<T, GatewayError> {
        self.gate.pass(Side::Call).await;
        let answer = act();
        self.gate.pass(Side::Answer).await;
        answer
    }
}

impl State {
    /// Sends a callback.
    fn tell(&mut self, callback: Callback) {
        let body = format!("fake-callback-{}", self.callbacks.len() + 1).into_bytes();
        self.callbacks.push((body, callback));
    }

    /// What the next call's failure is, if one was ordered that fits it.
    fn fail(&mut self, operation: &'static str) -> Result<(), GatewayError> {
        self.calls.push(operation);
        if let Some(kind) = self.down {
            return Err(GatewayError::new(kind, operation));
        }
        match self.failures.first() {
            Some(Failure::Before(kind)) => {
                let kind = *kind;
                self.failures.remove(0);
                Err(GatewayError::new(kind, operation))
            }
            Some(Failure::Command(kind)) if COMMANDS.contains(&operation) => {
                let kind = *kind;
                self.failures.remove(0);
                Err(GatewayError::new(kind, operation))
            }
            Some(Failure::AnswerLost | Failure::Command(_)) | None => Ok(()),
        }
    }

    /// Whether the answer to the present write is about to be lost.
    fn loses_the_answer(&self) -> bool {
        matches!(self.failures.first(), Some(Failure::AnswerLost))
    }

    /// What a read shows.
    fn seen(&mut self) -> &Self {
        match &mut self.lag {
            Some(lag) if lag.reads > 0 => lag.reads -= 1,
            Some(_) | None => self.lag = None,
        }
        match &self.lag {
            Some(lag) => &lag.past,
            None => self,
        }
    }

    fn answer<T>(&mut self, operation: &'static str, answer: T) -> Result<T, GatewayError> {
        if self.loses_the_answer() {
            self.failures.remove(0);
            return Err(GatewayError::new(
                GatewayErrorKind::OutcomeUnknown,
                operation,
            ));
        }
        Ok(answer)
    }
}

#[async_trait]
impl Connection for FakeBank {
    async fn ping(&self) -> Result<(), GatewayError> {
        self.turn(|| self.state().fail("ping")).await
    }
}

#[async_trait]
impl ProductCatalogue for FakeBank {
    async fn product(&self, code: &ProductCode) -> Result<Product, GatewayError> {
        self.turn(|| {
            let mut state = self.state();
            state.fail("product.show")?;
            let product = state.products.get(code).cloned();
            product.ok_or_else(|| GatewayError::new(GatewayErrorKind::NotFound, "product.show"))
        })
        .await
    }
}

impl CallbackAuthenticator for FakeBank {
    fn authenticate(
        &self,
        _headers: &Headers,
        body: &[u8],
    ) -> Result<SignedCallback, CallbackError> {
        let state = self.state();
        let known = state.callbacks.iter().find(|(issued, _)| issued == body);
        let (body, callback) = known.ok_or(CallbackError::Signature)?;
        Ok(SignedCallback::new(
            callback.issued_at(),
            Ok(callback.clone()),
            body.clone(),
            Vec::new(),
            |signed, _| signed.to_vec(),
        ))
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

#[cfg(test)]
mod tests;
