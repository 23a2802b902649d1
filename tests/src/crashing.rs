//! Ports that count every step through them, and end the process at one of them as a power failure
//! would: nothing is unwound, nothing is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use inbank::domain::{
    Application, ApplicationId, ApplicationRequest, AssetIdentifiers, AssetModel, Contract,
    ContractId, FinancingEvent, FinancingId, Intent, ModelIdentifier, Occurrence, OpenedSession,
    Product, ProductCode, RentalCalculation, RentalRequest, Session, SessionId, SessionRequest,
    ShopName,
};
use inbank::ports::{
    Applications, Claim, Committed, Contracts, Entry, EventSink, FinancingLedger, GatewayError,
    Intended, LedgerError, Listing, Opened, ProductCatalogue, ReceivedCallback, Recorded, Rentals,
    Rest, Sessions, SinkError, async_trait,
};
use rustix::process::{Signal, getpid, kill_process};
use time::OffsetDateTime;

/// Counts steps: before each call through a port, and after it.
pub struct Steps {
    taken: AtomicUsize,
    /// The step at which it ends, by its number …
    last: Option<usize>,
    /// … or by its name: `before Sessions.open`.
    last_call: Option<String>,
}

impl Steps {
    /// Ends the process at a step, by its number or its name, or never.
    pub fn until(last: Option<usize>, last_call: Option<String>) -> Arc<Self> {
        Arc::new(Self {
            taken: AtomicUsize::new(0),
            last,
            last_call,
        })
    }

    /// How many steps were taken.
    pub fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }

    fn step(&self, call: &str, side: &str) {
        let step = self.taken.fetch_add(1, Ordering::SeqCst) + 1;
        let place = format!("{side} {call}");
        if self.last == Some(step) || self.last_call.as_ref() == Some(&place) {
            // The parent counts where we ended. Written at once: standard error has no buffer.
            eprintln!("killed {place}");
            let _ = kill_process(getpid(), Signal::KILL);
            // A signal to oneself may take a moment.
            loop {
                std::thread::park();
            }
        }
    }
}

/// A port whose every call is two steps.
pub struct Crashing<T: ?Sized> {
    inner: Arc<T>,
    steps: Arc<Steps>,
}

impl<T: ?Sized> Crashing<T> {
    /// The same port, counted.
    pub fn new(inner: Arc<T>, steps: &Arc<Steps>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            steps: steps.clone(),
        })
    }
}

macro_rules! crashing {
    ($port:ident: $($call:ident($($name:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl<T: $port + ?Sized> $port for Crashing<T> {
            $(async fn $call(&self, $($name: $type),*) -> $answer {
                let call = concat!(stringify!($port), ".", stringify!($call));
                self.steps.step(call, "before");
                let answer = self.inner.$call($($name),*).await;
                self.steps.step(call, "after");
                answer
            })+
        }
    };
}

crashing! { EventSink: deliver(event: &FinancingEvent) -> Result<(), SinkError>; }
crashing! { ProductCatalogue: product(code: &ProductCode) -> Result<Product, GatewayError>; }
crashing! {
    Sessions:
    open(request: &SessionRequest) -> Result<OpenedSession, GatewayError>;
    session(id: &SessionId) -> Result<Session, GatewayError>;
}
crashing! {
    Contracts:
    contract(id: &ContractId) -> Result<Contract, GatewayError>;
    approve(id: &ContractId) -> Result<(), GatewayError>;
    cancel(id: &ContractId) -> Result<(), GatewayError>;
}
crashing! {
    Applications:
    submit(request: &ApplicationRequest) -> Result<Application, GatewayError>;
    application(id: &ApplicationId) -> Result<Application, GatewayError>;
    accept(id: &ApplicationId) -> Result<ContractId, GatewayError>;
    cancel(id: &ApplicationId) -> Result<(), GatewayError>;
}
crashing! {
    Rentals:
    asset_model(product: &ProductCode, identifier: &ModelIdentifier) -> Result<AssetModel, GatewayError>;
    calculate(product: &ProductCode, request: &RentalRequest) -> Result<RentalCalculation, GatewayError>;
    assign(product: &ProductCode, contract: &ContractId, identifiers: &AssetIdentifiers) -> Result<(), GatewayError>;
    activate(product: &ProductCode, contract: &ContractId) -> Result<(), GatewayError>;
    contract(product: &ProductCode, contract: &ContractId) -> Result<Contract, GatewayError>;
}
crashing! {
    FinancingLedger:
    open(entry: &Entry, leased_until: OffsetDateTime) -> Result<Opened, LedgerError>;
    find(shop: &ShopName, id: &FinancingId) -> Result<Option<Entry>, LedgerError>;
    list(listing: &Listing) -> Result<Vec<Entry>, LedgerError>;
    record(callback: &ReceivedCallback) -> Result<Recorded, LedgerError>;
    callbacks(shop: &ShopName, id: &FinancingId) -> Result<Vec<ReceivedCallback>, LedgerError>;
    rouse(shop: &ShopName, id: &FinancingId, at: OffsetDateTime) -> Result<bool, LedgerError>;
    intend(entry: &Entry, intent: &Intent, at: OffsetDateTime) -> Result<Intended, LedgerError>;
    claim(at: OffsetDateTime, leased_until: OffsetDateTime, limit: usize) -> Result<Vec<Claim>, LedgerError>;
    claim_one(shop: &ShopName, id: &FinancingId, at: OffsetDateTime, leased_until: OffsetDateTime) -> Result<Option<Claim>, LedgerError>;
    commit(claim: &Claim, entry: &Entry, occurrences: &[Occurrence], at: OffsetDateTime) -> Result<Committed, LedgerError>;
    release(claim: &Claim, rest: &Rest) -> Result<bool, LedgerError>;
    events(shop: &ShopName, id: &FinancingId) -> Result<Vec<FinancingEvent>, LedgerError>;
    forget_callbacks(received_before: OffsetDateTime) -> Result<u64, LedgerError>;
}
