use inbank_testkit::ManualClock;
use proptest::prelude::*;
use serde::Deserialize;
use time::OffsetDateTime;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

/// One of our own vectors, made with Python and checked with OpenSSL: none that the guides print
/// fits the printed key.
#[derive(Deserialize)]
struct Vector {
    name: String,
    key: String,
    body: String,
    authentic: bool,
}

fn vectors() -> Vec<Vector> {
    let text = include_str!("../../../../tests/vectors/callbacks.json");
    serde_json::from_str::<Vectors>(text).unwrap().vectors
}

fn key(text: &str) -> ApiKey {
    ApiKey::parse(text).unwrap()
}

fn authenticator(keys: &[&str]) -> HmacAuthenticator {
    let keys: Vec<_> = keys.iter().map(|text| key(text)).collect();
    HmacAuthenticator::new(&keys).unwrap()
}

const MESSAGE: &str = r#"{"uuid":"e4b5b81a-6d99","status":"pending","purchase_reference":"Id #1"}"#;

#[test]
fn every_vector_is_judged_as_another_implementation_judges_it() {
    let vectors = vectors();
    assert!(vectors.iter().filter(|vector| vector.authentic).count() >= 10);
    assert!(vectors.iter().filter(|vector| !vector.authentic).count() >= 10);
    for vector in vectors {
        let verdict = authenticator(&[&vector.key]).authenticate(vector.body.as_bytes());
        assert_eq!(
            is_authentic(&verdict),
            vector.authentic,
            "{}: {verdict:?}",
            vector.name
        );
    }
}

/// Whether the bank signed it, whatever it says.
fn is_authentic(verdict: &Result<Callback, CallbackError>) -> bool {
    verdict
        .as_ref()
        .map_or_else(CallbackError::is_authentic, |_| true)
}

#[test]
fn an_authentic_callback_is_read() {
    let body = callback_form(&key("old"), 1_549_411_200, MESSAGE).unwrap();
    let callback = authenticator(&["old"])
        .authenticate(body.as_bytes())
        .unwrap();
    let Callback::Session(callback) = callback else {
        panic!("{callback:?}")
    };
    assert_eq!(callback.id.as_str(), "e4b5b81a-6d99");
    assert_eq!(callback.status, SessionStatus::Pending);
    assert_eq!(callback.order_reference.unwrap().as_str(), "Id #1");
    assert_eq!(callback.issued_at.unix_timestamp(), 1_549_411_200);
}

#[test]
fn every_current_key_is_good_and_no_other() {
    let rotating = authenticator(&["new", "old"]);
    for (signer, good) in [("new", true), ("old", true), ("older", false)] {
        let body = callback_form(&key(signer), 1_549_411_200, MESSAGE).unwrap();
        let verdict = rotating.authenticate(body.as_bytes());
        assert_eq!(verdict.is_ok(), good, "{signer}");
    }
    assert_eq!(HmacAuthenticator::new([]).unwrap_err(), NoKey);
}

#[test]
fn either_spelling_of_the_order_is_read_and_a_message_of_another_kind_is_authentic() {
    let read = |message| {
        let body = callback_form(&key("k"), 1, message).unwrap();
        authenticator(&["k"]).authenticate(body.as_bytes())
    };
    let v3 = r#"{"uuid":"a","status":"Completed","purchaseReference":"7","more":{"x":[1]}}"#;
    let Ok(Callback::Session(callback)) = read(v3) else {
        panic!("{:?}", read(v3))
    };
    assert_eq!(callback.order_reference.unwrap().as_str(), "7");
    assert_eq!(callback.status, SessionStatus::Completed);
    for other in [
        "",
        "{}",
        "[]",
        "<html>",
        r#"{"uuid":"../x","status":"granted"}"#,
    ] {
        assert!(read(other).unwrap_err().is_authentic(), "{other}");
    }
}

#[test]
fn errors_say_which_field_and_repeat_nothing() {
    let check = |body: &str| {
        authenticator(&["k"])
            .authenticate(body.as_bytes())
            .unwrap_err()
    };
    assert_eq!(check(""), CallbackError::FieldMissing("message"));
    assert_eq!(
        check("message=a&timestamp=1"),
        CallbackError::FieldMissing("hmac")
    );
    assert_eq!(
        check("message=a&message=b"),
        CallbackError::FieldDoubled("message")
    );
    for (timestamp, hmac) in [("canary", "0"), ("1.", "0"), ("", "0"), ("1", "canary")] {
        let error = check(&format!("message=canary&hmac={hmac}&timestamp={timestamp}"));
        assert!(
            matches!(error, CallbackError::FieldUnreadable { .. }),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[test]
fn a_freshness_window_has_two_sides() {
    let now = OffsetDateTime::from_unix_timestamp(1_549_411_200).unwrap();
    let clock = Arc::new(ManualClock::new(now));
    let fresh = authenticator(&["k"]).fresh_within(Duration::from_mins(5), clock);
    let verdict = |timestamp| {
        let body = callback_form(&key("k"), timestamp, MESSAGE).unwrap();
        fresh.authenticate(body.as_bytes()).map(|_| ())
    };
    assert_eq!(verdict(1_549_411_200 - 300), Ok(()));
    assert_eq!(verdict(1_549_411_200 + 300), Ok(()));
    assert_eq!(verdict(1_549_411_200 - 301), Err(CallbackError::TooOld));
    assert_eq!(verdict(1_549_411_200 + 301), Err(CallbackError::TooNew));
    assert_eq!(verdict(1_549_411_200_000), Ok(()), "milliseconds");
}

#[test]
fn debug_shows_no_key() {
    assert!(!format!("{:?}", authenticator(&["canary"])).contains("canary"));
}

proptest! {
    #[test]
    fn what_we_sign_we_accept(message in "\\PC{0,60}", timestamp in any::<u32>()) {
        let body = callback_form(&key("k"), timestamp.into(), &message).unwrap();
        let verdict = authenticator(&["k"]).authenticate(body.as_bytes());
        prop_assert!(is_authentic(&verdict), "{:?}", verdict);
    }

    #[test]
    fn no_bytes_make_it_panic_or_pass(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let verdict = authenticator(&["k"]).authenticate(&body);
        prop_assert!(!is_authentic(&verdict));
    }

    #[test]
    fn forms_are_decoded_as_the_url_standard_does(value in "[a-zA-Z0-9+%&=.{}\" õ]{0,60}") {
        // The field's own separators are escaped; the rest stays as odd as it came.
        let value = value.replace('&', "%26");
        let form = format!("message={value}&hmac={}&timestamp=1", "0".repeat(128));
        let expected = url::form_urlencoded::parse(form.as_bytes())
            .find(|(name, _)| name == "message")
            .map(|(_, value)| value.into_owned())
            .unwrap();
        match Form::parse(form.as_bytes()) {
            Ok(form) => prop_assert_eq!(form.message(), expected),
            // The standard replaces what is no UTF-8; we refuse it.
            Err(_) => prop_assert!(expected.contains(char::REPLACEMENT_CHARACTER), "refused"),
        }
    }
}
