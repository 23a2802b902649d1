//! A service in a process of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Response};
use serde_json::Value;

use crate::run::inbank;

/// Ended with the test.
pub(crate) struct Served {
    pub(crate) process: Child,
    pub(crate) ready: Value,
    pub(crate) token: String,
    pub(crate) client: Client,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    pub(crate) fn demo() -> Self {
        Self::demo_by(&mut inbank(&["serve", "--demo"]))
    }

    pub(crate) fn demo_by(serve: &mut Command) -> Self {
        let mut demo = Self::started(serve, "");
        demo.token = demo.ready("token").to_owned();
        demo
    }

    /// Returns when it listens.
    pub(crate) fn started(serve: &mut Command, token: &str) -> Self {
        let listen = ["--listen", "127.0.0.1:0", "--output", "json"];
        let mut process = serve.args(listen).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        // A connection of its own each time: the service ends those that are quiet for a while.
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0);
        Self {
            process,
            ready: serde_json::from_str(&line).unwrap(),
            token: token.to_owned(),
            client: client.build().unwrap(),
        }
    }

    pub(crate) fn ready(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// The address that it listens at, without its scheme.
    pub(crate) fn address(&self) -> &str {
        self.ready("listen").strip_prefix("http://").unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.ready("listen"));
        let request = self.client.get(url).bearer_auth(&self.token);
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        read(self.posted(path, body).await).await
    }

    /// The answer, whatever it is.
    pub(crate) async fn posted(&self, path: &str, body: &Value) -> Response {
        let url = format!("{}{path}", self.ready("listen"));
        let request = self.client.post(url).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.ready("listen"));
        let request = self.client.put(url).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    /// Has the sandbox's customer apply in a session.
    pub(crate) async fn applies(&self, session: &str) {
        let (sandbox, key) = (self.ready("sandbox"), self.ready("sandbox_api_key"));
        let url = format!("{sandbox}/sandbox/sessions/{session}/apply");
        let applied = self.client.post(url).bearer_auth(key).send().await;
        assert!(applied.unwrap().status().is_success());
    }

    /// Reads on until this happens; `after` is then behind it.
    pub(crate) async fn hears(&self, event: &str, after: &mut String) -> Value {
        loop {
            let heard = self
                .get(&format!("/v1/events?wait=30&limit=1&after={after}"))
                .await;
            let what = heard["events"][0].clone();
            assert!(what.is_object(), "nothing happened in half a minute");
            heard["next"].as_str().unwrap().clone_into(after);
            if what["event"] == event {
                return what;
            }
        }
    }

    /// Its resident memory, in bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(status).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<u64>().unwrap() << 10
    }
}

async fn read(response: Response) -> Value {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}
