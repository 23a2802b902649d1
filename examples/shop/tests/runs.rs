//! The shop at a sandbox, over HTTP in both directions.

use example_shop::{platform, routes};
use inbank::{OrderEvent, Region, Shop};
use inbank_sandbox::Sandbox;
use reqwest::{Client, StatusCode, redirect};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, Receiver};

struct Stage {
    sandbox: Sandbox,
    client: Client,
    url: String,
    events: Receiver<OrderEvent>,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let sandbox = Sandbox::builder(inbank_sandbox::Region::Estonia).instant();
        let sandbox = sandbox.start().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("ledger.db").display());
        let (sender, events) = mpsc::channel(99);
        let shop = Shop::new("main", Region::ESTONIA, sandbox.shop(), sandbox.api_key())
            .with_base_url(sandbox.base_url());
        let platform = platform(shop, &url, &database, sender).await.unwrap();
        let own = routes(platform.shop("main").unwrap());
        tokio::spawn(async move {
            let never = std::future::pending();
            platform.serve_until(listener, own, never).await
        });
        let client = Client::builder().redirect(redirect::Policy::none());
        Self {
            sandbox,
            client: client.build().unwrap(),
            url,
            events,
            _folder: folder,
        }
    }

    async fn post(&self, order: &str, what: &str) -> (StatusCode, String) {
        let address = format!("{}/orders/{order}/{what}", self.url);
        let answer = self.client.post(address).send().await.unwrap();
        let location = answer.headers().get("location");
        let location = location.map_or("", |location| location.to_str().unwrap());
        (answer.status(), location.to_owned())
    }

    /// The customer is sent to the bank, and applies there.
    async fn granted(&mut self, order: &str) {
        let (status, location) = self.post(order, "pay").await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert!(location.starts_with(self.sandbox.base_url()), "{location}");
        let session = self.sandbox.sessions()[0];
        self.sandbox.customer_applies(session).unwrap();
        assert_eq!(
            self.told().await,
            (order.to_owned(), "awaits_merchant".to_owned())
        );
    }

    async fn told(&mut self) -> (String, String) {
        let event = self.events.recv().await.unwrap();
        (event.order.to_string(), event.kind.name().to_owned())
    }
}

#[tokio::test]
async fn an_approved_order_is_paid() {
    let mut stage = Stage::new().await;
    stage.granted("1001").await;
    assert_eq!(stage.post("1001", "approve").await.0, StatusCode::OK);
    assert_eq!(stage.told().await.1, "paid");
    // Who comes back is shown the order, and pays no second time.
    let (_, location) = stage.post("1001", "pay").await;
    assert_eq!(location, "/orders/1001");
    assert_eq!(stage.sandbox.session_count(), 1);
}

#[tokio::test]
async fn a_cancelled_order_is_not_paid() {
    let mut stage = Stage::new().await;
    stage.granted("1002").await;
    assert_eq!(stage.post("1002", "cancel").await.0, StatusCode::OK);
    assert_eq!(stage.told().await.1, "not_paid");
}
