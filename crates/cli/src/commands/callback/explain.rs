//! Why a callback's signature is right or wrong, step by step. Says neither the key nor the message.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use inbank::{ApiKey, issued_at};
use serde::de::IgnoredAny;
use sha2::Sha512;
use time::OffsetDateTime;
use url::form_urlencoded;

use crate::check::Check;

const FIELDS: [&str; 3] = ["message", "hmac", "timestamp"];

/// What goes into a signature, and what was done to it on the way.
type Variants = Vec<(Option<&'static str>, String)>;

/// Checks a raw body in the order in which a receiver should.
pub(in crate::commands) fn explain(
    body: &[u8],
    keys: &[ApiKey],
    now: OffsetDateTime,
) -> Vec<Check> {
    let fields = match fields(body) {
        Ok(fields) => fields,
        Err(check) => return vec![check],
    };
    let [message, hmac, timestamp] = &fields;
    let hmac = hmac.decoded.to_ascii_lowercase();
    let mut checks = vec![
        Check::passed(
            "fields",
            "message, hmac and timestamp, each once; others and their order don't matter",
        ),
        timestamp_check(&timestamp.decoded, now),
        shape(&hmac),
    ];
    let plain = format!("{}.{}", timestamp.decoded, message.decoded);
    let fits = |key: &ApiKey| signature(key.expose().as_bytes(), &plain) == hmac;
    for (n, key) in keys.iter().enumerate() {
        let name = format!("signature, key {}", n + 1);
        checks.push(if fits(key) {
            Check::passed(name, "HMAC-SHA512 of timestamp.message fits")
        } else {
            Check::failed(name, "HMAC-SHA512 of timestamp.message does not fit")
        });
    }
    if keys.iter().any(fits) {
        checks.push(content(&message.decoded));
    } else {
        checks.push(cause(message, &timestamp.decoded, &hmac, keys));
    }
    checks
}

/// A field as it stands in the body, and form-decoded.
struct Field {
    raw: String,
    decoded: String,
}

/// The three fields, each of which must stand exactly once.
fn fields(body: &[u8]) -> Result<[Field; 3], Check> {
    let body = String::from_utf8_lossy(body);
    // As the receiver does: one line end behind a body is no part of it.
    let body = body.strip_suffix('\n').unwrap_or(&body);
    let body = body.strip_suffix('\r').unwrap_or(body);
    let pairs: Vec<(String, Field)> = body
        .split('&')
        .filter_map(|pair| {
            let (name, value) = form_urlencoded::parse(pair.as_bytes()).next()?;
            let raw = pair.split_once('=').map_or("", |(_, raw)| raw);
            let field = Field {
                raw: raw.to_owned(),
                decoded: value.into_owned(),
            };
            Some((name.into_owned(), field))
        })
        .collect();
    let wrong: Vec<String> = FIELDS
        .iter()
        .filter_map(
            |name| match pairs.iter().filter(|(other, _)| other == name).count() {
                0 => Some(format!("{name} is missing")),
                1 => None,
                times => Some(format!("{name} stands {times} times")),
            },
        )
        .collect();
    if !wrong.is_empty() {
        let hint = if body.trim_start().starts_with('{') {
            "; this is JSON, but the bank sends a form"
        } else {
            "; pass the raw body, before any form parser"
        };
        return Err(Check::failed("fields", wrong.join(", ") + hint));
    }
    let mut pairs = pairs;
    Ok(FIELDS.map(|name| {
        let at = pairs.iter().position(|(other, _)| other == name);
        at.map_or(
            Field {
                raw: String::new(),
                decoded: String::new(),
            },
            |at| pairs.swap_remove(at).1,
        )
    }))
}

fn timestamp_check(text: &str, now: OffsetDateTime) -> Check {
    const NAME: &str = "timestamp";
    let number = text.parse::<u64>().ok();
    let number = number.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some((number, at)) = number.and_then(|number| Some((number, issued_at(number)?))) else {
        return Check::failed(
            NAME,
            "must be digits alone: a Unix time in seconds or milliseconds",
        );
    };
    let seconds =
        issued_at(number).is_some_and(|at| i128::from(at.unix_timestamp()) == i128::from(number));
    let unit = if seconds { "seconds" } else { "milliseconds" };
    let age = now - at;
    let side = if age.is_negative() {
        "in the future; check both clocks"
    } else {
        "ago"
    };
    Check::passed(
        NAME,
        format!("in {unit}; signed {} {side}", length(age.unsigned_abs())),
    )
}

fn length(duration: std::time::Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn shape(hmac: &str) -> Check {
    const NAME: &str = "hmac";
    let hexadecimal = hmac.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (hexadecimal, hmac.len()) {
        (true, 128) => Check::passed(NAME, "128 hexadecimal digits"),
        (true, 64) => Check::failed(
            NAME,
            "64 hexadecimal digits, as of SHA-256; SHA-512 has 128",
        ),
        (true, length) => {
            Check::failed(NAME, format!("{length} hexadecimal digits instead of 128"))
        }
        (false, 86 | 88) => {
            Check::failed(NAME, "looks like Base64; it must be 128 hexadecimal digits")
        }
        (false, _) => Check::failed(NAME, "must be 128 hexadecimal digits and nothing else"),
    }
}

fn content(message: &str) -> Check {
    match serde_json::from_str::<IgnoredAny>(message) {
        Ok(_) => Check::passed("message", "JSON"),
        Err(error) => Check::failed(
            "message",
            format!(
                "signed, but not JSON (line {}, column {})",
                error.line(),
                error.column()
            ),
        ),
    }
}

/// Tries what usually goes wrong, and all of it together.
fn cause(message: &Field, timestamp: &str, hmac: &str, keys: &[ApiKey]) -> Check {
    let messages = messages(message);
    for key in keys {
        for (key_change, key) in key_variants(key) {
            for (time_change, timestamp) in &timestamps(timestamp) {
                for (message_change, message) in &messages {
                    if signature(key.as_bytes(), &format!("{timestamp}.{message}")) != hmac {
                        continue;
                    }
                    let changes = [key_change, *time_change, *message_change];
                    let changes: Vec<&str> = changes.into_iter().flatten().collect();
                    return Check::failed("cause", changes.join("; and "));
                }
            }
        }
    }
    Check::failed(
        "cause",
        "none of the usual ones: it was signed with another key (another shop, the other environment, \
         a former key), or the message was changed on its way",
    )
}

fn key_variants(key: &ApiKey) -> Variants {
    let key = key.expose();
    let broken = "the signer's key ends in a line break: its key file was not trimmed";
    vec![
        (None, key.to_owned()),
        (Some(broken), format!("{key}\n")),
        (Some(broken), format!("{key}\r\n")),
    ]
}

fn timestamps(timestamp: &str) -> Variants {
    let mut variants = vec![
        (None, timestamp.to_owned()),
        (
            Some("the signature was made over milliseconds, the field has seconds"),
            format!("{timestamp}000"),
        ),
    ];
    if let Some((seconds, _)) = timestamp.split_at_checked(timestamp.len().saturating_sub(3)) {
        let change = "the signature was made over seconds, the field has milliseconds";
        variants.push((Some(change), seconds.to_owned()));
    }
    variants
}

fn messages(message: &Field) -> Variants {
    let Field { raw, decoded } = message;
    let decode = |text: &str| {
        let pair = format!("x={}", text.replace('&', "%26"));
        let decoded = form_urlencoded::parse(pair.as_bytes()).next();
        decoded
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let compact = spaced(decoded, "", "");
    vec![
        (None, decoded.clone()),
        (
            Some("the message was signed percent-encoded, as it stands in the body"),
            raw.clone(),
        ),
        (
            Some("a `+` in the body stands for itself; form encoding makes it a space"),
            decode(&raw.replace('+', "%2B")),
        ),
        (Some("the body was percent-encoded twice"), decode(decoded)),
        (
            Some("the JSON was written anew with spaces"),
            compact.clone(),
        ),
        (
            Some("the JSON was written anew without spaces"),
            spaced(decoded, ": ", ", "),
        ),
        (
            Some("slashes were escaped on the way (`\\/`)"),
            decoded.replace("\\/", "/"),
        ),
        (
            Some("slashes lost their escape on the way"),
            decoded.replace("\\/", "/").replace('/', "\\/"),
        ),
        (
            Some("quotes were escaped on the way, as PHP's addslashes does"),
            decoded.replace("\\\"", "\""),
        ),
        (
            Some("quotes became HTML entities on the way"),
            decoded.replace("&quot;", "\""),
        ),
        (
            Some("a line break at the end of the message was lost"),
            format!("{decoded}\n"),
        ),
        (
            Some("a line break was added to the message"),
            decoded.trim_end().to_owned(),
        ),
    ]
}

/// JSON with other whitespace between its tokens.
fn spaced(json: &str, after_colon: &str, after_comma: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in json.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            text.push(c);
            continue;
        }
        quoted = c == '"';
        match c {
            ':' => text.push_str(if after_colon.is_empty() {
                ":"
            } else {
                after_colon
            }),
            ',' => text.push_str(if after_comma.is_empty() {
                ","
            } else {
                after_comma
            }),
            c if c.is_ascii_whitespace() => {}
            c => text.push(c),
        }
    }
    text
}

/// 128 lower-case hexadecimal digits; none where the key can't be one.
fn signature(key: &[u8], signed: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha512>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(signed.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold(String::new(), |mut hexadecimal, byte| {
        // Writing to a `String` does not fail.
        let _ = write!(hexadecimal, "{byte:02x}");
        hexadecimal
    })
}

#[cfg(test)]
mod tests;
