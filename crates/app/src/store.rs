//! Orders in the ledger: read, changed and written again on the version that was read.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use inbank_domain::{Order, OrderKey};
use inbank_ports::{Due, Lease, Ledger, LedgerError, LedgerErrorKind, Rest, Saved, Write};
use time::OffsetDateTime;

use crate::Runtime;
use crate::room::Rooms;
use crate::signal::Signal;

/// The ledger, and the signals of this process that something is to be done.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) runtime: Runtime,
    /// Raised when an order became due.
    pub(crate) due: Arc<Signal>,
    /// Raised when an event was written.
    pub(crate) news: Arc<Signal>,
    /// Raised when the worker stops: what callers' rounds have not sent isn't, and is left to the next process.
    pub(crate) stopping: Arc<AtomicBool>,
    /// How much callers may have under way at once.
    pub(crate) rooms: Rooms,
}

/// Why an order was not written.
#[derive(Debug)]
pub(crate) enum NotWritten {
    Ledger(LedgerError),
    /// Another holds the lease.
    Lost,
    /// The session or application belongs to another order.
    Taken,
    /// It isn't there any more, or changes faster than it can be written.
    Gone,
}

impl From<LedgerError> for NotWritten {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// How often a change is tried again because others changed the order meanwhile.
const TRIES: usize = 64;

/// A ledger that is away is asked again after this, and then after twice as long, …
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// … and at the longest after this.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How a change is to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct How {
    /// The lease that must still be held.
    pub(crate) lease: Option<Lease>,
    /// The keys of the callbacks that are worked on with it.
    pub(crate) worked_on: Vec<String>,
}

impl Store {
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.runtime.now()
    }

    /// An order, or a new one.
    pub(crate) async fn order_or_new(&self, key: &OrderKey) -> Result<Order, LedgerError> {
        let order = self.ledger.order(key).await?;
        Ok(order.unwrap_or_else(|| Order::new(key.clone(), self.now())))
    }

    /// Changes an order and writes it; anew on what others wrote meanwhile, until it fits. `order` is
    /// then as it was written. Nothing is written where nothing changed and nothing else is to be.
    pub(crate) async fn change<T>(
        &self,
        order: &mut Order,
        how: &How,
        mut change: impl FnMut(&mut Order, OffsetDateTime) -> (T, Due),
    ) -> Result<T, NotWritten> {
        for _ in 0..TRIES {
            let now = self.now();
            let mut next = order.clone();
            let (value, due) = change(&mut next, now);
            if next == *order && due == Due::Leased && how.worked_on.is_empty() {
                return Ok(value);
            }
            let write = Write {
                order: next.clone(),
                lease: how.lease,
                due,
                worked_on: how.worked_on.clone(),
                now,
            };
            match self.ledger.write(write).await? {
                Saved::Written(version) => {
                    if !next.news.is_empty() {
                        for event in &next.news {
                            let (shop, reference, kind) = (&event.shop, &event.order, &event.kind);
                            tracing::info!(%shop, order = %reference, attempt = event.attempt, %kind, "an event");
                        }
                        self.news.raise();
                    }
                    next.written(version);
                    if due == Due::Now {
                        self.due.raise();
                    }
                    *order = next;
                    return Ok(value);
                }
                Saved::Outdated => {
                    *order = match self.ledger.order(&order.key).await? {
                        Some(present) => present,
                        None if order.version == 0 => continue,
                        None => return Err(NotWritten::Gone),
                    };
                }
                Saved::LeaseLost => return Err(NotWritten::Lost),
                Saved::Taken => return Err(NotWritten::Taken),
            }
        }
        Err(NotWritten::Gone)
    }

    /// The same for what must not be lost, such as an answer of the bank: tried again while the ledger
    /// is away, until `until`.
    pub(crate) async fn insist<T>(
        &self,
        order: &mut Order,
        how: &How,
        until: OffsetDateTime,
        mut change: impl FnMut(&mut Order, OffsetDateTime) -> (T, Due),
    ) -> Result<T, NotWritten> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.change(order, how, &mut change).await {
                Err(NotWritten::Ledger(error)) if self.now() < until => {
                    tracing::warn!(
                        error = &error as &dyn Error,
                        "an order is not written yet; trying again"
                    );
                    self.runtime.sleep(self.runtime.spread(pause)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                written => return written,
            }
        }
    }

    /// Ends a lease without writing its order; tried again while the ledger is away, until `until`. The
    /// order would else stand still until the lease has lapsed, though nobody works on it.
    pub(crate) async fn release(
        &self,
        key: &OrderKey,
        lease: Lease,
        rest: Rest,
        until: OffsetDateTime,
    ) {
        let mut pause = FIRST_PAUSE;
        loop {
            let now = self.now();
            match self.ledger.release(key, lease, rest, now).await {
                Ok(_) => return,
                Err(error) if error.kind() == LedgerErrorKind::Unavailable && now < until => {
                    self.runtime.sleep(self.runtime.spread(pause)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(error) => {
                    tracing::warn!(order = %key, error = &error as &dyn Error, "an order is left to its lease");
                    return;
                }
            }
        }
    }
}

/// When an order is due next, as a pause from now.
pub(crate) fn due_in(order: &Order, now: OffsetDateTime) -> Due {
    match order.due_at() {
        None => Due::Never,
        Some(at) => Due::In((at - now).try_into().unwrap_or(Duration::ZERO)),
    }
}
