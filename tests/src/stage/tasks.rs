use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use inbank::ports::Spawner;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The tasks of one process: counted, so that it is known when the platform has nothing to do, and
/// ended together where the process is killed.
pub(super) struct Tasks {
    running: watch::Sender<usize>,
    alive: Mutex<Option<JoinSet<()>>>,
}

tokio::task_local! {
    static TASK: ();
}

/// Whether this is asked in one of the platform's tasks.
pub(super) fn is_of_a_task() -> bool {
    TASK.try_with(|()| ()).is_ok()
}

struct Running(watch::Sender<usize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

impl Tasks {
    /// A process beside others: all are counted together.
    pub(super) fn new(running: watch::Sender<usize>) -> Self {
        Self {
            running,
            alive: Mutex::new(Some(JoinSet::new())),
        }
    }

    /// Ends all at once, wherever they are, and starts none any more.
    pub(super) fn kill(&self) {
        drop(self.alive().take());
    }

    fn alive(&self) -> std::sync::MutexGuard<'_, Option<JoinSet<()>>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spawner for Tasks {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let mut alive = self.alive();
        let Some(tasks) = &mut *alive else { return };
        while tasks.try_join_next().is_some() {}
        self.running.send_modify(|running| *running += 1);
        let running = Running(self.running.clone());
        tasks.spawn(TASK.scope((), async move {
            let _running = running;
            task.await;
        }));
    }
}
