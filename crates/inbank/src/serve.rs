//! A server with limits: the documented way to run a platform.

mod connections;
mod stall;

use std::io;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::Platform;

/// What nobody from outside can exceed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// For a request's head to arrive, the wait for the next one of the same connection included.
    pub head: Duration,
    /// For a request to arrive and be answered.
    pub request: Duration,
    /// Without a client taking anything of the answer that it is sent.
    pub stall: Duration,
    /// For open connections to finish when the server stops; then they are cut.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: Duration::from_secs(10),
            // A call that opens a session waits for the bank.
            request: Duration::from_mins(2),
            stall: Duration::from_secs(30),
            drain: Duration::from_secs(25),
        }
    }
}

/// What callers began at the bank has so long to finish after all else has ended.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// Why a server did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Routes can't be mounted under the public address.
    #[error("public_url: its path must have no braces, and no part that begins with `:` or `*`")]
    Path,
    /// Signals can't be listened to.
    #[error("the operating system's signals can't be listened to")]
    Signals(#[source] io::Error),
}

impl Platform {
    /// Serves the platform's own `routes`, with ours beside them where `public_url` leads, and works in
    /// the background, until SIGTERM or Ctrl-C: then no connection is accepted any more, requests under
    /// way are answered, the worker finishes what it has sent, and leases are given back. What the
    /// clients can make it do is limited by [`Limits`].
    ///
    /// ```no_run
    /// # use axum::Router;
    /// # use axum::routing::get;
    /// # async fn example(platform: inbank::Platform) -> Result<(), Box<dyn std::error::Error>> {
    /// let routes = Router::new().route("/health", get(|| async { "here" }));
    /// let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    /// platform.serve(listener, routes).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ServeError`], at once.
    ///
    /// # Panics
    /// Where `routes` have a route of ours under the same path, as a [`Router`] does.
    pub async fn serve(&self, listener: TcpListener, routes: Router) -> Result<(), ServeError> {
        let stop = stop_signals().map_err(ServeError::Signals)?;
        self.serve_until(listener, routes, stop).await
    }

    /// The same, until `stop` is done.
    ///
    /// ```no_run
    /// # async fn example(platform: inbank::Platform, stop: tokio::sync::oneshot::Receiver<()>) -> Result<(), Box<dyn std::error::Error>> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    /// let stop = async { drop(stop.await) };
    /// platform.serve_until(listener, axum::Router::new(), stop).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ServeError`], at once.
    ///
    /// # Panics
    /// As [`serve`](Self::serve).
    pub async fn serve_until(
        &self,
        listener: TcpListener,
        routes: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let routes = self.mount(routes)?;
        let limits = self.limits();
        let (stopped, stopping) = watch::channel(false);
        let mut until = stopping.clone();
        let serving = tokio::spawn(connections::accept(listener, routes, limits, stopping));
        let worker = self.clone();
        let working = tokio::spawn(async move {
            worker
                .run(async move { drop(until.wait_for(|stopped| *stopped).await) })
                .await;
        });
        stop.await;
        let last = Instant::now() + limits.drain + LAST_ANSWERS;
        // Nobody listens any more where both have ended.
        let _ = stopped.send(true);
        // Both at once, since who stops us waits for neither longer than for the other.
        let _ = serving.await;
        let _ = working.await;
        // The worker may have ended first: it doesn't know of what a request began at the bank after
        // that, and such a call goes on when its browser has hung up.
        self.finish(last.duration_since(Instant::now())).await;
        Ok(())
    }

    fn mount(&self, routes: Router) -> Result<Router, ServeError> {
        let address = self.public_url().as_str();
        let rest = address.split("://").nth(1).unwrap_or_default();
        let path = rest.find('/').map_or("", |start| &rest[start..]);
        let path = path.trim_end_matches('/');
        let mut parts = path.split('/');
        // What a router takes for a place to fill, or refuses.
        if parts.any(|part| part.contains(['{', '}']) || part.starts_with([':', '*'])) {
            return Err(ServeError::Path);
        }
        let ours: Router = self.router();
        Ok(if path.is_empty() {
            routes.merge(ours)
        } else {
            routes.nest(path, ours)
        })
    }
}

#[cfg(unix)]
fn stop_signals() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signals() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        // Without it there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
