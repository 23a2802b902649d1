use std::fs;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use crate::run::{Run, inbank};

fn init(folder: &TempDir, flags: &[&str]) -> Command {
    let mut command = inbank(&["init", "--output", "json"]);
    command.args(flags).current_dir(folder.path());
    command
}

const NEEDED: [&str; 4] = [
    "--region",
    "estonia",
    "--public-url",
    "https://pay.example.com",
];

#[test]
fn a_file_is_written_that_the_service_takes() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = init(&folder, &NEEDED);
    command.args(["--base-url", "http://127.0.0.1:1", "--shop", "kesklinn-1"]);
    command.args([
        "--return-url",
        "https://shop.example.com/o/{order_reference}",
    ]);
    let written = Run::of(&mut command).json();
    assert_eq!(written["config"], "inbank.toml");
    let missing = [
        "INBANK_API_TOKENS",
        "KESKLINN_1_API_KEYS",
        "KESKLINN_1_SHOP_UUID",
    ];
    assert_eq!(written["missing"], json!(missing));
    let text = fs::read_to_string(folder.path().join("inbank.toml")).unwrap();
    assert!(text.contains("id = \"kesklinn-1\""), "{text}");
    // Each is missed by its name until it is set.
    let serve = ["serve", "--listen", "127.0.0.1:0", "--output", "json"];
    let mut serve = inbank(&serve);
    serve.current_dir(folder.path());
    let error = Run::of(&mut serve).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("KESKLINN_1_SHOP_UUID"), "{message}");
}

#[test]
fn a_file_that_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inbank.toml");
    fs::write(&file, "mine").unwrap();
    let error = Run::of(&mut init(&folder, &NEEDED)).error(2);
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("there is such a file")
    );
    assert_eq!(fs::read_to_string(file).unwrap(), "mine");
}

#[test]
fn what_is_missing_or_would_not_start_is_said_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (flags, says) in [
        (&[][..], "--region"),
        (&["--region", "estonia"], "--public-url"),
        (
            &[
                "--region",
                "estonia",
                "--public-url",
                "http://pay.example.com",
            ],
            "must be https",
        ),
        (
            &[
                "--region",
                "estonia",
                "--public-url",
                "https://pay.example.com",
                "--return-url",
                "nowhere",
            ],
            "return_url",
        ),
    ] {
        let error = Run::of(&mut init(&folder, flags)).error(2);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(says), "{message}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
