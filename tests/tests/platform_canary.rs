//! Canaries in all that is personal and in the keys: none sings in a log or an error of a platform, nor
//! anywhere in its database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use inbank::domain::{
    AssetIdentifiers, Currency, Email, FinancingState as State, Imei, SerialNumber,
};
use inbank::domain::{Money, OrderReference, PhoneNumber, ProductFamily};
use inbank::ports::Rentals;
use inbank::ports::conformance::Bank;
use inbank_sandbox::{Fault, Operation, Outcome};
use inbank_tests::platform::{Home, Stage, Store};
use inbank_tests::{Postgres, Shown, uuid_of};

const CANARIES: [&str; 11] = [
    "canary",
    "33333333333",
    "canary@email.example",
    "53637001",
    "770003",
    "355889000000007",
    "C4N4RY5ER14L",
    "12C4N4RY",
    "canary-payout",
    "Canaryfirst",
    "Canarylast",
];

/// Both tests listen to the whole process.
fn shown() -> &'static Shown {
    static SHOWN: OnceLock<Shown> = OnceLock::new();
    SHOWN.get_or_init(|| {
        let shown = Shown::default();
        shown.all_logs();
        shown
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_sings_in_a_log_an_error_or_a_file_of_sqlites() {
    let home = Home::new(Store::Sqlite);
    let stage = all_that_is_personal(home).await;
    let files = bytes_below(stage.home.folder());
    holds_none(&files, &stage);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_canary_sings_in_a_log_an_error_or_a_file_of_postgresqls() {
    let server = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let (server, url) = tokio::task::spawn_blocking(|| {
        let url = server.database();
        (server, url)
    })
    .await
    .unwrap();
    let stage = all_that_is_personal(Home::at(url)).await;
    let server = tokio::task::spawn_blocking(move || {
        // What is only in its memory goes to its files.
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
        server.psql(&url, "checkpoint");
        server
    });
    let server = server.await.unwrap();
    holds_none(&bytes_below(server.folder()), &stage);
}

/// A direct application and a rental, in which everything goes wrong that is told of.
async fn all_that_is_personal(home: Home) -> Stage {
    let mut shown = shown().clone();
    let stage = Stage::at(home).await;
    application(&stage).await;
    rental(&stage).await;
    for event in stage.told.deliveries() {
        shown.debug(&event);
    }
    for name in ["direct", "rented"] {
        assert_eq!(stage.told.names(name).last(), Some(&"completed"), "{name}");
    }
    shown.debug(&stage.platform);
    stage
}

async fn application(stage: &Stage) {
    let mut shown = shown().clone();
    let sandbox = stage.sandbox();

    let mut request = stage.application_request("direct");
    request.customer.first_name = Some("Canaryfirst".to_owned().into());
    request.customer.last_name = Some("Canarylast".to_owned().into());
    request.contact.email = Some(Email::parse("canary@email.example").unwrap());
    request.contact.mobile = Some(PhoneNumber::parse("+37253637001").unwrap());
    request.means.monthly_income = Some(Money::parse("770003", Currency::EUR).unwrap().into());
    request.means.payout_account_number = Some("canary-payout".to_owned().into());
    request.salesperson_reference = Some("canary-seller".to_owned().into());
    let order = OrderReference::parse("direct").unwrap();
    let family = ProductFamily::HirePurchase;
    let filed = stage.desk.file(&order, &request, family.clone(), 1).await;
    shown.debug(&filed);
    let sent = &sandbox.requests();
    let sent = sent
        .iter()
        .find(|one| one.operation == Some(Operation::CreateApplication));
    let body = &sent.unwrap().body;
    for planted in [
        "Canaryfirst",
        "33333333333",
        "53637001",
        "770003",
        "canary-payout",
    ] {
        assert!(body.contains(planted), "{planted} was not planted: {body}");
    }
    let entry = stage.desk.attempts(&order).await.unwrap().remove(0);
    let id = &entry.financing.id;
    let application = entry.financing.application.as_ref().unwrap();
    sandbox
        .decide(uuid_of(application), Outcome::Positive)
        .unwrap();
    sandbox.idle().await;
    stage.work().await;
    for fault in [Fault::HtmlBody, Fault::CutBody, Fault::ResetBefore] {
        sandbox.fault(Operation::GetApplication, fault, 4);
    }
    shown.debug(&stage.desk.accept(id, application).await);
    stage
        .work_for(Duration::from_mins(10), Duration::from_secs(1))
        .await;
    let contract = stage.entry(id).await.financing.contract.unwrap();
    sandbox.customer_signs(uuid_of(&contract)).unwrap();
    sandbox.idle().await;
    stage
        .work_for(Duration::from_mins(1), Duration::from_secs(1))
        .await;
    shown.debug(&stage.desk.approve(id).await);
    shown.debug(&stage.desk.replay(id).await.unwrap());
}

async fn rental(stage: &Stage) {
    let mut shown = shown().clone();
    let sandbox = stage.sandbox();
    let entry = stage.open_rental("rented").await;
    stage.customer_applies(&entry).await;
    stage.work().await;
    let id = &entry.financing.id;
    assert_eq!(stage.state(id).await, State::Granted);
    let bank = stage.bank();
    let product = bank.rental_product();
    let model = bank.api.asset_model(&product, &bank.rented_model()).await;
    let model = model.unwrap();
    let device = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("C4N4RY5ER14L").ok(),
    );
    let refused = Fault::Status {
        status: 422,
        retry_after: None,
    };
    sandbox.fault(Operation::AssignAssetIdentifiers, refused, 1);
    let error = stage.desk.activate(id, &model, &device).await;
    shown.error(&error.unwrap_err());
    let short = AssetIdentifiers::new(None, SerialNumber::parse("12C4N4RY").ok());
    if let Err(error) = stage.desk.activate(id, &model, &short).await {
        shown.error(&error);
    }
    let again = stage.desk.activate(id, &model, &device).await;
    shown.debug(&again);
    let sent = sandbox.requests();
    let told = |what: &str| sent.iter().any(|one| one.body.contains(what));
    assert!(
        told("355889000000007") && told("C4N4RY5ER14L"),
        "not planted"
    );

    // Forged, in the customer's own words.
    let forged = format!(
        "message=canary&hmac=canary&timestamp={}",
        stage.key().expose()
    );
    assert_eq!(
        stage.post("callbacks", id.as_str(), forged.clone()).await,
        401
    );
    stage.post("return", id.as_str(), forged).await;
    stage
        .work_for(Duration::from_mins(1), Duration::from_secs(1))
        .await;
    let too_late = stage.desk.cancel(id).await;
    shown.error(&too_late.unwrap_err());
}

fn holds_none(files: &[(String, String)], stage: &Stage) {
    let key = stage.key();
    let mut canaries = CANARIES.to_vec();
    canaries.push(key.expose());
    let text = shown().text();
    assert!(text.contains("application.submit"), "the calls are logged");
    shown().holds_none_of(&canaries);
    let whole: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(whole > 10_000, "only {whole} bytes were looked through");
    let has = |what: &str| {
        let found = files.iter().find(|(_, bytes)| bytes.contains(what));
        found.map(|(name, _)| name.clone())
    };
    // What should be there is found, so what is not found isn't there.
    assert!(has("purchase_reference").is_some() && has("rented").is_some());
    for canary in canaries {
        assert_eq!(has(canary), None, "{canary} sings");
    }
}

/// Each file with all that is text in it.
fn bytes_below(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}
