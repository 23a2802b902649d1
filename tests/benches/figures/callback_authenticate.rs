//! Raw form in, typed callback out, against HMAC-SHA512 alone, key prepared: over the same raw bytes,
//! and, harder, over the third of them that is signed once the form is decoded.

use std::hint::black_box;

use hmac::{Hmac, KeyInit, Mac};
use inbank::ApiKey;
use inbank::http::{HmacAuthenticator, callback_form};
use inbank::ports::{CallbackAuthenticator, Headers};
use sha2::Sha512;

/// The guide's own example, signed with the guide's own key.
const MESSAGE: &str = r#"{"uuid":"3241a6d5-051b-415b-afc7-0a5aad115fcc","status":"cancelled","purchase_reference":"1234"}"#;
const TIMESTAMP: u64 = 1_553_072_069;

pub(crate) fn ratios() -> Vec<f64> {
    against(|body, _| body)
}

pub(crate) fn ratios_to_signed() -> Vec<f64> {
    against(|_, signed| signed)
}

fn against(choose: impl for<'a> Fn(&'a [u8], &'a [u8]) -> &'a [u8]) -> Vec<f64> {
    let key = ApiKey::parse("e93174d3b9158a01c861c65fab0e7f96").unwrap();
    let body = callback_form(&key, TIMESTAMP, MESSAGE).unwrap();
    let signed = format!("{TIMESTAMP}.{MESSAGE}");
    let bytes = choose(body.as_bytes(), signed.as_bytes());
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    let prepared = Hmac::<Sha512>::new_from_slice(key.expose().as_bytes()).unwrap();
    super::ratios_of(
        || {
            black_box(authenticator.authenticate(&Headers::NONE, black_box(body.as_bytes())))
                .unwrap();
        },
        || {
            let mut mac = prepared.clone();
            mac.update(black_box(bytes));
            black_box(mac.finalize());
        },
    )
}
