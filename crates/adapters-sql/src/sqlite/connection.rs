//! Connections, and statements on them.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, Row, ToSql};

use super::file::DatabaseFile;
use crate::failure::Failure;
use crate::row::{Columns, Value};

/// What becomes of what was written.
pub(super) enum Done<T> {
    Keep(T),
    /// It is taken back, and this is the answer.
    Undo(T),
}

/// A writer of another process is waited for as long.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// So long SQLite waits by itself.
const BUSY: Duration = Duration::from_secs(1);
/// The log is cut back to this when it is emptied.
pub(super) const LOG_LIMIT: u64 = 64 << 20;
/// Pages in the log after which they are moved into the file.
const CHECKPOINT: u32 = 4000;
/// Kilobytes of pages that the writer keeps, a quarter of what SQLite would: measured, more made nothing faster, since the system keeps them
/// too, and this is what a process grows by as its ledger does.
const CACHE: u32 = 512;
/// Texts of statements that are kept ready.
const STATEMENTS: usize = 64;

pub(super) fn open_writer(file: &DatabaseFile) -> Result<Connection, Failure> {
    let connection = open(file, file.create)?;
    if connection.is_readonly("main")? {
        return Err(Failure::forbidden(
            "the file is read-only to the account that this program runs as",
        ));
    }
    // Whoever is first makes it a WAL file, for good. SQLite doesn't wait for others who are just doing the same.
    patiently(|| {
        let mode = connection.query_row("PRAGMA journal_mode = WAL", [], |row| {
            row.get::<_, String>(0)
        })?;
        Ok(if mode == "wal" {
            Ok(())
        } else {
            Err(Failure::unavailable(
                "the file can't have a write-ahead log; is it on a network file system?",
            ))
        })
    })??;
    connection.execute_batch(&format!(
        "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; \
         PRAGMA cache_size = -{CACHE}; PRAGMA wal_autocheckpoint = {CHECKPOINT}; PRAGMA journal_size_limit = {LOG_LIMIT}"
    ))?;
    Ok(connection)
}

pub(super) fn open_reader(file: &DatabaseFile) -> Result<Connection, Failure> {
    let connection = open(file, false)?;
    connection.execute_batch("PRAGMA query_only = ON")?;
    Ok(connection)
}

fn open(file: &DatabaseFile, create: bool) -> Result<Connection, Failure> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let connection = Connection::open_with_flags(&file.path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Does something again while another process is writing.
pub(super) fn patiently<T>(
    mut work: impl FnMut() -> Result<T, rusqlite::Error>,
) -> Result<T, rusqlite::Error> {
    let started = Instant::now();
    loop {
        match work() {
            Err(error) if is_busy(&error) && started.elapsed() < PATIENCE => {
                // Mostly SQLite has waited already; of some things it says at once that they are busy.
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// A statement that is prepared once.
pub(super) fn statement<'c>(
    connection: &'c Connection,
    sql: &str,
) -> Result<CachedStatement<'c>, Failure> {
    Ok(connection.prepare_cached(sql)?)
}

/// How many rows a statement has changed.
pub(super) fn execute(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
) -> Result<usize, Failure> {
    Ok(statement(connection, sql)?.execute(parameters)?)
}

/// What each row of an answer is read as.
pub(super) fn rows<T>(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = statement(connection, sql)?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The same of an answer with one row at the most.
pub(super) fn row<T>(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
    read: impl FnOnce(&Row<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let mut statement = statement(connection, sql)?;
    let mut rows = statement.query(parameters)?;
    rows.next()?.map(read).transpose()
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Number(Some(number)) => ToSqlOutput::from(*number),
            Self::Text(Some(text)) => ToSqlOutput::from(text.as_ref()),
            Self::Number(None) | Self::Text(None) => ToSqlOutput::Borrowed(ValueRef::Null),
        })
    }
}

impl Columns for Row<'_> {
    fn text(&self, at: usize) -> Result<Option<&str>, Failure> {
        match self.get_ref(at)? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => std::str::from_utf8(text).map(Some).map_err(|_| odd()),
            ValueRef::Blob(_) | ValueRef::Integer(_) | ValueRef::Real(_) => Err(odd()),
        }
    }

    fn number(&self, at: usize) -> Result<Option<i64>, Failure> {
        match self.get_ref(at)? {
            ValueRef::Null => Ok(None),
            ValueRef::Integer(number) => Ok(Some(number)),
            ValueRef::Blob(_) | ValueRef::Text(_) | ValueRef::Real(_) => Err(odd()),
        }
    }

    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, Failure> {
        match self.get_ref(at)? {
            ValueRef::Null => Ok(None),
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            ValueRef::Integer(_) | ValueRef::Text(_) | ValueRef::Real(_) => Err(odd()),
        }
    }
}

fn odd() -> Failure {
    Failure::unreadable("a column holds something else than it should")
}
