use serde_json::json;

use crate::following::Following;
use crate::order::{Ledger, REFERENCE};

impl Ledger {
    fn watch(&self, arguments: &[&str], format: &str) -> Following {
        let mut command = self.shop.command(&[arguments, &["--watch"]].concat());
        command.current_dir(self.folder.path());
        Following::start(command.env("INBANK_OUTPUT", format))
    }

    /// The customer signs, and the platform learns of it.
    fn goes_on(&self) {
        self.shop.sandbox.customer_applies(self.session).unwrap();
        self.run(&["order", "replay", REFERENCE, "--shop", "main"])
            .json();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shown_again_whenever_it_is_another_one() {
    let ledger = Ledger::with_an_order().await;
    let mut show = ledger.watch(&["order", "show", REFERENCE], "json");
    let mut list = ledger.watch(&["order", "list", "--status", "awaits_merchant"], "json");
    let mut events = ledger.watch(&["order", "events", REFERENCE], "json");
    let mut text = ledger.watch(&["order", "show", REFERENCE], "text");
    assert_eq!(show.json()["status"], "pending");
    assert_eq!(list.json(), json!({"orders": []}));
    assert_eq!(events.json(), json!({"events": []}));
    let first: Vec<String> = std::iter::repeat_with(|| text.line())
        .take_while(|line| !line.starts_with("Session"))
        .collect();
    let stands = first
        .iter()
        .any(|line| line.starts_with("Status ") && line.ends_with(" pending"));
    assert!(stands, "{first:?}");
    ledger.goes_on();
    assert_eq!(show.json()["status"], "awaits_merchant");
    assert_eq!(list.json()["orders"][0]["reference"], REFERENCE);
    let new = events.json();
    assert_eq!(new["events"].as_array().unwrap().len(), 1);
    assert_eq!(new["events"][0]["event"], "awaits_merchant");
    let apart =
        std::iter::repeat_with(|| text.line()).find(|line| line.contains("awaits_merchant"));
    assert!(apart.is_some_and(|line| line.starts_with("Status ")));
    // Each ends, whichever way.
    for (watch, interrupt) in [(show, true), (list, false), (events, true), (text, false)] {
        let ended = if interrupt {
            watch.interrupted()
        } else {
            watch.unread()
        };
        assert_eq!(ended, (0, vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replayed_order_is_watched_from_there() {
    let ledger = Ledger::with_an_order().await;
    let replay = ["order", "replay", REFERENCE, "--shop", "main"];
    let mut watch = ledger.watch(&replay, "json");
    assert_eq!(watch.json()["status"], "pending");
    ledger.goes_on();
    assert_eq!(watch.json()["status"], "awaits_merchant");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_watched() {
    let ledger = Ledger::with_an_order().await;
    let mut watch = ledger.watch(&["order", "show", "Order 2"], "json");
    let (code, told) = watch.ended();
    assert_eq!((code, told.len()), (1, 1), "{told:?}");
}
