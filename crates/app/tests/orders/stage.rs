//! A shop at the bank in memory, over the ledger in memory, on a runtime whose every choice follows from
//! a seed. The worker runs as it does in production.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use inbank_app::{Bank, OrderHandle, PayOutcome, Runtime, Shop, Shops, Worker};
use inbank_domain::{
    ApplicationRequest, Cart, Contact, Currency, Customer, Email, Money, Months, OrderStatus,
    PhoneNumber, ProductCode, Region, SessionId, ShopName, WebAddress,
};
use inbank_ports::{Headers, Spawner as _};
use inbank_testkit::{FakeBank, MemoryLedger, RecordingSink, SimProcess, SimRuntime};

pub(crate) struct Stage {
    pub(crate) sim: SimRuntime,
    pub(crate) process: SimProcess,
    pub(crate) bank: Arc<FakeBank>,
    pub(crate) ledger: Arc<MemoryLedger>,
    pub(crate) sink: Arc<RecordingSink>,
    pub(crate) worker: Worker,
}

pub(crate) fn eur(amount: &str) -> Money {
    Money::parse(amount, Currency::EUR).unwrap()
}

/// A cart that the bank grants and that then waits for the merchant.
pub(crate) fn cart(amount: &str) -> Cart {
    Cart::new("hp_approval", eur(amount))
}

pub(crate) fn application(amount: &str) -> ApplicationRequest {
    let contact = Contact {
        email: Some(Email::parse("mari@example.com").unwrap()),
        mobile: Some(PhoneNumber::parse("+37255555555").unwrap()),
        ..Contact::default()
    };
    ApplicationRequest::new(
        &Region::ESTONIA,
        ProductCode::parse("hp_approval").unwrap(),
        eur(amount),
        Months::new(12).unwrap(),
        Customer::default(),
        contact,
    )
    .unwrap()
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    /// For tests in which hours or days pass: what time makes due is noticed that much later.
    pub(crate) fn polling(pause: Duration) -> Self {
        let mut stage = Self::new();
        stage.worker = stage.worker.with_poll_interval(pause);
        stage
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let sim = SimRuntime::new(seed);
        let process = sim.process();
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let ledger = Arc::new(MemoryLedger::with_connections(1));
        let sink = Arc::new(RecordingSink::new());
        let worker = worker(&process, ledger.clone(), sink.clone());
        let stage = Self {
            sim,
            process,
            bank: bank.clone(),
            ledger,
            sink,
            worker,
        };
        stage.add("main", bank);
        stage
    }

    /// Adds a shop at a bank.
    pub(crate) fn add(&self, name: &str, bank: Arc<FakeBank>) {
        add(&self.worker, name, bank);
    }

    /// Plays a test while the worker runs.
    pub(crate) fn play<T>(&self, test: impl Future<Output = T>) -> T {
        let worker = self.worker.clone();
        let running = async move { worker.run(std::future::pending()).await };
        self.process.spawn(Box::pin(running));
        self.sim.block_on(test)
    }

    pub(crate) fn order(&self, reference: &str) -> OrderHandle {
        let shop = ShopName::parse("main").unwrap();
        self.worker.shop(&shop).unwrap().order(reference)
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        self.process.pass(time).await;
    }

    /// Pays, and says which session the bank opened for it.
    pub(crate) async fn session(&self, reference: &str, cart: &Cart) -> SessionId {
        let order = self.order(reference);
        let paid = order.pay(cart).await.unwrap();
        assert!(matches!(paid, PayOutcome::Redirect(_)), "{paid:?}");
        let order = order.find().await.unwrap().unwrap();
        order.attempts.last().unwrap().session.clone().unwrap()
    }

    /// Brings the bank's callbacks to their addresses, the last `count` of them.
    pub(crate) async fn deliver_callbacks(&self, reference: &str, attempt: u32, count: usize) {
        let order = self.order(reference).find().await.unwrap().unwrap();
        let attempt = order.attempt(attempt).unwrap().id.clone();
        let bodies = self.bank.callbacks();
        let from = bodies.len().saturating_sub(count);
        for body in &bodies[from..] {
            let inbox = self.worker.inbox();
            let headers = Headers::NONE;
            let kept = inbox.receive("main", attempt.as_str(), &headers, body);
            kept.await.unwrap();
        }
    }

    /// What the platform was told about an order, in order.
    pub(crate) fn told(&self, reference: &str) -> Vec<String> {
        let events = self.sink.events(reference);
        events.iter().map(|event| event.kind.to_string()).collect()
    }

    pub(crate) async fn status(&self, reference: &str) -> OrderStatus {
        self.order(reference).status().await.unwrap()
    }
}

pub(crate) fn worker(
    process: &SimProcess,
    ledger: Arc<MemoryLedger>,
    sink: Arc<RecordingSink>,
) -> Worker {
    let process = Arc::new(process.clone());
    let runtime = Runtime::new(process.clone(), process.clone(), process);
    Worker::new(Shops::default(), ledger, sink, runtime)
}

pub(crate) fn add(worker: &Worker, name: &str, bank: Arc<FakeBank>) {
    worker.shops().add(shop(name, bank)).unwrap();
}

/// A shop at a bank.
pub(crate) fn shop(name: &str, bank: Arc<FakeBank>) -> Shop {
    let url = WebAddress::parse("https://pay.example/inbank").unwrap();
    let identity = [format!("{name} at the bank")];
    let bank_ports = Bank::new(Region::ESTONIA, name, identity, bank.clone()).with_all(bank);
    Shop::new(ShopName::parse(name).unwrap(), bank_ports, &url).unwrap()
}

/// Polls a call to its end, and does something to it meanwhile, after so many polls.
pub(crate) async fn disturbed_after<T>(
    polls: usize,
    call: impl Future<Output = T>,
    disturb: impl Fn(),
) -> T {
    let mut call = Box::pin(call);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            disturb();
        }
        polled += 1;
        call.as_mut().poll(context)
    })
    .await
}

/// Polls a call so often, and then drops it, as a server does when the browser is gone.
pub(crate) async fn hang_up_after(polls: usize, call: impl Future) {
    let mut call = Box::pin(call);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        call.as_mut().poll(context).map(drop)
    })
    .await;
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);
