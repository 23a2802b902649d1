use inbank_sandbox::{DecisionStatus, SessionStatus, TriggerKind};
use serde_json::json;

use crate::run::{Run, inbank};
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_does_it_with_the_callers_own_ids() {
    let shop = Shop::unhurried().await;
    let opened = shop.open_session("hire_purchase_approval", "700").json();
    let session = opened["id"].as_str().unwrap().parse().unwrap();
    let granted = shop.run(&["trigger", "granted", "--order", "Order 1"]);
    assert_eq!(granted.json(), json!({"callbacks": 1}));
    let status = || shop.sandbox.session(session).unwrap().status;
    assert_eq!(status(), SessionStatus::Granted);
    let id = opened["id"].as_str().unwrap();
    let repeated = ["--times", "3", "--shuffle", "--delay", "1h"];
    let completed = ["trigger", "completed", "--session", id];
    let completed = shop.run(&[&completed[..], &repeated].concat());
    assert_eq!(completed.json(), json!({"callbacks": 3}));
    assert_eq!(status(), SessionStatus::Completed);
    let callbacks = shop.sandbox.callbacks();
    assert_eq!(callbacks.len(), 4);
    assert!(
        callbacks[1..].iter().all(|callback| callback.attempts == 0),
        "an hour is long"
    );
    let ended = shop.text(&["trigger", "terminated"]);
    assert_eq!(ended.text(), "done; no callback tells of it\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_decided_otherwise_than_its_amount_would_be() {
    let shop = Shop::unhurried().await;
    let (application, id) = shop.submitted("hire_purchase", "300");
    for (kind, decision) in [
        ("income-proof", DecisionStatus::IncomeProofRequired),
        ("negative", DecisionStatus::Negative),
        ("positive", DecisionStatus::Positive),
    ] {
        shop.run(&["trigger", kind, "--application", &id]).json();
        let stands = shop.sandbox.application(application).unwrap().decision;
        assert_eq!(stands, decision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_in_which_it_is_not_done_has_its_code() {
    let shop = Shop::open().await;
    let nothing = shop.run(&["trigger", "granted"]).error(3);
    assert_eq!(nothing["kind"], "refused");
    let unknown = "11111111-1111-4111-8111-111111111111";
    let unknown = shop.run(&["trigger", "granted", "--session", unknown]);
    assert!(
        unknown.error(3)["message"]
            .as_str()
            .unwrap()
            .contains("no such session")
    );
    for wrong in [
        &["luck"][..],
        &["granted", "--order", "1", "--session", "2"],
        &["granted", "--session", "2"],
        &["granted", "--delay", "2"],
        &["granted", "--delay", "366d"],
        &["granted", "--times", "0"],
        &["granted", "--times", "1001"],
        &["granted", "--environment", "live"],
        &["granted", "--base-url", "http://sandbox.example"],
    ] {
        let run = shop.run(&[&["trigger"][..], wrong].concat());
        assert_eq!(run.error(2)["kind"], "usage", "{wrong:?}");
    }
    let mut keyless = shop.command(&["trigger", "granted"]);
    let keyless = Run::of(keyless.env("INBANK_API_KEY", "another"));
    assert_eq!(keyless.error(4)["kind"], "not_authorised");
    let nobody = shop.run(&["trigger", "granted", "--base-url", "http://127.0.0.1:9"]);
    assert_eq!(nobody.error(5)["kind"], "unreachable");
    let unnamed = Run::of(
        shop.command(&["trigger", "granted"])
            .env_remove("INBANK_BASE_URL"),
    );
    assert!(
        unnamed.error(2)["next"]
            .as_str()
            .unwrap()
            .contains("inbank sandbox")
    );
}

#[test]
fn the_kinds_are_those_of_the_sandbox() {
    let help = Run::of(&mut inbank(&["trigger", "--help"]));
    for kind in TriggerKind::ALL {
        assert!(help.text().contains(kind.name()), "{kind}");
    }
}
