use inbank::ApiKey;
use inbank::http::{HmacAuthenticator, LARGEST_CALLBACK};
use inbank::ports::{CallbackAuthenticator as _, Headers};
use serde_json::{Value, json};

use crate::run::{Run, inbank};
use crate::shop::File;

const MESSAGE: &str = r#"{"uuid":"6efb2b38-1b44-4a8c-8f4c-5ae0f0a6a0f7","status":"completed","purchase_reference":"Order 1+1"}"#;

fn signed(key: &str, arguments: &[&str]) -> String {
    let sign = ["callback", "sign", "--message", MESSAGE];
    let run = Run::of(inbank(&[&sign, arguments].concat()).env("INBANK_API_KEY", key));
    run.text().to_owned()
}

fn verified(key: &str, arguments: &[&str], body: &str) -> Run {
    let verify = [&["callback", "verify"], arguments].concat();
    let mut command = inbank(&verify);
    Run::with_stdin(command.env("INBANK_API_KEY", key), body)
}

#[test]
fn what_is_signed_is_authentic() {
    for (timestamp, at) in [
        ("1549411200", "2019-02-06T00:00:00Z"),
        ("1549411200123", "2019-02-06T00:00:00.123Z"),
    ] {
        let body = signed("key", &["--timestamp", timestamp]);
        let verdict = verified("key", &["--output", "json"], &body).json();
        assert_eq!(
            verdict,
            json!({
                "authentic": true,
                "kind": "session",
                "id": "6efb2b38-1b44-4a8c-8f4c-5ae0f0a6a0f7",
                "status": "completed",
                "order_reference": "Order 1+1",
                "timestamp": at,
            })
        );
    }
    let run = verified("key", &[], &signed("key", &[]));
    assert!(run.text().starts_with("Authentic  yes\n"), "{run:?}");
}

#[test]
fn a_callback_about_an_application_names_it_and_no_order() {
    for (subject, kind, status) in [
        ("DECISION", "decision", "POSITIVE"),
        ("CONTRACT", "contract", "ACTIVATED"),
    ] {
        let message = json!({
            "type": subject,
            "status": status,
            "creditApplicationUuid": "471e6282-3384-412b-af7b-646eb8f04391",
        })
        .to_string();
        let arguments = [
            "callback",
            "sign",
            "--message",
            &message,
            "--timestamp",
            "1722587395319",
        ];
        let body = Run::of(inbank(&arguments).env("INBANK_API_KEY", "key"));
        let verdict = verified("key", &["--output", "json"], body.text()).json();
        assert_eq!(
            verdict,
            json!({
                "authentic": true,
                "kind": kind,
                "id": "471e6282-3384-412b-af7b-646eb8f04391",
                "status": status,
                "timestamp": "2024-08-02T08:29:55.319Z",
            })
        );
        let run = verified("key", &[], body.text());
        assert!(run.text().contains("Application  471e6282"), "{run:?}");
    }
}

#[test]
fn the_verdict_is_that_of_the_independent_vectors() {
    let vectors = include_str!("../../../../tests/vectors/callbacks.json");
    let vectors: Value = serde_json::from_str(vectors).unwrap();
    for vector in vectors["vectors"].as_array().unwrap() {
        let key = vector["key"].as_str().unwrap();
        let body = vector["body"].as_str().unwrap();
        // No header could carry one with spaces, so it is none of the bank's.
        if key.contains(' ') {
            continue;
        }
        let run = verified(key, &["--output", "json", "--explain"], body);
        let verdict: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(verdict["authentic"], vector["authentic"], "{vector}");
        // An authentic message may still be one that isn't understood.
        assert_eq!(run.code == 4, vector["authentic"] == false, "{vector}");
        let explained = verdict["explanation"].as_array().unwrap();
        let signature_fits = explained.iter().any(|check| {
            check["name"].as_str().unwrap().starts_with("signature") && check["ok"] == true
        });
        assert!(signature_fits || vector["authentic"] == false, "{verdict}");
    }
}

#[test]
fn a_signature_for_scripts_is_in_a_document() {
    let arguments = ["callback", "sign", "--message", MESSAGE, "--output", "json"];
    let run = Run::of(inbank(&arguments).env("INBANK_API_KEY", "key"));
    let document = run.json();
    let body = document["body"].as_str().unwrap();
    assert!(body.contains("message=") && body.contains("&hmac=") && body.contains("&timestamp="));
}

#[test]
fn a_forgery_is_told_on_stdout_and_by_the_exit_code() {
    let body = signed("another key".trim_end_matches(" key"), &[]);
    let run = verified("key", &["--output", "json"], &body);
    assert_eq!(run.code, 4);
    let verdict: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(verdict["authentic"], false);
    assert!(verdict["reason"].as_str().unwrap().contains("signature"));
    assert_eq!(run.error_line()["kind"], "callback");
    for body in [
        "",
        "message=1",
        "{}",
        "message=1&message=2&hmac=0&timestamp=1",
    ] {
        let run = verified("key", &["--explain"], body);
        assert_eq!(run.code, 4, "{body}");
        assert!(run.stdout.starts_with("Authentic  no\n"), "{run:?}");
    }
}

#[test]
fn an_authentic_message_that_is_not_understood_is_no_forgery() {
    let arguments = ["callback", "sign", "--message", "{}"];
    let body = Run::of(inbank(&arguments).env("INBANK_API_KEY", "key"));
    let run = verified("key", &["--output", "json"], body.text());
    assert_eq!(run.code, 1);
    let verdict: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(verdict["authentic"], true);
}

#[test]
fn while_keys_change_all_of_them_verify_and_the_first_signs() {
    let (new, old) = (File::holding("new-key\r\n"), File::holding("old-key\n"));
    let files = ["--api-key-file", new.path(), "--api-key-file", old.path()];
    for key in ["new-key", "old-key"] {
        assert_eq!(
            verified("other", &files, &signed(key, &[])).code,
            0,
            "{key}"
        );
    }
    let run = Run::of(&mut inbank(
        &[&["callback", "sign", "--message", "{}"], &files[..]].concat(),
    ));
    assert_eq!(
        verified("new-key", &[], run.text()).code,
        1,
        "authentic, not understood"
    );
    assert_eq!(verified("other", &files, &signed("third", &[])).code, 4);
}

#[test]
fn the_explanation_names_the_cause_and_neither_key_nor_message() {
    let body = signed("secretkey", &["--timestamp", "1549411200"]);
    let run = verified("secretkey", &["--explain", "--output", "json"], &body);
    let explanation = &run.json()["explanation"];
    assert!(
        explanation
            .as_array()
            .unwrap()
            .iter()
            .all(|check| check["ok"] == true)
    );

    let encoded_twice = body.replace('%', "%25");
    let run = verified("secretkey", &["--explain"], &encoded_twice);
    assert_eq!(run.code, 4);
    assert!(run.stdout.contains("percent-encoded twice"), "{run:?}");
    assert!(!run.stderr.contains("--explain"), "{run:?}");
    for secret in ["secretkey", "6efb2b38", "Order 1+1"] {
        assert!(
            !run.stdout.contains(secret) && !run.stderr.contains(secret),
            "{secret}"
        );
    }
}

#[test]
fn what_is_no_json_is_not_signed() {
    let arguments = [
        "callback",
        "sign",
        "--message",
        "{status: completed}",
        "--output",
        "json",
    ];
    let run = Run::of(inbank(&arguments).env("INBANK_API_KEY", "key"));
    assert_eq!(run.error(2)["kind"], "invalid");
}

#[test]
fn the_verdict_is_the_receivers_to_the_byte() {
    let key = ApiKey::parse("key").unwrap();
    let receiver = HmacAuthenticator::new([&key]).unwrap();
    let form = signed("key", &[]).trim_end().to_owned();
    let fields: Vec<_> = form.split('&').collect();
    let mut seen = [0, 0];
    for last in 0..fields.len() {
        let mut order = fields.clone();
        let field = order.remove(last);
        order.push(field);
        let form = order.join("&");
        let ends = [
            "", "\n", "\r\n", "\r", "\n\n", "\n\r", " ", "\t", "&", "\0", "%0A", "+",
        ];
        let starts = ["", "\n", " ", "&", "\u{feff}"];
        let bodies = ends.map(|end| format!("{form}{end}"));
        let bodies = bodies
            .into_iter()
            .chain(starts.map(|start| format!("{start}{form}")));
        for body in bodies {
            let verdict = receiver.authenticate(&Headers::NONE, body.as_bytes());
            let run = verified("key", &["--output", "json", "--explain"], &body);
            let told: Value = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(told["authentic"], verdict.is_ok(), "{body:?}");
            assert_eq!(run.code, if verdict.is_ok() { 0 } else { 4 }, "{body:?}");
            let explained = told["explanation"].as_array().unwrap();
            let failed = explained.iter().any(|check| check["ok"] == false);
            assert_eq!(failed, verdict.is_err(), "{body:?}: {told}");
            seen[usize::from(verdict.is_ok())] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}

#[test]
fn what_no_receiver_takes_is_not_authentic() {
    let long = format!(
        "{}&padding={}",
        signed("key", &[]).trim_end(),
        "0".repeat(LARGEST_CALLBACK)
    );
    let run = verified("key", &["--output", "json"], &long);
    assert_eq!(run.code, 4);
    let verdict: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(verdict["authentic"], false);
}
