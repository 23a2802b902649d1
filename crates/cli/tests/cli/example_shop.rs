use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::run::{Run, inbank};

/// A shop in a process of its own, ended with the test.
struct Opened(Child);

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn one_command_opens_a_shop_beside_its_bank() {
    let mut command = inbank(&["shop", "--listen", "127.0.0.1:0", "--region", "latvia"]);
    let command = command.args(["--output", "json"]).stdout(Stdio::piped());
    let mut opened = Opened(command.spawn().unwrap());
    let mut line = String::new();
    let mut stdout = BufReader::new(opened.0.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(ready["region"], "latvia");
    for name in ["url", "office", "sandbox"] {
        let page = reqwest::get(ready[name].as_str().unwrap()).await.unwrap();
        assert_eq!(page.status(), 200, "{name}");
    }
    // What is printed with it is enough to have its bank do something.
    let sandbox = ready["sandbox"].as_str().unwrap();
    let mut trigger = inbank(&["trigger", "granted", "--base-url", sandbox]);
    let key = ready["sandbox_api_key"].as_str().unwrap();
    trigger
        .env("INBANK_API_KEY", key)
        .env("INBANK_OUTPUT", "json");
    let nothing_yet = tokio::task::spawn_blocking(move || Run::of(&mut trigger)).await;
    assert_eq!(nothing_yet.unwrap().error(3)["kind"], "refused");
    let stopped = Command::new("kill")
        .args(["-TERM", &opened.0.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    assert_eq!(opened.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_shop_is_open_to_this_machine_alone() {
    let run = Run::of(&mut inbank(&[
        "shop",
        "--listen",
        "0.0.0.0:0",
        "--output",
        "json",
    ]));
    let error = run.error(2);
    assert!(
        error["message"].as_str().unwrap().contains("--listen"),
        "{error}"
    );
}

#[test]
fn people_get_lines_by_which_its_bank_is_reached() {
    for command in [&["shop"][..], &["serve", "--demo"]] {
        let mut command = inbank(&[command, &["--listen", "localhost:0"]].concat());
        let mut opened = Opened(command.stdout(Stdio::piped()).spawn().unwrap());
        let stdout = BufReader::new(opened.0.stdout.take().unwrap());
        let mut lines = stdout.lines().map(Result::unwrap);
        for variable in ["INBANK_BASE_URL", "INBANK_API_KEY"] {
            let export = format!("export {variable}=");
            assert!(lines.any(|line| line.starts_with(&export)), "{export}");
        }
    }
}
