//! Which tables there are to be. What an embedder migrates in the same database is a list of its own.

use crate::failure::Failure;

/// A text that was released never changes.
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) sql: &'static str,
}

impl Migration {
    /// Tells this text from another of the same version, which somebody may have run.
    pub(crate) fn checksum(&self) -> String {
        // FNV-1a: it is to find mistakes, not forgeries.
        let hash = self
            .sql
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        format!("{hash:016x}")
    }
}

#[cfg(feature = "sqlite")]
pub(crate) const SQLITE: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../migrations/sqlite/0001_ledger.sql"),
    },
    Migration {
        version: 2,
        sql: include_str!("../migrations/sqlite/0002_service.sql"),
    },
];

#[cfg(feature = "postgres")]
pub(crate) const POSTGRES: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../migrations/postgres/0001_ledger.sql"),
    },
    Migration {
        version: 2,
        sql: include_str!("../migrations/postgres/0002_service.sql"),
    },
];

/// Which were run.
pub(crate) const CREATE_LIST: &str = "CREATE TABLE IF NOT EXISTS inbank_migrations (version BIGINT PRIMARY KEY, checksum TEXT NOT NULL)";

/// Which were run, and of what text.
pub(crate) const LIST: &str =
    "SELECT version, CAST(checksum AS TEXT) FROM inbank_migrations ORDER BY version";

/// The version of the tables once all were run.
pub(crate) fn latest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

/// Those that are still to be run.
///
/// # Errors
/// Unreadable ⇐ the tables are a later version's, or another's.
pub(crate) fn missing<'a>(
    migrations: &'a [Migration],
    applied: &[(i64, String)],
) -> Result<&'a [Migration], Failure> {
    for (n, (version, checksum)) in applied.iter().enumerate() {
        let Some(migration) = migrations.get(n) else {
            return Err(Failure::unreadable(format!(
                "the tables are a later version's (migration {version}); run that version, or a later one"
            )));
        };
        if migration.version != *version || migration.checksum() != *checksum {
            return Err(Failure::unreadable(format!(
                "the tables were made by another migration {version} than this version's; run the version that made them, or restore a backup"
            )));
        }
    }
    Ok(migrations.get(applied.len()..).unwrap_or_default())
}

/// Nothing is still to be run.
///
/// # Errors
/// Unreadable ⇐ something is.
pub(crate) fn all_run(missing: &[Migration]) -> Result<(), Failure> {
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::unreadable(
        "its tables are not there, or are an earlier version's; `inbank ledger migrate` makes them, or brings them up to date",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: [Migration; 2] = [
        Migration {
            version: 1,
            sql: "a",
        },
        Migration {
            version: 2,
            sql: "b",
        },
    ];

    #[test]
    fn what_was_not_run_is_missing_and_what_is_not_ours_is_refused() {
        let first = (1, TWO[0].checksum());
        let run = |applied: &[(i64, String)]| missing(&TWO, applied).map(<[_]>::len);
        assert_eq!(run(&[]).unwrap(), 2);
        assert_eq!(run(std::slice::from_ref(&first)).unwrap(), 1);
        assert!(run(&[(1, "other".to_owned())]).is_err());
        let second = (2, TWO[1].checksum());
        assert_eq!(run(&[first.clone(), second.clone()]).unwrap(), 0);
        assert!(run(&[first, second, (3, String::new())]).is_err());
    }
}
