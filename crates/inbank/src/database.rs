//! The ledger of a database's address.

use std::sync::Arc;

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
use inbank_domain::Invalid;
use inbank_ports::Ledger;

use crate::BuildError;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) async fn connect(url: &str) -> Result<Arc<dyn Ledger>, BuildError> {
    Ok(Arc::new(
        inbank_adapters_sql::SqlLedger::connect(url).await?,
    ))
}

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
pub(crate) async fn connect(_: &str) -> Result<Arc<dyn Ledger>, BuildError> {
    let problem = "needs the feature `sqlite` or `postgres`";
    Err(Invalid::new("database", problem).into())
}
