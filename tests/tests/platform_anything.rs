//! Any sequence of what may happen to a platform, over a bank and a ledger in memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::time::Duration;

use inbank::app::{Desk, Intake, Shop, ShopPorts, Shops, Worker};
use inbank::domain::{
    Currency, FinancingId, FinancingState as State, Locale, Money, OrderReference, ProductCode,
    ProductFamily, Purchase, Region, SessionRequest, ShopName, WebAddress,
};
use inbank::ports::fake::{FakeBank, ManualClock, MemoryLedger};
use inbank::ports::{Clock, FinancingLedger, GatewayErrorKind, Listing};
use inbank_tests::platform::Told;
use proptest::prelude::*;
use time::OffsetDateTime;

/// Something that happens; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Happening {
    CheckOut {
        order: usize,
        declined: bool,
    },
    CustomerApplies(usize),
    CustomerCancels(usize),
    SessionExpires(usize),
    Callback {
        which: usize,
        to: usize,
        copies: usize,
    },
    Turn(usize),
    Refresh(usize),
    TimePasses(u64),
    WorkerDies(usize),
    AnswerLost,
    CallFails(GatewayErrorKind),
    BankGoes(GatewayErrorKind),
    BankComes,
    LedgerFails(usize),
    SinkRefuses(usize),
    Approve(usize),
    Cancel(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    use Happening::*;
    let kind = || {
        prop_oneof![
            Just(GatewayErrorKind::Unreachable),
            Just(GatewayErrorKind::OutcomeUnknown),
            Just(GatewayErrorKind::Refused),
        ]
    };
    let away = || {
        prop_oneof![
            Just(GatewayErrorKind::Unreachable),
            Just(GatewayErrorKind::OutcomeUnknown),
        ]
    };
    prop_oneof![
        3 => (0..ORDERS, prop::bool::weighted(0.2))
            .prop_map(|(order, declined)| CheckOut { order, declined }),
        3 => (0..9usize).prop_map(CustomerApplies),
        1 => (0..9usize).prop_map(CustomerCancels),
        1 => (0..9usize).prop_map(SessionExpires),
        6 => (0..30usize, 0..9usize, 1..4usize)
            .prop_map(|(which, to, copies)| Callback { which, to, copies }),
        6 => (0..2usize).prop_map(Turn),
        1 => (0..9usize).prop_map(Refresh),
        3 => prop_oneof![1..10u64, 60..600u64, 10_000..200_000u64].prop_map(TimePasses),
        1 => (0..9usize).prop_map(WorkerDies),
        2 => Just(AnswerLost),
        1 => kind().prop_map(CallFails),
        1 => away().prop_map(BankGoes),
        2 => Just(BankComes),
        1 => (1..4usize).prop_map(LedgerFails),
        1 => (1..4usize).prop_map(SinkRefuses),
        3 => (0..9usize).prop_map(Approve),
        2 => (0..9usize).prop_map(Cancel),
    ]
}

const ORDERS: usize = 3;
const ATTEMPTS: u32 = 3;

struct World {
    bank: Arc<FakeBank>,
    ledger: Arc<MemoryLedger>,
    clock: Arc<ManualClock>,
    told: Arc<Told>,
    workers: [Worker; 2],
    desks: [Desk; 2],
    intake: Intake,
    /// The financings in the order in which they were first asked for.
    known: Vec<FinancingId>,
    /// The latest attempt at each order.
    attempts: [u32; ORDERS],
    /// Ends that were seen.
    ended: Vec<Option<State>>,
}

impl World {
    fn new() -> Self {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let ledger = Arc::new(MemoryLedger::new());
        let start = OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let told = Arc::new(Told::default());
        let ports = ShopPorts {
            authenticator: bank.clone(),
            products: bank.clone(),
            sessions: bank.clone(),
            applications: bank.clone(),
            contracts: bank.clone(),
            rentals: bank.clone(),
            clock: clock.clone(),
        };
        let url = WebAddress::parse("https://pay.example/inbank").unwrap();
        let name = ShopName::parse("main").unwrap();
        let shop = Shop::new(name, Region::ESTONIA, &url, ports).unwrap();
        let shops = Shops::new([shop]).unwrap();
        let worker = || Worker::new(shops.clone(), ledger.clone(), told.clone(), clock.clone());
        let workers = [worker(), worker()];
        let shop = shops.get("main").unwrap();
        let desks = [0, 1].map(|n: usize| Desk::new(shop.clone(), workers[n].clone()));
        let intake = Intake::new(shops.clone(), ledger.clone(), clock.clone());
        Self {
            bank,
            ledger,
            clock,
            told,
            workers,
            desks,
            intake,
            known: Vec::new(),
            attempts: [1; ORDERS],
            ended: Vec::new(),
        }
    }

    fn financing(&self, n: usize) -> Option<&FinancingId> {
        self.known.get(n % self.known.len().max(1))
    }

    fn session(&self, n: usize) -> Option<inbank::domain::SessionId> {
        let sessions = self.bank.session_count();
        let n = n.checked_rem(sessions)? + 1;
        inbank::domain::SessionId::parse(format!("session-{n}")).ok()
    }

    async fn check_out(&mut self, order: usize, declined: bool) {
        let reference = OrderReference::parse(format!("order-{order}")).unwrap();
        let desk = &self.desks[order % 2];
        let mut attempt = self.attempts[order];
        let id = desk.shop().financing_id(&reference, attempt);
        let Ok(standing) = self.ledger.find(desk.shop().name(), &id).await else {
            return;
        };
        // The next attempt where this one is lost or over, as the desk says.
        let over = standing.is_some_and(|entry| {
            let state = entry.financing.state;
            (state == State::Opening && entry.asked) || state.is_terminal()
        });
        if over && attempt < ATTEMPTS {
            attempt += 1;
            self.attempts[order] = attempt;
        }
        let total = if declined { "600" } else { "100" };
        let request = SessionRequest::new(
            &Region::ESTONIA,
            ProductCode::parse("hp_approval").unwrap(),
            Money::parse(total, Currency::EUR).unwrap(),
            Locale::parse("et-ET").unwrap(),
            desk.urls(&reference, attempt).unwrap(),
            Purchase::new(reference.clone()),
        );
        let family = ProductFamily::HirePurchase;
        let _ = desk.checkout(&request.unwrap(), family, attempt).await;
        let id = desk.shop().financing_id(&reference, attempt);
        if !self.known.contains(&id) {
            self.known.push(id);
            self.ended.push(None);
        }
    }

    async fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::CheckOut { order, declined } => self.check_out(order, declined).await,
            Happening::CustomerApplies(n) => {
                self.session(n).inspect(|id| self.bank.customer_applies(id));
            }
            Happening::CustomerCancels(n) => {
                self.session(n).inspect(|id| self.bank.customer_cancels(id));
            }
            Happening::SessionExpires(n) => {
                self.session(n).inspect(|id| self.bank.session_expires(id));
            }
            Happening::Callback { which, to, copies } => {
                let callbacks = self.bank.callbacks();
                let Some(which) = which.checked_rem(callbacks.len()) else {
                    return;
                };
                let Some(to) = self.financing(to) else { return };
                for _ in 0..copies {
                    let body = &callbacks[which];
                    let _ = self.intake.callback("main", to.as_str(), body).await;
                }
            }
            Happening::Turn(n) => drop(self.workers[n].turn().await),
            Happening::Refresh(n) => {
                if let Some(id) = self.financing(n) {
                    let _ = self.desks[n % 2].refresh(id).await;
                }
            }
            Happening::TimePasses(seconds) => {
                self.clock.advance(Duration::from_secs(seconds));
            }
            // It claimed, and that was all it did.
            Happening::WorkerDies(n) => {
                if let Some(id) = self.financing(n) {
                    let shop = self.desks[0].shop().name();
                    let now = self.clock.now();
                    let until = now + Duration::from_mins(2);
                    let _ = self.ledger.claim_one(shop, id, now, until).await;
                }
            }
            Happening::AnswerLost => self.bank.lose_next_answer(),
            Happening::CallFails(kind) => self.bank.fail_next(kind),
            Happening::BankGoes(kind) => self.bank.break_down(kind),
            Happening::BankComes => self.bank.recover(),
            Happening::LedgerFails(calls) => self.ledger.fail_next(calls),
            Happening::SinkRefuses(events) => self.told.refuse(events),
            Happening::Approve(n) => {
                if let Some(id) = self.financing(n) {
                    let _ = self.desks[n % 2].approve(id).await;
                }
            }
            Happening::Cancel(n) => {
                if let Some(id) = self.financing(n) {
                    let _ = self.desks[(n + 1) % 2].cancel(id).await;
                }
            }
        }
    }

    /// What ended stays so.
    async fn look(&mut self) {
        let shop = self.desks[0].shop().name();
        for (id, ended) in self.known.iter().zip(&mut self.ended) {
            let Ok(Some(entry)) = self.ledger.find(shop, id).await else {
                continue;
            };
            let state = entry.financing.state;
            assert!(
                ended.is_none_or(|end| end == state),
                "{ended:?} became {state:?}"
            );
            *ended = Some(state).filter(|state| state.is_terminal());
        }
    }

    /// No fault any more; merchants and customers do what is theirs to do.
    async fn come_to_an_end(&mut self) {
        self.bank.recover();
        self.ledger.fail_next(0);
        self.told.refuse(0);
        for _ in 0..40 {
            for n in 0..self.bank.session_count() {
                self.session(n).inspect(|id| self.bank.session_expires(id));
            }
            while self.workers[0].turn().await.unwrap() > 0 {}
            for id in &self.known {
                if let Ok(entry) = self.desks[0].financing(id).await
                    && entry.financing.state == State::Granted
                {
                    let _ = self.desks[0].cancel(id).await;
                }
            }
            self.look().await;
            self.clock.advance(Duration::from_hours(6));
        }
        while self.workers[1].turn().await.unwrap() > 0 {}
        let entries = self.ledger.list(&Listing::default()).await.unwrap();
        for entry in entries {
            let financing = &entry.financing;
            let never_asked = financing.state == State::Opening && !entry.asked;
            assert!(
                financing.state.is_terminal() || never_asked,
                "stuck: {entry:?}"
            );
            let events = self.ledger.events(&entry.shop, &financing.id).await;
            let told = self.told.deliveries();
            for event in events.unwrap() {
                assert!(told.contains(&event), "never told: {event:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_events_come_once_and_in_order_ends_stay_and_all_comes_to_an_end(
        happenings in prop::collection::vec(happening(), 1..80)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new();
            for happening in happenings {
                world.happen(happening).await;
                world.look().await;
                world.told.is_sound();
            }
            world.come_to_an_end().await;
            world.told.is_sound();
        });
    }
}
