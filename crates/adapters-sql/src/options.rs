use std::time::Duration;

use crate::connection::{self, ConnectError};
use crate::ledger::SqlLedger;

/// How a [`SqlLedger`] is connected, where the defaults don't fit.
#[derive(Clone, Debug)]
pub struct LedgerOptions {
    pub(crate) migrates: bool,
    pub(crate) callers_clock: bool,
    pub(crate) connections: u32,
    pub(crate) time_limit: Duration,
    pub(crate) patience: Duration,
}

impl Default for LedgerOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl LedgerOptions {
    /// The defaults: tables are brought up to date, the server's clock, 16 connections, and answers within
    /// 20 seconds.
    pub const fn new() -> Self {
        Self {
            migrates: true,
            callers_clock: false,
            connections: 16,
            time_limit: Duration::from_secs(20),
            patience: Duration::from_secs(5),
        }
    }

    /// Tables that are missing, or an earlier version's, are an error (`Unreadable`), and stay as they are: for a program that
    /// only looks, so that a wrong address gets no tables, and a ledger in use is brought up to date by nobody unasked.
    #[must_use]
    pub const fn without_migrating(mut self) -> Self {
        self.migrates = false;
        self
    }

    /// What is due and leased goes by the callers' clock on PostgreSQL too, as it always does on SQLite: for tests that move the
    /// time. Processes that share a database would need clocks that agree.
    #[must_use]
    pub const fn callers_clock(mut self) -> Self {
        self.callers_clock = true;
        self
    }

    /// At most so many connections to PostgreSQL; no use on SQLite, nor with a pool of one's own.
    #[must_use]
    pub const fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// How long PostgreSQL may take for an answer. A connection that takes longer is closed; whether the call did anything is
    /// then unknown. Longer than a transaction takes with the disk at its slowest.
    #[must_use]
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = limit;
        self
    }

    /// How long a connection to PostgreSQL is waited for; no use with a pool of one's own.
    #[must_use]
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Connects as [`SqlLedger::connect`] does.
    ///
    /// # Errors
    /// As there.
    pub async fn connect(&self, url: &str) -> Result<SqlLedger, ConnectError> {
        connection::connect(url, self).await
    }

    /// Uses a pool that the embedder has. Its settings are its own; what a write needs it asks for by itself. Closing the pool ends
    /// the ledger.
    ///
    /// # Errors
    /// As [`SqlLedger::connect`].
    #[cfg(feature = "postgres")]
    pub async fn with_pool(&self, pool: sqlx::PgPool) -> Result<SqlLedger, ConnectError> {
        connection::with_pool(pool, self).await
    }
}
