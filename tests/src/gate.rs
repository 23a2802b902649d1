//! A gate at which a process stands still, as one does whose machine is frozen, or whose database does
//! not answer.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore};

use crate::{CrashPoint, Hook};

/// On which side of a call the gate is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum When {
    /// Nothing is done yet.
    Before,
    /// It is done, and its caller has not heard of it.
    After,
}

/// Holds one call of a ledger.
pub struct Gate {
    closed: Mutex<Option<(When, &'static str, u32)>>,
    holds: Notify,
    open: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            closed: Mutex::default(),
            holds: Notify::new(),
            open: Semaphore::new(0),
        }
    }
}

impl Gate {
    /// Holds the call of this name that comes after so many others of it from now on.
    pub fn close(&self, when: When, call: &'static str, after: u32) {
        *self.closed() = Some((when, call, after));
    }

    /// Resolves when it holds somebody.
    pub async fn holds(&self) {
        self.holds.notified().await;
    }

    /// Lets whom it holds go on.
    pub fn open(&self) {
        self.open.add_permits(1);
    }

    async fn pass(&self, when: When, call: &'static str) {
        let held = {
            let mut closed = self.closed();
            match &mut *closed {
                Some((side, name, left)) if *side == when && *name == call => {
                    let held = *left == 0;
                    *left = left.saturating_sub(1);
                    if held {
                        *closed = None;
                    }
                    held
                }
                Some(_) | None => false,
            }
        };
        if held {
            self.holds.notify_one();
            self.open.acquire().await.unwrap().forget();
        }
    }

    fn closed(&self) -> std::sync::MutexGuard<'_, Option<(When, &'static str, u32)>> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Hook for Gate {
    async fn before(&self, call: &'static str, _: CrashPoint) {
        self.pass(When::Before, call).await;
    }

    async fn after(&self, call: &'static str, _: CrashPoint) {
        self.pass(When::After, call).await;
    }
}
