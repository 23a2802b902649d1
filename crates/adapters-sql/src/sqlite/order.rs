//! Reading orders.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use inbank_domain::{AttemptId, Order, OrderKey, OrderReference, ShopName};
use inbank_ports::{Listed, Listing};
use rusqlite::{Connection, ToSql};

use super::connection::{row, rows};
use crate::failure::Failure;
use crate::listing::Pages;
use crate::moment::micros;
use crate::row::{Assembler, Cursor, Stored, joined_columns};

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
    let mut pages = Pages::of(listing);
    while let Some(wanted) = pages.wanted() {
        let page = page(connection, listing, pages.after(), wanted)?;
        pages.take(page, wanted);
    }
    Ok(pages.listed())
}

/// What a statement is given, in the order of its places.
#[derive(Default)]
pub(super) struct Given(pub(super) Vec<Box<dyn ToSql>>);

impl Given {
    /// The place of a value.
    pub(super) fn place(&mut self, value: impl ToSql + 'static) -> String {
        self.0.push(Box::new(value));
        format!("?{}", self.0.len())
    }

    /// A list as a statement takes it.
    pub(super) fn list<'a>(&mut self, items: impl Iterator<Item = &'a str>) -> String {
        let items: BTreeSet<_> = items.collect();
        let items = items.into_iter().map(str::to_owned);
        let places: Vec<_> = items
            .map(|item| format!("({})", self.place(item)))
            .collect();
        format!("(VALUES {})", places.join(", "))
    }
}

/// The next orders after one.
fn page(
    connection: &Connection,
    listing: &Listing,
    after: Option<&(i64, String, String)>,
    wanted: usize,
) -> Result<Vec<Stored>, Failure> {
    let (sql, Given(values)) = paging(listing, after, wanted);
    let parameters: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
    assembled(connection, &sql, &parameters)
}

/// What isn't asked for isn't in the statement, which otherwise couldn't use an index for the rest.
fn paging(
    listing: &Listing,
    after: Option<&(i64, String, String)>,
    wanted: usize,
) -> (String, Given) {
    let mut given = Given::default();
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let limit = given.place(wanted);
    let mut conditions = String::new();
    if let Some(reference) = &listing.reference {
        let place = given.place(reference.as_str().to_owned());
        let _ = write!(conditions, " AND reference = {place}");
    }
    if listing.needs_person {
        conditions += " AND needs_person IS NOT NULL";
    }
    if let Some(from) = listing.opened_from {
        let place = given.place(micros(from));
        let _ = write!(conditions, " AND opened_at >= {place}");
    }
    if let Some(before) = listing.opened_before {
        let place = given.place(micros(before));
        let _ = write!(conditions, " AND opened_at < {place}");
    }
    if let Some((opened_at, shop, reference)) = after {
        let at = given.place(*opened_at);
        let shop = given.place(shop.clone());
        let reference = given.place(reference.clone());
        let _ = write!(
            conditions,
            " AND opened_at <= {at} AND (opened_at < {at} OR (shop, reference) > ({shop}, {reference}))"
        );
    }
    let shops = listing.shops.as_ref();
    let shops = shops.map(|shops| given.list(shops.iter().map(ShopName::as_str)));
    let statuses = listing.statuses.iter().map(|status| status.name());
    let statuses = (!listing.statuses.is_empty()).then(|| given.list(statuses));
    let few = listing.needs_person || listing.reference.is_some();
    let rows = if few || (shops.is_none() && statuses.is_none()) {
        for (column, list) in [("shop", shops), ("status", statuses)] {
            if let Some(list) = list {
                let _ = write!(conditions, " AND {column} IN {list}");
            }
        }
        let index = if listing.needs_person && listing.reference.is_none() {
            "INDEXED BY inbank_order_person"
        } else {
            ""
        };
        format!("SELECT * FROM inbank_order {index} WHERE TRUE{conditions}")
    } else {
        latest_of_each(shops, statuses, &conditions, &limit)
    };
    let sql = format!(
        "SELECT {} FROM (
            {rows} ORDER BY opened_at DESC, shop, reference LIMIT {limit}
        ) AS o
        LEFT JOIN inbank_attempt AS a ON a.shop = o.shop AND a.reference = o.reference
        ORDER BY o.opened_at DESC, o.shop, o.reference, a.number",
        joined_columns()
    );
    (sql, given)
}

/// The latest of each shop, or of each shop and status, to be merged: each is the end of a piece of an index.
fn latest_of_each(
    shops: Option<String>,
    statuses: Option<String>,
    conditions: &str,
    limit: &str,
) -> String {
    let shops = shops.unwrap_or_else(|| {
        // One row for each shop, by looking for the next in an index.
        "(WITH RECURSIVE every(value) AS (
            SELECT min(shop) FROM inbank_order
            UNION ALL SELECT (SELECT min(o.shop) FROM inbank_order AS o WHERE o.shop > every.value) FROM every WHERE every.value IS NOT NULL
        ) SELECT value AS column1 FROM every WHERE value IS NOT NULL)"
            .to_owned()
    });
    let (index, status, statuses) = match statuses {
        None => ("inbank_order_opened_in_shop", "", String::new()),
        Some(list) => {
            let joined = format!(" CROSS JOIN {list} AS t");
            ("inbank_order_status", " AND status = t.column1", joined)
        }
    };
    format!(
        "SELECT latest.* FROM {shops} AS s{statuses} CROSS JOIN inbank_order AS latest
        WHERE latest.id IN (
            SELECT id FROM inbank_order INDEXED BY {index} WHERE shop = s.column1{status}{conditions}
            ORDER BY opened_at DESC, reference LIMIT {limit}
        )"
    )
}

#[cfg(test)]
mod tests {
    use inbank_domain::OrderStatus;

    use super::*;
    use crate::sqlite::migration::migrate;

    /// What SQLite does for a page: each step with the one that it belongs to.
    fn plan(connection: &Connection, listing: &Listing) -> Vec<(i64, i64, String)> {
        let after = (1, "main".to_owned(), "o-1".to_owned());
        let (sql, Given(values)) = paging(listing, Some(&after), 100);
        let parameters: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        rows(connection, &sql, &parameters, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(3)?))
        })
        .unwrap()
    }

    #[test]
    fn no_page_reads_the_whole_table_or_sorts_what_it_does_not_show() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let shops = ["main", "second"].map(|name| ShopName::parse(name).unwrap());
        for shops in [None, Some(shops.to_vec())] {
            for statuses in [vec![], vec![OrderStatus::Paid, OrderStatus::Pending]] {
                for needs_person in [false, true] {
                    let listing = Listing {
                        shops: shops.clone(),
                        statuses: statuses.clone(),
                        needs_person,
                        ..Listing::default()
                    };
                    let plan = plan(&connection, &listing);
                    let within = |id: i64| {
                        let mut steps = plan.iter();
                        let step = steps.find(|(step, ..)| *step == id);
                        step.is_some_and(|(_, _, what)| what.contains("LIST SUBQUERY"))
                    };
                    for (_, parent, what) in &plan {
                        let whole = what.starts_with("SCAN inbank_order")
                            && !what.contains("inbank_order_opened")
                            && !what.contains("inbank_order_person");
                        assert!(!whole, "{what}: {plan:#?}");
                        let sorts = what.contains("TEMP B-TREE") && within(*parent);
                        assert!(!sorts, "{what}: {plan:#?}");
                    }
                }
            }
        }
    }
}
