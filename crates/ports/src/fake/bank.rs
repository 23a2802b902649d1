mod application;
mod calculation;
mod contract;
mod income_proof;
mod rental;
mod session;
mod signing;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use inbank_domain::{
    ApplicationId, AssetModel, Callback, ContractId, Currency, Invalid, ModelIdentifier, Money,
    Months, Product, ProductCode, ProductFamily, Region, SessionId,
};
use rust_decimal::Decimal;

use self::application::FakeApplication;
use self::contract::FakeContract;
use self::session::FakeSession;
use crate::{
    CallbackAuthenticator, CallbackError, Connection, GatewayError, GatewayErrorKind, Headers,
    ProductCatalogue, SignedCallback,
};

/// A bank in memory that implements every port.
///
/// It finances totals of sessions up to [`FakeBank::LIMIT`] and declines larger ones, rents a phone
/// out where devices are rented, decides about direct applications when [told to](FakeBank::decide), charges nothing, and passes the same
/// conformance cases as the real adapters. Callbacks are opaque tokens that only this very bank takes
/// for authentic.
#[derive(Debug)]
pub struct FakeBank {
    region: Region,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    products: BTreeMap<ProductCode, Product>,
    sessions: BTreeMap<SessionId, FakeSession>,
    applications: BTreeMap<ApplicationId, FakeApplication>,
    contracts: BTreeMap<ContractId, FakeContract>,
    models: Vec<(ModelIdentifier, AssetModel)>,
    callbacks: Vec<(Vec<u8>, Callback)>,
    failures: Vec<Failure>,
    down: Option<GatewayErrorKind>,
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
    /// wait for the merchant's approval. Where devices are rented, `rent` rents the phone of the
    /// article number [`FakeBank::EAN`].
    pub fn new(region: Region) -> Self {
        let mut state = State::default();
        for (code, approval) in [("hp", false), ("hp_approval", true)] {
            if let Ok(product) = hire_purchase(code, approval, region.currency) {
                state.products.insert(product.code.clone(), product);
            }
        }
        if region.smart_rent
            && let Ok((product, identifier, model)) = rental::phone(region.currency)
        {
            state.products.insert(product.code.clone(), product);
            state.models.push((identifier, model));
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

    /// The next call fails so, before it does anything.
    pub fn fail_next(&self, kind: GatewayErrorKind) {
        self.state().failures.push(Failure::Before(kind));
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        if let Some(kind) = self.down {
            return Err(GatewayError::new(kind, operation));
        }
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
