//! Canaries in all that is personal and in the keys: none sings in a log or an error of a platform, nor
//! anywhere in its database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use inbank::{
    AssetIdentifiers, Cart, Contact, Currency, Customer, Email, Hero, IdentityCode, Imei, Item,
    ModelIdentifier, Money, Months, PhoneNumber, ProductCode, Region, RentalRequest, SerialNumber,
    SigningMethod,
};
use inbank_sandbox::{Fault, Operation, Outcome};
use inbank_tests::stage::{Stage, Store};
use inbank_tests::{Postgres, Shown};

const CANARIES: [&str; 12] = [
    "38808050001",
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

const MINUTE: Duration = Duration::from_mins(1);

/// Both tests listen to the whole process.
fn shown() -> &'static Shown {
    static SHOWN: OnceLock<Shown> = OnceLock::new();
    SHOWN.get_or_init(|| {
        let shown = Shown::default();
        shown.all_logs();
        shown
    })
}

#[tokio::test]
async fn no_canary_sings_in_a_log_an_error_or_a_file_of_sqlites() {
    shown();
    let stage = Stage::new(Store::Sqlite).await;
    all_that_is_personal(&stage).await;
    holds_none(&bytes_below(stage.folder()), &stage);
}

#[tokio::test]
async fn no_canary_sings_in_a_log_an_error_or_a_file_of_postgresqls() {
    shown();
    let started = tokio::task::spawn_blocking(|| {
        let server = Postgres::start();
        let url = server.database();
        (server, url)
    });
    let (server, url) = started.await.unwrap();
    let stage = Stage::over(url).await;
    all_that_is_personal(&stage).await;
    let server = tokio::task::spawn_blocking(move || {
        // What is only in its memory goes to its files.
        let url = format!("postgres://postgres@127.0.0.1:{}/postgres", server.port());
        server.psql(&url, "checkpoint");
        server
    });
    let server = server.await.unwrap();
    holds_none(&bytes_below(server.folder()), &stage);
}

/// A session, a direct application and a rental, in which everything goes wrong that is told of.
async fn all_that_is_personal(stage: &Stage) {
    let mut shown = shown().clone();
    session(stage).await;
    application(stage).await;
    rental(stage).await;
    for event in stage.sink.deliveries() {
        shown.debug(&event);
    }
    for order in ["paid", "direct", "rented"] {
        assert_eq!(stage.told(order).last().unwrap(), "paid", "{order}");
        shown.debug(&stage.found(order).await);
    }
    shown.debug(&stage.platform);
    shown.debug(&stage.platform.health());
}

async fn session(stage: &Stage) {
    let mut shown = shown().clone();
    let mut cart = Stage::cart(Stage::APPROVAL, "499.90");
    cart.customer = Some(Customer {
        identity_code: Some(IdentityCode::parse(&Region::ESTONIA, "38808050001").unwrap()),
        first_name: Some("Canaryfirst".to_owned().into()),
        last_name: Some("Canarylast".to_owned().into()),
        gender: None,
    });
    cart.contact = Some(Contact {
        email: Some(Email::parse("canary@email.example").unwrap()),
        mobile: Some(PhoneNumber::parse("+37253637001").unwrap()),
        phone: None,
    });
    cart.items.push(Item {
        serial_number: Some("canary-serial".to_owned().into()),
        amount: Some(stage.money("499.90")),
        ..Item::default()
    });
    shown.debug(&cart);
    let session = stage.session("paid", &cart).await;
    let sent = stage.sandbox.requests();
    let mut sent = sent.iter();
    assert!(
        sent.any(|one| one.body.contains("canary-serial")),
        "not planted"
    );
    stage.sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    shown.debug(&stage.order("paid").approve().await);
    stage.pass(MINUTE).await;
}

async fn application(stage: &Stage) {
    let mut shown = shown().clone();
    let sandbox = &stage.sandbox;
    let mut request = stage.application(Stage::APPROVAL, "400");
    request.customer.first_name = Some("Canaryfirst".to_owned().into());
    request.customer.last_name = Some("Canarylast".to_owned().into());
    request.contact.email = Some(Email::parse("canary@email.example").unwrap());
    request.contact.mobile = Some(PhoneNumber::parse("+37253637001").unwrap());
    request.means.monthly_income = Some(Money::parse("770003", Currency::EUR).unwrap().into());
    request.means.payout_account_number = Some("canary-payout".to_owned().into());
    request.salesperson_reference = Some("canary-seller".to_owned().into());
    let order = stage.order("direct");
    shown.debug(&order.apply(&request).await);
    let sent = sandbox.requests();
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
    stage.decided("direct", Outcome::Positive).await;
    let offer = stage.application_of("direct").await;
    for fault in [Fault::HtmlBody, Fault::CutBody, Fault::ResetBefore] {
        sandbox.fault(Operation::GetApplication, fault, 4);
    }
    shown.debug(&order.accept(&offer).await);
    stage.pass(10 * MINUTE).await;
    shown.debug(&order.offer().await);
    shown.debug(&order.sign(&SigningMethod::Digital).await);
    stage.pass(MINUTE).await;
    shown.debug(&order.approve().await);
    stage.pass(MINUTE).await;
    shown.debug(&order.callbacks().await.unwrap());
    shown.debug(&order.history().await.unwrap());
    shown.debug(&order);
}

async fn rental(stage: &Stage) {
    let mut shown = shown().clone();
    let sandbox = &stage.sandbox;
    let shop = stage.platform.shop(Stage::SHOP).unwrap();
    let product = ProductCode::parse("smart_rent_product_code").unwrap();
    let phone = ModelIdentifier::ean("8806095299501").unwrap();
    let model = shop.rental_model(&product, &phone).await.unwrap();
    let hero = Hero::new(model.id.clone(), stage.money("400"));
    let months = Months::new(12).unwrap();
    let request = RentalRequest::new(&Region::ESTONIA, months, hero, Vec::new()).unwrap();
    let cart = Cart::rental(product.as_str(), request, "a telephone");
    let session = stage.session("rented", &cart).await;
    sandbox.customer_applies(session).unwrap();
    stage.pass(MINUTE).await;
    let order = stage.order("rented");
    let device = AssetIdentifiers::new(
        Imei::parse("355889000000007").ok(),
        SerialNumber::parse("C4N4RY5ER14L").ok(),
    );
    let refused = Fault::Status {
        status: 422,
        retry_after: None,
    };
    sandbox.fault(Operation::AssignAssetIdentifiers, refused, 1);
    let error = order.activate(&model, &device).await;
    shown.error(&error.unwrap_err());
    let short = AssetIdentifiers::new(None, SerialNumber::parse("12C4N4RY").ok());
    if let Err(error) = order.activate(&model, &short).await {
        shown.error(&error);
    }
    shown.debug(&order.activate(&model, &device).await);
    let sent = sandbox.requests();
    let told = |what: &str| sent.iter().any(|one| one.body.contains(what));
    assert!(
        told("355889000000007") && told("C4N4RY5ER14L"),
        "not planted"
    );
    // Forged, in the customer's own words.
    let attempt = stage.found("rented").await.attempts[0].id.clone();
    let forged = format!("message=canary&hmac=canary&timestamp={}", sandbox.api_key());
    let status = stage.post_form(attempt.as_str(), forged.clone()).await;
    assert_eq!(status, 401);
    stage.return_with(attempt.as_str(), forged).await;
    stage.pass(MINUTE).await;
    shown.error(&order.cancel().await.unwrap_err());
}

fn holds_none(files: &[(String, String)], stage: &Stage) {
    let mut canaries = CANARIES.to_vec();
    canaries.push(stage.sandbox.api_key());
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
    assert!(has("uuid").is_some() && has("rented").is_some());
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
