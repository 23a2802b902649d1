//! How a command ends: the exit code, and the error on stderr.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use inbank::http::SettingsError;
use inbank::ports::{
    CallbackError, GatewayError, GatewayErrorKind as Kind, LedgerError, NotUnderstood,
};
use inbank::sql::ConnectError;
use inbank::{Invalid, OrderError};
use serde::Serialize;

use crate::output::{self, Format};

/// Why a command was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The flags or the settings don't do; nothing was sent.
    Usage(String),
    /// A value breaks a rule of the guides; nothing was sent.
    Invalid(Invalid),
    /// The bank gave no usable answer.
    Gateway(GatewayError),
    /// The same as `Gateway`, with what to do besides.
    Advised(GatewayError, &'static str),
    /// The callback is not taken.
    Callback(CallbackError),
    /// The callback is longer than any that is taken.
    TooLong(String),
    /// The callback is authentic, and that is all that is known of it.
    NotUnderstood(NotUnderstood),
    /// It is done, and its answer could not be written: to do it again would do it twice.
    AnswerLost {
        /// What was done, and to what.
        done: String,
        /// Why there is no answer.
        error: String,
    },
    /// Anything else.
    Other(String),
}

/// What a script reads.
#[derive(Serialize)]
struct Document<'a> {
    error: Fields<'a>,
}

#[derive(Serialize)]
struct Fields<'a> {
    kind: &'static str,
    message: &'a str,
    operation: Option<&'static str>,
    bank_status: Option<u16>,
    bank_codes: &'a [String],
}

impl Failure {
    /// A setting that the command needs and nobody gave.
    pub(crate) fn missing(what: &str, flag: &str, variable: &str) -> Self {
        Self::Usage(format!(
            "{what} is missing: give {flag} or set the environment variable {variable}"
        ))
    }

    /// The exit code; the contract with scripts.
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Invalid(_) => 2,
            Self::Callback(_) | Self::TooLong(_) => 4,
            Self::AnswerLost { .. } => 6,
            Self::NotUnderstood(_) | Self::Other(_) => 1,
            Self::Gateway(error) | Self::Advised(error, _) => match error.kind() {
                Kind::Invalid => 2,
                Kind::Refused | Kind::NotFound | Kind::RateLimited => 3,
                Kind::NotAuthorised => 4,
                Kind::Unreachable | Kind::Unavailable => 5,
                Kind::OutcomeUnknown => 6,
                Kind::Undecodable | Kind::Unsupported => 1,
            },
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Invalid(_) => Kind::Invalid.as_str(),
            Self::Callback(_) | Self::TooLong(_) | Self::NotUnderstood(_) => "callback",
            Self::Gateway(error) | Self::Advised(error, _) => error.kind().as_str(),
            Self::AnswerLost { .. } => "answer_lost",
            Self::Other(_) => "other",
        }
    }

    const fn gateway(&self) -> Option<&GatewayError> {
        match self {
            Self::Gateway(error) | Self::Advised(error, _) => Some(error),
            Self::Usage(_)
            | Self::Invalid(_)
            | Self::Callback(_)
            | Self::TooLong(_)
            | Self::NotUnderstood(_)
            | Self::AnswerLost { .. }
            | Self::Other(_) => None,
        }
    }

    /// Tells it on stderr and gives the exit code.
    pub(crate) fn report(&self, format: Format) -> ExitCode {
        let gateway = self.gateway();
        let message = self.to_string();
        match format {
            Format::Json => output::error_line(&Document {
                error: Fields {
                    kind: self.kind(),
                    message: &message,
                    operation: gateway.map(GatewayError::operation),
                    bank_status: gateway.and_then(GatewayError::bank_status),
                    bank_codes: gateway.map_or(&[], GatewayError::bank_codes),
                },
            }),
            Format::Text => {
                output::complain(&format!("error: {message}"));
                // The deepest cause is the one that says what to mend: a name that doesn't resolve,
                // a certificate.
                if let Some(cause) = gateway.and_then(deepest_cause) {
                    output::complain(&format!("cause: {cause}"));
                }
            }
        }
        ExitCode::from(self.code())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::TooLong(text) | Self::Other(text) => f.write_str(text),
            Self::Invalid(error) => error.fmt(f),
            Self::Gateway(error) => error.fmt(f),
            Self::Advised(error, advice) => write!(f, "{error}; {advice}"),
            Self::Callback(error) => error.fmt(f),
            Self::NotUnderstood(error) => error.fmt(f),
            Self::AnswerLost { done, error } => {
                write!(
                    f,
                    "{done}; only the answer could not be written ({error}): don't do it again"
                )
            }
        }
    }
}

/// A cause that the message doesn't tell already: how the bank could not be reached.
fn deepest_cause(error: &GatewayError) -> Option<String> {
    if !matches!(error.kind(), Kind::Unreachable | Kind::Unavailable) {
        return None;
    }
    bottom(error)
}

/// What an error comes from in the end.
fn bottom(error: &dyn Error) -> Option<String> {
    let mut cause = error.source()?;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Some(cause.to_string())
}

impl From<Invalid> for Failure {
    fn from(error: Invalid) -> Self {
        Self::Invalid(error)
    }
}

impl From<GatewayError> for Failure {
    fn from(error: GatewayError) -> Self {
        Self::Gateway(error)
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Other(error.to_string())
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Address(_) => Self::Usage(error.to_string()),
            ConnectError::Database(_) => Self::Other(error.to_string()),
        }
    }
}

impl From<OrderError> for Failure {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Bank(error) => Self::Gateway(error),
            OrderError::Invalid(error) => Self::Invalid(error),
            OrderError::Ledger(error) => error.into(),
            OrderError::Busy
            | OrderError::Kept(_)
            | OrderError::NotFound
            | OrderError::Refused(_)
            | OrderError::Taken
            | OrderError::TooMany(_)
            | OrderError::Unclear(_) => Self::Other(error.to_string()),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Invalid(error) => Self::Usage(error.to_string()),
            // Which is where it says that there are no root certificates.
            error => Self::Other(match bottom(&error) {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            }),
        }
    }
}

/// Ends a run whose arguments could not be read, or that asked for help.
pub(crate) fn parsing(error: &clap::Error) -> ExitCode {
    if error.exit_code() != 0 && Format::asked_for() == Format::Json {
        let text = error.to_string();
        // The sentence, without the usage lines that clap puts after an empty one.
        let sentence = text.split("\n\n").next().unwrap_or(&text);
        let sentence = sentence.trim_start_matches("error: ");
        let words: Vec<&str> = sentence.split_whitespace().collect();
        return Failure::Usage(words.join(" ")).report(Format::Json);
    }
    // Nobody is left to tell when the terminal is gone.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}
