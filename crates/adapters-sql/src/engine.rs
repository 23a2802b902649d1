//! Which database it is.

use std::ops::Deref;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
use std::sync::Arc;

use inbank_ports::Ledger;

#[cfg(feature = "postgres")]
use crate::postgres::Postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite::Sqlite;

#[derive(Clone)]
pub(crate) enum Engine {
    #[cfg(feature = "sqlite")]
    Sqlite(Arc<Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(Arc<Postgres>),
}

impl Engine {
    pub(crate) fn name(&self) -> &'static str {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => "sqlite",
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => "postgres",
        }
    }
}

#[cfg(feature = "sqlite")]
impl From<Sqlite> for Engine {
    fn from(sqlite: Sqlite) -> Self {
        Self::Sqlite(Arc::new(sqlite))
    }
}

#[cfg(feature = "postgres")]
impl From<Postgres> for Engine {
    fn from(postgres: Postgres) -> Self {
        Self::Postgres(Arc::new(postgres))
    }
}

impl Deref for Engine {
    type Target = dyn Ledger;

    fn deref(&self) -> &Self::Target {
        match *self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(ref sqlite) => sqlite.as_ref(),
            #[cfg(feature = "postgres")]
            Self::Postgres(ref postgres) => postgres.as_ref(),
        }
    }
}
