use inbank::{Cart, Currency, Money, PayOutcome, Platform, Region};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::run::{Run, inbank};
use crate::shop::Shop;

/// A platform's ledger with one order, whose session is open.
pub(crate) struct Ledger {
    pub(crate) shop: Shop,
    pub(crate) folder: TempDir,
    pub(crate) session: Uuid,
}

pub(crate) const REFERENCE: &str = "Order 1";

impl Ledger {
    pub(crate) async fn with_an_order() -> Self {
        let shop = Shop::open().await;
        let folder = TempDir::new().unwrap();
        let (uuid, key) = (shop.sandbox.shop(), shop.sandbox.api_key());
        let main = inbank::Shop::new("main", Region::ESTONIA, uuid, key)
            .with_base_url(shop.sandbox.base_url());
        let platform = Platform::builder()
            .public_url("http://127.0.0.1:9")
            .database(format!(
                "sqlite:{}",
                folder.path().join("inbank.db").display()
            ))
            .shop(main)
            .on_event(async |_| Ok::<_, std::io::Error>(()))
            .build();
        let order = platform
            .await
            .unwrap()
            .shop("main")
            .unwrap()
            .order(REFERENCE);
        let total = Money::parse("300", Currency::EUR).unwrap();
        let paid = order.pay(&Cart::new("hire_purchase_approval", total)).await;
        assert!(matches!(paid, Ok(PayOutcome::Redirect(_))), "{paid:?}");
        let order = order.find().await.unwrap().unwrap();
        let session = order.attempts[0].session.as_ref().unwrap();
        Self {
            session: session.as_str().parse().unwrap(),
            shop,
            folder,
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = self.shop.command(arguments);
        Run::of(command.current_dir(self.folder.path()))
    }

    /// Has a later version write what this one can't read.
    pub(crate) fn spoil(&self) {
        let database = rusqlite::Connection::open(self.folder.path().join("inbank.db"));
        let later = "UPDATE inbank_attempt SET state = 'refinanced'";
        database.unwrap().execute(later, ()).unwrap();
    }

    fn listed(&self, filters: &[&str]) -> Vec<Value> {
        let listed = self.run(&[&["order", "list"], filters].concat()).json();
        listed["orders"].as_array().unwrap().clone()
    }

    /// The same for people.
    fn text(&self, arguments: &[&str]) -> String {
        let mut command = self.shop.command(arguments);
        command
            .current_dir(self.folder.path())
            .env("INBANK_OUTPUT", "text");
        Run::of(&mut command).text().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_are_listed_by_what_they_are_looked_for() {
    let ledger = Ledger::with_an_order().await;
    let all = ledger.listed(&[]);
    assert_eq!(all.len(), 1);
    let order = &all[0];
    assert_eq!(
        (&order["shop"], &order["reference"]),
        (&json!("main"), &json!(REFERENCE))
    );
    assert_eq!(
        (&order["status"], &order["attempts"]),
        (&json!("pending"), &json!(1))
    );
    assert_eq!(
        (&order["amount"], &order["currency"]),
        (&json!("300"), &json!("EUR"))
    );
    for (filters, found) in [
        (&["--status", "pending"][..], 1),
        (&["--status", "paid"], 0),
        (&["--shop", "main"], 1),
        (&["--shop", "other"], 0),
        (&["--needs-person"], 0),
        (&["--older-than", "2d"], 0),
        (&["--older-than", "0s"], 1),
    ] {
        assert_eq!(ledger.listed(filters).len(), found, "{filters:?}");
    }
    for wrong in [
        ["--status", "gone"],
        ["--older-than", "2"],
        ["--shop", "a b"],
    ] {
        let run = ledger.run(&[&["order", "list"][..], &wrong].concat());
        assert_eq!(run.error(2)["kind"], "usage", "{wrong:?}");
    }
    assert!(ledger.text(&["order", "list"]).contains(REFERENCE));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shown_with_its_attempts() {
    let ledger = Ledger::with_an_order().await;
    for shop in [&[][..], &["--shop", "main"]] {
        let show = [&["order", "show", REFERENCE], shop].concat();
        let shown = ledger.run(&show).json();
        assert_eq!(shown["reference"], REFERENCE);
        assert_eq!(shown["status"], "pending");
        let attempt = &shown["attempts"][0];
        assert_eq!(
            (&attempt["number"], &attempt["state"]),
            (&json!(1), &json!("pending"))
        );
        assert_eq!(
            (&attempt["amount"], &attempt["currency"]),
            (&json!("300"), &json!("EUR"))
        );
        assert_eq!(attempt["session_id"], ledger.session.to_string());
        for not_yet in ["application_id", "contract_id", "command"] {
            assert_eq!(attempt[not_yet], Value::Null);
        }
    }
    // By its name it is found in the log, and in the address of its callbacks.
    let shown = ledger.run(&["order", "show", REFERENCE]).json();
    let text = ledger.text(&["order", "show", REFERENCE]);
    assert!(text.contains("Attempt  "), "{text}");
    let name = shown["attempts"][0]["id"].as_str().unwrap();
    assert!(text.contains(name), "{text}");
    for unknown in [
        &["order", "show", "Order 2"][..],
        &["order", "events", REFERENCE, "--shop", "other"],
    ] {
        assert_eq!(ledger.run(unknown).error(1)["kind"], "other");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replaying_reads_the_bank_and_tells_nothing_twice() {
    let ledger = Ledger::with_an_order().await;
    let events = || ledger.run(&["order", "events", REFERENCE]).json()["events"].take();
    assert_eq!(events(), json!([]));
    ledger
        .shop
        .sandbox
        .customer_applies(ledger.session)
        .unwrap();
    for _ in 0..2 {
        let replayed = ledger
            .run(&["order", "replay", REFERENCE, "--shop", "main"])
            .json();
        assert_eq!(replayed["status"], "awaits_merchant");
        assert!(replayed["attempts"][0]["contract_id"].is_string());
        assert_eq!(replayed["callbacks"], json!([]));
        let events = events();
        assert_eq!(events.as_array().unwrap().len(), 1);
        assert_eq!(
            (
                &events[0]["event"],
                &events[0]["number"],
                &events[0]["amount"]
            ),
            (&json!("awaits_merchant"), &json!(1), &json!("300"))
        );
    }
    let text = ledger.text(&["order", "events", REFERENCE]);
    assert!(text.contains("awaits_merchant"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_is_brought_up_to_date_and_checked() {
    let ledger = Ledger::with_an_order().await;
    for _ in 0..2 {
        let migrated = ledger.run(&["ledger", "migrate"]).json();
        assert!(migrated["version"].as_u64().unwrap() >= 1, "{migrated}");
    }
    let checked = ledger.run(&["ledger", "check"]).json();
    assert_eq!(checked, json!({"orders": 1, "unreadable": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_read_is_named_and_left_out() {
    let ledger = Ledger::with_an_order().await;
    ledger.spoil();
    let run = ledger.run(&["ledger", "check"]);
    assert_eq!(run.code, 1, "{run:?}");
    let checked: Value = serde_json::from_str(&run.stdout).unwrap();
    let unreadable = json!([{"shop": "main", "reference": REFERENCE}]);
    assert_eq!(checked, json!({"orders": 1, "unreadable": unreadable}));
    assert_eq!(run.error_line()["kind"], "other");
    assert_eq!(ledger.listed(&[]).len(), 0);
    let error = ledger.run(&["order", "show", REFERENCE]).error(1);
    assert!(error["message"].as_str().unwrap().contains("can't be read"));
}

#[test]
fn a_ledger_is_made_by_migrating_and_by_nothing_else() {
    let folder = TempDir::new().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = inbank(arguments);
        command
            .current_dir(folder.path())
            .env("INBANK_OUTPUT", "json");
        Run::of(&mut command)
    };
    for command in [
        &["order", "list"][..],
        &["order", "show", REFERENCE],
        &["ledger", "check"],
    ] {
        assert_eq!(run(command).error(2)["kind"], "usage");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
    // A file that is there and no ledger.
    std::fs::write(folder.path().join("inbank.db"), "").unwrap();
    for _ in 0..2 {
        let error = run(&["order", "list"]).error(1);
        assert!(
            error["next"]
                .as_str()
                .unwrap()
                .contains("inbank ledger migrate"),
            "{error}"
        );
    }
    run(&["ledger", "migrate"]).json();
    let checked = run(&["ledger", "check"]).json();
    assert_eq!(checked, json!({"orders": 0, "unreadable": []}));
    let wrong = run(&["ledger", "migrate", "--database", "mysql://u:secret@h/d"]);
    let error = wrong.error(2);
    assert!(!error.to_string().contains("secret"), "{error}");
}
