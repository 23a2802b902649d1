//! The service's routes over a bank in memory and a ledger in a file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod browsing;
mod canary;
mod console;
mod deploy;
mod document;
mod hands;
mod income;
mod keys;
mod limits;
mod listing;
mod orders;
mod problems;
mod receiver;
mod runtime_shops;
mod scraping;
mod secret_files;
mod sending;
mod streaming;
mod webhook_calls;
mod webhooks;
mod withstanding;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use inbank::sql::SqlLedger;
use inbank::{Limits, Platform, Region, Shop, ShopName};
use inbank_service::{
    Scope, SecretsFolder, Token, Tokens, Vault, WebhookOptions, WebhookTargets, routes,
};
use inbank_testkit::{FakeBank, RecordingSink};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch::{Sender, channel};
use tower::ServiceExt as _;

/// A token for everything, one that reads, and one of another shop.
const ADMIN: &str = "token-that-may-do-everything";
const READER: &str = "token-that-reads-the-main-shop";
const OTHER: &str = "token-of-the-other-shop-alone";
/// Sets up the shop `branch`, which isn't there yet, and no other.
const BRANCH: &str = "token-that-sets-up-the-branch-alone";

/// A product of the fake bank.
const PRODUCT: &str = "hp_approval";

struct Service {
    bank: Arc<FakeBank>,
    other_bank: Arc<FakeBank>,
    platform: Platform,
    router: Router,
    stop: Sender<bool>,
    _folder: TempDir,
}

struct Answer {
    status: StatusCode,
    content_type: String,
    retry_after: Option<String>,
    body: Value,
    /// The body as it came.
    text: String,
}

impl Service {
    async fn new() -> Self {
        Self::made(None, Limits::default()).await
    }

    /// With a folder that calls may name files of.
    async fn reading(secrets: SecretsFolder) -> Self {
        Self::made(Some(secrets), Limits::default()).await
    }

    async fn made(secrets: Option<SecretsFolder>, limits: Limits) -> Self {
        let bank = Arc::new(FakeBank::new(Region::ESTONIA));
        let other = Arc::new(FakeBank::new(Region::ESTONIA));
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("inbank.db").display());
        let ledger = SqlLedger::connect(&url).await.unwrap();
        let store = ledger.service_store().await.unwrap();
        let platform = Platform::builder()
            .public_url("https://pay.example")
            .limits(limits)
            .ledger(Arc::new(ledger))
            .event_sink(Arc::new(RecordingSink::new()))
            .shop(Shop::at("main", bank.ports()))
            .shop(Shop::at("other", other.ports()));
        let platform = platform.build().await.unwrap();
        let shop = |name: &str| vec![ShopName::parse(name).unwrap()];
        let tokens = Tokens::new(vec![
            Token::new(ADMIN, Scope::Admin),
            Token::new(READER, Scope::Read).for_shops(shop("main")),
            Token::new(OTHER, Scope::Write).for_shops(shop("other")),
            Token::new(BRANCH, Scope::Admin).for_shops(shop("branch")),
        ]);
        let (end, stopping) = channel(false);
        let webhooks = WebhookOptions {
            targets: WebhookTargets::allowing(["127.0.0.0/8"]).unwrap(),
            vault: Vault::new(["a-key-that-nobody-would-ever-guess"]),
            ..WebhookOptions::default()
        };
        let made = inbank_service::Service::new(platform.clone(), tokens, store, webhooks);
        let made = made.unwrap().with_secrets_folder(secrets);
        Self {
            bank,
            other_bank: other,
            platform,
            router: routes(made, stopping),
            stop: end,
            _folder: folder,
        }
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: Option<&str>) -> Answer {
        answered(&self.router, method, path, token, body).await
    }

    async fn ask_with(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&str>,
        headers: &[(&str, &str)],
    ) -> Answer {
        answered_with(&self.router, method, path, token, body, headers).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, ADMIN, None).await
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        self.ask(Method::POST, path, ADMIN, Some(body)).await
    }

    async fn put(&self, path: &str, body: &str) -> Answer {
        self.ask(Method::PUT, path, ADMIN, Some(body)).await
    }

    async fn pay(&self, order: &str, amount: &str) -> Answer {
        let body = cart(amount);
        let path = format!("/v1/shops/main/orders/{order}/pay");
        self.post(&path, &body).await
    }
}

fn cart(amount: &str) -> String {
    format!(r#"{{"product":"{PRODUCT}","amount":"{amount}","currency":"EUR","locale":"et-EE"}}"#)
}

async fn answered(
    router: &Router,
    method: Method,
    path: &str,
    token: &str,
    body: Option<&str>,
) -> Answer {
    answered_with(router, method, path, token, body, &[]).await
}

async fn answered_with(
    router: &Router,
    method: Method,
    path: &str,
    token: &str,
    body: Option<&str>,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
    let request = request.body(body).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let text = |name| {
        let value = response.headers().get(name)?;
        Some(value.to_str().unwrap().to_owned())
    };
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    let retry_after = text(header::RETRY_AFTER);
    let status = response.status();
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Answer {
        status,
        content_type,
        retry_after,
        body,
        text,
    }
}
