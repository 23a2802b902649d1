use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::run::{Run, inbank};

/// A sandbox in a process of its own, ended with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(arguments: &[&str]) -> (Served, impl Iterator<Item = String> + use<>) {
    let mut command = inbank(&[&["sandbox"], arguments].concat());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    (Served(child), stdout.lines().map(Result::unwrap))
}

#[test]
fn the_ready_line_is_all_that_a_client_needs() {
    let (mut served, mut lines) = serve(&["--region", "poland", "--seed", "7", "--output", "json"]);
    let ready: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert_eq!(ready["region"], "poland");
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();
    let mut product = inbank(&[
        "product",
        "hire_purchase",
        "--region",
        "poland",
        "--output",
        "json",
    ]);
    product
        .args(["--base-url", &text("base_url"), "--shop", &text("shop")])
        .env("INBANK_API_KEY", text("api_key"));
    assert_eq!(Run::of(&mut product).json()["currency"], "PLN");

    let (_again, mut lines) = serve(&["--region", "poland", "--seed", "7", "--output", "json"]);
    let again: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert_eq!(
        (&again["shop"], &again["api_key"]),
        (&ready["shop"], &ready["api_key"])
    );

    let stopped = Command::new("kill")
        .args(["-TERM", &served.0.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    assert_eq!(served.0.wait().unwrap().code(), Some(0));
}

#[test]
fn people_get_lines_to_copy() {
    let shop = "0b8ad1d7-6f4c-4f0e-8a53-2f1f3c6f9a10";
    let (_served, lines) = serve(&["--api-key", "a-key", "--shop", shop]);
    let lines: Vec<String> = lines
        .take_while(|line| !line.contains("INBANK_API_KEY"))
        .collect();
    assert!(
        lines[0].starts_with("Sandbox of estonia at http://127.0.0.1:"),
        "{lines:?}"
    );
    assert!(lines.contains(&format!("export INBANK_SHOP_UUID={shop}")));
}

#[test]
fn a_sandbox_that_listens_everywhere_is_named_by_an_address_that_can_be_used() {
    let arguments = ["sandbox", "--listen", "0.0.0.0:0", "--output", "json"];
    let mut served = Served(inbank(&arguments).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    let mut stdout = BufReader::new(served.0.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let address = ready["base_url"].as_str().unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    let mut doctor = inbank(&["doctor", "--region", "estonia", "--base-url", address]);
    doctor
        .env("INBANK_SHOP_UUID", ready["shop"].as_str().unwrap())
        .env("INBANK_API_KEY", ready["api_key"].as_str().unwrap());
    Run::of(&mut doctor).text();
}

#[test]
fn a_real_key_from_the_settings_is_never_served_or_shown() {
    let mut command = inbank(&["sandbox", "--output", "json"]);
    command.env("INBANK_API_KEY", "real-key");
    let mut served = Served(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(served.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("api_key") && !line.contains("real-key"));
}

#[test]
fn an_address_in_use_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = Run::of(&mut inbank(&[
        "sandbox", "--listen", &address, "--output", "json",
    ]));
    let error = run.error(1);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("in use"), "{message}");
    assert!(
        error["next"].as_str().unwrap().contains("--listen"),
        "{error}"
    );
}
