//! A process that dies before or after any call of its ledger.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;

use crate::{CrashPoint, Hook, When};

/// Kills its own process at a step, as a power failure would.
pub struct Dying(AtomicU32);

impl Dying {
    /// Dies at the step of this number, from 1; never where it is 0.
    pub const fn new(at: u32) -> Self {
        Self(AtomicU32::new(at))
    }

    /// Says which step it is first, so that a test knows at what it died.
    fn step(&self, when: When, point: CrashPoint) {
        if self.0.load(Ordering::SeqCst) == 0 {
            return;
        }
        let when = match when {
            When::Before => "before",
            When::After => "after",
        };
        println!("step {when} {}", point.name());
        let one_less = |left: u32| left.checked_sub(1);
        let before = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        if before == Ok(1) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
            // The signal is on its way.
            loop {
                std::thread::park();
            }
        }
    }
}

#[async_trait]
impl Hook for Dying {
    async fn before(&self, _: &'static str, point: CrashPoint) {
        self.step(When::Before, point);
    }

    async fn after(&self, _: &'static str, point: CrashPoint) {
        self.step(When::After, point);
    }
}
