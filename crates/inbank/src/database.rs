//! The ledger of a database's address.

use std::sync::Arc;

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
use inbank_domain::Invalid;
use inbank_ports::{AuditLog, Ledger};

use crate::BuildError;

/// A ledger, and what it keeps of who decided what.
pub(crate) type Opened = (Arc<dyn Ledger>, Arc<dyn AuditLog>);

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) async fn connect(url: &str) -> Result<Opened, BuildError> {
    let ledger = Arc::new(inbank_adapters_sql::SqlLedger::connect(url).await?);
    Ok((ledger.clone(), ledger))
}

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
pub(crate) async fn connect(_: &str) -> Result<Opened, BuildError> {
    let problem = "needs the feature `sqlite` or `postgres`";
    Err(Invalid::new("database", problem).into())
}
