//! From an address to a ledger.

use inbank_ports::LedgerErrorKind;
use thiserror::Error;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::ledger::SqlLedger;
use crate::migration;
use crate::options::LedgerOptions;
#[cfg(feature = "postgres")]
use crate::postgres::{self, Postgres};
#[cfg(feature = "sqlite")]
use crate::sqlite::{DatabaseFile, Sqlite};

/// Why there is no ledger.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address is none of a ledger's. It isn't shown, since it may have a password.
    #[error("the ledger's address {0}")]
    Address(&'static str),
    /// The database can't be used.
    #[error("{}", .0)]
    Database(#[from] DatabaseError),
}

impl ConnectError {
    /// What kind of thing is wrong with the database; none where the address is what is wrong.
    pub const fn kind(&self) -> Option<LedgerErrorKind> {
        match self {
            Self::Address(_) => None,
            Self::Database(error) => Some(error.kind),
        }
    }
}

/// A database that can't be used: which, and why.
#[derive(Debug, Error)]
#[error("{}", self.sentence())]
pub struct DatabaseError {
    place: String,
    kind: LedgerErrorKind,
    cause: String,
}

impl DatabaseError {
    pub(crate) fn new(place: String, failure: &Failure) -> Self {
        Self {
            place,
            kind: failure.kind(),
            cause: failure.cause().to_owned(),
        }
    }

    fn sentence(&self) -> String {
        let Self { place, cause, .. } = self;
        match self.kind {
            LedgerErrorKind::Unavailable => {
                format!("the ledger in {place} can't be reached or used now: {cause}")
            }
            LedgerErrorKind::Forbidden => {
                format!(
                    "the ledger in {place} refuses this program: {cause}; grant it, or run `inbank ledger migrate` with an account that may"
                )
            }
            LedgerErrorKind::Unreadable => {
                format!("the ledger in {place} is none of this version's: {cause}")
            }
        }
    }
}

/// A database that an address names.
enum Address {
    #[cfg(feature = "sqlite")]
    Sqlite(DatabaseFile),
    #[cfg(feature = "postgres")]
    Postgres(Box<sqlx::postgres::PgConnectOptions>),
}

impl Address {
    fn parse(url: &str) -> Result<Self, ConnectError> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            #[cfg(feature = "sqlite")]
            "sqlite" => Ok(Self::Sqlite(
                DatabaseFile::parse(url).map_err(ConnectError::Address)?,
            )),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => Ok(Self::Postgres(Box::new(
                postgres::options(url).map_err(ConnectError::Address)?,
            ))),
            #[cfg(not(feature = "sqlite"))]
            "sqlite" => Err(ConnectError::Address(
                "is SQLite's, which this program was built without; build it with the feature `sqlite`",
            )),
            #[cfg(not(feature = "postgres"))]
            "postgres" | "postgresql" => Err(ConnectError::Address(
                "is PostgreSQL's, which this program was built without; build it with the feature `postgres`",
            )),
            _ => Err(ConnectError::Address(
                "must start with sqlite: or postgres:",
            )),
        }
    }
}

pub(crate) async fn connect(url: &str, options: &LedgerOptions) -> Result<SqlLedger, ConnectError> {
    match Address::parse(url)? {
        #[cfg(feature = "sqlite")]
        Address::Sqlite(file) => {
            let place = file.place();
            ledger(place, Sqlite::open(file, options.migrates).await)
        }
        #[cfg(feature = "postgres")]
        Address::Postgres(database) => {
            let place = postgres::place(&database);
            ledger(place, Postgres::connect(*database, options).await)
        }
    }
}

#[cfg(feature = "postgres")]
pub(crate) async fn with_pool(
    pool: sqlx::PgPool,
    options: &LedgerOptions,
) -> Result<SqlLedger, ConnectError> {
    let place = postgres::place(&pool.connect_options());
    ledger(place, Postgres::with_pool(pool, options).await)
}

/// Brings the tables up to date, and does nothing else. The version that they are then at.
pub(crate) async fn migrate(url: &str) -> Result<i64, ConnectError> {
    match Address::parse(url)? {
        #[cfg(feature = "sqlite")]
        Address::Sqlite(file) => {
            let place = file.place();
            ledger(place, Sqlite::open(file, true).await)?;
            Ok(migration::latest(migration::SQLITE))
        }
        #[cfg(feature = "postgres")]
        Address::Postgres(database) => {
            let place = postgres::place(&database);
            let migrated = postgres::migrate(&database, &LedgerOptions::new()).await;
            migrated.map_err(|failure| DatabaseError::new(place, &failure))?;
            Ok(migration::latest(migration::POSTGRES))
        }
    }
}

fn ledger(
    place: String,
    opened: Result<impl Into<Engine>, Failure>,
) -> Result<SqlLedger, ConnectError> {
    let opened = opened.map_err(|failure| DatabaseError::new(place, &failure))?;
    Ok(SqlLedger::new(opened.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_nothing_known_is_refused_without_showing_it() {
        for url in [
            "",
            "mysql://u:secret@h/d",
            "secret",
            "sqlite::memory:",
            "sqlite:x?mode=memory",
            "postgres://u:secret@h:port/d",
        ] {
            let Err(error) = Address::parse(url) else {
                panic!("{url} was taken")
            };
            assert!(!format!("{error} {error:?}").contains("secret"), "{url}");
        }
    }
}
