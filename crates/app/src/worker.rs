//! Carries orders on in the background: refreshes them when a callback arrived or a poll is due, sends
//! commands, delivers events.
//!
//! One supervisor decides; it does no I/O of its own. Claims, rounds and deliveries are tasks, so that
//! nothing waits for anything else, and nothing ends the supervisor but stopping.

mod breaker;
mod delivery;
mod pace;
mod pulse;
mod refresh;
mod round;
mod supervisor;
mod task;
mod upkeep;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{Either, select};
use inbank_domain::{OrderKey, ShopName};
use inbank_ports::{EventSink, Ledger, Measures};
use time::OffsetDateTime;

use crate::inbox::Returns;
use crate::room::Rooms;
use crate::store::Store;
use crate::{Calls, Inbox, OrderHandle, Runtime, ShopHandle, Shops};

pub(crate) use pace::next_refresh;
pub(crate) use round::{LEASE, Round, RoundEnd, RoundResult};

/// Also the wake-up between processes, which has to do by itself.
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Works on the due orders of all shops. Any number of workers, in any number of processes, may share
/// a ledger: its leases keep them apart, and what one leaves unfinished another takes up. Cheap to
/// clone.
#[derive(Clone)]
pub struct Worker {
    shops: Shops,
    store: Store,
    sink: Arc<dyn EventSink>,
    concurrency: Concurrency,
    retention: Retention,
    stopping: Stopping,
    poll_interval: Duration,
    health: Arc<Mutex<Health>>,
    panics: Arc<delivery::Panics>,
    returns: Arc<Returns>,
}

/// How much goes on at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Concurrency {
    /// Orders of one shop that are worked on at once.
    pub orders_of_a_shop: u32,
    /// Orders of all shops that are worked on at once; each shop may have one all the same.
    pub orders: u32,
    /// Orders of one shop whose events are delivered at once.
    pub deliveries_of_a_shop: u32,
    /// Calls that open something at one shop, by paying, renting or applying, at once: the next is told
    /// that the shop is busy.
    pub openings_of_a_shop: u32,
    /// The same of all shops; each may have one all the same. Leave room for callbacks below
    /// the number of connections that a server takes.
    pub openings: u32,
    /// Callbacks of one shop that are being kept at once, and as many returning browsers: the next is
    /// told to come again.
    pub intake_of_a_shop: u32,
    /// The same of all shops; each may have one all the same.
    pub intake: u32,
    /// News of a shop, a callback or an event, wait for so long until it is their turn; where they wait for
    /// longer, the shop has taken more than it settles, and opens nothing until it has caught up.
    pub longest_wait: Duration,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            orders_of_a_shop: 64,
            orders: 512,
            deliveries_of_a_shop: 16,
            openings_of_a_shop: 128,
            openings: 512,
            intake_of_a_shop: 512,
            intake: 1024,
            longest_wait: Duration::from_secs(5),
        }
    }
}

/// How long what is over is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Retention {
    /// Orders that are over, with their callbacks and events, after nothing has happened for so long.
    pub orders: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        // As long as bookkeeping mostly asks for.
        Self {
            orders: Duration::from_hours(24 * 365 * 7),
        }
    }
}

/// How long stopping may take, stage by stage.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Stopping {
    /// For what was sent to be answered and written down; then it is cut.
    pub drain: Duration,
}

impl Default for Stopping {
    fn default() -> Self {
        Self {
            drain: Duration::from_secs(25),
        }
    }
}

/// How a worker is, for operators.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Health {
    /// When orders were last claimed with success, whether or not there were any.
    pub last_claim: Option<OffsetDateTime>,
    /// Since when claiming orders has failed each time; none where it didn't the last time. A ledger that takes no writes, on a full
    /// disk for instance, may answer everything else.
    pub claims_fail_since: Option<OffsetDateTime>,
    /// Since when the ledger is being asked for due orders and has not answered; none while it isn't asked.
    pub claiming_since: Option<OffsetDateTime>,
    /// Orders being worked on.
    pub rounds: u64,
    /// Orders whose events are being delivered.
    pub deliveries: u64,
    /// Rounds that ended well, since the start.
    pub rounds_done: u64,
    /// Rounds in which the bank gave no answer.
    pub rounds_without_answer: u64,
    /// Rounds whose outcome could not be written.
    pub rounds_not_written: u64,
    /// Rounds whose lease had passed on before their outcome was written.
    pub leases_lost: u64,
    /// Rounds that panicked.
    pub rounds_panicked: u64,
    /// Events that were delivered.
    pub events_delivered: u64,
    /// Events that the platform refused for good.
    pub events_put_aside: u64,
    /// Hosts that are not asked for a while, since they gave no answer.
    pub open_breakers: Vec<String>,
    /// What the ledger says, some seconds ago; some looks ago, where the worker looks for what is due rarely.
    pub ledger: Measures,
    /// When it said so.
    pub measured_at: Option<OffsetDateTime>,
}

impl Worker {
    /// A worker over a ledger, for shops, which tells `sink`.
    pub fn new(
        shops: Shops,
        ledger: Arc<dyn Ledger>,
        sink: Arc<dyn EventSink>,
        runtime: Runtime,
    ) -> Self {
        let store = Store {
            ledger,
            runtime,
            due: Arc::default(),
            news: Arc::default(),
            stopping: Arc::default(),
            rooms: Rooms::default(),
        };
        Self {
            shops,
            store,
            sink,
            concurrency: Concurrency::default(),
            retention: Retention::default(),
            stopping: Stopping::default(),
            poll_interval: POLL_INTERVAL,
            health: Arc::default(),
            panics: Arc::default(),
            returns: Arc::default(),
        }
    }

    /// With another number of orders at once.
    #[must_use]
    pub fn with_concurrency(mut self, concurrency: Concurrency) -> Self {
        self.concurrency = concurrency;
        self.store.rooms = Rooms::new(concurrency);
        self
    }

    /// With another time for which what is over is kept.
    #[must_use]
    pub const fn with_retention(mut self, retention: Retention) -> Self {
        self.retention = retention;
        self
    }

    /// With other times for stopping.
    #[must_use]
    pub const fn with_stopping(mut self, stopping: Stopping) -> Self {
        self.stopping = stopping;
        self
    }

    /// With another pause between two looks at the ledger for what became due. What this process makes
    /// due itself is noticed at once; the pause is how late it notices what time or another process
    /// did.
    #[must_use]
    pub const fn with_poll_interval(mut self, pause: Duration) -> Self {
        self.poll_interval = pause;
        self
    }

    /// Where callbacks come in.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(self.shops.clone(), self.store.clone(), self.returns.clone())
    }

    /// A shop; none where there is none of this name.
    pub fn shop(&self, name: &ShopName) -> Option<ShopHandle> {
        let shop = self.shops.get(name)?;
        Some(ShopHandle::new(shop, self.store.clone()))
    }

    /// An order of a shop, by its key; none where there is no such shop.
    pub fn order(&self, key: &OrderKey) -> Option<OrderHandle> {
        let shop = self.shop(&key.shop)?;
        Some(shop.order(key.reference.as_str()))
    }

    /// The shops.
    pub const fn shops(&self) -> &Shops {
        &self.shops
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.store.ledger
    }

    /// The last calls that this process made to banks.
    pub const fn calls(&self) -> &Calls {
        self.store.runtime.calls()
    }

    /// How it is.
    pub fn health(&self) -> Health {
        let health = self.health.lock();
        health.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Works until `stop` is done, and then until what was begun is finished or its time is over: no
    /// new claims; what was sent is waited for; then it is cut, and every lease is given back.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        supervisor::run(self, stop).await;
    }

    /// Waits until nothing is under way that callers have begun at the bank, for so long at most. It goes
    /// on without its caller, and what is cut with the process has an unknown outcome. For whoever
    /// goes on taking calls after [`run`](Self::run) was told to stop.
    pub async fn finish(&self, limit: Duration) {
        let runtime = &self.store.runtime;
        let idle = std::pin::pin!(runtime.idle());
        let time = std::pin::pin!(runtime.sleep(limit));
        if let Either::Right(_) = select(idle, time).await {
            tracing::warn!("what callers began at the bank was not finished in time");
        }
    }

    fn note(&self, what: impl FnOnce(&mut Health)) {
        let health = self.health.lock();
        what(&mut health.unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("shops", &self.shops)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
