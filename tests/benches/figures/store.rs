//! Stores to measure in: a file, or a database of a server with durable settings, filled in bulk.

use inbank_adapters_sql::SqlLedger;
use inbank_tests::Postgres;
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Executor};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::runtime::{Builder, Runtime};

/// Removed when dropped, with its file or its server.
pub(crate) struct Store {
    pub(crate) url: String,
    _file: Option<TempDir>,
    _server: Option<Postgres>,
}

impl Store {
    pub(crate) fn sqlite() -> Self {
        let file = tempfile::tempdir().unwrap();
        Self {
            url: format!("sqlite:{}/ledger.db", file.path().display()),
            _file: Some(file),
            _server: None,
        }
    }

    pub(crate) fn postgres() -> Self {
        let server = Postgres::start();
        Self {
            url: server.database(),
            _file: None,
            _server: Some(server),
        }
    }

    pub(crate) async fn ledger(&self) -> SqlLedger {
        SqlLedger::connect(&self.url).await.unwrap()
    }

    /// A connection as quiet as the ledger's, for work without it.
    pub(crate) async fn connection(&self) -> AnyConnection {
        let options: AnyConnectOptions = self.url.parse().unwrap();
        let options = options.disable_statement_logging();
        options.connect().await.unwrap()
    }

    /// Writes `f-1` to `f-<count>`, at rest. The first `due` of them are due, and of the others each tenth will be.
    pub(crate) async fn fill(&self, count: u32, due: u32) {
        let (now, later) = (micros(now()), micros(now()) + 3_600_000_000);
        let sql = format!(
            "INSERT INTO inbank_financing (shop, id, order_reference, attempt, product, family, state, merchant_approval, \
                session, opened_at, answer_by, roused_at, failures, asked, version, due_at, lease, roused, events, delivered) \
             SELECT 'main', 'f-' || i, 'order-' || i, 1, 'hp', 'hire_purchase', 'pending', 0, 's-' || i, {now} + i, {now}, \
                {now}, 0, 1, 1, CASE WHEN i <= {due} THEN {now} + i WHEN i % 10 = 0 THEN {later} + i END, 1, 0, 0, 0 \
             FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n) AS n"
        );
        let mut connection = self.connection().await;
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        // What a server does by itself some time after so many rows.
        connection.execute("ANALYZE").await.unwrap();
    }
}

pub(crate) fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
}

pub(crate) fn micros(moment: OffsetDateTime) -> i64 {
    i64::try_from(moment.unix_timestamp_nanos() / 1000).unwrap()
}

pub(crate) fn threads() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}
