use std::time::Duration;

use inbank_ports::LedgerError;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::error::DatabaseError;
use sqlx::{Any, AnyConnection, ConnectOptions, Connection, Executor, Pool};
use thiserror::Error;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::migration;

/// Why there is no ledger.
#[derive(Debug, Error)]
pub enum ConnectError {
    /// The address is none of a ledger's. It isn't shown, since it may have a password.
    #[error("the ledger's address {0}")]
    Address(&'static str),
    /// The database can't be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Connections that write and connections that read; on PostgreSQL they are the same.
#[derive(Clone)]
pub(crate) struct Pools {
    pub(crate) engine: Engine,
    pub(crate) writing: Pool<Any>,
    pub(crate) reading: Pool<Any>,
}

/// A server that is away says so after this, and a writer of another process is waited for as long.
const PATIENCE: Duration = Duration::from_secs(5);
/// Here only this process's own writers are waited for.
const PATIENCE_FOR_OURSELVES: Duration = Duration::from_secs(30);
const READERS: u32 = 4;
const SERVER_CONNECTIONS: u32 = 16;

pub(crate) async fn connect(url: &str) -> Result<Pools, ConnectError> {
    sqlx::any::install_default_drivers();
    let engine = engine(url)?;
    let mut address = url.to_owned();
    if engine == Engine::Sqlite && !url.contains("mode=") {
        address.push_str(if url.contains('?') { "&" } else { "?" });
        address.push_str("mode=rwc");
    }
    let options: AnyConnectOptions = address
        .parse()
        .map_err(|_| ConnectError::Address("is no URL; check it for characters to be escaped"))?;
    // Statements have no values in them, but their number drowns what an operator looks for.
    let options = options.disable_statement_logging();
    let pools = match engine {
        Engine::Sqlite => {
            create_file(&options).await.map_err(LedgerError::from)?;
            sqlite(&options)
        }
        Engine::Postgres => postgres(options),
    };
    migrate(&pools).await.map_err(LedgerError::from)?;
    Ok(pools)
}

fn engine(url: &str) -> Result<Engine, ConnectError> {
    let scheme = url.split(':').next().unwrap_or_default();
    match scheme {
        "sqlite" if url.contains(":memory:") || url.contains("mode=memory") => {
            Err(ConnectError::Address(
                "must be a file's: what is in memory is lost with the process, and with it what customers have signed",
            ))
        }
        "sqlite" if cfg!(feature = "sqlite") => Ok(Engine::Sqlite),
        "postgres" | "postgresql" if cfg!(feature = "postgres") => Ok(Engine::Postgres),
        "sqlite" => Err(ConnectError::Address(
            "is SQLite's, which this program was built without; build it with the feature `sqlite`",
        )),
        "postgres" | "postgresql" => Err(ConnectError::Address(
            "is PostgreSQL's, which this program was built without; build it with the feature `postgres`",
        )),
        _ => Err(ConnectError::Address(
            "must start with sqlite: or postgres:",
        )),
    }
}

/// Whoever is first makes it a WAL file, for good. SQLite doesn't wait for others who are just doing the same.
async fn create_file(options: &AnyConnectOptions) -> Result<(), Failure> {
    let started = tokio::time::Instant::now();
    loop {
        let mut connection = options.connect().await?;
        let changed = connection.execute("PRAGMA journal_mode = WAL").await;
        connection.close().await?;
        match changed {
            Ok(_) => return Ok(()),
            Err(error) if is_busy(&error) && started.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    // What is in the upper bytes says more of the same.
    code.and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}

fn sqlite(options: &AnyConnectOptions) -> Pools {
    let pool = |connections: u32, settings: &'static str| {
        AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE_FOR_OURSELVES)
            // A file doesn't go away while it is open.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(settings).await.map(drop) })
            })
            // When the disk is full SQLite takes a transaction back by itself, and the driver, which can't take it back
            // again, believes for ever that it is in one.
            .before_acquire(|connection, _| {
                let idle = !connection.is_in_transaction();
                Box::pin(async move { Ok(idle) })
            })
            .connect_lazy_with(options.clone())
    };
    Pools {
        engine: Engine::Sqlite,
        writing: pool(1, "PRAGMA synchronous = FULL"),
        reading: pool(READERS, "PRAGMA query_only = ON"),
    }
}

fn postgres(options: AnyConnectOptions) -> Pools {
    // A server's or an account's settings may trade durability for speed, or turn waiting into failing.
    let settings = "SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') = 'off'; \
         SELECT set_config('default_transaction_isolation', 'read committed', false)";
    let pool = AnyPoolOptions::new()
        .max_connections(SERVER_CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(drop) })
        })
        .connect_lazy_with(options);
    Pools {
        engine: Engine::Postgres,
        writing: pool.clone(),
        reading: pool,
    }
}

async fn migrate(pools: &Pools) -> Result<(), Failure> {
    // Of its own, because a failure on PostgreSQL leaves it with the lock, which goes with the connection.
    let mut connection = pools.writing.acquire().await?.detach();
    let migrated = match pools.engine {
        Engine::Sqlite => migrate_sqlite(&mut connection).await,
        Engine::Postgres => migration::run(&mut connection, migration::POSTGRES).await,
    };
    connection.close().await?;
    migrated
}

/// Two processes that start at once: the second waits here, and finds all done.
async fn migrate_sqlite(connection: &mut AnyConnection) -> Result<(), Failure> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    migration::run(&mut transaction, migration::SQLITE).await?;
    Ok(transaction.commit().await?)
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
        ] {
            let error = engine(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{url}");
        }
    }
}
