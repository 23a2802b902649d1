//! Connections. Each call has one for as long as its statements take, in a task of its own that nobody can drop: a future that is
//! dropped while a transaction begins would leave a connection in it for the next to write into.

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use inbank_ports::LedgerError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::clock::{Clock, Sql};
use super::migration;
use crate::failure::Failure;
use crate::options::LedgerOptions;

/// A connection that has rested for longer is asked whether it is still there.
const FRESH: Duration = Duration::from_secs(1);
/// None rests for longer, …
const IDLE: Duration = Duration::from_mins(10);
/// … or is used for longer: what a server keeps for a connection grows.
const LIFETIME: Duration = Duration::from_mins(30);
/// How often what another transaction got in the way of is done again. That is a deadlock, which is rare; or any two that meet,
/// where a database is set to serialise what isn't asked to be.
const TRIES: u32 = 30;

/// What a call does, on a connection.
pub(super) type Work<D, T> = for<'a> fn(&'a D, &'a mut Session) -> Answer<'a, T>;
pub(super) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

#[derive(Clone)]
pub(super) struct Connections(Arc<Shared>);

struct Shared {
    source: Source,
    clock: Clock,
    limit: Duration,
    patience: Duration,
    place: String,
}

enum Source {
    /// Our own; not sqlx's pool, which asks a connection that comes back whether it is well, and waits for that for ever.
    Own {
        database: Box<PgConnectOptions>,
        room: Arc<Semaphore>,
        idle: Mutex<Vec<Idle>>,
    },
    /// The embedder's.
    Pool(PgPool),
}

struct Idle {
    connection: PgConnection,
    born: Instant,
    since: Instant,
}

/// A connection in use, and whose time it goes by.
pub(super) struct Session {
    pub(super) connection: Held,
    clock: Clock,
}

impl Session {
    pub(super) fn text(&self, sql: &'static Sql) -> &'static str {
        sql.text(self.clock)
    }

    pub(super) const fn clock(&self) -> Clock {
        self.clock
    }
}

pub(super) enum Held {
    Own {
        connection: Box<PgConnection>,
        born: Instant,
        _room: OwnedSemaphorePermit,
    },
    Pooled(PoolConnection<sqlx::Postgres>),
}

impl Deref for Held {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        match self {
            Self::Own { connection, .. } => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

impl DerefMut for Held {
    fn deref_mut(&mut self) -> &mut PgConnection {
        match self {
            Self::Own { connection, .. } => connection,
            Self::Pooled(connection) => connection,
        }
    }
}

/// Reads an address.
///
/// # Errors
/// What is wrong with it, to be said after "the ledger's address".
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, &'static str> {
    let options: PgConnectOptions = url
        .parse()
        .map_err(|_| "is no URL; check it for characters to be escaped")?;
    // A setting that poolers refuse, and of use for floats only.
    let options = options.extra_float_digits(None);
    // Statements have no values in them, but their number drowns what an operator looks for.
    Ok(options.disable_statement_logging())
}

/// How errors name a database: without the password.
pub(crate) fn place(database: &PgConnectOptions) -> String {
    let host = database.get_socket().map_or_else(
        || format!("{}:{}", database.get_host(), database.get_port()),
        |socket| socket.display().to_string(),
    );
    let user = database.get_username();
    let name = database.get_database().unwrap_or(user);
    format!("postgres {host}/{name} as {user}")
}

impl Connections {
    pub(super) fn own(database: PgConnectOptions, options: &LedgerOptions) -> Self {
        let place = place(&database);
        let source = Source::Own {
            database: Box::new(database),
            room: Arc::new(Semaphore::new(options.connections.max(1) as usize)),
            idle: Mutex::default(),
        };
        Self::new(source, place, options)
    }

    pub(super) fn of_pool(pool: PgPool, options: &LedgerOptions) -> Self {
        let place = place(&pool.connect_options());
        Self::new(Source::Pool(pool), place, options)
    }

    fn new(source: Source, place: String, options: &LedgerOptions) -> Self {
        let clock = if options.callers_clock {
            Clock::Callers
        } else {
            Clock::Server
        };
        Self(Arc::new(Shared {
            source,
            clock,
            limit: options.time_limit,
            patience: options.patience,
            place,
        }))
    }

    /// Makes sure that the tables are there, by making them if it may, and, where they are to be used too,
    /// that they may be.
    pub(super) async fn prepare(&self, migrates: bool, to_use: bool) -> Result<(), Failure> {
        self.spawn((migrates, to_use), |(migrates, to_use), session| {
            Box::pin(async {
                if *migrates {
                    migration::migrate(&mut session.connection).await?;
                } else {
                    migration::check(&mut session.connection).await?;
                }
                if *to_use {
                    migration::check_rights(&mut session.connection).await?;
                }
                Ok(())
            })
        })
        .await
    }

    pub(super) fn place(&self) -> &str {
        &self.0.place
    }

    /// Does something on a connection. Dropped, it is done all the same.
    pub(super) async fn run<D, T>(&self, data: D, work: Work<D, T>) -> Result<T, LedgerError>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
    {
        let done = self.spawn(data, work).await;
        done.map_err(|failure| failure.at(&self.0.place))
    }

    /// The same, with the bare failure.
    pub(super) async fn spawn<D, T>(&self, data: D, work: Work<D, T>) -> Result<T, Failure>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
    {
        let shared = Arc::clone(&self.0);
        let task = tokio::spawn(async move { shared.work(&data, work).await });
        let ended =
            |_| Failure::unavailable("the call's task was ended with its runtime, or panicked");
        task.await.map_err(ended).flatten()
    }
}

impl Shared {
    async fn work<D, T>(&self, data: &D, work: Work<D, T>) -> Result<T, Failure> {
        let mut tries = 0;
        loop {
            let mut session = Session {
                connection: self.acquire().await?,
                clock: self.clock,
            };
            let Ok(done) = timeout(self.limit, work(data, &mut session)).await else {
                // What it is in the middle of nobody knows.
                session.connection.close();
                return Err(Failure::unavailable(format!(
                    "no answer within {:?}; whether anything was done is unknown",
                    self.limit
                )));
            };
            match &done {
                Err(failure) if failure.is_connection_lost() => self.lost(session.connection),
                Ok(_) | Err(_) => self.give_back(session.connection),
            }
            tries += 1;
            match done {
                Err(failure) if failure.may_be_retried() && tries < TRIES => {
                    tokio::time::sleep(pause(tries)).await;
                }
                done => return done,
            }
        }
    }

    async fn acquire(&self) -> Result<Held, Failure> {
        let late = || {
            Failure::unavailable(format!(
                "no connection within {:?}: it does not answer, or all are in use",
                self.patience
            ))
        };
        match &self.source {
            Source::Pool(pool) => {
                let acquired = timeout(self.limit, pool.acquire()).await;
                Ok(Held::Pooled(acquired.map_err(|_| late())??))
            }
            Source::Own { room, .. } => {
                let room = timeout(self.patience, Arc::clone(room).acquire_owned()).await;
                let room = room.map_err(|_| late())?;
                let room = room.map_err(|_| Failure::unavailable("it is closed"))?;
                let (connection, born) = timeout(self.patience, self.own())
                    .await
                    .map_err(|_| late())??;
                Ok(Held::Own {
                    connection: Box::new(connection),
                    born,
                    _room: room,
                })
            }
        }
    }

    /// One that rests, or a new one.
    async fn own(&self) -> Result<(PgConnection, Instant), Failure> {
        let Source::Own { database, .. } = &self.source else {
            return Err(Failure::unavailable("there are none of our own"));
        };
        while let Some(mut idle) = self.idle().and_then(|mut idle| idle.pop()) {
            let fresh = idle.since.elapsed() < FRESH;
            if fresh || idle.connection.ping().await.is_ok() {
                return Ok((idle.connection, idle.born));
            }
        }
        Ok((database.connect().await?, Instant::now()))
    }

    fn idle(&self) -> Option<MutexGuard<'_, Vec<Idle>>> {
        match &self.source {
            Source::Own { idle, .. } => Some(idle.lock().unwrap_or_else(PoisonError::into_inner)),
            Source::Pool(_) => None,
        }
    }

    fn give_back(&self, held: Held) {
        let Held::Own {
            connection, born, ..
        } = held
        else {
            return;
        };
        if let Some(mut idle) = self.idle() {
            idle.retain(|idle| idle.since.elapsed() < IDLE);
            if born.elapsed() < LIFETIME {
                idle.push(Idle {
                    connection: *connection,
                    born,
                    since: Instant::now(),
                });
            }
        }
    }

    /// Where one is lost, the others mostly are too.
    fn lost(&self, held: Held) {
        held.close();
        if let Some(mut idle) = self.idle() {
            idle.clear();
        }
    }
}

/// Grows, and is not the same for two who got in each other's way.
fn pause(tries: u32) -> Duration {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let any = now.unwrap_or_default().subsec_micros() % 1000;
    Duration::from_micros(u64::from(tries * any) + 100)
}

impl Held {
    /// Hangs up.
    fn close(self) {
        match self {
            Self::Own { connection, .. } => drop(connection),
            Self::Pooled(connection) => drop(connection.detach()),
        }
    }
}
