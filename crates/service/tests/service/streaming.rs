use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures::StreamExt as _;
use inbank::SessionId;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{ADMIN, READER, Service, cart};

/// A stream of events, read as a browser would.
struct Stream {
    body: axum::body::BodyDataStream,
    read: String,
}

impl Stream {
    async fn of(service: &Service, token: &str, last: Option<&str>) -> Self {
        let mut request = Request::get("/v1/events")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::ACCEPT, "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = service.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.headers()[header::CONTENT_TYPE],
            "text/event-stream"
        );
        Self {
            body: response.into_body().into_data_stream(),
            read: String::new(),
        }
    }

    /// The fields of the next event; none at the end. Comments are passed over.
    async fn next(&mut self) -> Option<BTreeMap<String, String>> {
        loop {
            while let Some((event, rest)) = self.read.split_once("\n\n") {
                let fields = event.lines().filter_map(|line| line.split_once(": "));
                let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
                let fields: BTreeMap<_, _> = fields.collect();
                let rest = rest.to_owned();
                self.read = rest;
                if fields.contains_key("data") {
                    return Some(fields);
                }
            }
            let piece = self.body.next().await?.unwrap();
            self.read += std::str::from_utf8(&piece).unwrap();
        }
    }
}

/// The customer of an order goes through with it, and the bank is read.
async fn granted(service: &Service, order: &str) {
    granted_at(service, "main", order).await;
}

async fn granted_at(service: &Service, shop: &str, order: &str) {
    let of_order = format!("/v1/shops/{shop}/orders/{order}");
    let opened = service
        .post(&format!("{of_order}/pay"), &cart("499.90"))
        .await;
    let session = opened.body["order"]["attempts"][0]["session_id"].as_str();
    let session = SessionId::parse(session.unwrap()).unwrap();
    match shop {
        "main" => service.bank.customer_applies(&session),
        _ => service.other_bank.customer_applies(&session),
    }
    let read = service.post(&format!("{of_order}/refresh"), "").await;
    assert_eq!(read.body["status"], "awaits_merchant", "{}", read.text);
}

#[tokio::test]
async fn events_come_as_they_happen_and_go_on_behind_the_last_that_was_seen() {
    let service = Service::new().await;
    granted(&service, "1001").await;
    let mut stream = Stream::of(&service, READER, None).await;
    let first = stream.next().await.unwrap();
    let event: Value = serde_json::from_str(&first["data"]).unwrap();
    assert_eq!(
        (&event["order"], &event["event"]),
        (&"1001".into(), &"awaits_merchant".into())
    );
    granted(&service, "1002").await;
    let second = stream.next().await.unwrap();
    assert!(second["data"].contains("1002"));
    drop(stream);
    let mut again = Stream::of(&service, READER, Some(&first["id"])).await;
    assert_eq!(again.next().await.unwrap(), second);
    // The same cursor as that of the list.
    let path = format!("/v1/events?after={}", first["id"]);
    let listed = service.ask(Method::GET, &path, READER, None).await;
    assert_eq!(listed.body["events"].as_array().unwrap().len(), 1);
    assert_eq!(listed.body["next"], second["id"].as_str());
}

#[tokio::test]
async fn a_stream_ends_when_the_service_stops() {
    let service = Service::new().await;
    let mut stream = Stream::of(&service, ADMIN, None).await;
    let ending = async {
        tokio::task::yield_now().await;
        service.stop.send(true).unwrap();
    };
    let (event, ()) = tokio::join!(stream.next(), ending);
    assert_eq!(event, None);
}

#[tokio::test]
async fn a_stream_shows_no_other_shop_and_knows_what_it_can_go_on_from() {
    let service = Service::new().await;
    granted(&service, "1001").await;
    let mut stream = Stream::of(&service, crate::OTHER, None).await;
    service.stop.send(true).unwrap();
    assert_eq!(stream.next().await, None);
    let headers = [("accept", "text/event-stream"), ("last-event-id", "main:x")];
    let answer = service
        .ask_with(Method::GET, "/v1/events", ADMIN, None, &headers)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let says = answer.body["detail"].as_str().unwrap();
    assert!(says.contains("Last-Event-ID"), "{says}");
}

#[tokio::test]
async fn no_shop_waits_behind_a_busy_one_and_none_is_missed() {
    let service = Service::new().await;
    granted(&service, "1001").await;
    granted_at(&service, "other", "2001").await;
    for order in ["1002", "1003"] {
        granted(&service, order).await;
    }
    let read = async |limit: usize| {
        let (mut orders, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/events?limit={limit}&after={after}");
            let page = service.get(&path).await.body;
            let events = page["events"].as_array().unwrap();
            assert!(events.len() <= limit);
            if events.is_empty() {
                return orders;
            }
            let of_page = events.iter().map(|event| event["order"].as_str().unwrap());
            orders.extend(of_page.map(str::to_owned));
            page["next"].as_str().unwrap().clone_into(&mut after);
        }
    };
    for limit in 1..=5 {
        assert_eq!(
            read(limit).await,
            ["1001", "2001", "1002", "1003"],
            "{limit}"
        );
    }
}
