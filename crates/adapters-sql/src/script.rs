//! Statements that both engines have, written once: values are `$1`, `$2` …, the first being the caller's time, and `@now` is the time
//! that decides.

use std::sync::OnceLock;

use async_trait::async_trait;
#[cfg(feature = "service")]
use inbank_domain::OrderKey;
use inbank_domain::ShopName;
use inbank_ports::LedgerError;
use time::OffsetDateTime;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::moment::{micros, span};
use crate::row::{Columns, Cursor};

/// Whose SQL, and whose time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dialect {
    #[cfg(feature = "sqlite")]
    Sqlite,
    #[cfg(feature = "postgres")]
    ServersClock,
    #[cfg(feature = "postgres")]
    CallersClock,
}

impl Dialect {
    fn spell(self, common: &str) -> String {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite => common.replace("@now", "$1").replace('$', "?"),
            // Stays the same during a statement, so that an index may be asked by it.
            #[cfg(feature = "postgres")]
            Self::ServersClock => common.replace(
                "@now",
                "CAST(extract(epoch FROM statement_timestamp()) * 1000000 AS bigint)",
            ),
            #[cfg(feature = "postgres")]
            Self::CallersClock => common.replace("@now", "$1"),
        }
    }
}

/// The text of a statement.
pub(crate) struct Text {
    common: fn() -> String,
    spelled: [OnceLock<String>; 3],
}

impl Text {
    pub(crate) const fn new(common: fn() -> String) -> Self {
        Self {
            common,
            spelled: [const { OnceLock::new() }; 3],
        }
    }

    fn spelled(&'static self, dialect: Dialect) -> &'static str {
        let spelled = &self.spelled[dialect as usize % self.spelled.len()];
        spelled.get_or_init(|| dialect.spell(&(self.common)()))
    }
}

/// What a value is given, and what a column holds.
#[derive(Clone, Debug)]
pub(crate) enum Cell {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// What can be a statement's value.
pub(crate) trait IntoCell {
    fn cell(self) -> Cell;
}

impl IntoCell for i64 {
    fn cell(self) -> Cell {
        Cell::Number(Some(self))
    }
}

impl IntoCell for u32 {
    fn cell(self) -> Cell {
        Cell::Number(Some(self.into()))
    }
}

impl IntoCell for u64 {
    fn cell(self) -> Cell {
        Cell::Number(Some(self.cast_signed()))
    }
}

impl IntoCell for OffsetDateTime {
    fn cell(self) -> Cell {
        Cell::Number(Some(micros(self)))
    }
}

impl IntoCell for std::time::Duration {
    fn cell(self) -> Cell {
        Cell::Number(Some(span(self)))
    }
}

impl IntoCell for Option<i64> {
    fn cell(self) -> Cell {
        Cell::Number(self)
    }
}

impl IntoCell for &str {
    fn cell(self) -> Cell {
        Some(self).cell()
    }
}

impl IntoCell for Option<&str> {
    fn cell(self) -> Cell {
        // PostgreSQL has no text with a character 0.
        Cell::Text(self.map(|text| text.replace('\0', "\u{fffd}")))
    }
}

impl IntoCell for &[u8] {
    fn cell(self) -> Cell {
        Some(self).cell()
    }
}

impl IntoCell for Option<&[u8]> {
    fn cell(self) -> Cell {
        Cell::Bytes(self.map(<[u8]>::to_vec))
    }
}

impl IntoCell for &ShopName {
    fn cell(self) -> Cell {
        self.as_str().cell()
    }
}

/// A statement with its values.
pub(crate) struct Statement {
    text: &'static Text,
    values: Vec<Cell>,
    guards: bool,
}

impl Statement {
    /// With the caller's time as its first value.
    pub(crate) fn new(text: &'static Text, now: OffsetDateTime) -> Self {
        Self {
            text,
            values: vec![now.cell()],
            guards: false,
        }
    }

    pub(crate) fn with(mut self, value: impl IntoCell) -> Self {
        self.values.push(value.cell());
        self
    }

    /// With an order's shop and reference.
    #[cfg(feature = "service")]
    pub(crate) fn of(self, key: &OrderKey) -> Self {
        self.with(&key.shop).with(key.reference.as_str())
    }

    /// Where it finds no row, the script is not done, and what was done of it is taken back.
    #[cfg(feature = "service")]
    pub(crate) fn guarding(mut self) -> Self {
        self.guards = true;
        self
    }

    pub(crate) fn text(&self, dialect: Dialect) -> &'static str {
        self.text.spelled(dialect)
    }

    pub(crate) fn values(&self) -> &[Cell] {
        &self.values
    }

    pub(crate) const fn guards(&self) -> bool {
        self.guards
    }
}

/// A row of an answer.
pub(crate) struct Cells(pub(crate) Vec<Cell>);

/// The rows of each statement.
pub(crate) type Answers = Vec<Vec<Cells>>;

impl Cells {
    fn at(&self, at: usize) -> Result<&Cell, Failure> {
        self.0.get(at).ok_or_else(odd)
    }

    pub(crate) fn cursor(&self) -> Cursor<'_, Self> {
        Cursor::at(self, 0)
    }
}

/// SQLite doesn't say of an empty column what it could hold.
impl Columns for Cells {
    fn text(&self, at: usize) -> Result<Option<&str>, Failure> {
        match self.at(at)? {
            Cell::Text(text) => Ok(text.as_deref()),
            Cell::Number(None) | Cell::Bytes(None) => Ok(None),
            Cell::Number(Some(_)) | Cell::Bytes(Some(_)) => Err(odd()),
        }
    }

    fn number(&self, at: usize) -> Result<Option<i64>, Failure> {
        match self.at(at)? {
            Cell::Number(number) => Ok(*number),
            Cell::Text(None) | Cell::Bytes(None) => Ok(None),
            Cell::Text(Some(_)) | Cell::Bytes(Some(_)) => Err(odd()),
        }
    }

    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, Failure> {
        match self.at(at)? {
            Cell::Bytes(bytes) => Ok(bytes.as_deref()),
            Cell::Number(None) | Cell::Text(None) => Ok(None),
            Cell::Number(Some(_)) | Cell::Text(Some(_)) => Err(odd()),
        }
    }
}

fn odd() -> Failure {
    Failure::unreadable("a column holds something else than it should")
}

/// What has such statements.
#[async_trait]
pub(crate) trait Scripted: Send + Sync {
    /// Does a script in one transaction, durably; none where a statement that guards found nothing.
    async fn script(&self, script: Vec<Statement>) -> Result<Option<Answers>, LedgerError>;

    /// The rows of a statement that only reads.
    async fn look(&self, statement: Statement) -> Result<Vec<Cells>, LedgerError>;

    /// How errors name the database.
    fn place(&self) -> String;
}

/// What a row says, read.
pub(crate) fn understood<T>(of: &dyn Scripted, read: Result<T, Failure>) -> Result<T, LedgerError> {
    read.map_err(|failure| failure.at(&of.place()))
}

impl Engine {
    pub(crate) fn scripted(&self) -> &dyn Scripted {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref sqlite) => sqlite.as_ref(),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref postgres) => postgres.as_ref(),
        }
    }
}

#[cfg(feature = "service")]
impl Engine {
    pub(crate) async fn script(
        &self,
        script: Vec<Statement>,
    ) -> Result<Option<Answers>, LedgerError> {
        self.scripted().script(script).await
    }

    pub(crate) async fn look(&self, statement: Statement) -> Result<Vec<Cells>, LedgerError> {
        self.scripted().look(statement).await
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn place(&self) -> String {
        self.scripted().place()
    }

    pub(crate) fn understood<T>(&self, read: Result<T, Failure>) -> Result<T, LedgerError> {
        understood(self.scripted(), read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(feature = "sqlite", feature = "postgres"))]
    fn a_statement_is_spelled_for_each_database_and_clock() {
        static TEXT: Text = Text::new(|| "SELECT $2 WHERE due_at <= @now".to_owned());
        assert_eq!(
            TEXT.spelled(Dialect::Sqlite),
            "SELECT ?2 WHERE due_at <= ?1"
        );
        let callers = TEXT.spelled(Dialect::CallersClock);
        assert_eq!(callers, "SELECT $2 WHERE due_at <= $1");
        assert!(
            TEXT.spelled(Dialect::ServersClock)
                .contains("statement_timestamp()")
        );
    }
}
