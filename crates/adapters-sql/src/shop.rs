//! The shops of which there are orders, on either engine.

use inbank_domain::ShopName;
use inbank_ports::LedgerError;
use time::OffsetDateTime;

use crate::script::{Scripted, Statement, Text};

/// From name to name at the front of an index: an index of all orders is not read through.
static SHOPS: Text = Text::new(|| {
    "WITH RECURSIVE named(shop) AS (
        SELECT min(f.shop) FROM inbank_order AS f
        UNION ALL
        SELECT (SELECT min(n.shop) FROM inbank_order AS n WHERE n.shop > named.shop) FROM named WHERE named.shop IS NOT NULL
    )
    SELECT shop FROM named WHERE shop IS NOT NULL"
        .to_owned()
});

pub(crate) async fn shops(store: &dyn Scripted) -> Result<Vec<ShopName>, LedgerError> {
    // No time is in it.
    let rows = store.look(Statement::new(&SHOPS, OffsetDateTime::UNIX_EPOCH));
    let rows = rows.await?;
    // A name that can't be read is no shop that anybody could ask for.
    let names = rows
        .iter()
        .filter_map(|row| row.cursor().parsed(ShopName::parse).ok());
    Ok(names.collect())
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::migration::SQLITE;
    use crate::script::Dialect;

    #[test]
    fn orders_are_not_read_through_for_the_names_of_their_shops() {
        let connection = Connection::open_in_memory().unwrap();
        for migration in SQLITE {
            connection.execute_batch(migration.sql).unwrap();
        }
        let statement = Statement::new(&SHOPS, OffsetDateTime::UNIX_EPOCH);
        let sql = format!("EXPLAIN QUERY PLAN {}", statement.text(Dialect::Sqlite));
        let mut plan = connection.prepare(&sql).unwrap();
        let steps = plan.raw_query().mapped(|row| row.get(3));
        let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
        let orders = steps
            .iter()
            .filter(|step| step.contains(" f ") || step.contains(" n "));
        for step in orders.clone() {
            // The least of an index is its first.
            assert!(step.starts_with("SEARCH"), "{step}: {steps:#?}");
        }
        assert_eq!(orders.count(), 2, "{steps:#?}");
    }
}
