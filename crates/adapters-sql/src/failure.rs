use inbank_ports::{LedgerError, LedgerErrorKind};
use thiserror::Error;

/// What failed, without the values: PostgreSQL's details repeat whole rows, and callers log sources.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: LedgerErrorKind,
    cause: String,
    #[cfg(feature = "postgres")]
    after: After,
}

/// What a failure says of the connection that it came from.
#[cfg(feature = "postgres")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum After {
    #[default]
    Usable,
    /// Another transaction got in the way: nothing was done, and the same may be done again at once.
    InTheWay,
    Lost,
}

#[derive(Debug, Error)]
#[error("{0}")]
struct Cause(String);

impl Failure {
    pub(crate) fn unavailable(cause: impl Into<String>) -> Self {
        Self::new(LedgerErrorKind::Unavailable, cause)
    }

    pub(crate) fn unreadable(cause: impl Into<String>) -> Self {
        Self::new(LedgerErrorKind::Unreadable, cause)
    }

    pub(crate) fn forbidden(cause: impl Into<String>) -> Self {
        Self::new(LedgerErrorKind::Forbidden, cause)
    }

    fn new(kind: LedgerErrorKind, cause: impl Into<String>) -> Self {
        Self {
            kind,
            cause: cause.into(),
            #[cfg(feature = "postgres")]
            after: After::default(),
        }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn may_be_retried(&self) -> bool {
        self.after == After::InTheWay
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn is_connection_lost(&self) -> bool {
        self.after == After::Lost
    }

    #[cfg(feature = "postgres")]
    fn after(mut self, after: After) -> Self {
        self.after = after;
        self
    }

    pub(crate) const fn kind(&self) -> LedgerErrorKind {
        self.kind
    }

    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }

    /// The error, with where it happened.
    pub(crate) fn at(self, place: &str) -> LedgerError {
        LedgerError::new(self.kind).with_source(Cause(format!("{place}: {}", self.cause)))
    }
}

impl From<inbank_domain::Invalid> for Failure {
    fn from(invalid: inbank_domain::Invalid) -> Self {
        Self::unreadable(invalid.to_string())
    }
}

#[cfg(feature = "sqlite")]
impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error::{
            FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, SqliteFailure,
            Utf8Error,
        };
        match error {
            SqliteFailure(code, message) => {
                let cause = message.unwrap_or_else(|| code.to_string());
                Self::new(kind_of_sqlite(code.extended_code), cause)
            }
            FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | Utf8Error(..) => Self::unreadable("a column holds something else than it should"),
            other => Self::unavailable(other.to_string()),
        }
    }
}

#[cfg(feature = "sqlite")]
fn kind_of_sqlite(code: i32) -> LedgerErrorKind {
    // What is in the upper bytes says more of the same.
    match code & 0xff {
        // No such table or column; malformed; not a database.
        1 | 11 | 26 => LedgerErrorKind::Unreadable,
        // Permission, read-only, authorisation.
        3 | 8 | 23 => LedgerErrorKind::Forbidden,
        _ => LedgerErrorKind::Unavailable,
    }
}

#[cfg(feature = "postgres")]
impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{ColumnDecode, ColumnIndexOutOfBounds, ColumnNotFound, Decode};
        match error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                let after = match code.as_ref() {
                    "40001" | "40P01" => After::InTheWay,
                    _ if code.starts_with("57P") || code.starts_with("08") => After::Lost,
                    _ => After::Usable,
                };
                let cause = match code.as_ref() {
                    "42P05" | "26000" => format!("{} ({POOLER})", database.message()),
                    _ => database.message().to_owned(),
                };
                Self::new(kind_of_postgres(&code), cause).after(after)
            }
            sqlx::Error::Io(error) => Self::unavailable(error.to_string()).after(After::Lost),
            sqlx::Error::PoolTimedOut => Self::unavailable(
                "the pool had no connection in time: all are in use, or none can be made",
            ),
            ColumnDecode { .. } | ColumnIndexOutOfBounds { .. } | ColumnNotFound(_) | Decode(_) => {
                Self::unreadable("a column holds something else than it should")
            }
            other => Self::unavailable(other.to_string()).after(After::Lost),
        }
    }
}

/// Why a statement that was prepared is there twice, or not at all.
#[cfg(feature = "postgres")]
const POOLER: &str = "a pooler between, such as PgBouncer in transaction mode, hands statements to other connections than they \
     were prepared on: set max_prepared_statements, which version 1.21 and later have, or use session mode";

#[cfg(feature = "postgres")]
fn kind_of_postgres(code: &str) -> LedgerErrorKind {
    match code {
        // Insufficient privilege; a transaction that may only read; no schema to create in.
        "42501" | "25006" | "3F000" => LedgerErrorKind::Forbidden,
        // Corrupted data or index.
        "XX001" | "XX002" => LedgerErrorKind::Unreadable,
        // Who are you.
        _ if code.starts_with("28") => LedgerErrorKind::Forbidden,
        // A prepared statement that is there already: of a pooler, and nothing that is stored.
        "42P05" => LedgerErrorKind::Unavailable,
        // No such table or column.
        _ if code.starts_with("42") => LedgerErrorKind::Unreadable,
        _ => LedgerErrorKind::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "sqlite")]
    fn what_may_pass_is_unavailable_and_what_is_damaged_is_unreadable_on_sqlite() {
        // Busy, I/O while writing, full.
        for code in [5, 778, 13] {
            assert_eq!(kind_of_sqlite(code), LedgerErrorKind::Unavailable, "{code}");
        }
        // Malformed, not a database.
        for code in [11, 267, 26] {
            assert_eq!(kind_of_sqlite(code), LedgerErrorKind::Unreadable, "{code}");
        }
        assert_eq!(kind_of_sqlite(8), LedgerErrorKind::Forbidden);
    }

    #[test]
    #[cfg(feature = "postgres")]
    fn what_may_pass_is_unavailable_and_what_is_damaged_is_unreadable_on_postgres() {
        // Full, shutting down, deadlock; a pooler that hands out other connections than were prepared on.
        for code in ["53100", "57P01", "40P01", "42P05", "26000"] {
            assert_eq!(
                kind_of_postgres(code),
                LedgerErrorKind::Unavailable,
                "{code}"
            );
        }
        // No such table, corrupted.
        for code in ["42P01", "XX001"] {
            assert_eq!(
                kind_of_postgres(code),
                LedgerErrorKind::Unreadable,
                "{code}"
            );
        }
        // Privilege, password.
        for code in ["42501", "28P01"] {
            assert_eq!(kind_of_postgres(code), LedgerErrorKind::Forbidden, "{code}");
        }
    }
}
