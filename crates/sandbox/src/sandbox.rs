//! The handle by which a program starts a sandbox and looks into it.

mod asynchrony;
mod direct;
mod memory;
mod rental;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use time::OffsetDateTime;
use tokio::{net::TcpListener, task::JoinSet};
use uuid::Uuid;

use crate::{
    alteration::Alteration,
    bank::Bank,
    callback::{
        CallbackRecord,
        delivery::{self, RETRIES},
    },
    contract::ContractStatus,
    fault::{CallbackFault, Fault},
    operation::Operation,
    product::{Product, catalogue},
    record::RequestRecord,
    region::Region,
    session::{CustomerError, SessionStatus},
    shared::Shared,
    timing::Timing,
    trigger::{Trigger, TriggerError},
};

pub use self::direct::ApplicationState;

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The shop's identifier is not a UUID.
    #[error("the shop's identifier is not a UUID")]
    Shop(#[source] uuid::Error),
    /// The API key is empty or cannot stand in a header.
    #[error("the API key is empty or has characters that a header cannot carry")]
    ApiKey,
    /// The address cannot be listened on.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The client that sends callbacks cannot be made.
    #[error("cannot send callbacks")]
    Callbacks(#[source] reqwest::Error),
}

/// Sets up a [`Sandbox`].
#[derive(Clone, Debug)]
pub struct SandboxBuilder {
    region: Region,
    listen: SocketAddr,
    api_key: Option<String>,
    shop: Option<String>,
    seed: Option<u64>,
    products: Vec<Product>,
    retries: Vec<Duration>,
    clock: Option<OffsetDateTime>,
    timing: Timing,
    rentals_among_contracts: bool,
}

impl SandboxBuilder {
    /// Listens on this address; by default on any free port of this machine.
    #[must_use]
    pub const fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Expects this API key; by default a generated one of 32 hexadecimal digits.
    #[must_use]
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Serves this shop, a UUID; by default a generated one.
    #[must_use]
    pub fn shop(mut self, id: impl Into<String>) -> Self {
        self.shop = Some(id.into());
        self
    }

    /// Makes all identifiers, a generated key among them, the same ones each time.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Adds a product to the region's catalogue; one of the same code is replaced.
    #[must_use]
    pub fn product(mut self, product: Product) -> Self {
        self.products.retain(|other| other.code != product.code);
        self.products.push(product);
        self
    }

    /// Sets the pauses, on the sandbox's clock, before the second, third, … attempt to deliver a callback.
    #[must_use]
    pub fn callback_retries(mut self, pauses: impl Into<Vec<Duration>>) -> Self {
        self.retries = pauses.into();
        self
    }

    /// Starts to serve.
    ///
    /// # Errors
    ///
    /// When a setting is wrong or the address cannot be listened on.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let client = delivery::client().map_err(StartError::Callbacks)?;
        let failed = |why| StartError::Listen(self.listen, why);
        let listener = TcpListener::bind(self.listen).await.map_err(failed)?;
        let mut address = listener.local_addr().map_err(failed)?;
        // Whoever listens everywhere is reached at no such address; on this machine it is by this one.
        if address.ip().is_unspecified() {
            address.set_ip(match address.ip() {
                IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
                IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
            });
        }
        let base_url = format!("http://{address}");
        let (mut sandbox, router) = self.in_memory(base_url)?;
        let mut stopped = sandbox.shared.stopped();
        sandbox.tasks.spawn(async move {
            let ended = async move {
                // An error means that the sandbox is gone: also a reason to stop.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            // The server ends by itself only when it is told to stop; there is nobody to tell about anything else.
            let _ = axum::serve(listener, router)
                .with_graceful_shutdown(ended)
                .await;
        });
        let shared = Arc::clone(&sandbox.shared);
        sandbox.tasks.spawn(delivery::deliver(shared, client));
        Ok(sandbox)
    }
}

/// A running imitation of the bank. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    region: Region,
    shop: String,
    api_key: String,
    base_url: String,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Sets up a sandbox of a region.
    pub fn builder(region: Region) -> SandboxBuilder {
        SandboxBuilder {
            region,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_key: None,
            shop: None,
            seed: None,
            products: catalogue(region),
            retries: RETRIES.into(),
            clock: None,
            timing: Timing::default(),
            rentals_among_contracts: false,
        }
    }

    /// Scheme, host and port: where the Partner API, the e-POS pages and the controls are.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The region that is imitated.
    pub const fn region(&self) -> Region {
        self.region
    }

    /// The identifier of the shop, which is part of the API's paths.
    pub fn shop(&self) -> &str {
        &self.shop
    }

    /// The shop's API key: it authorises requests and signs callbacks.
    pub fn api_key(&self) -> &str {
        &self.api_key
    }

    /// The products of the shop.
    pub fn products(&self) -> Vec<Product> {
        self.shared.lock().products.clone()
    }

    /// The time of the sandbox's clock.
    pub fn now(&self) -> OffsetDateTime {
        self.shared.lock().now()
    }

    /// Moves the sandbox's clock on. What falls due meanwhile happens in its order, each thing at its own time: commands come into effect,
    /// sessions expire, delayed callbacks are sent.
    pub fn advance(&self, by: Duration) {
        self.shared.with(|bank| {
            bank.clock.advance(by);
            bank.catch_up();
        });
    }

    /// Orders a fault for the next calls of an operation. Faults of one operation strike in the order they were ordered.
    pub fn fault(&self, operation: Operation, fault: Fault, times: u32) {
        self.shared
            .with(|bank| bank.orders.order(operation, fault, times));
    }

    /// Orders a fault for the next callbacks.
    pub fn callback_fault(&self, fault: CallbackFault, times: u32) {
        self.shared
            .with(|bank| bank.orders.order_callback(fault, times));
    }

    /// Alters the next answers of an operation that the bank gives with a body. All that are on order for it strike together, and beside a
    /// fault.
    pub fn alter(&self, operation: Operation, alteration: Alteration, times: u32) {
        self.shared
            .with(|bank| bank.alterations.order(operation, alteration, times));
    }

    /// Takes back all faults and alterations that have not struck yet.
    pub fn clear_faults(&self) {
        self.shared.with(Bank::clear_orders);
    }

    /// Sends the callbacks that faults keep back, and waits until all callbacks are delivered or given up.
    pub async fn release_callbacks(&self) {
        self.shared.with(|bank| {
            let now = bank.now();
            bank.callbacks.release(now);
        });
        self.idle().await;
    }

    /// Sends the answers that [`Fault::Hold`] and [`Fault::Late`] keep back.
    pub fn release_answers(&self) {
        self.shared.release_answers();
    }

    /// Resolves when [`Fault::Hold`] or [`Fault::Late`] keeps an answer back: what was asked is done by then.
    pub async fn answer_held(&self) {
        self.shared.answer_held().await;
    }

    /// The requests to the Partner API so far.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.lock().requests.clone()
    }

    /// The callbacks so far, in the order of the events they tell about.
    pub fn callbacks(&self) -> Vec<CallbackRecord> {
        self.shared.lock().callbacks.records()
    }

    /// The state of a session.
    pub fn session(&self, id: Uuid) -> Option<SessionState> {
        let bank = self.shared.lock();
        let session = bank.session(id)?;
        Some(SessionState {
            status: session.status,
            application: session
                .application
                .as_ref()
                .map(|application| application.id),
            contract: session.contract,
            purchase_reference: session.purchase_reference.clone(),
        })
    }

    /// The state of a contract.
    pub fn contract(&self, id: Uuid) -> Option<ContractStatus> {
        self.shared
            .lock()
            .contracts
            .get(&id)
            .map(|contract| contract.status)
    }

    /// The sessions, the first opened first.
    pub fn sessions(&self) -> Vec<Uuid> {
        let bank = self.shared.lock();
        let mut sessions: Vec<_> = bank.sessions.values().collect();
        sessions.sort_by_key(|session| session.created_at);
        sessions.into_iter().map(|session| session.id).collect()
    }

    /// How many sessions were opened.
    pub fn session_count(&self) -> usize {
        self.shared.lock().sessions.len()
    }

    /// The contracts that were made, active or not.
    pub fn contracts(&self) -> Vec<Uuid> {
        self.shared.lock().contracts.keys().copied().collect()
    }

    /// How many contracts were made.
    pub fn contract_count(&self) -> usize {
        self.shared.lock().contracts.len()
    }

    /// Goes through the whole dialog as a customer who agrees to everything: applies and, if the decision is positive, accepts and signs.
    ///
    /// # Errors
    ///
    /// When the session does not exist or the customer has applied already.
    pub fn customer_applies(&self, session: Uuid) -> Result<SessionStatus, CustomerError> {
        self.shared.with(|bank| bank.whole_dialog(session))
    }

    /// Leaves the dialog on purpose.
    ///
    /// # Errors
    ///
    /// When the session does not exist or is not pending any more.
    pub fn customer_cancels(&self, session: Uuid) -> Result<(), CustomerError> {
        self.shared.with(|bank| bank.cancel_by_customer(session))
    }

    /// Has happen at once what a customer or the bank would do, and has its callbacks sent as it is asked for. How many will be sent; what
    /// faults on order keep back or drop is not among them.
    ///
    /// # Errors
    ///
    /// When what is named is not there, or it can't happen as things stand.
    pub fn trigger(&self, trigger: &Trigger) -> Result<usize, TriggerError> {
        self.shared.with(|bank| bank.trigger(trigger))
    }

    /// Ends an activated contract, as in the Partner Portal.
    ///
    /// # Errors
    ///
    /// When the contract does not exist or is not activated.
    pub fn terminate(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared
            .with(|bank| bank.terminate_contract(contract, true))
    }

    /// The same, and no callback tells of it: about a contract from e-POS none does in any case.
    ///
    /// # Errors
    ///
    /// When the contract does not exist or is not activated.
    pub fn terminate_untold(&self, contract: Uuid) -> Result<(), CustomerError> {
        self.shared
            .with(|bank| bank.terminate_contract(contract, false))
    }

    /// Resolves when every callback is delivered, given up or dropped. Callbacks kept back by a fault do not count, nor do
    /// those that a clock that stands has not come to.
    pub async fn idle(&self) {
        self.shared.idle().await;
    }

    /// Serves until the future resolves, and stops then.
    pub async fn serve_until(self, signal: impl Future<Output = ()>) {
        signal.await;
        self.stop().await;
    }

    /// Stops: no new connections, open ones are closed, callbacks that wait are not sent any more.
    pub async fn stop(mut self) {
        const PATIENCE: Duration = Duration::from_secs(2);
        self.shared.stop();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        // A client that does not let go of its connection is cut off when the tasks are dropped.
        let _ = tokio::time::timeout(PATIENCE, ended).await;
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// The state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionState {
    /// Its status.
    pub status: SessionStatus,
    /// The credit application, once the customer has applied.
    pub application: Option<Uuid>,
    /// The contract, once the customer has accepted an offer.
    pub contract: Option<Uuid>,
    /// The merchant's reference.
    pub purchase_reference: String,
}
