//! The callback's form, against another reader of forms: what we accept it reads the same, and never more.

use hmac::{Hmac, KeyInit as _, Mac as _};
use inbank::ApiKey;
use inbank::http::HmacAuthenticator;
use inbank::ports::{CallbackAuthenticator as _, CallbackError, CallbackKey, Headers};
use sha2::Sha512;
use url::form_urlencoded;

/// That of the vectors, so that they are authentic here.
const KEY: &str = "test-key-1-of-a-shop-that-does-not-exist";

/// Bytes as a body, first as they are, then signed.
pub fn check(bytes: &[u8]) {
    one(bytes);
    // With the right signature at its end, where the rest allows one.
    let fields = Fields::of(bytes);
    if let ([message], [], [timestamp]) = (&fields.message[..], &fields.hmac[..], &fields.time[..])
    {
        let mut body = without_line_end(bytes).to_owned();
        body.extend_from_slice(b"&hmac=");
        body.extend_from_slice(signature(timestamp, message).as_bytes());
        one(&body);
    }
}

fn one(body: &[u8]) {
    let key = ApiKey::parse(KEY).unwrap();
    let authenticator = HmacAuthenticator::new([&key]).unwrap();
    let read = authenticator.authenticate(&Headers::NONE, body);
    let fields = Fields::of(body);
    let by_name = [
        ("message", &fields.message),
        ("hmac", &fields.hmac),
        ("timestamp", &fields.time),
    ];
    match read {
        Ok(signed) => {
            assert!(by_name.iter().all(|(_, values)| values.len() == 1));
            let (message, time) = (&fields.message[0], &fields.time[0]);
            let hmac = String::from_utf8(fields.hmac[0].clone()).unwrap();
            assert_eq!(hmac.to_ascii_lowercase(), signature(time, message));
            assert_eq!(signed.key(), CallbackKey::of(&over(time, message)));
            // What is kept of it has the same three fields, and is authentic again.
            let kept = Fields::of(&signed.content());
            assert_eq!((&kept.message, &kept.time), (&fields.message, &fields.time));
            let again = authenticator.authenticate(&Headers::NONE, &signed.content());
            assert_eq!(again.as_ref(), Ok(&signed));
        }
        Err(CallbackError::FieldDoubled(name)) => {
            assert!(
                by_name
                    .iter()
                    .any(|(other, values)| *other == name && values.len() > 1)
            );
        }
        Err(CallbackError::FieldMissing(name)) => {
            assert!(
                by_name
                    .iter()
                    .any(|(other, values)| *other == name && values.is_empty())
            );
        }
        Err(CallbackError::FieldUnreadable { field, .. }) => {
            let values = by_name.iter().find(|(other, _)| *other == field).unwrap().1;
            let [value] = &values[..] else {
                panic!("{field} is read before it is known to be the only one")
            };
            let text = std::str::from_utf8(value);
            let right = match field {
                "message" => text.is_ok(),
                "hmac" => value.len() == 128 && value.iter().all(u8::is_ascii_hexdigit),
                // A number of seconds or milliseconds that is a time.
                _ => {
                    let digits = value.iter().all(u8::is_ascii_digit);
                    let number = text.ok().and_then(|text| text.parse::<u64>().ok());
                    digits && number.is_some_and(|number| number < 1 << 40)
                }
            };
            assert!(!right, "{field} is as it should be");
        }
        Err(CallbackError::Signature) => {
            assert!(by_name.iter().all(|(_, values)| values.len() == 1));
            let hmac = fields.hmac[0].to_ascii_lowercase();
            assert_ne!(
                hmac,
                signature(&fields.time[0], &fields.message[0]).as_bytes()
            );
        }
        Err(other) => panic!("no freshness is asked for: {other}"),
    }
}

/// The values of the three fields, as `form_urlencoded` cuts and names them. Its values are texts, in which
/// what is no UTF-8 is lost, so ours are decoded from its pieces again.
struct Fields {
    message: Vec<Vec<u8>>,
    hmac: Vec<Vec<u8>>,
    time: Vec<Vec<u8>>,
}

impl Fields {
    fn of(body: &[u8]) -> Self {
        let body = without_line_end(body);
        let pieces = body.split(|byte| *byte == b'&');
        let mut found = Self {
            message: Vec::new(),
            hmac: Vec::new(),
            time: Vec::new(),
        };
        let pieces = pieces.filter(|piece| !piece.is_empty());
        for ((name, text), piece) in form_urlencoded::parse(body).zip(pieces) {
            let equals = piece.iter().position(|byte| *byte == b'=');
            let value = equals.map_or(&[][..], |at| &piece[at + 1..]);
            let spaced: Vec<u8> = value
                .iter()
                .map(|byte| if *byte == b'+' { b' ' } else { *byte })
                .collect();
            let value: Vec<u8> = percent_encoding::percent_decode(&spaced).collect();
            assert_eq!(String::from_utf8_lossy(&value), text);
            match &*name {
                "message" => found.message.push(value),
                "hmac" => found.hmac.push(value),
                "timestamp" => found.time.push(value),
                _ => {}
            }
        }
        found
    }
}

/// One line end behind a form is no part of it.
fn without_line_end(body: &[u8]) -> &[u8] {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body)
}

fn over(timestamp: &[u8], message: &[u8]) -> Vec<u8> {
    [timestamp, b".", message].concat()
}

fn signature(timestamp: &[u8], message: &[u8]) -> String {
    let mut mac = Hmac::<Sha512>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(&over(timestamp, message));
    hexadecimal(&mac.finalize().into_bytes())
}

/// Two digits for each byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}
