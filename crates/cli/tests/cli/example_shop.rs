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
