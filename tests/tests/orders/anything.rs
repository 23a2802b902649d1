//! Whatever may happen to two processes of a platform, over a bank and a ledger in memory, on a runtime
//! whose every choice follows from a seed; judged by the auditor.

use std::sync::Arc;
use std::time::Duration;

use inbank::ports::{GatewayErrorKind, Headers, Ledger, Listing, Sessions as _, Spawner as _};
use inbank::{
    AttemptState, Bank, Cart, Currency, Money, Order, OrderHandle, OrderStatus, Platform, Region,
    Runtime, SessionId, SessionStatus, Shop,
};
use inbank_testkit::{Effects, FakeBank, MemoryLedger, RecordingSink, SimProcess, SimRuntime};
use inbank_tests::{Gate, Hooked, Told, When, audit};
use proptest::prelude::*;

use crate::{DAY, HOUR, MINUTE, SECOND};

/// Something that happens; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Happening {
    Pays(usize, usize),
    CustomerApplies(usize),
    CustomerCancels(usize),
    SessionExpires(usize),
    Callback { which: usize, to: usize },
    Approve(usize),
    Cancel(usize),
    Refresh(usize),
    TimePasses(u64),
    ProcessDies(usize),
    AnswerLost,
    CallFails(GatewayErrorKind),
    BankGoes(GatewayErrorKind),
    BankComes,
    BankTakesItsTime(u32),
    BankSettles,
    ReadsLag(u32),
    LedgerFails(usize),
    LedgerAnswersGetLost(usize),
    SinkRefuses(usize),
}

const ORDERS: usize = 3;
const POLL_INTERVAL: Duration = Duration::from_mins(30);
/// The last is declined.
const AMOUNTS: [&str; 3] = ["100", "120", "600"];

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let kind = || {
        prop_oneof![
            Just(GatewayErrorKind::Unreachable),
            Just(GatewayErrorKind::OutcomeUnknown),
            Just(GatewayErrorKind::Refused),
        ]
    };
    let away = prop_oneof![
        Just(GatewayErrorKind::Unreachable),
        Just(GatewayErrorKind::OutcomeUnknown),
    ];
    prop_oneof![
        4 => (0..ORDERS, 0..AMOUNTS.len()).prop_map(|(order, amount)| Pays(order, amount)),
        4 => (0..9usize).prop_map(CustomerApplies),
        1 => (0..9usize).prop_map(CustomerCancels),
        1 => (0..9usize).prop_map(SessionExpires),
        4 => (0..30usize, 0..9usize).prop_map(|(which, to)| Callback { which, to }),
        3 => (0..ORDERS).prop_map(Approve),
        2 => (0..ORDERS).prop_map(Cancel),
        1 => (0..ORDERS).prop_map(Refresh),
        6 => prop_oneof![1..10u64, 60..600u64, 10_000..200_000u64].prop_map(TimePasses),
        1 => (0..2usize).prop_map(ProcessDies),
        2 => Just(AnswerLost),
        1 => kind().prop_map(CallFails),
        1 => away.prop_map(BankGoes),
        2 => Just(BankComes),
        1 => (1..5u32).prop_map(BankTakesItsTime),
        1 => Just(BankSettles),
        1 => (1..5u32).prop_map(ReadsLag),
        1 => (1..4usize).prop_map(LedgerFails),
        1 => (1..4usize).prop_map(LedgerAnswersGetLost),
        1 => (1..4usize).prop_map(SinkRefuses),
    ]
}

struct World {
    sim: SimRuntime,
    bank: Arc<FakeBank>,
    ledger: Arc<MemoryLedger>,
    sink: Arc<RecordingSink>,
    processes: Vec<(SimProcess, Platform)>,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            sim: SimRuntime::new(seed),
            bank: Arc::new(FakeBank::new(Region::ESTONIA)),
            ledger: Arc::new(MemoryLedger::with_connections(1)),
            sink: Arc::new(RecordingSink::new()),
            processes: Vec::new(),
        }
    }

    /// Another process, which works.
    fn process(&self, ledger: Arc<dyn Ledger>) -> (SimProcess, Platform) {
        let process = self.sim.process();
        let shared = Arc::new(process.clone());
        let runtime = Runtime::new(shared.clone(), shared.clone(), shared);
        let bank = Bank::new(
            Region::ESTONIA,
            "bank",
            ["one".to_owned()],
            self.bank.clone(),
        );
        let builder = Platform::builder()
            .public_url("https://pay.example/inbank")
            .ledger(ledger)
            .event_sink(self.sink.clone())
            // What is begun in a process it notices at once; weeks pass here.
            .poll_interval(POLL_INTERVAL)
            .runtime(runtime)
            .shop(Shop::at("main", bank.with_all(self.bank.clone())));
        let platform = self.sim.block_on(builder.build()).unwrap();
        let working = platform.clone();
        let run = async move { working.run(std::future::pending()).await };
        process.spawn(Box::pin(run));
        (process, platform)
    }

    fn order(&self, order: usize, process: usize) -> OrderHandle {
        let (_, platform) = &self.processes[process % 2];
        platform
            .shop("main")
            .unwrap()
            .order(format!("order-{order}"))
    }

    /// In a process, without waiting for it.
    fn begin(&self, process: usize, call: impl Future<Output = ()> + Send + 'static) {
        self.processes[process % 2].0.spawn(Box::pin(call));
    }

    fn pass(&self, time: Duration) {
        self.sim.block_on(self.sim.pass(time));
    }

    fn session(&self, n: usize) -> Option<SessionId> {
        let n = n.checked_rem(self.bank.session_count())? + 1;
        SessionId::parse(format!("session-{n}")).ok()
    }

    fn orders(&self) -> Vec<Order> {
        let listed = self.sim.block_on(self.ledger.orders(&Listing::default()));
        listed.map(|listed| listed.orders).unwrap_or_default()
    }

    fn callback(&self, which: usize, to: usize) {
        let callbacks = self.bank.callbacks();
        let attempts = self.orders().into_iter().flat_map(|order| order.attempts);
        let attempts: Vec<_> = attempts.map(|attempt| attempt.id).collect();
        let (Some(which), Some(to)) = (
            which.checked_rem(callbacks.len()),
            to.checked_rem(attempts.len()),
        ) else {
            return;
        };
        let (body, id) = (callbacks[which].clone(), attempts[to].clone());
        let inbox = self.processes[to % 2].1.inbox().clone();
        self.begin(to, async move {
            let headers = Headers::NONE;
            let received = inbox.receive("main", id.as_str(), &headers, &body);
            drop(received.await);
        });
    }

    fn happen(&mut self, happening: &Happening, turn: usize) {
        match *happening {
            Happening::Pays(order, amount) => {
                let total = Money::parse(AMOUNTS[amount], Currency::EUR).unwrap();
                let (order, cart) = (self.order(order, turn), Cart::new("hp_approval", total));
                self.begin(turn, async move { drop(order.pay(&cart).await) });
            }
            Happening::CustomerApplies(n) => {
                self.session(n).inspect(|id| self.bank.customer_applies(id));
            }
            Happening::CustomerCancels(n) => {
                self.session(n).inspect(|id| self.bank.customer_cancels(id));
            }
            Happening::SessionExpires(n) => {
                self.session(n).inspect(|id| self.bank.session_expires(id));
            }
            Happening::Callback { which, to } => self.callback(which, to),
            Happening::Approve(n) => {
                let order = self.order(n, turn);
                self.begin(turn, async move { drop(order.approve().await) });
            }
            Happening::Cancel(n) => {
                let order = self.order(n, turn + 1);
                self.begin(turn + 1, async move { drop(order.cancel().await) });
            }
            Happening::Refresh(n) => {
                let order = self.order(n, turn);
                self.begin(turn, async move { drop(order.refresh().await) });
            }
            Happening::TimePasses(seconds) => self.pass(Duration::from_secs(seconds)),
            Happening::ProcessDies(n) => {
                self.processes[n].0.kill();
                self.processes[n] = self.process(self.ledger.clone());
            }
            Happening::AnswerLost => self.bank.lose_next_answer(),
            Happening::CallFails(kind) => self.bank.fail_next(kind),
            Happening::BankGoes(kind) => self.bank.break_down(kind),
            Happening::BankComes => self.bank.recover(),
            Happening::BankTakesItsTime(reads) => {
                self.bank.set_effects(Effects::AfterReads(reads));
            }
            Happening::BankSettles => self.bank.settle(),
            Happening::ReadsLag(reads) => self.bank.lag_reads(reads),
            Happening::LedgerFails(calls) => self.ledger.fail_next(calls),
            Happening::LedgerAnswersGetLost(calls) => self.ledger.lose_answers(calls),
            Happening::SinkRefuses(events) => self.sink.refuse(events),
        }
    }

    /// No fault any more; merchants and customers do what is theirs to do.
    fn come_to_an_end(&mut self) {
        self.bank.recover();
        self.bank.set_effects(Effects::Instant);
        self.bank.settle();
        self.ledger.fail_next(0);
        self.ledger.lose_answers(0);
        self.sink.refuse(0);
        for _ in 0..12 {
            for n in 0..self.bank.session_count() {
                self.session(n).inspect(|id| self.bank.session_expires(id));
            }
            self.pass(10 * MINUTE);
            for n in 0..ORDERS {
                let order = self.order(n, n);
                self.begin(n, async move {
                    if let Ok(OrderStatus::AwaitsMerchant) = order.status().await {
                        drop(order.cancel().await);
                    }
                });
            }
            self.pass(20 * HOUR);
        }
    }

    /// What the platform was told is what the bank has, each thing once.
    fn check(&self) {
        let panics = self.sim.panics();
        assert!(panics.is_empty(), "{panics:?}");
        let deliveries: Vec<Told> = self.sink.deliveries().iter().map(Told::from).collect();
        let told = audit(&deliveries);
        for order in self.orders() {
            let none = Vec::new();
            let told = told.get(order.key.reference.as_str()).unwrap_or(&none);
            let written = self.sim.block_on(self.ledger.events(&order.key)).unwrap();
            let written: Vec<_> = written.iter().map(|event| event.kind.to_string()).collect();
            assert_eq!(*told, written, "{order:#?}");
            let is = |kind: &str| told.iter().any(|told| told.starts_with(kind));
            let stuck = order.attempts.iter().any(inbank::Attempt::is_live);
            assert!(!stuck || is("needs_person"), "stuck: {order:#?}");
            let financed = self.financed(&order);
            assert!(financed > 0 || !is("paid"), "{told:?}, {order:#?}");
            assert!(
                financed == 0 || is("paid") || is("needs_person"),
                "{told:?}, {order:#?}"
            );
            assert!(financed < 2 || is("needs_person"), "{told:?}, {order:#?}");
        }
    }

    /// How many of an order's sessions the bank has financed.
    fn financed(&self, order: &Order) -> usize {
        let sessions = order.attempts.iter().filter_map(|a| a.session.clone());
        sessions
            .filter(|id| {
                let session = self.sim.block_on(self.bank.session(id)).unwrap();
                session.status == SessionStatus::Completed
            })
            .count()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_each_thing_is_told_once_and_all_comes_to_an_end(
        seed: u64,
        happenings in prop::collection::vec(happening(), 1..60)
    ) {
        let mut world = World::new(seed);
        world.processes = vec![
            world.process(world.ledger.clone()),
            world.process(world.ledger.clone()),
        ];
        for (turn, happening) in happenings.iter().enumerate() {
            world.happen(happening, turn);
            world.pass(Duration::from_millis(50));
        }
        world.come_to_an_end();
        world.check();
    }
}

#[test]
fn a_process_that_stood_still_past_its_lease_sends_nothing() {
    for when in [When::Before, When::After] {
        let mut world = World::new(7);
        let gate = Arc::new(Gate::default());
        let gated = Hooked::new(world.ledger.clone(), gate.clone());
        world.processes = vec![
            world.process(world.ledger.clone()),
            world.process(Arc::new(gated)),
        ];
        let total = Money::parse("100", Currency::EUR).unwrap();
        let (order, frozen) = (world.order(1, 0), world.order(1, 1));
        world.sim.block_on(async {
            order.pay(&Cart::new("hp_approval", total)).await.unwrap();
            world.bank.customer_applies(&world.session(0).unwrap());
            order.refresh().await.unwrap();
            // It writes that it was decided, and then that it is sent.
            gate.close(when, "write", 1);
            world.begin(1, async move { drop(frozen.approve().await) });
            gate.holds().await;
            // Its lease lapses, and the other process does what is to be done.
            world.sim.pass(3 * HOUR).await;
            let order = order.find().await.unwrap().unwrap();
            assert_eq!(order.attempts[0].state, AttemptState::Completed);
            assert_eq!(world.bank.calls("contract.approve"), 1);
            gate.open();
            world.sim.pass(DAY).await;
        });
        world.pass(SECOND);
        assert_eq!(world.bank.calls("contract.approve"), 1, "{when:?}");
    }
}
