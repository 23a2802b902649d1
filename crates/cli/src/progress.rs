//! That something goes on, for people: on stderr, after a second, and only where that is a terminal.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use inbank::http::SystemClock;
use inbank::ports::Clock as _;
use indicatif::ProgressBar;

use crate::output::Format;

static BAR: OnceLock<ProgressBar> = OnceLock::new();

/// Whether it is there to be seen. Before that nothing is drawn, not even to take it away.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// Before this nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);

/// Allows it, except beside documents for scripts. Without a terminal it hides itself.
pub(crate) fn allow(format: Format) {
    if format == Format::Text {
        BAR.get_or_init(ProgressBar::new_spinner);
    }
}

/// Does some work, and shows that it goes on if it takes its time.
pub(crate) async fn beside<T>(work: impl Future<Output = T>) -> T {
    let mut work = Box::pin(work);
    let done = tokio::select! {
        done = &mut work => Some(done),
        () = SystemClock.sleep(PATIENCE) => None,
    };
    let done = if let Some(done) = done {
        done
    } else {
        say("working");
        work.await
    };
    end();
    done
}

/// Shows what is waited for.
pub(crate) fn say(what: impl Into<String>) {
    if let Some(bar) = BAR.get() {
        SHOWN.store(true, Ordering::Relaxed);
        bar.set_message(what.into());
        bar.enable_steady_tick(Duration::from_millis(120));
    }
}

/// Takes it away: there is something else to read.
pub(crate) fn end() {
    if let Some(bar) = shown() {
        SHOWN.store(false, Ordering::Relaxed);
        bar.finish_and_clear();
    }
}

fn shown() -> Option<&'static ProgressBar> {
    BAR.get().filter(|_| SHOWN.load(Ordering::Relaxed))
}

/// stderr for what is logged meanwhile: neither writes into the other.
pub(crate) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let write = || io::stderr().write(bytes);
        match shown() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
