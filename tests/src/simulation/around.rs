use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use inbank::ports::{Clock as _, Lease, Spawner as _};
use inbank::{EventKind, OrderEvent, OrderKey};
use inbank_testkit::SimProcess;
use time::OffsetDateTime;

use super::dice::Dice;
use super::fault::Faults;
use super::{Invariant, Mark, Setting, Violation, Waits};

const TIMES: u64 = 3;
const PEOPLE: u64 = 4;

/// What all parts of a run share: the true time, its faults, and what is put down for the judge.
pub(super) struct Around {
    clock: SimProcess,
    pub(super) setting: Setting,
    pub(super) faults: Faults,
    /// How long things take.
    pub(super) times: Dice,
    /// What people do.
    pub(super) people: Dice,
    /// Whether what happens is shown.
    traced: bool,
    log: Mutex<Log>,
}

/// What is put down for the judge.
#[derive(Default)]
pub(super) struct Log {
    pub(super) marks: BTreeSet<Mark>,
    pub(super) violations: Vec<Violation>,
    /// What the platform was told, each time.
    pub(super) told: Vec<Telling>,
    /// Over what it panicked, and was not told since.
    panicked: Vec<OrderEvent>,
    /// What it panicked over or refused for good, by its identifier, and has not taken since.
    pub(super) not_taken: BTreeMap<String, OrderEvent>,
    /// Orders that are being paid for by a call.
    paying: Vec<(usize, String)>,
    leases: BTreeMap<OrderKey, Held>,
    /// Whether a process was ended, or stood still.
    pub(super) disturbed: bool,
    /// Processes that stand still as soon as they are at something, and for how long.
    pub(super) about_to_stand: BTreeMap<(u32, Waits), Duration>,
    /// Since when processes look for what is due rarely, so that days can pass.
    pub(super) slow_since: Option<OffsetDateTime>,
    /// Stands for every call and its answer.
    hash: u64,
}

/// An event that was delivered.
#[derive(Clone, Debug)]
pub(super) struct Telling {
    pub(super) at: OffsetDateTime,
    pub(super) event: OrderEvent,
}

impl Telling {
    pub(super) fn is(&self, name: &str) -> bool {
        self.event.kind.name() == name
    }
}

/// Who holds an order's lease, as the ledger gave it.
#[derive(Clone, Copy, Debug)]
struct Held {
    life: u32,
    lease: Lease,
    until: OffsetDateTime,
}

impl Around {
    pub(super) fn new(seed: u64, clock: SimProcess, setting: Setting, traced: bool) -> Self {
        let faults = Faults::new(seed, &setting.faults, setting.calm_shop);
        Self {
            clock,
            setting,
            faults,
            times: Dice::new(seed, TIMES),
            people: Dice::new(seed, PEOPLE),
            traced,
            log: Mutex::default(),
        }
    }

    /// The true time.
    pub(super) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    pub(super) async fn pass(&self, time: Duration) {
        if !time.is_zero() {
            self.clock.pass(time).await;
        }
    }

    /// Another process of the simulation.
    pub(super) fn process(&self) -> SimProcess {
        self.clock.sibling()
    }

    /// Does something outside of the platform.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.clock.spawn(Box::pin(task));
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn mark(&self, mark: Mark) {
        self.log().marks.insert(mark);
    }

    pub(super) fn violated(&self, invariant: Invariant, what: &str) {
        let what = format!("{}: {what}", self.now());
        self.log().violations.push(Violation { invariant, what });
    }

    /// Shows what happens, where that is wanted.
    pub(super) fn trace(&self, what: impl FnOnce() -> String) {
        if self.traced {
            eprintln!("{} {}", self.now(), what());
        }
    }

    /// Puts down that something happened, for the hash.
    pub(super) fn happened(&self, call: &str, answer: u64) {
        let now = self.now().unix_timestamp_nanos();
        let mut log = self.log();
        let now = u64::try_from(now).unwrap_or_default();
        for part in call.bytes().map(u64::from).chain([answer, now]) {
            log.hash = (log.hash ^ part).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(super) fn told(&self, event: &OrderEvent) {
        let telling = Telling {
            at: self.now(),
            event: event.clone(),
        };
        let mut log = self.log();
        self.trace(|| format!("told {} {}: {}", event.shop, event.order, event.kind));
        let id = event.id();
        if log.told.iter().any(|told| told.event.id() == id) {
            log.marks.insert(Mark::EventAgain);
        }
        match event.kind {
            EventKind::NeedsPerson(_) => {
                log.marks.insert(Mark::NeedsPerson);
            }
            EventKind::Paid { late: true } => {
                log.marks.insert(Mark::PaidLate);
            }
            EventKind::Terminated => {
                log.marks.insert(Mark::Terminated);
            }
            EventKind::ActionWanted(_)
            | EventKind::AwaitsMerchant
            | EventKind::NotPaid(_)
            | EventKind::Paid { late: false } => {}
        }
        // What it panicked over again and again is put aside, and counts as told.
        let is_before = |other: &OrderEvent| {
            let same = other.shop == event.shop && other.order == event.order;
            same && other.number < event.number
        };
        let aside: Vec<_> = log.panicked.extract_if(.., |e| is_before(e)).collect();
        for event in aside {
            if log.told.iter().all(|told| told.event.id() != event.id()) {
                log.marks.insert(Mark::EventPutAside);
                let at = telling.at;
                log.told.push(Telling { at, event });
            }
        }
        log.told.push(telling);
    }

    /// Somebody pays, until the guard is dropped.
    pub(super) fn pays(self: &Arc<Self>, shop: usize, order: &str) -> Paying {
        let order = (shop, order.to_owned());
        let mut log = self.log();
        if log.paying.contains(&order) {
            log.marks.insert(Mark::DoubleClick);
        }
        log.paying.push(order.clone());
        let around = self.clone();
        Paying { around, order }
    }

    pub(super) fn not_taken(&self, event: &OrderEvent) {
        self.log().not_taken.insert(event.id(), event.clone());
    }

    pub(super) fn taken(&self, event: &OrderEvent) {
        self.log().not_taken.remove(&event.id());
    }

    pub(super) fn panics(&self, event: &OrderEvent) {
        self.log().panicked.push(event.clone());
    }
}

/// Leases, as the ledger gives them, in true time.
impl Around {
    pub(super) fn leased(&self, key: &OrderKey, life: u32, lease: Lease, lasts: Duration) {
        let until = self.now() + lasts;
        let held = Held { life, lease, until };
        let former = self.log().leases.insert(key.clone(), held);
        if former.is_some() {
            self.mark(Mark::LeaseLapsed);
        }
    }

    /// Judges a write that was taken: a lease that lapsed and that nobody else has taken may still write.
    pub(super) fn written_with(&self, key: &OrderKey, life: u32, lease: Lease) {
        let is_held = |held: &Held| held.lease == lease;
        if !self.log().leases.get(key).is_some_and(is_held) {
            let what = format!(
                "a write about {} {} by process {life}",
                key.shop, key.reference
            );
            self.violated(Invariant::WrittenWithoutLease, &what);
        }
    }

    pub(super) fn lease_ended(&self, key: &OrderKey, lease: Lease) {
        let mut log = self.log();
        if log.leases.get(key).is_some_and(|held| held.lease == lease) {
            log.leases.remove(key);
        }
    }

    /// The lease that a process holds now.
    pub(super) fn lease_of(&self, key: &OrderKey, life: u32) -> Option<Lease> {
        let now = self.now();
        let log = self.log();
        let held = log.leases.get(key);
        held.filter(|held| held.life == life && now < held.until)
            .map(|held| held.lease)
    }

    pub(super) fn is_leased(&self, key: &OrderKey) -> bool {
        let now = self.now();
        let log = self.log();
        log.leases.get(key).is_some_and(|held| now < held.until)
    }
}

/// While a call pays for an order.
pub(super) struct Paying {
    around: Arc<Around>,
    order: (usize, String),
}

impl Drop for Paying {
    fn drop(&mut self) {
        let mut log = self.around.log();
        let position = log.paying.iter().position(|order| *order == self.order);
        if let Some(position) = position {
            log.paying.swap_remove(position);
        }
    }
}

impl Log {
    pub(super) const fn hash(&self) -> u64 {
        self.hash
    }
}
