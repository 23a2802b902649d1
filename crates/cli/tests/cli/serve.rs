use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use inbank_sandbox::{Region, Sandbox};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::run::{Run, inbank};

/// A service in a process of its own, ended with the test.
struct Served {
    process: Child,
    ready: Value,
    token: String,
    client: Client,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    fn demo() -> Self {
        let mut demo = Self::started(&mut inbank(&["serve", "--demo"]));
        demo.token = demo.ready("token").to_owned();
        demo
    }

    fn started(serve: &mut Command) -> Self {
        let listen = ["--listen", "127.0.0.1:0", "--output", "json"];
        let mut process = serve.args(listen).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        Self {
            process,
            ready: serde_json::from_str(&line).unwrap(),
            token: String::new(),
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    fn ready(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.ready("listen"));
        let request = self.client.get(url).bearer_auth(&self.token);
        read(request.send().await.unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.ready("listen"));
        let request = self.client.post(url).bearer_auth(&self.token);
        let request = request.header("content-type", "application/json");
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    /// Has the sandbox's customer apply in a session.
    async fn applies(&self, session: &str) {
        let (sandbox, key) = (self.ready("sandbox"), self.ready("sandbox_api_key"));
        let url = format!("{sandbox}/sandbox/sessions/{session}/apply");
        let applied = self.client.post(url).bearer_auth(key).send().await;
        assert!(applied.unwrap().status().is_success());
    }

    /// Reads on until this happens; `after` is then behind it.
    async fn hears(&self, event: &str, after: &mut String) -> Value {
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
}

async fn read(response: Response) -> Value {
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_sells_something_without_any_setting() {
    let mut service = Served::demo();
    let cart = json!({"product": "hire_purchase_approval", "amount": "499.90", "currency": "EUR"});
    let order = "/v1/shops/main/orders/1001";
    let opened = service.post(&format!("{order}/pay"), &cart).await;
    assert!(
        opened["redirect_url"]
            .as_str()
            .unwrap()
            .starts_with(service.ready("sandbox"))
    );
    let session = opened["order"]["attempts"][0]["session_id"]
        .as_str()
        .unwrap();
    service.applies(session).await;
    let mut after = String::new();
    let waits = service.hears("awaits_merchant", &mut after).await;
    assert_eq!(
        (&waits["order"], &waits["number"]),
        (&json!("1001"), &json!(1))
    );
    service.post(&format!("{order}/approve"), &json!({})).await;
    let paid = service.hears("paid", &mut after).await;
    assert_eq!(
        (&paid["amount"], &paid["currency"]),
        (&json!("499.90"), &json!("EUR"))
    );
    assert_eq!(service.get(order).await["status"], "paid");

    let id = service.process.id().to_string();
    let stopped = Command::new("kill").args(["-TERM", &id]).status();
    assert!(stopped.unwrap().success());
    assert_eq!(service.process.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_shops_in_its_file_it_takes_them_from_calls_and_secrets_from_files() {
    let sandbox = Sandbox::builder(Region::Estonia).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let token = "a-token-that-nobody-guesses";
    fs::create_dir(folder.path().join("shops")).unwrap();
    file("shops/outlet", &format!("{}\n", sandbox.api_key()));
    let settings = format!(
        "public_url = \"http://127.0.0.1:1\"\napi_tokens_file = '{}'\nsecrets_folder = '{}'\n",
        file("tokens", &format!("{token}\n")),
        folder.path().join("shops").display()
    );
    let mut serve = inbank(&["serve", "--config", &file("inbank.toml", &settings)]);
    let mut service = Served::started(serve.current_dir(folder.path()));
    token.clone_into(&mut service.token);
    assert_eq!(service.get("/ready").await["ready"], true);
    assert_eq!(service.get("/v1/events").await["events"], json!([]));
    let shop = json!({
        "region": "estonia", "shop_uuid": sandbox.shop(), "base_url": sandbox.base_url(), "api_keys_file": "outlet",
    });
    let url = format!("{}/v1/shops/outlet", service.ready("listen"));
    let set = service.client.put(url).bearer_auth(token);
    let set = set.header("content-type", "application/json");
    read(set.body(shop.to_string()).send().await.unwrap()).await;
    let cart = json!({"product": "hire_purchase", "amount": "499.90", "currency": "EUR"});
    let opened = service
        .post("/v1/shops/outlet/orders/1001/pay", &cart)
        .await;
    let redirect = opened["redirect_url"].as_str().unwrap();
    assert!(redirect.starts_with(sandbox.base_url()), "{redirect}");
}

#[test]
fn without_a_file_it_says_how_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = inbank(&["serve", "--listen", "127.0.0.1:0", "--output", "json"]);
    let error = Run::of(command.current_dir(folder.path())).error(2);
    let message = error["message"].as_str().unwrap();
    let next = error["next"].as_str().unwrap();
    assert!(
        message.contains("inbank.toml") && next.contains("--demo") && next.contains("inbank init"),
        "{message} {next}"
    );
}

#[test]
fn a_bad_file_is_named_with_its_line_and_nothing_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inbank.toml");
    fs::write(
        &file,
        "public_url = \"https://pay.example\"\ncolour = \"red\"\n",
    )
    .unwrap();
    let arguments = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--output",
        "json",
        "--config",
    ];
    let mut command = inbank(&arguments);
    let error = Run::of(command.arg(&file)).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("line 2: unknown field `colour`"),
        "{message}"
    );
}
