use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use inbank::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::house::House;

const LIMITS: Limits = Limits {
    connections: 2,
    head: Duration::from_millis(200),
    request: Duration::from_millis(400),
    drain: Duration::from_secs(5),
};

struct Served {
    address: std::net::SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn serve(routes: Router) -> Served {
    let house = House::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let ended = tokio::spawn(async move {
        let stopped = async move { stopped.await.unwrap_or_default() };
        let served = house
            .platform
            .serve_until(listener, routes, LIMITS, stopped);
        served.await.unwrap();
    });
    Served {
        address,
        stop,
        ended,
    }
}

/// Sends bytes, and gives back all that comes until the server closes the connection.
async fn exchange(address: std::net::SocketAddr, bytes: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let read = tokio::time::timeout(Duration::from_secs(30), read).await;
    assert!(read.is_ok(), "the server does not close it");
    answer
}

#[tokio::test]
async fn a_head_that_never_ends_is_ended() {
    let served = serve(Router::new()).await;
    exchange(
        served.address,
        "POST /callbacks/main/x HTTP/1.1\r\nHost: a\r\n",
    )
    .await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_ended() {
    let served = serve(Router::new()).await;
    let half = "POST /callbacks/main/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhmac=";
    let answer = exchange(served.address, half).await;
    let ended = answer.is_empty() || answer.starts_with("HTTP/1.1 408");
    assert!(ended, "{answer}");
}

#[tokio::test]
async fn a_body_that_trickles_is_ended_too() {
    let routes = Router::new().route("/own", post(|body: String| async move { body }));
    let served = serve(routes).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
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
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it goes on for ever"
        );
        if stream.write_all(b"x").await.is_err() {
            return;
        }
    }
    assert_eq!(&answer, b"HTTP/1.1 408");
}

#[tokio::test]
async fn connections_over_the_cap_wait_for_one_that_ends() {
    let served = serve(Router::new().route("/", get(|| async { "here" }))).await;
    // These say nothing, and are ended by the limit for heads.
    let _idle = (
        TcpStream::connect(served.address).await.unwrap(),
        TcpStream::connect(served.address).await.unwrap(),
    );
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let answer = exchange(served.address, request).await;
    assert!(answer.ends_with("here"), "{answer}");
}

#[tokio::test]
async fn a_request_under_way_is_answered_when_the_server_stops() {
    let (arrived, has_arrived) = oneshot::channel::<()>();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let parts = std::sync::Arc::new(std::sync::Mutex::new(Some((arrived, may_go_on))));
    let routes = Router::new().route(
        "/slow",
        get(move || {
            let parts = parts.lock().unwrap().take();
            async move {
                let (arrived, may_go_on) = parts.unwrap();
                arrived.send(()).unwrap();
                may_go_on.await.unwrap();
                "answered"
            }
        }),
    );
    let served = serve(routes).await;
    let asking = tokio::spawn(exchange(
        served.address,
        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    ));
    has_arrived.await.unwrap();
    served.stop.send(()).unwrap();
    go_on.send(()).unwrap();
    let answer = asking.await.unwrap();
    assert!(answer.ends_with("answered"), "{answer}");
    served.ended.await.unwrap();
}
