//! When a command that goes on by itself ends.

use crate::exit::Failure;

/// Resolves at Ctrl-C, or when the process is asked to end. Listens from now on, so that no signal
/// after the first line is missed.
pub(crate) fn asked() -> Result<impl Future<Output = ()>, Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::other(
                    format!("signals can't be heard: {error}"),
                    "start it from a process that may take signals",
                )
            })
        };
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// Resolves when nobody can read stdout any more: at once, and not only when the next line is written.
pub(crate) async fn unread() {
    #[cfg(unix)]
    {
        use rustix::event::{PollFd, PollFlags, poll};
        // The kernel tells of a closed pipe whatever is asked for; of anything else nothing is asked for. A thread of
        // its own, which is left behind when the process ends.
        let (tell, told) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let stdout = std::io::stdout();
            let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
            let gone = poll(&mut watched, None).is_ok()
                && watched[0]
                    .revents()
                    .intersects(PollFlags::ERR | PollFlags::HUP);
            if gone {
                let _ = tell.send(());
            } else {
                // It can't be told of this kind of file; the next line that is written says so.
                std::mem::forget(tell);
            }
        });
        let _ = told.await;
    }
    #[cfg(not(unix))]
    std::future::pending::<()>().await;
}
