//! Rental contracts: the device that is handed over, and the activation.

use inbank_sandbox::{ContractStatus, Fault, Operation, Region};
use serde_json::json;
use uuid::Uuid;

use crate::run::Run;
use crate::shop::{File, Shop};

const PRODUCT: &str = "smart_rent_product_code";
const IMEI: &str = "355889000000007";
const SERIAL: &str = "J7P3D7000000";

/// The guide's session with the phone that is known by both identifiers.
fn session() -> String {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/smart-rent-3.04/session-open.request.json"
    );
    std::fs::read_to_string(sample)
        .unwrap()
        .replace(
            "c1234c56-0000-1111-2222-f1bc23456e7a",
            "2797a67c-b0e0-4b64-be81-7c136e16741a",
        )
        .replace("\"valid_until\": \"2025-02-17T11:10:00+02:00\",", "")
}

impl Shop {
    /// A rental that waits for the merchant: its contract, and the names of session and contract.
    pub(crate) fn rented(&self) -> (Uuid, String, String) {
        let file = File::holding(&session());
        let opened = self.run(&["session", "open", "--from", file.path()]).json();
        let id = opened["id"].as_str().unwrap().to_owned();
        let session: Uuid = id.parse().unwrap();
        self.sandbox.customer_applies(session).unwrap();
        let contract = self.sandbox.session(session).unwrap().contract.unwrap();
        (contract, id, contract.to_string())
    }

    /// What the bank knows of a device.
    fn device(&self, contract: Uuid) -> Vec<(&'static str, String)> {
        let assigned = self.sandbox.asset_identifiers(contract).into_iter();
        assigned
            .map(|known| (known.identifier_type.name(), known.identifier))
            .collect()
    }
}

fn both() -> Vec<(&'static str, String)> {
    vec![("IMEI", IMEI.into()), ("SERIAL_NUMBER", SERIAL.into())]
}

fn assign<'a>(id: &'a str, device: &[&'a str]) -> Vec<&'a str> {
    [&["rental", "assign", id, "--product", PRODUCT], device].concat()
}

const DEVICE: [&str; 4] = ["--imei", IMEI, "--serial-number", SERIAL];

#[tokio::test(flavor = "multi_thread")]
async fn a_rental_is_identified_activated_and_shown() {
    for region in [Region::Estonia, Region::Latvia] {
        for version in ["v2", "v3"] {
            let shop = Shop::of(region).await;
            let (contract, _, id) = shop.rented();
            let run = |arguments: &[&str]| {
                shop.run(&[arguments, &["--api-version", version]].concat())
                    .json()
            };
            let look = || run(&["rental", "show", &id, "--product", PRODUCT]);
            assert_eq!(look()["status"], "signed");
            for _ in 0..2 {
                assert_eq!(run(&assign(&id, &DEVICE)), json!({}));
            }
            assert_eq!(shop.device(contract), both());
            for _ in 0..2 {
                let activate = ["rental", "activate", &id, "--product", PRODUCT];
                assert_eq!(run(&activate), json!({}));
            }
            let activated = Some(ContractStatus::Activated);
            assert_eq!(shop.sandbox.contract(contract), activated);
            let found = look();
            assert_eq!(found["id"], json!(id));
            assert_eq!(found["status"], "activated");
            assert_eq!(found["product_code"], PRODUCT);
            assert!(found["number"].is_string(), "{found}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn version_2_finds_a_rentals_product_by_its_contract() {
    let shop = Shop::open().await;
    let (contract, _, id) = shop.rented();
    shop.run(&assign(&id, &DEVICE)).json();
    let shown = shop.run(&["rental", "show", &id, "--api-version", "v2"]);
    assert_eq!(shown.json()["product_code"], PRODUCT);
    for told in ["The bank activates the rental", "is activated."] {
        let run = shop.text(&["rental", "activate", &id, "--api-version", "v2"]);
        assert!(run.text().contains(told), "{run:?}");
    }
    let activated = Some(ContractStatus::Activated);
    assert_eq!(shop.sandbox.contract(contract), activated);
}

#[tokio::test(flavor = "multi_thread")]
async fn version_3_has_rentals_under_their_product_alone_and_asks_for_it() {
    let shop = Shop::open().await;
    let (_, _, id) = shop.rented();
    let nobodys = Uuid::nil().to_string();
    for command in ["activate", "show"] {
        for (id, version, advised) in [(&nobodys, "v2", false), (&id, "v3", true)] {
            let run = shop.run(&["rental", command, id, "--api-version", version]);
            let error = run.error(3);
            assert_eq!(error["kind"], "not_found");
            let next = error["next"].as_str().unwrap();
            assert_eq!(next.contains("give --product"), advised, "{next}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_identifier_is_refused_and_nothing_is_sent_or_repeated() {
    let shop = Shop::open().await;
    let nobodys = Uuid::nil().to_string();
    for (device, field) in [
        (&["--imei", "35588900000000"][..], "imei"),
        (&["--imei", "not a number"], "imei"),
        (&["--serial-number", "  "], "serial_number"),
        (
            &["--imei", "-", "--serial-number", "-"],
            "asset_identifiers",
        ),
    ] {
        let run = shop.run(&assign(&nobodys, device));
        let error = run.error(2);
        assert_eq!(error["kind"], "invalid");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with(field), "{message}");
        assert!(
            device[1] == "-" || !message.contains(device[1]),
            "{message}"
        );
    }
    let error = shop.run(&assign(&nobodys, &[])).error(2);
    assert_eq!(error["kind"], "usage");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("--imei") && message.contains("--serial-number"));
    assert!(shop.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn identifiers_may_come_by_stdin_so_that_no_process_list_shows_them() {
    let shop = Shop::open().await;
    let (contract, _, id) = shop.rented();
    let device = ["--serial-number", "-", "--imei", "-"];
    let mut command = shop.command(&assign(&id, &device));
    Run::with_stdin(&mut command, &format!("{IMEI}\n{SERIAL}\r\n")).json();
    assert_eq!(shop.device(contract), both());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rental_without_all_identifiers_is_refused_by_the_bank() {
    let shop = Shop::open().await;
    let (contract, _, id) = shop.rented();
    shop.run(&assign(&id, &["--serial-number", SERIAL])).json();
    for (version, code) in [
        ("v2", "asset_identifiers_is_missing"),
        ("v3", "ASSET_IDENTIFIERS_MISSING"),
    ] {
        let activate = ["rental", "activate", &id, "--product", PRODUCT];
        let run = shop.run(&[&activate[..], &["--api-version", version]].concat());
        let error = run.error(3);
        assert_eq!(error["kind"], "refused");
        assert_eq!(error["operation"], "rental.activate");
        assert_eq!(error["bank_codes"], json!([code]));
    }
    assert_eq!(shop.device(contract).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rental_that_is_over_or_not_granted_says_so() {
    let shop = Shop::open().await;
    let (contract, _, id) = shop.rented();
    shop.sandbox.portal_cancels(contract).unwrap();
    let error = shop.run(&["rental", "activate", &id]).error(3);
    assert_eq!(error["kind"], "refused");
    assert_eq!(error["bank_codes"], json!(["can_not_activate"]));
    let error = shop.run(&assign(&id, &DEVICE)).error(3);
    assert_eq!(error["bank_codes"], json!(["CONTRACT_STATUS_NOT_ALLOWED"]));
    assert_eq!(shop.received(Operation::ActivateContract).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_activation_is_settled_by_reading_and_a_lost_assignment_is_unknown() {
    for version in ["v2", "v3"] {
        let shop = Shop::open().await;
        let (contract, _, id) = shop.rented();
        let lost = |operation| shop.sandbox.fault(operation, Fault::AnswerLost, 1);
        lost(Operation::AssignAssetIdentifiers);
        let arguments = [&assign(&id, &DEVICE)[..], &["--api-version", version]].concat();
        let error = shop.run(&arguments).error(6);
        assert_eq!(error["kind"], "outcome_unknown");
        assert_eq!(error["operation"], "rental.assign");
        shop.run(&arguments).json();
        lost(Operation::ActivateContract);
        let activate = ["rental", "activate", &id, "--product", PRODUCT];
        let run = shop.run(&[&activate[..], &["--api-version", version]].concat());
        assert_eq!((run.code, &*run.stdout), (0, "{}\n"), "{run:?}");
        assert_eq!(shop.received(Operation::ActivateContract).len(), 1);
        let activated = Some(ContractStatus::Activated);
        assert_eq!(shop.sandbox.contract(contract), activated);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_identifier_is_told_however_much_is_logged() {
    let shop = Shop::open().await;
    let (_, _, id) = shop.rented();
    let silent = |arguments: &[&str], code: i32| {
        for output in ["text", "json"] {
            let mut command = shop.command(arguments);
            command
                .env("RUST_LOG", "trace")
                .env("INBANK_OUTPUT", output);
            let run = Run::of(&mut command);
            assert_eq!(run.code, code, "{run:?}");
            let told = run.stdout + &run.stderr;
            for secret in [IMEI, "355889000000008", SERIAL, shop.sandbox.api_key()] {
                assert!(!told.contains(secret), "{secret}: {told}");
            }
        }
    };
    let wrong = ["--imei", "355889000000008", "--serial-number", SERIAL];
    // Its last digit is the bank's to judge.
    silent(&assign(&id, &wrong), 3);
    silent(&assign(&id, &DEVICE), 0);
    let lost = Operation::AssignAssetIdentifiers;
    shop.sandbox.fault(lost, Fault::AnswerLost, 2);
    silent(&assign(&id, &DEVICE), 6);
    silent(&["rental", "activate", &id], 0);
    silent(&assign(&id, &DEVICE), 3);
    silent(&["rental", "show", &id], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_check_digit_is_pointed_out_to_people_and_left_to_the_bank() {
    let shop = Shop::open().await;
    let (_, _, id) = shop.rented();
    for (imei, warned) in [("355889000000008", true), (IMEI, false)] {
        let device = ["--imei", imei, "--serial-number", SERIAL];
        let mut command = shop.command(&assign(&id, &device));
        command.env("INBANK_OUTPUT", "text");
        let run = Run::of(&mut command);
        assert_eq!(run.code, if warned { 3 } else { 0 }, "{run:?}");
        let warning = "the IMEI has a wrong check digit";
        assert_eq!(run.stderr.contains(warning), warned, "{run:?}");
        assert!(!run.stderr.contains(imei));
    }
    let device = ["--imei", "355889000000008", "--serial-number", SERIAL];
    let error = shop.run(&assign(&id, &device)).error(3);
    assert_eq!(error["kind"], "refused");
}
