#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use inbank_sandbox::{CallbackFault, Region};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    control::control,
    receiver::{Callback, Receiver},
    shop::{Shop, session_to},
};

/// A listener, and what it has heard of a line that is not complete yet.
struct Listener(Response, Vec<u8>);

impl Listener {
    async fn start(shop: &Shop, position: &str) -> Self {
        let path = format!("callbacks/stream{position}");
        let response = control(shop, Method::GET, &path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self(response, Vec::new())
    }

    /// The next line; none when the stream ended.
    async fn next(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.1.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.1.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            self.1.extend(self.0.chunk().await.unwrap()?);
        }
    }
}

async fn complete(shop: &Shop, merchant: &str) -> Uuid {
    let body = session_to(&shop.sandbox, "hire_purchase", "300", merchant);
    let id = shop.open_session(&body).await;
    shop.sandbox.customer_applies(id).unwrap();
    id
}

#[tokio::test]
async fn a_listener_hears_each_callback_that_is_sent_as_it_is_sent() {
    let shop = Shop::open(Region::Estonia).await;
    let receiver = Receiver::start(&[]).await;
    complete(&shop, &receiver.url).await;
    shop.sandbox.idle().await;
    let mut listener = Listener::start(&shop, "").await;
    let greeting = listener.next().await.unwrap();
    assert_eq!(greeting["after"], 1, "what was sent before is no news");
    shop.sandbox
        .callback_fault(CallbackFault::Duplicate { copies: 1 }, 1);
    let id = complete(&shop, &receiver.url).await;
    for number in [2, 3] {
        let heard = listener.next().await.unwrap();
        assert_eq!(heard["number"], number);
        assert_eq!(heard["url"], format!("{}/callback", receiver.url));
        let headers = json!([["content-type", "application/x-www-form-urlencoded"]]);
        assert_eq!(heard["headers"], headers);
        let callback = Callback::read(heard["body"].as_str().unwrap());
        assert!(callback.is_authentic(shop.sandbox.api_key()));
        assert_eq!(callback.message()["uuid"], id.to_string());
    }
    shop.sandbox.idle().await;
    let again = &receiver.bodies()[1..];
    assert_eq!(again[0], again[1], "the same bytes to everybody");
}

#[tokio::test]
async fn a_listener_goes_on_where_it_was_and_hears_all_of_another_sandbox() {
    let shop = Shop::open(Region::Estonia).await;
    for _ in 0..3 {
        complete(&shop, "http://127.0.0.1:9").await;
    }
    shop.sandbox.idle().await;
    let mut listener = Listener::start(&shop, "").await;
    let sandbox = listener.next().await.unwrap()["sandbox"].clone();
    let sandbox = sandbox.as_str().unwrap();
    for (position, first) in [
        (format!("?sandbox={sandbox}&after=1"), 2),
        (format!("?sandbox={}&after=2", Uuid::nil()), 1),
    ] {
        let mut listener = Listener::start(&shop, &position).await;
        assert_eq!(listener.next().await.unwrap()["sandbox"], sandbox);
        for number in first..=3 {
            assert_eq!(listener.next().await.unwrap()["number"], number);
        }
    }
}

#[tokio::test]
async fn listening_asks_for_the_key_and_ends_with_the_sandbox() {
    let shop = Shop::open(Region::Estonia).await;
    let url = format!("{}/sandbox/callbacks/stream", shop.sandbox.base_url());
    assert_eq!(shop.client.get(url).send().await.unwrap().status(), 401);
    let mut listener = Listener::start(&shop, "").await;
    listener.next().await.unwrap();
    let Shop { sandbox, .. } = shop;
    let (stopped, heard) = tokio::join!(sandbox.stop(), listener.next());
    assert_eq!((stopped, heard), ((), None));
}
