use std::os::unix::ffi::OsStrExt as _;

use inbank_sandbox::Region;

use crate::run::{Run, inbank};
use crate::shop::{File, Shop};

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_setting_is_named_by_flag_and_variable() {
    let shop = Shop::open().await;
    for (variable, flag) in [
        ("INBANK_REGION", "--region"),
        ("INBANK_SHOP_UUID", "--shop"),
        ("INBANK_API_KEY", "--api-key-file"),
    ] {
        let run = Run::of(shop.command(&["product", "x"]).env_remove(variable));
        let error = run.error(2);
        assert_eq!(error["kind"], "usage");
        let next = error["next"].as_str().unwrap();
        assert!(next.contains(variable) && next.contains(flag), "{next}");
    }
    assert!(shop.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_setting_can_be_a_flag() {
    let shop = Shop::of(Region::Latvia).await;
    let key = File::holding(&format!("{}\n", shop.sandbox.api_key()));
    let run = Run::of(&mut inbank(&[
        "--region",
        "latvia",
        "--environment",
        "live",
        "--api-version",
        "v3",
        "--base-url",
        shop.sandbox.base_url(),
        "--shop",
        shop.sandbox.shop(),
        "--api-key-file",
        key.path(),
        "--output",
        "json",
        "product",
        "hire_purchase",
    ]));
    run.json();
    assert!(shop.sandbox.requests()[0].path.starts_with("/partner/v3/"));
}

#[tokio::test(flavor = "multi_thread")]
async fn however_a_base_url_ends_the_same_calls_come_out() {
    let shop = Shop::open().await;
    for end in ["", "/", "/partner/v2", "/partner/v2/", "/partner/v3/"] {
        let base = format!("{}{end}", shop.sandbox.base_url());
        shop.run(&["product", "hire_purchase", "--base-url", &base])
            .json();
    }
    let requests = shop.sandbox.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.path == requests[0].path),
        "{requests:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_can_not_be_right_are_refused_before_anything_is_sent() {
    let shop = Shop::open().await;
    let key = File::holding("two words\n");
    for (arguments, named) in [
        (["--region", "finland"], "finland"),
        (["--environment", "test"], "demo, live"),
        (["--api-version", "v4"], "v2, v3"),
        (["--base-url", "http://bank.example"], "--base-url"),
        (
            ["--base-url", "https://user:pass@bank.example"],
            "--base-url",
        ),
        (["--shop", "a/b"], "--shop"),
        (["--api-key-file", "/nowhere"], "/nowhere"),
        (["--api-key-file", key.path()], "--api-key-file"),
        (["--api-key", "x"], "--api-key"),
    ] {
        let run = shop.run(&[&["product", "hire_purchase"], &arguments[..]].concat());
        let error = run.error(2);
        assert_eq!(error["kind"], "usage");
        assert!(
            error["message"].as_str().unwrap().contains(named),
            "{error}"
        );
        assert!(!run.stderr.contains("pass@") && !run.stderr.contains("two words"));
    }
    let base = ["product", "x", "--region", "lithuania"];
    let run = Run::of(shop.command(&base).env_remove("INBANK_BASE_URL"));
    let message = run.error(2)["message"].to_string();
    assert!(
        message.contains("no Partner API host is published for it"),
        "{message}"
    );
    assert!(shop.sandbox.requests().is_empty());
}

#[test]
fn a_value_that_came_by_a_variable_is_blamed_on_the_variable() {
    for (variable, value) in [
        ("INBANK_REGION", "finland"),
        ("INBANK_REGION", ""),
        ("INBANK_ENVIRONMENT", "test"),
        ("INBANK_API_VERSION", ""),
    ] {
        let mut doctor = inbank(&["doctor", "--output", "json"]);
        let error = Run::of(doctor.env(variable, value)).error(2);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(variable), "{message}");
    }
    let mut doctor = inbank(&["doctor", "--output", "json", "--region", "finland"]);
    let error = Run::of(doctor.env("INBANK_REGION", "latvia")).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("--region"), "{message}");
}

#[test]
fn a_key_that_is_no_text_is_not_said_to_be_missing() {
    let key = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    let mut sign = inbank(&["callback", "sign", "--message", "{}", "--output", "json"]);
    let error = Run::of(sign.env("INBANK_API_KEY", key)).error(2);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("must be printable"), "{message}");
}

#[test]
fn a_command_shows_and_takes_the_settings_that_mean_something_to_it() {
    for (command, shown, hidden) in [
        (&["shop"][..], "--region", "--environment"),
        (&["demo"], "--guide", "--region"),
        (&["order", "list"], "--shop", "--api-key-file"),
        (&["order", "replay"], "--api-key-file", "--nothing"),
        (&["trigger"], "--base-url", "--region"),
        (&["ledger", "check"], "--database", "--base-url"),
    ] {
        let help = Run::of(inbank(command).arg("--help"));
        assert!(help.text().contains(shown), "{help:?}");
        assert!(!help.text().contains(&format!("{hidden} ")), "{help:?}");
    }
    for (arguments, command) in [
        (&["demo", "--region", "poland"][..], "`inbank demo`"),
        (&["--environment", "live", "shop"], "`inbank shop`"),
        (
            &["ledger", "check", "--shop", "main"],
            "`inbank ledger check`",
        ),
    ] {
        let error = Run::of(inbank(arguments).args(["--output", "json"])).error(2);
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(command), "{message}");
    }
    // A variable stands for other commands.
    let folder = tempfile::tempdir().unwrap();
    let mut migrate = inbank(&["ledger", "migrate", "--output", "json"]);
    migrate.current_dir(folder.path());
    Run::of(migrate.env("INBANK_REGION", "latvia")).json();
}

#[test]
fn usage_errors_are_documents_where_documents_are_asked_for() {
    for arguments in [
        &["--output", "json", "product"][..],
        &["product", "--output=json"],
        &["--output=json", "nothing"],
        &["calculate", "--amount", "--output", "json"],
    ] {
        let run = Run::of(&mut inbank(arguments));
        assert_eq!(run.error(2)["kind"], "usage", "{arguments:?}");
    }
    let run = Run::of(&mut inbank(&["product"]));
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.starts_with("error: ") && run.stderr.contains("Usage:"),
        "{run:?}"
    );
    let run = Run::of(&mut inbank(&["--output", "json", "--help"]));
    assert!(run.text().contains("Exit codes"));
}
