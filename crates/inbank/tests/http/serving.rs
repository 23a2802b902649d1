use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use inbank::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::house::{House, Plan};

/// So short that what is ended by one of them is ended soon.
const SHORT: Limits = Limits {
    connections: 2,
    head: Duration::from_millis(200),
    request: Duration::from_millis(400),
    stall: Duration::from_millis(400),
    drain: Duration::from_secs(5),
};

pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<()>,
}

/// Serves a house's platform until it is told to stop.
pub(crate) async fn serve(house: &House, routes: Router) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let platform = house.platform.clone();
    let ended = tokio::spawn(async move {
        let stopped = async move { stopped.await.unwrap_or_default() };
        let served = platform.serve_until(listener, routes, stopped);
        served.await.unwrap();
    });
    Served {
        address,
        stop,
        ended,
    }
}

async fn serve_shortly(routes: Router) -> SocketAddr {
    let limits = SHORT;
    let house = House::by(Plan {
        limits,
        ..Plan::default()
    });
    let served = serve(&house.await, routes).await;
    // It stops with the test's runtime.
    std::mem::forget(served.stop);
    served.address
}

/// A request without a body, after which the server closes the connection.
pub(crate) fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

/// Sends bytes, and gives back all that comes until the server closes the connection.
pub(crate) async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    read_to_end(&mut stream).await
}

pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert!(read.is_ok(), "the server does not close it");
    answer
}

#[tokio::test]
async fn a_route_is_told_where_its_client_is() {
    let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() };
    let address = serve_shortly(Router::new().route("/peer", get(peer))).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mine = stream.local_addr().unwrap().to_string();
    stream
        .write_all(request("GET", "/peer").as_bytes())
        .await
        .unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(answer.ends_with(&mine), "{answer}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_ended() {
    let address = serve_shortly(Router::new()).await;
    exchange(address, "POST /callbacks/main/x HTTP/1.1\r\nHost: a\r\n").await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_ended_also_where_the_connection_was_to_be_kept() {
    let address = serve_shortly(Router::new()).await;
    for connection in ["close", "keep-alive"] {
        let half = format!(
            "POST /callbacks/main/x HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\nContent-Length: 100\r\n\r\nhmac="
        );
        let answer = exchange(address, half).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{connection}: {answer}");
    }
}

#[tokio::test]
async fn a_body_that_trickles_is_ended_too() {
    let routes = Router::new().route("/own", post(|body: String| async move { body }));
    let address = serve_shortly(routes).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head =
        "POST /own HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let began = tokio::time::Instant::now();
    let mut answer = [0; 12];
    // A byte whenever the server has not answered for a moment.
    while tokio::time::timeout(Duration::from_millis(20), stream.read_exact(&mut answer))
        .await
        .is_err()
    {
        let elapsed = began.elapsed();
        assert!(elapsed < Duration::from_secs(20), "it goes on for ever");
        if stream.write_all(b"x").await.is_err() {
            return;
        }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_ended() {
    let (gone, is_gone) = oneshot::channel::<()>();
    let gone = std::sync::Arc::new(std::sync::Mutex::new(Some(gone)));
    let routes = Router::new().route(
        "/large",
        get(move || {
            let gone = gone.lock().unwrap().take();
            // More than any buffer takes; when the connection ends, it is dropped.
            let pieces = futures::stream::repeat_with(move || {
                let _held = &gone;
                Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024])
            });
            async move { axum::body::Body::from_stream(pieces) }
        }),
    );
    let address = serve_shortly(routes).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = request("GET", "/large");
    stream.write_all(request.as_bytes()).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(30), is_gone).await;
    assert!(ended.is_ok(), "it is sent for ever");
}

#[tokio::test]
async fn connections_over_the_cap_wait_for_one_that_ends() {
    let address = serve_shortly(Router::new().route("/", get(|| async { "here" }))).await;
    // These say nothing, and are ended by the limit for heads.
    let _idle = (
        TcpStream::connect(address).await.unwrap(),
        TcpStream::connect(address).await.unwrap(),
    );
    let answer = exchange(address, request("GET", "/")).await;
    assert!(answer.ends_with("here"), "{answer}");
}
