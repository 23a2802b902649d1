//! How a command ends: the exit code, and the error on stderr.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use inbank::http::SettingsError;
use inbank::ports::{
    CallbackError, GatewayError, GatewayErrorKind as Kind, LedgerError, LedgerErrorKind,
    NotUnderstood,
};
use inbank::sql::ConnectError;
use inbank::{Invalid, OrderError};
use serde::Serialize;

use crate::commands::SandboxError;
use crate::output::{self, Format};
use crate::settings::Setting;

/// Why a command was not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The flags or the settings don't do; nothing was sent.
    Usage(Told),
    /// A value breaks a rule of the guides; nothing was sent.
    Invalid(Invalid),
    /// The bank gave no usable answer.
    Gateway(GatewayError),
    /// The same as `Gateway`, with what to do besides.
    Advised(GatewayError, &'static str),
    /// The callback is not taken.
    Callback(CallbackError),
    /// The same, where each step was shown.
    Explained(CallbackError),
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
    /// The sandbox's controls did not do it.
    Sandbox(SandboxError),
    /// Anything else.
    Other(Told),
}

/// A problem, and what to do about it.
#[derive(Debug)]
pub(crate) struct Told {
    problem: String,
    next: Cow<'static, str>,
}

impl Told {
    fn new(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self {
            problem: problem.into(),
            next: next.into(),
        }
    }
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
    /// What to do about it.
    next: &'a str,
}

impl Failure {
    /// Settings that the command needs and nobody gave; at least one.
    pub(crate) fn missing(settings: &[Setting]) -> Self {
        let listed = |name: fn(&Setting) -> &'static str| {
            let mut names: Vec<_> = settings.iter().map(name).collect();
            match names.pop() {
                Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
                last => last.unwrap_or_default().to_owned(),
            }
        };
        let what = listed(|setting| setting.what);
        let flags = listed(|setting| setting.flag);
        let variables = listed(|setting| setting.variable);
        if settings.len() > 1 {
            return Self::usage(
                format!("{what} are missing"),
                format!(
                    "give {flags}, or set {variables}; `inbank sandbox` prints those of a bank to try"
                ),
            );
        }
        Self::usage(
            format!("{what} is missing"),
            format!("give {flags} or set the environment variable {variables}"),
        )
    }

    /// Wrong flags or settings, and what to give instead.
    pub(crate) fn usage(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Usage(Told::new(problem, next))
    }

    /// Anything else, and what to do about it.
    pub(crate) fn other(problem: impl Into<String>, next: impl Into<Cow<'static, str>>) -> Self {
        Self::Other(Told::new(problem, next))
    }

    /// The exit code; the contract with scripts.
    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Invalid(_) => 2,
            Self::Callback(_) | Self::Explained(_) | Self::TooLong(_) => 4,
            Self::AnswerLost { .. } => 6,
            Self::NotUnderstood(_) | Self::Other(_) => 1,
            Self::Sandbox(error) => error.code(),
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
            Self::Callback(_) | Self::Explained(_) | Self::TooLong(_) | Self::NotUnderstood(_) => {
                "callback"
            }
            Self::Gateway(error) | Self::Advised(error, _) => error.kind().as_str(),
            Self::AnswerLost { .. } => "answer_lost",
            Self::Sandbox(error) => error.kind(),
            Self::Other(_) => "other",
        }
    }

    /// What to do about it: each failure has something.
    pub(crate) fn next(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Usage(told) | Self::Other(told) => &told.next,
            Self::Invalid(_) => "correct that value and run the command again",
            Self::Gateway(error) => return next_about(error),
            Self::Advised(_, advice) => advice,
            Self::Callback(_) => {
                "see which step fails with `inbank callback verify --explain`, given the raw body"
            }
            Self::Explained(_) => {
                "mend what the step that failed names, and verify the next callback"
            }
            Self::TooLong(_) => {
                "pass the raw body of one callback and nothing else; the bank's have a few hundred bytes"
            }
            Self::NotUnderstood(_) => {
                "nothing is lost, since a callback only has the bank read; report what its message has"
            }
            Self::AnswerLost { .. } => {
                "note what was done, and look at it with the `show` of that command"
            }
            Self::Sandbox(error) => error.next(),
        })
    }

    const fn gateway(&self) -> Option<&GatewayError> {
        match self {
            Self::Gateway(error) | Self::Advised(error, _) => Some(error),
            Self::Usage(_)
            | Self::Invalid(_)
            | Self::Callback(_)
            | Self::Explained(_)
            | Self::TooLong(_)
            | Self::NotUnderstood(_)
            | Self::AnswerLost { .. }
            | Self::Sandbox(_)
            | Self::Other(_) => None,
        }
    }

    /// Tells it on stderr and gives the exit code.
    pub(crate) fn report(&self, format: Format) -> ExitCode {
        let gateway = self.gateway();
        let (message, next) = (self.to_string(), self.next());
        match format {
            Format::Json => output::error_line(&Document {
                error: Fields {
                    kind: self.kind(),
                    message: &message,
                    operation: gateway.map(GatewayError::operation),
                    bank_status: gateway.and_then(GatewayError::bank_status),
                    bank_codes: gateway.map_or(&[], GatewayError::bank_codes),
                    next: &next,
                },
            }),
            Format::Text => {
                output::complain(&format!("error: {message}"));
                // The deepest cause is the one that says what to mend: a name that doesn't resolve,
                // a certificate.
                if let Some(cause) = gateway.and_then(deepest_cause) {
                    output::complain(&format!("cause: {cause}"));
                }
                output::complain(&format!("next: {next}"));
            }
        }
        ExitCode::from(self.code())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(told) | Self::Other(told) => f.write_str(&told.problem),
            Self::TooLong(text) => f.write_str(text),
            Self::Sandbox(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
            Self::Gateway(error) | Self::Advised(error, _) => error.fmt(f),
            Self::Callback(error) | Self::Explained(error) => error.fmt(f),
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

/// What to do about a call that gave no answer.
fn next_about(error: &GatewayError) -> Cow<'static, str> {
    let next = match error.kind() {
        Kind::Invalid => "correct what is named; nothing was sent",
        Kind::NotAuthorised => "run `inbank doctor`, which says which of the settings is wrong",
        Kind::NotFound => {
            "check the identifier, and that --shop, --environment and --base-url are those it was made with"
        }
        Kind::OutcomeUnknown => {
            "read it first (`inbank session show`, `application show`, `contract show`), and send nothing again before you know"
        }
        Kind::RateLimited => match error.retry_after() {
            Some(wait) => return format!("run it again in {} s", wait.as_secs()).into(),
            None => "run it again in a minute",
        },
        Kind::Refused => "correct what the bank's codes name, and run it again",
        Kind::Undecodable => "run it again; if it stays, report the operation and what is named",
        Kind::Unavailable => "run it again later; `inbank doctor` says when the bank answers",
        Kind::Unreachable => {
            "check --base-url, the network and any proxy with `inbank doctor`, and run it again"
        }
        Kind::Unsupported => "choose a --region or an --api-version that has it",
    };
    next.into()
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
        let next = match error.kind() {
            LedgerErrorKind::Unavailable => {
                "see that the database runs and has room, and run the command again"
            }
            LedgerErrorKind::Forbidden => {
                "use an account that may, or run `inbank ledger migrate` with one"
            }
            LedgerErrorKind::Unreadable => {
                "use the version that the platform runs; `inbank ledger check` names what can't be read"
            }
        };
        Self::other(error.to_string(), next)
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Address(_) => Self::usage(
                error.to_string(),
                "set DATABASE_URL or --database to `sqlite:FILE` or `postgres://…`",
            ),
            ConnectError::Database(_) => {
                let next = match error.kind().unwrap_or(LedgerErrorKind::Unavailable) {
                    LedgerErrorKind::Unavailable => {
                        "see that the database runs, has room, and can be reached from here, and run the command again"
                    }
                    LedgerErrorKind::Forbidden => "run it as the account that the platform runs as",
                    LedgerErrorKind::Unreadable => {
                        "name the platform's ledger by DATABASE_URL or --database; `inbank ledger migrate` makes its tables, or brings them up to date"
                    }
                };
                Self::other(error.to_string(), next)
            }
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
            | OrderError::Unclear(_) => Self::other(
                error.to_string(),
                "look at the order with `inbank order show`, and try again when it allows that",
            ),
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Invalid(error) => Self::usage(
                error.to_string(),
                "correct that setting; `inbank --help` lists them",
            ),
            // Which is where it says that there are no root certificates.
            error => Self::other(
                match bottom(&error) {
                    Some(cause) => format!("{error}: {cause}"),
                    None => error.to_string(),
                },
                "install the system's root certificates (`ca-certificates`), and run it again",
            ),
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
        let next = "see what it takes with --help behind the command";
        return Failure::usage(words.join(" "), next).report(Format::Json);
    }
    match error.print() {
        // Help that nobody can read is none; where the reader has seen enough, or stderr is gone, all is said.
        Err(full) if !error.use_stderr() && full.kind() != ErrorKind::BrokenPipe => {
            output::stdout_full(&full).report(Format::asked_for())
        }
        _ => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_do_next() {
        let gateway = [
            Kind::Invalid,
            Kind::NotAuthorised,
            Kind::NotFound,
            Kind::OutcomeUnknown,
            Kind::RateLimited,
            Kind::Refused,
            Kind::Undecodable,
            Kind::Unavailable,
            Kind::Unreachable,
            Kind::Unsupported,
        ]
        .map(|kind| Failure::from(GatewayError::new(kind, "session.show")));
        let ledger = [
            LedgerErrorKind::Unavailable,
            LedgerErrorKind::Forbidden,
            LedgerErrorKind::Unreadable,
        ]
        .map(|kind| Failure::from(LedgerError::new(kind)));
        let busy = GatewayError::new(Kind::RateLimited, "session.open");
        let busy = busy.with_retry_after(Some(std::time::Duration::from_secs(7)));
        assert_eq!(Failure::from(busy).next(), "run it again in 7 s");
        let others = [
            Failure::missing(&[Setting::REGION]),
            Failure::missing(&[Setting::REGION, Setting::KEY]),
            Failure::from(Invalid::new("amount", "must be positive")),
            Failure::TooLong("too long".to_owned()),
            Failure::AnswerLost {
                done: "done".to_owned(),
                error: "full".to_owned(),
            },
        ];
        let sandbox = SandboxError::every().into_iter().map(Failure::Sandbox);
        let all = gateway.into_iter().chain(ledger).chain(others);
        for failure in all.chain(sandbox) {
            let (message, next) = (failure.to_string(), failure.next());
            assert!(next.split(' ').count() > 2, "{failure:?}: {next}");
            assert!(!message.contains(&*next), "said twice: {message}");
        }
    }
}
