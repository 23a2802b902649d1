use sqlx::{Connection as _, PgConnection, Row as _};

use crate::failure::Failure;
use crate::migration::{CREATE_LIST, LIST, Migration, POSTGRES, all_run, missing};

/// A transaction that writes, whatever is set for the connection.
pub(super) const BEGIN: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit = 'on'";

/// One process after the other: a number of our own, in the transaction, since a pooler would lose a lock of the session.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7449353112746353518)";

/// Read from the catalogue as from any table: `to_regclass` may still remember that there was none before the lock.
const EXISTS: &str = "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'inbank_migrations' AND pg_table_is_visible(oid))";

/// Brings the tables up to date, where they aren't.
pub(super) async fn migrate(connection: &mut PgConnection) -> Result<(), Failure> {
    if to_run(connection).await?.is_empty() {
        return Ok(());
    }
    let mut transaction = connection.begin_with(BEGIN).await?;
    sqlx::query(LOCK).execute(&mut *transaction).await?;
    let migrations = to_run(&mut transaction).await?;
    if !migrations.is_empty() {
        sqlx::raw_sql(CREATE_LIST)
            .execute(&mut *transaction)
            .await?;
    }
    for migration in migrations {
        sqlx::raw_sql(migration.sql)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("INSERT INTO inbank_migrations (version, checksum) VALUES ($1, $2)")
            .bind(migration.version)
            .bind(migration.checksum())
            .execute(&mut *transaction)
            .await?;
    }
    Ok(transaction.commit().await?)
}

/// Makes sure that the tables are up to date.
pub(super) async fn check(connection: &mut PgConnection) -> Result<(), Failure> {
    all_run(to_run(connection).await?)
}

async fn to_run(connection: &mut PgConnection) -> Result<&'static [Migration], Failure> {
    let exists: bool = sqlx::query_scalar(EXISTS)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(POSTGRES);
    }
    let rows = sqlx::query(LIST).fetch_all(connection).await?;
    let applied = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let applied: Result<Vec<_>, sqlx::Error> = applied.collect();
    missing(POSTGRES, &applied?)
}

/// Which of the rights to some tables are lacking.
const RIGHTS: &str = "SELECT r, t FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r
    CROSS JOIN unnest(CAST($1 AS text[])) AS t
    WHERE NOT has_table_privilege(t, r) LIMIT 1";

const LEDGER: [&str; 6] = [
    "inbank_order",
    "inbank_attempt",
    "inbank_command",
    "inbank_callback",
    "inbank_event",
    "inbank_feed",
];

#[cfg(feature = "service")]
const SERVICE: [&str; 6] = [
    "inbank_webhook",
    "inbank_webhook_delivery",
    "inbank_idempotency",
    "inbank_shop",
    "inbank_revision",
    "inbank_audit",
];

/// Whoever lacks a right hears of it at once, and which, and not from the first call that needs it.
pub(super) async fn check_rights(connection: &mut PgConnection) -> Result<(), Failure> {
    rights_to(&LEDGER, connection).await
}

/// The same for the tables that the service alone uses.
#[cfg(feature = "service")]
pub(super) async fn check_service_rights(connection: &mut PgConnection) -> Result<(), Failure> {
    rights_to(&SERVICE, connection).await
}

async fn rights_to(tables: &[&str], connection: &mut PgConnection) -> Result<(), Failure> {
    let query = sqlx::query(RIGHTS).bind(tables);
    let lacking = query.fetch_optional(connection).await?;
    let Some(row) = lacking else { return Ok(()) };
    let (right, table): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
    Err(Failure::forbidden(format!(
        "its role lacks {right} on {table}"
    )))
}
