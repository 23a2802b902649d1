//! Scripts of statements that both engines have.

use async_trait::async_trait;
use inbank_ports::LedgerError;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql};

use super::Sqlite;
use super::connection::{Done, rows};
use super::queue::Priority::Second;
use crate::failure::Failure;
use crate::script::{Answers, Cell, Cells, Dialect, Scripted, Statement};

#[async_trait]
impl Scripted for Sqlite {
    async fn script(&self, script: Vec<Statement>) -> Result<Option<Answers>, LedgerError> {
        self.writer.run(Second, move |c| run(c, &script)).await
    }

    async fn look(&self, statement: Statement) -> Result<Vec<Cells>, LedgerError> {
        self.readers.run(move |c| one(c, &statement)).await
    }

    fn place(&self) -> String {
        self.file.place()
    }
}

fn run(connection: &Connection, script: &[Statement]) -> Result<Done<Option<Answers>>, Failure> {
    let mut answers = Answers::new();
    for (n, statement) in script.iter().enumerate() {
        let rows = one(connection, statement)?;
        if statement.guards() && rows.is_empty() {
            // The first has changed nothing, so there is nothing to be taken back.
            return Ok(if n == 0 {
                Done::Keep(None)
            } else {
                Done::Undo(None)
            });
        }
        answers.push(rows);
    }
    Ok(Done::Keep(Some(answers)))
}

fn one(connection: &Connection, statement: &Statement) -> Result<Vec<Cells>, Failure> {
    let sql = statement.text(Dialect::Sqlite);
    // SQLite numbers what a text names, and takes no more values than that.
    let named = connection.prepare_cached(sql)?.parameter_count();
    let values = statement.values().iter().take(named);
    let values: Vec<&dyn ToSql> = values.map(|value| value as &dyn ToSql).collect();
    rows(connection, sql, &values, cells)
}

fn cells(row: &Row<'_>) -> Result<Cells, Failure> {
    let mut cells = Vec::new();
    while let Ok(value) = row.get_ref(cells.len()) {
        cells.push(match value {
            ValueRef::Null => Cell::Number(None),
            ValueRef::Integer(number) => Cell::Number(Some(number)),
            ValueRef::Text(text) => {
                let text = std::str::from_utf8(text).map_err(|_| odd())?;
                Cell::Text(Some(text.to_owned()))
            }
            ValueRef::Blob(bytes) => Cell::Bytes(Some(bytes.to_vec())),
            ValueRef::Real(_) => return Err(odd()),
        });
    }
    Ok(Cells(cells))
}

fn odd() -> Failure {
    Failure::unreadable("a column holds something else than it should")
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Number(Some(number)) => ValueRef::Integer(*number),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Number(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}
