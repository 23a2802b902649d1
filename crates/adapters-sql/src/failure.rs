use inbank_ports::{LedgerError, LedgerErrorKind};
use thiserror::Error;

/// What failed, without the values: PostgreSQL's details repeat whole rows, and callers log sources.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: LedgerErrorKind,
    cause: Cause,
}

#[derive(Clone, Debug, Error)]
#[error("{0}")]
struct Cause(String);

impl Failure {
    pub(crate) fn unavailable(cause: &str) -> Self {
        Self::new(LedgerErrorKind::Unavailable, cause)
    }

    pub(crate) fn unreadable(cause: &str) -> Self {
        Self::new(LedgerErrorKind::Unreadable, cause)
    }

    fn new(kind: LedgerErrorKind, cause: &str) -> Self {
        let cause = Cause(cause.to_owned());
        Self { kind, cause }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error::{
            AnyDriverError, ColumnDecode, ColumnIndexOutOfBounds, ColumnNotFound, Decode,
        };
        let kind = match &error {
            sqlx::Error::Database(database) => kind_of(&database.code().unwrap_or_default())
                .unwrap_or(LedgerErrorKind::Unavailable),
            AnyDriverError(_)
            | ColumnDecode { .. }
            | ColumnIndexOutOfBounds { .. }
            | ColumnNotFound(_)
            | Decode(_) => LedgerErrorKind::Unreadable,
            _ => LedgerErrorKind::Unavailable,
        };
        Self::new(kind, &error.to_string())
    }
}

/// A code of SQLite's is a number, one of PostgreSQL's has five characters.
fn kind_of(code: &str) -> Option<LedgerErrorKind> {
    let unreadable = match code.parse::<u32>() {
        Ok(number) if code.len() < 5 => {
            // No such table or column; malformed; not a database.
            matches!(number & 0xff, 1 | 11 | 26)
        }
        // No such table or column; corrupted data or index.
        _ => code.starts_with("42") || matches!(code, "XX001" | "XX002"),
    };
    unreadable.then_some(LedgerErrorKind::Unreadable)
}

impl From<inbank_domain::Invalid> for Failure {
    fn from(invalid: inbank_domain::Invalid) -> Self {
        Self::unreadable(&invalid.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::unavailable(&error.to_string())
    }
}

impl From<Failure> for LedgerError {
    fn from(failure: Failure) -> Self {
        Self::new(failure.kind).with_source(failure.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_unavailable_and_what_is_damaged_is_unreadable() {
        // SQLite: busy, I/O while writing, full, then malformed and not a database.
        for code in ["5", "778", "13"] {
            assert_eq!(kind_of(code), None, "{code}");
        }
        for code in ["11", "267", "26"] {
            assert_eq!(kind_of(code), Some(LedgerErrorKind::Unreadable), "{code}");
        }
        // PostgreSQL: full, shutting down, deadlock, then no such table and corrupted.
        for code in ["53100", "57P01", "40P01"] {
            assert_eq!(kind_of(code), None, "{code}");
        }
        for code in ["42P01", "XX001"] {
            assert_eq!(kind_of(code), Some(LedgerErrorKind::Unreadable), "{code}");
        }
    }
}
