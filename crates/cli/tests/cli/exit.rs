//! Each exit code, provoked for real; 0 and what is particular to a command is in the others' files.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::net::TcpListener;
use std::process::{Child, Stdio};

use inbank_sandbox::{Fault, Operation, Region};

use crate::run::Run;
use crate::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn one_for_an_answer_that_can_not_be_understood() {
    let shop = Shop::open().await;
    shop.sandbox
        .fault(Operation::GetProduct, Fault::HtmlBody, 100);
    let error = shop.run(&["product", "hire_purchase"]).error(1);
    assert_eq!(error["kind"], "undecodable");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_for_what_can_not_be_sent_and_is_not() {
    let shop = Shop::open().await;
    let calculate = |amount, period| {
        [
            "calculate",
            "--product",
            "hire_purchase",
            "--amount",
            amount,
            "--period",
            period,
        ]
    };
    for (arguments, field) in [
        (&calculate("-5", "12")[..], "amount"),
        (&calculate("1,50", "12"), "amount"),
        (&calculate("100", "0"), "period"),
        (
            &[&calculate("100", "12")[..], &["--payment-day", "32"]].concat(),
            "payment_day",
        ),
        (
            &[&calculate("100", "12")[..], &["--down-payment", "200"]].concat(),
            "down_payment_amount",
        ),
        (&["session", "show", "../contracts/1"], "uuid"),
        (&["contract", "approve", "a b"], "credit_contract_uuid"),
        (&["product", " "], "product_code"),
        (&Shop::session("hire_purchase", "0"), "total_amount"),
    ] {
        let error = shop.run(arguments).error(2);
        assert_eq!(error["kind"], "invalid");
        let message = error["message"].as_str().unwrap();
        assert!(message.starts_with(field), "{message}");
    }
    assert!(shop.sandbox.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn three_for_a_refusal() {
    let shop = Shop::open().await;
    let error = shop.run(&["product", "nothing"]).error(3);
    assert_eq!(error["operation"], "product.show");
    assert!(error["bank_status"].as_u64().unwrap() >= 400, "{error}");
    assert!(
        !error["bank_codes"].as_array().unwrap().is_empty(),
        "{error}"
    );
    let unknown = "11111111-1111-4111-8111-111111111111";
    for arguments in [
        ["session", "show", unknown],
        ["contract", "show", unknown],
        ["contract", "approve", unknown],
    ] {
        assert_eq!(shop.run(&arguments).error(3)["kind"], "not_found");
    }
    let fault = Fault::Status {
        status: 429,
        retry_after: Some(60),
    };
    shop.sandbox.fault(Operation::CreateSession, fault, 1);
    let error = shop.open_session("hire_purchase", "300").error(3);
    assert_eq!(
        (&error["kind"], &error["bank_status"]),
        (&"rate_limited".into(), &429.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn four_for_a_wrong_key() {
    let shop = Shop::open().await;
    let mut command = shop.command(&["product", "hire_purchase"]);
    let error = Run::of(command.env("INBANK_API_KEY", "wrong")).error(4);
    assert_eq!(error["kind"], "not_authorised");
    let mut command = shop.command(&["product", "hire_purchase"]);
    command
        .env("INBANK_API_KEY", "wrong")
        .env("INBANK_OUTPUT", "text");
    let run = Run::of(&mut command);
    assert_eq!((run.code, &*run.stdout), (4, ""));
    assert!(
        run.stderr
            .starts_with("error: product.show: the bank did not accept the API key")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn five_where_nobody_listens() {
    let shop = Shop::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = shop
        .run(&["product", "hire_purchase", "--base-url", &base])
        .error(5);
    assert_eq!(error["kind"], "unreachable");
    let run = shop.text(&["product", "hire_purchase", "--base-url", &base]);
    assert!(run.stderr.contains("\ncause: "), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn six_where_a_session_may_or_may_not_be_open() {
    for fault in [Fault::AnswerLost, Fault::HtmlBody, Fault::CutBody] {
        let shop = Shop::open().await;
        shop.sandbox.fault(Operation::CreateSession, fault, 1);
        let error = shop.open_session("hire_purchase", "300").error(6);
        assert_eq!(error["kind"], "outcome_unknown");
        assert_eq!(shop.sandbox.session_count(), 1, "not sent again");
    }
}

/// The writing end of a pipe that nobody reads.
fn nobody() -> Stdio {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer.into()
}

/// A file that has no room.
fn full() -> Stdio {
    OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap()
        .into()
}

fn code(mut child: Child) -> i32 {
    child.wait().unwrap().code().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_is_kept_where_stderr_takes_nothing() {
    let shop = Shop::open().await;
    for (arguments, expected) in [
        (&["product", "nothing"][..], 3),
        (&["contract", "approve", "a b"], 2),
        (&["no-such-command"], 2),
        (&["product", "hire_purchase"], 0),
    ] {
        for output in ["text", "json"] {
            for stderr in [nobody, full] {
                let mut command = shop.command(arguments);
                command.env("INBANK_OUTPUT", output);
                // All that there is to log, and what can't be asked for, must not end it either.
                for logged in ["trace", "inbank=loud"] {
                    command.env("RUST_LOG", logged);
                    let child = command.stdout(Stdio::null()).stderr(stderr()).spawn();
                    let ended = code(child.unwrap());
                    assert_eq!(ended, expected, "{arguments:?} {output} {logged}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn six_and_the_identifier_where_the_answer_of_a_write_can_not_be_written() {
    let shop = Shop::open().await;
    for output in ["text", "json"] {
        for stdout in [nobody, full] {
            let mut command = shop.command(&Shop::session("hire_purchase", "300"));
            command.env("INBANK_OUTPUT", output).stdout(stdout());
            let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
            let mut told = String::new();
            let mut stderr = child.stderr.take().unwrap();
            stderr.read_to_string(&mut told).unwrap();
            assert_eq!(code(child), 6, "{told}");
            let id = told.split("the session ").nth(1).unwrap();
            let id = id.split(' ').next().unwrap();
            let shown = shop.run(&["session", "show", id]).json();
            assert_eq!(shown["id"], id);
        }
    }
    let (_, contract) = shop.granted();
    let mut command = shop.command(&["contract", "approve", &contract]);
    let child = command.stdout(nobody()).stderr(nobody()).spawn();
    assert_eq!(code(child.unwrap()), 6, "also where stderr takes nothing");
    assert_eq!(shop.received(Operation::ApproveContract).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn six_where_the_answer_of_a_step_of_an_application_can_not_be_written() {
    let shop = Shop::of(Region::Poland).await;
    let (_, id) = shop.submitted("hire_purchase_sms", "300");
    let unheard = |arguments: &[&str], stdout: Stdio| {
        let mut command = shop.command(arguments);
        let child = command.stdout(stdout).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap();
        let mut told = String::new();
        let mut stderr = child.stderr.take().unwrap();
        stderr.read_to_string(&mut told).unwrap();
        assert_eq!(code(child), 6, "{arguments:?}: {told}");
        assert!(told.contains(&id), "{told}");
    };
    unheard(&["application", "sign", &id, "--method", "sms"], full());
    unheard(&["application", "confirm", &id, "--code", "0000"], nobody());
    shop.sandbox.settle();
    let recalculate = ["application", "recalculate", &id, "--down-payment"];
    unheard(&[&recalculate[..], &["50"]].concat(), full());
    let error = shop.run(&[&recalculate[..], &["-50"]].concat()).error(2);
    assert_eq!(error["kind"], "invalid", "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_may_be_asked_again() {
    let shop = Shop::open().await;
    for (stdout, expected) in [(nobody as fn() -> Stdio, 0), (full, 1)] {
        let mut command = shop.command(&["product", "hire_purchase"]);
        let child = command.stdout(stdout()).stderr(Stdio::null()).spawn();
        assert_eq!(code(child.unwrap()), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_root_certificates_the_cause_is_printed_and_this_machine_is_reached() {
    let shop = Shop::open().await;
    let nowhere = |arguments: &[&str]| {
        let mut command = shop.command(arguments);
        let missing = "/nonexistent/certificates";
        command
            .env("SSL_CERT_FILE", missing)
            .env("SSL_CERT_DIR", missing);
        command
    };
    let shown = Run::of(&mut nowhere(&["product", "hire_purchase"])).json();
    assert_eq!(shown["code"], "hire_purchase");
    let away = [
        "product",
        "hire_purchase",
        "--base-url",
        "https://127.0.0.1:1",
    ];
    let error = Run::of(&mut nowhere(&away)).error(1);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("No CA certificates"), "{message}");
}
