use std::collections::HashMap;

use inbank_sandbox::{Fault, Operation};
use serde_json::Value;

use crate::run::{Run, inbank};
use crate::shop::Shop;

fn checks(run: &Run) -> HashMap<String, bool> {
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    checks
        .iter()
        .map(|check| {
            assert!(!check["detail"].as_str().unwrap().is_empty());
            (
                check["name"].as_str().unwrap().to_owned(),
                check["ok"].as_bool().unwrap(),
            )
        })
        .collect()
}

const ALL: [&str; 5] = [
    "doctor",
    "--product",
    "hire_purchase",
    "--callback-url",
    "http://127.0.0.1:9/callback",
];

#[tokio::test(flavor = "multi_thread")]
async fn all_is_well_with_a_shop_at_its_sandbox() {
    let shop = Shop::open().await;
    let run = shop.run(&ALL);
    assert_eq!((run.code, &*run.stderr), (0, ""), "{run:?}");
    let checks = checks(&run);
    for name in [
        "settings",
        "reachability",
        "key",
        "product",
        "callback_address",
        "clock",
    ] {
        assert_eq!(checks.get(name), Some(&true), "{name}: {run:?}");
    }
    let run = shop.text(&ALL);
    assert!(
        run.text()
            .contains("ok      reachability      the bank answers\n"),
        "{run:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_check_that_fails_decides_about_the_exit_code() {
    let shop = Shop::open().await;
    let mut wrong_key = shop.command(&ALL);
    let run = Run::of(wrong_key.env("INBANK_API_KEY", "wrong"));
    assert_eq!(run.code, 4);
    assert_eq!(run.error_line()["kind"], "not_authorised");
    let found = checks(&run);
    assert!(found["reachability"] && !found["key"] && !found["product"]);

    let run = shop.run(&[
        "doctor",
        "--product",
        "nothing",
        "--callback-url",
        "ftp://x",
    ]);
    assert_eq!(run.code, 3);
    let found = checks(&run);
    assert!(found["key"] && !found["product"] && !found["callback_address"]);

    let run = Run::of(&mut inbank(&["doctor", "--output", "json"]));
    assert_eq!(run.code, 2);
    assert!(!checks(&run)["settings"]);
}

/// A bank that gives the shop neither `ping` nor `products`.
fn gives_nothing(shop: &Shop, status: u16) {
    for operation in [Operation::Ping, Operation::GetProduct] {
        let fault = Fault::Status {
            status,
            retry_after: None,
        };
        shop.sandbox.fault(operation, fault, 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_gives_a_shop_no_ping_answers_all_the_same() {
    for status in [401, 403, 404] {
        let shop = Shop::open().await;
        gives_nothing(&shop, status);
        let run = shop.run(&["doctor"]);
        assert_eq!(run.code, 0, "{status} {run:?}");
        let found = checks(&run);
        assert!(found["reachability"] && found["key"], "{status} {run:?}");

        let mut wrong_key = shop.command(&["doctor"]);
        let run = Run::of(wrong_key.env("INBANK_API_KEY", "wrong"));
        assert_eq!(run.code, 4, "{status} {run:?}");
        let found = checks(&run);
        assert!(found["reachability"] && !found["key"], "{status} {run:?}");
    }
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    let run = Run::of(&mut inbank(&["doctor", "--output", "json"]));
    let next = run.error_line()["next"].to_string();
    for variable in ["INBANK_REGION", "INBANK_SHOP_UUID", "INBANK_API_KEY"] {
        assert!(next.contains(variable), "{next}");
    }
    let mut keyless = inbank(&["doctor", "--output", "json", "--region", "latvia"]);
    let run = Run::of(keyless.env("INBANK_SHOP_UUID", "a-shop"));
    assert_eq!(run.error_line()["message"], "the API key is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_sends_nobody_to_the_doctor() {
    let shop = Shop::open().await;
    let away = ["--base-url", "http://127.0.0.1:9"];
    let away = shop.run(&[&ALL[..], &away].concat());
    let wrong_key = Run::of(shop.command(&ALL).env("INBANK_API_KEY", "wrong"));
    let no_product = shop.run(&["doctor", "--product", "nothing"]);
    for run in [&away, &wrong_key, &no_product] {
        let next = run.error_line()["next"].to_string();
        assert!(!next.contains("doctor"), "{next}");
    }
    // What a bank would have to answer is not asked of one that doesn't.
    let report: Value = serde_json::from_str(&away.stdout).unwrap();
    let asked = |check: &&Value| check["name"] == "product";
    let product = report["checks"].as_array().unwrap().iter().find(asked);
    let detail = product.unwrap()["detail"].as_str().unwrap();
    assert!(detail.starts_with("not checked"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_that_gives_no_answer_is_told_from_one_that_does() {
    let shop = Shop::open().await;
    for operation in [Operation::Ping, Operation::GetSession] {
        shop.sandbox.fault(operation, Fault::ResetBefore, 10);
    }
    let run = shop.run(&["doctor"]);
    assert_eq!(run.code, 5, "{run:?}");
    let found = checks(&run);
    assert!(!found["reachability"] && !found["key"], "{run:?}");
}
