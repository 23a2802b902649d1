use std::fmt;
use std::path::Path;
use std::sync::Arc;

use clap::{Args, Subcommand};
use inbank::OrderKey;
use inbank::ports::{Ledger, LedgerErrorKind, Listing};
use inbank::sql::{LedgerOptions, SqlLedger};
use serde::Serialize;

use crate::exit::Failure;
use crate::output;
use crate::settings::Settings;

pub(crate) const EXAMPLES: &str = "Examples:
  inbank ledger migrate --database sqlite:inbank.db
  inbank ledger check --output json";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create the ledger's tables, or bring them up to date
    Migrate(Migrate),
    /// Read all that the ledger has, and name what can't be read
    Check(Check),
}

/// Where the ledger is.
#[derive(Args, Debug)]
pub(super) struct Database {
    /// Where the ledger is: `sqlite:FILE` or `postgres://…`. An address with a password belongs into the
    /// environment, since a flag shows in the process list
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite:inbank.db",
        hide_env_values = true
    )]
    database: String,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank ledger migrate --database sqlite:inbank.db

Needs an account that may create tables; the platform itself then runs with one that may not. Safe to \
repeat, and while the platform runs.")]
pub(crate) struct Migrate {
    #[command(flatten)]
    database: Database,
}

#[derive(Args, Debug)]
#[command(after_help = "Example:
  inbank ledger check --output json

Reads every order with its events. Exit code 1 when something can't be read: a later version wrote it, or \
it is damaged. Other orders are not affected.")]
pub(crate) struct Check {
    #[command(flatten)]
    database: Database,
}

#[derive(Serialize)]
struct Migrated {
    version: i64,
}

#[derive(Serialize)]
struct Checked {
    orders: usize,
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Unreadable {
    shop: String,
    reference: String,
}

pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    match command {
        Command::Migrate(migrate) => {
            let version = SqlLedger::migrate(&migrate.database.database).await?;
            output::answer(settings.output, &Migrated { version })
        }
        Command::Check(check) => {
            let ledger = check.database.open().await?;
            let checked = Checked::of(&*ledger).await?;
            output::answer(settings.output, &checked)?;
            match checked.unreadable.len() {
                0 => Ok(()),
                count => Err(Failure::other(
                    format!("{count} of the orders can't be read"),
                    "read them with the version that wrote them, which may be a later one",
                )),
            }
        }
    }
}

impl Database {
    /// Opens the ledger, which must be there and up to date: a command that makes an empty one would hide a
    /// typing error in its address, and one that looks changes no tables under a platform that runs.
    pub(super) async fn open(&self) -> Result<Arc<dyn Ledger>, Failure> {
        let path = self.database.strip_prefix("sqlite:");
        let path = path.map(|path| path.trim_start_matches("//").split('?').next());
        if let Some(path) = path.flatten().filter(|path| is_missing(path)) {
            return Err(Failure::usage(
                format!("there is no ledger at {path}"),
                "set DATABASE_URL or --database to the platform's; `inbank ledger migrate` makes a new one",
            ));
        }
        let options = LedgerOptions::new().without_migrating();
        Ok(Arc::new(options.connect(&self.database).await?))
    }
}

/// An address without a path is named for what it is when it is connected to.
fn is_missing(path: &str) -> bool {
    !path.is_empty() && !Path::new(path).exists()
}

impl Checked {
    async fn of(ledger: &dyn Ledger) -> Result<Self, Failure> {
        let listed = ledger.orders(&Listing::default()).await?;
        let orders = listed.orders.len() + listed.unreadable.len();
        let mut unreadable = listed.unreadable;
        for order in &listed.orders {
            match ledger.events(&order.key).await {
                Ok(_) => {}
                Err(error) if error.kind() == LedgerErrorKind::Unreadable => {
                    unreadable.push(order.key.clone());
                }
                Err(error) => return Err(error.into()),
            }
        }
        let unreadable = unreadable.into_iter().map(Unreadable::from).collect();
        Ok(Self { orders, unreadable })
    }
}

impl From<OrderKey> for Unreadable {
    fn from(key: OrderKey) -> Self {
        Self {
            shop: key.shop.to_string(),
            reference: key.reference.to_string(),
        }
    }
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The ledger is at version {}.", self.version)
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Unreadable { shop, reference } in &self.unreadable {
            writeln!(f, "can't be read: order {reference} of {shop}")?;
        }
        let s = if self.orders == 1 { "" } else { "s" };
        write!(f, "{} order{s}", self.orders)
    }
}
