//! Scripts of statements that both engines have.

use std::sync::Arc;

use async_trait::async_trait;
use inbank_ports::LedgerError;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Column as _, Connection as _, Row as _, TypeInfo as _};

use super::Postgres;
use super::clock::Clock;
use super::connection::Session;
use super::migration::BEGIN;
#[cfg(feature = "service")]
use super::migration::check_service_rights;
use crate::failure::Failure;
use crate::script::{Answers, Cell, Cells, Dialect, Scripted, Statement};

#[async_trait]
impl Scripted for Postgres {
    async fn script(&self, script: Vec<Statement>) -> Result<Option<Answers>, LedgerError> {
        let work = self.connections.run(Arc::new(script), |script, session| {
            Box::pin(run(session, script))
        });
        work.await
    }

    async fn look(&self, statement: Statement) -> Result<Vec<Cells>, LedgerError> {
        let work = self.connections.run(statement, |statement, session| {
            Box::pin(async move {
                let spelled = dialect(session);
                one(&mut session.connection, statement, spelled).await
            })
        });
        work.await
    }

    fn place(&self) -> String {
        self.connections.place().to_owned()
    }
}

#[cfg(feature = "service")]
impl Postgres {
    /// The service's tables may be used.
    pub(crate) async fn check_service(&self) -> Result<(), Failure> {
        let work = self.connections.spawn((), |(), session| {
            Box::pin(async { check_service_rights(&mut session.connection).await })
        });
        work.await
    }
}

fn dialect(session: &Session) -> Dialect {
    match session.clock() {
        Clock::Server => Dialect::ServersClock,
        Clock::Callers => Dialect::CallersClock,
    }
}

async fn run(session: &mut Session, script: &[Statement]) -> Result<Option<Answers>, Failure> {
    let dialect = dialect(session);
    let mut transaction = session.connection.begin_with(BEGIN).await?;
    let mut answers = Answers::new();
    for statement in script {
        let rows = one(&mut transaction, statement, dialect).await?;
        if statement.guards() && rows.is_empty() {
            transaction.rollback().await?;
            return Ok(None);
        }
        answers.push(rows);
    }
    transaction.commit().await?;
    Ok(Some(answers))
}

async fn one(
    connection: &mut PgConnection,
    statement: &Statement,
    dialect: Dialect,
) -> Result<Vec<Cells>, Failure> {
    let mut query = sqlx::query(statement.text(dialect));
    for value in statement.values() {
        query = match value {
            Cell::Number(number) => query.bind(*number),
            Cell::Text(text) => query.bind(text.as_deref()),
            Cell::Bytes(bytes) => query.bind(bytes.as_deref()),
        };
    }
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(cells).collect()
}

fn cells(row: &PgRow) -> Result<Cells, Failure> {
    let cells = row.columns().iter().map(|column| {
        let at = column.ordinal();
        Ok(match column.type_info().name() {
            "INT8" => Cell::Number(row.try_get(at)?),
            "TEXT" => Cell::Text(row.try_get(at)?),
            "BYTEA" => Cell::Bytes(row.try_get(at)?),
            _ => {
                return Err(Failure::unreadable(
                    "a column is of another type than it should be",
                ));
            }
        })
    });
    Ok(Cells(cells.collect::<Result<_, Failure>>()?))
}
