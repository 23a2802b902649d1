use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::channel::oneshot;
use inbank_domain::AttemptId;
use inbank_ports::{Clock, Random, Spawner};
use time::OffsetDateTime;

use crate::calls::Calls;
use crate::signal::Signal;

/// What the code runs on: time, random numbers, tasks. Cheap to clone.
#[derive(Clone)]
pub struct Runtime {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    spawner: Arc<dyn Spawner>,
    tasks: Arc<Tasks>,
    calls: Calls,
    started_at: OffsetDateTime,
}

/// Tasks that must not be cut off, since the bank is being asked in them for a caller.
#[derive(Default)]
struct Tasks {
    running: AtomicUsize,
    ended: Signal,
}

/// Counts a task as running until it is dropped.
struct Running(Arc<Tasks>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
        self.0.ended.raise();
    }
}

impl Runtime {
    /// From its three parts: Tokio's are `inbank`'s own, others are a simulation's, or another executor's.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use inbank_app::Runtime;
    /// # use inbank_ports::{Clock, Random, Spawner};
    /// # fn example(clock: Arc<dyn Clock>, random: Arc<dyn Random>, spawner: Arc<dyn Spawner>) {
    /// let runtime = Runtime::new(clock, random, spawner);
    /// println!("it is {}", runtime.now());
    /// # }
    /// ```
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>, spawner: Arc<dyn Spawner>) -> Self {
        Self {
            started_at: clock.now(),
            clock,
            random,
            spawner,
            tasks: Arc::default(),
            calls: Calls::default(),
        }
    }

    /// Now, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// When it was made: what is remembered in memory alone, such as calls to banks, goes back to then.
    pub const fn started_at(&self) -> OffsetDateTime {
        self.started_at
    }

    /// The calls that were made to banks on it.
    pub(crate) const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The clock.
    pub const fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    pub(crate) async fn sleep(&self, pause: Duration) {
        self.clock.sleep(pause).await;
    }

    /// A name that can't be guessed.
    pub(crate) fn attempt_id(&self) -> AttemptId {
        AttemptId::from_bytes(self.random.bytes())
    }

    /// A pause, longer by up to a quarter, so that what failed together does not come back together.
    pub(crate) fn spread(&self, pause: Duration) -> Duration {
        let [byte, ..] = self.random.bytes();
        pause + pause / 4 * u32::from(byte) / 256
    }

    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.spawner.spawn(Box::pin(task));
    }

    /// Runs a task to its end whether or not the caller waits for it. None where the task panicked.
    pub(crate) async fn detached<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.tasks.running.fetch_add(1, Ordering::SeqCst);
        let running = Running(self.tasks.clone());
        self.spawn(task.map(move |value| {
            drop(running);
            // Whoever has gone away doesn't need to know.
            let _ = answer.send(value);
        }));
        answered.await.ok()
    }

    /// Returns when no detached task runs.
    pub(crate) async fn idle(&self) {
        while self.tasks.running.load(Ordering::SeqCst) > 0 {
            self.tasks.ended.raised().await;
        }
        // Whoever else waits for the same.
        self.tasks.ended.raise();
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").finish_non_exhaustive()
    }
}
