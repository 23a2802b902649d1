use std::fs;

use inbank_sandbox::{Fault, Operation};

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
        for output in ["text", "json"] {
            if let Some(fault) = fault {
                shop.sandbox.fault(Operation::CreateSession, fault, 1);
            }
            let mut command = shop.command(&["session", "open", "--from", file.path()]);
            command
                .env("RUST_LOG", "trace")
                .env("INBANK_OUTPUT", output);
            let run = Run::of(&mut command);
            assert_eq!(run.code, code, "{run:?}");
            let told = run.stdout + &run.stderr;
            assert!(!told.contains(shop.sandbox.api_key()), "{told}");
            for canary in CANARIES {
                assert!(!told.contains(canary), "{canary}: {told}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_and_a_contract_tell_holds_no_personal_data() {
    let shop = Shop::open().await;
    let good = File::holding(&document());
    let opened = shop.run(&["session", "open", "--from", good.path()]).json();
    let id = opened["id"].as_str().unwrap();
    let mut command = shop.command(&["session", "show", id]);
    let run = Run::of(command.env("RUST_LOG", "trace"));
    assert_eq!(run.code, 0);
    let told = run.stdout + &run.stderr;
    assert!(!told.contains(shop.sandbox.api_key()));
    for canary in CANARIES {
        assert!(!told.contains(canary), "{canary}: {told}");
    }
}
