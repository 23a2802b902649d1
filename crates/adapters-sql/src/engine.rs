use sqlx::{Any, Pool, Transaction};

/// Which of the two speaks; what both understand is written where it is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// A transaction that will write.
    pub(crate) async fn begin(
        self,
        pool: &Pool<Any>,
    ) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self {
            // A transaction that starts by reading can't wait for the lock later: another's write makes it fail at once.
            Self::Sqlite => pool.begin_with("BEGIN IMMEDIATE").await,
            Self::Postgres => pool.begin().await,
        }
    }

    /// The rows of `$1`, a JSON list of [`Key`](crate::row::Key)s.
    pub(crate) const fn keys(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "(SELECT value ->> 'shop' AS shop, value ->> 'id' AS id, value ->> 'n' AS n FROM jsonb_each($1)) AS k"
            }
            Self::Postgres => {
                "json_to_recordset(CAST($1 AS json)) AS k(shop text, id text, n bigint)"
            }
        }
    }

    /// Ends a statement that reads rows to change them, and waits for whoever is changing one.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR NO KEY UPDATE",
        }
    }

    /// The same, passing over rows that another is changing.
    pub(crate) const fn for_update_of_the_free(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "FOR NO KEY UPDATE SKIP LOCKED",
        }
    }
}
