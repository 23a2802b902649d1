use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use inbank_sandbox::{Region, Sandbox};
use serde_json::json;

use crate::run::{Run, inbank};
use crate::served::Served;

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

#[test]
fn a_demo_leaves_the_ledger_of_the_environment_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.db");
    let url = format!("sqlite:{}", file.display());
    let mut serve = inbank(&["serve", "--demo"]);
    let service = Served::demo_by(serve.env("DATABASE_URL", &url));
    assert_ne!(service.ready("database"), url);
    assert!(!file.exists());
    let arguments = ["serve", "--demo", "--database", &url, "--output", "json"];
    let error = Run::of(&mut inbank(&arguments)).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(
        message.contains("--database") && message.contains("--demo"),
        "{message}"
    );
}

#[test]
fn what_a_demo_shows_can_be_bought_in_its_region() {
    for (region, currency) in [("estonia", "EUR"), ("poland", "PLN"), ("czechia", "CZK")] {
        let mut serve = inbank(&[
            "serve",
            "--demo",
            "--region",
            region,
            "--listen",
            "127.0.0.1:0",
        ]);
        let mut process = serve.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let cart = stdout
            .lines()
            .map(Result::unwrap)
            .find(|line| line.contains("499.90"));
        process.kill().unwrap();
        process.wait().unwrap();
        let wanted = format!("\"currency\":\"{currency}\"");
        assert!(
            cart.as_ref().is_some_and(|cart| cart.contains(&wanted)),
            "{cart:?}"
        );
    }
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
    let service = Served::started(serve.current_dir(folder.path()), token);
    assert_eq!(service.get("/ready").await["ready"], true);
    assert_eq!(service.get("/v1/events").await["events"], json!([]));
    let shop = json!({
        "region": "estonia", "shop_uuid": sandbox.shop(), "base_url": sandbox.base_url(), "api_keys_file": "outlet",
    });
    service.put("/v1/shops/outlet", &shop).await;
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

#[test]
fn a_file_that_can_not_be_read_is_told_from_one_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("odd.toml");
    fs::write(&odd, b"public_url = \"\xff\"").unwrap();
    for (file, next) in [
        (
            folder.path().join("none.toml"),
            "make one with `inbank init`",
        ),
        (odd, "save it as UTF-8 text"),
        (
            folder.path().to_owned(),
            "name a file that this user may read",
        ),
    ] {
        let mut command = inbank(&["serve", "--output", "json", "--config"]);
        let error = Run::of(command.arg(&file)).error(2);
        let next_step = error["next"].as_str().unwrap_or_default();
        assert!(next_step.contains(next), "{error}");
    }
}
