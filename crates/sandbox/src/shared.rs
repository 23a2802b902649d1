//! The bank's memory as the server, the delivery of callbacks and the tests share it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use time::OffsetDateTime;
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use crate::bank::Bank;

#[derive(Debug)]
pub(crate) struct Shared {
    /// Another one for each sandbox, whatever its seed: who listens to it can tell that it was started anew.
    pub(crate) instance: Uuid,
    bank: Mutex<Bank>,
    changes: watch::Sender<()>,
    stopped: watch::Sender<bool>,
    /// How often answers that are held back have been released.
    releases: watch::Sender<u64>,
    /// How many answers are held back.
    held: watch::Sender<usize>,
}

impl Shared {
    pub(crate) fn new(bank: Bank) -> Self {
        Self {
            instance: Uuid::new_v4(),
            bank: Mutex::new(bank),
            changes: watch::Sender::new(()),
            stopped: watch::Sender::new(false),
            releases: watch::Sender::new(0),
            held: watch::Sender::new(0),
        }
    }

    /// The bank as of now: everything whose time has come has happened.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Bank> {
        let mut bank = self.bank.lock().unwrap_or_else(PoisonError::into_inner);
        bank.catch_up();
        bank
    }

    /// Changes the bank, and tells those who wait for changes.
    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut Bank) -> T) -> T {
        let result = {
            let bank = &mut *self.lock();
            let result = change(bank);
            // What the change has begun may be due at once.
            bank.catch_up();
            bank.remember();
            result
        };
        self.tell();
        result
    }

    /// Tells those who wait for changes that there is one.
    pub(crate) fn tell(&self) {
        self.changes.send_replace(());
    }

    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Resolves when no callback waits to be sent.
    pub(crate) async fn idle(&self) {
        let mut changes = self.changes();
        while !self.lock().callbacks_are_settled() {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    pub(crate) fn stop(&self) {
        self.stopped.send_replace(true);
    }

    pub(crate) fn stopped(&self) -> watch::Receiver<bool> {
        self.stopped.subscribe()
    }

    /// Holds an answer back until answers are released or the sandbox stops.
    pub(crate) async fn hold(&self) {
        let mut releases = self.releases.subscribe();
        let mut stopped = self.stopped();
        let _held = Held::count(&self.held);
        tokio::select! {
            _ = releases.changed() => {}
            _ = stopped.wait_for(|stopped| *stopped) => {}
        }
    }

    /// The same, or until the sandbox's clock says so.
    pub(crate) async fn hold_until(&self, at: OffsetDateTime) {
        tokio::select! {
            () = self.hold() => {}
            () = self.has_become(at) => {}
        }
    }

    /// Resolves when the sandbox's clock, which goes by itself and is moved, has come so far.
    async fn has_become(&self, at: OffsetDateTime) {
        const LONGEST: Duration = Duration::from_hours(1);
        let mut changes = self.changes();
        loop {
            let left = at - self.lock().now();
            let Some(left) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) else {
                return;
            };
            tokio::select! {
                () = sleep(left.min(LONGEST)) => {}
                moved = changes.changed() => if moved.is_err() { return },
            }
        }
    }

    pub(crate) fn release_answers(&self) {
        self.releases.send_modify(|releases| *releases += 1);
    }

    /// Resolves when an answer is held back.
    pub(crate) async fn answer_held(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.held.subscribe().wait_for(|held| *held > 0).await;
    }
}

/// One answer that is held back, for as long as this lives.
struct Held<'a>(&'a watch::Sender<usize>);

impl<'a> Held<'a> {
    fn count(held: &'a watch::Sender<usize>) -> Self {
        held.send_modify(|held| *held += 1);
        Self(held)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held -= 1);
    }
}
