mod explain;

use std::fmt;
use std::io::{self, Read as _};

use clap::{Args, Subcommand};
use inbank::http::{HmacAuthenticator, LARGEST_CALLBACK, callback_form};
use inbank::ports::{CallbackAuthenticator, CallbackError, Headers, SignedCallback};
use inbank::{ApiKey, Callback, Invalid};
use serde::Serialize;
use serde::de::IgnoredAny;
use time::OffsetDateTime;

pub(super) use self::explain::explain;
use crate::check::{self, Check};
use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank callback sign --message '{\"uuid\":\"s-1\",\"status\":\"completed\"}' | curl -d @- http://127.0.0.1:8080/callbacks
  inbank callback verify --explain < body.txt";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the form body of a callback, signed as the bank would
    Sign(Sign),
    /// Tell whether a callback is the bank's
    Verify(Verify),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank callback sign --message '{\"uuid\":\"s-1\",\"status\":\"completed\"}'
  curl -d \"$(inbank callback sign --message '{\"uuid\":\"s-1\",\"status\":\"completed\"}')\" http://127.0.0.1:8080/callbacks")]
pub(crate) struct Sign {
    /// The message, signed as it is given
    #[arg(long, value_name = "JSON")]
    message: String,
    /// Unix time in seconds or milliseconds; now, in seconds, unless given
    #[arg(long, value_name = "TIME")]
    timestamp: Option<u64>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  inbank callback verify < body.txt
  inbank callback verify --explain --api-key-file new.key --api-key-file old.key < body.txt

The body must be the raw one, before any form parser. One line break at its end is not counted, as a receiver \
counts none. The verdict is the one that a receiver would give.")]
pub(crate) struct Verify {
    /// Say step by step what was checked, and look for the usual causes where the signature is wrong
    #[arg(long)]
    explain: bool,
}

#[derive(Serialize)]
struct Signed {
    body: String,
}

#[derive(Serialize)]
struct Verdict {
    authentic: bool,
    #[serde(flatten)]
    content: Content,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explanation: Vec<Check>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Content {
    Application {
        kind: String,
        id: String,
        status: String,
        timestamp: String,
    },
    Session {
        kind: &'static str,
        id: String,
        status: String,
        order_reference: Option<String>,
        timestamp: String,
    },
    Not {
        reason: String,
    },
}

pub(crate) fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Sign(sign) => run_sign(&sign, settings),
        Command::Verify(verify) => run_verify(&verify, settings),
    }
}

fn run_sign(sign: &Sign, settings: &Settings) -> Result<(), Failure> {
    // Only to catch what a shell's quoting did to it: what is signed is the text as it is.
    serde_json::from_str::<IgnoredAny>(&sign.message).map_err(|error| {
        Invalid::new(
            "message",
            format!(
                "is not JSON (line {}, column {})",
                error.line(),
                error.column()
            ),
        )
    })?;
    let now = || u64::try_from(OffsetDateTime::now_utc().unix_timestamp()).unwrap_or_default();
    let timestamp = sign.timestamp.unwrap_or_else(now);
    let body = callback_form(&settings.key()?, timestamp, &sign.message).map_err(|error| {
        Failure::usage(error.to_string(), "give another key or another message")
    })?;
    output::answer(settings.output, &Signed { body })
}

fn run_verify(verify: &Verify, settings: &Settings) -> Result<(), Failure> {
    let keys = settings.keys()?;
    let body = body().map_err(|error| {
        Failure::usage(
            format!("stdin: {error}"),
            "give the raw body on stdin: `inbank callback verify < body.txt`",
        )
    })?;
    let judged = authenticate(&keys, &body)?;
    let mut explanation = if verify.explain {
        explain(&body, &keys, OffsetDateTime::now_utc())
    } else {
        Vec::new()
    };
    if body.len() > LARGEST_CALLBACK {
        let reason =
            format!("it is longer than the {LARGEST_CALLBACK} bytes that a receiver takes");
        let verdict = Verdict {
            authentic: false,
            content: Content::not(&reason),
            explanation,
        };
        output::answer(settings.output, &verdict)?;
        return Err(Failure::TooLong(reason));
    }
    // The verdict is the receiver's own; where the steps find nothing, what it found is the last one.
    if let (Err(error), true) = (
        &judged,
        verify.explain && explanation.iter().all(|check| check.ok),
    ) {
        explanation.push(Check::failed("receiver", error.to_string()));
    }
    let authentic = judged.is_ok();
    let (content, failure) = match judged.map(|signed| signed.callback) {
        Ok(Ok(callback)) => (Content::about(callback), None),
        Ok(Err(error)) => (Content::not(&error), Some(Failure::NotUnderstood(error))),
        Err(error) => {
            let content = Content::not(&error);
            let failure = if verify.explain {
                Failure::Explained(error)
            } else {
                Failure::Callback(error)
            };
            (content, Some(failure))
        }
    };
    let verdict = Verdict {
        authentic,
        content,
        explanation,
    };
    output::answer(settings.output, &verdict)?;
    failure.map_or(Ok(()), Err)
}

impl Content {
    pub(super) fn not(error: &impl fmt::Display) -> Self {
        Self::Not {
            reason: error.to_string(),
        }
    }

    pub(super) fn about(callback: Callback) -> Self {
        match callback {
            Callback::Application(callback) => Self::Application {
                kind: callback.subject.as_str().to_ascii_lowercase(),
                id: callback.application.to_string(),
                status: callback.status,
                timestamp: output::moment(callback.issued_at),
            },
            Callback::Session(callback) => Self::Session {
                kind: "session",
                id: callback.id.to_string(),
                status: callback.status.to_string(),
                order_reference: callback.order_reference.map(|order| order.to_string()),
                timestamp: output::moment(callback.issued_at),
            },
        }
    }
}

pub(super) fn authenticate(
    keys: &[ApiKey],
    body: &[u8],
) -> Result<Result<SignedCallback, CallbackError>, Failure> {
    let authenticator = HmacAuthenticator::new(keys).map_err(|error| {
        Failure::usage(
            error.to_string(),
            "give --api-key-file or set the environment variable INBANK_API_KEY",
        )
    })?;
    Ok(authenticator.authenticate(&Headers::NONE, body))
}

/// The raw body on stdin, to the byte: what is no part of it is the receiver's rule.
fn body() -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    io::stdin().lock().read_to_end(&mut body)?;
    Ok(body)
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.body)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authentic = if self.authentic { "yes" } else { "no" };
        let mut facts = vec![("Authentic", Some(authentic.to_owned()))];
        match &self.content {
            Content::Application {
                kind,
                id,
                status,
                timestamp,
            } => facts.extend([
                ("About", Some(kind.clone())),
                ("Application", Some(id.clone())),
                ("Status", Some(status.clone())),
                ("Signed", Some(timestamp.clone())),
            ]),
            Content::Session {
                id,
                status,
                order_reference,
                timestamp,
                ..
            } => facts.extend([
                ("Session", Some(id.clone())),
                ("Status", Some(status.clone())),
                ("Order", order_reference.clone()),
                ("Signed", Some(timestamp.clone())),
            ]),
            Content::Not { reason } => facts.push(("Because", Some(reason.clone()))),
        }
        output::facts(f, &facts)?;
        if !self.explanation.is_empty() {
            writeln!(f)?;
            check::list(f, &self.explanation)?;
        }
        Ok(())
    }
}
