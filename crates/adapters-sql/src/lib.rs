//! The ledger of financings in SQL: on SQLite, a file beside the program, or on PostgreSQL, for any number of processes.
//!
//! ```no_run
//! # async fn run() -> Result<(), inbank_adapters_sql::ConnectError> {
//! use inbank_adapters_sql::SqlLedger;
//!
//! let ledger = SqlLedger::connect("sqlite:inbank.db").await?;
//! # Ok(()) }
//! ```
//!
//! [`SqlLedger`] is one implementation for both; [`inbank_ports::FinancingLedger`] is its contract. Its tables are created and
//! brought up to date when connecting. Their names all start with `inbank_`, so that they may live in a database with others.
//!
//! **SQLite.** The file is in WAL mode with full synchronisation: what was written survives a power failure. One connection
//! writes and a few read. Other processes may use the same file on the same machine; not over a network file system.
//!
//! **PostgreSQL** 12 or later. Times are the callers', so processes on one database need clocks that agree. A pooler that
//! moves a connection between transactions (`PgBouncer` in that mode) does not work: statements are prepared.
//!
//! **Callbacks** that wait at the same time are written in one transaction, so that many cost little more than one. Each is
//! answered only once it is durable.
//!
//! | feature | adds |
//! |---|---|
//! | `sqlite` (default) | `sqlite:` addresses; SQLite is built in |
//! | `postgres` | `postgres:` addresses |
//! | `rustls` | TLS on the way to PostgreSQL; without it `sslmode=require` is refused |

mod connection;
mod engine;
mod failure;
mod intake;
mod ledger;
mod migration;
mod row;

pub use connection::ConnectError;
pub use ledger::SqlLedger;
