//! Stores to measure in, filled in bulk: a file, or a database of a server with durable settings.

use inbank::sql::SqlLedger;
use inbank_testkit::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;

use super::instant;

/// A file is removed when this is dropped.
pub(crate) struct Store {
    url: String,
    file: Option<TempDir>,
}

impl Store {
    pub(crate) fn sqlite() -> Self {
        let file = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}/ledger.db", file.path().display()),
            file: Some(file),
        }
    }

    pub(crate) fn postgres() -> Self {
        Self {
            url: Postgres::shared().database(),
            file: None,
        }
    }

    pub(crate) async fn ledger(&self) -> SqlLedger {
        SqlLedger::connect(&self.url).await.unwrap()
    }

    /// A connection to the file of [`sqlite`](Self::sqlite), as durable as the ledger's.
    pub(crate) fn file(&self) -> rusqlite::Connection {
        let folder = self.file.as_ref().unwrap();
        let connection = rusqlite::Connection::open(folder.path().join("ledger.db")).unwrap();
        let settings = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000";
        connection.execute_batch(settings).unwrap();
        connection
    }

    /// A connection to the database of [`postgres`](Self::postgres).
    pub(crate) async fn server(&self) -> PgConnection {
        PgConnection::connect(&self.url).await.unwrap()
    }

    /// Writes `order-0` to `order-<count>`, each with `attempt-<n>` and `session-<n>`, of which the
    /// first `due` are due, and of the others each tenth will be in an hour. The first is written by
    /// the ledger, and the others are its copies.
    pub(crate) async fn fill(&self, ledger: &SqlLedger, count: u32, due: u32) {
        instant::order(ledger, "main", 0, true).await;
        let later = 3_600_000_000_u64;
        let order = [
            ("reference", "'order-' || i".to_owned()),
            (
                "due_at",
                format!(
                    "CASE WHEN i < {due} THEN due_at + i WHEN i % 10 = 0 THEN due_at + {later} + i END"
                ),
            ),
        ];
        let attempt = [
            ("reference", "'order-' || i".to_owned()),
            ("id", "'attempt-' || i".to_owned()),
            ("session", "'session-' || i".to_owned()),
        ];
        self.copy("inbank_order", &order, count).await;
        self.copy("inbank_attempt", &attempt, count).await;
        if due == 0 {
            self.execute("UPDATE inbank_order SET due_at = NULL WHERE reference = 'order-0'")
                .await;
        }
        // What a server does by itself some time after so many rows.
        self.execute("ANALYZE").await;
    }

    /// Copies the one row of a table so many times, with some columns changed by the copy's number `i`.
    pub(crate) async fn copy(&self, table: &str, changed: &[(&str, String)], count: u32) {
        let columns = self.columns(table).await;
        let sql = copies(table, &columns, changed, count);
        self.fill_table(&sql).await;
    }

    async fn columns(&self, table: &str) -> Vec<String> {
        if self.file.is_some() {
            let file = self.file();
            // The number of the row is given anew.
            let sql = "SELECT name FROM pragma_table_info(?1) WHERE name <> 'id' OR type = 'TEXT'";
            let mut statement = file.prepare(sql).unwrap();
            let names = statement.query_map([table], |row| row.get(0)).unwrap();
            names.map(Result::unwrap).collect()
        } else {
            let sql =
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = $1";
            let names = sqlx::query_scalar(sql).bind(table);
            names.fetch_all(&mut self.server().await).await.unwrap()
        }
    }

    /// A file that is filled may be lost with the machine, and is given room in memory.
    pub(crate) async fn fill_table(&self, sql: &str) {
        if self.file.is_some() {
            let file = self.file();
            let settings =
                "PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA foreign_keys = OFF";
            file.execute_batch(settings).unwrap();
            file.execute_batch(sql).unwrap();
            file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
                .unwrap();
        } else {
            self.execute(sql).await;
        }
    }

    pub(crate) async fn execute(&self, sql: &str) {
        if self.file.is_some() {
            self.file().execute_batch(sql).unwrap();
        } else {
            let mut server = self.server().await;
            server.execute(AssertSqlSafe(sql)).await.unwrap();
        }
    }
}

/// Copies the one row of a table so many times, with some columns changed by the copy's number `i`, in the order of the
/// numbers' texts: what an index has by name is then written at its end.
fn copies(table: &str, columns: &[String], changed: &[(&str, String)], count: u32) -> String {
    let values: Vec<&str> = columns
        .iter()
        .map(|column| {
            let change = changed.iter().find(|(name, _)| name == column);
            change.map_or(column.as_str(), |(_, value)| value)
        })
        .collect();
    format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} CROSS JOIN (
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n
        ) AS n ORDER BY CAST(i AS text)",
        columns.join(", "),
        values.join(", ")
    )
}
