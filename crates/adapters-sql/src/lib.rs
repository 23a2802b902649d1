//! The ledger of orders in SQL: on SQLite, a file beside the program, or on PostgreSQL, for any number of processes.
//!
//! ```no_run
//! # async fn run() -> Result<(), inbank_adapters_sql::ConnectError> {
//! use inbank_adapters_sql::SqlLedger;
//!
//! let ledger = SqlLedger::connect("sqlite:inbank.db").await?;
//! # Ok(()) }
//! ```
//!
//! [`SqlLedger`] implements [`inbank_ports::Ledger`] and [`inbank_ports::AuditLog`] on either. Its tables are created and brought up to date when connecting, or
//! before that by [`SqlLedger::migrate`], so that the program itself may run without the right to create any. Their names all
//! start with `inbank_`, so that they may live in a database with others.
//!
//! **SQLite.** The file is in WAL mode with full synchronisation: what was written survives a power failure. One thread writes,
//! and takes all that waits for it in one transaction, each write in a savepoint of its own; a few threads read. Other processes
//! may use the same file on the same machine; not over a network file system. Times are the callers'.
//!
//! **PostgreSQL** 12 or later. The server's clock decides what is due and leased. Nearly every method is one statement, which
//! asks for a durable commit by itself, whatever the server, the role or a pooler has set; what needs more is a short transaction.
//! Orders, callbacks and reports of deliveries that wait at the same time share a statement; where one of them is refused, it is
//! refused alone.
//! Through `PgBouncer` in transaction mode it needs version 1.21 or later with `max_prepared_statements` set.
//!
//! **Dropped futures.** A call runs in a thread or task that nobody can drop: it is done or not, and leaves no transaction open.
//! What is still waiting for its turn when it is dropped is not done.
//!
//! **What can't be read**, since a later version wrote it or it is damaged, is named and hides nothing else. Two exceptions, because
//! what they give is an order: a feed ends before such an event, and an order's events are delivered up to it.
//!
//! | feature | adds |
//! |---|---|
//! | `sqlite` (default) | `sqlite:` addresses; SQLite is built in |
//! | `postgres` | `postgres:` addresses |
//! | `service` | `ServiceStore`: what `inbank serve` keeps beside the ledger |
#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    expect(
        dead_code,
        unused_imports,
        reason = "without an engine there is nothing but the address to be refused"
    )
)]

mod audit;
mod command;
mod connection;
mod engine;
mod failure;
mod ledger;
mod listing;
mod migration;
mod moment;
mod options;
mod period;
#[cfg(feature = "postgres")]
mod postgres;
mod row;
mod schedule;
mod script;
#[cfg(feature = "service")]
mod service;
mod shop;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use connection::{ConnectError, DatabaseError};
pub use ledger::SqlLedger;
pub use options::LedgerOptions;
#[cfg(feature = "service")]
pub use service::{
    Begun, ClaimedWebhook, DueDelivery, IdempotencyName, KeptDelivery, KeptShop, Outcome, Replaces,
    Resend, Ruled, ServiceStore, Settled, Standing, TryReport, Webhook, WebhookMeasures,
    WebhookOrigin, WebhookTarget,
};
