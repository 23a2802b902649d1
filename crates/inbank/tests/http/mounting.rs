use axum::Router;
use axum::routing::get;
use inbank::ServeError;
use tokio::net::TcpListener;

use crate::house::{House, Plan, signed};
use crate::serving::{exchange, request, serve};

async fn at(public_url: &str) -> House {
    House::by(Plan {
        public_url,
        ..Plan::default()
    })
    .await
}

#[tokio::test]
async fn our_routes_are_where_the_public_address_leads_beside_the_platforms_own() {
    for (public_url, path) in [
        ("https://pay.example", ""),
        ("https://pay.example/", ""),
        ("https://pay.example/inbank", "/inbank"),
        ("https://pay.example/inbank/", "/inbank"),
        ("https://pay.example:8443/a/b", "/a/b"),
        ("http://localhost/b%C3%A4nk", "/b%C3%A4nk"),
    ] {
        let house = at(public_url).await;
        let routes = Router::new()
            .route("/inbank/own", get(|| async { "own" }))
            .fallback(|| async { "the shop's own page of what is not found" });
        let served = serve(&house, routes).await;
        let body = signed();
        let callback = format!(
            "POST {path}{} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            house.path("callbacks"),
            body.len(),
        );
        let answer = exchange(served.address, callback).await;
        assert!(answer.ends_with("\r\n\r\nkept\n"), "{public_url}: {answer}");
        assert_eq!(house.kept().await, 1);
        for (path, expected) in [("/inbank/own", "own"), ("/other", "not found")] {
            let answer = exchange(served.address, request("GET", path)).await;
            assert!(answer.ends_with(expected), "{public_url}: {answer}");
        }
        served.stop.send(()).unwrap();
        served.ended.await.unwrap();
    }
}

#[tokio::test]
async fn a_public_address_that_no_router_takes_is_refused_at_once() {
    for path in ["{a}", "a{b", ":a", "*a"] {
        let house = at(&format!("https://pay.example/x/{path}")).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let never = std::future::pending();
        let served = house.platform.serve_until(listener, Router::new(), never);
        let refused = served.await.unwrap_err();
        assert!(matches!(refused, ServeError::Path), "{path}: {refused}");
    }
}
