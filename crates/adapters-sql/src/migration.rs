//! Brings the tables up to date. sqlx's own runner is not used: its future can't move between threads.

use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType};
use sqlx::{AnyConnection, SqlStr};

use crate::failure::Failure;

/// Versions, names and texts, in order. A text that was released never changes.
pub(crate) type Migrations = &'static [(i64, &'static str, &'static str)];

pub(crate) const SQLITE: Migrations = &[(
    1,
    "ledger",
    include_str!("../migrations/sqlite/0001_ledger.sql"),
)];

pub(crate) const POSTGRES: Migrations = &[(
    1,
    "ledger",
    include_str!("../migrations/postgres/0001_ledger.sql"),
)];

/// Which were run. The embedder may use sqlx as well, and has a list of its own in the same database.
const LIST: &str = "inbank_migrations";

/// Runs what is missing, one process after the other. After a failure the connection may still have the lock.
pub(crate) async fn run(
    connection: &mut AnyConnection,
    migrations: Migrations,
) -> Result<(), Failure> {
    connection.lock().await?;
    connection.ensure_migrations_table(LIST).await?;
    let applied = connection.list_applied_migrations(LIST).await?;
    let known = migrations.iter().map(|(version, ..)| *version).max();
    if let Some(later) = applied.iter().find(|applied| Some(applied.version) > known) {
        return Err(Failure::unreadable(&format!(
            "the database has the tables of a later version (migration {}); run that version, or a later one",
            later.version
        )));
    }
    for (version, description, sql) in migrations {
        let sql = SqlStr::from_static(sql);
        let kind = MigrationType::Simple;
        let migration = Migration::new(*version, (*description).into(), kind, sql, false);
        match applied.iter().find(|applied| applied.version == *version) {
            None => {
                connection.apply(LIST, &migration).await?;
            }
            Some(applied) if applied.checksum == migration.checksum => {}
            Some(_) => {
                return Err(Failure::unreadable(&format!(
                    "the database's tables were made by another migration {version} than this version's; \
                     run the version that made them, or restore a backup"
                )));
            }
        }
    }
    Ok(connection.unlock().await?)
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            other => Self::unavailable(&other.to_string()),
        }
    }
}
