//! Who decided what.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use inbank_domain::{OrderReference, ShopName};
use inbank_ports::{AuditEntry, AuditQuery, AuditRecord, LedgerError};
use time::OffsetDateTime;

use crate::engine::Engine;
use crate::failure::Failure;
use crate::script::{Cells, Statement, Text, understood};

static RECORD: Text = Text::new(|| {
    "INSERT INTO inbank_audit (at, who, what, shop, reference, why) VALUES (@now, $2, $3, $4, $5, $6)".to_owned()
});

/// Statements of their own, so that each is answered by an index.
static LATEST: Text = Text::new(|| latest(""));
static OF_ORDER: Text = Text::new(|| latest("AND reference = $4"));
static OF_SHOP: Text = Text::new(|| latest("AND shop = $4"));
static OF_SHOPS_ORDER: Text = Text::new(|| latest("AND shop = $4 AND reference = $5"));

fn latest(which: &str) -> String {
    format!(
        "SELECT id, at, who, what, shop, reference, why FROM inbank_audit WHERE id < $2 {which} ORDER BY id DESC LIMIT $3"
    )
}

/// Records it in the transaction of what was decided.
pub(crate) fn recorded(entry: &AuditEntry, now: OffsetDateTime) -> Statement {
    Statement::new(&RECORD, now)
        .with(&*entry.who)
        .with(&*entry.what)
        .with(entry.shop.as_ref().map(ShopName::as_str))
        .with(entry.reference.as_deref())
        .with(entry.why.as_deref())
}

fn read(row: &Cells) -> Result<AuditRecord, Failure> {
    let mut row = row.cursor();
    Ok(AuditRecord {
        id: row.count()?,
        at: row.moment()?,
        entry: AuditEntry {
            who: row.text()?.to_owned(),
            what: row.text()?.to_owned(),
            shop: row.maybe_parsed(ShopName::parse)?,
            reference: row.maybe_text()?.map(str::to_owned),
            why: row.maybe_text()?.map(str::to_owned),
        },
    })
}

pub(crate) async fn record(
    engine: &Engine,
    entry: &AuditEntry,
    now: OffsetDateTime,
) -> Result<(), LedgerError> {
    let script = vec![recorded(entry, now)];
    engine.scripted().script(script).await.map(drop)
}

pub(crate) async fn records(
    engine: &Engine,
    about: &AuditQuery,
) -> Result<Vec<AuditRecord>, LedgerError> {
    let order = about.order.as_ref().map(OrderReference::as_str);
    let before = about.before.and_then(|before| i64::try_from(before).ok());
    let statement = |text| {
        // No time is in them.
        Statement::new(text, OffsetDateTime::UNIX_EPOCH)
            .with(before.unwrap_or(i64::MAX))
            .with(about.limit)
    };
    let statements: Vec<Statement> = match (&about.shops, order) {
        (None, None) => vec![statement(&LATEST)],
        (None, Some(order)) => vec![statement(&OF_ORDER).with(order)],
        (Some(shops), order) => {
            // Each shop's latest are the end of a piece of an index.
            let shops: BTreeSet<&ShopName> = shops.iter().collect();
            let of_shop = |shop: &ShopName| match order {
                None => statement(&OF_SHOP).with(shop),
                Some(order) => statement(&OF_SHOPS_ORDER).with(shop).with(order),
            };
            shops.into_iter().map(of_shop).collect()
        }
    };
    let store = engine.scripted();
    let mut records = Vec::new();
    for statement in statements {
        let rows = store.look(statement).await?;
        let found: Result<Vec<_>, _> = rows.iter().map(read).collect();
        records.extend(understood(store, found)?);
    }
    records.sort_by_key(|record| Reverse(record.id));
    records.truncate(about.limit as usize);
    Ok(records)
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::migration::SQLITE;
    use crate::script::Dialect;

    #[test]
    fn records_are_read_from_the_end_of_an_index() {
        let connection = Connection::open_in_memory().unwrap();
        for migration in SQLITE {
            connection.execute_batch(migration.sql).unwrap();
        }
        for (text, index, is_sorted) in [
            (&LATEST, "PRIMARY KEY", false),
            (&OF_ORDER, "inbank_audit_order", true),
            (&OF_SHOP, "inbank_audit_shop", false),
            (&OF_SHOPS_ORDER, "inbank_audit_order", false),
        ] {
            let statement = Statement::new(text, OffsetDateTime::UNIX_EPOCH);
            let sql = format!("EXPLAIN QUERY PLAN {}", statement.text(Dialect::Sqlite));
            let mut plan = connection.prepare(&sql).unwrap();
            let steps = plan.raw_query().mapped(|row| row.get(3));
            let steps: Vec<String> = steps.collect::<Result<_, _>>().unwrap();
            assert!(
                steps[0].starts_with("SEARCH") && steps[0].contains(index),
                "{steps:?}"
            );
            // An order has few, and of all shops those are sorted.
            let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE"));
            assert_eq!(sorts, is_sorted, "{steps:?}");
        }
    }
}
