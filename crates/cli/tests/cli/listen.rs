use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::any;
use inbank_sandbox::{CallbackFault, Region, Sandbox};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

use crate::following::Following;
use crate::run::Run;
use crate::shop::Shop;

/// A callback as it came to somebody.
struct Arrived {
    path: String,
    content_type: Option<String>,
    body: Bytes,
}

/// Where callbacks are passed on to: answers 202.
async fn receiver() -> (String, UnboundedReceiver<Arrived>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (arrived, arriving) = unbounded_channel();
    let take = async move |uri: Uri, headers: HeaderMap, body: Bytes| {
        let content_type = headers.get("content-type");
        let content_type = content_type.map(|found| found.to_str().unwrap().to_owned());
        let path = uri.path().to_owned();
        let _ = arrived.send(Arrived {
            path,
            content_type,
            body,
        });
        StatusCode::ACCEPTED
    };
    let router = Router::new().fallback(any(take));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, arriving)
}

fn complete(shop: &Shop) -> Uuid {
    let opened = shop.open_session("hire_purchase", "300").json();
    let session = opened["id"].as_str().unwrap().parse().unwrap();
    shop.sandbox.customer_applies(session).unwrap();
    session
}

fn listen(shop: &Shop, arguments: &[&str], format: &str) -> Following {
    let mut command = shop.command(&[&["listen"], arguments].concat());
    let mut following = Following::start(command.env("INBANK_OUTPUT", format));
    assert!(
        following
            .told()
            .starts_with("listening to the sandbox at http://127.0.0.1:")
    );
    following
}

#[tokio::test(flavor = "multi_thread")]
async fn callbacks_are_shown_verified_step_by_step_and_passed_on_unchanged() {
    let shop = Shop::open().await;
    let (url, mut arriving) = receiver().await;
    let mut following = listen(&shop, &["--forward-to", &url], "json");
    let session = complete(&shop);
    let heard = following.json();
    assert_eq!(heard["authentic"], true);
    assert_eq!(
        (&heard["kind"], &heard["status"]),
        (&json!("session"), &json!("completed"))
    );
    assert_eq!(
        (&heard["id"], &heard["order_reference"]),
        (&json!(session), &json!("Order 1"))
    );
    let steps: Vec<&Value> = heard["explanation"].as_array().unwrap().iter().collect();
    let names: Vec<&Value> = steps.iter().map(|step| &step["name"]).collect();
    assert_eq!(
        names,
        ["fields", "timestamp", "hmac", "signature, key 1", "message"]
    );
    assert!(steps.iter().all(|step| step["ok"] == true), "{steps:?}");
    assert_eq!(heard["forwarded"]["status"], 202);
    // The path of the callback's own address; the bytes and the header that the sandbox has sent there.
    let arrived = arriving.recv().await.unwrap();
    assert_eq!(arrived.path, "/callback");
    let form = "application/x-www-form-urlencoded";
    assert_eq!(arrived.content_type.as_deref(), Some(form));
    assert_eq!(arrived.body, shop.sandbox.callbacks()[0].body);
    let hook = format!("{url}/hook");
    let mut following = listen(&shop, &["--forward-to", &hook], "text");
    complete(&shop);
    let line = following.line();
    assert!(line.starts_with("session completed ") && line.contains(" order Order 1; fields ok; "));
    assert!(
        line.ends_with(&format!("; message ok; 202 from {hook}")),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgery_is_shown_as_one_with_the_step_that_fails_and_passed_on_all_the_same() {
    let shop = Shop::open().await;
    let (url, mut arriving) = receiver().await;
    let mut following = listen(&shop, &["--forward-to", &url], "text");
    shop.sandbox
        .callback_fault(CallbackFault::WrongSignature, 1);
    complete(&shop);
    let line = following.line();
    assert!(
        line.starts_with("NOT AUTHENTIC; fields ok; timestamp ok; hmac ok; "),
        "{line}"
    );
    assert!(
        line.contains("signature, key 1 FAILED")
            && line.ends_with(&format!("202 from {url}/callback"))
    );
    assert!(arriving.recv().await.is_some());
    // Nobody there: the line says so, and listening goes on.
    let mut following = listen(&shop, &["--forward-to", "http://127.0.0.1:9"], "text");
    for _ in 0..2 {
        complete(&shop);
        assert!(
            following
                .line()
                .contains("NO ANSWER from http://127.0.0.1:9/callback: ")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn listening_goes_on_with_a_sandbox_that_is_started_anew() {
    let sandbox = Sandbox::builder(Region::Estonia)
        .api_key("kept")
        .callback_retries([]);
    let first = sandbox.clone().start().await.unwrap();
    let address = first
        .base_url()
        .trim_start_matches("http://")
        .parse()
        .unwrap();
    let shop = Shop { sandbox: first };
    let mut following = listen(&shop, &[], "json");
    complete(&shop);
    assert_eq!(following.json()["number"], 1);
    shop.sandbox.stop().await;
    assert!(following.told().ends_with(" is gone; waiting for it"));
    let shop = Shop {
        sandbox: sandbox.listen(address).start().await.unwrap(),
    };
    // Also what the new one sends before it is found again.
    let session = complete(&shop);
    let heard = following.json();
    assert_eq!(
        (&heard["number"], &heard["id"]),
        (&json!(1), &json!(session))
    );
    assert!(following.told().starts_with("listening to the sandbox"));
    // One with another key is not listened to in silence.
    shop.sandbox.stop().await;
    let other = Sandbox::builder(Region::Estonia)
        .listen(address)
        .api_key("another");
    let _other = other.start().await.unwrap();
    assert!(following.told().ends_with(" is gone; waiting for it"));
    let (code, told) = following.ended();
    assert_eq!(code, 4);
    assert!(told[0].contains("--api-key"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_an_interrupt_and_with_its_reader() {
    let shop = Shop::open().await;
    assert_eq!(listen(&shop, &[], "text").interrupted(), (0, vec![]));
    // Without another callback: a pipeline that has seen enough does not hang.
    assert_eq!(listen(&shop, &[], "text").unread(), (0, vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_is_wrong_before_it_listens() {
    let shop = Shop::open().await;
    let (no_sandbox, _arriving) = receiver().await;
    let mut other = shop.command(&["listen"]);
    let other = Run::of(other.env("INBANK_API_KEY", "another"));
    assert_eq!(other.error(4)["kind"], "not_authorised");
    for (arguments, code) in [
        (["--base-url", "http://127.0.0.1:9"], 5),
        (["--base-url", &no_sandbox], 2),
        (["--forward-to", "http://shop.example"], 2),
        (["--forward-to", "nowhere"], 2),
    ] {
        shop.run(&[&["listen"], &arguments[..]].concat())
            .error(code);
    }
}
