//! A shop at a sandbox, and the binary set up for it.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use inbank_sandbox::{Operation, Region, Sandbox, SessionStatus};
use serde_json::Value;
use uuid::Uuid;

use crate::run::{Run, inbank};

pub(crate) struct Shop {
    pub(crate) sandbox: Sandbox,
}

/// What every session needs; `--order` and what may differ is added.
const SESSION: [&str; 8] = [
    "--locale",
    "et-ET",
    "--return-url",
    "http://127.0.0.1:9/return",
    "--cancel-url",
    "http://127.0.0.1:9/cancel",
    "--callback-url",
    "http://127.0.0.1:9/callback",
];

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::of(Region::Estonia).await
    }

    pub(crate) async fn of(region: Region) -> Self {
        Self::taking(region, 0, Duration::ZERO).await
    }

    /// A bank that takes its time over applications and their contracts.
    pub(crate) async fn taking(region: Region, polls: u32, time: Duration) -> Self {
        let builder = Sandbox::builder(region)
            .callback_retries([])
            .instant()
            .processing(polls, time);
        Self {
            sandbox: builder.start().await.unwrap(),
        }
    }

    /// A bank that takes its time over everything, as the bank does.
    pub(crate) async fn unhurried() -> Self {
        let builder = Sandbox::builder(Region::Estonia).callback_retries([]);
        Self {
            sandbox: builder.start().await.unwrap(),
        }
    }

    /// The binary with the shop's settings in its environment, answering scripts.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = inbank(arguments);
        command
            .env("INBANK_REGION", self.sandbox.region().to_string())
            .env("INBANK_BASE_URL", self.sandbox.base_url())
            .env("INBANK_SHOP_UUID", self.sandbox.shop())
            .env("INBANK_API_KEY", self.sandbox.api_key())
            .env("INBANK_OUTPUT", "json");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    /// The same for people.
    pub(crate) fn text(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).env("INBANK_OUTPUT", "text"))
    }

    pub(crate) fn open_session(&self, product: &str, amount: &str) -> Run {
        self.run(&Self::session(product, amount))
    }

    /// Arguments that open a session.
    pub(crate) fn session<'a>(product: &'a str, amount: &'a str) -> Vec<&'a str> {
        let order = [
            "session",
            "open",
            "--product",
            product,
            "--amount",
            amount,
            "--order",
            "Order 1",
        ];
        [order.as_slice(), &SESSION].concat()
    }

    /// A contract that waits for the merchant.
    pub(crate) fn granted(&self) -> (Uuid, String) {
        let opened = self.open_session("hire_purchase_approval", "300").json();
        let session: Uuid = opened["id"].as_str().unwrap().parse().unwrap();
        let status = self.sandbox.customer_applies(session).unwrap();
        assert_eq!(status, SessionStatus::Granted);
        let contract = self.sandbox.session(session).unwrap().contract.unwrap();
        (contract, contract.to_string())
    }

    /// The bodies with which an operation was called.
    pub(crate) fn received(&self, operation: Operation) -> Vec<Value> {
        let requests = self.sandbox.requests().into_iter();
        let bodies = requests.filter(|request| request.operation == Some(operation));
        bodies
            .map(|request| serde_json::from_str(&request.body).unwrap_or_default())
            .collect()
    }
}

/// A file of the test's own, gone with it.
pub(crate) struct File(PathBuf);

impl File {
    pub(crate) fn holding(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("inbank-cli-{}", Uuid::new_v4()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
