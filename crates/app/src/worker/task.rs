//! What is done about one claimed order: a round, or, where that can't be, leaving it alone.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use inbank_domain::{Concern, OrderKey};
use inbank_ports::{Claim, Claimed, Due, Lease, Rest};
use time::OffsetDateTime;

use super::{Round, RoundResult, Worker, pace};
use crate::Shop;
use crate::store::How;

/// An order on which work failed so often in a row is put aside.
pub(super) const POISON_AFTER: u32 = 8;
/// … and tried again so rarely: a version that can work on it takes it up by itself.
const PAUSE_ASIDE: Duration = Duration::from_hours(1);
/// So long a ledger that is away is asked to end a lease.
const LONGEST_RELEASE: Duration = Duration::from_secs(30);

/// What came of the work on one claimed order.
pub(super) struct Worked {
    pub(super) result: RoundResult,
    /// Whether the bank was asked anything: else it says nothing of the bank.
    pub(super) asked: bool,
}

impl Worked {
    const WITHOUT_THE_BANK: Self = Self {
        result: RoundResult::Done,
        asked: false,
    };
}

/// A round's whole work; what can't be read is put aside.
pub(super) async fn work(
    worker: &Worker,
    shop: Option<Arc<Shop>>,
    claimed: Claimed,
    claimed_at: OffsetDateTime,
    stopping: Arc<AtomicBool>,
) -> Worked {
    let claim: Claim = match claimed {
        Claimed::Order(claim) => *claim,
        Claimed::Unreadable {
            key,
            lease,
            failures,
            error,
        } => {
            let failures = failures.saturating_add(1);
            let aside = failures >= POISON_AFTER;
            tracing::error!(order = %key, error = &error as &dyn Error, aside, "an order can't be read, and is left alone");
            put_off(worker, &key, lease, failures, aside).await;
            return Worked::WITHOUT_THE_BANK;
        }
    };
    let Some(shop) = shop else {
        // It was taken away after the claim.
        give_back(worker, &claim.order.key, claim.lease, claim.order.failures).await;
        return Worked::WITHOUT_THE_BANK;
    };
    let store = worker.store.clone();
    let end = Round::new(store, shop, claim, claimed_at, stopping)
        .run()
        .await;
    Worked {
        result: end.result,
        asked: end.asked,
    }
}

/// A round that panicked: that order alone pauses, and after some times a person is told.
pub(super) async fn poisoned(worker: &Worker, key: &OrderKey, lease: Lease, failures: u32) {
    let failures = failures.saturating_add(1);
    let aside = failures >= POISON_AFTER;
    tracing::error!(order = %key, failures, aside, "working on an order panicked");
    if aside {
        tell_aside(worker, key).await;
    }
    put_off(worker, key, lease, failures, aside).await;
}

async fn tell_aside(worker: &Worker, key: &OrderKey) {
    let Ok(Some(mut order)) = worker.store.ledger.order(key).await else {
        return;
    };
    let how = How::default();
    let told = worker.store.change(&mut order, &how, |order, now| {
        if let Some(number) = order.present().map(|attempt| attempt.number) {
            order.tell_person(number, Concern::Aside, now);
        }
        ((), Due::Leased)
    });
    if let Err(error) = told.await {
        tracing::warn!(?error, "an order that is put aside is in the log only");
    }
}

async fn put_off(worker: &Worker, key: &OrderKey, lease: Lease, failures: u32, aside: bool) {
    let pause = if aside {
        PAUSE_ASIDE
    } else {
        pace::after_failure(failures)
    };
    let rest = Rest {
        due_in: Some(worker.store.runtime.spread(pause)),
        failures,
        aside,
    };
    release(worker, key, lease, rest).await;
}

pub(super) async fn give_back(worker: &Worker, key: &OrderKey, lease: Lease, failures: u32) {
    let rest = Rest {
        due_in: Some(Duration::ZERO),
        failures,
        aside: false,
    };
    release(worker, key, lease, rest).await;
}

async fn release(worker: &Worker, key: &OrderKey, lease: Lease, rest: Rest) {
    let until = worker.store.now() + LONGEST_RELEASE;
    worker.store.release(key, lease, rest, until).await;
}
