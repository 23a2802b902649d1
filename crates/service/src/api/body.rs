//! Bodies as they come: read within limits, and what is wrong with one is named by its field.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Bytes, HttpBody as _};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::Problem;

/// A cart with a thousand rows is a quarter of it.
pub(super) const LARGEST: usize = 1 << 20;
/// The files that prove an income, written in base 64.
pub(super) const LARGEST_PROOF: usize = 16 << 20;
/// For a body to arrive, however slowly its pieces come.
const LONGEST: Duration = Duration::from_secs(30);
/// Of the caller's own names no more is repeated.
const LONGEST_NAME: usize = 64;

/// How large the body of a call to this path may be.
pub(super) fn largest(path: &str) -> usize {
    if path.ends_with("/income-proof") {
        LARGEST_PROOF
    } else {
        LARGEST
    }
}

/// What was sent along, looked at only once it is known who calls and for what.
pub(super) struct Sent {
    is_json: bool,
    content: Result<Bytes, Problem>,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Infallible> {
        let is_json = is_json(request.headers());
        let content = collected(request).await;
        Ok(Self { is_json, content })
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// The whole body.
pub(super) async fn collected(request: Request) -> Result<Bytes, Problem> {
    let largest = largest(request.uri().path());
    // What says that it is too large need not be sent.
    let least = request.body().size_hint().lower();
    if least > u64::try_from(largest).unwrap_or(u64::MAX) {
        return Err(Problem::too_large(largest));
    }
    let reading = Bytes::from_request(request, &());
    match tokio::time::timeout(LONGEST, reading).await {
        Ok(Ok(content)) => Ok(content),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Problem::too_large(largest))
        }
        Ok(Err(_)) => Err(Problem::malformed("the body broke off; send it again")),
        Err(_) => Err(Problem::too_slow(LONGEST)),
    }
}

impl Sent {
    /// The body as a value.
    pub(super) fn json<T: DeserializeOwned>(self) -> Result<T, Problem> {
        let content = self.content?;
        if !self.is_json {
            return Err(Problem::not_json());
        }
        let mut reader = serde_json::Deserializer::from_slice(&content);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(wrong)?;
        reader.end().map_err(|error| syntax(&error))?;
        Ok(value)
    }
}

fn syntax(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::malformed(format!(
        "the body is no JSON: look at line {line}, column {column}"
    ))
}

/// Names the field and what it must be. Serde's own words may repeat a value, which may be personal.
fn wrong(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = error.path().to_string();
    let error = error.into_inner();
    match error.classify() {
        Category::Data => {}
        Category::Syntax | Category::Eof | Category::Io => return syntax(&error),
    }
    let says = error.to_string();
    let named = |start: &str| {
        let rest = says.strip_prefix(start)?;
        rest.split('`').next().map(shown)
    };
    let (name, problem) = if let Some(name) = named("missing field `") {
        (Some(name), "is missing".to_owned())
    } else if let Some(name) = named("unknown field `") {
        let problem = "is not known here; /openapi.json has the fields that are";
        (Some(name), problem.to_owned())
    } else if let Some(name) = named("duplicate field `") {
        (Some(name), "must be there once".to_owned())
    } else {
        (None, format!("must be {}", expected(&says)))
    };
    let mut parts: Vec<String> = path.split('.').map(shown).collect();
    parts.retain(|part| !part.is_empty());
    if let Some(name) = name
        && parts.last() != Some(&name)
    {
        parts.push(name);
    }
    if parts.is_empty() {
        return Problem::of_rule("the body must be an object", None);
    }
    let field = parts.join(".");
    Problem::of_rule(format!("{field}: {problem}"), Some(field))
}

/// What stands behind *expected* in serde's words, in those of JSON.
fn expected(says: &str) -> String {
    let expected = says.split_once(", expected ").map(|(_, after)| after);
    let expected = expected.unwrap_or("something else, as /openapi.json has it");
    let expected = expected.split(" at line ").next().unwrap_or(expected);
    if expected.starts_with("struct ") || expected == "a map" {
        return "an object".to_owned();
    }
    if expected.starts_with("a sequence") {
        return "a list".to_owned();
    }
    match expected {
        "u8" => "a whole number from 0 to 255".to_owned(),
        "u16" => "a whole number from 0 to 65535".to_owned(),
        "u32" => "a whole number from 0 to 4294967295".to_owned(),
        expected => expected.to_owned(),
    }
}

/// A name of the caller's, as far as it is safe to repeat.
fn shown(name: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '[' | ']');
    name.chars().filter(is_plain).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        name: String,
        #[expect(dead_code, reason = "only read")]
        items: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        count: u16,
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field_and_no_value_is_repeated() {
        for (body, field) in [
            (r#"{"items":[]}"#, Some("name")),
            (
                r#"{"name":"canary","items":[],"canary<":1}"#,
                Some("canary"),
            ),
            (r#"{"name":7,"items":[]}"#, Some("name")),
            (
                r#"{"name":"canary","items":[{"count":1},{"count":"secret"}]}"#,
                Some("items[1].count"),
            ),
            (
                r#"{"name":"canary","items":[{"count":99999}]}"#,
                Some("items[0].count"),
            ),
            (r#"{"name":"canary","items":[{}]}"#, Some("items[0].count")),
            (
                r#"{"name":"canary","items":[{"count":1,"size":2}]}"#,
                Some("items[0].size"),
            ),
            ("[]", None),
            ("7", None),
        ] {
            let sent = Sent {
                is_json: true,
                content: Ok(Bytes::from(body)),
            };
            let problem = sent.json::<Outer>().unwrap_err();
            assert_eq!(problem.status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert_eq!(problem.field(), field, "{body}");
            assert!(!format!("{problem:?}").contains("secret"), "{problem:?}");
            assert!(!format!("{problem:?}").contains("99999"), "{problem:?}");
        }
        for body in [
            "",
            "{",
            "{}x",
            r#"{"name":"a","items":[]} {}"#,
            "\u{feff}{}",
        ] {
            let sent = Sent {
                is_json: true,
                content: Ok(Bytes::from(body)),
            };
            let problem = sent.json::<Outer>().unwrap_err();
            let expected = if body == "{}x" {
                // What it lacks is seen first.
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::BAD_REQUEST
            };
            assert_eq!(problem.status(), expected, "{body}");
        }
    }
}
