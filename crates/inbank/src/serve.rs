//! A server with limits: the documented way to run a platform.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::http::StatusCode;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceBuilder;

use crate::Platform;

/// What nobody from outside can exceed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Connections at once; further ones wait to be accepted.
    pub connections: usize,
    /// For a request's head to arrive.
    pub head: Duration,
    /// For a request to arrive and be answered.
    pub request: Duration,
    /// For open connections to finish when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: Duration::from_secs(10),
            // A call that opens a session waits for the bank.
            request: Duration::from_mins(2),
            drain: Duration::from_secs(25),
        }
    }
}

/// Why a server ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The public address is none that routes can be mounted under.
    #[error("public_url: its path must not have braces or be the root when other routes are there")]
    Path,
    /// Signals can't be listened to.
    #[error("the operating system's signals can't be listened to")]
    Signals(#[source] io::Error),
}

impl Platform {
    /// Serves the platform's own `routes`, with ours beside them where `public_url` leads, and works in
    /// the background, until SIGTERM or Ctrl-C: then no connection is accepted any more, requests under
    /// way are answered, the worker finishes what it has sent, and leases are given back.
    ///
    /// # Errors
    /// [`ServeError`], at once.
    pub async fn serve(&self, listener: TcpListener, routes: Router) -> Result<(), ServeError> {
        let stop = stop_signals().map_err(ServeError::Signals)?;
        self.serve_until(listener, routes, Limits::default(), stop)
            .await
    }

    /// The same, until `stop` is done.
    ///
    /// # Errors
    /// [`ServeError`], at once.
    pub async fn serve_until(
        &self,
        listener: TcpListener,
        routes: Router,
        limits: Limits,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let routes = self.mount(routes)?;
        let (stopped, stopping) = watch::channel(false);
        let serving = tokio::spawn(accept(listener, routes, limits, stopping.clone()));
        let mut until = stopping.clone();
        let worker = self.clone();
        let working = tokio::spawn(async move {
            worker
                .run(async move { drop(until.wait_for(|stopped| *stopped).await) })
                .await;
        });
        stop.await;
        // Nobody listens any more where both have ended.
        let _ = stopped.send(true);
        // Requests first: what they begin, the worker's last stage waits for.
        let _ = serving.await;
        let _ = working.await;
        Ok(())
    }

    fn mount(&self, routes: Router) -> Result<Router, ServeError> {
        let address = self.public_url().as_str();
        let rest = address.split("://").nth(1).unwrap_or_default();
        let path = rest.find('/').map_or("", |start| &rest[start..]);
        let path = path.trim_end_matches('/');
        if path.contains(['{', '}', '*']) {
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

async fn accept(
    listener: TcpListener,
    routes: Router,
    limits: Limits,
    mut stopping: watch::Receiver<bool>,
) {
    let too_late = |_| async { StatusCode::REQUEST_TIMEOUT };
    let routes = routes.layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(too_late))
            .timeout(limits.request),
    );
    let slots = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let slot = slots.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            _ = stopping.wait_for(|stopped| *stopped) => break,
        };
        match (slot, accepted) {
            (Ok(slot), Ok((stream, _))) => {
                serve_connection(stream, slot, routes.clone(), limits, &graceful);
            }
            (_, Err(error)) => {
                // Out of file descriptors, or a client that has gone again.
                tracing::warn!(%error, "a connection can't be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            (Err(_), Ok(_)) => {}
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.drain, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("connections were cut that did not finish in time");
    }
}

fn serve_connection(
    stream: TcpStream,
    slot: OwnedSemaphorePermit,
    routes: Router,
    limits: Limits,
    graceful: &GracefulShutdown,
) {
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(slot);
    });
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
