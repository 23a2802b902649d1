use rusqlite::Connection;

use super::connection::{patiently, rows};
use crate::failure::Failure;
use crate::migration::{CREATE_LIST, LIST, Migration, SQLITE, all_run, missing};
use crate::row::{Columns as _, Cursor};

/// Brings the tables up to date, where they aren't. Two processes that start at once: the second waits, and finds all done.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    if to_run(connection)?.is_empty() {
        return Ok(());
    }
    patiently(|| connection.execute_batch("BEGIN IMMEDIATE"))?;
    let run = to_run(connection).and_then(|migrations| run(connection, migrations));
    let end = if run.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = connection.execute_batch(end);
    run?;
    Ok(ended?)
}

/// Makes sure that the tables are up to date.
pub(super) fn check(connection: &Connection) -> Result<(), Failure> {
    all_run(to_run(connection)?)
}

fn to_run(connection: &Connection) -> Result<&'static [Migration], Failure> {
    let list = "SELECT count(*) FROM sqlite_schema WHERE name = 'inbank_migrations'";
    let exists = rows(connection, list, &[], |row| Cursor::at(row, 0).flag())?;
    if exists != [true] {
        return Ok(SQLITE);
    }
    let applied = rows(connection, LIST, &[], |row| {
        let checksum = row.text(1)?.unwrap_or_default();
        Ok((Cursor::at(row, 0).number()?, checksum.to_owned()))
    })?;
    missing(SQLITE, &applied)
}

fn run(connection: &Connection, migrations: &[Migration]) -> Result<(), Failure> {
    connection.execute_batch(CREATE_LIST)?;
    for migration in migrations {
        connection.execute_batch(migration.sql)?;
        connection.execute(
            "INSERT INTO inbank_migrations (version, checksum) VALUES (?1, ?2)",
            (migration.version, migration.checksum()),
        )?;
    }
    Ok(())
}
