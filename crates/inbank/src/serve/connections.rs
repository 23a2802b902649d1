//! Accepts connections, serves each in a task of its own, and ends them when told to.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::error_handling::HandleErrorLayer;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::middleware::AddExtension;
use axum::{Extension, Router};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceBuilder;

use super::Limits;
use super::stall::Stalling;

/// After the system could not accept, as when it has no file descriptors left: until some are free.
const AFTER_A_FAILURE: Duration = Duration::from_secs(1);
/// A request's line and headers, which may hold some cookies of the shop's.
const LARGEST_HEAD: usize = 64 << 10;
/// For what was cut to be gone, so that nothing of it runs on when the server has ended.
const FOR_WHAT_WAS_CUT: Duration = Duration::from_secs(1);

pub(super) async fn accept(
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
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = next(&listener, &slots) => accepted,
            _ = stopping.wait_for(|stopped| *stopped) => break,
        };
        // Those that have ended are forgotten.
        while connections.try_join_next().is_some() {}
        if let Some((stream, peer, slot)) = accepted {
            // For whoever limits what one address may do.
            let routes = ServiceBuilder::new()
                .layer(Extension(ConnectInfo(peer)))
                .service(routes.clone());
            serve(&mut connections, stream, slot, routes, limits, &graceful);
        }
    }
    drop(listener);
    let drained = tokio::time::timeout(limits.drain, graceful.shutdown());
    if drained.await.is_err() {
        tracing::warn!("connections are cut that did not finish in time");
    }
    connections.abort_all();
    let gone = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(FOR_WHAT_WAS_CUT, gone).await.is_err() {
        tracing::error!("a connection can't be cut: what it does never waits");
    }
}

/// The next connection with who it is from, once there is room for it; none where it could not be accepted.
async fn next(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let slot = slots.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        // A client that has gone again is no fault of ours.
        Err(error) if is_of_the_client(&error) => None,
        Err(error) => {
            tracing::error!(%error, "a connection can't be accepted");
            tokio::time::sleep(AFTER_A_FAILURE).await;
            None
        }
    }
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

fn serve(
    connections: &mut JoinSet<()>,
    stream: TcpStream,
    slot: OwnedSemaphorePermit,
    routes: AddExtension<Router, ConnectInfo<SocketAddr>>,
    limits: Limits,
    graceful: &GracefulShutdown,
) {
    let stream = TokioIo::new(Stalling::new(stream, limits.stall));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(stream, TowerToHyperService::new(routes));
    let connection = graceful.watch(connection);
    connections.spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
        drop(slot);
    });
}
