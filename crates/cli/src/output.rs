//! Answers on stdout, for people or for scripts.

use std::env;
use std::fmt::{self, Display};
use std::io::{self, ErrorKind, Write};

use clap::ValueEnum;
use comfy_table::{Cell, Row, Table, presets};
use inbank::Money;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::exit::Failure;
use crate::{progress, terminal};

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
        Format::Text => Ok(terminal::kept_within(answer.to_string(), terminal::width())),
        Format::Json => serde_json::to_string(answer).map_err(|error| {
            Failure::other(
                format!("the answer can't be written: {error}"),
                "report it: this is a fault of ours",
            )
        }),
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
        written => written.map_err(|error| stdout_full(&error)),
    }
}

fn write_line(to: &mut impl Write, text: &str) -> io::Result<()> {
    progress::end();
    to.write_all(text.trim_end_matches('\n').as_bytes())?;
    to.write_all(b"\n")?;
    to.flush()
}

/// Writes one answer of many. Whether anybody reads them any more.
pub(crate) fn shown(format: Format, answer: &(impl Serialize + Display)) -> Result<bool, Failure> {
    match write_line(&mut io::stdout().lock(), &shaped(format, answer)?) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(stdout_full(&error)),
    }
}

/// Writes the empty line between two answers for people. Whether anybody reads them any more.
pub(crate) fn apart() -> Result<bool, Failure> {
    match write_line(&mut io::stdout().lock(), "") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(stdout_full(&error)),
    }
}

/// What to say where stdout takes nothing. One that was closed from the start is not told from a full one, nor seen
/// at all: Rust's runtime opens `/dev/null` in its place before anything of ours runs.
pub(crate) fn stdout_full(error: &io::Error) -> Failure {
    Failure::other(
        format!("stdout: {error}"),
        "make room where the answer goes, and run it again",
    )
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
    facts_within(f, facts, terminal::width())
}

/// The columns of a usual terminal.
const ROOMY: usize = 80;

fn facts_within(
    f: &mut impl fmt::Write,
    facts: &[(&str, Option<String>)],
    limit: Option<usize>,
) -> fmt::Result {
    // Where there is room, the values of a command stand in the same place whatever is known.
    let roomy = limit.is_none_or(|limit| limit >= ROOMY);
    let counted = facts.iter().filter(|(_, value)| roomy || value.is_some());
    let width = counted.map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or_default();
    for (name, value) in facts {
        if let Some(value) = value {
            terminal::beside(f, &format!("{name:width$}  "), value, limit)?;
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

/// A table, or its rows as facts under each other where the terminal is too narrow for it.
pub(crate) fn fitted(table: &Table) -> String {
    fitted_to(table, terminal::width())
}

fn fitted_to(table: &Table, limit: Option<usize>) -> String {
    let whole = table.to_string();
    let widest = whole.lines().map(|line| line.chars().count()).max();
    if limit.is_none_or(|limit| widest.unwrap_or_default() <= limit) {
        return whole;
    }
    let cells = |row: &Row| row.cell_iter().map(Cell::content).collect::<Vec<_>>();
    let names = table.header().map(cells).unwrap_or_default();
    let mut text = String::new();
    for (n, row) in table.row_iter().enumerate() {
        let values = cells(row);
        let cells = names.iter().zip(values);
        let facts: Vec<_> = cells
            .map(|(name, value)| (name.as_str(), (!value.is_empty()).then_some(value)))
            .collect();
        if n > 0 {
            text.push('\n');
        }
        // Writing to a `String` does not fail.
        let _ = facts_within(&mut text, &facts, limit);
    }
    text
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

/// A moment for people, to the second.
pub(crate) fn to_the_second(moment: &str) -> String {
    match moment.split_once('.') {
        Some((second, rest)) => {
            let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            format!("{second}{zone}")
        }
        None => moment.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_for_the_terminal_stands_under_each_other() {
        let mut table = table();
        table.set_header(["Shop", "Order", "", "Look at"]);
        let why = "the bank says paid, and the amount is another one";
        table.add_row(["main", "1001", "declined", ""]);
        table.add_row(["main", "1002", "", why]);
        assert_eq!(fitted_to(&table, None), table.to_string());
        assert_eq!(fitted_to(&table, Some(200)), table.to_string());
        let narrow = fitted_to(&table, Some(40));
        assert!(
            narrow.lines().all(|line| line.chars().count() <= 40),
            "{narrow}"
        );
        let expected = "Shop   main\nOrder  1001\n       declined\n\nShop     main\n\
            Order    1002\nLook at  the bank says paid, and the\n         amount is another one\n";
        assert_eq!(narrow, expected);
    }

    #[test]
    fn moments_for_people_end_with_the_second() {
        for (moment, read) in [
            ("2026-11-27T18:04:29.686885Z", "2026-11-27T18:04:29Z"),
            ("2026-11-27T18:04:29Z", "2026-11-27T18:04:29Z"),
            ("2026-11-27T20:04:29.6+02:00", "2026-11-27T20:04:29+02:00"),
        ] {
            assert_eq!(to_the_second(moment), read);
        }
    }

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
