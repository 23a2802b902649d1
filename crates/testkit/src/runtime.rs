mod executor;
mod process;
mod sleep;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use inbank_ports::{Clock, Random, Spawner};
use time::OffsetDateTime;

use self::executor::{Changes, Owned, Running, Shared, Turn};
pub use self::process::SimProcess;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runtime for simulations: one thread, tasks polled in an order that a seed decides, and a time
/// that passes only when nobody can go on, then at once. The same seed gives the same run.
///
/// Whatever decides anything must be asked of it and not of the machine: a time, a random number, the
/// order of a `HashMap`, another thread. Then [`trace`](Self::trace) is the same too.
///
/// A task that panics ends alone, and is found in [`panics`](Self::panics). Where nothing can ever go on
/// any more, or time doesn't, [`block_on`](Self::block_on) panics instead of hanging. Tasks that have not
/// ended are dropped with the runtime. Give them a [`SimProcess`] as their clock and not the runtime: one
/// that its own tasks hold is never dropped.
#[derive(Debug)]
pub struct SimRuntime {
    first: SimProcess,
    tasks: Mutex<Tasks>,
}

#[derive(Default)]
struct Tasks(BTreeMap<u64, Owned>);

impl std::fmt::Debug for Tasks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} tasks", self.0.len())
    }
}

impl SimRuntime {
    /// A runtime whose every choice follows from the seed. Its time begins in 2026.
    pub fn new(seed: u64) -> Self {
        Self {
            first: SimProcess::new(Arc::new(Shared::new(seed))),
            tasks: Mutex::default(),
        }
    }

    /// A process of its own within the simulation, which can be killed.
    pub fn process(&self) -> SimProcess {
        SimProcess::new(self.first.shared.clone())
    }

    /// Resolves when so much of the simulation's time has passed. It takes none of ours.
    pub async fn pass(&self, time: Duration) {
        self.first.pass(time).await;
    }

    /// Runs a future to its end, and meanwhile whatever was spawned. What has not ended then goes on
    /// with the next call.
    ///
    /// # Panics
    /// When the future does; when it can never end, since no task can go on and no timer runs; when
    /// tasks go on and on and time does not; when it is called from within itself.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let shared = &self.first.shared;
        let _running = Running::enter(shared);
        let mut out = Out::of(self);
        let tasks = &mut out.tasks;
        let mut future = pin!(future);
        let mut woken = Vec::new();
        loop {
            match shared.next_turn(&mut woken) {
                Turn::Changed(changes) => tasks.take_in(changes, shared),
                Turn::Main(seat) => {
                    let waker = seat.into();
                    let polled = future.as_mut().poll(&mut Context::from_waker(&waker));
                    if let Poll::Ready(output) = polled {
                        return output;
                    }
                }
                Turn::Task(id, has_stood) => {
                    let Some(owned) = tasks.0.get_mut(&id) else {
                        continue;
                    };
                    if has_stood && shared.stands_still(owned.process, &owned.waker) {
                        continue;
                    }
                    let mut context = Context::from_waker(&owned.waker);
                    let task = owned.task.as_mut();
                    let ended = shared.guard(|| task.poll(&mut context).is_ready());
                    if ended != Some(false) {
                        let owned = tasks.0.remove(&id);
                        shared.guard(|| drop(owned));
                    }
                }
                Turn::Nobody => {
                    let tasks = tasks.0.len();
                    let now = self.now();
                    panic!(
                        "deadlock at {now}: the future and {tasks} tasks wait, no timer runs, and nobody is left to wake them"
                    );
                }
            }
        }
    }

    /// How many tasks have not ended, as it is seen from outside of [`block_on`](Self::block_on).
    pub fn tasks_left(&self) -> usize {
        self.take_in();
        self.tasks().0.len()
    }

    /// What every task that panicked has said, in order.
    pub fn panics(&self) -> Vec<String> {
        self.first.shared.state().panics.clone()
    }

    /// Stands for all that has happened so far: which task was polled when. The same for two runs that
    /// went the same way.
    pub fn trace(&self) -> u64 {
        self.first.shared.state().trace
    }

    /// Takes in what was spawned, and drops what was killed.
    fn take_in(&self) {
        let shared = &self.first.shared;
        // What is dropped may spawn and kill in turn.
        while let Some(changes) = shared.changes() {
            let mut out = Out::of(self);
            out.tasks.take_in(changes, shared);
        }
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks {
    fn take_in(&mut self, Changes { spawned, killed }: Changes, shared: &Shared) {
        self.0.extend(spawned);
        for process in &killed {
            let of_it = self.0.extract_if(.., |_, owned| owned.process == *process);
            for task in of_it {
                shared.guard(|| drop(task));
            }
        }
    }
}

/// The tasks, for as long as one alone works with them.
struct Out<'a> {
    runtime: &'a SimRuntime,
    tasks: Tasks,
}

impl<'a> Out<'a> {
    fn of(runtime: &'a SimRuntime) -> Self {
        let tasks = std::mem::take(&mut *runtime.tasks());
        Self { runtime, tasks }
    }
}

impl Drop for Out<'_> {
    fn drop(&mut self) {
        *self.runtime.tasks() = std::mem::take(&mut self.tasks);
    }
}

impl Drop for SimRuntime {
    fn drop(&mut self) {
        let shared = &self.first.shared;
        shared.state().over = true;
        self.take_in();
        let tasks = std::mem::take(&mut self.tasks().0);
        for task in tasks {
            shared.guard(|| drop(task));
        }
        let forgotten = shared.state().forget();
        drop(forgotten);
    }
}

#[async_trait]
impl Clock for SimRuntime {
    fn now(&self) -> OffsetDateTime {
        self.first.now()
    }

    async fn sleep(&self, wait: Duration) {
        self.pass(wait).await;
    }
}

impl Spawner for SimRuntime {
    fn spawn(&self, task: Task) {
        self.first.spawn(task);
    }
}

impl Random for SimRuntime {
    fn bytes(&self) -> [u8; 16] {
        self.first.bytes()
    }
}

/// Lets every other task that can run go first, once; under any runtime.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests;
