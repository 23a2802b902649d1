//! Reading orders.

use std::borrow::Cow;
use std::sync::LazyLock;

use inbank_domain::{AttemptId, Order, OrderKey, OrderReference, OrderStatus, ShopName};
use inbank_ports::Listing;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::connection::Session;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{Assembler, Columns, Stored, joined_columns};

impl Columns for PgRow {
    fn text(&self, at: usize) -> Result<Option<&str>, Failure> {
        Ok(self.try_get(at)?)
    }

    fn number(&self, at: usize) -> Result<Option<i64>, Failure> {
        Ok(self.try_get(at)?)
    }

    fn bytes(&self, at: usize) -> Result<Option<&[u8]>, Failure> {
        Ok(self.try_get(at)?)
    }
}

/// PostgreSQL has no text with a character 0; the bank's words might.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Orders and attempts are read by one statement: two would see two moments.
static FIND: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} FROM unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS k(shop, reference)
        CROSS JOIN LATERAL (
            SELECT * FROM inbank_order AS o WHERE o.shop = k.shop COLLATE \"C\" AND o.reference = k.reference COLLATE \"C\" LIMIT 1
        ) AS o
        LEFT JOIN LATERAL (
            SELECT * FROM inbank_attempt AS a WHERE a.shop = o.shop AND a.reference = o.reference OFFSET 0
        ) AS a ON TRUE
        ORDER BY o.shop, o.reference, a.number",
        joined_columns()
    )
});

/// Orders by their names, in the order of their names.
pub(super) async fn named(
    session: &mut Session,
    keys: &[(String, String)],
) -> Result<Vec<Stored>, Failure> {
    let (shops, references): (Vec<&str>, Vec<&str>) = keys
        .iter()
        .map(|(shop, reference)| (shop.as_str(), reference.as_str()))
        .unzip();
    let query = sqlx::query(FIND.as_str()).bind(shops).bind(references);
    assembled(&query.fetch_all(&mut *session.connection).await?)
}

pub(super) async fn find(session: &mut Session, key: &OrderKey) -> Result<Option<Order>, Failure> {
    let key = (
        key.shop.as_str().to_owned(),
        key.reference.as_str().to_owned(),
    );
    let found = named(session, &[key]).await?.pop();
    found.map(|stored| stored.order).transpose()
}

pub(super) async fn owner(
    session: &mut Session,
    shop: &ShopName,
    attempt: &AttemptId,
) -> Result<Option<OrderReference>, Failure> {
    let sql = "SELECT reference FROM inbank_attempt WHERE shop = $1 AND id = $2";
    let query = sqlx::query_scalar::<_, String>(sql)
        .bind(shop.as_str())
        .bind(attempt.as_str());
    let found = query.fetch_optional(&mut *session.connection).await?;
    Ok(found.map(OrderReference::parse).transpose()?)
}

fn assembled(rows: &[PgRow]) -> Result<Vec<Stored>, Failure> {
    let mut assembler = Assembler::default();
    for row in rows {
        assembler.take(row)?;
    }
    Ok(assembler.finish())
}

/// One row for each shop, by looking for the next in an index.
const SHOPS: &str = "WITH RECURSIVE shops(shop) AS (
        (SELECT min(shop) FROM inbank_order)
        UNION ALL SELECT (SELECT min(o.shop) FROM inbank_order AS o WHERE o.shop > s.shop) FROM shops AS s WHERE s.shop IS NOT NULL
    ) ";

/// The next orders after one. What isn't asked for isn't in the statement, which otherwise couldn't use an index for the rest.
///
/// The latest of each shop and each status are merged, since there is one index for all of them, and each further one would have an
/// entry for every lease. What a person should look at has an index of its own, which is not by status; a reference is in few rows.
pub(super) async fn page(
    session: &mut Session,
    listing: &Listing,
    after: Option<&(i64, String, String)>,
    wanted: usize,
) -> Result<Vec<Stored>, Failure> {
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    let of_each = listing.reference.is_none();
    let by_status = of_each && !listing.needs_person;
    let named = |statuses: &[OrderStatus]| -> Vec<&'static str> {
        statuses.iter().map(|status| status.name()).collect()
    };
    let statuses = named(&listing.statuses);
    let shops = listing.shops.as_deref();
    let shops = shops.map(|shops| shops.iter().map(ShopName::as_str).collect::<Vec<_>>());
    let of_all = of_each && shops.is_none();
    let mut query = QueryBuilder::<Postgres>::new(if of_all { SHOPS } else { "" });
    query.push("SELECT ").push(joined_columns()).push(" FROM (");
    if of_each {
        query.push("SELECT latest.* FROM ");
        match shops {
            None => query.push("shops AS s"),
            Some(shops) => query
                .push("(SELECT DISTINCT shop FROM unnest(CAST(")
                .push_bind(shops)
                .push(" AS text[])) AS g(shop)) AS s"),
        };
        if by_status {
            let every = named(&OrderStatus::EVERY);
            let wanted = if statuses.is_empty() {
                every
            } else {
                statuses.clone()
            };
            query
                .push(" CROSS JOIN (SELECT DISTINCT status FROM unnest(CAST(")
                .push_bind(wanted)
                .push(" AS text[])) AS g(status)) AS t");
        }
        query.push(
            " CROSS JOIN LATERAL (SELECT * FROM inbank_order WHERE shop = s.shop COLLATE \"C\"",
        );
        if by_status {
            query.push(" AND status = t.status COLLATE \"C\"");
        }
    } else {
        query.push("SELECT * FROM inbank_order WHERE TRUE");
        if let Some(shops) = shops {
            query
                .push(" AND shop = ANY(CAST(")
                .push_bind(shops)
                .push(" AS text[]))");
        }
    }
    if !by_status && !statuses.is_empty() {
        query
            .push(" AND status = ANY(CAST(")
            .push_bind(statuses)
            .push(" AS text[]))");
    }
    if let Some(reference) = &listing.reference {
        query
            .push(" AND reference = ")
            .push_bind(reference.as_str());
    }
    if listing.needs_person {
        query.push(" AND needs_person IS NOT NULL");
    }
    if let Some(from) = listing.opened_from {
        query.push(" AND opened_at >= ").push_bind(micros(from));
    }
    if let Some(before) = listing.opened_before {
        query.push(" AND opened_at < ").push_bind(micros(before));
    }
    if let Some((opened_at, shop, reference)) = after {
        query
            .push(" AND opened_at <= ")
            .push_bind(*opened_at)
            .push(" AND (opened_at < ")
            .push_bind(*opened_at)
            .push(" OR (shop, reference) > (")
            .push_bind(shop.as_str())
            .push(", ")
            .push_bind(reference.as_str())
            .push("))");
    }
    if of_each {
        query
            .push(" ORDER BY opened_at DESC, reference LIMIT ")
            .push_bind(limit)
            .push(") AS latest");
    }
    query
        .push(" ORDER BY opened_at DESC, shop, reference LIMIT ")
        .push_bind(limit)
        .push(
            // Else a plan for a limit that it doesn't know reads the attempts of all orders.
            ") AS o LEFT JOIN LATERAL (
                SELECT * FROM inbank_attempt AS a WHERE a.shop = o.shop AND a.reference = o.reference OFFSET 0
            ) AS a ON TRUE
            ORDER BY o.opened_at DESC, o.shop, o.reference, a.number",
        );
    let rows = query.build().fetch_all(&mut *session.connection).await?;
    assembled(&rows)
}
