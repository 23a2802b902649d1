use std::sync::Arc;

use inbank::ports::Ledger;
use inbank::sql::LedgerOptions;
use inbank_testkit::{MemoryLedger, Postgres};

/// Where the ledger of a test is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Store {
    /// In memory.
    Memory,
    /// In a file.
    Sqlite,
    /// On the server that the tests share.
    Postgres,
}

/// Makes a test of each function, which takes a [`Store`], for every kind of ledger.
#[macro_export]
macro_rules! on_every_store {
    ($($name:ident),+ $(,)?) => {
        $crate::on_store!(memory, Memory, $($name),+);
        $crate::on_store!(sqlite, Sqlite, $($name),+);
        $crate::on_store!(postgres, Postgres, $($name),+);
    };
}

/// Makes a test of each function for one kind of ledger.
#[macro_export]
macro_rules! on_store {
    ($module:ident, $store:ident, $($name:ident),+ $(,)?) => {
        mod $module {
            $(
                #[tokio::test]
                async fn $name() {
                    super::$name($crate::stage::Store::$store).await;
                }
            )+
        }
    };
}

/// The store itself; every process connects to it anew.
pub(super) enum Place {
    Memory(Arc<MemoryLedger>),
    Database(String, Option<tempfile::TempDir>),
}

impl Place {
    pub(super) fn of(store: Store) -> Self {
        match store {
            Store::Memory => Self::Memory(Arc::default()),
            Store::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = format!("sqlite:{}/ledger.db", folder.path().display());
                Self::Database(url, Some(folder))
            }
            Store::Postgres => Self::Database(Postgres::shared().database(), None),
        }
    }

    pub(super) async fn ledger(&self) -> Arc<dyn Ledger> {
        match self {
            Self::Memory(ledger) => ledger.clone(),
            Self::Database(url, _) => {
                let options = LedgerOptions::new().callers_clock();
                Arc::new(options.connect(url).await.unwrap())
            }
        }
    }

    pub(super) fn folder(&self) -> Option<&std::path::Path> {
        match self {
            Self::Memory(_) | Self::Database(_, None) => None,
            Self::Database(_, Some(folder)) => Some(folder.path()),
        }
    }
}
