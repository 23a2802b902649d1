//! What anybody could see: logs, errors and `Debug`s, to be searched for what must not be in them.

use std::error::Error;
use std::fmt::Debug;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::{DefaultGuard, set_default, set_global_default};
use tracing_subscriber::fmt::format::FmtSpan;

/// All that was shown to anybody.
#[derive(Clone, Default)]
pub struct Shown(Arc<Mutex<Vec<u8>>>);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shown {
    /// Everything that is logged on this thread from now on, down to the last detail.
    pub fn logs(&self) -> DefaultGuard {
        set_default(self.subscriber())
    }

    /// The same of all threads, for a test that has its process to itself.
    pub fn all_logs(&self) {
        set_global_default(self.subscriber()).unwrap();
    }

    fn subscriber(&self) -> impl tracing::Subscriber + Send + Sync + use<> {
        let shown = self.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            // Digits of the time could look like anybody's number.
            .without_time()
            .with_writer(move || shown.clone())
            .finish()
    }

    /// A value in both ways to print it.
    pub fn debug(&mut self, value: &impl Debug) {
        write!(self, "{value:?}\n{value:#?}\n").unwrap();
    }

    /// An error in every way to print it, and so all that lies behind it.
    pub fn error(&mut self, error: &dyn Error) {
        write!(self, "{error}\n{error:?}\n{error:#?}\n").unwrap();
        if let Some(source) = error.source() {
            self.error(source);
        }
    }

    /// All of it.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Something was shown, and nothing of these.
    #[track_caller]
    pub fn holds_none_of(&self, canaries: &[&str]) {
        let text = self.text();
        assert!(!text.is_empty(), "nothing was listened to");
        for canary in canaries {
            let line = text.lines().find(|line| line.contains(canary));
            assert_eq!(line, None, "{canary} sings");
        }
    }
}
