//! Tokio's tasks and the operating system's random numbers.

use std::pin::Pin;
use std::sync::Arc;

use inbank_adapters_http::SystemClock;
use inbank_app::Runtime;
use inbank_ports::{Clock, Random, Spawner};

/// Tasks in the Tokio runtime that is entered when they are started.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioSpawner;

impl Spawner for TokioSpawner {
    fn spawn(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        drop(tokio::spawn(task));
    }
}

/// The operating system's random numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    /// # Panics
    /// Where the operating system has no random numbers: names that can be guessed must not be given
    /// away.
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        match getrandom::fill(&mut bytes) {
            Ok(()) => bytes,
            Err(error) => panic!("the operating system has no random numbers: {error}"),
        }
    }
}

/// What a platform runs on in production; with another clock in tests.
pub(crate) fn tokio_runtime(clock: Option<Arc<dyn Clock>>) -> Runtime {
    let clock = clock.unwrap_or_else(|| Arc::new(SystemClock));
    Runtime::new(clock, Arc::new(OsRandom), Arc::new(TokioSpawner))
}
