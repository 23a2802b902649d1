//! Ends what is under way, in stages.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures::FutureExt as _;
use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Either, select};
use futures::stream::StreamExt as _;

use super::{Message, Supervisor};

/// For giving leases back when all else is cut.
const LAST_WRITES: Duration = Duration::from_secs(5);

impl Supervisor<'_> {
    /// No new claims; what was sent is waited for; then it is cut, and gives its lease back.
    pub(super) async fn stop(mut self, inbox: &mut UnboundedReceiver<Message>) {
        self.stopping.store(true, Ordering::Relaxed);
        self.worker.store.stopping.store(true, Ordering::Relaxed);
        let drain = self.worker.stopping.drain;
        self.ended_within(drain, inbox).await;
        if !self.running.is_empty() {
            tracing::warn!(
                tasks = self.running.len(),
                "cut what was not finished in time"
            );
            for task in self.running.values() {
                task.abort();
            }
            self.ended_within(LAST_WRITES, inbox).await;
        }
        if !self.running.is_empty() {
            let left = self.running.len();
            tracing::error!(
                left,
                "leases could not be given back; they lapse within two minutes"
            );
        }
    }

    async fn ended_within(&mut self, limit: Duration, inbox: &mut UnboundedReceiver<Message>) {
        let runtime = self.worker.store.runtime.clone();
        let mut time = pin!(runtime.sleep(limit));
        // While this stops, what is claimed yet is given back at once. What callers began is waited for as well, since the bank has been asked.
        let mut callers = pin!(runtime.idle().fuse());
        let mut idle = false;
        while !idle || self.is_busy() {
            let next = select(inbox.next(), &mut callers);
            match select(&mut time, next).await {
                Either::Left(_) | Either::Right((Either::Left((None, _)), _)) => return,
                Either::Right((Either::Left((Some(message), _)), _)) => self.hear(message),
                Either::Right((Either::Right(_), _)) => idle = true,
            }
        }
    }

    fn is_busy(&self) -> bool {
        !self.running.is_empty() || self.claims.under_way || self.outbox.under_way
    }
}
