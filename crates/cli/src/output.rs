//! Answers on stdout, for people or for scripts.

use std::env;
use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;
use comfy_table::{Table, presets};
use inbank::Money;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::exit::Failure;

/// For whom an answer is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned lines for people.
    #[default]
    Text,
    /// One JSON document for scripts.
    Json,
}

impl Format {
    /// What the command line asks for, told before it can be read as a whole: its errors are to be
    /// in that format too.
    pub(crate) fn asked_for() -> Self {
        let mut asked = env::var("INBANK_OUTPUT").ok();
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == "--output" {
                asked = arguments.next();
            } else if let Some(value) = argument.strip_prefix("--output=") {
                asked = Some(value.to_owned());
            }
        }
        match asked.as_deref() {
            Some("json") => Self::Json,
            _ => Self::Text,
        }
    }
}

/// Writes a command's answer: its `Display` for people, its fields for scripts.
pub(crate) fn answer(format: Format, answer: &(impl Serialize + Display)) -> Result<(), Failure> {
    line(&shaped(format, answer)?)
}

/// The same of what changed something at the bank: where stdout can't take it, even since its reader is gone,
/// `done` says on stderr what was done and to what, so that nobody does it again.
pub(crate) fn done(
    format: Format,
    answer: &(impl Serialize + Display),
    done: impl Display,
) -> Result<(), Failure> {
    let lost = |error: String| Failure::AnswerLost {
        done: done.to_string(),
        error,
    };
    let text = shaped(format, answer).map_err(|error| lost(error.to_string()))?;
    write_line(&mut io::stdout().lock(), &text).map_err(|error| lost(format!("stdout: {error}")))
}

fn shaped(format: Format, answer: &(impl Serialize + Display)) -> Result<String, Failure> {
    match format {
        Format::Text => Ok(answer.to_string()),
        Format::Json => serde_json::to_string(answer)
            .map_err(|error| Failure::Other(format!("the answer can't be written: {error}"))),
    }
}

/// The answer of what was done: `{}` for scripts, since that it was done is the exit code's to say.
#[derive(Serialize)]
pub(crate) struct Done {
    #[serde(skip)]
    sentence: String,
}

impl Done {
    /// With the sentence that people read.
    pub(crate) fn with(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
        }
    }
}

impl Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// Writes text to stdout, with a line break unless it has one.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    match write_line(&mut io::stdout().lock(), text) {
        // The reader, such as `head`, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Failure::Other(format!("stdout: {error}"))),
    }
}

fn write_line(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.trim_end_matches('\n').as_bytes())?;
    to.write_all(b"\n")?;
    to.flush()
}

/// Writes an error document to stderr.
pub(crate) fn error_line(document: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(document) {
        complain(&text);
    }
}

/// Writes a line to stderr. Where nobody reads it any more or a disk is full, the exit code alone is left to
/// tell; `eprintln` would panic, and take that as well.
pub(crate) fn complain(text: &str) {
    let _ = write_line(&mut io::stderr().lock(), text);
}

/// Writes facts under each other, names to the left; what is not known is left out.
pub(crate) fn facts(f: &mut fmt::Formatter<'_>, facts: &[(&str, Option<String>)]) -> fmt::Result {
    let names = facts.iter().map(|(name, _)| name.chars().count());
    let width = names.max().unwrap_or_default();
    for (name, value) in facts {
        if let Some(value) = value {
            writeln!(f, "{name:width$}  {value}")?;
        }
    }
    Ok(())
}

/// An empty table with a frame and a line under its header, and none between its rows.
pub(crate) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table
}

/// An amount for scripts: the digits as they are, without the currency.
pub(crate) fn amount(money: Money) -> String {
    money.amount().to_string()
}

/// An amount for people: `499.9` as `499.90`. Nothing is rounded: the bank has more than two decimals.
pub(crate) fn readable(amount: &str) -> String {
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, ""));
    format!("{whole}.{:0<2}", fraction.trim_end_matches('0'))
}

/// A moment, for people and scripts: RFC 3339.
pub(crate) fn moment(at: OffsetDateTime) -> String {
    // Fails only for years that RFC 3339 can't write.
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_for_people_have_two_decimals_or_as_many_as_it_takes() {
        for (amount, read) in [
            ("10", "10.00"),
            ("10.0", "10.00"),
            ("499.9", "499.90"),
            ("31.3167", "31.3167"),
            ("-0.50", "-0.50"),
        ] {
            assert_eq!(readable(amount), read);
        }
    }
}
