use super::*;

const MESSAGE: &str = r#"{"uuid":"s-1","status":"completed","purchase_reference":"A+B/1 é"}"#;

fn key() -> ApiKey {
    ApiKey::parse("right").unwrap()
}

/// A body whose signature is over other text than what it carries.
fn body(key: &str, signed: &str, message: &str, timestamp: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("timestamp", timestamp)
        .append_pair("message", message)
        .append_pair("hmac", &signature(key.as_bytes(), signed))
        .finish()
}

fn explained(body: &str) -> Vec<Check> {
    let now = OffsetDateTime::from_unix_timestamp(1_549_411_260).unwrap();
    explain(body.as_bytes(), &[key()], now)
}

#[test]
fn a_right_body_passes_every_check() {
    let checks = explained(&body(
        "right",
        &format!("1549411200.{MESSAGE}"),
        MESSAGE,
        "1549411200",
    ));
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
    assert_eq!(checks[1].detail, "in seconds; signed 60 s ago");
}

#[test]
fn the_usual_causes_are_found() {
    let signed = format!("1549411200.{MESSAGE}");
    let spaced_message = spaced(MESSAGE, ": ", ", ");
    let encoded: String = form_urlencoded::byte_serialize(MESSAGE.as_bytes()).collect();
    for (body, cause) in [
        (
            body(
                "right",
                &format!("1549411200.{encoded}"),
                MESSAGE,
                "1549411200",
            ),
            "percent-encoded, as it stands",
        ),
        (
            body("right", &signed, &encoded, "1549411200"),
            "encoded twice",
        ),
        (
            body("right", &signed, &spaced_message, "1549411200"),
            "anew with spaces",
        ),
        (
            body(
                "right",
                &format!("1549411200.{spaced_message}"),
                MESSAGE,
                "1549411200",
            ),
            "anew without spaces",
        ),
        (
            body("right", &signed, &MESSAGE.replace('/', "\\/"), "1549411200"),
            "slashes were escaped",
        ),
        (
            body(
                "right",
                &signed,
                &MESSAGE.replace('"', "\\\""),
                "1549411200",
            ),
            "quotes were escaped",
        ),
        (
            body("right\n", &signed, MESSAGE, "1549411200"),
            "line break: its key file",
        ),
        (
            body(
                "right",
                &format!("1549411200000.{MESSAGE}"),
                MESSAGE,
                "1549411200",
            ),
            "over milliseconds",
        ),
        (
            body("right", &signed, MESSAGE, "1549411200000"),
            "over seconds",
        ),
        (
            body("right", &signed, MESSAGE, "1549411200")
                .replace('+', "%20")
                .replace("%2B", "+"),
            "a `+` in the body",
        ),
        (body("wrong", &signed, MESSAGE, "1549411200"), "another key"),
    ] {
        let checks = explained(&body);
        let last = checks.last().unwrap();
        assert!(
            !last.ok && last.detail.contains(cause),
            "{cause}: {checks:?}"
        );
    }
}

#[test]
fn causes_add_up() {
    let body = body(
        "right\n",
        &format!("1549411200000.{MESSAGE}"),
        MESSAGE,
        "1549411200",
    );
    let last = explained(&body).pop().unwrap();
    assert!(last.detail.contains("key file") && last.detail.contains("; and "));
}

#[test]
fn a_body_that_is_no_callback_says_what_is_missing() {
    let checks = explained("{\"message\":1}");
    assert!(checks[0].detail.contains("this is JSON"), "{checks:?}");
    let checks = explained("hmac=0&hmac=1&timestamp=1");
    assert!(
        checks[0]
            .detail
            .starts_with("message is missing, hmac stands 2 times")
    );
}

#[test]
fn neither_key_nor_message_is_told() {
    for body in [
        body(
            "right",
            &format!("1549411200.{MESSAGE}"),
            MESSAGE,
            "1549411200",
        ),
        body("right", "x", MESSAGE, "x"),
    ] {
        let text = format!("{:?}", explained(&body));
        for secret in ["right", "s-1", "A+B"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn another_algorithm_is_named_by_its_length() {
    for (hmac, hint) in [
        ("0".repeat(64), "SHA-256"),
        ("A/".repeat(43) + "==", "Base64"),
        ("0".repeat(127), "127"),
    ] {
        let checks = explained(&format!("message=1&timestamp=1&hmac={hmac}"));
        assert!(checks[2].detail.contains(hint), "{checks:?}");
    }
}
