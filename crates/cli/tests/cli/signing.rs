use inbank_sandbox::{ContractStatus, Fault, Operation, ProcessStatus, Region};
use serde_json::{Value, json};

use crate::applicant::application;
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_printed_signed_by_code_and_active() {
    for version in ["v2", "v3"] {
        let shop = Shop::of(Region::Poland).await;
        let (contract, id) = shop.accepted("hire_purchase");
        let here = ["--api-version", version];
        let run = |words: &[&str]| shop.run(&[&["contract"], words, &here[..]].concat());
        for again in [&[][..], &["--regenerate"]] {
            let printout = run(&[&["printout", &id], again].concat()).json();
            assert!(printout["id"].is_string());
            assert!(printout["link"].as_str().unwrap().starts_with("http"));
        }
        assert_eq!(run(&["sign", &id, "--method", "sms"]).json(), json!({}));
        let error = run(&["confirm", &id, "--code", "9999"]).error(3);
        assert_eq!(
            (&error["kind"], &error["operation"]),
            (&json!("refused"), &json!("contract.confirm"))
        );
        for _ in 0..2 {
            let confirmed = run(&["confirm", &id, "--code", "0000"]).json();
            assert_eq!(confirmed["method"], "sms");
            assert!(confirmed["signed_at"].is_string(), "{confirmed}");
        }
        let shown = run(&["show", &id, "--wait"]).json();
        assert_eq!(shown["status"], "activated");
        assert_eq!(
            shop.sandbox.contract(contract),
            Some(ContractStatus::Activated)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_told_what_comes_next() {
    let shop = Shop::open().await;
    let (_, id) = shop.accepted("hire_purchase");
    let run = shop.text(&["contract", "printout", &id]);
    assert!(run.text().starts_with("Printout  "), "{run:?}");
    let run = shop.text(&["contract", "sign", &id, "--method", "redirect"]);
    assert!(
        run.text().starts_with("Send the customer to  http"),
        "{run:?}"
    );
    let run = shop.text(&["contract", "sign", &id, "--method", "send_to_signing_email"]);
    assert_eq!(run.text(), "The customer gets a link.\n");
    let run = shop.text(&["contract", "sign", &id, "--method", "digital"]);
    assert!(run.text().contains("has signed"), "{run:?}");

    let shop = Shop::of(Region::Poland).await;
    let (_, id) = shop.accepted("hire_purchase");
    let run = shop.text(&["contract", "sign", &id, "--method", "sms"]);
    assert!(run.text().contains("inbank contract confirm"), "{run:?}");
    let run = shop.text(&["contract", "confirm", &id, "--code", "0000"]);
    assert!(run.text().contains("Method  sms\n"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn reporting_a_signature_can_be_repeated() {
    let shop = Shop::open().await;
    let (_, id) = shop.accepted("hire_purchase");
    shop.sandbox
        .fault(Operation::SignContract, Fault::AnswerLost, 1);
    for _ in 0..2 {
        let run = shop.run(&["contract", "sign", &id, "--method", "paper"]);
        assert_eq!((run.code, &*run.stdout), (0, "{}\n"), "{run:?}");
    }
    let wrong = ["contract", "sign", &id, "--method", "handshake"];
    assert_eq!(shop.run(&wrong).error(2)["kind"], "usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_counts_while_the_contract_waits_for_something_else() {
    let shop = Shop::of(Region::Poland).await;
    let (contract, id) = shop.accepted("hire_purchase_verification");
    shop.sandbox
        .fault(Operation::SignContract, Fault::AnswerLost, 1);
    for _ in 0..2 {
        let run = shop.run(&["contract", "sign", &id, "--method", "digital"]);
        assert_eq!((run.code, &*run.stdout), (0, "{}\n"), "{run:?}");
        assert_eq!(
            shop.sandbox.contract(contract),
            Some(ContractStatus::Unsigned)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_signed_contract_waits_for_is_no_reason_to_wait() {
    let shop = Shop::of(Region::Poland).await;
    for (product, status) in [
        (
            "hire_purchase_approval",
            "waiting_for_partners_confirmation",
        ),
        (
            "hire_purchase_verification",
            "waiting_for_customer_digital_verification",
        ),
    ] {
        let (_, id) = shop.accepted(product);
        shop.run(&["contract", "sign", &id, "--method", "digital"])
            .json();
        let shown = shop.run(&["contract", "show", &id, "--wait"]).json();
        assert_eq!(shown["process_status"], status, "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_down_payment_is_made_by_a_link_that_leads_back() {
    let shop = Shop::open().await;
    let document = application("hire_purchase_down_payment", "300")
        .replace("\"period\"", "\"down_payment_amount\": 50, \"period\"");
    let (_, application) = shop.taken_on(&document);
    let accepted = shop.run(&["application", "accept", &application]).json();
    let id = accepted["contract_id"].as_str().unwrap();
    let link = |url| ["contract", "payment-link", id, "--return-url", url];
    let wrong = shop.run(&link("http://127.0.0.1:9/paid")).error(2);
    assert_eq!(wrong["kind"], "invalid");
    let back = "http://127.0.0.1:9/paid?status={status}";
    let page = shop.run(&link(back)).json();
    assert!(page["redirect_url"].as_str().unwrap().starts_with("http"));
    let received = shop.received(Operation::CreatePaymentLink);
    assert_eq!(received, [json!({ "return_url": back })]);
    let run = shop.text(&link(back));
    assert!(
        run.text().starts_with("Send the customer to  http"),
        "{run:?}"
    );

    shop.run(&["contract", "sign", id, "--method", "digital"])
        .json();
    let contract = id.parse().unwrap();
    let waits = shop.sandbox.process_status(contract);
    assert_eq!(waits, Some(ProcessStatus::WaitingForDownpayment));
    shop.sandbox.down_payment_paid(contract).unwrap();
    let shown: Value = shop.run(&["contract", "show", id, "--wait"]).json();
    assert_eq!(shown["status"], "activated");
}
