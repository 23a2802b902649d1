//! Clients that are slow, or send too much, over connections of the loop that serves.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures::StreamExt as _;
use futures::future::join_all;
use inbank::Limits;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt as _;

use crate::{ADMIN, OTHER, READER, Service, cart};

const PAY: &str = "/v1/shops/main/orders/1001/pay";
/// The most that a test waits for what is to come.
const PATIENCE: Duration = Duration::from_secs(20);

impl Service {
    /// Serves as `inbank serve` does, until the test's runtime ends.
    async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (platform, router) = (self.platform.clone(), self.router.clone());
        let never = std::future::pending();
        tokio::spawn(async move { platform.serve_until(listener, router, never).await });
        address
    }
}

fn head(token: &str, length: usize, more: &str) -> String {
    format!(
        "POST {PAY} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
        Content-Length: {length}\r\n{more}\r\n"
    )
}

/// All that comes until the server ends the connection, or takes the sender's rest for one to be reset.
async fn rest(stream: &mut TcpStream) -> String {
    let mut came = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match timeout(PATIENCE, stream.read(&mut piece)).await.unwrap() {
            Ok(0) => break,
            Ok(length) => came.extend_from_slice(&piece[..length]),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
                break;
            }
        }
    }
    String::from_utf8(came).unwrap()
}

async fn asked(address: SocketAddr, sent: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_is_sent() {
    let service = Service::new().await;
    let address = service.listen().await;
    for more in ["", "Idempotency-Key: a\r\n"] {
        let answer = asked(address, &head(ADMIN, 10 << 20, more)).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("/problems/too_large"), "{answer}");
    }
    // Who may not come at all is told that, and not how much may be sent.
    let answer = asked(address, &head("nobody", 10 << 20, "")).await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_say_how_large_it_is_is_read_up_to_the_limit_alone() {
    const PIECE: usize = 64 << 10;
    let service = Service::new().await;
    for (more, name) in [(None, "bare"), (Some("key-1"), "with a key")] {
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = taken.clone();
        let pieces = (0..(10 << 20) / PIECE).map(move |_| {
            counted.fetch_add(PIECE, Ordering::Relaxed);
            Ok::<_, std::io::Error>(vec![b' '; PIECE])
        });
        let mut request = Request::post(PAY)
            .header(header::AUTHORIZATION, format!("Bearer {ADMIN}"))
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(key) = more {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(Body::from_stream(futures::stream::iter(pieces)));
        let response = service.router.clone().oneshot(request.unwrap()).await;
        assert_eq!(response.unwrap().status(), StatusCode::PAYLOAD_TOO_LARGE);
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= (1 << 20) + PIECE, "{name}: {taken} bytes");
    }
}

/// A body that tells when it is read, and never ends.
fn told(read: UnboundedSender<()>) -> Body {
    let pieces = futures::stream::once(async move {
        let _ = read.send(());
        Ok::<_, std::io::Error>(vec![b' '; 16])
    });
    Body::from_stream(pieces.chain(futures::stream::pending()))
}

fn upload(path: &str, token: &str, key: Option<&str>, body: Body) -> Request<Body> {
    let mut request = Request::post(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    request.body(body).unwrap()
}

#[tokio::test]
async fn a_body_is_not_read_of_whom_the_head_says_that_they_may_not() {
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    let document: Value = serde_json::from_str(&inbank_service::openapi()).unwrap();
    let mut routes = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in ["post", "put"] {
            if !methods[method]["requestBody"].is_object() {
                continue;
            }
            routes += 1;
            let path = path
                .replace("{shop}", "main")
                .replace("{reference}", "1001");
            let of_reader = if path.ends_with("/quotes") {
                None
            } else {
                Some(StatusCode::FORBIDDEN)
            };
            let refused = [(READER, of_reader), (OTHER, Some(StatusCode::NOT_FOUND))];
            for (token, status) in refused {
                let Some(status) = status else { continue };
                for key in [None, Some("key-1")] {
                    let (read, mut was_read) = unbounded_channel();
                    let mut request = upload(&path, token, key, told(read));
                    *request.method_mut() = method.to_uppercase().parse().unwrap();
                    let response = timeout(PATIENCE, service.router.clone().oneshot(request));
                    let response = response.await.unwrap().unwrap();
                    assert_eq!(response.status(), status, "{method} {path}");
                    assert!(was_read.try_recv().is_err(), "{method} {path}");
                }
            }
        }
    }
    assert!(routes >= 10, "{routes}");
    // Nor a large one for an order that isn't there.
    let (read, mut was_read) = unbounded_channel();
    let path = "/v1/shops/main/orders/9999/income-proof";
    let request = upload(path, ADMIN, None, told(read));
    let response = service.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(was_read.try_recv().is_err());
    // That it is no method of the path comes first.
    let mut request = upload(path, ADMIN, None, Body::empty());
    *request.method_mut() = "PUT".parse().unwrap();
    let response = service.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn large_bodies_are_few_at_once_and_hold_up_no_small_one() {
    const AT_ONCE: usize = 8;
    let service = Service::new().await;
    service.pay("1001", "499.90").await;
    let path = "/v1/shops/main/orders/1001/income-proof";
    let (read, mut was_read) = unbounded_channel();
    let mut reading = JoinSet::new();
    for _ in 0..AT_ONCE {
        let request = upload(path, ADMIN, None, told(read.clone()));
        reading.spawn(service.router.clone().oneshot(request));
    }
    for _ in 0..AT_ONCE {
        was_read.recv().await.unwrap();
    }
    let request = upload(path, ADMIN, None, told(read.clone()));
    let response = service.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    assert!(was_read.try_recv().is_err());
    let small = service.post(path, "{}").await;
    assert_eq!(
        small.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        small.text
    );
    let paid = service.pay("1002", "499.90").await;
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
}

/// Sends a byte whenever nothing has come for a moment, until the server has had enough.
async fn drip(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = [0; 1];
    for byte in text.bytes().cycle() {
        let quiet = timeout(Duration::from_millis(20), stream.peek(&mut answer)).await;
        if quiet.is_ok() || stream.write_all(&[byte]).await.is_err() {
            break;
        }
    }
    rest(&mut stream).await
}

#[tokio::test]
async fn slow_clients_are_ended_and_hold_up_nobody() {
    const OF_EACH: usize = 50;
    let limits = Limits {
        head: Duration::from_millis(500),
        request: Duration::from_secs(2),
        ..Limits::default()
    };
    let service = Service::made(None, limits).await;
    let address = service.listen().await;
    let half_a_head = "POST /v1/shops/main/orders/1/pay HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    let half_a_body = head(ADMIN, 1000, "") + "{\"product\":";
    let unknown = head("nobody", 1000, "") + "{";
    let slow = (0..OF_EACH).map(|_| async {
        tokio::join!(
            drip(address, half_a_head),
            asked(address, half_a_head),
            asked(address, &half_a_body),
            asked(address, &unknown),
        )
    });
    let slow = join_all(slow);
    let others = async {
        let body = cart("499.90");
        for _ in 0..OF_EACH {
            let whole = head(ADMIN, body.len(), "Connection: close\r\n") + &body;
            let answer = asked(address, &whole).await;
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    };
    let (slow, ()) = tokio::join!(slow, others);
    for (drips, headless, bodiless, unknown) in slow {
        for answer in [drips, headless] {
            // Nobody knows yet what it would have been.
            assert!(!answer.contains(" 200 "), "{answer}");
        }
        assert!(bodiless.starts_with("HTTP/1.1 408 "), "{bodiless}");
        assert!(unknown.starts_with("HTTP/1.1 401 "), "{unknown}");
    }
}
