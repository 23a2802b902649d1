use std::pin::Pin;

/// Starts tasks: Tokio's in production, a seeded executor's in a simulation.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Spawner: Send + Sync {
    /// Runs a task to its end, whether or not anybody waits for it. A panic in it ends that task
    /// alone.
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>);
}

/// Random numbers, for names that can't be guessed and for pauses that don't fall into step.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Random: Send + Sync {
    /// Sixteen bytes that nobody can foresee; from a seeded generator in tests.
    fn bytes(&self) -> [u8; 16];
}
