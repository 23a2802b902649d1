//! Reading orders.

use std::fmt::Write as _;
use std::sync::LazyLock;

use inbank_domain::{AttemptId, Order, OrderKey, OrderReference, ShopName};
use inbank_ports::{Listed, Listing};
use rusqlite::{Connection, ToSql};

use super::connection::{row, rows};
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{Assembler, Cursor, Stored, joined_columns};

/// So many orders are read by one statement.
const PAGE: usize = 500;

static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM inbank_order AS o
        LEFT JOIN inbank_attempt AS a ON a.shop = o.shop AND a.reference = o.reference
        WHERE o.shop = ?1 AND o.reference = ?2 ORDER BY a.number",
        joined_columns()
    )
});

pub(super) fn find(connection: &Connection, key: &OrderKey) -> Result<Option<Order>, Failure> {
    let named: [&dyn ToSql; 2] = [&key.shop.as_str(), &key.reference.as_str()];
    let found = assembled(connection, &FIND, &named)?.pop();
    found.map(|stored| stored.order).transpose()
}

pub(super) fn owner(
    connection: &Connection,
    shop: &ShopName,
    attempt: &AttemptId,
) -> Result<Option<OrderReference>, Failure> {
    let sql = "SELECT reference FROM inbank_attempt WHERE shop = ?1 AND id = ?2";
    let named: [&dyn ToSql; 2] = [&shop.as_str(), &attempt.as_str()];
    row(connection, sql, &named, |row| {
        Cursor::at(row, 0).parsed(OrderReference::parse)
    })
}

fn assembled(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn ToSql],
) -> Result<Vec<Stored>, Failure> {
    let mut assembler = Assembler::default();
    rows(connection, sql, parameters, |row| assembler.take(row))?;
    Ok(assembler.finish())
}

pub(super) fn list(connection: &Connection, listing: &Listing) -> Result<Listed, Failure> {
    let limit = listing.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut listed = Listed::default();
    let mut after: Option<Stored> = None;
    while listed.orders.len() < limit {
        let wanted = PAGE.min(limit - listed.orders.len());
        let page = page(connection, listing, after.as_ref(), wanted)?;
        let full = page.len() == wanted;
        for mut stored in page {
            let unknown = Failure::unreadable("read");
            match std::mem::replace(&mut stored.order, Err(unknown)) {
                Ok(order) => listed.orders.push(order),
                Err(_) => listed.unreadable.extend(stored.key()),
            }
            after = Some(stored);
        }
        if !full {
            break;
        }
    }
    Ok(listed)
}

/// The next orders after one. What isn't asked for isn't in the statement, which otherwise couldn't use an index for the rest.
fn page(
    connection: &Connection,
    listing: &Listing,
    after: Option<&Stored>,
    wanted: usize,
) -> Result<Vec<Stored>, Failure> {
    let mut parameters: Vec<Box<dyn ToSql>> = Vec::new();
    let mut conditions = String::from("1 = 1");
    let mut given = |value: Box<dyn ToSql>| {
        parameters.push(value);
        parameters.len()
    };
    if let Some(shop) = &listing.shop {
        let n = given(Box::new(shop.as_str().to_owned()));
        let _ = write!(conditions, " AND shop = ?{n}");
    }
    if let Some(reference) = &listing.reference {
        let n = given(Box::new(reference.as_str().to_owned()));
        let _ = write!(conditions, " AND reference = ?{n}");
    }
    if listing.needs_person {
        conditions += " AND needs_person IS NOT NULL";
    }
    if let Some(before) = listing.opened_before {
        let n = given(Box::new(micros(before)));
        let _ = write!(conditions, " AND opened_at < ?{n}");
    }
    if let Some(after) = after {
        let at = given(Box::new(after.opened_at));
        let shop = given(Box::new(after.shop.clone()));
        let reference = given(Box::new(after.reference.clone()));
        let _ = write!(
            conditions,
            " AND opened_at <= ?{at} AND (opened_at < ?{at} OR (shop, reference) > (?{shop}, ?{reference}))"
        );
    }
    let n = given(Box::new(i64::try_from(wanted).unwrap_or(i64::MAX)));
    let sql = format!(
        "SELECT {} FROM (
            SELECT * FROM inbank_order WHERE {conditions} ORDER BY opened_at DESC, shop, reference LIMIT ?{n}
        ) AS o
        LEFT JOIN inbank_attempt AS a ON a.shop = o.shop AND a.reference = o.reference
        ORDER BY o.opened_at DESC, o.shop, o.reference, a.number",
        joined_columns()
    );
    let parameters: Vec<&dyn ToSql> = parameters.iter().map(AsRef::as_ref).collect();
    assembled(connection, &sql, &parameters)
}
