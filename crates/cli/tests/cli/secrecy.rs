use std::fs;
use std::time::Duration;

use inbank_sandbox::{Fault, Operation, Outcome, Region};

use crate::applicant::SAMPLE;
use crate::run::Run;
use crate::shop::{File, Shop};

/// Stand in the document as name, identity code, phone and address.
const CANARIES: [&str; 4] = ["Kanarbik", "38808050001", "51239999", "CANARY TEE"];

fn document() -> String {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/epos-2.10/session-open.request.json"
    );
    fs::read_to_string(sample)
        .unwrap()
        .replace(
            "\"Smith\"",
            "\"Kanarbik\", \"identity_code\": \"38808050001\"",
        )
        .replace("51231412", "51239999")
        .replace("PAE TEE", "CANARY TEE")
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_key_nor_personal_data_is_told_however_much_is_logged() {
    let good = File::holding(&document());
    let unknown = File::holding(&document().replace("\"car_loan\"", "\"nothing\""));
    let invalid = File::holding(&document().replace("\"John\"", "[\"Kanarbik\"]"));
    let broken = File::holding(&document().replace("\"mobile\": ", "\"mobile\" "));
    for (file, fault, code) in [
        (&good, None, 0),
        (&good, Some(Fault::AnswerLost), 6),
        (&good, Some(Fault::HtmlBody), 6),
        (&unknown, None, 3),
        (&broken, None, 2),
        (&invalid, None, 2),
    ] {
        let shop = Shop::open().await;
        if let Some(fault) = fault {
            shop.sandbox.fault(Operation::CreateSession, fault, 2);
        }
        let open = ["session", "open", "--from", file.path()];
        silent(&shop, &open, code, &CANARIES);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_and_a_contract_tell_holds_no_personal_data() {
    let shop = Shop::open().await;
    let good = File::holding(&document());
    let opened = shop.run(&["session", "open", "--from", good.path()]).json();
    let id = opened["id"].as_str().unwrap();
    silent(&shop, &["session", "show", id], 0, &CANARIES);
}

/// The guide's application with data that can't be there by chance.
fn application() -> String {
    SAMPLE
        .replace("38808050001", "38808059999")
        .replace("Smith", "Kanarbik")
        .replace("\"2900\"", "\"29007783\"")
        .replace("NIINE", "CANARY TEE")
        .replace("+37253630000", "+37251239999")
        .replace("test@test.com", "canary@example.com")
        .replace("AA979080", "AA97CANARY")
}

const APPLICANT: [&str; 7] = [
    "38808059999",
    "Kanarbik",
    "29007783",
    "CANARY TEE",
    "51239999",
    "canary@example.com",
    "AA97CANARY",
];

/// Runs it for people and scripts with all there is to log; neither key nor canaries are told.
fn silent(shop: &Shop, arguments: &[&str], code: i32, canaries: &[&str]) {
    for output in ["text", "json"] {
        let mut command = shop.command(arguments);
        command
            .env("RUST_LOG", "trace")
            .env("INBANK_OUTPUT", output);
        let run = Run::of(&mut command);
        assert_eq!(run.code, code, "{run:?}");
        let told = run.stdout + &run.stderr;
        assert!(!told.contains(shop.sandbox.api_key()), "{told}");
        for canary in canaries {
            assert!(!told.contains(canary), "{canary}: {told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_an_applicant_is_told_however_much_is_logged() {
    let good = File::holding(&application());
    let invalid = File::holding(&application().replace("\"John\"", "[\"Kanarbik\"]"));
    let broken = File::holding(&application().replace("\"mobile\": ", "\"mobile\" "));
    let wrong = File::holding(&application().replace("canary@example.com", "canary"));
    for (file, fault, code) in [
        (&good, None, 0),
        (&good, Some(Fault::AnswerLost), 6),
        (&good, Some(Fault::HtmlBody), 6),
        (&invalid, None, 2),
        (&broken, None, 2),
        (&wrong, None, 2),
    ] {
        let shop = Shop::open().await;
        if let Some(fault) = fault {
            shop.sandbox.fault(Operation::CreateApplication, fault, 2);
        }
        let submit = ["application", "submit", "--from", file.path()];
        silent(&shop, &submit, code, &APPLICANT);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_answers_nor_files_nor_codes_are_told() {
    let shop = Shop::taking(Region::Estonia, 100, Duration::from_hours(1)).await;
    let document = application();
    let (application, id) = shop.taken_on(&document);
    let proof = Outcome::ProofByBankOrUpload;
    shop.sandbox.decide(application, proof).unwrap();
    silent(&shop, &["application", "show", &id], 0, &APPLICANT);
    silent(&shop, &["application", "banks", &id], 0, &APPLICANT);
    let file = File::holding("Salary CANARY 29007783 EUR");
    let attach = ["application", "attach", &id, file.path()];
    silent(&shop, &attach, 0, &["Salary", "CANARY", "29007783"]);

    let shop = Shop::of(Region::Poland).await;
    let (_, id) = shop.accepted("hire_purchase");
    shop.run(&["contract", "sign", &id, "--method", "sms"])
        .json();
    let confirm = ["contract", "confirm", &id, "--code", "c4n4ry7"];
    silent(&shop, &confirm, 3, &["c4n4ry7"]);
}
