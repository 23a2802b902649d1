//! A shop that talks to a sandbox of its own.
#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::time::Duration;

use inbank_sandbox::{Region, Sandbox, SandboxBuilder, SessionStatus};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use time::macros::datetime;
use uuid::Uuid;

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

impl Shop {
    /// A bank that does at once what it is told, and decides at the second poll or after ten seconds.
    pub(crate) async fn open(region: Region) -> Self {
        let builder = Sandbox::builder(region).instant();
        Self::with(builder.processing(1, Duration::from_secs(10))).await
    }

    /// A bank as it is unless set otherwise, under a clock that the test alone moves.
    pub(crate) async fn taking_its_time(region: Region) -> Self {
        Self::with(Self::standing(region)).await
    }

    pub(crate) fn standing(region: Region) -> SandboxBuilder {
        Sandbox::builder(region).clock_stands_at(datetime!(2026-01-05 10:00 UTC))
    }

    pub(crate) async fn with(builder: SandboxBuilder) -> Self {
        Self {
            sandbox: builder.seed(1).callback_retries([]).start().await.unwrap(),
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// A request on a path after `/partner/`, where `{shop}` stands for the shop's part.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = path.replace("{shop}", &format!("shops/{}", self.sandbox.shop()));
        let url = format!("{}/partner/{path}", self.sandbox.base_url());
        self.client
            .request(method, url)
            .bearer_auth(self.sandbox.api_key())
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        read(self.request(Method::POST, path).json(body)).await
    }

    /// A call without a body.
    pub(crate) async fn act(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::POST, path)).await
    }

    pub(crate) async fn open_session(&self, body: &Value) -> Uuid {
        let (status, opened) = self.post("v2/{shop}/pos_sessions", body).await;
        assert_eq!(status, 201, "{opened}");
        opened["uuid"].as_str().unwrap().parse().unwrap()
    }

    /// Opens a session and lets the customer go through the dialog.
    pub(crate) async fn finance(&self, product: &str, amount: &str) -> (Uuid, SessionStatus) {
        let session = self
            .open_session(&minimal(&self.sandbox, product, amount))
            .await;
        (session, self.sandbox.customer_applies(session).unwrap())
    }

    /// Opens a session and lets the customer go through the dialog to a contract.
    pub(crate) async fn contract(&self, product: &str) -> (Uuid, Uuid) {
        let (session, _) = self.finance(product, "300").await;
        (
            session,
            self.sandbox.session(session).unwrap().contract.unwrap(),
        )
    }
}

pub(crate) async fn read(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    let body = if text.is_empty() {
        Value::Null
    } else {
        serde_json::from_str(&text).unwrap()
    };
    (status, body)
}

/// The guide's smallest request. Callbacks go where nobody listens.
pub(crate) fn minimal(sandbox: &Sandbox, product: &str, amount: &str) -> Value {
    session_to(sandbox, product, amount, "http://127.0.0.1:9")
}

pub(crate) fn session_to(sandbox: &Sandbox, product: &str, amount: &str, merchant: &str) -> Value {
    json!({
        "product_code": product,
        "total_amount": amount,
        "currency": sandbox.region().currency(),
        "locale": sandbox.region().locale(),
        "partner_urls": {
            "return_url": format!("{merchant}/return"),
            "cancel_url": format!("{merchant}/cancel"),
            "callback_url": format!("{merchant}/callback"),
        },
        "purchase": {
            "purchase_reference": "ORDER_000001",
            "merchant": {"merchant_domain_name": "www.example.com"},
        },
    })
}

/// The same request in the names of version 3.
pub(crate) fn minimal_v3(sandbox: &Sandbox, product: &str, amount: &str) -> Value {
    json!({
        "productCode": product,
        "totalAmount": amount,
        "currency": sandbox.region().currency(),
        "locale": sandbox.region().locale(),
        "partnerUrls": {
            "returnUrl": "http://127.0.0.1:9/return",
            "cancelUrl": "http://127.0.0.1:9/cancel",
            "callbackUrl": "http://127.0.0.1:9/callback",
        },
        "purchase": {
            "purchaseReference": "ORDER_000001",
            "merchant": {"merchantDomainName": "www.example.com"},
        },
    })
}
