//! What is done now and then: measuring, and forgetting what is kept for long enough.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Worker;

pub(super) const MEASURED_EVERY: Duration = Duration::from_secs(15);
/// … and no more often than after so many looks for what is due: who looks rarely wants to spare the database.
pub(super) const LOOKS_BETWEEN: u32 = 4;
pub(super) const FORGOTTEN_EVERY: Duration = Duration::from_hours(1);
/// So many at once hold up nothing else.
const BATCH: u32 = 200;
/// Clocks that are further apart than this are said to be.
const CLOCKS_APART_MS: u64 = 2_000;

pub(super) async fn measure(worker: &Worker) {
    let shops: Vec<_> = worker
        .shops
        .all()
        .iter()
        .map(|s| s.name().clone())
        .collect();
    let now = worker.store.now();
    match worker.store.ledger.measure(&shops, now).await {
        Ok(measures) => {
            if measures.clock_ahead_ms.unsigned_abs() > CLOCKS_APART_MS {
                let ahead = measures.clock_ahead_ms;
                tracing::warn!(
                    ahead_ms = ahead,
                    "this machine's clock differs from the database's; set both by NTP"
                );
            }
            if measures.aside > 0 {
                tracing::error!(
                    orders = measures.aside,
                    "orders are put aside, since working on them failed each time; `inbank order list --needs-person` names them"
                );
            }
            worker.note(|health| {
                health.ledger = measures;
                health.measured_at = Some(now);
            });
        }
        Err(error) => {
            tracing::warn!(error = &error as &dyn Error, "the ledger can't be measured");
        }
    }
}

pub(super) async fn forget(worker: &Worker, stopping: &AtomicBool) {
    let keep = worker.retention.orders.try_into();
    let keep = keep.unwrap_or(time::Duration::MAX);
    // Kept for longer than there has been time: then there is nothing to forget.
    let Some(before) = worker.store.now().checked_sub(keep) else {
        return;
    };
    while !stopping.load(Ordering::Relaxed) {
        match worker.store.ledger.forget(before, BATCH).await {
            Ok(forgotten) if forgotten >= u64::from(BATCH) => {
                worker.store.runtime.sleep(Duration::from_millis(20)).await;
            }
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(error = &error as &dyn Error, "old orders are kept for now");
                return;
            }
        }
    }
}
