//! Reading orders.

use std::borrow::Cow;
use std::sync::LazyLock;

use inbank_domain::{AttemptId, Order, OrderKey, OrderReference, ShopName};
use inbank_ports::{Listed, Listing};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row as _};

use super::connection::Session;
use crate::failure::Failure;
use crate::moment::micros;
use crate::row::{Assembler, Columns, Stored, joined_columns};

/// So many orders are read by one statement.
const PAGE: usize = 500;

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

/// Where a page ended.
pub(super) enum After {
    Nothing,
    Order {
        opened_at: i64,
        shop: String,
        reference: String,
    },
}

impl After {
    pub(super) fn of(page: &[Stored]) -> Self {
        page.last().map_or(Self::Nothing, |last| Self::Order {
            opened_at: last.opened_at,
            shop: last.shop.clone(),
            reference: last.reference.clone(),
        })
    }
}

/// How many orders the next page is to have; none where there are enough.
pub(super) fn wanted(listing: &Listing, listed: &Listed) -> Option<usize> {
    let limit = listing.limit.map_or(usize::MAX, |limit| limit as usize);
    let left = limit.saturating_sub(listed.orders.len()).min(PAGE);
    (left > 0).then_some(left)
}

pub(super) fn list(page: Vec<Stored>, listed: &mut Listed) {
    for stored in page {
        let key = stored.key();
        match stored.order {
            Ok(order) => listed.orders.push(order),
            Err(_) => listed.unreadable.extend(key),
        }
    }
}

/// One row for each shop, by looking for the next in an index.
const SHOPS: &str = "WITH RECURSIVE shops(shop) AS (
        (SELECT min(shop) FROM inbank_order)
        UNION ALL SELECT (SELECT min(o.shop) FROM inbank_order AS o WHERE o.shop > s.shop) FROM shops AS s WHERE s.shop IS NOT NULL
    ) ";

/// The next orders after one. What isn't asked for isn't in the statement, which otherwise couldn't use an index for the rest. Where
/// neither shop nor reference is named, the latest of each shop are merged, since no index has all shops' by when they were opened.
pub(super) async fn page(
    session: &mut Session,
    listing: &Listing,
    after: &After,
    wanted: usize,
) -> Result<Vec<Stored>, Failure> {
    let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
    let of_each = listing.shop.is_none() && listing.reference.is_none();
    let mut query = QueryBuilder::<Postgres>::new(if of_each { SHOPS } else { "" });
    query.push("SELECT ").push(joined_columns()).push(" FROM (");
    if of_each {
        query.push("SELECT latest.* FROM shops AS s CROSS JOIN LATERAL (SELECT * FROM inbank_order WHERE shop = s.shop");
    } else {
        query.push("SELECT * FROM inbank_order WHERE TRUE");
    }
    if let Some(shop) = &listing.shop {
        query.push(" AND shop = ").push_bind(shop.as_str());
    }
    if let Some(reference) = &listing.reference {
        query
            .push(" AND reference = ")
            .push_bind(reference.as_str());
    }
    if listing.needs_person {
        query.push(" AND needs_person IS NOT NULL");
    }
    if let Some(before) = listing.opened_before {
        query.push(" AND opened_at < ").push_bind(micros(before));
    }
    if let After::Order {
        opened_at,
        shop,
        reference,
    } = after
    {
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
            ") AS o LEFT JOIN inbank_attempt AS a ON a.shop = o.shop AND a.reference = o.reference
            ORDER BY o.opened_at DESC, o.shop, o.reference, a.number",
        );
    let rows = query.build().fetch_all(&mut *session.connection).await?;
    assembled(&rows)
}
